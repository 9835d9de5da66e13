"""A day on one table: sites in rows, moments from morning to night in columns, how many are expected in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from preau.domain.bookings.queries.expected import Headcount, Tension


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One site: for each moment of the board, the activities that have children in it."""

    site_id: int
    site: str
    cells: tuple[tuple[Headcount, ...], ...]


@dataclass(frozen=True, slots=True)
class DayBoard:
    """One day. `moments` are names of units, in the order of the clock."""

    on: date
    moments: tuple[str, ...]
    lines: tuple[SiteLine, ...]


def day_board(*, on: date, counts: Sequence[Headcount]) -> DayBoard:
    """Return the board of a day; its sites keep the order of the counts."""
    starts: dict[str, int] = {}
    for each in counts:
        starts[each.unit] = min(starts.get(each.unit, each.starts_minute), each.starts_minute)
    moments = tuple(sorted(starts, key=lambda unit: (starts[unit], unit)))
    sites: dict[tuple[int, str], dict[str, list[Headcount]]] = {}
    for each in counts:
        sites.setdefault((each.site_id, each.site), {}).setdefault(each.unit, []).append(each)
    lines = tuple(
        SiteLine(site_id, site, tuple(tuple(by_unit.get(unit, ())) for unit in moments))
        for (site_id, site), by_unit in sites.items()
    )
    return DayBoard(on, moments, lines)


def without_absent(
    *, on: date, counts: Sequence[Headcount], absent: Mapping[tuple[date, int, int, str], int]
) -> list[Headcount]:
    """Return the counts less those who said that they would not come."""
    return [
        replace(each, count=each.count - absent.get((on, each.site_id, each.activity_id, each.unit), 0))
        for each in counts
    ]


def by_day(rows: Sequence[Tension]) -> dict[date, list[Tension]]:
    """Return the places that run out, day by day."""
    found: dict[date, list[Tension]] = {}
    for row in rows:
        found.setdefault(row.on, []).append(row)
    return found
