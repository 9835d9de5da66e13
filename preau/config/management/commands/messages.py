"""`preau messages`: brings the catalogues up to date with the texts of the code, without any gettext tool.

msgids are French. The `fr` catalogue holds only what French needs one for: plurals. `en` is a translation.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand

TRANSLATE = re.compile(r'{%\s*translate\s+"((?:[^"\\]|\\.)*)"(?:\s+context\s+"([^"]*)")?')
BLOCK = re.compile(r"{%\s*blocktranslate([^%]*)%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)
PLURAL = re.compile(r"{%\s*plural\s*%}")
VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")
CALLS = {"_", "gettext", "gettext_lazy"}
Text = tuple[str, str]  # context or "", text: one word may have two meanings, each with its translation
Message = tuple[Text, str]  # text, plural or ""


def messages_of_template(text: str) -> Iterator[Message]:
    """Yield the messages of a template."""
    for found in TRANSLATE.finditer(text):
        yield (found[2] or "", found[1]), ""
    for found in BLOCK.finditer(text):
        singular, *plural = [_block_id(part) for part in PLURAL.split(found[2])]
        yield ("", singular), plural[0] if plural else ""


def _block_id(text: str) -> str:
    return VARIABLE.sub(r"%(\1)s", text.replace("%", "%%"))


def messages_of_module(source: str) -> Iterator[Message]:
    """Yield the messages of a Python module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield ("", first.value), ""


def all_messages(root: Path) -> dict[Text, str]:
    """Return every message of the product: (context, singular) → plural or ""."""
    found: dict[Text, str] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found.update(dict(messages_of_template(path.read_text(encoding="utf-8"))))
        elif path.suffix == ".py" and "migrations" not in path.parts:
            found.update(dict(messages_of_module(path.read_text(encoding="utf-8"))))
    return dict(sorted(found.items(), key=lambda each: (each[0][1], each[0][0])))


class Command(BaseCommand):
    help = "Met à jour les catalogues de traduction d’après les textes du code."

    def handle(self, *args: Any, **options: Any) -> None:
        messages = all_messages(Path(settings.ROOT))
        for language in ("fr", "en"):
            wanted = {one: many for one, many in messages.items() if many or language != "fr"}
            missing = _update(settings.CATALOGUES_DIR, language, wanted)
            self.stdout.write(f"{language} : {len(wanted)} textes, {missing} à traduire")


def _update(folder: Path, language: str, wanted: dict[Text, str]) -> int:
    path = folder / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Language": language,
        "Plural-Forms": "nplurals=2; plural=(n > 1);" if language == "fr" else "nplurals=2; plural=(n != 1);",
    }
    for (meaning, one), many in wanted.items():
        entry = known.get((meaning, one)) or polib.POEntry(msgid=one, msgctxt=meaning or None)
        if many:
            entry.msgid_plural = many
            entry.msgstr_plural = {0: one, 1: many} if language == "fr" else entry.msgstr_plural or {0: "", 1: ""}
        catalogue.append(entry)
    catalogue.save(str(path))
    return sum(not entry.translated() for entry in catalogue)
