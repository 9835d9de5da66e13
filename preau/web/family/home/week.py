"""The week of all children as rows and squares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext

from preau.base.actor import Actor
from preau.domain.bookings.queries.week import PlannedUnit, ToBook
from preau.domain.creche.queries.sheets import held_by
from preau.domain.families.queries.files import ChildCard
from preau.domain.procedures.queries.hours import pending_days
from preau.kernel.french_dates import hour_words
from preau.kernel.time_ranges import TimeRange

FRIDAY = 4
HOURS = "H"


@dataclass(frozen=True, slots=True)
class Cell:
    on: date
    units: tuple[PlannedUnit, ...]
    until: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    hue: int
    cells: tuple[Cell, ...]


def planned_hours(*, actor: Actor, enrolments: Sequence[ToBook], start: date, end: date) -> list[PlannedUnit]:
    """Return the hours of care of a family in [start, end), as moments of a day; those asked for wait. Two queries."""
    cared = {each.enrolment_id: each for each in enrolments if each.is_care and each.child_id}
    held = held_by(actor=actor, child_ids={each.child_id or 0 for each in cared.values()}, start=start, end=end)
    found = [_hours(cared.get(each.enrolment_id), each.child_id, each.on, each.hours) for each in held]
    pending = pending_days(actor=actor, enrolment_ids=cared.keys(), start=start)
    asked = {(each.enrolment_id, each.on, each.hours) for each in held}
    found += [
        _hours(cared[enrolment_id], cared[enrolment_id].child_id, on, hours, is_waiting=True)
        for (enrolment_id, on), day in pending.items()
        for hours in day.asked
        if on < end and (enrolment_id, on, hours) not in asked
    ]
    return sorted(found, key=lambda each: (each.on, each.starts_minute, each.ends_minute))


def _hours(
    enrolment: ToBook | None, child_id: int | None, on: date, hours: TimeRange, *, is_waiting: bool = False
) -> PlannedUnit:
    return PlannedUnit(
        on=on,
        enrolment_id=enrolment.enrolment_id if enrolment else 0,
        participant_key=f"c{child_id}",
        code=HOURS,
        name=gettext("Horaires"),
        activity=f"{enrolment.activity if enrolment else gettext('Crèche')}, {hours.words()}",
        site="",
        starts_minute=hours.start,
        ends_minute=hours.end,
        is_waiting=is_waiting,
    )


def shown_days(planned: list[PlannedUnit], *, monday: date) -> list[date]:
    """Return the days of a week that are drawn: Monday to Friday, and the others when something is booked then."""
    booked = {unit.on for unit in planned}
    days = [monday + timedelta(days=number) for number in range(7)]
    return [day for day in days if day.weekday() <= FRIDAY or day in booked]


def week_rows(children: list[ChildCard], planned: list[PlannedUnit], *, days: Sequence[date]) -> list[Row]:
    """Return one row per child, and one for the household when it has something planned."""
    by_key: dict[tuple[str, date], list[PlannedUnit]] = {}
    for unit in planned:
        by_key.setdefault((unit.participant_key, unit.on), []).append(unit)
    rows = [_row(child.first_name, child.hue, key=f"c{child.child_id}", by_key=by_key, days=days) for child in children]
    others = sorted({key for key, _ in by_key if not key.startswith("c")})
    return rows + [_row("", 0, key=key, by_key=by_key, days=days) for key in others]


def _row(
    name: str, hue: int, *, key: str, by_key: dict[tuple[str, date], list[PlannedUnit]], days: Sequence[date]
) -> Row:
    cells = []
    for day in days:
        units = tuple(by_key.get((key, day), ()))
        until = hour_words(max(unit.ends_minute for unit in units)) if units else ""
        cells.append(Cell(day, units, until))
    return Row(name, hue, tuple(cells))
