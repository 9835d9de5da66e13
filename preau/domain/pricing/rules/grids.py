"""Grids: how a quotient becomes a price. Pure; prices are exact here, and rounded once, by `rules.tariffs`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from preau.domain.pricing.enums import Closed, Columns, Formula

MOST_EUROS = Decimal(10_000)  # of one price
MOST_QUOTIENT = Decimal(100_000)
MOST_BRACKETS, MOST_COLUMNS, MOST_POINTS = 60, 12, 60


class InvalidGrid(ValueError):
    """A grid that cannot be. `code` says what is wrong, `row` and `column` where (from 0), when it is somewhere."""

    def __init__(self, code: str, *, row: int | None = None, column: int | None = None) -> None:
        super().__init__(f"{code} {row} {column}")
        self.code, self.row, self.column = code, row, column


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid. Euros and percents are exact.

    - flat: `prices` holds one row;
    - brackets, share: `bounds` rise, and there is one row of `prices` more than there are bounds; a share is a percent;
    - effort: `percent` of the quotient, between `floor` and `ceiling`;
    - points: (quotient, euros), rising.

    Each row of `prices` has one figure a column.
    """

    formula: Formula
    prices: tuple[tuple[Decimal, ...], ...] = ()
    bounds: tuple[Decimal, ...] = ()
    closed: Closed = Closed.LOWER
    columns: Columns = Columns.NONE
    percent: Decimal = Decimal(0)
    floor: Decimal = Decimal(0)
    ceiling: Decimal = Decimal(0)
    points: tuple[tuple[Decimal, Decimal], ...] = ()

    @property
    def is_by_quotient(self) -> bool:
        """Return whether a household has to say its quotient."""
        return self.formula is not Formula.FLAT

    def bracket_of(self, quotient: Decimal) -> int:
        """Return the bracket of a quotient, from 0."""
        if self.closed is Closed.LOWER:
            return sum(bound <= quotient for bound in self.bounds)
        return sum(bound < quotient for bound in self.bounds)

    def column_of(self, number: int) -> int:
        """Return the column of a rank or of a count, from 0: the last one stands for all those after it."""
        width = len(self.prices[0]) if self.prices else 1
        return min(max(number, 1), width) - 1


@dataclass(frozen=True, slots=True)
class Base:
    """What a grid gives: the exact price, and where it was found. `bracket` None: not by bracket, or the highest."""

    euros: Decimal
    bracket: int | None = None
    column: int = 0
    bound: str = ""  # "floor" or "ceiling" where a share of the quotient meets one
    is_highest: bool = False  # the quotient is not known


def base_of(
    grid: Grid, quotient: Decimal | None, *, column: int = 0, lower: int = 0, cost: Decimal | None = None
) -> Base:
    """Return the price of a grid for a quotient; the highest one when it is not known.

    :param column: see `Grid.column_of`; :param lower: so many brackets lower than that of the quotient.
    :param cost: what the thing costs, in euros, for a share of it.
    :raises InvalidGrid: a share of a cost that is not given.
    """
    if grid.formula is Formula.FLAT:
        return Base(grid.prices[0][column], column=column)
    if quotient is None:
        return Base(_highest(grid, column, cost), column=column, is_highest=True)
    if grid.formula is Formula.EFFORT:
        exact = quotient * grid.percent / 100
        bound = "floor" if exact < grid.floor else "ceiling" if exact > grid.ceiling else ""
        return Base(min(max(exact, grid.floor), grid.ceiling), bound=bound)
    if grid.formula is Formula.POINTS:
        return Base(_between(grid.points, quotient))
    bracket = max(grid.bracket_of(quotient) - lower, 0)
    return Base(_priced(grid, grid.prices[bracket][column], cost), bracket=bracket, column=column)


def _highest(grid: Grid, column: int, cost: Decimal | None) -> Decimal:
    if grid.formula is Formula.EFFORT:
        return grid.ceiling
    if grid.formula is Formula.POINTS:
        return max(euros for _quotient, euros in grid.points)
    return _priced(grid, max(row[column] for row in grid.prices), cost)


def _priced(grid: Grid, figure: Decimal, cost: Decimal | None) -> Decimal:
    if grid.formula is not Formula.SHARE:
        return figure
    if cost is None:
        raise InvalidGrid("cost_missing")
    return cost * figure / 100


def _between(points: Sequence[tuple[Decimal, Decimal]], quotient: Decimal) -> Decimal:
    """The price on the line between two points, that of the first or of the last one outside them."""
    if quotient <= points[0][0]:
        return points[0][1]
    for (low, low_euros), (high, high_euros) in pairwise(points):
        if quotient <= high:
            return low_euros + (high_euros - low_euros) * (quotient - low) / (high - low)
    return points[-1][1]


