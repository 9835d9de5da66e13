"""Papers given on request: one description, drawn as a tagged PDF by typst and as a page by its HTML twin.

A paper is a title and plain blocks. Both drawings read the same blocks, so that neither says more than the other.
Texts reach typst as JSON: they are content, never markup, and can neither read a file nor import anything.
"""

import json
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import typst
from django.conf import settings

PDF_UA = "ua-1"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a paper. `kind` says which of the others count; see the functions below."""

    kind: str
    text: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    count: int = 0

    @property
    def named_rows(self) -> list[list[tuple[str, str]]]:
        """Return each cell of a table with the name of its column: a phone shows one below the other."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on a paper. `issuer`: lines of its head, the name first; `footer`: under each page."""

    title: str
    issuer: tuple[str, ...]
    footer: str
    blocks: tuple[Block, ...]
    lang: str = "fr"


def heading(text: str) -> Block:
    """Return a title of part."""
    return Block("heading", text=text)


def words(text: str) -> Block:
    """Return a paragraph."""
    return Block("words", text=text)


def facts(*rows: tuple[str, str]) -> Block:
    """Return names with their values; a value may have several lines."""
    return Block("facts", rows=rows)


def items(*texts: str) -> Block:
    """Return a bulleted list."""
    return Block("items", rows=tuple((text,) for text in texts))


def table(head: tuple[str, ...], *rows: tuple[str, ...]) -> Block:
    """Return a table; every row has as many cells as the head."""
    return Block("table", head=head, rows=rows)


def boxes(text: str, count: int) -> Block:
    """Return empty boxes to be filled by hand, one sign in each."""
    return Block("boxes", text=text, count=count)


def line(text: str) -> Block:
    """Return a line to be filled by hand: a date, a signature."""
    return Block("line", text=text)


def pdf(*, paper: Paper, now: datetime) -> bytes:
    """Return a paper as a tagged PDF, PDF/UA-1 where its texts allow it. About 50 ms.

    A sign that our fonts do not have (an emoji in a first name) is against PDF/UA: the file is then only tagged.
    """
    inputs = {"paper": json.dumps(asdict(paper))}
    now = now.replace(microsecond=0)  # as PDF dates are
    with _busy:  # a compiler serves one call at a time
        try:
            return _compiled(inputs, now, [PDF_UA])
        except typst.TypstError as problem:
            if "PDF/UA" not in problem.message:
                raise
            return _compiled(inputs, now, [])


def _compiled(inputs: dict[str, str], now: datetime, standards: list[str]) -> bytes:
    found = _compiler().compile(format="pdf", sys_inputs=inputs, pdf_standards=standards, timestamp=now)  # type: ignore[arg-type]
    if not isinstance(found, bytes):
        raise TypeError("typst gave no file")
    return found


@cache
def _compiler() -> typst.Compiler:
    """The only compiler: making one reads the fonts. It sees its own folder and its own fonts, nothing else."""
    root = Path(settings.PREAU_PAPERS_DIR)
    return typst.Compiler(input=root / "paper.typ", root=root, ignore_system_fonts=True)


_busy = threading.Lock()
