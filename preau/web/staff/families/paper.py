"""A dossier on paper, typed for the family; what was done today, on paper for it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.facts import NotFound
from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.enrolments.queries.files import check_child_visible
from preau.domain.families.operations.corrections import correct_child
from preau.domain.families.operations.counter import Paper, type_paper
from preau.domain.families.queries.children import consents_of
from preau.domain.families.queries.history import JournalLine
from preau.domain.families.queries.people import child_file
from preau.domain.families.rules import compulsory_vaccines
from preau.web.fields.person import ChildFields
from preau.web.staff.families.corrections import open_file
from preau.web.staff.families.file import file_context
from preau.web.staff.families.newcomer_forms import PaperPage, child_of
from preau.web.ui.policy import staff_page

MOST_LINES = 60  # of a receipt


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def dossier(request: Any, slug: str, family_id: int, child_id: int) -> HttpResponse:
    """« Dossier papier »: health and authorisations as they were signed; what was said since stands."""
    actor = request.actor
    file, found = open_file(request, family_id), _child(request, family_id, child_id)
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=request.today)
    page = PaperPage(
        request.POST if request.method == "POST" else None,
        adults=[each.full_name for each in file.adults],
        year=year.label if year else "",
        compulsory=compulsory_vaccines(born=found.birth_date),
        consents=consents_of(actor=actor, child_id=child_id),
    )
    if request.method == "POST" and page.is_valid():
        is_whole = bool(page.paper.cleaned_data.get("is_whole")) and year is not None
        paper = Paper(
            said_at=page.said_at(actor.zone),
            by=_("%s, sur papier saisi par le service") % page.paper.cleaned_data["signed_by"],
            health=page.health.as_values() if page.with_health else None,
            consents=page.consents.as_values() if page.with_consents else None,
            school_year_id=year.pk if year and is_whole else None,
        )
        type_paper(actor=actor, child_id=child_id, paper=paper, now=request.now)
        messages.success(
            request, _("Le papier est saisi.") if not is_whole else _("Le papier est saisi, le dossier est validé.")
        )
        return redirect("staff:family", slug=slug, family_id=family_id)
    has_errors = request.method == "POST"
    context = {"file": file, "child": found, "page": page, "has_errors": has_errors}
    return render(request, "staff/families/paper.html", context, status=422 if has_errors else 200)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: Any, slug: str, family_id: int, child_id: int) -> HttpResponse:
    """The name, the birth and the sex of a child, corrected on sight of a paper."""
    file, found = open_file(request, family_id), _child(request, family_id, child_id)
    initial = {name: getattr(found, name, "") for name in ("last_name", "first_name", "birth_date")}
    form = ChildFields(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        person = child_of(form.cleaned_data)
        correct_child(
            actor=request.actor,
            family_id=family_id,
            child_id=child_id,
            values={name: text for name, text in person.texts.items() if text},
            birth_date=person.birth_date,
            expected_on=person.expected_on,
            now=request.now,
        )
        messages.success(request, _("L’identité de l’enfant est corrigée."))
        return redirect("staff:family", slug=slug, family_id=family_id)
    context = {"file": file, "form": form, "title": _("Corriger l’identité de l’enfant")}
    return render(request, "staff/families/add.html", context, status=422 if form.errors else 200)


@staff_page("agent", "manager")
@require_safe
def receipt(request: Any, slug: str, family_id: int) -> HttpResponse:
    """What the service has done on this file today: to be printed and given."""
    file = open_file(request, family_id)
    context = file_context(actor=request.actor, file=file, on=request.today, journal_limit=MOST_LINES)
    lines = [line for line in context["journal"] if line.is_staff and _day(request, line) == request.today]
    return render(request, "staff/families/receipt.html", {"file": file, "lines": lines})


def _day(request: Any, line: JournalLine) -> Any:
    return line.at.astimezone(request.actor.zone).date()


def _child(request: Any, family_id: int, child_id: int) -> Any:
    """A child of this household whom the agent opens.

    :raises NotFound: another's.
    """
    check_child_visible(actor=request.actor, child_id=child_id, on=request.today)
    if child_id not in {child.child_id for child in open_file(request, family_id).children}:
        raise NotFound("child")
    return child_file(actor=request.actor, child_id=child_id)