def parse_grid(data: Any) -> Grid:
    """Return the grid that plain data holds, the inverse of `grid_data`.

    :raises InvalidGrid: unreadable, a hole, an overlap, a negative price, a bound out of order.
    """
    if not isinstance(data, Mapping):
        raise InvalidGrid("unreadable")
    try:
        grid = Grid(
            formula=Formula(data["formula"]),
            prices=tuple(tuple(number(each) for each in row) for row in data.get("prices", ())),
            bounds=tuple(number(each) for each in data.get("bounds", ())),
            closed=Closed(data.get("closed", Closed.LOWER)),
            columns=Columns(data.get("columns", Columns.NONE)),
            percent=number(data.get("percent", 0)),
            floor=number(data.get("floor", 0)),
            ceiling=number(data.get("ceiling", 0)),
            points=tuple((number(quotient), number(euros)) for quotient, euros in data.get("points", ())),
        )
    except (KeyError, TypeError, ValueError) as fault:
        if isinstance(fault, InvalidGrid):
            raise
        raise InvalidGrid("unreadable") from fault
    check_grid(grid)
    return grid


def grid_data(grid: Grid) -> dict[str, Any]:
    """Return plain data, fit for JSON, that `parse_grid` reads back."""
    return {
        "formula": grid.formula.value,
        "prices": [[str(each) for each in row] for row in grid.prices],
        "bounds": [str(each) for each in grid.bounds],
        "closed": grid.closed.value,
        "columns": grid.columns.value,
        "percent": str(grid.percent),
        "floor": str(grid.floor),
        "ceiling": str(grid.ceiling),
        "points": [[str(quotient), str(euros)] for quotient, euros in grid.points],
    }


def number(value: object) -> Decimal:
    """Return an exact figure.

    :raises InvalidGrid: no figure, or none that ends.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise InvalidGrid("no_number")
    if len(str(value)) > 20:
        raise InvalidGrid("no_number")
    try:
        found = Decimal(value)
    except InvalidOperation as fault:
        raise InvalidGrid("no_number") from fault
    if not found.is_finite():
        raise InvalidGrid("no_number")
    return found


def check_grid(grid: Grid) -> None:
    """Refuse a grid that cannot price every quotient once.

    :raises InvalidGrid: with the row where it fails.
    """
    if grid.formula is Formula.EFFORT:
        _check_effort(grid)
    elif grid.formula is Formula.POINTS:
        _check_points(grid.points)
    else:
        _check_rows(grid)


def _check_effort(grid: Grid) -> None:
    if not 0 < grid.percent <= 100:
        raise InvalidGrid("percent")
    if not 0 <= grid.floor <= grid.ceiling <= MOST_EUROS or grid.ceiling == 0:
        raise InvalidGrid("floor_ceiling")


def _check_points(points: Sequence[tuple[Decimal, Decimal]]) -> None:
    if not 2 <= len(points) <= MOST_POINTS:
        raise InvalidGrid("two_points")
    for row, (quotient, euros) in enumerate(points):
        if not 0 <= euros <= MOST_EUROS:
            raise InvalidGrid("price", row=row)
        if not 0 <= quotient <= MOST_QUOTIENT or (row and quotient <= points[row - 1][0]):
            raise InvalidGrid("order", row=row)


def _check_rows(grid: Grid) -> None:
    rows = len(grid.bounds) + 1 if grid.formula is not Formula.FLAT else 1
    if grid.formula is Formula.FLAT and grid.bounds:
        raise InvalidGrid("unreadable")
    if len(grid.prices) != rows or rows > MOST_BRACKETS:
        raise InvalidGrid("rows")
    for row, bound in enumerate(grid.bounds):
        if not 0 < bound <= MOST_QUOTIENT or (row and bound <= grid.bounds[row - 1]):
            raise InvalidGrid("order", row=row)
    width = len(grid.prices[0])
    if not 1 <= width <= MOST_COLUMNS or (grid.columns is Columns.NONE and width != 1):
        raise InvalidGrid("columns", row=0)
    most = Decimal(100) if grid.formula is Formula.SHARE else MOST_EUROS
    for row, figures in enumerate(grid.prices):
        if len(figures) != width:
            raise InvalidGrid("columns", row=row)
        for column, figure in enumerate(figures):
            if not 0 <= figure <= most:
                raise InvalidGrid("price", row=row, column=column)
