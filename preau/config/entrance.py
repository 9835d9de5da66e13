"""From an address to the collectivité it begins with, and to who the reader is there."""

import re
import zoneinfo
from typing import Any

from django.http import Http404
from django.utils import timezone

from preau.base.actor import FAMILY, STAFF, Actor
from preau.domain.families.queries import files
from preau.domain.organisations import queries as organisations
from preau.web.family.household import households
from preau.web.ui.typed import TODAY

SLUG = re.compile(r"[a-z0-9-]{1,100}")


def enter(request: Any, slug: str) -> None:
    """Give the request its collectivité, the day it is there, and its actor.

    :raises Http404: no such collectivité.
    """
    organisation = organisations.organisation_by_slug(slug=slug) if SLUG.fullmatch(slug) else None
    if organisation is None:
        raise Http404("unknown slug")
    request.organisation = organisation
    request.today = request.now.astimezone(organisation.zone).date()
    TODAY.set(request.today)
    timezone.activate(zoneinfo.ZoneInfo(organisation.time_zone))
    if request.user.is_authenticated:
        chosen = request.session.get(households.CHOSEN, {}).get(slug)
        request.actor = actor_of(request.user, organisation, chosen_family_id=chosen)


def actor_of(
    account: Any, organisation: organisations.OrganisationProfile, *, chosen_family_id: int | None = None
) -> Actor | None:
    """Return who an account is in a collectivité, or None when it has nothing to do there."""
    scope, found = files.standing_in(account_id=account.pk, organisation_id=organisation.id)
    if not account.is_active or not scope.roles:
        return None
    return Actor(
        organisation_id=organisation.id,
        audience=STAFF if scope.is_staff else FAMILY,
        account_id=account.pk,
        display_name=account.full_name,
        time_zone=organisation.time_zone,
        roles=scope.roles,
        family_ids=found.family_ids,
        chosen_family_id=chosen_family_id,
        adult_ids=found.adult_ids,
        closed_child_ids=found.closed_child_ids,
        department_ids=scope.department_ids,
        site_ids=scope.site_ids,
    )
