"""Where a child who has two homes sleeps: calendars of residence, as data. Pure.

A day belongs to the parent at whose home the child sleeps *that night*. So the day of change belongs to the
parent who receives the child, from its morning on: days are the finest grain here, and one answer per day is
what both parents can check. The reasoning and worked examples are in docs/algorithms/residence.md.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from preau.kernel.periods import Period

Side = Literal["a", "b"]
MAX_DATES = 400  # half-open periods that one calendar of dates may hold: two years of single days
FORTNIGHT = 14
FIRST_SIDE_OF_FORTNIGHT = (True, True, False, False, True, True, True)  # 2-2-3; the other week is its mirror


class PatternInvalid(ValueError):
    """What was kept or typed is no calendar of residence."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The child lives with one parent."""

    side: Side


@dataclass(frozen=True, slots=True)
class WeekParity:
    """Even ISO weeks with one parent, odd ones with the other, as the calendar on the wall reads.

    A turn starts on `changes_on` (0 Monday … 6 Sunday) and is named by the ISO week of that first day.
    After a year of 53 weeks, two odd weeks follow each other: the same parent has both.
    """

    even: Side
    changes_on: int = 0


@dataclass(frozen=True, slots=True)
class WeekTurns:
    """One week each, strictly, from a turn that starts on `anchor` with `first`: never two in a row."""

    first: Side
    anchor: date


@dataclass(frozen=True, slots=True)
class TwoTwoThree:
    """Two days, two days, three days, then the mirror, from `anchor` with `first`."""

    first: Side
    anchor: date


@dataclass(frozen=True, slots=True)
class Dates:
    """Named half-open periods; any other day is with `otherwise`. The first period that holds a day decides."""

    periods: tuple[tuple[Period, Side], ...]
    otherwise: Side


@dataclass(frozen=True, slots=True)
class HalfHolidays:
    """School holidays cut in two; `rest` outside them.

    `first_in_even_years` has the first half of the holidays that start in an even year, the other parent
    that of odd years. An odd number of days gives the day more to the first half.
    """

    first_in_even_years: Side
    rest: "Pattern"


Pattern = Usual | WeekParity | WeekTurns | TwoTwoThree | Dates | HalfHolidays


def other_side(side: Side) -> Side:
    """Return the other parent."""
    return "b" if side == "a" else "a"


def leading_side(pattern: Pattern) -> Side:
    """Return the parent whom a calendar names first: even weeks, first turn, or the days that no date names."""
    match pattern:
        case Usual():
            return pattern.side
        case WeekParity():
            return pattern.even
        case WeekTurns() | TwoTwoThree():
            return pattern.first
        case Dates():
            return pattern.otherwise
        case HalfHolidays():
            return leading_side(pattern.rest)


