"""Enrolling in an offer, and in a class."""

from datetime import date

from django.db import transaction

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import Offer, SchoolClass
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.enrolments.rules import AlreadyEnrolled, PeriodOutsideOffer, period_fits
from preau.domain.families.models import Adult, Child, Family, HouseholdChild


@transaction.atomic
def enrol(
    *,
    actor: Actor,
    family_id: int,
    offer_id: int,
    child_id: int | None = None,
    adult_id: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Enrolment:
    """Enrol a child, an adult, or else the household itself, in an offer over [starts_on, ends_on) (A08).

    Without dates, for the whole offer.

    :raises NotFound: offer, family or person unknown here, or the person is not of this household.
    :raises PeriodOutsideOffer: the period leaves that of the offer.
    :raises AlreadyEnrolled: two enrolments of one participant would overlap.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    organisation_id = actor.organisation_id
    offer = Offer.objects.filter(organisation_id=organisation_id, pk=offer_id).first()
    if offer is None:
        raise NotFound("offer")
    _check_participant(actor, family_id, child_id, adult_id)
    participant: dict[str, int | None] = {"child_id": child_id, "adult_id": adult_id}
    start, end = starts_on or offer.starts_on, ends_on or offer.ends_on
    if not period_fits(starts_on=start, ends_on=end, offer_starts_on=offer.starts_on, offer_ends_on=offer.ends_on):
        raise PeriodOutsideOffer
    if Enrolment.objects.filter(
        organisation_id=organisation_id,
        family_id=family_id,
        **participant,
        offer_id=offer_id,
        status=EnrolmentStatus.ACTIVE,
        starts_on__lt=end,
        ends_on__gt=start,
    ).exists():
        raise AlreadyEnrolled
    return Enrolment.objects.create(
        organisation_id=organisation_id,
        family_id=family_id,
        **participant,
        offer_id=offer_id,
        starts_on=start,
        ends_on=end,
    )


@transaction.atomic
def school_child(*, actor: Actor, child_id: int, school_class_id: int) -> Schooling:
    """Put a child in a class for its whole school year.

    :raises NotFound: the class or the child is not of the actor's collectivité.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    school_class = (
        SchoolClass.objects.filter(organisation_id=actor.organisation_id, pk=school_class_id)
        .select_related("school_year")
        .first()
    )
    if school_class is None:
        raise NotFound("class")
    if not Child.objects.filter(organisation_id=actor.organisation_id, pk=child_id).exists():
        raise NotFound("child")
    schooling, _ = Schooling.objects.get_or_create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        school_class=school_class,
        starts_on=school_class.school_year.starts_on,
        defaults={"ends_on": school_class.school_year.ends_on},
    )
    return schooling


def _check_participant(actor: Actor, family_id: int, child_id: int | None, adult_id: int | None) -> None:
    organisation_id = actor.organisation_id
    if child_id is not None:
        links = HouseholdChild.objects.filter(organisation_id=organisation_id, family_id=family_id, child_id=child_id)
        if adult_id is not None or not links.exists():
            raise NotFound("child")
    elif adult_id is not None:
        if not Adult.objects.filter(organisation_id=organisation_id, family_id=family_id, pk=adult_id).exists():
            raise NotFound("adult")
    elif not Family.objects.filter(organisation_id=organisation_id, pk=family_id).exists():
        raise NotFound("family")
