"""The days of a month, a line of hours for each: typed, judged at its place, nothing lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from preau.domain.creche.rules import CareRules
from preau.kernel.time_ranges import Ranges, TimeRange
from preau.web.fields import hours as words
from preau.web.fields.lines import Unreadable, read_hours, write_hours

MAX_LINE = 80
DONE, CHANGED, WRONG = 302, 409, 422  # what a page answers to what was typed


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day with what is typed for it, and what is wrong with it."""

    on: date
    typed: str
    opening: TimeRange
    problem: str = ""

    @property
    def name(self) -> str:
        return _name(self.on)


def _name(on: date) -> str:
    return f"j{on.day}"


def day_lines(
    openings: Iterable[tuple[date, TimeRange]], *, standing: Mapping[date, Ranges], data: Mapping[str, str] | None
) -> list[DayLine]:
    """Return a line for each open day: what was typed, or what stands when nothing was sent."""
    found = []
    for day, opening in openings:
        typed = write_hours(standing.get(day, ())) if data is None else data.get(_name(day), "")
        found.append(DayLine(day, typed.replace("\x00", "").strip()[:MAX_LINE], opening))
    return found


def read_lines(lines: Iterable[DayLine]) -> tuple[dict[date, Ranges], list[DayLine]]:
    """Return the hours of each day, and the lines with what cannot be read said in its place."""
    days, told = {}, []
    for each in lines:
        try:
            days[each.on] = read_hours(each.typed)
        except Unreadable:
            told.append(replace(each, problem=_("Écrivez ces heures comme 8:30-17:00, ou laissez vide.")))
        else:
            told.append(each)
    return days, told


def mark_wrong(lines: Iterable[DayLine], wrong: Mapping[date, str], *, rules: CareRules) -> list[DayLine]:
    """Return the lines with the sentence of each refusal. `wrong`: by day, the code of its fact."""
    return [
        replace(each, problem=words.sentence(wrong[each.on], opening=each.opening, rules=rules))
        if each.on in wrong
        else each
        for each in lines
    ]
