"""Pages of a PDF as pictures: what a screen may show of a file without opening it.

Our pages let no viewer in (`frame-ancestors 'none'`, sandboxed files). Typst, which draws our papers, reads PDFs too;
each page is drawn by a process of its own (`draw_page.py`), because the file comes from anybody.
"""

import subprocess
import sys
import threading
from pathlib import Path

MEDIA_TYPE = "image/jpeg"
MAX_MEGABYTES = 1024  # of address space, of which a scanned page takes some 200
MAX_SECONDS = 6
AT_ONCE = 2  # the others wait for their turn: families must not

_turns = threading.BoundedSemaphore(AT_ONCE)


class PageNotDrawn(Exception):
    """This page cannot be shown: not there, too heavy, or a file that does not open."""


def draw_page(*, content: bytes, page: int) -> bytes:
    """Return one page of a PDF as a JPEG, 1,000 pixels wide. About half a second.

    :param page: from 1.
    :raises PageNotDrawn: there is no picture to show.
    """
    limits = [str(each) for each in (page, MAX_MEGABYTES, MAX_SECONDS)]
    command = [sys.executable, "-I", str(Path(__file__).with_name("draw_page.py")), *limits]
    with _turns:
        try:
            drawn = subprocess.run(  # noqa: S603 -- our own script; the file is its input only
                command, input=content, capture_output=True, timeout=2 * MAX_SECONDS, env={}, check=True
            )
        except subprocess.SubprocessError as problem:
            raise PageNotDrawn(page) from problem
    return drawn.stdout
