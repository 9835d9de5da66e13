"""« Déclarer mon entourage » : one page for the list, one form per person, kept at each step (A05)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.domain.families.queries import family_file
from preau.domain.procedures import operations as acts
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.queries import DraftView, draft_about
from preau.domain.procedures.rules import people_of
from preau.web.family.procedures.forms import PEOPLE, AddressFields, DraftForm
from preau.web.family.procedures.places import my_family
from preau.web.ui.policy import family_page

MAX_PEOPLE = 30
NEW = "nouveau"


def _draft(request: Any, family_id: int) -> DraftView | None:
    return draft_about(actor=request.actor, kind=ProcedureKind.ENTOURAGE, family_id=family_id)


@family_page
@require_safe
def declare(request: Any, slug: str) -> HttpResponse:
    """Who is in the file, who is being added (A05-01 to A05-07)."""
    family_id = my_family(request.actor)
    draft = _draft(request, family_id)
    people = people_of(draft.answers) if draft else []
    context = {
        "file": family_file(actor=request.actor, family_id=family_id),
        "draft": draft,
        "people": people,
        "sections": [(role, [each for each in people if each[1].get("role") == role]) for role in PEOPLE],
    }
    return render(request, "family/procedures/declare.html", context)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: Any, slug: str, step: str) -> HttpResponse:
    """« Ajouter à mon entourage » (A05-08): a new person, or one of the draft to correct."""
    family_id = my_family(request.actor)
    draft = _draft(request, family_id)
    people = dict(people_of(draft.answers)) if draft else {}
    known = people.get(step, {})
    role = str(known.get("role") or request.GET.get("role") or request.POST.get("role") or "")
    if role not in PEOPLE or (step != NEW and not known):
        return render(request, "404.html", status=404)
    file = family_file(actor=request.actor, family_id=family_id)
    act = request.POST.get("act")
    if act in ("copy", "clear"):
        form = _readdressed(request, role, file.address_fields if act == "copy" else {})
        return _page(request, form, role)
    form = PEOPLE[role](request.POST or None, initial=known or {"country": "France"})
    if request.method == "POST" and len(people) < MAX_PEOPLE and form.is_valid():
        made = acts.start(actor=request.actor, kind=ProcedureKind.ENTOURAGE, family_id=family_id, now=request.now)
        place = step if known else f"p{1 + max((int(each[1:]) for each in people), default=0)}"
        values = {"role": role, **form.as_values()}
        acts.save_step(actor=request.actor, draft_id=made.draft_id, step=place, values=values, now=request.now)
        return redirect("family:declare", slug=slug)
    return _page(request, form, role)


def _readdressed(request: Any, role: str, address: Mapping[str, str]) -> DraftForm:
    """« Recopier les informations du titulaire », « Effacer » (A05-12, A05-13): the rest of what was typed stays."""
    typed = {name: request.POST.get(name, "") for name in PEOPLE[role].base_fields}
    blank = dict.fromkeys(AddressFields.ADDRESS, "")
    return PEOPLE[role](initial={**typed, **blank, "country": "France", **address})


def _page(request: Any, form: DraftForm, role: str) -> HttpResponse:
    context = {"form": form, "role": role}
    return render(request, "family/procedures/person.html", context, status=422 if form.errors else 200)


@family_page
@require_POST
def remove(request: Any, slug: str, step: str) -> HttpResponse:
    """Take a person out of the draft."""
    draft = _draft(request, my_family(request.actor))
    if draft is None or step not in dict(people_of(draft.answers)):
        return render(request, "404.html", status=404)
    acts.save_step(actor=request.actor, draft_id=draft.draft_id, step=step, values=None, now=request.now)
    messages.success(request, _("Cette personne est retirée de votre déclaration."))
    return redirect("family:declare", slug=slug)
