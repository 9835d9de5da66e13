"""« Pièces justificatives » : what was sent, what is asked for, sending a document, reading it again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.files import FileGone, FileNotSafe
from preau.base.uploads import FileRefused
from preau.domain.contracts.queries.contracts import list_contracts
from preau.domain.documents.enums import DocumentState, Subject
from preau.domain.documents.operations import pieces as pieces_acts
from preau.domain.documents.operations.pieces import open_document
from preau.domain.documents.queries.folders import Folder, folders
from preau.domain.documents.queries.pieces import document_types, find_document
from preau.domain.documents.rules import AlreadyChecked, PieceChanged
from preau.domain.families.queries.children import situations_of
from preau.domain.families.queries.files import ChildCard, children_of_family
from preau.domain.procedures.operations.joining import send_document
from preau.domain.procedures.queries.to_finish import waiting_for_family
from preau.web.family.documents.forms import DocumentForm, PagesForm
from preau.web.family.procedures.places import my_family
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import family_page, intimate
from preau.web.ui.uploads import refusal


@family_page
@require_safe
def pieces(request: Any, slug: str) -> HttpResponse:
    """A folder for the household, one per child (A12-03, A12-07, A12-08)."""
    actor, family_id = request.actor, my_family(request.actor)
    children = children_of_family(actor=actor, family_id=family_id)
    ids = [child.child_id for child in children]
    found = folders(
        actor=actor,
        family_id=family_id,
        child_ids=ids,
        situations=situations_of(actor=actor, family_id=family_id, child_ids=ids),
        on=request.today,
    )
    by_id = {child.child_id: child for child in children}
    rows = [_row(slug, family_id, folder, by_id.get(folder.child_id or 0)) for folder in found]
    waiting = waiting_for_family(actor=actor, children=children, on=request.today)
    contracts = list_contracts(actor=actor) if request.organisation.has_care else []
    context = {
        "contracts": contracts,
        "rows": rows,
        "asked": [each for each in waiting if each.what == "asked" and each.number],
    }
    return render(request, "family/documents/pieces.html", context)


def _row(slug: str, family_id: int, folder: Folder, child: ChildCard | None) -> dict[str, Any]:
    """A folder, with where a document is sent to it."""
    if child:
        anchor, where = str(child.child_id), reverse("family:document_send_child", args=[slug, child.child_id])
    elif folder.adult_id:
        anchor, where = "moi", reverse("family:document_send_mine", args=[slug])
    else:
        anchor, where = "foyer", reverse("family:document_send", args=[slug])
    return {"folder": folder, "child": child, "anchor": anchor, "send_url": where, "family_id": family_id}


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: Any, slug: str, child_id: int | None = None, is_mine: bool = False) -> HttpResponse:
    """« Envoyer un document », for the household, for oneself or for one child."""
    actor, family_id = request.actor, my_family(request.actor)
    children = children_of_family(actor=actor, family_id=family_id)
    child = next((each for each in children if each.child_id == child_id), None)
    if child_id is not None and child is None:
        return render(request, "404.html", status=404)
    subject = Subject.CHILD if child else Subject.ADULT if is_mine else Subject.FAMILY
    types = document_types(actor=actor, subject=subject)
    form = DocumentForm(*_posted(request), types=types, on=request.today, initial={"type": request.GET.get("type", "")})
    if request.method == "POST" and form.is_valid():
        first, *more = form.cleaned_data["file"]
        try:
            sent = send_document(
                actor=actor,
                family_id=family_id,
                child_id=child_id,
                type_id=int(form.cleaned_data["type"]),
                name=first.name,
                content=first.content,
                more=more,
                until=form.cleaned_data["until"],
                now=request.now,
            )
        except FileRefused as refused:
            form.add_error("file", refusal(refused.code))
        else:
            link = reverse("family:procedure", args=[slug, sent.view.number])
            messages.success(request, _("Votre document est envoyé : demande n° %s.") % sent.view.number)
            return redirect(link if request.GET.get("suivre") else reverse("family:documents", args=[slug]))
    context = {"form": form, "child": child, "types": types, "is_mine": is_mine}
    return render(request, "family/documents/send.html", context, status=422 if form.errors else 200)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def add_pages(request: Any, slug: str, document_id: int) -> HttpResponse:
    """« Ajouter une page » to a piece that the service has not read yet."""
    actor, back = request.actor, redirect("family:documents", slug=slug)
    piece = find_document(actor=actor, document_id=document_id, on=request.today)
    actor.require_family(piece.family_id)
    form = PagesForm(*_posted(request), initial={"seen_pages": piece.pages})
    if piece.state != DocumentState.TO_CHECK:
        messages.warning(request, _("Le service a déjà lu ce document : envoyez-en un nouveau."))
        return back
    if request.method == "POST" and form.is_valid():
        try:
            whole = pieces_acts.add_pages(
                actor=actor,
                document_id=document_id,
                sent=form.cleaned_data["file"],
                seen_pages=form.cleaned_data["seen_pages"],
                now=request.now,
            )
        except (FileGone, AlreadyChecked):
            messages.warning(request, _("Ce document ne peut plus être complété : envoyez-en un nouveau."))
            return back
        except PieceChanged as fact:
            text = ngettext(
                "Ce document a maintenant %s page : relisez-le.",
                "Ce document a maintenant %s pages : relisez-le.",
                fact.pages,
            )
            messages.warning(request, text % fact.pages)
            return back
        except FileRefused as refused:
            form.add_error("file", refusal(refused.code))
        else:
            text = ngettext(
                "Votre document a maintenant %s page.", "Votre document a maintenant %s pages.", whole.pages
            )
            messages.success(request, text % whole.pages)
            return back
    status = 422 if form.errors else 200
    return render(request, "family/documents/add_pages.html", {"form": form, "piece": piece}, status=status)


def _posted(request: Any) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@intimate
@family_page
@require_safe
def document(request: Any, slug: str, document_id: int) -> HttpResponse:
    """The file itself."""
    try:
        view, content = open_document(actor=request.actor, document_id=document_id, now=request.now)
    except FileGone:
        return render(request, "404.html", status=404)
    except FileNotSafe as fact:
        return render(request, "family/documents/unsafe.html", {"is_infected": fact.is_infected}, status=409)
    return file_response(name=view.file_name, media_type=view.media_type, content=content)
