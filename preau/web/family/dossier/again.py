"""« Rien n’a changé »: the dossier of a child who is known, with what was said last of each part; one page, one act."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.documents.operations.pieces import accept_regulations
from preau.domain.families.queries.children import health_of
from preau.domain.families.queries.files import ChildCard, children_of_family
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.queries.cases import DraftView, draft_about
from preau.domain.procedures.rules import About, NotOpenForYou
from preau.web.family.dossier.overview import year_to_fill
from preau.web.family.dossier.parts import LABELS, PARTS, Part, part_of
from preau.web.family.dossier.views import REFUSALS
from preau.web.family.procedures.places import my_family
from preau.web.ui.policy import family_page, intimate

# Boxes that say « exact »: ticking « Rien n’a changé » is ticking them. A wish, as a direct debit, is not renewed so.
CONFIRMED = frozenset({"address_is_right", "identity_is_right"})


@dataclass(frozen=True, slots=True)
class Said:
    """One part as it was said last. `may_confirm`: it answers all that is asked this year."""

    name: str
    label: Any
    page: Part
    may_confirm: bool
    is_done: bool


@intimate
@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Every part with its former answers; those that are ticked are confirmed, the others are asked."""
    actor, year, family_id = request.actor, year_to_fill(request), my_family(request.actor)
    child = _child(request, child_id)
    about = About(child_id=child_id, school_year_id=year.pk)
    if not health_of(actor=actor, child_id=child_id).values:
        return redirect("family:dossier_part", slug=slug, child_id=child_id, part=PARTS[0])
    whose: dict[str, Any] = {"actor": actor, "kind": ProcedureKind.DOSSIER, "family_id": family_id, "about": about}
    try:
        drafts.check_start(**whose, on=request.today)
        draft = drafts.start(**whose, now=request.now) if request.method == "POST" else draft_about(**whose)
    except NotOpenForYou as closed:
        messages.warning(request, REFUSALS[closed.code])
        return redirect("family:dossier", slug=slug)
    parts = [_said(request, name, child=child, draft=draft, year_starts_on=year.starts_on) for name in PARTS]
    if request.method == "POST" and draft is not None:
        _confirm(request, draft, parts, ticked=set(request.POST.getlist("pareil")))
        return _next(request, draft)
    context = {"child": child, "year": year, "parts": parts}
    return render(request, "family/dossier/again.html", context)


def _next(request: Any, draft: DraftView) -> HttpResponse:
    """To the récapitulatif when nothing lacks; else to the first part that does."""
    slug = request.organisation.slug
    lacking = drafts.problems_of(actor=request.actor, draft_id=draft.draft_id, on=request.today)
    steps = [name for name in PARTS if name in {problem.step for problem in lacking}]
    if not steps:
        return redirect("family:draft_recap", slug=slug, draft_id=draft.draft_id)
    words = ", ".join(str(LABELS[name]) for name in steps)
    messages.info(request, _("Il reste à compléter : %s.") % words)
    return redirect("family:dossier_part", slug=slug, child_id=draft.about.child_id, part=steps[0])


def _said(request: Any, name: str, *, child: ChildCard, draft: DraftView | None, year_starts_on: date) -> Said:
    shown = part_of(request, name, child=child, draft=draft, year_starts_on=year_starts_on, posted=None)
    sent = _as_said(shown.form)
    bound = part_of(request, name, child=child, draft=draft, year_starts_on=year_starts_on, posted=sent)
    lacks = name == "documents" and any(
        not wanted.may_wait_until for folder in shown.extra["folders"] for _type, wanted in folder.lacking
    )
    return Said(
        name=name,
        label=LABELS[name],
        page=bound,
        may_confirm=bound.form.is_valid() and not lacks,
        is_done=bool(draft and draft.answers.get(name, {}).get("confirmed")),
    )


def _as_said(form: forms.BaseForm) -> QueryDict:
    """What the form would send were nothing touched, the boxes « c’est exact » ticked."""
    found = QueryDict(mutable=True)
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if name in CONFIRMED or (name.startswith("r") and name[1:].isdigit()):
            found[name] = "on"
        elif isinstance(field, forms.BooleanField):
            if value:
                found[name] = "on"
        elif isinstance(value, list | tuple | set):
            found.setlist(name, [str(each) for each in value])
        elif value not in (None, ""):
            found[name] = value.isoformat() if isinstance(value, date) else str(value)
    return found


def _confirm(request: Any, draft: DraftView, parts: list[Said], *, ticked: set[str]) -> None:
    for part in parts:
        if part.name not in ticked or not part.may_confirm:
            continue
        values = part.page.values(is_valid=True, act="next")
        drafts.save_step(actor=request.actor, draft_id=draft.draft_id, step=part.name, values=values, now=request.now)
        if part.name == "rules":
            accept_regulations(
                actor=request.actor,
                family_id=draft.family_id,
                regulation_ids=[int(name[1:]) for name in part.page.form.fields],
                now=request.now,
            )


def _child(request: Any, child_id: int) -> ChildCard:
    for child in children_of_family(actor=request.actor, family_id=my_family(request.actor)):
        if child.child_id == child_id:
            return child
    raise NotFound("child")
