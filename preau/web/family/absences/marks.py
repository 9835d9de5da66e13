"""Absences on the pages of what is planned: home, month, week, hours."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from preau.domain.absences.queries.closures import ClosedView
from preau.domain.absences.queries.moments import MissedMoment, missed_moments, misses, still_expected
from preau.domain.attendance.queries.families import SeenMoment, seen_moments
from preau.domain.bookings.queries.week import PlannedUnit
from preau.kernel.time_ranges import Ranges, TimeRange

Missed = Mapping[tuple[int, date], Collection[MissedMoment]]


def missed_of(request: Any, *, start: date, end: date, enrolment_ids: Collection[int] | None = None) -> Missed:
    """Return what the children of a family miss in [start, end). One query."""
    return missed_moments(actor=request.actor, start=start, end=end, enrolment_ids=enrolment_ids)


def seen_of(request: Any, *, start: date, end: date) -> list[SeenMoment]:
    """Return what was pointed of the children of a family in [start, end). One query, none for days to come."""
    return seen_moments(actor=request.actor, start=start, end=end) if start <= request.today else []


def words_of(moment: MissedMoment | None) -> str:
    """Return « absence » or « absence excusée » (A18-04); "" when nothing is missed."""
    if moment is None:
        return ""
    return _("absence excusée") if moment.is_excused else _("absence")


def marked(planned: Iterable[PlannedUnit], missed: Missed, seen: Collection[SeenMoment] = ()) -> list[PlannedUnit]:
    """Return planned moments, those that are missed said to be, and what was pointed of those that are past."""
    pointed = {(each.enrolment_id, each.on, each.starts_minute): each.is_present for each in seen}
    found = []
    for unit in planned:
        hours = TimeRange(unit.starts_minute, unit.ends_minute)
        absence = unit.absence or _said_of_hours(missed, unit.enrolment_id, unit.on, hours)
        is_present = pointed.get((unit.enrolment_id, unit.on, unit.starts_minute))
        if is_present is not None:
            absence = "" if is_present else (absence or _("absence"))
        found.append(replace(unit, absence=absence, seen=_("présent") if is_present else ""))
    return found


def _said_of_hours(missed: Missed, enrolment_id: int, on: date, hours: TimeRange) -> str:
    """What is said of a planned moment: « absence de 9:30-12:00 » where a part of it is missed."""
    what = {"enrolment_id": enrolment_id, "on": on, "hours": hours}
    first = misses(missed=missed, **what)
    if first is None or not still_expected(missed=missed, **what):
        return words_of(first)
    return _("absence une partie du jour")


def by_slot(missed: Missed, seen: Collection[SeenMoment] = ()) -> dict[int, dict[int, str]]:
    """Return enrolment → slot → words, of what is booked by units: « absence excusée », « présent »."""
    found: dict[int, dict[int, str]] = {}
    for (enrolment_id, _on), moments in missed.items():
        for each in moments:
            if each.slot_id is not None:
                found.setdefault(enrolment_id, {})[each.slot_id] = words_of(each)
    for moment in seen:
        if moment.slot_id is not None and moment.enrolment_id is not None:
            words = found.setdefault(moment.enrolment_id, {})
            words[moment.slot_id] = _("présent") if moment.is_present else words.get(moment.slot_id) or _("absence")
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
            code=each.name[:1] or each.activity[:1],
            name=each.name or each.activity,
            activity=each.activity,
            site=each.site,
            starts_minute=each.starts_minute,
            ends_minute=each.ends_minute,
            is_waiting=False,
            absence=_("fermé : %s") % each.words,
        )
        for each in closed
    ]
