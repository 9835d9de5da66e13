"""What a family may enrol in, with the démarches under way: see `enrolments.queries.offers`."""

from collections.abc import Mapping
from datetime import datetime

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.catalogue.rules import place_name
from preau.domain.enrolments.queries.offers import ChildOffers, OfferRow, offers_for_family
from preau.domain.procedures.enums import OPEN_STATUSES, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.rules import About


def enrolment_choices(*, actor: Actor, family_id: int, now: datetime) -> list[ChildOffers]:
    """Return what each child of a family may be enrolled in, requests under way included (A08-06). Eleven queries.

    :raises NotFound: the family is not the actor's.
    """
    actor.require_family(family_id)
    requested = requested_offers(actor=actor, family_id=family_id)
    sent = dossiers_sent(actor=actor, family_id=family_id)
    return offers_for_family(actor=actor, family_id=family_id, now=now, requested=requested, dossiers_sent=sent)


def enrolment_row(*, actor: Actor, family_id: int, child_id: int, offer_id: int, now: datetime) -> OfferRow:
    """Return the activity and year of an offer, for one child, with all its places.

    :raises NotFound: the child is not of this family, or the offer is over or not for children.
    """
    for child in enrolment_choices(actor=actor, family_id=family_id, now=now):
        for row in child.rows:
            if child.child.child_id == child_id and any(option.offer_id == offer_id for option in row.options):
                return row
    raise NotFound("offer")


def requested_offers(*, actor: Actor, family_id: int) -> Mapping[tuple[int, int], int]:
    """Return (child id, offer id) → number of the request under way. One query."""
    rows = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        family_id=family_id,
        kind=ProcedureKind.ENROLMENT,
        status__in=OPEN_STATUSES,
    )
    found = rows.values_list("child_id", "offer_id", "number")
    return {(child_id or 0, offer_id or 0): number or 0 for child_id, offer_id, number in found}


def dossiers_sent(*, actor: Actor, family_id: int) -> set[tuple[int, int]]:
    """Return (child id, school year id) of the dossiers that the service is looking at. One query."""
    rows = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        family_id=family_id,
        kind=ProcedureKind.DOSSIER,
        status__in=OPEN_STATUSES,
        child_id__isnull=False,
        school_year_id__isnull=False,
    )
    return {(child_id or 0, year_id or 0) for child_id, year_id in rows.values_list("child_id", "school_year_id")}


def kept_with(*, actor: Actor, family_id: int, child_id: int) -> list[str]:
    """Return what a family has prepared for a child, that will be sent once its dossier is validated. One query."""
    rows = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        family_id=family_id,
        child_id=child_id,
        kind=ProcedureKind.ENROLMENT,
        status=ProcedureStatus.DRAFT,
        kept_at__isnull=False,
    )
    found = rows.order_by("kept_at").values_list("activity__name", "offer__site__name")
    return [place_name(activity=activity or "", site=site or "") for activity, site in found]


def about_row(*, row: OfferRow) -> About:
    """Return what a request for an enrolment is about: the same activity of another year is another draft."""
    return About(child_id=row.child_id, activity_id=row.activity_id, school_year_id=row.year_id)
