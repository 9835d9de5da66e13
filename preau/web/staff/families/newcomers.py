"""At the counter: a family, an adult, a child that no file knows yet. Those who look alike are shown first."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.enrolments.queries.files import visible_families
from preau.domain.families.enums import AdultPosition, PersonKind
from preau.domain.families.operations import counter
from preau.domain.families.operations.counter import NewPerson
from preau.domain.families.queries.duplicates import PersonLine, find_records
from preau.web.fields.person import ChildFields
from preau.web.staff.families.corrections import open_file
from preau.web.staff.families.newcomer_forms import NewAdultForm, Newcomers, adult_of, child_of
from preau.web.ui.policy import staff_page


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def family(request: Any, slug: str) -> HttpResponse:
    """« Nouvelle famille »: everything on one page, after a look at who is known already."""
    page = Newcomers(request.POST if request.method == "POST" else None)
    known: list[PersonLine] = []
    if request.method == "POST" and page.is_valid():
        adults, children = page.adults(), page.new_children()
        known = _known(request, adults=adults, children=children)
        if _are_told(request, known):
            made = counter.welcome_family(
                actor=request.actor,
                adults=adults,
                address=page.address.cleaned_data,
                children=children,
                now=request.now,
            )
            messages.success(request, _("Le dossier n° %s est ouvert.") % made.number)
            return redirect("staff:family", slug=slug, family_id=made.pk)
    context = {"page": page, "known": known, "told": _ids(known)}
    return render(request, "staff/families/new.html", context, status=422 if page.has_errors else 200)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def adult(request: Any, slug: str, family_id: int) -> HttpResponse:
    """« Ajouter un adulte »."""
    file = open_file(request, family_id)
    form = NewAdultForm(request.POST or None, initial={"position": AdultPosition.CO_HOLDER.value})
    known: list[PersonLine] = []
    if request.method == "POST" and form.is_valid():
        person = adult_of(form.cleaned_data)
        known = _known(request, adults=[person])
        if _are_told(request, known):
            position = AdultPosition(form.cleaned_data["position"])
            counter.welcome_adult(
                actor=request.actor, family_id=family_id, position=position, person=person, now=request.now
            )
            messages.success(
                request, _("L’adulte est ajouté. Son autorité sur chaque enfant se dit dans « Responsables et garde ».")
            )
            return redirect("staff:family", slug=slug, family_id=family_id)
    context = {"file": file, "form": form, "known": known, "told": _ids(known), "title": _("Ajouter un adulte")}
    return render(request, "staff/families/add.html", context, status=422 if form.errors else 200)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def child(request: Any, slug: str, family_id: int) -> HttpResponse:
    """« Ajouter un enfant »; one who is known elsewhere is tied to this home instead of being written twice."""
    file = open_file(request, family_id)
    form = ChildFields(request.POST or None, initial={"last_name": file.name})
    known: list[PersonLine] = []
    if request.method == "POST" and form.is_valid():
        person = child_of(form.cleaned_data)
        known = _known(request, children=[person])
        if _are_told(request, known):
            counter.welcome_child(actor=request.actor, family_id=family_id, person=person, now=request.now)
            messages.success(request, _("L’enfant est ajouté au foyer."))
            return redirect("staff:family", slug=slug, family_id=family_id)
    context = {"file": file, "form": form, "known": known, "told": _ids(known), "title": _("Ajouter un enfant")}
    context["is_child"] = True
    return render(request, "staff/families/add.html", context, status=422 if form.errors else 200)


def _known(request: Any, *, adults: Sequence[NewPerson] = (), children: Sequence[NewPerson] = ()) -> list[PersonLine]:
    """The records with the same name, and for a child the same birth, that this agent may open."""
    among = visible_families(actor=request.actor)
    found: list[PersonLine] = []
    for kind, people in ((PersonKind.ADULT, adults), (PersonKind.CHILD, children)):
        sought = [(f"{each.texts['first_name']} {each.texts['last_name']}", each.birth_date) for each in people]
        if sought:
            found += find_records(actor=request.actor, kind=kind, sought=sought, among=among)
    return found


def _ids(known: Iterable[PersonLine]) -> str:
    return ",".join(sorted(f"{each.full_name}{each.person_id}" for each in known))


def _are_told(request: Any, known: list[PersonLine]) -> bool:
    """Whether nobody looks alike, or the agent has seen these very records and says that it is someone else.

    A second click finds the record that the first has made: it is shown, and nothing is written twice.
    """
    return not known or request.POST.get("vus") == _ids(known)
