"""The dossier administratif: steps of the year, parts of each child, kept one by one (A07)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.facts import NotFound
from preau.base.uploads import FileRefused
from preau.domain.documents.operations.pieces import accept_regulations
from preau.domain.documents.queries.pieces import document_types
from preau.domain.families.queries.files import ChildCard, children_of_family
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.operations.joining import join_document
from preau.domain.procedures.queries.cases import DraftView, draft_about
from preau.domain.procedures.rules import About, NotOpenForYou
from preau.web.family.documents.forms import DocumentForm
from preau.web.family.dossier.overview import overview_of, year_to_fill
from preau.web.family.dossier.parts import LABELS, PARTS, TYPED_PARTS, Part, part_of
from preau.web.family.procedures.places import my_family
from preau.web.ui.policy import family_page, intimate
from preau.web.ui.uploads import refusal

REFUSALS = {
    "dossier_validated": _("Le dossier de cet enfant est déjà validé pour cette année."),
    "dossier_sent": _("Le dossier de cet enfant est déjà envoyé. Le service le regarde."),
}


@family_page
@require_safe
def overview(request: Any, slug: str) -> HttpResponse:
    """The steps of the year as a task list, child by child: what is done, what lacks, what opens when."""
    return render(request, "family/dossier/overview.html", overview_of(request))


@intimate
@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: Any, slug: str, child_id: int, part: str) -> HttpResponse:
    """One part of the dossier of a child. What is typed is kept, right or wrong."""
    if part not in PARTS:
        raise NotFound("part")
    child, year = _child(request, child_id), year_to_fill(request)
    try:
        draft = _draft(request, child_id, year.pk)
    except NotOpenForYou as closed:
        messages.warning(request, REFUSALS[closed.code])
        return redirect("family:dossier", slug=slug)
    posted = request.POST if request.method == "POST" else None
    page = part_of(request, part, child=child, draft=draft, year_starts_on=year.starts_on, posted=posted)
    if request.method == "POST":
        kept = _keep(request, page, child_id, year.pk)
        if kept is not None:
            return kept
    context = {
        "child": child,
        "part": part,
        "page": page,
        "form": page.form,
        "draft": draft,
        "labels_of_parts": [LABELS[each] for each in PARTS],
        "number": PARTS.index(part) + 1,
        "typed_parts": TYPED_PARTS,
    }
    return render(request, page.template, context, status=422 if page.form.errors else 200)


def _keep(request: Any, page: Part, child_id: int, year_id: int) -> HttpResponse | None:
    """Keep the part, then go where the person asked; None shows the page again with its errors."""
    slug, act = request.organisation.slug, request.POST.get("act", "next")
    is_valid = page.form.is_valid()
    values = page.values(is_valid=is_valid, act=act)
    if values is not None:
        draft = drafts.start(
            actor=request.actor,
            kind=ProcedureKind.DOSSIER,
            family_id=my_family(request.actor),
            about=About(child_id=child_id, school_year_id=year_id),
            now=request.now,
        )
        drafts.save_step(actor=request.actor, draft_id=draft.draft_id, step=page.name, values=values, now=request.now)
        if page.name == "rules" and is_valid:
            accept_regulations(
                actor=request.actor,
                family_id=draft.family_id,
                regulation_ids=[int(name[1:]) for name in page.form.fields],
                now=request.now,
            )
    if act == "save":
        return HttpResponse(status=204)
    if act == "later":
        messages.success(request, _("Votre brouillon est gardé. Reprenez-le quand vous voulez."))
        return redirect("family:dossier", slug=slug)
    if act.startswith(("add", "remove")) and values is not None:
        return redirect("family:dossier_part", slug=slug, child_id=child_id, part=page.name)
    if act != "next" or not is_valid:
        return None
    place = PARTS.index(page.name) + 1
    if place < len(PARTS):
        return redirect("family:dossier_part", slug=slug, child_id=child_id, part=PARTS[place])
    return redirect("family:draft_recap", slug=slug, draft_id=_draft(request, child_id, year_id).draft_id)  # type: ignore[union-attr]


def _child(request: Any, child_id: int) -> ChildCard:
    family_id = my_family(request.actor)
    for child in children_of_family(actor=request.actor, family_id=family_id):
        if child.child_id == child_id:
            return child
    raise NotFound("child")


def _draft(request: Any, child_id: int, year_id: int) -> DraftView | None:
    subject: dict[str, Any] = {
        "about": About(child_id=child_id, school_year_id=year_id),
        "family_id": my_family(request.actor),
    }
    drafts.check_start(actor=request.actor, kind=ProcedureKind.DOSSIER, on=request.today, **subject)
    return draft_about(actor=request.actor, kind=ProcedureKind.DOSSIER, **subject)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def piece(request: Any, slug: str, *, child_id: int, type_id: int, is_household: bool = False) -> HttpResponse:
    """Send one piece that the dossier asks for: it stays in the space of the family, for every démarche."""
    child, year_id = _child(request, child_id), year_to_fill(request).pk
    types = [each for each in document_types(actor=request.actor) if each.type_id == type_id]
    if not types or (types[0].subject != "child") != is_household:
        raise NotFound("document type")
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DocumentForm(*posted, types=types, on=request.today, initial={"type": str(type_id)})
    if request.method == "POST" and form.is_valid():
        draft = drafts.start(
            actor=request.actor,
            kind=ProcedureKind.DOSSIER,
            family_id=my_family(request.actor),
            about=About(child_id=child_id, school_year_id=year_id),
            now=request.now,
        )
        first, *more = form.cleaned_data["file"]
        try:
            join_document(
                actor=request.actor,
                family_id=draft.family_id,
                child_id=None if is_household else child_id,
                type_id=type_id,
                name=first.name,
                content=first.content,
                more=more,
                until=form.cleaned_data["until"],
                draft_id=draft.draft_id,
                now=request.now,
            )
        except FileRefused as refused:
            form.add_error("file", refusal(refused.code))
        else:
            messages.success(request, _("Le document est gardé."))
            return redirect("family:dossier_part", slug=slug, child_id=child_id, part="documents")
    context = {"form": form, "child": None if is_household else child, "types": types, "who": child}
    return render(request, "family/documents/send.html", context, status=422 if form.errors else 200)
