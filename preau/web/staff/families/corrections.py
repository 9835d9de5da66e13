"""An agent corrects a file: how an adult is reached, where the household lives, who may collect."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.enrolments.queries.files import check_family_visible, visible_children
from preau.domain.families.enums import Medium, Residency
from preau.domain.families.operations import contact_details, contacts
from preau.domain.families.operations import corrections as people
from preau.domain.families.operations import household as household_acts
from preau.domain.families.queries.files import FamilyFile, family_file
from preau.domain.families.queries.people import adult_identity
from preau.domain.families.rules import PersonForbidden
from preau.web.fields.address import AddressFields
from preau.web.staff.families.forms import AdultForm, ContactForm, ResidencyForm
from preau.web.ui.policy import staff_page


def open_file(request: Any, family_id: int) -> FamilyFile:
    """Return the file of a family that this agent looks after, with the children whom the agent opens.

    :raises NotFound: another's.
    """
    check_family_visible(actor=request.actor, family_id=family_id)
    file = family_file(actor=request.actor, family_id=family_id)
    ids = [child.child_id for child in file.children]
    mine = visible_children(actor=request.actor, child_ids=ids, on=request.today)
    return replace(file, children=tuple(child for child in file.children if child.child_id in mine))


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def adult(request: Any, slug: str, family_id: int, adult_id: int) -> HttpResponse:
    """Telephones, preferred medium, protected address; the e-mail of whoever has no space."""
    file = open_file(request, family_id)
    found = next((each for each in file.adults if each.adult_id == adult_id), None)
    if found is None:
        return render(request, "404.html", status=404)
    names = ("phone", "mobile", "email", "has_protected_address")
    identity = adult_identity(actor=request.actor, family_id=family_id, adult_id=adult_id)
    initial = {"preferred_medium": found.medium, **identity, **{name: getattr(found, name) for name in names}}
    form = AdultForm(request.POST or None, initial=initial, is_tied=found.account_id is not None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if any(data[name] != value for name, value in identity.items()):
            people.correct_adult(
                actor=request.actor,
                family_id=family_id,
                adult_id=adult_id,
                values={name: data[name] for name in identity if name != "birth_date"},
                birth_date=data["birth_date"],
                now=request.now,
            )
        try:
            contact_details.correct_contact_details(
                actor=request.actor,
                adult_id=adult_id,
                phone=data["phone"],
                mobile=data["mobile"],
                email=data.get("email"),
                preferred_medium=Medium(data["preferred_medium"]),
                has_protected_address=data["has_protected_address"],
                now=request.now,
            )
        except contact_details.EmailTied:
            messages.error(request, _("Cette personne vient d’ouvrir son espace : elle seule change son courriel."))
        else:
            messages.success(request, _("Les coordonnées sont corrigées."))
        return redirect("staff:family", slug=slug, family_id=family_id)
    context = {"file": file, "adult": found, "form": form}
    return render(request, "staff/families/adult.html", context, status=422 if form.errors else 200)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def household(request: Any, slug: str, family_id: int) -> HttpResponse:
    """The address. A protected one is not shown here: it is written anew."""
    file = open_file(request, family_id)
    form = AddressFields(request.POST or None, initial={"country": "France", **file.address_fields})
    if request.method == "POST" and form.is_valid():
        household_acts.change_address(
            actor=request.actor, family_id=family_id, address=form.cleaned_data, now=request.now
        )
        messages.success(request, _("L’adresse est corrigée."))
        return redirect("staff:family", slug=slug, family_id=family_id)
    context = {"file": file, "form": form}
    return render(request, "staff/families/address.html", context, status=422 if form.errors else 200)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def residency(request: Any, slug: str, family_id: int) -> HttpResponse:
    """Whether the household lives here, as the agent has seen it."""
    file = open_file(request, family_id)
    initial = {"residency": file.residency, "since": file.residency_since or request.today}
    form = ResidencyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        household_acts.decide_residency(
            actor=request.actor,
            family_id=family_id,
            residency=Residency(form.cleaned_data["residency"]),
            since=form.cleaned_data["since"],
            now=request.now,
        )
        messages.success(request, _("C’est noté au dossier."))
        return redirect("staff:family", slug=slug, family_id=family_id)
    context = {"file": file, "form": form}
    return render(request, "staff/families/residency.html", context, status=422 if form.errors else 200)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: Any, slug: str, family_id: int) -> HttpResponse:
    """A person who may collect, to call, or who must not come; named by the service."""
    file = open_file(request, family_id)
    children = [(child.child_id, child.first_name) for child in file.children]
    form = ContactForm(request.POST or None, children=children)
    if request.method == "POST" and form.is_valid():
        child_id = int(form.cleaned_data["child_id"]) or None
        try:
            contacts.name_contact(
                actor=request.actor,
                family_id=family_id,
                child_id=child_id,
                values=form.cleaned_data,
                now=request.now,
            )
        except PersonForbidden:
            form.add_error(None, _("Selon un des foyers de l’enfant, cette personne ne doit pas venir le chercher."))
        except contacts.TooManyContacts:
            form.add_error(None, _("Ce foyer nomme déjà 20 personnes. La famille peut en retirer."))
        else:
            messages.success(request, _("La personne est ajoutée."))
            return redirect("staff:family", slug=slug, family_id=family_id)
    context = {"file": file, "form": form}
    return render(request, "staff/families/contact.html", context, status=422 if form.errors else 200)
