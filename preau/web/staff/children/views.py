"""A child as the team sees it: who must not come, who may, the PAI; health on a journaled reading."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from preau.base.facts import NotFound
from preau.base.files import FileGone, FileNotSafe
from preau.domain.enrolments.queries.files import check_child_visible, visible_families
from preau.domain.enrolments.queries.schools import schoolings_of
from preau.domain.families.enums import HealthReason
from preau.domain.families.operations.health import read_health
from preau.domain.families.operations.photos import open_photo
from preau.domain.families.queries.children import HealthSheet, consents_of
from preau.domain.families.queries.people import (
    care_state,
    child_file,
    contacts_of_child,
    health_readings,
    households_of_child,
)
from preau.domain.families.rules import compulsory_vaccines
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import staff_page

LATEST = 5
REASONS = [
    ("", _("Choisir")),
    (HealthReason.CARE.value, _("Accueillir l’enfant")),
    (HealthReason.EMERGENCY.value, _("Urgence")),
    (HealthReason.MEALS.value, _("Préparer les repas")),
    (HealthReason.OUTING.value, _("Préparer une sortie ou un séjour")),
    (HealthReason.FILE.value, _("Étudier le dossier")),
]


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(label=_("Pourquoi lisez-vous cette fiche ?"), choices=REASONS)


@staff_page("agent", "manager", "site_staff")
@require_safe
def child(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Identity, class, persons, consents; of health, the PAI alone."""
    check_child_visible(actor=request.actor, child_id=child_id, on=request.today)
    return _page(request, child_id, ReasonForm(), None)


@staff_page("agent", "manager", "site_staff")
@require_POST
def health(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Afficher la santé » : shown once, with a reason; the parents see this reading."""
    check_child_visible(actor=request.actor, child_id=child_id, on=request.today)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, child_id, form, None)
    reason = HealthReason(form.cleaned_data["reason"])
    sheet = read_health(actor=request.actor, child_id=child_id, reason=reason, now=request.now)
    return _page(request, child_id, form, sheet)


@staff_page("agent", "manager", "site_staff")
@require_safe
def photo(request: Any, slug: str, child_id: int, contact_id: int) -> HttpResponse:
    """The face of a person who may collect the child."""
    check_child_visible(actor=request.actor, child_id=child_id, on=request.today)
    try:
        media_type, content = open_photo(actor=request.actor, child_id=child_id, contact_id=contact_id)
    except (FileGone, FileNotSafe):
        raise NotFound("photo") from None
    return file_response(name="photo", media_type=media_type, content=content)


def _page(request: Any, child_id: int, form: ReasonForm, sheet: HealthSheet | None) -> HttpResponse:
    actor = request.actor
    found = child_file(actor=actor, child_id=child_id)
    reads_files = actor.has_role("agent", "manager")
    schoolings = schoolings_of(actor=actor, child_id=child_id)
    context = {
        "child": found,
        "form": form,
        "sheet": sheet,
        "vaccines": _vaccines(found, sheet),
        "pai": care_state(actor=actor, child_id=child_id, on=request.today),
        "schooling": next((row for row in schoolings if row.starts_on <= request.today < row.ends_on), None),
        "contacts": contacts_of_child(actor=actor, child_id=child_id),
        "consents": consents_of(actor=actor, child_id=child_id) if reads_files else [],
        "readings": health_readings(actor=actor, child_id=child_id, limit=LATEST),
        "homes": _homes(actor, child_id) if reads_files else [],
        "reads_files": reads_files,
    }
    return render(request, "staff/child.html", context, status=422 if form.errors else 200)


def _vaccines(found: Any, sheet: HealthSheet | None) -> list[tuple[str, bool]]:
    """Each compulsory vaccine with whether it is said to be up to date."""
    if sheet is None:
        return []
    done = sheet.values.get("vaccines", ())
    return [(code, code in done) for code in compulsory_vaccines(born=found.birth_date)]


def _homes(actor: Any, child_id: int) -> list[Any]:
    """The households of the child whose file the agent may open."""
    homes = households_of_child(actor=actor, child_id=child_id)
    visible = visible_families(actor=actor)
    if visible is None:
        return homes
    kept = set(visible.filter(pk__in=[home[0] for home in homes]).values_list("pk", flat=True))
    return [home for home in homes if home[0] in kept]
