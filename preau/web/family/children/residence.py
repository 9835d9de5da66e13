"""Whose days they are, in words and from the reader's side only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from preau.domain.catalogue.queries import school_holidays_between
from preau.domain.families.queries.custody import OwnDays
from preau.domain.families.queries.files import ChildCard, FamilyFile
from preau.kernel.periods import Period, monday_of
from preau.kernel.residence import Dates, HalfHolidays, Pattern, TwoTwoThree, Usual, WeekParity, turns

WEEKS = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """Some days in a row, here or at the other parent's."""

    period: Period
    is_here: bool


@dataclass(frozen=True, slots=True)
class ChildWords:
    """A child of two homes in one sentence, with its turns over some days."""

    child: ChildCard
    words: str
    turns: tuple[Turn, ...]


def own_days_words(days: OwnDays) -> str:
    """« Chez vous les semaines paires »."""
    if isinstance(days.pattern, HalfHolidays):
        return _("%(rest)s, et la moitié des vacances scolaires") % {"rest": _words(days.pattern.rest, days.side)}
    return _words(days.pattern, days.side)


def children_words(*, files: Sequence[FamilyFile], organisation_id: int, start: date, end: date) -> list[ChildWords]:
    """Return the children who live in turn in two homes, over [start, end). One query at most."""
    shared = [
        (child, ties.days)
        for file in files
        for child in file.children
        if (ties := file.ties[child.child_id]).days is not None
    ]
    holidays: Sequence[Period] = ()
    if any(days.needs_holidays for _child, days in shared):
        holidays = school_holidays_between(organisation_id=organisation_id, start=start, end=end)
    return [_child_words(child, days, start=start, end=end, holidays=holidays) for child, days in shared]


def coming_weeks(today: date) -> tuple[date, date]:
    """Return the bounds of what a child's file tells: six weeks from this Monday."""
    start = monday_of(today)
    return start, start + timedelta(days=7 * WEEKS)


def _child_words(child: ChildCard, days: OwnDays, *, start: date, end: date, holidays: Sequence[Period]) -> ChildWords:
    runs = turns(days.pattern, start, end, holidays)
    return ChildWords(child, own_days_words(days), tuple(Turn(period, side == days.side) for period, side in runs))


def _words(pattern: Pattern, side: str) -> str:
    match pattern:
        case WeekParity():
            is_even = pattern.even == side
            return _("Chez vous les semaines paires") if is_even else _("Chez vous les semaines impaires")
        case TwoTwoThree():
            return _("Chez vous deux jours, deux jours, trois jours, en alternance")
        case Dates():
            is_rest = pattern.otherwise == side
            return _("Chez vous, sauf aux dates convenues") if is_rest else _("Chez vous aux dates convenues")
        case Usual():
            is_here = pattern.side == side
            return _("Chez vous hors des vacances") if is_here else _("Chez son autre parent hors des vacances")
    return _("Chez vous une semaine sur deux")
