"""« Édition de documents » : what the collectivité gives to download, and papers with the family's data (A13)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from preau.base.files import FileGone, FileNotSafe
from preau.base.pdf_papers import Paper, pdf
from preau.domain.documents.operations.publishing import open_publication
from preau.domain.documents.queries.publications import list_publications
from preau.domain.families.queries.people import children_in_charge
from preau.web.family.editions import papers
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import family_page, intimate


@family_page
@require_safe
def editions(request: Any, slug: str) -> HttpResponse:
    """Public and private documents, and the papers of each child."""
    context = {
        "publications": list_publications(organisation_id=request.organisation.id, with_private=True),
        "children": children_in_charge(actor=request.actor),
    }
    return render(request, "family/editions/list.html", context)


@family_page
@require_safe
def publication(request: Any, slug: str, publication_id: int) -> HttpResponse:
    """The file of a document, public or for families."""
    organisation_id = request.organisation.id
    try:
        view, content = open_publication(
            organisation_id=organisation_id, publication_id=publication_id, with_private=True
        )
    except FileGone:
        return render(request, "404.html", status=404)
    except FileNotSafe as fact:
        return render(request, "family/documents/unsafe.html", {"is_infected": fact.is_infected}, status=409)
    return file_response(name=view.name, media_type=view.media_type, content=content)


@family_page
@require_safe
def attestation(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Attestation d’inscription », as a page."""
    return _page(request, _attestation(request, child_id), reverse("family:attestation_pdf", args=[slug, child_id]))


@intimate
@family_page
@require_safe
def attestation_pdf(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Attestation d’inscription », as a PDF."""
    return _pdf(request, _attestation(request, child_id), "attestation-inscription")


@intimate
@family_page
@require_safe
def sheet(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Fiche de renseignements », as a page."""
    return _page(request, _sheet(request, child_id), reverse("family:sheet_pdf", args=[slug, child_id]))


@intimate
@family_page
@require_safe
def sheet_pdf(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Fiche de renseignements », as a PDF."""
    return _pdf(request, _sheet(request, child_id), "fiche-de-renseignements")


@family_page
@require_safe
def mandate(request: Any, slug: str) -> HttpResponse:
    """« Mandat de prélèvement SEPA », as a page."""
    return _page(request, _mandate(request), reverse("family:mandate_pdf", args=[slug]))


@family_page
@require_safe
def mandate_pdf(request: Any, slug: str) -> HttpResponse:
    """« Mandat de prélèvement SEPA », as a PDF to print and sign."""
    return _pdf(request, _mandate(request), "mandat-prelevement-sepa")


def _attestation(request: Any, child_id: int) -> Paper:
    return papers.attestation(
        actor=request.actor, organisation=request.organisation, child_id=child_id, on=request.today
    )


def _sheet(request: Any, child_id: int) -> Paper:
    return papers.sheet(actor=request.actor, organisation=request.organisation, child_id=child_id, on=request.today)


def _mandate(request: Any) -> Paper:
    return papers.mandate(actor=request.actor, organisation=request.organisation, on=request.today)


def _page(request: Any, paper: Paper, link: str) -> HttpResponse:
    return render(request, "family/editions/paper.html", {"paper": paper, "pdf_url": link})


def _pdf(request: Any, paper: Paper, name: str) -> HttpResponse:
    return file_response(name=f"{name}.pdf", media_type="application/pdf", content=pdf(paper=paper, now=request.now))
