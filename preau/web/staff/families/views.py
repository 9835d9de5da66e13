"""Searching a family, its file on one screen, inviting its adults."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from preau.domain.enrolments.queries.files import check_family_visible, search_families
from preau.domain.families.operations import household, invitations
from preau.domain.families.queries.files import FamilyFile, family_file
from preau.domain.procedures.queries.cases import is_known
from preau.web.staff.dates import read_number
from preau.web.staff.families.duplicates import how_many
from preau.web.staff.families.file import file_context
from preau.web.ui.policy import staff_page

PER_PAGE = 20


@staff_page("agent", "manager", "admin")
@require_safe
def search(request: Any, slug: str) -> HttpResponse:
    """Families by whatever one knows of them; what is alone to be found is opened."""
    actor, text = request.actor, request.GET.get("q", "").replace("\x00", "")[:80].strip()
    number = read_number(request.GET.get("page")) or 1
    offset = max(0, min(number, 100_000) - 1) * PER_PAGE
    rows, total = search_families(actor=actor, text=text, on=request.today, limit=PER_PAGE, offset=offset)
    case = _case(request, text)
    if text and total == 1 and rows and case is None:
        return redirect("staff:family", slug=slug, family_id=rows[0].family_id)
    if case is not None and not total:
        return redirect("staff:procedure", slug=slug, number=case)
    page = Paginator(range(total), PER_PAGE).get_page(number)
    context = {"rows": rows, "page": page, "search_text": text, "total": total, "case": case}
    context["may_merge"] = actor.has_role("agent", "manager")
    if context["may_merge"] and not text:
        context["alike"] = how_many(actor)
    return render(request, "staff/families.html", context)


def _case(request: Any, text: str) -> int | None:
    """The démarche that a number names, for those who read it."""
    number = read_number(text.removeprefix("n°").strip())
    if number is None or not request.actor.has_role("agent", "manager"):
        return None
    return number if is_known(actor=request.actor, number=number) else None


@staff_page("agent", "manager", "admin")
@require_safe
def family(request: Any, slug: str, family_id: int) -> HttpResponse:
    """Everything on a family: people, spaces, dossiers, documents, activities, this week, latest démarches."""
    check_family_visible(actor=request.actor, family_id=family_id)
    return _file(request, family_file(actor=request.actor, family_id=family_id))


@staff_page("agent", "manager")
@require_POST
def address(request: Any, slug: str, family_id: int) -> HttpResponse:
    """Show a protected address; the reading is written in the journal."""
    check_family_visible(actor=request.actor, family_id=family_id)
    return _file(request, household.read_protected_address(actor=request.actor, family_id=family_id, now=request.now))


def _file(request: Any, file: FamilyFile) -> HttpResponse:
    context = file_context(actor=request.actor, file=file, on=request.today)
    return render(request, "staff/families/file.html", context)


@staff_page("agent", "manager")
@require_POST
def invite(request: Any, slug: str, family_id: int, adult_id: int) -> HttpResponse:
    """Create the space of an adult and send the activation mail, or send it again."""
    check_family_visible(actor=request.actor, family_id=family_id)
    file = family_file(actor=request.actor, family_id=family_id)
    if adult_id not in {adult.adult_id for adult in file.adults}:
        return render(request, "404.html", status=404)
    try:
        invitations.invite_adult(actor=request.actor, adult_id=adult_id, now=request.now)
    except invitations.NoEmail:
        messages.error(request, _("Cet adulte n’a pas de courriel : ajoutez-le à son dossier avant d’inviter."))
    except invitations.AlreadyActive:
        messages.warning(request, _("Cet espace est déjà actif : l’adulte peut utiliser « mot de passe oublié »."))
    else:
        messages.success(request, _("Le courriel d’activation est parti. Le lien dure 72 heures."))
    return redirect("staff:family", slug=slug, family_id=family_id)
