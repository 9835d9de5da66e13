"""« Signaler une absence », « Justifier une absence » (A11): say it, read what it changes, send it, take it back."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.facts import NotFound
from preau.base.uploads import FileRefused
from preau.domain.absences.operations.announcing import Plan
from preau.domain.absences.operations.taking_back import NothingToTakeBack
from preau.domain.absences.queries.closures import ClosedView, closed_moments
from preau.domain.absences.queries.enrolments import AttendedEnrolment, attended, reasons
from preau.domain.absences.rules import AllSaid, Announcement, CallTheStructure, Eve, NothingPlanned, SameDay, TooLong
from preau.domain.documents.queries.pieces import document_types, documents_by_id
from preau.domain.procedures.operations.absences import (
    DraftChanged,
    begin_absence,
    preview_draft,
    send_absence,
    withdraw_absence,
)
from preau.domain.procedures.operations.joining import join_document
from preau.domain.procedures.queries.absences import STEP, absences_of, joined_documents, print_of, said_in
from preau.domain.procedures.queries.cases import DraftView, draft_about, find_case, find_draft
from preau.domain.procedures.queries.orders import order_of
from preau.web.family.absences.forms import FILLS, AbsenceForm, filled, initial_of
from preau.web.family.absences.words import changes_of, parts_of_plan
from preau.web.family.documents.forms import DocumentForm
from preau.web.family.procedures.places import my_family
from preau.web.ui.policy import family_page
from preau.web.ui.uploads import refusal

LATELY = 14  # days ago an enrolment may have ended of which an absence is still said


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: Any, slug: str) -> HttpResponse:
    """One form for several children, or a row per child that leads to its own (A11-02, A11-23)."""
    rows = _rows(request)
    if not request.organisation.absences_together:
        children = {row.child_id: row for row in rows}
        return render(request, "family/absences/children.html", {"children": list(children.values())})
    return _form_page(request, rows, child=None)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def absence_child(request: Any, slug: str, child_id: int) -> HttpResponse:
    """The form of one child: its enrolments are ticked (A11-05 to A11-08)."""
    rows = [row for row in _rows(request) if row.child_id == child_id]
    if not rows:
        raise NotFound("child")
    if request.organisation.absences_together:
        return _form_page(request, _rows(request), child=child_id)
    return _form_page(request, rows, child=child_id)


def _rows(request: Any) -> list[AttendedEnrolment]:
    family_id = my_family(request.actor)
    since = request.today.fromordinal(request.today.toordinal() - LATELY)
    return attended(actor=request.actor, since=since, family_id=family_id)


def _form_page(request: Any, rows: list[AttendedEnrolment], *, child: int | None) -> HttpResponse:
    is_together = request.organisation.absences_together
    motives = reasons(actor=request.actor)
    family_id = my_family(request.actor)
    draft = draft_about(actor=request.actor, kind="absence", family_id=family_id)
    how = {"rows": rows, "reasons": motives, "is_together": is_together}
    act = request.POST.get("act", "")
    if request.method == "POST" and act not in FILLS:
        form = AbsenceForm(request.POST, **how)
        if form.is_valid():
            draft_id = begin_absence(actor=request.actor, family_id=family_id, values=form.as_values(), now=request.now)
            return redirect("family:absence_recap", slug=request.organisation.slug, draft_id=draft_id)
    elif request.method == "POST":
        form = AbsenceForm(initial=_typed(filled(data=request.POST, act=act, today=request.today, rows=rows)), **how)
    else:
        form = AbsenceForm(initial=_initial(request, draft, rows, child), **how)
    context = {
        "form": form,
        "rows": rows,
        "mine": rows[0] if child and not is_together else None,
        "by_phone": [row for row in rows if row.window is None],
        "limits": _limits(rows),
        "has_hours": any(row.is_by_hours for row in rows) or is_together,
        "has_motives": bool(motives),
        "draft": draft if request.method != "POST" and draft and draft.answers.get(STEP) else None,
    }
    return render(request, "family/absences/form.html", context, status=422 if form.errors else 200)


def _typed(data: Any) -> dict[str, Any]:
    """What a form holds that was not sent: shown again, judged by nobody."""
    lists = {"children", "enrolments"}
    return {name: data.getlist(name) if name in lists else data.get(name, "") for name in AbsenceForm.base_fields}


def _initial(request: Any, draft: DraftView | None, rows: list[AttendedEnrolment], child: int | None) -> dict[str, Any]:
    """What a draft says, else what the link of a page asks for: a child, a day; all its enrolments are ticked."""
    kept = initial_of(answers=draft.answers.get(STEP, {}), rows=rows) if draft else {}
    ticked = kept.get("enrolments") or kept.get("children")
    if kept and ticked and not request.GET:
        return kept
    ids = [str(row.child_id) for row in rows if child in (None, row.child_id)]
    only_one = len(set(ids)) == 1 or child is not None
    day = request.GET.get("jour", "")[:10]
    return {
        "children": ids if only_one else [],
        "enrolments": [str(row.enrolment_id) for row in rows],
        "first": day or None,
        "last": day or None,
    }


@dataclass(frozen=True, slots=True)
class Limit:
    """A same-day rule, and the structures that keep it. `minute`: until when on the day itself; None: never on it."""

    minute: int | None
    structures: tuple[tuple[str, str], ...]  # name, telephone


def _limits(rows: list[AttendedEnrolment]) -> list[Limit]:
    """The same-day rules in words, with the telephone of each structure (A11-04)."""
    found: dict[int | None, dict[tuple[str, str], None]] = {}
    for row in rows:
        match row.window:
            case Eve():
                found.setdefault(None, {})[row.site, row.phone] = None
            case SameDay(minute):
                found.setdefault(minute, {})[row.site, row.phone] = None
            case _other:
                continue
    return [Limit(minute, tuple(structures)) for minute, structures in found.items()]


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def recap(request: Any, slug: str, draft_id: int) -> HttpResponse:
    """« Le récapitulatif » : what it changes, the proofs, then sending (A11-13, A11-14)."""
    try:
        draft = find_draft(actor=request.actor, draft_id=draft_id)
    except NotFound:
        if request.POST.get("act") == "join":
            raise
        return _sent(request, draft_id)  # a double click has sent it, or one goes back to what is sent
    if draft.kind != "absence":
        raise NotFound("draft")
    try:
        plan = preview_draft(actor=request.actor, draft_id=draft_id, now=request.now)
    except NotFound:  # nothing is said yet, or of what has ended since
        return redirect("family:absence", slug=slug)
    if request.method == "POST" and request.POST.get("act") == "join":
        return _join(request, draft, plan)
    if request.method == "POST":
        return _sent(request, draft_id, draft, plan)
    return _recap_page(request, draft, plan)


def _sent(request: Any, draft_id: int, draft: DraftView | None = None, plan: Plan | None = None) -> HttpResponse:
    try:
        read = request.POST.get("lu") or None
        sent = send_absence(actor=request.actor, draft_id=draft_id, now=request.now, read=read)
    except DraftChanged:
        messages.warning(request, _("Une autre page a changé cette absence : relisez-la, puis validez."))
        return redirect("family:absence_recap", slug=request.organisation.slug, draft_id=draft_id)
    except (NothingPlanned, AllSaid, CallTheStructure, TooLong):
        if draft is None or plan is None:
            raise NotFound("draft") from None
        return _recap_page(request, draft, plan, status=422)
    return redirect("family:absence_sent", slug=request.organisation.slug, number=sent.numbers[0])


def _join(request: Any, draft: DraftView, plan: Plan) -> HttpResponse:
    """Put the proof of one child in its space, and join it to the draft."""
    wanted = request.POST.get("child", "")
    children = {row.child_id for pk, row in plan.enrolments.items() if pk in plan.proof_due_at or pk in plan.may_prove}
    child_id = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else 0
    if child_id not in children or plan.reason.proof_type_id is None:
        raise NotFound("child")
    form = _document_form(request, plan, data=request.POST)
    if form.is_valid():
        first, *more = form.cleaned_data["file"]
        try:
            join_document(
                actor=request.actor,
                family_id=draft.family_id,
                child_id=child_id,
                type_id=plan.reason.proof_type_id,
                name=first.name,
                content=first.content,
                more=more,
                draft_id=draft.draft_id,
                now=request.now,
            )
        except FileRefused as refused:
            form.add_error("file", refusal(refused.code))
        else:
            messages.success(request, _("Le justificatif est joint. Validez pour l’envoyer avec la demande."))
            return redirect("family:absence_recap", slug=request.organisation.slug, draft_id=draft.draft_id)
    return _recap_page(request, draft, plan, form=form, form_child=child_id, status=422)


def _document_form(request: Any, plan: Plan, data: Any = None) -> DocumentForm:
    types = [
        each
        for each in document_types(actor=request.actor, with_events=True)
        if each.type_id == plan.reason.proof_type_id
    ]
    files = request.FILES if data is not None else None
    if data is not None:
        data = {**data.dict(), "type": str(plan.reason.proof_type_id)}
    return DocumentForm(data, files, types=types, on=request.today)


def _recap_page(
    request: Any,
    draft: DraftView,
    plan: Plan,
    *,
    form: DocumentForm | None = None,
    form_child: int = 0,
    status: int = 200,
) -> HttpResponse:
    said = said_in(answers=draft.answers)
    parts = parts_of_plan(plan)
    fates = {each.fate for each in plan.moments}
    pieces = documents_by_id(
        actor=request.actor,
        ids=joined_documents(actor=request.actor, draft_id=draft.draft_id),
        on=request.today,
    )
    context = {
        "draft": draft,
        "plan": plan,
        "said": said,
        "last": said.end.fromordinal(said.end.toordinal() - 1),
        "parts": [part for part in parts if part.changes],
        "empty": sorted({part.child for part in parts} - {part.child for part in parts if part.changes}),
        "edit_url": _edit_url(request, plan),
        "print": print_of(answers=draft.answers),
        "closed": [] if parts else _closed(request, plan, said),
        "can_send": bool(fates & {"free", "absent"}),
        "is_said": bool(fates) and fates <= {"said"},
        "proofs": _proofs(plan, pieces),
        "document_form": form or _document_form(request, plan),
        "form_child": form_child,
        "children": list(dict.fromkeys(row.child for row in plan.enrolments.values())),
    }
    return render(request, "family/absences/recap.html", context, status=status)


def _closed(request: Any, plan: Plan, said: Announcement) -> list[ClosedView]:
    """What closures took from these enrolments on these days: there is nothing to announce, and why."""
    found = closed_moments(actor=request.actor, start=said.start, end=said.end)
    return [each for each in found if each.enrolment_id in plan.enrolments]


def _edit_url(request: Any, plan: Plan) -> str:
    """Where the form is taken up again: that of the child, where each has its own."""
    slug = request.organisation.slug
    if request.organisation.absences_together or not plan.enrolments:
        return reverse("family:absence", args=[slug])
    return reverse("family:absence_child", args=[slug, next(iter(plan.enrolments.values())).child_id])


def _proofs(plan: Plan, pieces: Any) -> list[dict[str, Any]]:
    """By child whose absence is to be proven: until when (None: it frees no day), and what is joined."""
    found: dict[int, dict[str, Any]] = {}
    for pk, due in plan.proof_due_at.items():
        row = plan.enrolments[pk]
        line = found.setdefault(row.child_id, {"row": row, "due": due, "pieces": []})
        line["due"] = min(line["due"], due)
    for pk in plan.may_prove:
        row = plan.enrolments[pk]
        found.setdefault(row.child_id, {"row": row, "due": None, "pieces": []})
    for child_id, line in found.items():
        line["pieces"] = [each for each in pieces if each.child_id == child_id]
    return list(found.values())


@family_page
@require_safe
def sent(request: Any, slug: str, number: int) -> HttpResponse:
    """« Nous avons bien enregistré votre demande » : what waits, until when, and how to go back."""
    case = find_case(actor=request.actor, number=number)
    if case.view.kind != "absence":
        raise NotFound("absence")
    views = order_of(actor=request.actor, number=number)
    lines = [
        {"view": view, "absences": absences_of(actor=request.actor, number=view.number, with_health=True)}
        for view in views
    ]
    for line in lines:
        line["due"] = min(
            (each.proof_due_at for each in line["absences"] if each.waits_for_proof and each.proof_due_at),
            default=None,
        )
    return render(request, "family/absences/sent.html", {"lines": lines, "case": case})


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: Any, slug: str, number: int) -> HttpResponse:
    """The child comes after all: what is planned again is said first."""
    absences = absences_of(actor=request.actor, number=number, with_health=True)
    open_ones = [each for each in absences if each.may_be_taken_back(actor=request.actor, now=request.now)]
    if not open_ones:
        if not absences:
            raise NotFound("absence")
        messages.warning(request, _("Ces jours ont commencé, ou l’absence est déjà annulée. Appelez la structure."))
        return redirect("family:procedure", slug=slug, number=number)
    if request.method == "POST":
        return _taken_back(request, number)
    view = find_case(actor=request.actor, number=number).view
    lines = [{"absence": each, "changes": changes_of(_to_come(request, each))} for each in open_ones]
    return render(request, "family/absences/back.html", {"procedure": view, "lines": lines})


def _to_come(request: Any, absence: Any) -> list[Any]:
    return [each for each in absence.moments if each.starts_after(request.now, zone=request.actor.zone)]


def _taken_back(request: Any, number: int) -> HttpResponse:
    try:
        done = withdraw_absence(actor=request.actor, number=number, now=request.now)
    except NothingToTakeBack:
        messages.warning(request, _("Ces jours ont commencé, ou l’absence est déjà annulée. Appelez la structure."))
    else:
        if done.kept:
            messages.success(request, _("L’absence est annulée : votre enfant est de nouveau attendu."))
        if done.lost:
            messages.warning(
                request,
                _("Une place a été prise entre-temps : ce jour reste annulé. Revenez voir plus tard."),
            )
    return redirect("family:procedure", slug=request.organisation.slug, number=number)
