"""Pages of a PDF as pictures: what a screen may show of a file without opening it.

Our pages let no viewer in (`frame-ancestors 'none'`, sandboxed files). Typst, which draws our papers, reads PDFs too;
each page is drawn by a process of its own (`pdf_page_process.py`), because the file comes from anybody.
"""

from preau.base.apart import Limits, NoTurn, OpenedBadly, open_apart

MEDIA_TYPE = "image/jpeg"
LIMITS = Limits(megabytes=1024, seconds=6)  # a scanned page takes some 200 megabytes


class PageNotDrawn(Exception):
    """This page cannot be shown: not there, too heavy, or a file that does not open."""


def draw_page(*, content: bytes, page: int) -> bytes:
    """Return one page of a PDF as a JPEG, 1,000 pixels wide. About half a second.

    :param page: from 1.
    :raises PageNotDrawn: there is no picture to show.
    """
    try:
        return open_apart(script="pdf_page_process.py", content=content, limits=LIMITS, arguments=(str(page),))
    except (NoTurn, OpenedBadly) as problem:
        raise PageNotDrawn(page) from problem
