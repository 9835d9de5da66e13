"""Kinds of fault that must not come back: each looked for in the source."""

import re
from pathlib import Path

from preau.web.ui.bundle import css_of
from tests.architecture.source import modules

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "preau"
CLASS = re.compile(r'class="([^"]*(?:\{[%{][^"]*"[^"]*"[^"]*)*)"')
TAG = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}")
FIELDS = re.compile(r"\bforms\.(CharField|EmailField|DateField|RegexField|SlugField)\(")
# The exceptions, each with the reason why what is looked for is right there.
TYPED = {"web/ui/typed.py", "web/ui/gallery.py"}  # what cleans; a page that sends nothing


def sources(*folders: str) -> list[tuple[str, str]]:
    found = [path for folder in folders for path in sorted((CODE / folder).rglob("*.py"))]
    return [(str(path.relative_to(CODE)), path.read_text(encoding="utf-8")) for path in found]


def classes_of(text: str) -> set[str]:
    """The classes that a template writes itself; what a variable gives is not looked at."""
    found = set()
    for [written] in (match.groups() for match in CLASS.finditer(re.sub(r"\{#.*?#\}", "", text))):
        words = TAG.sub(" ", written).split() if "{{" not in written else TAG.sub("\0", written).split()
        found |= {word for word in words if re.fullmatch(r"[a-zA-Z][\w-]*", word)}
    return found


def test_every_class_of_a_template_has_a_rule_in_a_sheet_that_its_page_loads():
    ours, theirs = (
        set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", css_of(name))) for name in ("ui/preau.css", "ui/agents.css")
    )
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.js"))
    lacking = {}
    for path in sorted(CODE.rglob("*.html")):
        if "admin" in path.parts or "mails" in path.parts:
            continue
        known = ours if {"family", "public"} & set(path.parts) else ours | theirs
        alone = {
            name
            for name in classes_of(path.read_text(encoding="utf-8")) - known
            if not re.search(rf"\b{re.escape(name)}\b", scripts)
        }
        if alone:
            lacking[str(path.relative_to(CODE))] = sorted(alone)
    assert lacking == {}


def test_the_search_for_classes_finds_them():
    assert classes_of('<a class="btn {% if x %}go{% endif %}" id="a"><b class="t{{ n }} row">') == {"btn", "go", "row"}


def test_what_people_type_goes_through_the_fields_that_clean_it():
    bare = {name: FIELDS.findall(text) for name, text in sources("web") if name not in TYPED}
    assert {name: found for name, found in bare.items() if found} == {}


def test_telephones_and_postcodes_are_read_in_one_place():
    shapes = re.compile(r"""r["'][^"'\n]*(\[0-9\]|\\d)\{(5|8|9|10)\}""")
    found = [name for name, text in sources("web/family", "web/staff", "web/public") if shapes.search(text)]
    assert found == []


def test_names_are_sorted_in_french_and_compared_folded():
    """On a raw name, « Étienne » comes after Zola, and each database has its own idea."""
    raw = re.compile(r'order_by\([^()]*"(?:\w+__)?(?:last_|first_|short_|full_)?name"|_name__iexact')
    pages = [path for path in modules("domain") if "migrations" not in path.parts and path.name != "admin.py"]
    wrong = [f"{path}: {found}" for path in pages for found in raw.findall(path.read_text(encoding="utf-8"))]
    assert wrong == []
    assert raw.search('rows.order_by("kind", "last_name")')


def test_every_path_that_the_documents_name_exists():
    wrong = []
    for page in [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]:
        if page.name == "CHANGELOG.md":
            continue
        for path in re.findall(
            r"`((?:preau|tests|docs|bin|deploy|base|web|domain|config|kernel)/[\w./-]+\.\w+)`", page.read_text()
        ):
            if not (ROOT / path).exists() and not (CODE / path).exists():
                wrong.append(f"{page.relative_to(ROOT)} : {path}")
    assert wrong == []
