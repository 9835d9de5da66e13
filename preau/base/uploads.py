"""What a file sent by anybody must be before it is kept: a PDF, a JPEG or a PNG that truly opens.

Where `pillow-heif` is installed (extra `heic`), the photos of iPhones too: they become JPEG.

Nothing is kept as it came. Images are drawn again without their metadata (a phone writes where it was);
PDFs are written again without scripts, attachments and actions (`bare_pdf`). Extension, first bytes and full decoding
must agree, so that a page renamed .jpg or two formats in one file do not pass.
"""

import hashlib
import io
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec

from PIL import Image, ImageOps, UnidentifiedImageError

from preau.base.bare_pdf import NotBare, bare_pdf
from preau.base.scanning import ScanState, scan

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 20_000_000
MAX_SIDE = 3_000  # pixels: a page stays readable, and weighs little
EXTENSIONS = {"pdf": "pdf", "jpg": "jpeg", "jpeg": "jpeg", "png": "png", "heic": "heif", "heif": "heif"}
MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
STARTS = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
HEIF_BRANDS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheim", b"ftypheis")  # after the length of the first box
HEIF_READER = "pillow_heif"


class FileRefused(Exception):
    """A file that is not kept. The code says why; the screens say it in words."""

    code = "refused"


class FileEmpty(FileRefused):
    code = "empty"


class FileTooLarge(FileRefused):
    """More than `MAX_BYTES`."""

    code = "too_large"


class FileKindRefused(FileRefused):
    """Neither PDF, JPEG nor PNG, by its name or by its first bytes."""

    code = "kind"


class HeicRefused(FileRefused):
    """A photo of an iPhone, and nothing here that opens it."""

    code = "heic"


class FileUnreadable(FileRefused):
    """It says what it is, but does not open: truncated, broken, or something else in disguise."""

    code = "unreadable"


class FileEncrypted(FileRefused):
    """A PDF behind a password."""

    code = "encrypted"


class ImageTooLarge(FileRefused):
    """More than `MAX_PIXELS` once opened."""

    code = "too_many_pixels"


class TooManyPages(FileRefused):
    """A PDF of more than `bare_pdf.MAX_PAGES` pages."""

    code = "too_many_pages"


class FileInfected(FileRefused):
    """The antivirus knows it."""

    code = "infected"


PDF_REFUSALS = {"encrypted": FileEncrypted, "too_many_pages": TooManyPages, "unreadable": FileUnreadable}


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file made harmless, ready to be kept."""

    content: bytes
    media_type: str
    extension: str
    pages: int
    scan: ScanState = ScanState.NOT_SCANNED

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def receive_upload(*, name: str, content: bytes) -> CleanFile:
    """Return a harmless copy of a file, seen by the antivirus as it came. Slow: call it outside a transaction.

    :raises FileRefused: one of its kinds, when the file cannot be kept.
    """
    clean = clean_upload(name=name, content=content)
    seen = scan(content)
    if seen == ScanState.INFECTED:
        raise FileInfected
    return replace(clean, scan=seen)


def clean_upload(*, name: str, content: bytes) -> CleanFile:
    """Return a harmless copy of a file.

    :raises FileRefused: one of its kinds, when the file cannot be kept.
    """
    if not content:
        raise FileEmpty
    if len(content) > MAX_BYTES:
        raise FileTooLarge
    kind = EXTENSIONS.get(name.rsplit(".", 1)[-1].lower() if "." in name else "")
    if kind == "heif" and content[4:12] in HEIF_BRANDS:
        _open_heif()
        return _clean_image(content, kind)
    if kind not in STARTS or not content.startswith(STARTS[kind]):
        raise FileKindRefused
    return _clean_pdf(content) if kind == "pdf" else _clean_image(content, kind)


def _open_heif() -> None:
    """Teach Pillow to open HEIF.

    :raises HeicRefused: the extra is not installed.
    """
    if find_spec(HEIF_READER) is None:
        raise HeicRefused
    import_module(HEIF_READER).register_heif_opener(thumbnails=False)


def _clean_image(content: bytes, kind: str) -> CleanFile:
    try:
        with Image.open(io.BytesIO(content), formats=[kind.upper()]) as found:
            if found.width * found.height > MAX_PIXELS:  # as the header says, before anything is decoded
                raise ImageTooLarge
            found.load()
            image = ImageOps.exif_transpose(found)
    except ImageTooLarge:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise ImageTooLarge from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, RuntimeError, Warning, MemoryError) as broken:
        raise FileUnreadable from broken
    kept = "jpeg" if kind == "heif" else kind
    return CleanFile(_drawn_again(image, kept), MEDIA_TYPES[kept], "jpg" if kept == "jpeg" else kept, 1)


def _drawn_again(image: Image.Image, kind: str) -> bytes:
    """Write the pixels and nothing else: no metadata, no trailing bytes, no hidden second file."""
    mode = "RGB" if kind == "jpeg" or image.mode not in ("L", "RGBA", "RGB") else image.mode
    drawn = image.convert(mode)
    drawn.thumbnail((MAX_SIDE, MAX_SIDE))
    bare = Image.new(drawn.mode, drawn.size)
    bare.paste(drawn)
    out = io.BytesIO()
    bare.save(out, format=kind.upper(), **({"quality": 85} if kind == "jpeg" else {"optimize": False}))
    return out.getvalue()


def _clean_pdf(content: bytes) -> CleanFile:
    try:
        pages, kept = bare_pdf(content)
    except NotBare as refused:
        raise PDF_REFUSALS[refused.code] from refused
    if len(kept) > 2 * MAX_BYTES:
        raise FileTooLarge
    return CleanFile(kept, MEDIA_TYPES["pdf"], "pdf", pages)
