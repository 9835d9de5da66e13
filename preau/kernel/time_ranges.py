"""Hours of a day as half-open ranges of minutes, and how many of them meet each quarter-hour. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from preau.kernel.clock_times import DAY, clock_words

QUARTER = 15  # minutes
QUARTERS = DAY // QUARTER


@dataclass(frozen=True, slots=True, order=True)
class TimeRange:
    """From a minute of the local day to another, excluded."""

    start: int
    end: int

    @property
    def minutes(self) -> int:
        return self.end - self.start

    def words(self) -> str:
        """Return « 09:30-17:30 » (A09-36)."""
        return f"{clock_words(self.start)}-{clock_words(self.end)}"

    def meets(self, other: "TimeRange") -> bool:
        return self.start < other.end and other.start < self.end


Ranges = tuple[TimeRange, ...]


def read_ranges(kept: Iterable[Sequence[int]]) -> Ranges:
    """Return ranges that a row keeps as JSON, in the order of the day."""
    return tuple(sorted(TimeRange(int(start), int(end)) for start, end in kept))


def write_ranges(ranges: Iterable[TimeRange]) -> list[list[int]]:
    """Return ranges as a row keeps them."""
    return [[each.start, each.end] for each in sorted(ranges)]


def total_minutes(ranges: Iterable[TimeRange]) -> int:
    """Return how long these ranges last together."""
    return sum(each.minutes for each in ranges)


def quarters_of(hours: TimeRange) -> slice:
    """Return the quarters of the day that a range meets."""
    return slice(hours.start // QUARTER, ceil(hours.end / QUARTER))


def presence(ranges: Iterable[TimeRange]) -> tuple[int, ...]:
    """Return how many are present in each quarter of the day.

    >>> presence([TimeRange(0, 30), TimeRange(15, 45)])[:4]
    (1, 2, 1, 0)
    """
    edges = [0] * (QUARTERS + 1)
    for each in ranges:
        quarters = quarters_of(each)
        edges[quarters.start] += 1
        edges[quarters.stop] -= 1
    return tuple(accumulate(edges))[:QUARTERS]


def changed_from(before: Ranges, after: Ranges) -> int | None:
    """Return the first minute at which two sets of ranges differ; None when they are the same.

    >>> changed_from((TimeRange(540, 720),), (TimeRange(540, 780),))
    720
    """
    edges = sorted({edge for each in (*before, *after) for edge in (each.start, each.end)})
    for minute in edges:
        if _holds(before, minute) != _holds(after, minute):
            return minute
    return None


def _holds(ranges: Ranges, minute: int) -> bool:
    return any(each.start <= minute < each.end for each in ranges)
