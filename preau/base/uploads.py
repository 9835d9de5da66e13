"""What a file sent by anybody must be before it is kept: a PDF, a JPEG or a PNG that truly opens.

Where `pillow-heif` is installed (extra `heic`), the photos of iPhones too: they become JPEG.

Its content says what it is, whatever its name. Nothing is kept as it came: images are drawn again without their
metadata (`bare_image`), PDFs written again without scripts, attachments and actions (`bare_pdf`), each in a process
apart with little memory and little time. What else a file hid is not in what is kept.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

import pikepdf
from PIL import Image

from preau.base.apart import Limits, NoTurn, OpenedBadly, open_apart
from preau.base.bare_pdf import MAX_PAGES, MAX_THINGS
from preau.base.scanning import ScanState, scan

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 20  # of one piece
MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
STARTS = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
PDF_START, PDF_WITHIN = b"%PDF-", 1_024  # bytes: readers look for it there, and some writers put a mark before it
HEIF_BRANDS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheim", b"ftypheis")  # after the length of the first box
SCAN, MAX_SCANS = b"\xff\xda", 100  # of a progressive JPEG: cameras write ten, a bomb ten thousand
NAMING = b" R"  # how a PDF names one of its objects
LIMITS = {
    "pdf": Limits(megabytes=512, seconds=10),
    "jpeg": Limits(megabytes=1024, seconds=10),
    "png": Limits(megabytes=1024, seconds=10),
    "heif": Limits(megabytes=2048, seconds=15),
}
A4 = (595, 842)  # points
HEIF_READER = "pillow_heif"


class FileRefused(Exception):
    """A file that is not kept. The code says why; the screens say it in words."""

    code = "refused"


class TooManyToday(FileRefused):
    """Its sender has sent more in a day than any file asks for."""

    code = "too_many_today"


class FileEmpty(FileRefused):
    code = "empty"


class FileTooLarge(FileRefused):
    """More than `MAX_BYTES`."""

    code = "too_large"


class FileKindRefused(FileRefused):
    """Neither PDF, JPEG nor PNG, by its first bytes."""

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
    """More than `bare_image.MAX_PIXELS` once opened."""

    code = "too_many_pixels"


class TooManyPages(FileRefused):
    """More than `bare_pdf.MAX_PAGES` pages, or `MAX_FILES` files."""

    code = "too_many_pages"


class FileInfected(FileRefused):
    """The antivirus knows it."""

    code = "infected"


class FileNotOpened(FileRefused):
    """Too many files are being opened at once."""

    code = "busy"


PDF_REFUSALS: dict[int | None, type[FileRefused]] = {3: FileEncrypted, 4: TooManyPages}
IMAGE_REFUSALS: dict[int | None, type[FileRefused]] = {3: ImageTooLarge}


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


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it came: the name that its owner gave it, and what it holds."""

    name: str
    content: bytes


def receive_uploads(sent: Sequence[SentFile]) -> CleanFile:
    """Return a harmless copy of what was sent, each file seen by the antivirus as it came.

    Several are one PDF, in order. Slow: call it outside a transaction.

    :param sent: at least one.
    :raises FileRefused: one of its kinds, when one of them cannot be kept.
    """
    if len(sent) > MAX_FILES:
        raise TooManyPages
    return join([receive_upload(each.content) for each in sent])


def receive_upload(content: bytes) -> CleanFile:
    """Return a harmless copy of a file, seen by the antivirus as it came. Slow: call it outside a transaction.

    :raises FileRefused: one of its kinds, when the file cannot be kept.
    """
    clean = clean_upload(content)
    seen = scan(content)
    if seen == ScanState.INFECTED:
        raise FileInfected
    return replace(clean, scan=seen)


def clean_upload(content: bytes) -> CleanFile:
    """Return a harmless copy of a file.

    :raises FileRefused: one of its kinds, when the file cannot be kept.
    """
    if not content:
        raise FileEmpty
    if len(content) > MAX_BYTES:
        raise FileTooLarge
    kind = _kind_of(content)
    try:
        return _clean_pdf(content) if kind == "pdf" else _clean_image(content, kind)
    except NoTurn as crowd:
        raise FileNotOpened from crowd


def join(files: Sequence[CleanFile]) -> CleanFile:
    """Return clean files as one, in order: itself when there is one, else a PDF. Each photo is a page.

    :raises TooManyPages, FileTooLarge: together they are more than one piece may be.
    """
    if len(files) == 1:
        return files[0]
    if sum(each.pages for each in files) > MAX_PAGES:
        raise TooManyPages
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for each in files:
            with pikepdf.open(io.BytesIO(each.content if each.extension == "pdf" else _as_page(each.content))) as pages:
                whole.pages.extend(pages.pages)
        whole.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    states = [each.scan for each in files]
    least = next((state for state in (ScanState.UNAVAILABLE, ScanState.NOT_SCANNED) if state in states), states[0])
    return _kept_pdf(sum(each.pages for each in files), out.getvalue(), least)


def _kind_of(content: bytes) -> str:
    for kind, start in STARTS.items():
        if content.startswith(start):
            return kind
    if content[4:12] in HEIF_BRANDS:
        if find_spec(HEIF_READER) is None:
            raise HeicRefused
        return "heif"
    if PDF_START in content[:PDF_WITHIN]:
        return "pdf"
    raise FileKindRefused


def _clean_image(content: bytes, kind: str) -> CleanFile:
    if kind == "jpeg" and content.count(SCAN) > MAX_SCANS:
        raise FileUnreadable
    try:
        kept = open_apart(script="bare_image.py", content=content, limits=LIMITS[kind], arguments=(kind,))
    except OpenedBadly as bad:
        raise IMAGE_REFUSALS.get(bad.code, FileUnreadable) from bad
    return CleanFile(kept, *((MEDIA_TYPES["png"], "png") if kind == "png" else (MEDIA_TYPES["jpeg"], "jpg")), 1)


def _clean_pdf(content: bytes) -> CleanFile:
    if content.count(NAMING) > MAX_THINGS:  # before a process is spent on it
        raise FileUnreadable
    try:
        made = open_apart(script="bare_pdf.py", content=content, limits=LIMITS["pdf"])
    except OpenedBadly as bad:
        raise PDF_REFUSALS.get(bad.code, FileUnreadable) from bad
    pages, _line, kept = made.partition(b"\n")
    return _kept_pdf(int(pages), kept)


def _kept_pdf(pages: int, content: bytes, scanned: ScanState = ScanState.NOT_SCANNED) -> CleanFile:
    if len(content) > 2 * MAX_BYTES:
        raise FileTooLarge
    return CleanFile(content, MEDIA_TYPES["pdf"], "pdf", pages, scanned)


def _as_page(image: bytes) -> bytes:
    """Lay a clean image on a page as high as an A4 sheet, or as wide where it lies."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(image)) as found:
        flat = found.convert("RGB")
        flat.save(out, format="PDF", quality=85, resolution=72 * max(flat.width / A4[0], flat.height / A4[1]))
    return out.getvalue()
