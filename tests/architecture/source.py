"""What imports cannot say, read in the source: each check returns its offences, as sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "preau"
WRITES = {"save", "delete", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
CLOCKS = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
APP_ORDER = [
    "organisations",
    "accounts",
    "families",
    "documents",
    "publishing",
    "catalogue",
    "enrolments",
    "bookings",
    "procedures",
]
FORBIDDEN_WORDS = re.compile(r"\b(veuillez|procéder à|suscité)\b", re.IGNORECASE)
INLINE = re.compile(r"""<[^>]+\s(?:style|on[a-z]+)=["']|<script(?![^>]*\bsrc=)[^>]*>|<style""", re.IGNORECASE)


def modules(*parts: str) -> Iterator[Path]:
    for path in sorted(CODE.joinpath(*parts).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def layer_of(path: Path) -> str:
    """The layer of a domain module: rules, queries, operations… whether file or package."""
    parts = path.relative_to(CODE / "domain").parts
    return parts[1].removesuffix(".py") if len(parts) > 1 else ""


def clock_reads(source: str) -> list[str]:
    """Calls that read the clock."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if (name, node.func.attr) in CLOCKS:
                found.append(f"line {node.lineno}: reads the clock")
    return found


def row_writes(source: str) -> list[str]:
    """Calls by which a screen would write a row."""
    return [
        f"line {node.lineno}: .{node.func.attr}()"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id in {"cache"})
    ]


def public_functions(source: str) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def positional_arguments(source: str) -> list[str]:
    """Public functions that take more than named arguments."""
    return [
        f"{function.name}: positional arguments"
        for function in public_functions(source)
        if function.args.args or function.args.posonlyargs or function.args.vararg
    ]


def missing_docstrings(source: str) -> list[str]:
    return [
        f"{function.name}: no docstring" for function in public_functions(source) if not ast.get_docstring(function)
    ]


def upward_relations(app: str, source: str) -> list[str]:
    """Relations written as strings ("app.Model") that go up the order of apps."""
    found = []
    for text in re.findall(r'"([a-z]+)\.[A-Z]\w+"', source):
        if text in APP_ORDER and APP_ORDER.index(text) > APP_ORDER.index(app):
            found.append(f"{app} → {text}")
    return found


MAIL = "papers/mails/base.html"  # a mail program reads no stylesheet of a site, and has no policy of ours


def template_offences(name: str, text: str) -> list[str]:
    found = []
    if name != MAIL and INLINE.search(text):
        found.append("inline style or script")
    if len(text.splitlines()) > 120:
        found.append("more than 120 lines")
    if FORBIDDEN_WORDS.search(text):
        found.append("a word that families need not read")
    return [f"{name}: {each}" for each in found]


def templates() -> dict[str, str]:
    found = {}
    for folder in CODE.rglob("templates"):
        for path in folder.rglob("*"):
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return found
