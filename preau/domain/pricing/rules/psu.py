"""Hourly rate of the prestation de service unique (PSU): resources between two bounds × an effort rate.

Legal source: circulaire Cnaf 2019-005 of 5 June 2019 and LC 2014-009 of 26 March 2014. Every figure is dated data
(`Scale`): a change of ceiling holds for running contracts at its date, so that a rate is a series (`rate_series`).

Resources are cents of a year or of a month, rates are euros of an hour (`Decimal`); periods are half-open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from preau.domain.pricing.enums import AeehMode, CareScale, IncomeBasis, Missing, RateRounding
from preau.kernel.periods import Period

CENT = Decimal("0.01")
FINEST = Decimal("0.000001")  # of an hourly rate that is not rounded
MOST_CHILDREN = 15
MOST_CENTS = 100_000_000  # a million euros: a typing error above

Brackets = tuple[tuple[int, Decimal], ...]  # (up to so many children, per cent of monthly resources)


class InvalidScale(ValueError):
    """Effort rates that cannot be read."""


class NoScale(Exception):
    """No scale is known on a day: nothing is priced before its figures are written."""

    def __init__(self, on: date) -> None:
        super().__init__(on.isoformat())
        self.on = on


@dataclass(frozen=True, slots=True)
class Scale:
    """The figures in force from a day: bounds of monthly resources in cents, effort rates by number of children."""

    starts_on: date
    floor_cents: int
    ceiling_cents: int
    rates: Mapping[CareScale, Brackets]
    reference: str = ""
    is_to_confirm: bool = False


@dataclass(frozen=True, slots=True)
class Income:
    """What a household lives on, for the price of care. Resources of a year, before deductions; None: not known."""

    basis: IncomeBasis
    annual_cents: int | None = None
    children: int = 1  # in charge, that one included
    aeeh: int = 0  # among them, those for whom the AEEH is paid


@dataclass(frozen=True, slots=True)
class RateSettings:
    """What a structure has chosen, within what the Cnaf lets it choose."""

    scale: CareScale = CareScale.COLLECTIVE
    rounding: RateRounding = RateRounding.HALF_UP
    aeeh_mode: AeehMode = AeehMode.NEXT_RATE
    own_ceiling_cents: int | None = None  # of monthly resources, above that of the scale; below, the scale's holds
    not_given: Missing = Missing.CEILING
    foster: Missing = Missing.MEAN
    fixed: Decimal | None = None  # euros an hour where resources are not known
    surcharge_percent: int = 0  # of those who live outside, already decided by the caller


@dataclass(frozen=True, slots=True)
class Rate:
    """Euros an hour, and all that it comes from."""

    euros: Decimal
    basis: IncomeBasis
    monthly_cents: Fraction | None  # resources retained; None: none stand behind this rate
    given_cents: Fraction | None  # resources of a month, before the bounds
    bound: str  # "floor", "ceiling" or ""
    effort: Decimal | None  # per cent
    children: int
    aeeh: int
    scale: Scale
    surcharge_percent: int = 0


def parse_brackets(data: object) -> Brackets:
    """Return what a row keeps as [[1, "0.0619"], [2, "0.0516"], …]: rates that never rise with the children.

    :raises InvalidScale: anything else, or brackets that stop before `MOST_CHILDREN`.

    >>> parse_brackets([[1, "0.0619"], [99, "0.0516"]])[0]
    (1, Decimal('0.0619'))
    """
    if not isinstance(data, list) or not data or len(data) > 20:
        raise InvalidScale(str(data)[:60])
    found: list[tuple[int, Decimal]] = []
    for each in data:
        try:
            upto, rate = int(each[0]), Decimal(str(each[1]))
        except (TypeError, ValueError, IndexError, KeyError, InvalidOperation) as problem:
            raise InvalidScale(str(each)[:60]) from problem
        if not rate.is_finite() or not 0 < rate < 1 or upto < 1:
            raise InvalidScale(str(each)[:60])
        if found and (upto <= found[-1][0] or rate > found[-1][1]):
            raise InvalidScale(str(each)[:60])
        found.append((upto, rate))
    if found[-1][0] < MOST_CHILDREN:
        raise InvalidScale(str(found[-1][0]))
    return tuple(found)


def effort_rate(brackets: Brackets, *, children: int, aeeh: int = 0, mode: AeehMode = AeehMode.NEXT_RATE) -> Decimal:
    """Return the per cent of monthly resources that an hour costs.

    Each disabled child in charge gives the rate immediately lower, be it the one cared for or not; never under the
    last. With four children or more, « one child more » and « next rate » differ: the structure chooses.
    """
    counted = max(1, children) + (aeeh if mode is AeehMode.EXTRA_CHILD else 0)
    place = next((number for number, (upto, _rate) in enumerate(brackets) if counted <= upto), len(brackets) - 1)
    if mode is AeehMode.NEXT_RATE:
        place = min(place + aeeh, len(brackets) - 1)
    return brackets[place][1]


def scale_on(scales: Sequence[Scale], on: date) -> Scale:
    """Return the scale in force on a day.

    :raises NoScale: none had begun.
    """
    begun = [each for each in scales if each.starts_on <= on]
    if not begun:
        raise NoScale(on)
    return max(begun, key=lambda each: each.starts_on)


def hourly_rate(income: Income, *, scale: Scale, settings: RateSettings) -> Rate:
    """Return the rate of an hour for a household under a scale."""
    ceiling = max(scale.ceiling_cents, settings.own_ceiling_cents or 0)
    brackets = scale.rates[settings.scale]
    effort = effort_rate(brackets, children=income.children, aeeh=income.aeeh, mode=settings.aeeh_mode)
    if income.basis is IncomeBasis.UNKNOWN and settings.fixed is not None:
        return _rate(income, scale, settings, euros=_raised(Fraction(settings.fixed), settings))
    missing = _missing_of(income, settings)
    if missing is Missing.MEAN:
        return _rate(income, scale, settings, euros=_raised(_mean_of_bounds(scale, settings), settings))
    if missing is not None:
        kept = Fraction(ceiling if missing is Missing.CEILING else scale.floor_cents)
        return _of_resources(income, scale, settings, kept=kept, given=None, effort=effort, bound=missing.value)
    given = Fraction(income.annual_cents or 0, 12)
    kept = min(max(given, Fraction(scale.floor_cents)), Fraction(ceiling))
    bound = "floor" if given < kept else "ceiling" if given > kept else ""
    return _of_resources(income, scale, settings, kept=kept, given=given, effort=effort, bound=bound)


def rate_series(
    incomes: Sequence[tuple[date, Income]], *, scales: Sequence[Scale], settings: RateSettings, period: Period
) -> list[tuple[Period, Rate]]:
    """Return the rates of a period, in order: a new one where the scale or the income changes.

    Before the first income is said, it stands as if it had not been given.

    :raises NoScale: none is known on the first day.
    """
    known = sorted(incomes, key=lambda each: each[0])
    edges = {period.start}
    edges |= {each.starts_on for each in scales if each.starts_on in period}
    edges |= {start for start, _income in known if start in period}
    days = sorted(edges)
    found: list[tuple[Period, Rate]] = []
    for start, end in zip(days, [*days[1:], period.end], strict=True):
        said = [income for since, income in known if since <= start]
        income = said[-1] if said else Income(IncomeBasis.NOT_GIVEN)
        rate = hourly_rate(income, scale=scale_on(scales, start), settings=settings)
        if found and _is_same(found[-1][1], rate):
            found[-1] = (Period(found[-1][0].start, end), found[-1][1])
        elif start < end:
            found.append((Period(start, end), rate))
    return found


def _is_same(one: Rate, other: Rate) -> bool:
    """Whether two rates say the same to who pays, whatever the scale that they come from."""
    mine, its = (
        (each.euros, each.basis, each.monthly_cents, each.effort, each.bound, each.children, each.aeeh)
        for each in (one, other)
    )
    return mine == its


def _missing_of(income: Income, settings: RateSettings) -> Missing | None:
    """What stands for resources that are not known; None: they are."""
    if income.basis is IncomeBasis.FOSTER:
        return settings.foster
    if income.basis is IncomeBasis.DECLARED and income.annual_cents is not None:
        return None
    return settings.not_given


def _mean_of_bounds(scale: Scale, settings: RateSettings) -> Fraction:
    """The single rate of children placed by the ASE: the mean of the two hourly amounts for one child."""
    one_child, bounds = scale.rates[settings.scale][0][1], (scale.floor_cents, scale.ceiling_cents)
    amounts = [_rounded(Fraction(cents) * Fraction(one_child) / 10_000, settings.rounding) for cents in bounds]
    return sum((Fraction(each) for each in amounts), Fraction(0)) / 2


def _of_resources(
    income: Income,
    scale: Scale,
    settings: RateSettings,
    *,
    kept: Fraction,
    given: Fraction | None,
    effort: Decimal,
    bound: str,
) -> Rate:
    euros = _raised(kept * Fraction(effort) / 10_000, settings)
    return _rate(income, scale, settings, euros=euros, kept=kept, given=given, effort=effort, bound=bound)


def _rate(
    income: Income,
    scale: Scale,
    settings: RateSettings,
    *,
    euros: Decimal,
    kept: Fraction | None = None,
    given: Fraction | None = None,
    effort: Decimal | None = None,
    bound: str = "",
) -> Rate:
    return Rate(
        euros=euros,
        basis=income.basis,
        monthly_cents=kept,
        given_cents=given,
        bound=bound,
        effort=effort,
        children=income.children,
        aeeh=income.aeeh,
        scale=scale,
        surcharge_percent=settings.surcharge_percent,
    )


def _raised(euros: Fraction, settings: RateSettings) -> Decimal:
    """The surcharge of those who live outside, then the only rounding of the rate."""
    return _rounded(euros * (100 + settings.surcharge_percent) / 100, settings.rounding)


def _rounded(euros: Fraction, rounding: RateRounding) -> Decimal:
    step = FINEST if rounding is RateRounding.NONE else CENT
    units = euros / Fraction(step)
    whole = units.numerator // units.denominator
    if rounding is not RateRounding.TRUNCATE and units - whole >= Fraction(1, 2):
        whole += 1
    return (Decimal(whole) * step).normalize() if rounding is RateRounding.NONE else Decimal(whole) * step


def cents_of(hours: Fraction, euros: Decimal) -> int:
    """Return the amount of a line: hours × rate, rounded half up to the cent, once. Negative hours give it back.

    >>> cents_of(Fraction(285, 2), Decimal("1.44"))
    20520
    """
    exact = abs(hours) * Fraction(euros) * 100
    whole = (exact.numerator * 2 + exact.denominator) // (exact.denominator * 2)
    return whole if hours >= 0 else -whole
