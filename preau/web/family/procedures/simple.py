"""Démarches of one page: moving house, family situation, PAI, and those written as data."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.families.queries.files import family_file
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.queries.cases import draft_about, find_form
from preau.domain.procedures.rules import THE_HOUSEHOLD, About
from preau.web.family.procedures.forms import MoveForm, PaiForm
from preau.web.family.procedures.places import my_family
from preau.web.fields.answers import AnswersForm, form_of
from preau.web.fields.person import SituationForm
from preau.web.ui.policy import family_page, intimate


@dataclass(frozen=True, slots=True)
class Page:
    """One démarche of one page."""

    kind: ProcedureKind
    step: str
    form: type[AnswersForm]
    about: About = THE_HOUSEHOLD
    title: str = ""
    intro: str = ""


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Any, slug: str) -> HttpResponse:
    """« Signaler un déménagement » (A22-03)."""
    return _page(request, Page(ProcedureKind.MOVE, "move", MoveForm))


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def situation(request: Any, slug: str) -> HttpResponse:
    """« Changement de situation familiale » (A22-07)."""
    return _page(request, Page(ProcedureKind.SITUATION, "situation", SituationForm))


@intimate
@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def pai(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Demande de PAI » (A22-04)."""
    return _page(request, Page(ProcedureKind.PAI, "pai", PaiForm, About(child_id=child_id)))


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def data_form(request: Any, slug: str, form_id: int, child_id: int | None = None) -> HttpResponse:
    """A démarche that the collectivité has written as data (A22-09, A22-10)."""
    found = find_form(actor=request.actor, form_id=form_id)
    if found.is_about_child != (child_id is not None):
        raise NotFound("form")
    page = Page(
        ProcedureKind.FORM,
        "form",
        form_of(found.fields),
        about=About(child_id=child_id, form_id=form_id),
        title=found.title,
        intro=found.intro,
    )
    return _page(request, page)


def _page(request: Any, page: Page) -> HttpResponse:
    """Show the form with what was typed before; keep it; go to the récapitulatif."""
    actor, slug = request.actor, request.organisation.slug
    family_id = my_family(actor)
    subject: dict[str, Any] = {"kind": page.kind, "family_id": family_id, "about": page.about}
    drafts.check_start(actor=actor, on=request.today, **subject)
    draft = draft_about(actor=actor, **subject)
    kept = draft.answers.get(page.step, {}) if draft else {}
    form = page.form(request.POST or None, initial=page.form.initial_of(kept))
    if request.method == "POST":
        later = request.POST.get("act") == "later"
        is_valid = form.is_valid()
        if is_valid or later:
            made = drafts.start(actor=actor, now=request.now, **subject)
            values = form.as_values() if is_valid else form.as_typed()
            drafts.save_step(actor=actor, draft_id=made.draft_id, step=page.step, values=values, now=request.now)
            if later:
                messages.success(request, _("Votre brouillon est gardé. Reprenez-le quand vous voulez."))
                return redirect("family:acts", slug=slug)
            return redirect("family:draft_recap", slug=slug, draft_id=made.draft_id)
    file = family_file(actor=actor, family_id=family_id)
    context = {
        "form": form,
        "page": page,
        "draft": draft,
        "family": file,
        "child": next((child for child in file.children if child.child_id == page.about.child_id), None),
    }
    return render(request, "family/procedures/simple.html", context, status=422 if form.errors else 200)
