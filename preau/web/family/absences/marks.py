"""Absences on the pages of what is planned: home, month, week, hours."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from preau.domain.absences.queries.closures import ClosedView
from preau.domain.absences.queries.moments import MissedMoment, missed_moments, misses
from preau.domain.bookings.queries.week import PlannedUnit
from preau.kernel.time_ranges import Ranges, TimeRange

Missed = Mapping[tuple[int, date], Collection[MissedMoment]]


def missed_of(request: Any, *, start: date, end: date, enrolment_ids: Collection[int] | None = None) -> Missed:
    """Return what the children of a family miss in [start, end). One query."""
    return missed_moments(actor=request.actor, start=start, end=end, enrolment_ids=enrolment_ids)


def words_of(moment: MissedMoment | None) -> str:
    """Return « absence » or « absence excusée » (A18-04); "" when nothing is missed."""
    if moment is None:
        return ""
    return _("absence excusée") if moment.is_excused else _("absence")


def marked(planned: Iterable[PlannedUnit], missed: Missed) -> list[PlannedUnit]:
    """Return planned moments, those that are missed said to be."""
    found = []
    for unit in planned:
        hours = TimeRange(unit.starts_minute, unit.ends_minute)
        absence = words_of(misses(missed=missed, enrolment_id=unit.enrolment_id, on=unit.on, hours=hours))
        found.append(replace(unit, absence=absence) if absence else unit)
    return found


def by_slot(missed: Missed) -> dict[int, dict[int, str]]:
    """Return enrolment → slot → words, of what is booked by units."""
    found: dict[int, dict[int, str]] = {}
    for (enrolment_id, _on), moments in missed.items():
        for each in moments:
            if each.slot_id is not None:
                found.setdefault(enrolment_id, {})[each.slot_id] = words_of(each)
    return found


def of_day(missed: Missed, *, enrolment_id: int, on: date, ranges: Ranges) -> str:
    """Return what is said of a day of hours: "" when no range of it is missed, nor touched."""
    missing = [misses(missed=missed, enrolment_id=enrolment_id, on=on, hours=each) for each in ranges]
    first = next((each for each in missing if each is not None), None)
    is_whole = all(each is not None and each.hours == hours for each, hours in zip(missing, ranges, strict=True))
    return words_of(first) if is_whole or first is None else _("absence une partie du jour")


def closed_units(closed: Iterable[ClosedView]) -> list[PlannedUnit]:
    """Return what closures took, as moments of a week: « fermé : grève »."""
    return [
        PlannedUnit(
            on=each.on,
            enrolment_id=each.enrolment_id,
            participant_key=f"c{each.child_id}" if each.child_id else f"f{each.enrolment_id}",
            code=each.name[:1] or "H",
            name=each.name or _("Horaires"),
            activity=each.activity,
            site=each.site,
            starts_minute=each.starts_minute,
            ends_minute=each.ends_minute,
            is_waiting=False,
            absence=_("fermé : %s") % each.words,
        )
        for each in closed
    ]
