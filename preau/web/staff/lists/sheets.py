"""Lines of a list put together: a sheet per site, activity and moment for a day; a table per site for a week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from preau.base.ordering import name_key
from preau.domain.bookings.queries.expected import Expected
from preau.web.staff.lists.filters import BY_CLASS, class_key, in_order


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """Lines of one class, or of all when the list goes by name. `title` is "" then."""

    title: str
    rows: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class DaySheet:
    """Who is expected in one moment of an activity at a site. `unit` is "" where nothing is booked."""

    site: str
    activity: str
    unit: str
    groups: tuple[ClassGroup, ...]
    count: int  # who comes: those who said that they would not are left out


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One child: for each day of the table, the letters of its moments; in brackets when it said it would not come."""

    row: Expected
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeekTable:
    """A week at a site. `keys` says each letter; `counts` how many come each day."""

    site: str
    days: tuple[date, ...]
    groups: tuple[tuple[str, tuple[WeekLine, ...]], ...]
    counts: tuple[int, ...]
    keys: tuple[tuple[str, str], ...] = field(default=())


def day_sheets(*, rows: Sequence[Expected], order: str) -> list[DaySheet]:
    """Return the sheets of a day, in the order in which the lines come."""
    found: dict[tuple[int, int, str], list[Expected]] = {}
    for row in rows:
        found.setdefault((row.site_id, row.activity_id, row.unit), []).append(row)
    return [
        DaySheet(
            members[0].site,
            members[0].activity,
            members[0].unit,
            _groups(members, order),
            sum(not row.is_absent for row in members),
        )
        for members in found.values()
    ]


def week_tables(*, rows: Sequence[Expected], order: str, no_unit: str) -> list[WeekTable]:
    """Return one table per site: a child has one line for all its activities there, and a day nobody comes has none.

    :param no_unit: what stands for a moment where nothing is booked, « Inscrit ».
    """
    by_site: dict[tuple[object, int], list[Expected]] = {}
    for row in rows:
        by_site.setdefault((name_key(row.site), row.site_id), []).append(row)
    return [_table(by_site[key], order, no_unit) for key in sorted(by_site, key=lambda key: (str(key[0]), key[1]))]


def _table(rows: list[Expected], order: str, no_unit: str) -> WeekTable:
    days = tuple(sorted({row.on for row in rows}))
    letters = _letters(rows, no_unit)
    people: dict[tuple[str, int], list[Expected]] = {}
    for row in rows:
        people.setdefault(who(row), []).append(row)
    firsts = in_order([members[0] for members in people.values()], order=order)
    lines = [WeekLine(first, _cells(people[who(first)], days, letters)) for first in firsts]
    groups = [("", tuple(lines))]
    if order == BY_CLASS:
        groups = [(title, tuple(each)) for title, each in groupby(lines, key=lambda line: line.row.class_name)]
    counts = tuple(len({who(row) for row in rows if row.on == day and not row.is_absent}) for day in days)
    keys = tuple((letter, f"{unit or no_unit}, {activity}") for (activity, unit, _code), letter in letters.items())
    return WeekTable(rows[0].site, days, tuple(groups), counts, keys)


def _letters(rows: Iterable[Expected], no_unit: str) -> dict[tuple[str, str, str], str]:
    """A letter for each moment of each activity: its own code, and a figure after it when another has it too."""
    moments = {(row.starts_minute, row.activity, row.unit, row.unit_code) for row in rows}
    found: dict[tuple[str, str, str], str] = {}
    for _at, activity, unit, code in sorted(moments):
        base = code or no_unit[:1]
        letter, number = base, 2
        while letter in found.values():
            letter, number = f"{base}{number}", number + 1
        found[(activity, unit, code)] = letter
    return found


def _cells(rows: Iterable[Expected], days: Sequence[date], letters: dict[tuple[str, str, str], str]) -> tuple[str, ...]:
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        letter = letters[(row.activity, row.unit, row.unit_code)]
        found.setdefault(row.on, {})[f"({letter})" if row.is_absent else letter] = row.starts_minute
    return tuple(" ".join(sorted(found.get(day, {}), key=lambda each: found[day][each])) for day in days)


def who(row: Expected) -> tuple[str, int]:
    """Return whose line it is: a child of two homes, enrolled by both, has one."""
    return ("child", row.child_id) if row.child_id else ("enrolment", row.enrolment_id)


def _groups(rows: Sequence[Expected], order: str) -> tuple[ClassGroup, ...]:
    ordered = in_order(rows, order=order)
    if order != BY_CLASS:
        return (ClassGroup("", tuple(ordered)),)
    found = [(members[0].class_name, members) for members in _by_class(ordered)]
    return tuple(ClassGroup(title, tuple(members)) for title, members in found)


def _by_class(rows: Sequence[Expected]) -> list[list[Expected]]:
    return [list(members) for _key, members in groupby(rows, key=class_key)]
