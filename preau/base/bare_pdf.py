"""The pages of a PDF and nothing else: no script, attachment, action, nor what a photo says of its place.

Run alone, by `base.uploads`: a PDF comes in; how many pages, a line end and the bare file go out.

    python -I bare_pdf.py MEGABYTES SECONDS < file.pdf > bare.pdf
"""

import io
import resource
import sys
from typing import Any

import pikepdf

MAX_PAGES = 30
MAX_THINGS = 200_000  # objects and values walked: far above thirty pages, far below a minute

PAGE = frozenset({"/Type", "/Parent", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"})
BOXES = frozenset({"/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"})
# In a Resources dictionary, each of these names things as it likes: « /JS » may be a font there.
NAMED = frozenset({"/XObject", "/Font", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties"})
ALSO_NAMED = frozenset({"/CharProcs", "/Colorants"})
BANNED = frozenset(
    {"/A", "/AA", "/AF", "/EF", "/JS", "/Metadata", "/OPI", "/OpenAction", "/PieceInfo", "/Ref", "/Thumb"}
)
OUTSIDE = frozenset({"/F", "/FFilter", "/FDecodeParms"})  # of a stream: its content is another file
REASONS = {3: "encrypted", 4: "too_many_pages", 5: "unreadable"}


class NotBare(Exception):
    """A PDF that is not kept: "encrypted", "too_many_pages" or "unreadable"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def bare_pdf(content: bytes) -> tuple[int, bytes]:
    """Return how many pages a PDF has, and them alone. One that opens with no password is written again with none.

    :raises NotBare: it cannot be kept.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as found:
            pages = _count(found)
            _fill_in(found)
            out = io.BytesIO()
            with pikepdf.new() as bare:
                # Only the pages are taken over: whatever else the file held stays behind.
                bare.pages.extend(found.pages)
                _strip(bare)
                bare.save(
                    out,
                    deterministic_id=True,
                    object_stream_mode=pikepdf.ObjectStreamMode.generate,
                    stream_decode_level=pikepdf.StreamDecodeLevel.none,
                )
    except pikepdf.PasswordError as locked:
        raise NotBare("encrypted") from locked
    except NotBare:
        raise
    except Exception as broken:  # pikepdf raises many kinds on hostile files: none of them may be a 500
        raise NotBare("unreadable") from broken
    return pages, out.getvalue()


def _count(pdf: pikepdf.Pdf) -> int:
    pages = len(pdf.pages)
    if pages == 0:
        raise NotBare("unreadable")
    if pages > MAX_PAGES:
        raise NotBare("too_many_pages")
    return pages


def _fill_in(pdf: pikepdf.Pdf) -> None:
    """Draw on the page what was typed in the boxes of a form: a mandate filled in must not come back empty."""
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    if any("/Annots" in page.obj for page in pdf.pages):
        pdf.flatten_annotations("all")


def _strip(pdf: pikepdf.Pdf) -> None:
    for name in set(pdf.Root.keys()) - {"/Type", "/Pages"}:
        del pdf.Root[name]
    todo: list[tuple[Any, str]] = []
    for page in pdf.pages:
        for name in set(page.obj.keys()) - PAGE - BOXES:
            del page.obj[name]
        todo += [(page.obj[name], name) for name in ("/Resources", "/Contents", "/Group") if name in page.obj]
    _walk(todo)


def _walk(todo: list[tuple[Any, str]]) -> None:
    """Take what runs, and what is joined, off all that pages draw with: things, with the name they stand under."""
    seen: set[tuple[int, int]] = set()
    count = 0
    while todo:
        thing, under = todo.pop()
        if not isinstance(thing, pikepdf.Object):
            continue
        if thing.is_indirect:
            if thing.objgen in seen:
                continue
            seen.add(thing.objgen)
        if isinstance(thing, pikepdf.Array):
            found = [(each, "") for each in thing]
        elif isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            _take_off(thing, under)
            found = [(thing[name], name) for name in thing.keys() if name != "/Parent"]  # noqa: SIM118 -- not a dict
        else:
            continue
        count += len(found)
        if count > MAX_THINGS:
            raise NotBare("unreadable")
        todo += found


def _take_off(thing: Any, under: str) -> None:
    names = set(thing.keys())
    if isinstance(thing, pikepdf.Stream):
        unwanted = names & (BANNED | OUTSIDE)
        _bare_jpeg(thing)
    elif under == "/Resources":
        unwanted = names - NAMED - {"/ProcSet"}
    else:
        unwanted = set() if under in NAMED | ALSO_NAMED else names & BANNED
    for name in unwanted:
        del thing[name]


def _bare_jpeg(stream: Any) -> None:
    """Take off a photo laid in a page what it says of its phone, its owner and its place."""
    name = stream.get("/Filter")
    if name == pikepdf.Name.DCTDecode or name == pikepdf.Array([pikepdf.Name.DCTDecode]):
        raw = stream.read_raw_bytes()
        kept = without_metadata(raw)
        if kept != raw:
            stream.write(kept, filter=pikepdf.Name.DCTDecode, decode_parms=stream.get("/DecodeParms"))


def without_metadata(jpeg: bytes) -> bytes:
    """Return a JPEG without its comments and metadata: colours (APP0, APP2, APP14) and pixels are left as they are.

    What is no JPEG as it is usually written comes back as it came.
    """
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept, at = bytearray(jpeg[:2]), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        mark = jpeg[at + 1]
        if mark == 0xDA:  # the pixels follow
            return bytes(kept + jpeg[at:])
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        is_said = mark == 0xFE or (0xE0 <= mark <= 0xEF and mark not in (0xE0, 0xE2, 0xEE))
        if not is_said:
            kept += jpeg[at:end]
        at = end
    return jpeg


if __name__ == "__main__":
    megabytes, seconds = (int(text) for text in sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        pages, kept = bare_pdf(sys.stdin.buffer.read())
    except NotBare as refused:
        sys.exit(next(number for number, code in REASONS.items() if code == refused.code))
    sys.stdout.buffer.write(b"%d\n" % pages + kept)
