"""What is written once in the house, and where: a second place is the start of ten."""

import ast
import re
from html.parser import HTMLParser

from tests.architecture.source import CODE, modules, templates


def callers(name: str) -> set[str]:
    """Modules whose source holds a call, told from `preau/`."""
    found = set()
    for path in modules():
        if any(
            isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        ):
            found.add(str(path.relative_to(CODE)))
    return found


def test_rooms_export_nothing_again():
    """Callers import from the module that holds the thing: where it is found is where it is said to be."""
    speaking = {}
    for name in ("queries", "operations"):
        for path in CODE.glob(f"domain/*/{name}/__init__.py"):
            body = ast.parse(path.read_text(encoding="utf-8")).body
            if len(body) != 1 or not isinstance(body[0], ast.Expr):
                speaking[str(path.relative_to(CODE))] = len(body)
    assert speaking == {}


def test_one_envelope_for_every_mail():
    assert callers("outbox.post") == {"domain/accounts/operations/letters.py"}


def test_one_writer_of_timelines():
    assert callers("TimelineEntry.objects.create") == {"domain/procedures/operations/messages.py"}


def test_no_private_name_is_borrowed_from_another_module():
    borrowed = [
        f"{path.relative_to(CODE)}: {alias.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_") and alias.name != "_"
    ]
    assert borrowed == []


def test_few_arguments_without_a_name():
    """More than four are told apart only by counting them."""
    wrong = [
        f"{path.relative_to(CODE)}: {node.name}"
        for path in modules()
        if "demo" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and len([each for each in node.args.args if each.arg not in ("self", "cls")]) > 4
    ]
    assert wrong == []


def test_one_function_says_what_an_agent_looks_after():
    """A second reading of the limits is how a list shows what a page refuses."""
    reads = re.compile(r"\bactor\.(department|site)_ids\b")
    known = {
        "base/scope.py",
        "domain/enrolments/queries/files.py",  # site staff: the class of a child counts too
        "domain/families/operations/health.py",  # written in the journal
        "domain/procedures/queries/visibility.py",  # what nobody looks after is the managers'
        "web/staff/families/duplicates.py",  # the key of a kept answer
    }
    found = {str(path.relative_to(CODE)) for path in modules() if reads.search(path.read_text(encoding="utf-8"))}
    assert found == known


