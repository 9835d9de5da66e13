"""« Dernières demandes » and the page of each démarche."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from icalendar import Calendar, Event

from preau.domain.bookings.queries import bookable_enrolments
from preau.domain.procedures import operations
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.queries import ProcedureView, find_procedure, list_procedures
from preau.domain.procedures.rules import AlreadyUndone
from preau.web.family.bookings.recap import procedure_days
from preau.web.family.procedures.case import case_page
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
    return render(
        request, "family/procedures/done.html", {**_context(request, view), "siblings": _siblings(request, view)}
    )


def _context(request: Any, view: ProcedureView) -> dict[str, Any]:
    can_undo = view.status == "accepted" and any(day >= request.today for day in view.days)
    return {
        "procedure": view,
        "days": procedure_days(view),
        "span": view.days,
        "can_undo": can_undo and not view.on_behalf,
    }


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
    count = operations.draft_same(actor=request.actor, number=number, enrolment_id=enrolment_id, now=request.now)
    if not count:
        messages.warning(request, _("Aucun de ces jours n’existe pour cette activité. Choisissez dans le calendrier."))
        return redirect("family:booking_grid", slug=slug, enrolment_id=enrolment_id)
    return redirect("family:booking_recap", slug=slug, enrolment_id=enrolment_id)


@family_page
@require_POST
def undo(request: Any, slug: str, number: int) -> HttpResponse:
    """Undo a démarche while its deadlines allow: it is a new démarche."""
    try:
        placed = operations.undo_order(actor=request.actor, number=number, now=request.now)
    except AlreadyUndone:
        messages.warning(request, _("Cette demande est déjà annulée. Voici où en sont vos réservations."))
        return redirect("family:procedure", slug=slug, number=number)
    return redirect("family:booking_done", slug=slug, number=placed.first_number)


@family_page
@require_safe
def calendar(request: Any, slug: str, number: int) -> HttpResponse:
    """The days of a démarche for one's own diary: first name and moment only."""
    view = find_procedure(actor=request.actor, number=number)
    ics = Calendar()
    ics.add("prodid", "-//Préau//portail famille//FR")
    ics.add("version", "2.0")
    stamp = view.submitted_at
    for item in view.added:
        event = Event()
        event.add("uid", f"{slug}-{number}-{item.slot_id}@preau")
        event.add("dtstamp", stamp)
        event.add("dtstart", item.on)
        event.add("summary", f"{view.subject.split(' - ')[0]} : {item.unit_name}")
        ics.add_component(event)
    response = HttpResponse(ics.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="demande-{number}.ics"'
    return response
