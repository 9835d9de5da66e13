"""At the counter, on behalf of a family: put a paper in its file, make a démarche for it. Always traced."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.facts import NotFound
from preau.base.uploads import FileRefused
from preau.domain.documents.enums import Subject
from preau.domain.documents.queries.pieces import document_types
from preau.domain.documents.rules import DateMissing, DateOver
from preau.domain.enrolments.queries.files import check_child_visible
from preau.domain.families.queries.files import FamilyFile
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.operations.joining import send_document
from preau.domain.procedures.queries.cases import find_case, find_form, procedure_forms
from preau.domain.procedures.rules import About, Incomplete, NotOpenForYou
from preau.web.fields.address import MoveForm
from preau.web.fields.answers import AnswersForm, form_of
from preau.web.staff.families.corrections import open_file
from preau.web.staff.families.forms import PieceForm, SituationForm
from preau.web.ui.policy import staff_page
from preau.web.ui.uploads import refusal


@dataclass(frozen=True, slots=True)
class Counter:
    """One démarche of one page."""

    kind: ProcedureKind
    step: str
    form: type[AnswersForm]
    form_id: int | None = None
    title: str = ""


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def piece(request: Any, slug: str, family_id: int, child_id: int | None = None) -> HttpResponse:
    """« Envoyer un document » for the household or for one of its children."""
    file = open_file(request, family_id)
    child = _child(request, file, child_id)
    subject = Subject.CHILD if child else Subject.FAMILY
    types = document_types(actor=request.actor, subject=subject)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PieceForm(*posted, types=types, initial={"type": request.GET.get("type", "")})
    if request.method == "POST" and form.is_valid():
        first, *more = form.cleaned_data["file"]
        try:
            made = send_document(
                actor=request.actor,
                family_id=family_id,
                child_id=child_id,
                type_id=int(form.cleaned_data["type"]),
                name=first.name,
                content=first.content,
                more=more,
                until=form.cleaned_data.get("until"),
                now=request.now,
            )
        except FileRefused as refused:
            form.add_error("file", refusal(refused.code))
        except DateMissing:
            form.add_error("until", _("Donnez le dernier jour. Il est écrit sur le document."))
        except DateOver:
            form.add_error("until", _("Cette date est passée. Demandez un document encore valable."))
        else:
            messages.success(request, _("Le document est dans le dossier : demande n° %s.") % made.view.number)
            return _sent(request, family_id, made)
    context = {"file": file, "child": child, "form": form}
    return render(request, "staff/families/piece.html", context, status=422 if form.errors else 200)


@staff_page("agent", "manager")
@require_safe
def choose(request: Any, slug: str, family_id: int) -> HttpResponse:
    """« Démarche au guichet » : what an agent may do for the family, in one list."""
    context = {"file": open_file(request, family_id), "forms": procedure_forms(actor=request.actor)}
    return render(request, "staff/families/counter.html", context)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Any, slug: str, family_id: int) -> HttpResponse:
    """« Signaler un déménagement »."""
    return _page(request, family_id, Counter(ProcedureKind.MOVE, "move", MoveForm))


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def situation(request: Any, slug: str, family_id: int) -> HttpResponse:
    """« Changement de situation familiale »."""
    return _page(request, family_id, Counter(ProcedureKind.SITUATION, "situation", SituationForm))


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def data_form(request: Any, slug: str, *, family_id: int, form_id: int, child_id: int | None = None) -> HttpResponse:
    """A démarche that the collectivité has written as data."""
    found = find_form(actor=request.actor, form_id=form_id)
    if found.is_about_child != (child_id is not None):
        raise NotFound("form")
    form = form_of(found.fields)
    page = Counter(ProcedureKind.FORM, "form", form, form_id, found.title)
    return _page(request, family_id, page, child_id=child_id)


def _page(request: Any, family_id: int, page: Counter, *, child_id: int | None = None) -> HttpResponse:
    file = open_file(request, family_id)
    child = _child(request, file, child_id)
    form = page.form(request.POST or None, initial={"country": "France"})
    if request.method == "POST" and form.is_valid():
        try:
            made = _send(request, family_id, page=page, form=form, child_id=child_id)
        except NotOpenForYou:
            form.add_error(None, _("Cette démarche n’est pas ouverte à cette famille."))
        except Incomplete:
            form.add_error(None, _("Il manque des réponses. Complétez-les puis envoyez."))
        else:
            messages.success(request, _("Demande n° %s : elle est déposée pour la famille.") % made.view.number)
            return _sent(request, family_id, made)
    context = {"file": file, "child": child, "form": form, "page": page}
    return render(request, "staff/families/counter_form.html", context, status=422 if form.errors else 200)


def _sent(request: Any, family_id: int, made: drafts.Submission) -> HttpResponse:
    """Show the démarche, or the file again where another department decides it."""
    slug, number = request.organisation.slug, made.view.number
    try:
        find_case(actor=request.actor, number=number)
    except NotFound:
        return redirect("staff:family", slug=slug, family_id=family_id)
    return redirect("staff:procedure", slug=slug, number=number)


def _send(request: Any, family_id: int, *, page: Counter, form: AnswersForm, child_id: int | None) -> drafts.Submission:
    """Begin, fill and send in one go: at the counter there is no draft to come back to."""
    actor, now = request.actor, request.now
    return drafts.submit_at_counter(
        actor=actor,
        kind=page.kind,
        family_id=family_id,
        about=About(child_id=child_id, form_id=page.form_id),
        step=page.step,
        values=form.as_values(),
        now=now,
    )


def _child(request: Any, file: FamilyFile, child_id: int | None) -> Any:
    """The child of the address, or None for the household.

    :raises NotFound: not a child of this household, or not one whom this agent looks after.
    """
    if child_id is None:
        return None
    check_child_visible(actor=request.actor, child_id=child_id, on=request.today)
    found = next((child for child in file.children if child.child_id == child_id), None)
    if found is None:
        raise NotFound("child")
    return found
