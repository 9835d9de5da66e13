"""« Édition de documents »: what anybody may download (A13)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.base.files import FileGone, FileNotSafe
from preau.domain.documents.operations.publishing import open_publication
from preau.domain.documents.queries.publications import list_publications
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import public_page


@public_page
@require_safe
def documents(request: Any, slug: str) -> HttpResponse:
    """The public documents of the collectivité."""
    found = list_publications(organisation_id=request.organisation.id, with_private=False)
    return render(request, "public/documents.html", {"publications": found})


@public_page
@require_safe
def document(request: Any, slug: str, publication_id: int) -> HttpResponse:
    """The file itself."""
    organisation_id = request.organisation.id
    try:
        view, content = open_publication(
            organisation_id=organisation_id, publication_id=publication_id, with_private=False
        )
    except FileGone:
        return render(request, "404.html", status=404)
    except FileNotSafe:
        return render(request, "public/document_held.html", status=409)
    return file_response(name=view.name, media_type=view.media_type, content=content)
