"""« Dernières demandes » and the page of each démarche."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base.facts import NotFound
from preau.domain.bookings.queries.facts import BookableEnrolment, bookable_enrolments
from preau.domain.bookings.queries.week import PlannedUnit
from preau.domain.bookings.rules import Decision
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import basket, orders
from preau.domain.procedures.queries.cases import find_case
from preau.domain.procedures.queries.orders import (
    ProcedureView,
    find_procedure,
    list_procedures,
    order_of,
    preview_order,
    reverse_of,
)
from preau.domain.procedures.rules import AlreadyUndone, NothingGranted, NothingToDo
from preau.web.family.bookings.recap import procedure_days, recap_days
from preau.web.family.hours.recap import told_of
from preau.web.family.procedures.calendar import booked_around, given_back, still_booked
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
    if view.kind == ProcedureKind.HOURS:
        return hours_page(request, view)
    if view.kind != ProcedureKind.BOOKING:
        return case_page(request, number)
    return render(request, "family/procedures/detail.html", _context(request, view, booked_around(request, view)))


@family_page
@require_safe
def done(request: Any, slug: str, number: int) -> HttpResponse:
    """« Nous avons bien enregistré votre demande » (A10-01)."""
    view, *others = order_of(actor=request.actor, number=number)
    cared = [each for each in (view, *others) if each.kind == ProcedureKind.HOURS]
    others = [each for each in others if each.kind != ProcedureKind.HOURS]
    rows = {row.enrolment_id: row for row in bookable_enrolments(actor=request.actor, on=request.today)}
    booked = booked_around(request, view)
    people = {row.participant_key: row for each in (view, *others) if (row := rows.get(each.enrolment_id or 0))}
    context = {
        **_context(request, view, booked, enrolments=rows),
        "people": list(people.values()),
        "siblings": [] if others else _siblings(view, rows, booked),
        "others": [{"procedure": each, "days": procedure_days(each)} for each in others],
        "cared": [{"procedure": each, "days": told_of(each.hours)} for each in cared],
        "waits": any(each.status == "submitted" for each in cared),
    }
    return render(request, "family/procedures/done.html", context)


def _context(
    request: Any,
    view: ProcedureView,
    booked: Sequence[PlannedUnit],
    *,
    enrolments: Mapping[int, BookableEnrolment] | None = None,
) -> dict[str, Any]:
    decision = _undoable(request, view, enrolments=enrolments)
    limits = [(facts.cancel_closes_at, facts.on) for facts in decision.removed] if decision else []
    return {
        "procedure": view,
        "days": procedure_days(view),
        "can_undo": decision is not None,
        "limit": min(limits, default=None),
        "has_days": bool(still_booked(view, booked)),
        "has_gone": bool(given_back(view, booked)),
    }


def _undoable(
    request: Any, view: ProcedureView, *, enrolments: Mapping[int, BookableEnrolment] | None = None
) -> Decision | None:
    """What undoing a démarche would do now; None when it is another's to undo, or nothing of it can be."""
    if (
        view.kind != ProcedureKind.BOOKING
        or view.status != "accepted"
        or view.on_behalf
        or not any(day >= request.today for day in view.days)
    ):
        return None
    try:
        outcome = preview_order(
            actor=request.actor, items=[reverse_of(view=view)], now=request.now, enrolments=enrolments
        )
    except NotFound:
        return None  # the enrolment has ended meanwhile
    return outcome.decision if outcome.decision.added or outcome.decision.removed else None


def _siblings(
    view: ProcedureView, rows: Mapping[int, BookableEnrolment], booked: Sequence[PlannedUnit]
) -> list[BookableEnrolment]:
    """The brothers and sisters for whom the same démarche would change something."""
    mine = rows.get(view.enrolment_id or 0)
    if mine is None or not view.child_id:
        return []
    held: dict[int, set[tuple[date, str]]] = {}
    for row in booked:
        held.setdefault(row.enrolment_id, set()).add((row.on, row.code))
    added, removed = ({(item.on, item.unit_code) for item in items} for items in (view.added, view.removed))
    return [
        row
        for row in rows.values()
        if row.activity_kind == mine.activity_kind
        and row.participant_key != mine.participant_key
        and (added - held.get(row.enrolment_id, set()) or removed & held.get(row.enrolment_id, set()))
    ]


def hours_page(request: Any, view: ProcedureView) -> HttpResponse:
    """The permanent page of a request for hours: its days, what the structure answers, the way to say yes or no."""
    case = find_case(actor=request.actor, number=view.number)
    days = told_of(view.hours)
    context = {
        "case": case,
        "procedure": view,
        "days": days,
        "proposed": [day for day in days if day.state == "proposed"],
        "can_cancel": case.is_open,
        "has_days": any(day.state == "accepted" and day.ranges for day in days),
    }
    return render(request, "family/hours/procedure.html", context)


@family_page
@require_POST
def same(request: Any, slug: str, number: int, enrolment_id: int) -> HttpResponse:
    """The same request for a sibling: its own récapitulatif comes next."""
    count = basket.draft_same(actor=request.actor, number=number, enrolment_id=enrolment_id, now=request.now)
    if not count:
        messages.warning(request, _("Aucun de ces jours n’existe pour cette activité. Choisissez dans le calendrier."))
        return redirect("family:booking_grid", slug=slug, enrolment_id=enrolment_id)
    done = _("La demande n° %s est enregistrée. Voici la même, à relire et à valider.") % number
    messages.success(request, done)
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
