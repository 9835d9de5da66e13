"""A grid as somebody types it, or pastes it from a spreadsheet: a line a bracket, « de, à, prix ». Pure.

« 0 ; 400 ; 0,50 » then « 400 ; 640 ; 1,75 » (the bound belongs to the bracket that begins there), or « 0 ; 308 » then
« 308,01 ; 500 », « 1 101 ; 1 500 » (it belongs to the bracket that ends there). The last line has no end.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from preau.domain.pricing.enums import Closed, Columns, Formula
from preau.domain.pricing.rules.grids import MOST_BRACKETS, MOST_COLUMNS, Grid, InvalidGrid, check_grid

MOST_LINES = 200
GAP = Decimal(1)  # « 400 » then « 401 » leaves no hole: a quotient is whole
CELLS = re.compile(r"\t|;|\|")
FIGURE = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,4})?")


def read_figure(text: str) -> Decimal:
    """Return a figure as French people type it: « 12,50 € », « 12.5 », « 1 049,51 ».

    :raises InvalidGrid: anything else.

    >>> [str(read_figure(each)) for each in ("12,50 €", "12.5", "1 049,51")]
    ['12.50', '12.5', '1049.51']
    """
    bare = re.sub(r"\s|€|%", "", text)
    if not FIGURE.fullmatch(bare):
        raise InvalidGrid("no_number")
    return Decimal(bare.replace(",", "."))


def read_brackets(text: str, *, formula: Formula = Formula.BRACKETS, columns: Columns = Columns.NONE) -> Grid:
    """Return the grid of some lines. A first line of titles is passed over.

    :raises InvalidGrid: with the line and the cell: no figure, a hole, an overlap, another number of prices.
    """
    lines = [line for line in text.splitlines() if line.strip(" ;|\t")]
    if len(lines) > MOST_LINES:
        raise InvalidGrid("too_many", row=MOST_LINES)
    rows = [[cell.strip() for cell in CELLS.split(line.strip().strip("|"))] for line in lines]
    if rows and not any(FIGURE.fullmatch(re.sub(r"\s|€|%", "", cell)) for cell in rows[0]):
        rows = rows[1:]
    if not rows:
        raise InvalidGrid("empty")
    if len(rows) > MOST_BRACKETS:
        raise InvalidGrid("too_many", row=MOST_BRACKETS)
    starts, ends, prices = [], [], []
    for number, cells in enumerate(rows):
        start, end, figures = _line(cells, number, is_last=number == len(rows) - 1)
        starts.append(start)
        ends.append(end)
        prices.append(figures)
    closed, bounds = _bounds(starts, ends)
    grid = Grid(formula, prices=tuple(prices), bounds=bounds, closed=closed, columns=columns)
    try:
        check_grid(grid)
    except InvalidGrid as fault:
        column = fault.column + 2 if fault.column is not None else None
        raise InvalidGrid(fault.code, row=fault.row, column=column) from fault
    return grid


def _line(cells: Sequence[str], row: int, *, is_last: bool) -> tuple[Decimal, Decimal | None, tuple[Decimal, ...]]:
    if not 3 <= len(cells) <= 2 + MOST_COLUMNS:
        raise InvalidGrid("cells", row=row)
    start = _figure(cells[0] or "0", row, 0)
    end = _figure(cells[1], row, 1) if cells[1] else None
    if end is None and not is_last:
        raise InvalidGrid("end_missing", row=row, column=1)
    if end is not None and is_last:
        raise InvalidGrid("last_ends", row=row, column=1)
    return start, end, tuple(_figure(cell, row, place) for place, cell in enumerate(cells[2:], start=2))


def _figure(text: str, row: int, column: int) -> Decimal:
    try:
        return read_figure(text)
    except InvalidGrid as fault:
        raise InvalidGrid(fault.code, row=row, column=column) from fault


def _bounds(starts: Sequence[Decimal], ends: Sequence[Decimal | None]) -> tuple[Closed, tuple[Decimal, ...]]:
    """Which side the bounds are on, and the bounds: one way for the whole grid, no hole, no overlap."""
    if starts[0] > GAP:
        raise InvalidGrid("begins", row=0, column=0)
    sides: set[Closed] = set()
    bounds = []
    for row in range(1, len(starts)):
        end = ends[row - 1]
        assert end is not None  # noqa: S101 -- only the last line has none
        gap = starts[row] - end
        if gap < 0:
            raise InvalidGrid("overlap", row=row, column=0)
        if gap > GAP:
            raise InvalidGrid("hole", row=row, column=0)
        sides.add(Closed.UPPER if gap else Closed.LOWER)
        bounds.append(end)
    if len(sides) > 1:
        raise InvalidGrid("sides")
    return next(iter(sides), Closed.LOWER), tuple(bounds)


def write_brackets(grid: Grid) -> str:
    """Return a grid by brackets as lines that `read_brackets` reads back."""
    step = Decimal("0.01")
    edges = [Decimal(0), *grid.bounds]
    lines = []
    for number, figures in enumerate(grid.prices):
        start = edges[number]
        if number and grid.closed is Closed.UPPER:
            start += step
        end = f"{edges[number + 1]:f}" if number + 1 < len(edges) else ""
        cells = [f"{start:f}", end, *(f"{each:f}" for each in figures)]
        lines.append(" ; ".join(cells).replace(".", ","))
    return "\n".join(lines)
