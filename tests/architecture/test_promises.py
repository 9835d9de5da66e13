"""The promises of ARCHITECTURE.md that a machine can check; each is violated once to see it caught."""

import re
import subprocess
import sys

from preau.domain.procedures.enums import ProcedureKind
from tests.architecture import source
from tests.architecture.source import APP_ORDER, CODE, ROOT, layer_of, modules, templates

SCREENS = [path for part in ("public", "family", "staff") for path in modules("web", part)]
DOMAIN = list(modules("domain"))


def offences(paths, check):
    return [f"{path.relative_to(ROOT)}: {each}" for path in paths for each in check(path.read_text(encoding="utf-8"))]


def layer(*names):
    return [path for path in DOMAIN if layer_of(path) in names]


def test_screens_never_write_rows():
    assert offences(SCREENS, source.row_writes) == []
    assert source.row_writes("booking.save()") == ["line 1: .save()"]


def test_rules_queries_and_operations_never_read_the_clock():
    assert offences(layer("rules", "queries", "operations"), source.clock_reads) == []
    assert source.clock_reads("from django.utils import timezone\ntimezone.now()")
    assert source.clock_reads("from datetime import date\ndate.today()")


def test_screens_read_the_clock_from_the_request():
    assert offences(SCREENS, source.clock_reads) == []


def test_public_queries_and_operations_take_named_arguments_only():
    paths = [path for path in layer("queries", "operations") if path.name != "__init__.py"]
    allowed = {"child_card", "view_of", "items_of_drafts", "held_by_participant"}
    found = [each for each in offences(paths, source.positional_arguments) if each.split(": ")[1] not in allowed]
    assert found == []
    assert source.positional_arguments("def book(slot, *, now): ...") == ["book: positional arguments"]


def test_public_functions_of_the_domain_say_what_they_do():
    assert offences(layer("rules", "queries", "operations"), source.missing_docstrings) == []
    assert source.missing_docstrings("def book(): ...") == ["book: no docstring"]


def test_modules_stay_small():
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    domain = [str(path) for path, size in sizes.items() if "domain" in path.parts and size > 500]
    web = [str(path) for path, size in sizes.items() if "web" in path.parts and size > 400]
    assert (domain, web) == ([], [])


def test_string_relations_respect_the_order_of_apps():
    found = [
        each
        for app in APP_ORDER
        if (CODE / "domain" / app / "models.py").exists()
        for each in source.upward_relations(app, (CODE / "domain" / app / "models.py").read_text(encoding="utf-8"))
    ]
    assert found == []
    assert source.upward_relations("families", 'ForeignKey("bookings.Booking")') == ["families → bookings"]


def test_papers_hold_templates_only():
    assert {path.name for path in modules("web", "papers")} == {"__init__.py", "apps.py"}


def test_templates_have_nothing_inline_and_speak_plainly():
    found = [each for name, text in templates().items() for each in source.template_offences(name, text)]
    assert found == []
    assert source.template_offences("x.html", '<p style="color:red">') == ["x.html: inline style or script"]
    assert source.template_offences("x.html", "<p onclick='go()'>") == ["x.html: inline style or script"]
    assert source.template_offences("x.html", "<script>alert(1)</script>") == ["x.html: inline style or script"]
    assert source.template_offences("x.html", "Veuillez patienter")


def test_every_template_is_used():
    code = "\n".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    texts = templates()
    everything = code + "\n".join(texts.values())
    answers = {f"papers/answers/_{kind}.html" for kind in ProcedureKind}  # shown by the kind of the démarche
    by_name = {
        "admin/base_site.html",
        "400.html",
        "403.html",
        "404.html",
        "413.html",
        "429.html",
        "500.html",
        "503.html",
        "csrf.html",
    }
    unused = [
        name
        for name in texts
        if name not in by_name
        and name not in everything
        and name.split("mails/")[-1].rsplit(".", 1)[0] not in code
        and name not in answers
    ]
    assert unused == []


def test_every_mail_is_written_twice_as_text_and_as_a_page():
    mails = {name for name in templates() if name.startswith("papers/mails/") and "/_" not in name}
    names = {name.rpartition(".")[0] for name in mails}
    assert {f"{name}.{form}" for name in names for form in ("txt", "html")} - mails == set()


def test_included_fragments_start_with_an_underscore():
    named = re.findall(r'{% include "([^"]+)"', "\n".join(templates().values()))
    assert [name for name in named if not name.rsplit("/", 1)[-1].startswith("_")] == []


def test_no_committed_file_names_a_registry_or_a_path_of_this_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    hosts = ("pypi." + "org", "registry." + "npmjs", "index-" + "url", "/work" + "/main", "/work" + "/shared")
    found = []
    for name in listed:
        path = ROOT / name
        if path.suffix in {".png", ".svg"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {host}" for host in hosts if host in text]
    assert found == []


VIOLATIONS = [
    ("domain/bookings/rules.py", "import django\n", "Rules, enums and the kernel are pure"),
    ("web/family/home/views.py", "from preau.domain.bookings.models import Booking\n", "Screens reach rows only"),
    ("domain/catalogue/queries.py", "from preau.domain.procedures import operations\n", "The domain apps, in order"),
    ("domain/bookings/models.py", "from preau.domain.bookings import operations\n", "Inside an app"),
    ("web/staff/home/views.py", "from preau.web.family import refusals\n", "Public, family and staff screens"),
    ("base/search.py", "from preau.domain.accounts import rules\n", "The floors"),
    ("domain/families/helpers.py", "x = 1\n", "Inside an app"),
    ("web/ui/palette.py", "from preau.domain.accounts import enums\n", "The design system knows no business word"),
]


def test_each_contract_catches_its_violation(tmp_path):
    """`bin/check` says that the contracts hold; this, that each would be seen broken. One copy of the code for all."""
    import shutil

    shutil.copytree(CODE, tmp_path / "preau", ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    for path, line, _contract in VIOLATIONS:
        target = tmp_path / "preau" / path
        before = target.read_text(encoding="utf-8") if target.exists() else '"""Help."""\n'
        target.write_text(before + "\n" + line, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    output = result.stdout + result.stderr
    assert result.returncode != 0
    said = " ".join(output.split())  # a long name is cut at the width of a terminal
    verdicts = dict(re.findall(r"(\S.{20,140}?) (KEPT|BROKEN)", said))
    broken = [name for name, verdict in verdicts.items() if verdict == "BROKEN"]
    missed = [each[2] for each in VIOLATIONS if not any(each[2].split(",")[0] in name for name in broken)]
    assert missed == [], output[-1500:]
