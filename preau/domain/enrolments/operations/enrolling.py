"""Enrolling in an offer, waiting for a place in it, leaving it."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.enums import WaitingList
from preau.domain.catalogue.models import Offer
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.queries.lists import visible_enrolments, visible_offers
from preau.domain.enrolments.queries.places import CURRENT, enrolments_of, places_taken
from preau.domain.enrolments.rules import (
    AlreadyEnrolled,
    EnrolmentOver,
    NobodyWaits,
    OfferFull,
    PeriodOutsideOffer,
    period_fits,
)
from preau.domain.families.models import Adult, Family, HouseholdChild


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
    over_capacity: bool = False,
    waits_from: datetime | None = None,
) -> Enrolment:
    """Enrol a child, an adult, or else the household itself, in an offer over [starts_on, ends_on) (A08).

    Without dates, for the whole offer. The row of an offer whose places are counted is locked meanwhile.

    :param over_capacity: an agent's own choice to go past the capacity.
    :param waits_from: since when the participant waits, if a full offer has a waiting list: then the enrolment
        is made with the status WAITING.
    :raises NotFound: offer, family or person unknown here, or the person is not of this household.
    :raises PeriodOutsideOffer: the period leaves that of the offer.
    :raises AlreadyEnrolled: two enrolments of one participant would overlap.
    :raises OfferFull: no place is left.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    organisation_id = actor.organisation_id
    offer = _offer(actor, offer_id)
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
        status__in=CURRENT,
        starts_on__lt=end,
        ends_on__gt=start,
    ).exists():
        raise AlreadyEnrolled
    mine = enrolments_of(family_id=family_id, child_id=child_id, adult_id=adult_id)
    waits = not over_capacity and _is_full(actor, offer, on=start, mine=mine)
    if waits and (waits_from is None or offer.waiting_list == WaitingList.NONE):
        raise OfferFull(offer_id)
    made = Enrolment.objects.create(
        organisation_id=organisation_id,
        family_id=family_id,
        **participant,
        offer_id=offer_id,
        starts_on=start,
        ends_on=end,
        status=EnrolmentStatus.WAITING if waits else EnrolmentStatus.ACTIVE,
        waiting_since=waits_from if waits else None,
    )
    if waits_from is not None and not actor.is_system:
        journal.record(
            actor=actor,
            act="enrolment.made",
            at=waits_from,
            subject_type="enrolment",
            subject_id=made.pk,
            over_capacity=over_capacity or None,
        )
    return made


@transaction.atomic
def promote_waiting(
    *, actor: Actor, offer_id: int, now: datetime, enrolment_id: int | None = None, over_capacity: bool = False
) -> Enrolment:
    """Give a place to the first of a waiting list, or to another whom an agent names.

    :raises NotFound: the offer is not this agent's, or the enrolment does not wait for it.
    :raises NobodyWaits: the list is empty.
    :raises OfferFull: no place is free; `over_capacity` goes past it.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    offer = _offer(actor, offer_id, lock=True)
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id, offer_id=offer.pk, status=EnrolmentStatus.WAITING
    ).order_by("waiting_since", "pk")
    row = rows.filter(pk=enrolment_id).first() if enrolment_id else rows.first()
    if row is None:
        raise NotFound("enrolment") if enrolment_id else NobodyWaits(offer_id)
    today = now.astimezone(actor.zone).date()
    mine = enrolments_of(family_id=row.family_id, child_id=row.child_id, adult_id=row.adult_id)
    if not over_capacity and _is_full(actor, offer, on=today, mine=mine, with_waiting=False):
        raise OfferFull(offer_id)
    if today >= row.ends_on:
        raise EnrolmentOver(row.pk)
    row.status = EnrolmentStatus.ACTIVE
    row.starts_on = max(row.starts_on, today)
    row.save(update_fields=["status", "starts_on"])
    journal.record(actor=actor, act="enrolment.promoted", at=now, subject_type="enrolment", subject_id=row.pk)
    return row


@transaction.atomic
def end_enrolment(*, actor: Actor, enrolment_id: int, on: date, now: datetime, reason: str = "") -> Enrolment:
    """End an enrolment on a day, excluded; one that has not begun, or only waits, is ended as a whole.

    A family may only leave a waiting list. Bookings after that day are the caller's to give back first.

    :raises NotFound: no such enrolment for this actor.
    :raises EnrolmentOver: it has ended before that day.
    """
    row = visible_enrolments(actor=actor).select_for_update(of=("self",)).filter(pk=enrolment_id).first()
    if row is None:
        raise NotFound("enrolment")
    is_waiting = row.status == EnrolmentStatus.WAITING
    if not is_waiting or actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    if row.status == EnrolmentStatus.ENDED or on > row.ends_on:
        raise EnrolmentOver(enrolment_id)
    if is_waiting or on <= row.starts_on:
        row.status = EnrolmentStatus.ENDED
    else:
        row.ends_on = on
    row.ended_reason = reason[:200]
    row.save(update_fields=["status", "ends_on", "ended_reason"])
    journal.record(actor=actor, act="enrolment.ended", at=now, subject_type="enrolment", subject_id=row.pk)
    return row


def _offer(actor: Actor, offer_id: int, *, lock: bool = False) -> Offer:
    """Return an offer of the actor's departments and sites, locked when its places are counted."""
    offer = visible_offers(actor=actor).filter(pk=offer_id).first()
    if offer is None:
        raise NotFound("offer")
    if lock or offer.enrolment_capacity is not None:
        offer = Offer.objects.select_for_update(of=("self",)).get(organisation_id=actor.organisation_id, pk=offer_id)
    return offer


def _is_full(actor: Actor, offer: Offer, *, on: date, mine: Q, with_waiting: bool = True) -> bool:
    """Whether others take every place; with those who wait, for they come first.

    A child enrolled by its other home has its place already: it takes no second one.
    """
    if offer.enrolment_capacity is None:
        return False
    taken = places_taken(actor=actor, offer_ids=[offer.pk], on=on, with_waiting=with_waiting, without=mine)
    return taken.get(offer.pk, 0) >= offer.enrolment_capacity


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
