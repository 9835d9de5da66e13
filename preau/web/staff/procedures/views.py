"""« Démarches à traiter » : the queue, one case, what the machine has seen."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from preau.domain.accounts.queries import colleagues
from preau.domain.documents.enums import DocumentState
from preau.domain.documents.queries.pieces import DocumentView, document_types, unread_pieces
from preau.domain.enrolments.queries.lists import PlacesLeft, places_left
from preau.domain.organisations.queries import list_departments
from preau.domain.procedures.enums import OF_BASKET, ProcedureKind, ProcedureStatus
from preau.domain.procedures.operations.decisions import read_case_health
from preau.domain.procedures.queries.absences import absences_of
from preau.domain.procedures.queries.cases import ProcedureFile, find_case, is_known, pieces_of
from preau.domain.procedures.queries.enrolments import kept_with
from preau.domain.procedures.queries.inbox import NOBODY, QUEUES, inbox, queue_counts, reason_templates
from preau.domain.procedures.queries.known_people import KnownPerson, known_persons, twins_of
from preau.domain.procedures.queries.orders import ProcedureView
from preau.web.staff.dates import read_number
from preau.web.staff.procedures.forms import DecisionForm, query_of, read_filter
from preau.web.staff.refusals import sentence
from preau.web.ui.policy import staff_page

PER_PAGE = 20
KINDS = [kind for kind in ProcedureKind if kind not in (*OF_BASKET, ProcedureKind.ACCOUNT)]


@staff_page("agent", "manager")
@require_safe
def queue(request: Any, slug: str) -> HttpResponse:
    """The queue, and the most urgent case beside it; a number that parents quote leads to its own page."""
    number = read_number(request.GET.get("q", "").strip().removeprefix("n°").strip())
    if number is not None and is_known(actor=request.actor, number=number):
        return redirect("staff:procedure", slug=slug, number=number)
    return page(request, case=None)


@staff_page("agent", "manager")
@require_safe
def case(request: Any, slug: str, number: int) -> HttpResponse:
    """One case beside the queue it comes from; hours of care are answered beside their curve."""
    found = find_case(actor=request.actor, number=number)
    if found.view.kind == ProcedureKind.HOURS:
        return redirect("staff:care_request", slug=slug, number=number)
    return page(request, case=found)


@staff_page("agent", "manager")
@require_POST
def health(request: Any, slug: str, number: int) -> HttpResponse:
    """« Afficher la santé » : shown once; the parents see this reading."""
    return page(request, case=read_case_health(actor=request.actor, number=number, now=request.now))


def page(
    request: Any, *, case: ProcedureFile | None, form: DecisionForm | None = None, oops: dict[str, Any] | None = None
) -> HttpResponse:
    """Render the queue asked for with one case: the given one, or the first.

    :param oops: what was typed elsewhere than in the decision and could not be taken, with why.
    """
    actor, wanted = request.actor, read_filter(request.GET)
    counts = queue_counts(actor=actor, now=request.now, wanted=wanted)
    shown = inbox(
        actor=actor,
        wanted=wanted,
        now=request.now,
        limit=PER_PAGE,
        page=min(read_number(request.GET.get("page")) or 1, 10_000),
        near=case,
        total=counts.get("wanted"),
    )
    people = colleagues(actor=actor)
    context = {
        "shown": shown,
        "page": Paginator(range(shown.total), PER_PAGE).get_page(shown.page),
        "wanted": wanted,
        "states": QUEUES[wanted.queue] if wanted.queue in ("todo", "mine", "done") else (),
        "query": query_of(wanted),
        "counts": counts,
        "departments": _departments(actor),
        "kinds": KINDS,
        "nobody": NOBODY,
        "people": people,
        "names": {each.account_id: each.name for each in people},
        "now": request.now,
        "is_item": case is not None,
        "held_number": read_number(request.GET.get("tenu")),
        "oops": oops or {},
    }
    if case is None and shown.rows:
        case = find_case(actor=actor, number=shown.rows[0].number)
    if case is not None:
        context |= _case(request, case, form)
        context |= viewer(request, context["pieces"], oops=oops or {}, opens=context["is_item"] and "form" in context)
        near = [each for each in people if each.looks_after(department_id=case.department_id, site_id=case.site_id)]
        context["colleagues"] = near
    has_errors = bool(oops or (form and form.errors))
    return render(request, "staff/procedures/inbox.html", context, status=422 if has_errors else 200)


def _departments(actor: Any) -> list[tuple[int, str]]:
    """The departments among which this agent may choose."""
    found = list_departments(organisation_id=actor.organisation_id)
    return [each for each in found if actor.sees_department(each[0])]


def _case(request: Any, case: ProcedureFile, form: DecisionForm | None) -> dict[str, Any]:
    """One case with its pieces; what serves to decide is read only while it may be decided."""
    actor = request.actor
    pieces = pieces_of(actor=actor, number=case.view.number, on=request.today)
    context = {"case": case, "pieces": pieces, "unseen": case.piece_count - len(pieces)}
    context["has_bad_piece"] = any(piece.state in ("refused", "expired") for piece in pieces)
    known = context["known"] = known_persons(actor=actor, case=case)
    context["places"] = _places(request, case)
    if case.view.kind == ProcedureKind.DOSSIER and case.is_open and case.child:
        context["kept"] = kept_with(actor=actor, family_id=case.view.family_id, child_id=case.child.child_id)
    if case.view.kind == ProcedureKind.BOOKING:
        context["booking_days"] = _booking_days(case.view)
    if case.view.kind == ProcedureKind.ABSENCE:
        context |= _absences(request, case)
    if case.is_open and case.held_until is None:
        context["form"] = form or decision_form(request, case, pieces=pieces, known=known)
    return context


def _absences(request: Any, case: ProcedureFile) -> dict[str, Any]:
    """What each planned moment has become, and what may still be done besides deciding."""
    lines = absences_of(actor=request.actor, number=case.view.number, with_health=not case.hides_health)
    is_standing = any(not each.is_taken_back for each in lines)
    waits = any(each.waits_for_proof for each in lines) and case.held_until is None
    return {
        "absences": lines,
        "may_grant": waits and (case.is_open or case.view.status == ProcedureStatus.REFUSED),
        "may_correct": is_standing and case.held_until is None,
    }


def viewer(request: Any, pieces: list[DocumentView], *, oops: dict[str, Any], opens: bool) -> dict[str, Any]:
    """Which piece is open and which are drawn in the page: a sensitive one only when it is asked for by name.

    :param opens: open the first one to check, where a case is being decided.
    """
    ids = {piece.document_id for piece in pieces}
    asked = read_number(request.GET.get("voir"))
    first = next((piece.document_id for piece in pieces if opens and piece.state == DocumentState.TO_CHECK), None)
    wanted = oops.get("piece") or (asked if asked in ids else first)
    return {
        "open_piece": wanted,
        "drawn": {each.document_id for each in pieces if each.is_shown or (each.is_safe and each.document_id == asked)},
        "sensitive": {each.document_id for each in pieces if each.is_sensitive},
        "nexts": {piece.document_id: next_to_check(pieces, piece.document_id) for piece in pieces},
    }


def next_to_check(pieces: list[DocumentView], document_id: int) -> int | None:
    """Return the piece to check after this one, or before it when there is none after."""
    ids = [piece.document_id for piece in pieces]
    place = ids.index(document_id) if document_id in ids else 0
    others = [*pieces[place + 1 :], *pieces[:place]]
    return next((each.document_id for each in others if each.state == DocumentState.TO_CHECK), None)


def _booking_days(view: ProcedureView) -> list[dict[str, Any]]:
    """What a démarche of reservations added, gave back and was refused, by day."""
    found: dict[date, dict[str, Any]] = {}
    for name, items in (("added", view.added), ("removed", view.removed), ("refused", view.refused)):
        for item in items:
            day = found.setdefault(item.on, {"on": item.on, "added": [], "removed": [], "refused": []})
            day[name].append((item.unit_name, sentence(item.why)) if name == "refused" else item.unit_name)
    return [found[on] for on in sorted(found)]


def _places(request: Any, case: ProcedureFile) -> PlacesLeft | None:
    """How many places are left now in what is asked for; None when it is no more to be decided."""
    offer_id = case.answers.get("choice", {}).get("offer_id") if case.view.kind == ProcedureKind.ENROLMENT else None
    if not offer_id or not case.is_open:
        return None
    return places_left(actor=request.actor, offer_id=int(offer_id), on=request.today)


def decision_form(
    request: Any,
    case: ProcedureFile,
    *,
    pieces: list[DocumentView] | None = None,
    known: list[KnownPerson] | None = None,
) -> DecisionForm:
    """The decision on a case. Pieces that were refused are those that one asks for again."""
    actor = request.actor
    if pieces is None:
        pieces = pieces_of(actor=actor, number=case.view.number, on=request.today)
    if known is None:
        known = known_persons(actor=actor, case=case)
    unread = unread_pieces(actor=actor, pieces=pieces)
    return DecisionForm(
        request.POST if request.method == "POST" and "decision" in request.POST else None,
        templates=dict(reason_templates(actor=actor)),
        parts=case.parts,
        types={
            each.type_id: each.title
            for each in document_types(actor=actor, with_events=case.view.kind == ProcedureKind.ABSENCE)
            if each.subject == "family" or (each.subject == "child" and case.child is not None)
        },
        asked=[piece.type_id for piece in pieces if piece.state in ("refused", "expired")],
        twins=twins_of(case=case, known=known),
        unread=[piece.title for piece in unread],
        validates=[piece.title for piece in pieces if piece.state == DocumentState.TO_CHECK and piece not in unread],
    )
