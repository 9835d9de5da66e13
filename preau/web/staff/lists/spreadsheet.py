"""Lists as spreadsheets. What families typed is text, whatever it looks like: no cell is ever a formula or a link."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _

from preau.domain.bookings.queries.expected import Expected
from preau.web.staff.lists.care import Care
from preau.web.staff.lists.sheets import WeekTable
from preau.web.ui.templatetags.fr import day_words, day_words_short

AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDTHS = (24, 26, 22, 16, 22, 18, 30)
MAX_TITLE = 31  # of a sheet, by the format; some signs are refused too
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def day_book(*, on: date, rows: Iterable[Expected], care: Care) -> bytes:
    """Return the lines of a day, one per child and moment."""
    head = [_("Lieu"), _("Activité"), _("Moment"), _("Classe"), _("Nom"), _("Prénom"), _("À savoir")]
    lines = [
        [
            row.site,
            row.activity,
            row.unit or _("Inscrit"),
            row.class_name,
            row.last_name,
            row.first_name,
            ", ".join(filter(None, (_("Absent") if row.is_absent else "", _care(care, row)))),
        ]
        for row in rows
    ]
    return book({day_words(on): [head, *lines]})


def week_book(*, tables: Sequence[WeekTable], care: Care) -> bytes:
    """Return a sheet per site: a line per child, a column per day; then what each letter means."""
    sheets = {}
    for table in tables:
        days = [day_words_short(day) for day in table.days]
        lines = [[_("Classe"), _("Nom"), _("Prénom"), *days, _("À savoir")]]
        for _title, members in table.groups:
            for line in members:
                row = line.row
                lines.append([row.class_name, row.last_name, row.first_name, *line.cells, _care(care, row)])
        lines.append([_("Attendus"), "", "", *map(str, table.counts)])
        lines += [[], *([letter, meaning] for letter, meaning in table.keys)]
        sheets[table.site] = lines
    return book(sheets or {_("Semaine"): [[_("Personne n’est attendu cette semaine.")]]})


def book(sheets: dict[str, list[list[str]]]) -> bytes:
    """Return a workbook of sheets of texts, the first line of each in bold and kept in sight."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, AS_TEXT) as workbook:
        bold = workbook.add_format({"bold": True})
        for number, (title, lines) in enumerate(sheets.items(), start=1):
            sheet = workbook.add_worksheet(_title(title, number, len(sheets)))
            sheet.freeze_panes(1, 0)
            for column, width in enumerate(WIDTHS):
                sheet.set_column(column, column, width)
            for place, line in enumerate(lines):
                for column, text in enumerate(line):
                    sheet.write_string(place, column, text, bold if place == 0 else None)
    return out.getvalue()


def _title(title: str, number: int, count: int) -> str:
    """A title that the format takes; two that begin alike keep apart."""
    room = MAX_TITLE - len(str(count)) - 1 if count > 1 else MAX_TITLE
    short = title.translate(FORBIDDEN).strip()[:room]
    return f"{short} {number}" if count > 1 else short


def _care(care: Care, row: Expected) -> str:
    return care.words.get(row.child_id or 0, "")
