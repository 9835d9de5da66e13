"""« Documents à télécharger » : publish, give a new version, withdraw (A13)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base.files import FileGone, FileNotSafe
from preau.base.uploads import MAX_BYTES, FileRefused, SentFile
from preau.domain.documents.enums import Category
from preau.domain.documents.operations import pieces, publishing
from preau.domain.documents.queries.publications import PublicationView, find_publication, publications_to_manage
from preau.web.staff.publications.forms import EVERYBODY, FAMILIES, PublicationForm
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import staff_page
from preau.web.ui.uploads import refusal

PUBLISHERS = ("manager", "admin")


@staff_page(*PUBLISHERS)
@require_safe
def publications(request: Any, slug: str) -> HttpResponse:
    """Every document, given or withdrawn."""
    return render(request, "staff/publications/list.html", {"rows": publications_to_manage(actor=request.actor)})


@staff_page(*PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, slug: str) -> HttpResponse:
    """« Publier un document »."""
    form = PublicationForm(*_posted(request))
    if request.method == "POST" and form.is_valid() and (made := _publish(request, form)):
        messages.success(request, _("Le document est publié."))
        return redirect("staff:publication", slug=slug, publication_id=made.publication_id)
    return render(request, "staff/publications/new.html", {"form": form}, status=422 if form.errors else 200)


@staff_page(*PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: Any, slug: str, publication_id: int) -> HttpResponse:
    """One document with its versions; a new one takes the place of the last."""
    found = find_publication(actor=request.actor, publication_id=publication_id)
    latest = found.latest
    initial = {
        "title": latest.title,
        "category": latest.category,
        "year_label": latest.year_label,
        "audience": EVERYBODY if latest.is_public else FAMILIES,
    }
    form = PublicationForm(*_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid() and (made := _publish(request, form, code=latest.code)):
        messages.success(request, _("La version %s est publiée.") % made.version)
        return redirect("staff:publication", slug=slug, publication_id=made.publication_id)
    context = {"form": form, "found": found}
    return render(request, "staff/publications/detail.html", context, status=422 if form.errors else 200)


@staff_page(*PUBLISHERS)
@require_POST
def withdraw(request: Any, slug: str, publication_id: int) -> HttpResponse:
    """« Retirer » : nobody can download it any more; its versions are kept."""
    publishing.withdraw(actor=request.actor, publication_id=publication_id, now=request.now)
    messages.success(request, _("Le document n’est plus proposé. Publiez une version pour le proposer de nouveau."))
    return redirect("staff:publication", slug=slug, publication_id=publication_id)


@staff_page(*PUBLISHERS)
@require_safe
def version(request: Any, slug: str, publication_id: int) -> HttpResponse:
    """The file of one version."""
    try:
        view, content = publishing.open_version(actor=request.actor, publication_id=publication_id)
    except FileGone:
        return render(request, "404.html", status=404)
    except FileNotSafe as fact:
        return render(request, "staff/documents/unsafe.html", {"is_infected": fact.is_infected}, status=409)
    return file_response(name=view.name, media_type=view.media_type, content=content)


def _posted(request: Any) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _publish(request: Any, form: PublicationForm, *, code: str = "") -> PublicationView | None:
    """Publish what the form holds; None when the file is refused, which the form then says."""
    data, file = form.cleaned_data, form.cleaned_data["file"]
    try:
        clean = pieces.receive(
            actor=request.actor, sent=[SentFile(file.name, file.read(MAX_BYTES + 1))], now=request.now
        )
    except FileRefused as refused:
        form.add_error("file", refusal(refused.code))
        return None
    return publishing.publish(
        actor=request.actor,
        code=code,
        title=data["title"],
        category=Category(data["category"]),
        year_label=data["year_label"],
        is_public=data["audience"] == EVERYBODY,
        file=clean,
        name=file.name,
        now=request.now,
    )
