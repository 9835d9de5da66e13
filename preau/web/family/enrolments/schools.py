"""« Inscrire un enfant à l’école » : the school of the address, or another with a reason (A08-13)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.catalogue.rules import level_of_birth
from preau.domain.enrolments.queries.schools import school_years, schools, sector_school
from preau.domain.families.queries.files import family_file
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.queries.cases import draft_about
from preau.domain.procedures.rules import About
from preau.web.family.enrolments.forms import SchoolForm
from preau.web.family.procedures.places import my_family
from preau.web.ui.policy import family_page

STEP = "schooling"


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def school(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Step 1: year, level and school; kept as a draft, then the récapitulatif."""
    actor, family_id = request.actor, my_family(request.actor)
    subject: dict[str, Any] = {
        "kind": ProcedureKind.SCHOOLING,
        "family_id": family_id,
        "about": About(child_id=child_id),
    }
    drafts.check_start(actor=actor, on=request.today, **subject)
    draft = draft_about(actor=actor, **subject)
    file = family_file(actor=actor, family_id=family_id)
    child = next(each for each in file.children if each.child_id == child_id)
    fields = file.address_fields
    sector = sector_school(
        actor=actor,
        number=fields.get("street_number", ""),
        street=fields.get("street", ""),
        postcode=fields.get("postcode", ""),
    )
    years = school_years(actor=actor, on=request.today)[:2]
    form = SchoolForm(
        request.POST if request.method == "POST" else None,
        initial=dict(draft.answers.get(STEP, {})) if draft else _guess(child, years, sector),
        years=[(year.year_id, year.label) for year in years],
        schools=schools(actor=actor),
        sector=sector,
    )
    if request.method == "POST":
        is_later, is_valid = request.POST.get("act") == "later", form.is_valid()
        if is_valid or is_later:
            made = drafts.start(actor=actor, now=request.now, **subject)
            values = form.as_values() if is_valid else form.as_typed()
            drafts.save_step(actor=actor, draft_id=made.draft_id, step=STEP, values=values, now=request.now)
            if is_later:
                messages.success(request, _("Votre brouillon est gardé. Reprenez-le quand vous voulez."))
                return redirect("family:acts", slug=slug)
            return redirect("family:draft_recap", slug=slug, draft_id=made.draft_id)
    context = {"form": form, "draft": draft, "child": child, "sector": sector, "file": file}
    return render(request, "family/enrolments/school.html", context, status=422 if form.errors else 200)


def _guess(child: Any, years: list[Any], sector: tuple[int, str] | None) -> dict[str, Any]:
    """The year to come, the level of that age, the school of the address."""
    if not years:
        return {}
    level = level_of_birth(child.birth_date, school_year=years[0].starts_on.year) if child.birth_date else ""
    return {"year_id": years[0].year_id, "level": level, "site_id": sector[0] if sector else ""}
