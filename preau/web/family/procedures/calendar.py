"""The days of a démarche for one's own diary, an .ics file: first name and moment only."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from preau.base.facts import NotFound
from preau.domain.bookings.queries.week import PlannedUnit, planned_units
from preau.domain.creche.queries.sheets import held_by
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.queries.absences import absences_of
from preau.domain.procedures.queries.orders import ProcedureItem, ProcedureView, find_procedure
from preau.web.ui.policy import family_page


def booked_around(request: Any, view: ProcedureView) -> list[PlannedUnit]:
    """Return all that the family has booked over the days of a démarche, with its hours. One query."""
    if not view.days or view.enrolment_id is None:
        return []
    return planned_units(actor=request.actor, start=min(view.days), end=max(view.days) + timedelta(days=1))


def still_booked(view: ProcedureView, booked: Sequence[PlannedUnit]) -> list[PlannedUnit]:
    """Return the moments that a démarche took and that are booked now."""
    wanted = {(item.on, item.unit_code) for item in view.added}
    return [row for row in booked if row.enrolment_id == view.enrolment_id and (row.on, row.code) in wanted]


def given_back(view: ProcedureView, booked: Sequence[PlannedUnit]) -> list[ProcedureItem]:
    """Return the moments that a démarche gave back and that nothing has taken again."""
    held = {(row.on, row.code) for row in booked if row.enrolment_id == view.enrolment_id}
    return [item for item in view.removed if (item.on, item.unit_code) not in held]


@family_page
@require_safe
def calendar(request: Any, slug: str, number: int) -> HttpResponse:
    """What is booked now, to add to a diary; what was given back, to take out of it.

    A moment keeps its name from one démarche to the next, and the number of the démarche says which is the latest
    (RFC 5545, UID and SEQUENCE): the file of a cancellation cancels what the first one had added.
    """
    view = find_procedure(actor=request.actor, number=number)
    if view.kind == ProcedureKind.HOURS:
        return _hours_calendar(request, slug, view)
    if view.kind == ProcedureKind.ABSENCE:
        return _absence_calendar(request, slug, view)
    booked = booked_around(request, view)
    kept, gone = still_booked(view, booked), given_back(view, booked)
    if not kept and not gone:
        raise NotFound("days")
    ics = Calendar()
    ics.add("prodid", "-//Préau//portail famille//FR")
    ics.add("version", "2.0")
    zone = request.actor.zone
    for item in kept:
        event = _event(slug, view, on=item.on, code=item.code, name=item.name)
        midnight = datetime.combine(item.on, time(), tzinfo=zone)
        event.add("dtstart", _at(midnight, item.starts_minute))
        event.add("dtend", _at(midnight, item.ends_minute))
        ics.add_component(event)
    for item in gone:
        event = _event(slug, view, on=item.on, code=item.unit_code, name=item.unit_name)
        event.add("dtstart", item.on)
        event.add("status", "CANCELLED")
        ics.add_component(event)
    return _file(ics, number)


def _file(ics: Calendar, number: int) -> HttpResponse:
    response = HttpResponse(ics.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="demande-{number}.ics"'
    return response


def _hours_calendar(request: Any, slug: str, view: ProcedureView) -> HttpResponse:
    """The hours held now on the days of a request."""
    days = [day.on for day in view.hours if day.state == "accepted"]
    if not days or view.child_id is None:
        raise NotFound("days")
    held = held_by(actor=request.actor, child_ids=[view.child_id], start=min(days), end=max(days) + timedelta(days=1))
    ics = Calendar()
    ics.add("prodid", "-//Préau//portail famille//FR")
    ics.add("version", "2.0")
    for each in held:
        if each.enrolment_id == view.enrolment_id and each.on in days:
            event = _event(slug, view, on=each.on, code=f"H{each.hours.start}", name=view.subject)
            midnight = datetime.combine(each.on, time(), tzinfo=request.actor.zone)
            event.add("dtstart", _at(midnight, each.hours.start))
            event.add("dtend", _at(midnight, each.hours.end))
            ics.add_component(event)
    return _file(ics, view.number)


def _absence_calendar(request: Any, slug: str, view: ProcedureView) -> HttpResponse:
    """The moments that are missed, to take out of a diary: each bears the name under which it was put in."""
    absences = absences_of(actor=request.actor, number=view.number, with_health=False)
    moments = [each for absence in absences for each in absence.moments]
    if not moments:
        raise NotFound("days")
    ics = Calendar()
    ics.add("prodid", "-//Préau//portail famille//FR")
    ics.add("version", "2.0")
    for each in moments:
        code, name = each.code or f"H{each.hours.start}", each.name or view.subject
        event = _event(slug, view, on=each.on, code=code, name=name, enrolment_id=each.enrolment_id)
        event.add("dtstart", each.on)
        event.add("status", "CANCELLED")
        ics.add_component(event)
    return _file(ics, view.number)


def _event(slug: str, view: ProcedureView, *, on: date, code: str, name: str, enrolment_id: int | None = None) -> Event:
    event = Event()
    event.add("uid", f"{slug}-{enrolment_id or view.enrolment_id}-{on:%Y%m%d}-{code}@preau")
    event.add("sequence", view.number)
    event.add("dtstamp", view.submitted_at)
    event.add("summary", f"{view.person} : {name}")
    return event


def _at(midnight: datetime, minute: int) -> datetime:
    """The instant of a minute of the local day, as the clock on the wall says."""
    return midnight.replace(hour=minute // 60 % 24, minute=minute % 60).astimezone(UTC)
