"""Reading a piece, or seeing its pages: only of a family that the agent looks after; a sensitive one is journaled."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.base.files import FileGone, FileNotSafe
from preau.base.pdf_pages import MEDIA_TYPE, PageNotDrawn, draw_page
from preau.domain.documents.operations.pieces import open_document
from preau.domain.documents.queries.pieces import DocumentView, find_document
from preau.domain.enrolments.queries.files import check_child_visible, check_family_visible
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import staff_page


@staff_page("agent", "manager")
@require_safe
def document(request: Any, slug: str, document_id: int) -> HttpResponse:
    """The file itself: pictures are shown, everything else is downloaded; no page can run in it."""
    try:
        view, content = _opened(request, document_id)
    except FileGone:
        return render(request, "404.html", status=404)
    except FileNotSafe as fact:
        return render(request, "staff/documents/unsafe.html", {"is_infected": fact.is_infected}, status=409)
    return file_response(name=view.name, media_type=view.media_type, content=content)


@staff_page("agent", "manager")
@require_safe
def page(request: Any, slug: str, document_id: int, page: int) -> HttpResponse:
    """One page of a PDF as a picture, for the page where one decides: no viewer is let in there."""
    try:
        view, content = _opened(request, document_id, page=page)
        drawn = draw_page(content=content, page=page)
    except (FileGone, PageNotDrawn):
        return render(request, "404.html", status=404)
    except FileNotSafe as fact:
        return render(request, "staff/documents/unsafe.html", {"is_infected": fact.is_infected}, status=409)
    return file_response(name=f"{view.name}.{page}.jpg", media_type=MEDIA_TYPE, content=drawn)


def _opened(request: Any, document_id: int, page: int | None = None) -> tuple[DocumentView, bytes]:
    """The file, if the agent may read it and it has this page."""
    found = find_document(actor=request.actor, document_id=document_id, on=request.today)
    check_family_visible(actor=request.actor, family_id=found.family_id)
    if found.child_id is not None:
        check_child_visible(actor=request.actor, child_id=found.child_id, on=request.today)
    if page is not None and page not in found.shown_pages:
        raise FileGone(document_id)
    return open_document(actor=request.actor, document_id=document_id, now=request.now)
