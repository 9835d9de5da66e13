"""« Mes démarches » : what can be asked, what was begun, the récapitulatif, sending or giving up."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base.facts import NotFound
from preau.domain.contracts.queries.boards import has_contracts
from preau.domain.families.queries.files import children_of_family
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts as drafts_acts
from preau.domain.procedures.operations.keeping import keep, waits_for_dossier
from preau.domain.procedures.queries.cases import DraftView, file_drafts, find_draft, find_form, procedure_forms
from preau.domain.procedures.queries.orders import latest_procedures
from preau.domain.procedures.rules import Incomplete
from preau.web.family.dossier.parts import LABELS
from preau.web.family.procedures.places import draft_address
from preau.web.ui.policy import family_page


@family_page
@require_safe
def menu(request: Any, slug: str) -> HttpResponse:
    """Every démarche that the collectivité offers here (A22), and those to take up again."""
    actor = request.actor
    drafts = file_drafts(actor=actor)
    family_id = actor.family_id
    context = {
        "drafts": [(draft, draft_address(slug, draft)) for draft in drafts],
        "children": children_of_family(actor=actor, family_id=family_id) if family_id else [],
        "forms": procedure_forms(actor=actor),
        "family_id": family_id,
        "latest": latest_procedures(actor=actor),
        "has_contracts": request.organisation.has_care and has_contracts(actor=actor),
    }
    return render(request, "family/procedures/menu.html", context)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def recap(request: Any, slug: str, draft_id: int) -> HttpResponse:
    """« Le récapitulatif » : read again, then send."""
    draft = _draft_or_sent(request, draft_id)
    if draft is None:
        submitted = drafts_acts.submit(
            actor=request.actor, draft_id=draft_id, now=request.now
        )  # a replay: nothing is done
        return redirect("family:procedure_sent", slug=slug, number=submitted.view.number)
    if draft.kind == ProcedureKind.ABSENCE:
        return redirect("family:absence_recap", slug=slug, draft_id=draft_id)
    problems = drafts_acts.problems_of(actor=request.actor, draft_id=draft_id, on=request.today)
    may_be_kept = waits_for_dossier(problems=problems)
    if request.method == "POST" and may_be_kept:
        keep(actor=request.actor, draft_id=draft_id, now=request.now)
        messages.success(request, _("La demande est gardée : elle part d’elle-même dès que le dossier est validé."))
        return redirect(f"{reverse('family:enrolments', args=[slug])}?enfant={draft.about.child_id}")
    if request.method == "POST" and not problems:
        try:
            sent = drafts_acts.submit(actor=request.actor, draft_id=draft_id, now=request.now)
        except Incomplete as lacking:
            problems = list(lacking.problems)
        else:
            return redirect("family:procedure_sent", slug=slug, number=sent.view.number)
    form = find_form(actor=request.actor, form_id=draft.about.form_id) if draft.about.form_id else None
    context = {"draft": draft, "problems": problems, "back": draft_address(slug, draft), "form": form}
    context["may_be_kept"] = may_be_kept
    if draft.kind == ProcedureKind.DOSSIER:
        context["case"] = drafts_acts.joined_to(actor=request.actor, draft_id=draft_id, on=request.today)
        context["parts"] = LABELS
    return render(
        request, "family/procedures/recap.html", context, status=422 if problems and request.method == "POST" else 200
    )


def _draft_or_sent(request: Any, draft_id: int) -> DraftView | None:
    """The draft, or None when a double click has sent it already."""
    try:
        return find_draft(actor=request.actor, draft_id=draft_id)
    except NotFound:
        if request.method != "POST":
            raise
        return None


@family_page
@require_POST
def discard(request: Any, slug: str, draft_id: int) -> HttpResponse:
    """« Annuler la démarche » : the draft is forgotten, the documents stay."""
    drafts_acts.discard_draft(actor=request.actor, draft_id=draft_id)
    messages.success(request, _("Le brouillon est effacé."))
    return redirect("family:acts", slug=slug)
