"""From the hours of a contract to what is paid each month (mensualisation), by the formula of the structure.

Hours are exact fractions, minutes are whole, amounts are cents rounded half up once a line; periods are half-open.
The formulas and their worked examples are in docs/algorithms/psu.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from preau.domain.pricing.enums import HoursRounding, Smoothing
from preau.domain.pricing.rules.psu import Rate, cents_of
from preau.kernel.periods import Period, month_of, next_month

BASE_DAYS = 20  # of a month of five days a week
PACKAGES = (240, 360, 480, 600)  # minutes of a day, where days are sold in packages
MOST_MONTHS = 48
SETTLED_IN = frozenset({8, 12})  # months at whose end a base of twenty days is put right


@dataclass(frozen=True, slots=True)
class SmoothingSettings:
    """How a structure smooths. `unbilled` are the months of the year that are not paid for (1 to 12)."""

    formula: Smoothing = Smoothing.WEEKS
    rounding: HoursRounding = HoursRounding.EXACT
    unbilled: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a contract reserves: minutes by day, those of its usual week, and how many weeks of care it has.

    `minutes` has the days when the child is expected, closures and known holidays left out.
    `usual_days` are the minutes of the days of a usual week; of two weeks in turn, those of both.
    `agreed_minutes`: of the whole contract, where it is said in hours and not by a week (annualised, variable).
    """

    period: Period
    minutes: Mapping[date, int]
    usual_days: Sequence[int]
    usual_weeks: int  # how many weeks `usual_days` cover
    weeks: Fraction
    agreed_minutes: int | None = None

    @property
    def total(self) -> int:
        """Return the minutes that the whole contract reserves."""
        return sum(self.minutes.values()) if self.agreed_minutes is None else self.agreed_minutes


@dataclass(frozen=True, slots=True)
class Line:
    """Hours of a month at one rate."""

    hours: Fraction
    rate: Rate
    cents: int
    is_adjustment: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """What is paid for a month. `first` is its first day, even where the contract begins later."""

    first: date
    lines: tuple[Line, ...] = field(default_factory=tuple)

    @property
    def hours(self) -> Fraction:
        return sum((each.hours for each in self.lines), Fraction(0))

    @property
    def cents(self) -> int:
        return sum(each.cents for each in self.lines)


def months_of(period: Period) -> list[date]:
    """Return the first day of each calendar month that a period meets, in order."""
    found: list[date] = []
    first = period.start.replace(day=1)
    while first < period.end and len(found) < MOST_MONTHS:
        found.append(first)
        first = next_month(first)
    return found


def billed_months(period: Period, unbilled: Collection[int] = ()) -> list[date]:
    """Return the months that are paid for; all of them when settings would leave none."""
    months = months_of(period)
    return [each for each in months if each.month not in unbilled] or months


def monthly_hours(reserved: Reserved, settings: SmoothingSettings) -> Fraction:
    """Return the hours of each month that is paid for.

    >>> from datetime import timedelta
    >>> days = {date(2025, 1, 1) + timedelta(days=number): 540 for number in range(230)}
    >>> year = Reserved(Period(date(2025, 1, 1), date(2026, 1, 1)), days, [540] * 5, 1, Fraction(46))
    >>> float(monthly_hours(year, SmoothingSettings(Smoothing.YEAR)))
    172.5
    """
    return _raised(_exact_hours(reserved, settings), settings.rounding)


def _exact_hours(reserved: Reserved, settings: SmoothingSettings) -> Fraction:
    months = len(_paid_months(reserved, settings))
    if reserved.agreed_minutes is not None:
        return Fraction(reserved.agreed_minutes, 60 * months)
    match settings.formula:
        case Smoothing.WEEKS:
            return weekly_hours(reserved) * reserved.weeks / months
        case Smoothing.FLAT:
            return _packaged_hours(reserved) * reserved.weeks / months
        case Smoothing.BASE_DAYS:
            return weekly_hours(reserved) * BASE_DAYS / 5
        case _:  # by the year, or by what is booked: the same total, whose months differ
            return Fraction(reserved.total, 60 * months)


def _paid_months(reserved: Reserved, settings: SmoothingSettings) -> list[date]:
    """The months that are paid for: all those concerned where the formula says so, whatever the setting."""
    is_by_what_is_booked = settings.formula is Smoothing.BOOKED
    return billed_months(reserved.period, () if is_by_what_is_booked else settings.unbilled)


