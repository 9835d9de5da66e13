"""The curve of a day as shapes: who is present before and after a request, the places, what the team allows."""

from collections.abc import Sequence
from dataclasses import dataclass

from preau.kernel.time_ranges import QUARTER, TimeRange

LEFT, RIGHT, TOP, BASE = 34.0, 640.0, 40.0, 236.0  # of a drawing 650 wide and 258 high
HALF = 2 * QUARTER


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    is_over: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Half an hour, as the table tells it."""

    minute: int
    before: int
    after: int
    places: int
    staff: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A day drawn: lines as SVG paths, the quarters that a request adds, the hours under it."""

    now: str
    places: str
    added: tuple[Rect, ...]
    hours: tuple[tuple[float, int], ...]  # (x, hour)
    grid: tuple[tuple[float, int], ...]  # (y, children)
    steps: tuple[Step, ...]
    most_before: int
    most_after: int
    most_places: int
    label_y: float


def curve_of(
    *, opening: TimeRange, before: Sequence[int], after: Sequence[int], limits: Sequence[int], staff: Sequence[int]
) -> Curve:
    """Return the drawing of a day, all by quarter of the day."""
    quarters = range(opening.start // QUARTER, opening.end // QUARTER)
    top = max([1, *(max(before[q], after[q], limits[q]) for q in quarters)])
    wide = (RIGHT - LEFT) / len(quarters)

    def x(quarter: int) -> float:
        return round(LEFT + (quarter - quarters[0]) * wide, 1)

    def y(count: int) -> float:
        return round(BASE - count * (BASE - TOP) / top, 1)

    def line(values: Sequence[int]) -> str:
        return " ".join(f"V{y(values[q])} H{x(q + 1)}" for q in quarters)

    added = tuple(
        Rect(x(q), y(after[q]), round(wide, 1), round(y(before[q]) - y(after[q]), 1), after[q] > limits[q])
        for q in quarters
        if after[q] > before[q]
    )
    return Curve(
        now=f"M{LEFT} {BASE} {line(before)} V{BASE} Z",
        places=f"M{LEFT} {y(limits[quarters[0]])} {line(limits)}",
        added=added,
        hours=tuple((x(q), q * QUARTER // 60) for q in quarters if q * QUARTER % 60 == 0),
        grid=tuple((y(count), count) for count in range(5, top + 1, 5 if top < 25 else 10)),
        steps=tuple(_step(q, before, after, limits=limits, staff=staff) for q in quarters[::2]),
        most_before=max(before[q] for q in quarters),
        most_after=max(after[q] for q in quarters),
        most_places=max(limits[q] for q in quarters),
        label_y=y(max(limits[q] for q in quarters)) - 6,
    )


def _step(
    quarter: int, before: Sequence[int], after: Sequence[int], *, limits: Sequence[int], staff: Sequence[int]
) -> Step:
    both = slice(quarter, quarter + 2)
    return Step(quarter * QUARTER, max(before[both]), max(after[both]), min(limits[both]), max(staff[both]))
