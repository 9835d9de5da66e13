"""From an address to the collectivité it begins with, and to who the reader is there.

Two reads: the session with the revision of the collectivité (`config.sessions`), then the account with what it is here.
The collectivité itself is in memory, and read again when its revision is another.
"""

import zoneinfo
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import Http404
from django.utils import timezone

from preau.base.actor import FAMILY, STAFF, Actor
from preau.config.authentication import at_hand
from preau.config.sessions import SLUG
from preau.domain.families.queries import files
from preau.domain.organisations import queries as organisations
from preau.web.family.household import households
from preau.web.ui.typed import TODAY


def enter(request: Any, slug: str) -> None:
    """Give the request its collectivité, the day it is there, and its actor.

    :raises Http404: no such collectivité.
    """
    account_id = request.session.get(SESSION_KEY)  # read first: the session brings the revision
    revision = request.session.revision if slug == request.session.slug else None
    organisation = None
    if SLUG.fullmatch(slug):
        organisation = organisations.organisation_by_slug(slug=slug, revision=revision)
    if organisation is None:
        raise Http404("unknown slug")
    request.organisation = organisation
    request.today = request.now.astimezone(organisation.zone).date()
    TODAY.set(request.today)
    timezone.activate(zoneinfo.ZoneInfo(organisation.time_zone))
    if account_id is None:
        return
    standing = files.standing_in(account_id=int(account_id), organisation_id=organisation.id)
    with at_hand(standing.account):
        is_known = request.user.is_authenticated  # Django checks the session against the password
    if is_known:
        chosen = request.session.get(households.CHOSEN, {}).get(slug)
        request.actor = actor_of(request.user, organisation, standing, chosen_family_id=chosen)


def actor_of(
    account: Any,
    organisation: organisations.OrganisationProfile,
    standing: files.Standing,
    *,
    chosen_family_id: int | None = None,
) -> Actor | None:
    """Return who an account is in a collectivité, or None when it has nothing to do there."""
    scope, homes = standing.scope, standing.homes
    if not account.is_active or not scope.roles:
        return None
    return Actor(
        organisation_id=organisation.id,
        audience=STAFF if scope.is_staff else FAMILY,
        account_id=account.pk,
        display_name=account.full_name,
        time_zone=organisation.time_zone,
        roles=scope.roles,
        family_ids=homes.family_ids,
        chosen_family_id=chosen_family_id,
        adult_ids=homes.adult_ids,
        closed_child_ids=homes.closed_child_ids,
        child_ids=homes.child_ids,
        exercised_child_ids=homes.exercised_child_ids,
        department_ids=scope.department_ids,
        site_ids=scope.site_ids,
    )