def weekly_hours(reserved: Reserved) -> Fraction:
    """Return the hours of a usual week, the mean of two where they alternate."""
    return Fraction(sum(reserved.usual_days), 60 * max(1, reserved.usual_weeks))


def packaged(minutes: int) -> int:
    """Return the package that holds a day: 4, 6, 8 or 10 hours, or the day itself when it is longer."""
    return next((each for each in PACKAGES if minutes <= each), minutes) if minutes else 0


def _packaged_hours(reserved: Reserved) -> Fraction:
    return Fraction(sum(packaged(each) for each in reserved.usual_days), 60 * max(1, reserved.usual_weeks))


def _raised(hours: Fraction, rounding: HoursRounding) -> Fraction:
    match rounding:
        case HoursRounding.EXACT:
            return hours
        case HoursRounding.HALF_HOUR:
            return Fraction(ceil(hours * 2), 2)
        case HoursRounding.HOUR:
            return Fraction(ceil(hours))


def plan(reserved: Reserved, *, settings: SmoothingSettings, rates: Sequence[tuple[Period, Rate]]) -> list[Month]:
    """Return what is paid for each month of a contract, in order; a month may hold two rates.

    A base of twenty days is put right at the end of August, of December and of the contract: hours reserved since,
    less hours paid.
    """
    hours, months, owed = monthly_hours(reserved, settings), _paid_months(reserved, settings), Fraction(0)
    found: list[Month] = []
    for first in months_of(reserved.period):
        own = hours if first in months else Fraction(0)
        lines = _lines(first, own, reserved, rates)
        if settings.formula is Smoothing.BASE_DAYS and reserved.agreed_minutes is None:
            owed += Fraction(_minutes_in(reserved.minutes, month_of(first)), 60) - own
            is_last = first == months_of(reserved.period)[-1]
            if owed and (first.month in SETTLED_IN or is_last):
                rate = _rate_on(rates, min(month_of(first).last, reserved.period.last))
                lines.append(Line(owed, rate, cents_of(owed, rate.euros), is_adjustment=True))
                owed = Fraction(0)
        found.append(Month(first, tuple(lines)))
    return found


def _lines(first: date, hours: Fraction, reserved: Reserved, rates: Sequence[tuple[Period, Rate]]) -> list[Line]:
    """The hours of a month, cut where the rate changes by what is reserved on each side of that day."""
    month = month_of(first)
    inside = Period(max(month.start, reserved.period.start), min(month.end, reserved.period.end))
    parts = [
        (Period(max(period.start, inside.start), min(period.end, inside.end)), rate)
        for period, rate in rates
        if period.start < inside.end and period.end > inside.start
    ]
    if not hours or not parts:
        return []
    weights = [_minutes_in(reserved.minutes, part) for part, _rate in parts]
    if not any(weights):
        weights = [(part.end - part.start).days for part, _rate in parts]
    shares = [hours * weight / sum(weights) for weight in weights]
    return [
        Line(share, rate, cents_of(share, rate.euros))
        for share, (_part, rate) in zip(shares, parts, strict=True)
        if share
    ]


def _minutes_in(minutes: Mapping[date, int], period: Period) -> int:
    return sum(count for day, count in minutes.items() if day in period)


def _rate_on(rates: Sequence[tuple[Period, Rate]], day: date) -> Rate:
    return next((rate for period, rate in rates if day in period), rates[-1][1])


@dataclass(frozen=True, slots=True)
class Closing:
    """What a contract that ends leaves to be put right. Positive: the household still owes these hours."""

    due: Fraction  # hours reserved until the end
    paid: Fraction  # hours of the months paid until then
    euros: Decimal

    @property
    def hours(self) -> Fraction:
        return self.due - self.paid

    @property
    def cents(self) -> int:
        return cents_of(self.hours, self.euros)

    @property
    def amount(self) -> int:
        """Return the cents that change hands, whichever way."""
        return abs(self.cents)


def closing(reserved: Reserved, *, ends_on: date, paid: Sequence[Month], rate: Rate) -> Closing:
    """Return the adjustment of a contract that ends on a day, excluded: at its term, early, or by an amendment.

    :param paid: the months that were paid for, that of the last day included.
    """
    due = Fraction(sum(count for day, count in reserved.minutes.items() if day < ends_on), 60)
    return Closing(due, sum((each.hours for each in paid), Fraction(0)), rate.euros)
