"""Run alone, by `base.pages`: a PDF comes in, one page of it goes out as a JPEG. No named file is made.

    python -I pdf_page_process.py MEGABYTES SECONDS PAGE < file.pdf > page.jpg

The file comes from anybody: this process gets little memory and little time, knows no setting and no key, and
whatever happens to it happens to nobody else.
"""

import io
import os
import resource
import sys
import tempfile
from typing import IO

import typst
from PIL import Image

WIDE, TALL = 600, 1700  # points: an A4 page is 850 tall at this width; what is longer is made smaller
PIXELS_PER_INCH = 120.0  # 1,000 pixels across
SHEET = """#set page(width: auto, height: auto, margin: 0pt)
#let sheet = image.with("/{fd}", format: "pdf", page: {page})
#context {{
  let size = measure(sheet())
  sheet(width: {wide}pt, height: calc.min({wide}pt * (size.height / size.width), {tall}pt), fit: "contain")
}}"""


def draw(pdf: bytes, page: int) -> bytes:
    """Return one page as a JPEG."""
    with _unnamed_file() as file:
        file.write(pdf)
        file.flush()
        file.seek(0)
        sheet = SHEET.format(fd=file.fileno(), page=page, wide=WIDE, tall=TALL).encode()
        png = typst.compile(  # type: ignore[call-overload]  # it takes a source in bytes and a root in text
            sheet, root="/dev/fd", format="png", ppi=PIXELS_PER_INCH, ignore_system_fonts=True
        )
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(out, format="JPEG", quality=80)
    return out.getvalue()


def _unnamed_file() -> IO[bytes]:
    """Where typst can read the PDF: in memory where the system knows how."""
    return os.fdopen(os.memfd_create("page"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()


if __name__ == "__main__":
    megabytes, seconds, wanted = (int(text) for text in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read(), wanted))
