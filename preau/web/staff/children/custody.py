"""« Responsables et garde » : who answers for a child, where it lives, who books and pays, who objects."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.domain.enrolments.queries.files import check_child_visible, check_family_visible, search_families
from preau.domain.families.enums import Authority
from preau.domain.families.operations.custody import (
    LastHousehold,
    add_household,
    clear_residence,
    set_authority,
    set_residence,
    set_shares,
)
from preau.domain.families.queries.custody import Calendar, CustodyFile, custody_file
from preau.domain.families.queries.people import child_file
from preau.domain.procedures.operations.households import (
    HouseholdInUse,
    end_objection,
    receive_objection,
    take_from_household,
)
from preau.web.staff.children.forms import (
    AuthorityForm,
    CalendarForm,
    HouseholdForm,
    LiftForm,
    ObjectionForm,
    SharesForm,
)
from preau.web.staff.children.preview import preview_of
from preau.web.ui.policy import staff_page

FOUND = 10


@staff_page("agent", "manager")
@require_safe
def custody(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Everything on one page; `q` looks for one more household."""
    return _page(request, child_id, _opened(request, child_id))


@staff_page("agent", "manager")
@require_POST
def authority(request: Any, slug: str, child_id: int, adult_id: int) -> HttpResponse:
    """Keep what one adult is to the child."""
    file = _opened(request, child_id)
    holder = next((line for line in file.holders if line.adult_id == adult_id), None)
    if holder is None:
        return render(request, "404.html", status=404)
    form = AuthorityForm(request.POST, holder=holder)
    if not form.is_valid():
        return _page(request, child_id, file, holder_form=form)
    loses_days = set_authority(
        actor=request.actor,
        child_id=child_id,
        adult_id=adult_id,
        authority=Authority(form.cleaned_data["authority"]),
        link=form.cleaned_data["link"],
        now=request.now,
    )
    messages.success(request, _("%(name)s : c’est enregistré.") % {"name": holder.name})
    if loses_days:
        messages.warning(request, _("Le calendrier de résidence est retiré : un seul parent exerce l’autorité."))
    return redirect("staff:custody", slug=slug, child_id=child_id)