def whose_day(pattern: Pattern, day: date, holidays: Collection[Period] = ()) -> Side:
    """Return the parent at whose home the child sleeps that night.

    :param holidays: whole periods of school holidays of the child's zone, those around `day` at least.

    >>> whose_day(WeekParity(even="a"), date(2026, 12, 28))  # week 53
    'b'
    >>> whose_day(WeekParity(even="a"), date(2027, 1, 4))  # week 1: odd again
    'b'
    """
    match pattern:
        case Usual():
            return pattern.side
        case WeekParity():
            begins = day - timedelta(days=(day.weekday() - pattern.changes_on) % 7)
            return _pick(pattern.even, begins.isocalendar().week % 2 == 0)
        case WeekTurns():
            return _pick(pattern.first, (day - pattern.anchor).days // 7 % 2 == 0)
        case TwoTwoThree():
            week, rank = divmod((day - pattern.anchor).days % FORTNIGHT, 7)
            return _pick(pattern.first, FIRST_SIDE_OF_FORTNIGHT[rank] is (week == 0))
        case Dates():
            return next((side for period, side in pattern.periods if day in period), pattern.otherwise)
        case HalfHolidays():
            return _in_holidays(pattern, day, holidays)


def turns(pattern: Pattern, start: date, end: date, holidays: Collection[Period] = ()) -> list[tuple[Period, Side]]:
    """Return who has the child over [start, end), as half-open runs of days in order.

    >>> turns(WeekTurns("a", date(2026, 11, 23)), date(2026, 11, 23), date(2026, 12, 1))[1]
    (Period(start=datetime.date(2026, 11, 30), end=datetime.date(2026, 12, 1)), 'b')
    """
    found: list[tuple[Period, Side]] = []
    for day in Period(start, end).days():
        side, after = whose_day(pattern, day, holidays), day + timedelta(days=1)
        if found and found[-1][1] == side:
            found[-1] = (Period(found[-1][0].start, after), side)
        else:
            found.append((Period(day, after), side))
    return found


def parse_pattern(data: Mapping[str, Any]) -> Pattern:
    """Return the calendar that plain data holds; the inverse of `pattern_data`.

    :raises PatternInvalid: unknown kind, side, day or date; too many periods; halves inside halves.
    """
    try:
        return _parse(data)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise PatternInvalid(str(fault)) from fault


def pattern_data(pattern: Pattern) -> dict[str, Any]:
    """Return plain data, fit for JSON, that `parse_pattern` reads back."""
    match pattern:
        case Usual():
            return {"kind": "usual", "side": pattern.side}
        case WeekParity():
            return {"kind": "week_parity", "even": pattern.even, "changes_on": pattern.changes_on}
        case WeekTurns():
            return {"kind": "week_turns", "first": pattern.first, "anchor": pattern.anchor.isoformat()}
        case TwoTwoThree():
            return {"kind": "two_two_three", "first": pattern.first, "anchor": pattern.anchor.isoformat()}
        case Dates():
            rows = [[period.start.isoformat(), period.end.isoformat(), side] for period, side in pattern.periods]
            return {"kind": "dates", "periods": rows, "otherwise": pattern.otherwise}
        case HalfHolidays():
            rest = pattern_data(pattern.rest)
            return {"kind": "half_holidays", "first_in_even_years": pattern.first_in_even_years, "rest": rest}


def _pick(side: Side, is_this_one: bool) -> Side:
    return side if is_this_one else other_side(side)


def _in_holidays(pattern: HalfHolidays, day: date, holidays: Collection[Period]) -> Side:
    period = next((each for each in holidays if day in each), None)
    if period is None:
        return whose_day(pattern.rest, day, holidays)
    first_half = ((period.end - period.start).days + 1) // 2
    is_first = (day - period.start).days < first_half
    has_first = _pick(pattern.first_in_even_years, period.start.year % 2 == 0)
    return _pick(has_first, is_first)


def _parse(data: Mapping[str, Any]) -> Pattern:
    match data["kind"]:
        case "usual":
            return Usual(_side(data["side"]))
        case "week_parity":
            return WeekParity(_side(data["even"]), _weekday(data["changes_on"]))
        case "week_turns":
            return WeekTurns(_side(data["first"]), date.fromisoformat(data["anchor"]))
        case "two_two_three":
            return TwoTwoThree(_side(data["first"]), date.fromisoformat(data["anchor"]))
        case "dates":
            return Dates(_periods(data["periods"]), _side(data["otherwise"]))
        case "half_holidays":
            rest = _parse(data["rest"])
            if isinstance(rest, HalfHolidays):
                raise PatternInvalid("halves inside halves")
            return HalfHolidays(_side(data["first_in_even_years"]), rest)
    raise PatternInvalid("kind")


def _side(value: object) -> Side:
    if value == "a":
        return "a"
    if value == "b":
        return "b"
    raise PatternInvalid("side")


def _weekday(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 6:
        return value
    raise PatternInvalid("weekday")


def _periods(rows: list[Any]) -> tuple[tuple[Period, Side], ...]:
    if len(rows) > MAX_DATES:
        raise PatternInvalid("too many periods")
    return tuple((Period(date.fromisoformat(start), date.fromisoformat(end)), _side(side)) for start, end, side in rows)
