"""« Dernières demandes » and the page of each démarche."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from icalendar import Calendar, Event

from preau.base.facts import NotFound
from preau.domain.bookings.queries.facts import bookable_enrolments
from preau.domain.bookings.queries.week import PlannedUnit, planned_units
from preau.domain.bookings.rules import Decision
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import basket, orders
from preau.domain.procedures.queries.orders import (
    ProcedureView,
    find_order,
    find_procedure,
    list_procedures,
    preview_order,
    reverse_of,
)
from preau.domain.procedures.rules import AlreadyUndone, NothingGranted, NothingToDo
from preau.web.family.bookings.recap import procedure_days, recap_days
from preau.web.family.procedures.case import case_page
from preau.web.family.refusals import sentence
from preau.web.ui.policy import family_page

PER_PAGE = 10


@family_page
@require_safe
def procedures(request: Any, slug: str) -> HttpResponse:
    """All numbered démarches, newest first."""
    wanted = request.GET.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1
    _rows, total = list_procedures(actor=request.actor, limit=0)
    page = Paginator(range(total), PER_PAGE).get_page(number)
    found, _total = list_procedures(actor=request.actor, limit=PER_PAGE, offset=max(page.start_index() - 1, 0))
    return render(request, "family/procedures/list.html", {"procedures": found, "page": page, "total": total})


@family_page
@require_safe
def procedure(request: Any, slug: str, number: int) -> HttpResponse:
    """The permanent page of a démarche (A10-12)."""
    view = find_procedure(actor=request.actor, number=number)
    if view.kind != ProcedureKind.BOOKING:
        return case_page(request, number)
    return render(request, "family/procedures/detail.html", _context(request, view))


@family_page
@require_safe
def done(request: Any, slug: str, number: int) -> HttpResponse:
    """« Nous avons bien enregistré votre demande » (A10-01)."""
    view = find_procedure(actor=request.actor, number=number)
    others = [each for each in find_order(actor=request.actor, key=view.order_key) if each.number != number]
    context = {
        **_context(request, view),
        "siblings": [] if others else _siblings(request, view),
        "others": [{"procedure": each, "days": procedure_days(each)} for each in others],
    }
    return render(request, "family/procedures/done.html", context)


def _context(request: Any, view: ProcedureView) -> dict[str, Any]:
    return {
        "procedure": view,
        "days": procedure_days(view),
        "can_undo": _undoable(request, view) is not None,
        "has_days": bool(_still_booked(request, view)),
    }


def _undoable(request: Any, view: ProcedureView) -> Decision | None:
    """What undoing a démarche would do now; None when it is another's to undo, or nothing of it can be."""
    if view.status != "accepted" or view.on_behalf or not any(day >= request.today for day in view.days):
        return None
    try:
        outcome = preview_order(actor=request.actor, items=[reverse_of(view=view)], now=request.now)
    except NotFound:
        return None  # the enrolment has ended meanwhile
    return outcome.decision if outcome.decision.added or outcome.decision.removed else None


def _still_booked(request: Any, view: ProcedureView) -> list[PlannedUnit]:
    """The moments of a démarche that are booked now, with their hours."""
    wanted = {(item.on, item.unit_code) for item in view.added}
    if not wanted or view.enrolment_id is None:
        return []
    start, end = min(view.days), max(view.days) + timedelta(days=1)
    rows = planned_units(actor=request.actor, start=start, end=end)
    return [row for row in rows if row.enrolment_id == view.enrolment_id and (row.on, row.code) in wanted]


def _siblings(request: Any, view: ProcedureView) -> list[Any]:
    rows = bookable_enrolments(actor=request.actor, on=request.today)
    mine = next((row for row in rows if row.enrolment_id == view.enrolment_id), None)
    if mine is None or not view.child_id:
        return []
    return [
        row for row in rows if row.activity_kind == mine.activity_kind and row.participant_key != mine.participant_key
    ]


@family_page
@require_POST
def same(request: Any, slug: str, number: int, enrolment_id: int) -> HttpResponse:
    """The same request for a sibling: its own récapitulatif comes next."""
    count = basket.draft_same(actor=request.actor, number=number, enrolment_id=enrolment_id, now=request.now)
    if not count:
        messages.warning(request, _("Aucun de ces jours n’existe pour cette activité. Choisissez dans le calendrier."))
        return redirect("family:booking_grid", slug=slug, enrolment_id=enrolment_id)
    return redirect("family:booking_recap", slug=slug, enrolment_id=enrolment_id)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: Any, slug: str, number: int) -> HttpResponse:
    """Undo a démarche while its deadlines allow: what it would give back is said first; it is a new démarche."""
    view = find_procedure(actor=request.actor, number=number)
    if request.method != "POST":
        decision = _undoable(request, view)
        if decision is None:
            messages.warning(request, _("Cette demande ne peut plus être annulée. Voici où en sont vos réservations."))
            return redirect("family:procedure", slug=slug, number=number)
        context = {"procedure": view, "days": recap_days(decision), "decision": decision}
        return render(request, "family/procedures/undo.html", context)
    try:
        placed = orders.undo_order(actor=request.actor, number=number, now=request.now)
    except (AlreadyUndone, NothingToDo):
        messages.warning(request, _("Cette demande est déjà annulée. Voici où en sont vos réservations."))
        return redirect("family:procedure", slug=slug, number=number)
    except NothingGranted as refused:
        why = sentence(refused.refused[0].fact.code)
        messages.warning(request, _("Cette demande ne peut plus être annulée. %s") % why)
        return redirect("family:procedure", slug=slug, number=number)
    return redirect("family:booking_done", slug=slug, number=placed.first_number)


@family_page
@require_safe
def calendar(request: Any, slug: str, number: int) -> HttpResponse:
    """The days of a démarche for one's own diary: first name and moment only, what is booked now."""
    view = find_procedure(actor=request.actor, number=number)
    found = _still_booked(request, view)
    if not found:
        raise NotFound("days")
    zone = request.actor.zone
    ics = Calendar()
    ics.add("prodid", "-//Préau//portail famille//FR")
    ics.add("version", "2.0")
    for item in found:
        event = Event()
        event.add("uid", f"{slug}-{number}-{item.on:%Y%m%d}-{item.code}@preau")
        event.add("dtstamp", view.submitted_at)
        midnight = datetime.combine(item.on, time(), tzinfo=zone)
        event.add("dtstart", _at(midnight, item.starts_minute))
        event.add("dtend", _at(midnight, item.ends_minute))
        event.add("summary", f"{view.person} : {item.name}")
        ics.add_component(event)
    response = HttpResponse(ics.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="demande-{number}.ics"'
    return response


def _at(midnight: datetime, minute: int) -> datetime:
    """The instant of a minute of the local day, as the clock on the wall says."""
    return midnight.replace(hour=minute // 60 % 24, minute=minute % 60).astimezone(UTC)