@staff_page("agent", "manager")
@require_POST
def add_home(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Put the child in one more household; those it has stay."""
    file = _opened(request, child_id)
    form = HouseholdForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choisissez un foyer dans la liste, et l’autorité de ses représentants."))
        return _page(request, child_id, file, status=422)
    data = form.cleaned_data
    check_family_visible(actor=request.actor, family_id=data["family_id"])
    add_household(
        actor=request.actor,
        child_id=child_id,
        family_id=data["family_id"],
        authority=Authority(data["authority"]),
        now=request.now,
    )
    messages.success(request, _("L’enfant a un foyer de plus. Vérifiez l’autorité et le lien de chaque adulte."))
    return redirect("staff:custody", slug=slug, child_id=child_id)


@staff_page("agent", "manager")
@require_POST
def remove_home(request: Any, slug: str, child_id: int, family_id: int) -> HttpResponse:
    """Take the child out of a household where it was put by mistake."""
    _opened(request, child_id)
    try:
        take_from_household(actor=request.actor, child_id=child_id, family_id=family_id, now=request.now)
    except LastHousehold:
        messages.error(request, _("C’est le seul foyer de l’enfant : ajoutez l’autre d’abord."))
    except HouseholdInUse:
        messages.error(request, _("L’enfant a une inscription ou une démarche en cours dans ce foyer : terminez-la."))
    else:
        messages.success(request, _("L’enfant n’est plus dans ce foyer."))
    return redirect("staff:custody", slug=slug, child_id=child_id)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: Any, slug: str, child_id: int) -> HttpResponse:
    """The calendar of residence: tried first, then kept."""
    file = _opened(request, child_id)
    form = CalendarForm(request.POST if request.method == "POST" else None, file=file)
    tried = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        tried = Calendar(form.pattern(), data["first"], data["second"], data["books"] == "any")
        if request.POST.get("act") == "save":
            set_residence(
                actor=request.actor,
                child_id=child_id,
                pattern=tried.pattern,
                adult_a_id=tried.adult_a_id,
                adult_b_id=tried.adult_b_id,
                may_book_any_day=tried.books_any_day,
                now=request.now,
            )
            messages.success(request, _("Le calendrier de résidence est enregistré."))
            return redirect("staff:custody", slug=slug, child_id=child_id)
    context = {
        "child": child_file(actor=request.actor, child_id=child_id),
        "file": file,
        "form": form,
        "preview": _preview(request, file, tried),
    }
    return render(request, "staff/custody/calendar.html", context, status=422 if form.errors else 200)


@staff_page("agent", "manager")
@require_POST
def clear(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Put the calendar away."""
    _opened(request, child_id)
    clear_residence(actor=request.actor, child_id=child_id, now=request.now)
    messages.success(request, _("Il n’y a plus de calendrier : chaque foyer réserve tous les jours."))
    return redirect("staff:custody", slug=slug, child_id=child_id)


@staff_page("agent", "manager")
@require_POST
def shares(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Who pays what."""
    file = _opened(request, child_id)
    form = SharesForm(request.POST, homes=file.homes, each_pays_own=file.each_pays_own)
    if not form.is_valid():
        return _page(request, child_id, file, shares_form=form)
    set_shares(actor=request.actor, child_id=child_id, shares=form.shares(), now=request.now)
    messages.success(request, _("Le partage du paiement est enregistré."))
    return redirect("staff:custody", slug=slug, child_id=child_id)


@staff_page("agent", "manager")
@require_POST
def objection(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Record the letter of a holder of authority."""
    file = _opened(request, child_id)
    form = ObjectionForm(request.POST, holders=file.exercising)
    if not form.is_valid():
        return _page(request, child_id, file, objection_form=form)
    data = form.cleaned_data
    receive_objection(
        actor=request.actor, child_id=child_id, adult_id=data["adult_id"], text=data["text"], now=request.now
    )
    messages.success(request, _("L’opposition est enregistrée : le service ne fait plus de démarche usuelle."))
    return redirect("staff:custody", slug=slug, child_id=child_id)


@staff_page("agent", "manager")
@require_POST
def lift(request: Any, slug: str, child_id: int, objection_id: int) -> HttpResponse:
    """End an objection, with a reason."""
    file = _opened(request, child_id)
    if objection_id not in {line.objection_id for line in file.standing}:
        return render(request, "404.html", status=404)
    form = LiftForm(request.POST, objection_id=objection_id)
    if not form.is_valid():
        return _page(request, child_id, file, lift_form=form, lifted_id=objection_id)
    end_objection(actor=request.actor, objection_id=objection_id, reason=form.cleaned_data["reason"], now=request.now)
    messages.success(request, _("L’opposition est levée."))
    return redirect("staff:custody", slug=slug, child_id=child_id)


def _opened(request: Any, child_id: int) -> CustodyFile:
    check_child_visible(actor=request.actor, child_id=child_id, on=request.today)
    return custody_file(actor=request.actor, child_id=child_id)


def _preview(request: Any, file: CustodyFile, calendar: Calendar | None) -> Any:
    if calendar is None:
        return None
    organisation_id = request.actor.organisation_id
    return preview_of(organisation_id=organisation_id, file=file, calendar=calendar, today=request.today)


def _page(
    request: Any,
    child_id: int,
    file: CustodyFile,
    *,
    holder_form: AuthorityForm | None = None,
    shares_form: SharesForm | None = None,
    objection_form: ObjectionForm | None = None,
    lift_form: LiftForm | None = None,
    lifted_id: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, with the one form that was wrong as it was typed."""
    wrong = holder_form or shares_form or objection_form or lift_form
    forms_of = {line.adult_id: AuthorityForm(holder=line) for line in file.holders}
    if holder_form:
        forms_of[holder_form.holder.adult_id] = holder_form
    text = request.GET.get("q", "").replace("\x00", "")[:80].strip()
    context = {
        "child": child_file(actor=request.actor, child_id=child_id),
        "file": file,
        "forms_of": forms_of,
        "form": wrong,
        "preview": _preview(request, file, file.calendar),
        "shares_form": shares_form or SharesForm(homes=file.homes, each_pays_own=file.each_pays_own),
        "objection_form": objection_form or ObjectionForm(holders=file.exercising),
        "objections": [
            (line, lift_form if line.objection_id == lifted_id else LiftForm(objection_id=line.objection_id))
            for line in file.objections
        ],
        "text": text,
        "found": _search(request, file, text) if text else [],
        "authorities": AuthorityForm.base_fields["authority"].choices,  # type: ignore[attr-defined]
    }
    return render(request, "staff/custody/page.html", context, status=422 if wrong else status)


def _search(request: Any, file: CustodyFile, text: str) -> list[Any]:
    here = {home.family_id for home in file.homes}
    rows, _total = search_families(actor=request.actor, text=text, on=request.today, limit=FOUND)
    return [row for row in rows if row.family_id not in here]
