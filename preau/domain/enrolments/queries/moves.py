"""What a change of school asks of the enrolments of a child."""

from dataclasses import dataclass
from datetime import date

from preau.base.actor import Actor
from preau.domain.catalogue.models import Offer
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.queries.offers import schools_of_offer


@dataclass(frozen=True, slots=True)
class OfferOfSchool:
    """Where an activity goes on for the pupils of a school. [starts_on, ends_on)."""

    offer_id: int
    site: str
    starts_on: date
    ends_on: date


def offers_of_school(
    *, actor: Actor, child_id: int, site_id: int, start: date, end: date
) -> list[tuple[Enrolment, OfferOfSchool | None]]:
    """Return the enrolments over [start, end) that pupils of a school cannot have, and the offer that takes over.

    All households of the child are concerned. Two queries.
    """
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        status=EnrolmentStatus.ACTIVE,
        ends_on__gt=start,
        starts_on__lt=end,
    ).select_related("offer__activity", "offer__site")
    leaving = [row for row in rows if _excludes(row.offer, site_id)]
    offers = list(
        Offer.objects.filter(
            organisation_id=actor.organisation_id,
            activity_id__in={row.offer.activity_id for row in leaving},
            ends_on__gt=start,
            starts_on__lt=end,
        )
        .select_related("site")
        .order_by("starts_on", "pk")
    )
    return [(row, _taking_over(row, offers, site_id, start)) for row in leaving]


def _excludes(offer: Offer, site_id: int) -> bool:
    allowed = schools_of_offer(offer=offer)
    return bool(allowed) and site_id not in allowed


def _taking_over(row: Enrolment, offers: list[Offer], site_id: int, start: date) -> OfferOfSchool | None:
    fitting = [
        offer
        for offer in offers
        if offer.activity_id == row.offer.activity_id
        and offer.school_year_id == row.offer.school_year_id
        and site_id in schools_of_offer(offer=offer)
        and max(offer.starts_on, row.starts_on, start) < min(offer.ends_on, row.ends_on)
    ]
    if not fitting:
        return None
    offer = fitting[0]
    return OfferOfSchool(offer.pk, offer.site.name, offer.starts_on, offer.ends_on)
