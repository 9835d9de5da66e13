"""The price of one line: a grid, then what changes it, in the order of the tariff; rounded once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from preau.domain.pricing.enums import Columns, How, Measure, Scheme, When
from preau.domain.pricing.rules.grids import (
    MOST_EUROS,
    Base,
    Grid,
    InvalidGrid,
    base_of,
    grid_data,
    number,
    parse_grid,
)

MOST_MODIFIERS = 20
LENGTHS = {Measure.QUARTER: 15, Measure.HALF_HOUR: 30, Measure.HOUR: 60}
COUNTED = (When.RANK, When.PRESENT, When.ENROLLED, When.NUMBER)  # those that begin from a number


@dataclass(frozen=True, slots=True)
class Modifier:
    """What changes a price, and when. `value`: euros, times, percent or brackets, by `how`; `grid` for another grid."""

    when: When
    how: How
    value: Decimal = Decimal(0)
    least: int = 1  # for what is counted
    name: str = ""  # as families read it: « Hors commune »
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """Who else pays a part of the line: CCAS, employer, State. `euros` by bracket, or one for all."""

    name: str
    euros: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff as it stands from a day. `missing`: euros where the quotient is not known; None: the highest."""

    grid: Grid
    measure: Measure = Measure.EACH
    modifiers: tuple[Modifier, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    missing: Decimal | None = None

    @property
    def is_by_quotient(self) -> bool:
        """Return whether a price depends on the quotient of a household."""
        return self.grid.is_by_quotient or any(each.grid and each.grid.is_by_quotient for each in self.modifiers)


@dataclass(frozen=True, slots=True)
class Quotient:
    """The quotient of a household that stands on a day."""

    value: Decimal
    scheme: Scheme = Scheme.CAF


@dataclass(frozen=True, slots=True)
class Situation:
    """What a price depends on. `minutes` for what is counted by time; `cost` for a share of it, in euros."""

    quotient: Quotient | None = None
    is_resident: bool = True
    rank: int = 1
    present: int = 1
    enrolled: int = 1
    number: int = 1  # the how-manieth of the month
    facts: frozenset[When] = frozenset()
    minutes: int = 0
    cost: Decimal | None = None

    def holds(self, modifier: Modifier) -> bool:
        """Return whether a modifier is for this line."""
        match modifier.when:
            case When.OUTSIDE:
                return not self.is_resident
            case When.RANK:
                return self.rank >= modifier.least
            case When.PRESENT:
                return self.present >= modifier.least
            case When.ENROLLED:
                return self.enrolled >= modifier.least
            case When.NUMBER:
                return self.number >= modifier.least
            case _:
                return modifier.when in self.facts

    def column_in(self, grid: Grid) -> int:
        """Return the column of a grid that is for this line."""
        match grid.columns:
            case Columns.RANK:
                return grid.column_of(self.rank)
            case Columns.PRESENT:
                return grid.column_of(self.present)
            case Columns.ENROLLED:
                return grid.column_of(self.enrolled)
            case Columns.SCHEME:
                is_caf = self.quotient is not None and self.quotient.scheme is Scheme.CAF
                return grid.column_of(1 if is_caf else 2)
            case _:
                return 0


@dataclass(frozen=True, slots=True)
class Change:
    """A modifier that was applied, the exact price after it, and where that price is found when it is in a grid."""

    modifier: Modifier
    euros: Decimal
    grid: Grid
    base: Base


@dataclass(frozen=True, slots=True)
class Priced:
    """A line worked out, in cents. `cents` = `family_cents` + what the third parties pay.

    `base` is where the price was first found, in `grid`; then come the `changes`, in their order.
    """

    quantity: Fraction
    unit_cents: int
    cents: int
    family_cents: int
    parts: tuple[tuple[str, int], ...]
    base: Base
    grid: Grid
    quotient: Quotient | None
    measure: Measure
    changes: tuple[Change, ...] = field(default_factory=tuple)
    is_missing: bool = False


def price(tariff: Tariff, situation: Situation) -> Priced:
    """Return the price of one line.

    The unit price is rounded once, half up, to the cent; what is counted by the minute is rounded on the line instead.

    :raises InvalidGrid: a share of a cost that is not given.
    """
    value = situation.quotient.value if situation.quotient else None
    first = _base(tariff.grid, situation, value)
    if first.is_highest and tariff.missing is not None:
        first = replace(first, euros=tariff.missing)
    grid, base, exact, lower = tariff.grid, first, first.euros, 0
    changes: list[Change] = []
    for modifier in tariff.modifiers:
        if not situation.holds(modifier):
            continue
        if modifier.how in (How.GRID, How.LOWER):
            grid = modifier.grid if modifier.how is How.GRID and modifier.grid is not None else grid
            lower += int(modifier.value) if modifier.how is How.LOWER else 0
            base = _base(grid, situation, value, lower=lower)
            exact = base.euros
        else:
            exact = _changed(exact, modifier)
        changes.append(Change(modifier, exact, grid, base))
    quantity = quantity_of(tariff.measure, situation.minutes)
    unit_cents = _cents(Fraction(exact))
    cents = _cents(Fraction(exact) * quantity) if tariff.measure is Measure.MINUTE else unit_cents * int(quantity)
    parts = _parts(tariff, base, quantity, cents)
    return Priced(
        quantity=quantity,
        unit_cents=unit_cents,
        cents=cents,
        family_cents=cents - sum(each for _name, each in parts),
        parts=tuple(parts),
        base=first,
        grid=tariff.grid,
        quotient=situation.quotient,
        measure=tariff.measure,
        changes=tuple(changes),
        is_missing=base.is_highest,
    )


def _base(grid: Grid, situation: Situation, value: Decimal | None, *, lower: int = 0) -> Base:
    return base_of(grid, value, column=situation.column_in(grid), lower=lower, cost=situation.cost)


def _changed(exact: Decimal, modifier: Modifier) -> Decimal:
    """The price after a modifier, never below nothing."""
    match modifier.how:
        case How.PRICE:
            return modifier.value
        case How.TIMES:
            return exact * modifier.value
        case How.PLUS:
            return max(exact + modifier.value, Decimal(0))
        case _:
            return max(exact * (100 + modifier.value) / 100, Decimal(0))


def quantity_of(measure: Measure, minutes: int) -> Fraction:
    """Return how many units a line counts: a started one is due whole, but by the minute.

    >>> [quantity_of(Measure.HALF_HOUR, minutes) for minutes in (0, 1, 30, 31)]
    [Fraction(0, 1), Fraction(1, 1), Fraction(1, 1), Fraction(2, 1)]
    """
    if measure is Measure.MINUTE:
        return Fraction(max(minutes, 0), 60)
    if measure in LENGTHS:
        return Fraction(-(-max(minutes, 0) // LENGTHS[measure]))
    return Fraction(1)


def _cents(euros: Fraction) -> int:
    """Rounded half up to the cent."""
    exact = euros * 100
    return (exact.numerator * 2 + exact.denominator) // (exact.denominator * 2)


def _parts(tariff: Tariff, base: Base, quantity: Fraction, cents: int) -> list[tuple[str, int]]:
    """What third parties pay of a line, in their order, never more than is left of it."""
    left, found = cents, []
    for each in tariff.third_parties:
        if base.is_highest or (len(each.euros) > 1 and base.bracket is None):
            continue
        euros = each.euros[min(base.bracket or 0, len(each.euros) - 1)]
        part = min(_cents(Fraction(euros) * quantity), left)
        if part:
            found.append((each.name, part))
            left -= part
    return found


def capped(total: int, *, floor: int | None = None, ceiling: int | None = None) -> int:
    """Return what is paid of a month, in cents, between what the tariff asks at least and at most.

    >>> [capped(total, floor=500, ceiling=6000) for total in (0, 300, 5000, 9000)]
    [0, 500, 5000, 6000]
    """
    if not total:
        return 0
    if floor is not None and total < floor:
        return floor
    return ceiling if ceiling is not None and total > ceiling else total


def parse_tariff(data: Any) -> Tariff:
    """Return the tariff that plain data holds, the inverse of `tariff_data`.

    :raises InvalidGrid: see `grids.parse_grid`; a modifier that says nothing; a third party without a name.
    """
    if not isinstance(data, Mapping):
        raise InvalidGrid("unreadable")
    try:
        grid = parse_grid(data["grid"])
        modifiers = tuple(_modifier(each) for each in data.get("modifiers", ()))
        parties = tuple(
            ThirdParty(str(each["name"])[:80], tuple(number(euros) for euros in each["euros"]))
            for each in data.get("third_parties", ())
        )
        missing = data.get("missing")
        found = Tariff(
            grid,
            Measure(data.get("measure", Measure.EACH)),
            modifiers,
            parties,
            number(missing) if missing is not None else None,
        )
    except (KeyError, TypeError, ValueError) as fault:
        if isinstance(fault, InvalidGrid):
            raise
        raise InvalidGrid("unreadable") from fault
    _check(found)
    return found


def _modifier(data: Mapping[str, Any]) -> Modifier:
    return Modifier(
        when=When(data["when"]),
        how=How(data["how"]),
        value=number(data.get("value", 0)),
        least=int(data.get("least", 1)),
        name=str(data.get("name", ""))[:80],
        grid=parse_grid(data["grid"]) if data.get("grid") is not None else None,
    )


def _check(tariff: Tariff) -> None:
    if len(tariff.modifiers) > MOST_MODIFIERS:
        raise InvalidGrid("modifiers")
    for row, each in enumerate(tariff.modifiers):
        _check_modifier(each, row)
    if tariff.missing is not None and not 0 <= tariff.missing <= MOST_EUROS:
        raise InvalidGrid("missing")
    rows = len(tariff.grid.prices)
    for row, party in enumerate(tariff.third_parties):
        if not party.name or len(party.euros) not in (1, rows) or any(each < 0 for each in party.euros):
            raise InvalidGrid("third_party", row=row)


def _check_modifier(each: Modifier, row: int) -> None:
    bounds = {
        How.PRICE: (Decimal(0), MOST_EUROS),
        How.TIMES: (Decimal(0), Decimal(20)),
        How.PLUS: (-MOST_EUROS, MOST_EUROS),
        How.PERCENT: (Decimal(-100), Decimal(1000)),
        How.LOWER: (Decimal(1), Decimal(10)),
    }
    if each.how is How.GRID and each.grid is None:
        raise InvalidGrid("modifier_grid", row=row)
    if each.how in bounds and not bounds[each.how][0] <= each.value <= bounds[each.how][1]:
        raise InvalidGrid("modifier_value", row=row)
    if each.how is How.LOWER and each.value != each.value.to_integral_value(ROUND_HALF_UP):
        raise InvalidGrid("modifier_value", row=row)
    if each.when in COUNTED and not 1 <= each.least <= 99:
        raise InvalidGrid("modifier_least", row=row)


def tariff_data(tariff: Tariff) -> dict[str, Any]:
    """Return plain data, fit for JSON, that `parse_tariff` reads back."""
    return {
        "grid": grid_data(tariff.grid),
        "measure": tariff.measure.value,
        "modifiers": [
            {
                "when": each.when.value,
                "how": each.how.value,
                "value": str(each.value),
                "least": each.least,
                "name": each.name,
                "grid": grid_data(each.grid) if each.grid is not None else None,
            }
            for each in tariff.modifiers
        ],
        "third_parties": [
            {"name": each.name, "euros": [str(euros) for euros in each.euros]} for each in tariff.third_parties
        ],
        "missing": str(tariff.missing) if tariff.missing is not None else None,
    }
