"""The planning of a parent for its own diary, by a private address: first names, activities and hours, nothing else."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from preau.base.facts import NotFound
from preau.domain.families.queries.files import parent_actor
from preau.domain.families.queries.people import my_children
from preau.domain.procedures.enums import PlanState
from preau.domain.procedures.queries.diaries import find_diary
from preau.domain.procedures.queries.planning import PlanLine, plan_of
from preau.web.ui.policy import public_page

BEFORE, AFTER = timedelta(days=31), timedelta(days=190)
SHOWN = {
    PlanState.RESERVED: "CONFIRMED",
    PlanState.PRESENT: "CONFIRMED",
    PlanState.TO_VALIDATE: "TENTATIVE",
    PlanState.WAITING: "TENTATIVE",
}


@public_page
@require_safe
def diary(request: Any, slug: str, secret: str) -> HttpResponse:
    """What is planned, from a month ago to six months ahead. What its owner may read is asked anew each time."""
    organisation = request.organisation
    found = find_diary(organisation_id=organisation.id, secret=secret)
    actor = parent_actor(account_id=found.account_id, organisation_id=organisation.id, time_zone=organisation.time_zone)
    if actor is None:
        raise NotFound("diary")
    children = {each.child_id: each.first_name for each in my_children(actor=actor)}
    if found.child_id is not None:
        children = {pk: name for pk, name in children.items() if pk == found.child_id}
    plan = plan_of(
        actor=actor,
        child_ids=children.keys(),
        start=request.today - BEFORE,
        end=request.today + AFTER,
        today=request.today,
    )
    ics = Calendar()
    ics.add("prodid", "-//Préau//portail famille//FR")
    ics.add("version", "2.0")
    ics.add("x-wr-calname", ", ".join(children.values()) or organisation.short_name)
    for line in plan.lines:
        if line.states[0] in SHOWN:
            ics.add_component(_event(slug, line, children[line.child_id], now=request.now, zone=actor.zone))
    response = HttpResponse(ics.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="planning.ics"'
    return response


def _event(slug: str, line: PlanLine, name: str, *, now: datetime, zone: ZoneInfo) -> Event:
    event = Event()
    code = line.name or f"H{line.hours.start}"
    event.add("uid", f"{slug}-plan-{line.child_id}-{line.enrolment_id or 0}-{line.on:%Y%m%d}-{code}@preau")
    event.add("dtstamp", now)
    event.add("summary", _("%(who)s : %(what)s") % {"who": name, "what": line.name or line.activity})
    event.add("status", SHOWN[line.states[0]])
    event.add("dtstart", _at(line.on, line.hours.start, zone))
    event.add("dtend", _at(line.on, line.hours.end, zone))
    return event


def _at(on: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a minute of the local day, as the clock on the wall says."""
    midnight = datetime.combine(on, time(), tzinfo=zone)
    return midnight.replace(hour=minute // 60 % 24, minute=minute % 60).astimezone(UTC)
