"""What a contract reserves: usual weeks, holidays of the family, settling in, and the days that follow. Pure.

Minutes are of the local day, days are local dates, periods are half-open.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from preau.domain.contracts.enums import Cycle, TemplateKind
from preau.kernel.periods import Period, monday_of
from preau.kernel.time_ranges import Ranges, read_ranges, total_minutes, write_ranges

MOST_YEARS = 4  # of one contract
MOST_HOLIDAYS = 30  # periods
MOST_SETTLING = 31  # days
WEEKDAYS = range(7)

Week = Mapping[int, Ranges]  # Monday is 0; a day left out is without care


class TermsInvalid(ValueError):
    """Terms that cannot be read or cannot be. `code` says what is wrong."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


@dataclass(frozen=True, slots=True)
class Terms:
    """What both sides agree on. Dates are half-open.

    `weeks`: one usual week, or two that alternate; of hours announced month by month, the week that stands when
    nothing was announced. `minutes`: hours agreed on, a month (variable) or over the contract (annualised).
    `weeks_of_care`: over the contract, closures and holidays left out; None: as many as the days say.
    `holiday_days`: days of holidays that the family will announce later, counted in its balance.
    `settling`: hours of the first days, out of the smoothing, paid by the hour.
    """

    period: Period
    kind: TemplateKind
    weeks: tuple[Week, ...]
    cycle: Cycle = Cycle.PARITY
    minutes: int | None = None
    weeks_of_care: Fraction | None = None
    holidays: tuple[Period, ...] = ()
    holiday_days: int = 0
    settling: Mapping[date, Ranges] = field(default_factory=dict)

    @property
    def smoothed(self) -> Period:
        """Return the period that monthly amounts cover: from the day after the last of settling in."""
        if not self.settling:
            return self.period
        return Period(min(max(self.settling) + timedelta(days=1), self.period.last), self.period.end)

    @property
    def is_announced(self) -> bool:
        """Return whether the days of each month are announced ahead of it."""
        return self.kind in (TemplateKind.VARIABLE, TemplateKind.ANNUALISED)

    def may_announce(self, day: date) -> bool:
        """Return whether the hours of a day are announced: neither settling in, nor a holiday already known."""
        is_settling = bool(self.settling) and day <= max(self.settling)
        is_off = any(day in each for each in self.holidays)
        return self.is_announced and day in self.period and not is_settling and not is_off

    @property
    def usual_days(self) -> list[int]:
        """Return the minutes of the days of the usual weeks."""
        return [total_minutes(ranges) for week in self.weeks for _day, ranges in sorted(week.items())]

    def week_of(self, day: date) -> Week:
        """Return the usual week that holds a day.

        Where even and odd weeks alternate, a year of 53 weeks puts two odd ones in a row; turns never do.
        """
        if len(self.weeks) < 2:
            return self.weeks[0]
        if self.cycle is Cycle.PARITY:
            return self.weeks[day.isocalendar().week % 2]
        first = monday_of(self.period.start)
        return self.weeks[(monday_of(day) - first).days // 7 % 2]


def check(terms: Terms) -> None:
    """Refuse what cannot be agreed on.

    :raises TermsInvalid: with the code of what is wrong.
    """
    days = (terms.period.end - terms.period.start).days
    if days < 1:
        raise TermsInvalid("empty_period")
    if days > 366 * MOST_YEARS:
        raise TermsInvalid("too_long")
    if len(terms.weeks) != (2 if terms.kind is TemplateKind.ALTERNATING else 1):
        raise TermsInvalid("weeks")
    for week in terms.weeks:
        if not set(week) <= set(WEEKDAYS):
            raise TermsInvalid("weekday")
        for ranges in week.values():
            _check_ranges(ranges)
    if not any(terms.usual_days):
        raise TermsInvalid("no_hours")
    if terms.is_announced is not (terms.minutes is not None) or (terms.minutes is not None and terms.minutes <= 0):
        raise TermsInvalid("agreed_hours")
    if terms.weeks_of_care is not None and not 0 < terms.weeks_of_care <= Fraction(days, 7) + 1:
        raise TermsInvalid("weeks_of_care")
    if len(terms.holidays) > MOST_HOLIDAYS or not 0 <= terms.holiday_days <= 200:
        raise TermsInvalid("holidays")
    if any(each.start < terms.period.start or each.end > terms.period.end for each in terms.holidays):
        raise TermsInvalid("holidays_outside")
    _check_settling(terms)


def _check_settling(terms: Terms) -> None:
    if len(terms.settling) > MOST_SETTLING or any(day not in terms.period for day in terms.settling):
        raise TermsInvalid("settling")
    if terms.settling and max(terms.settling) >= terms.period.last:
        raise TermsInvalid("settling")
    for ranges in terms.settling.values():
        _check_ranges(ranges)


def _check_ranges(ranges: Ranges) -> None:
    for place, each in enumerate(ranges):
        if each.minutes <= 0 or any(each.meets(other) for other in ranges[:place]):
            raise TermsInvalid("hours", each.words())


def parse_terms(data: object) -> Terms:
    """Return terms that plain data holds; the inverse of `terms_data`.

    :raises TermsInvalid: anything that is no terms, or terms that `check` refuses.
    """
    try:
        found = _parse(data)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise TermsInvalid("unreadable", str(fault)[:60]) from fault
    check(found)
    return found


def _parse(data: Any) -> Terms:
    minutes, weeks = data.get("minutes"), data.get("weeks_of_care")
    return Terms(
        period=_period(data["period"]),
        kind=TemplateKind(data["kind"]),
        weeks=tuple(
            {int(day): read_ranges(ranges) for day, ranges in week.items() if ranges} for week in data["weeks"]
        ),
        cycle=Cycle(data.get("cycle", Cycle.PARITY)),
        minutes=int(minutes) if minutes is not None else None,
        weeks_of_care=Fraction(weeks) if weeks is not None else None,
        holidays=tuple(_period(each) for each in data.get("holidays", ())),
        holiday_days=int(data.get("holiday_days", 0)),
        settling={
            date.fromisoformat(day): read_ranges(ranges) for day, ranges in sorted(data.get("settling", {}).items())
        },
    )


def _period(data: Sequence[str]) -> Period:
    start, end = data
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def terms_data(terms: Terms) -> dict[str, Any]:
    """Return plain data, fit for JSON, that `parse_terms` reads back."""
    return {
        "period": [terms.period.start.isoformat(), terms.period.end.isoformat()],
        "kind": terms.kind.value,
        "weeks": [{str(day): write_ranges(ranges) for day, ranges in sorted(week.items())} for week in terms.weeks],
        "cycle": terms.cycle.value,
        "minutes": terms.minutes,
        "weeks_of_care": str(terms.weeks_of_care) if terms.weeks_of_care is not None else None,
        "holidays": [[each.start.isoformat(), each.end.isoformat()] for each in terms.holidays],
        "holiday_days": terms.holiday_days,
        "settling": {day.isoformat(): write_ranges(ranges) for day, ranges in sorted(terms.settling.items())},
    }


def planned_days(
    terms: Terms,
    *,
    within: Period,
    is_open: Callable[[date], bool],
    announced: Mapping[date, Mapping[date, Ranges]] | None = None,
) -> dict[date, Ranges]:
    """Return the hours of each day of `within` on which the child is expected.

    Days of settling in have their own hours; holidays of the family and days on which the structure is closed have
    none. A month that was announced has what was announced and nothing else; the others, the usual week.

    :param announced: by first day of the month, the hours of its days.
    """
    start, end = max(within.start, terms.period.start), min(within.end, terms.period.end)
    if start >= end:
        return {}
    last_settling = max(terms.settling, default=None)
    found: dict[date, Ranges] = {}
    for day in Period(start, end).days():
        if any(day in each for each in terms.holidays) or not is_open(day):
            continue
        month = (announced or {}).get(day.replace(day=1))
        if last_settling is not None and day <= last_settling:
            ranges = terms.settling.get(day, ())
        elif month is not None and terms.is_announced:
            ranges = month.get(day, ())
        else:
            ranges = terms.week_of(day).get(day.weekday(), ())
        if ranges:
            found[day] = tuple(sorted(ranges))
    return found


def weeks_of(days: Collection[date]) -> int:
    """Return how many ISO weeks hold at least one of these days: the weeks of care of a contract."""
    return len({monday_of(day) for day in days})