def test_the_reads_that_are_kept_written():
    """One more is a choice (ADR 0013): it is hot, and a test proves it equal to its ORM form."""
    reads = re.compile(r"^@written\ndef (\w+)", re.MULTILINE)
    found = {
        f"{path.relative_to(CODE / 'domain').with_suffix('')}:{name}"
        for path in modules("domain")
        for name in reads.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {
        "accounts/queries:_entrance_rows",
        "accounts/queries:_post_rows",
        "bookings/queries/board:_slot_rows",
        "bookings/queries/facts:_class_rows",
        "bookings/queries/facts:_held_and_holiday_rows",
        "bookings/queries/facts:_held_rows",
        "bookings/queries/facts:_rows_by_id",
        "bookings/queries/facts:_rows_of_families",
        "bookings/queries/slots:_slot_rows_by_id",
        "bookings/queries/week:_planned_rows",
        "bookings/queries/week:_to_book_rows",
        "catalogue/queries:_calendar_rows",
        "catalogue/queries:_counter_rows",
        "catalogue/queries:_year_rows",
        "documents/queries/folders:_sent_rows",
        "documents/queries/folders:_type_rows",
        "documents/queries/pieces:_active_type_rows",
        "enrolments/queries/lists:_pattern_rows",
        "enrolments/queries/lists:_rows_of_family",
        "enrolments/queries/schools:_schooling_rows",
        "families/queries/children:_flag_rows",
        "families/queries/children:_sheet_rows",
        "families/queries/children:_situation_rows",
        "families/queries/children:_validated_rows",
        "families/queries/files:_adult_rows",
        "families/queries/files:_contact_rows",
        "families/queries/files:_standing_rows",
        "families/queries/files:_tied_rows",
        "organisations/queries:_revision_rows",
        "procedures/queries/dossiers:_asking_rows",
        "procedures/queries/dossiers:_mark_rows",
        "procedures/queries/orders:_basket_rows",
        "procedures/queries/orders:_latest_rows",
        "procedures/queries/orders:_line_rows",
        "procedures/queries/orders:_newest_of_family",
        "procedures/queries/orders:_numbers_of_family",
        "procedures/queries/orders:_rows_of_number",
        "procedures/queries/orders:_rows_of_order",
        "procedures/queries/orders:locked_drafts",
        "procedures/queries/to_finish:_dossier_rows",
        "procedures/queries/to_finish:_waiting_rows",
    }
    users = [path for path in modules() if "written import written" in path.read_text(encoding="utf-8")]
    assert all(path.is_relative_to(CODE / "domain") for path in users)


def test_one_migration_per_app():
    """Nothing was released: there is no database to carry over, and no history to read."""
    counted = {path.parent.name: len(list(path.glob("0*.py"))) for path in CODE.rglob("migrations")}
    assert set(counted.values()) == {1}


def test_templates_can_be_read():
    """No line over 200 signs, but for a translated sentence; a plain mail keeps its own lines."""
    said = re.compile(r"\{% blocktranslate.*?endblocktranslate %\}|\{% translate \"[^\"]*\"[^%]*%\}")
    wrong = [
        f"{name}: {number}"
        for name, text in templates().items()
        if not name.endswith(".txt")
        for number, line in enumerate(text.splitlines(), start=1)
        if len(line) > 200 and (len(said.sub("", line)) > 200 or line.count("translate") > 4)
    ]
    assert wrong == []


def test_no_template_writes_what_a_filter_says():
    """« de Oscar », « né(e) » for a girl, « 1 jour(s) »: see `kernel.french_words`."""
    wrong = re.compile(r"\bde \{\{ (?!n\b|hours|delay_hours)\w+|\bd’\{\{|\w\(e\)|\w\(s\)")
    known = ("papers/words/_born.html", "papers/words/_situation.html")  # where nobody said, and a list to choose from
    found = {name: wrong.findall(text) for name, text in templates().items() if name not in known}
    assert {name: each for name, each in found.items() if each} == {}


def test_no_sign_begins_a_line():
    """« : » alone under its words: the space before it does not break."""
    wrong = re.compile(r"[}\w»)] [:;?!](?=[ \n<\"]|$)")
    found = {name: wrong.findall(text) for name, text in templates().items()}
    assert {name: each for name, each in found.items() if each} == {}


def test_what_opens_is_a_fold():
    """No naked triangle: a disclosure is a `.fold`, a child that opens, a button of tools or an entry of the menu."""
    dressed = re.compile(r'class="fold|class="pop|name="menu"')
    naked = [
        name
        for name, text in templates().items()
        for tag in re.findall(r"<details(?:\{%.*?%\}|[^>])*>", text)
        if not dressed.search(tag)
    ]
    assert naked == []


class Nesting(HTMLParser):
    """Finds what must never stand inside a card: the bar of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, set[str]]] = []
        self.has_bar_in_card = False

    def handle_starttag(self, tag, attrs):
        classes = set((dict(attrs).get("class") or "").split())
        if "bar" in classes and any("card" in each for _, each in self.open):
            self.has_bar_in_card = True
        if tag not in {"input", "br", "img", "hr", "meta", "link", "use", "path"}:
            self.open.append((tag, classes))

    def handle_endtag(self, tag):
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place][0] == tag:
                del self.open[place:]
                return


def test_no_bar_inside_a_card():
    found = []
    for name, text in templates().items():
        reader = Nesting()
        reader.feed(re.sub(r"\{%.*?%\}", "", text))
        if reader.has_bar_in_card:
            found.append(name)
    assert found == []
