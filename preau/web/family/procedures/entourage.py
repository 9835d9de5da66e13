"""« Déclarer mon entourage » : one page for the list, one form per person, kept at each step (A05)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.domain.families.queries.files import family_file
from preau.domain.families.queries.people import person_to_correct
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.queries.cases import DraftView, draft_about
from preau.domain.procedures.rules import people_of
from preau.web.family.procedures.forms import CORRECTIONS, PEOPLE
from preau.web.family.procedures.places import my_family
from preau.web.fields.address import AddressFields
from preau.web.fields.answers import AnswersForm
from preau.web.ui.policy import family_page

MAX_PEOPLE = 30
NEW = "nouveau"
MAY_LEAVE = ("member", "contact")  # the others leave by a change of situation


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
    """« Ajouter à mon entourage » (A05-08): a new person, one of the draft, or one of the dossier to correct."""
    family_id = my_family(request.actor)
    draft = _draft(request, family_id)
    people = dict(people_of(draft.answers)) if draft else {}
    known = people.get(step, {})
    role = str(known.get("role") or request.GET.get("role") or request.POST.get("role") or "")
    if role not in PEOPLE or (step != NEW and not known):
        return render(request, "404.html", status=404)
    target = known.get("target") or _asked(request)
    start = person_to_correct(actor=request.actor, family_id=family_id, role=role, target_id=target) if target else {}
    act = request.POST.get("act")
    if act in ("copy", "clear"):
        file = family_file(actor=request.actor, family_id=family_id)
        form = _readdressed(request, role, file.address_fields if act == "copy" else {}, bool(target))
        return _page(request, form, role, target)
    if act == "remove":
        return _take_away(request, role, target=target, start=start, people=people)
    form = _form(role, bool(target))(request.POST or None, initial=known or start or {"country": "France"})
    if request.method == "POST" and len(people) < MAX_PEOPLE and form.is_valid():
        values = {"role": role, **form.as_values(), **({"act": "change", "target": target} if target else {})}
        _keep(request, step if known else _place(people, role, target), values)
        return redirect("family:declare", slug=slug)
    return _page(request, form, role, target)


def _asked(request: Any) -> int | None:
    """The person of the dossier that the address, or the form, names."""
    text = request.GET.get("qui") or request.POST.get("target") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _form(role: str, is_correction: bool) -> type[AnswersForm]:
    return CORRECTIONS.get(role, PEOPLE[role]) if is_correction else PEOPLE[role]


def _place(people: Mapping[str, Any], role: str, target: int | None) -> str:
    """A step of its own in the draft; a person corrected twice keeps its own."""
    for step, each in people.items():
        if target and (each.get("role"), each.get("target")) == (role, target):
            return step
    return f"p{1 + max((int(step[1:]) for step in people), default=0)}"


def _keep(request: Any, step: str, values: Mapping[str, Any]) -> None:
    family_id = my_family(request.actor)
    made = drafts.start(actor=request.actor, kind=ProcedureKind.ENTOURAGE, family_id=family_id, now=request.now)
    drafts.save_step(actor=request.actor, draft_id=made.draft_id, step=step, values=values, now=request.now)


def _take_away(
    request: Any, role: str, *, target: int | None, start: Mapping[str, Any], people: Mapping[str, Any]
) -> HttpResponse:
    """« Cette personne quitte le foyer » : asked for, and done once the service has looked."""
    if role not in MAY_LEAVE or not target:
        return render(request, "404.html", status=404)
    names = {name: str(start[name]) for name in ("first_name", "last_name")}
    values = {"role": role, "act": "remove", "target": target, **names}
    _keep(request, _place(people, role, target), values)
    return redirect("family:declare", slug=request.organisation.slug)


def _readdressed(request: Any, role: str, address: Mapping[str, str], is_correction: bool) -> AnswersForm:
    """« Recopier les informations du titulaire », « Effacer » (A05-12, A05-13): the rest of what was typed stays."""
    made = _form(role, is_correction)
    typed = {name: request.POST.get(name, "") for name in made.base_fields}
    blank = dict.fromkeys(AddressFields.ADDRESS, "")
    return made(initial={**typed, **blank, "country": "France", **address})


def _page(request: Any, form: AnswersForm, role: str, target: int | None) -> HttpResponse:
    context = {"form": form, "role": role, "target": target, "may_leave": target and role in MAY_LEAVE}
    return render(request, "family/procedures/person.html", context, status=422 if form.errors else 200)


@family_page
@require_POST
def remove(request: Any, slug: str, step: str) -> HttpResponse:
    """Take a person out of the draft."""
    draft = _draft(request, my_family(request.actor))
    if draft is None or step not in dict(people_of(draft.answers)):
        return render(request, "404.html", status=404)
    drafts.save_step(actor=request.actor, draft_id=draft.draft_id, step=step, values=None, now=request.now)
    messages.success(request, _("Cette personne est retirée de votre déclaration."))
    return redirect("family:declare", slug=slug)
