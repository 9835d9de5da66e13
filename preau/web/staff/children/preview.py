"""The coming weeks of a child with two homes: in words, and as a small calendar."""

from dataclasses import dataclass
from datetime import date, timedelta

from preau.domain.catalogue.queries import school_holidays_between
from preau.domain.families.queries.custody import Calendar, CustodyFile
from preau.kernel.periods import Period, monday_of
from preau.kernel.residence import Side, turns

WEEKS = 8


@dataclass(frozen=True, slots=True)
class Turn:
    """Some days in a row at one home."""

    period: Period
    side: Side
    who: str


@dataclass(frozen=True, slots=True)
class PreviewDay:
    on: date
    side: Side
    mark: str
    who: str


@dataclass(frozen=True, slots=True)
class PreviewWeek:
    number: int
    days: tuple[PreviewDay, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Eight weeks from this Monday. `names` are those of sides a and b, with the letter of the small calendar."""

    turns: tuple[Turn, ...]
    weeks: tuple[PreviewWeek, ...]
    names: tuple[tuple[str, Side, str], ...]


def preview_of(*, organisation_id: int, file: CustodyFile, calendar: Calendar, today: date) -> Preview:
    """Return the coming weeks of a calendar. One query."""
    start = monday_of(today)
    end = start + timedelta(days=7 * WEEKS)
    holidays = school_holidays_between(organisation_id=organisation_id, start=start, end=end)
    names: dict[Side, str] = {"a": file.name_of(calendar.adult_a_id), "b": file.name_of(calendar.adult_b_id)}
    marks = _marks(names)
    runs = turns(calendar.pattern, start, end, holidays)
    days = [PreviewDay(day, side, marks[side], names[side]) for period, side in runs for day in period.days()]
    return Preview(
        turns=tuple(Turn(period, side, names[side]) for period, side in runs),
        weeks=tuple(PreviewWeek(days[i].on.isocalendar().week, tuple(days[i : i + 7])) for i in range(0, len(days), 7)),
        names=tuple((marks[side], side, names[side]) for side in names),
    )


def _marks(names: dict[Side, str]) -> dict[Side, str]:
    """The initial of each parent, or 1 and 2 when they share it."""
    first, second = names["a"][:1].upper(), names["b"][:1].upper()
    return {"a": "1", "b": "2"} if first == second else {"a": first, "b": second}
