"""A child's file: identity and school, health, authorisations, « J’ai renseigné mes fiches »."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.documents.queries.pieces import sent_about
from preau.domain.enrolments.queries.schools import schoolings_of
from preau.domain.families.enums import Access
from preau.domain.families.operations import children as children_acts
from preau.domain.families.queries.children import consents_of
from preau.domain.families.queries.custody import my_objections
from preau.domain.families.queries.files import FamilyFile, family_file
from preau.domain.families.queries.people import ChildFile, child_file, child_overview, health_file, my_children
from preau.domain.families.rules import compulsory_vaccines
from preau.web.family.children.residence import children_words, coming_weeks
from preau.web.fields.health import ConsentsForm, SheetForm
from preau.web.ui.policy import family_page, intimate

TABS = {
    "identity": "family/children/identity.html",
    "health": "family/children/health.html",
    "consents": "family/children/consents.html",
    "contacts": "family/children/contacts.html",
    "contact": "family/children/contact.html",
    "contact_removal": "family/children/contact_removal.html",
    "objection": "family/children/objection.html",
}


@family_page
@require_safe
def child(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Identité, école et classe, informations du foyer, what is left to fill (guide 003)."""
    actor = request.actor
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=request.today)
    found = child_overview(actor=actor, child_id=child_id, school_year_id=year.pk if year else None, on=request.today)
    files = [family_file(actor=actor, family_id=family_id) for family_id in sorted(actor.family_ids)]
    homes = [file for file in files if child_id in {each.child_id for each in file.children}]
    custody = _custody(request, child_id, homes) if found.child.access == Access.WRITE else {}
    return page(request, "identity", found.child, found=found, year=year, homes=homes, **custody)


def _custody(request: Any, child_id: int, homes: list[FamilyFile]) -> dict[str, Any]:
    """Whose days they are, and one's own objection: only where another adult decides with the reader."""
    ties = next((file.ties[child_id] for file in homes if file.ties[child_id].is_shared), None)
    if ties is None:
        return {}
    start, end = coming_weeks(request.today)
    told = children_words(files=homes, organisation_id=request.actor.organisation_id, start=start, end=end)
    return {
        "ties": ties,
        "residence": next((each for each in told if each.child.child_id == child_id), None),
        "has_objected": any(line.ended_at is None for line in my_objections(actor=request.actor, child_id=child_id)),
    }


@family_page
@require_safe
def whose(request: Any, slug: str, address: str) -> HttpResponse:
    """« Gérer les autorisations », « Gérer les infos sanitaires » of the wide menu: of which child (A20-02, A21-01)."""
    children = my_children(actor=request.actor)
    if len(children) == 1:
        return redirect(address, slug=slug, child_id=children[0].child_id)
    return render(request, "family/children/whose.html", {"children": children, "address": address})


@intimate
@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def health(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Gérer les infos sanitaires » (A20), and who has read them."""
    found = health_file(actor=request.actor, child_id=child_id)
    if found.child.access != Access.WRITE:
        return page(request, "health", found.child)
    vaccines = compulsory_vaccines(born=found.child.birth_date)
    known = {"pai": "no", "diet": "standard", **found.sheet.values}
    form = SheetForm(request.POST or None, initial=known, compulsory=vaccines)
    if request.method == "POST" and form.is_valid():
        values = form.as_values()
        children_acts.save_health(actor=request.actor, child_id=child_id, values=values, now=request.now)
        messages.success(request, _("La fiche santé est enregistrée."))
        return redirect("family:child_health", slug=slug, child_id=child_id)
    return page(request, "health", found.child, form=form, sheet=found.sheet, readings=found.readings)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Gérer les autorisations » (A21-07 to A21-15): oui, non, sans réponse, with date and author."""
    found = child_file(actor=request.actor, child_id=child_id)
    if found.access != Access.WRITE:
        return page(request, "consents", found)
    types = consents_of(actor=request.actor, child_id=child_id)
    form = ConsentsForm(request.POST or None, types=types)
    if request.method == "POST" and form.is_valid():
        answers = form.as_values()
        children_acts.answer_consents(actor=request.actor, child_id=child_id, answers=answers, now=request.now)
        messages.success(request, _("Vos réponses sont enregistrées."))
        return redirect("family:child_consents", slug=slug, child_id=child_id)
    return page(request, "consents", found, form=form)


@family_page
@require_POST
def confirm(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« J’ai renseigné mes fiches » (A21-16)."""
    year = school_year_to_prepare(organisation_id=request.actor.organisation_id, on=request.today)
    found = child_overview(
        actor=request.actor, child_id=child_id, school_year_id=year.pk if year else None, on=request.today
    )
    if year is None or not found.may_confirm:
        messages.error(request, _("Il reste des réponses à donner : elles sont en haut de la page."))
    else:
        children_acts.confirm_sheets(actor=request.actor, child_id=child_id, school_year_id=year.pk, now=request.now)
        messages.success(request, _("C’est noté : vos fiches sont à jour."))
    return redirect("family:child", slug=slug, child_id=child_id)


def page(request: Any, tab: str, file: ChildFile, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render one tab of the file; without authority, what may be known and whom to ask."""
    actor = request.actor
    schoolings = schoolings_of(actor=actor, child_id=file.child_id)
    now_in = [row for row in schoolings if row.starts_on <= request.today < row.ends_on]
    form = context.get("form")
    frame = {
        "child": file,
        "tab": tab,
        "brothers": my_children(actor=actor),
        "schoolings": schoolings,
        "schooling": now_in[-1] if now_in else None,
    }
    if file.access != Access.WRITE and (tab != "identity" or file.access == Access.ON_REQUEST):
        sent = sent_about(actor=actor, child_id=file.child_id, on=request.today)
        return render(request, "family/children/closed.html", {**frame, "sent": sent})
    if form is not None and form.errors:
        status = 422
    return render(request, TABS[tab], {**frame, **context}, status=status)
