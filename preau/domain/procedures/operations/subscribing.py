"""« Abonnement » : booking by itself what the weekly pattern of an enrolment says."""

from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor, system_actor
from preau.domain.bookings.operations import OrderItem, Outcome, change_bookings
from preau.domain.bookings.queries import untouched_slots
from preau.domain.catalogue.enums import BookingMode
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Subscription
from preau.domain.enrolments.operations import enrol
from preau.domain.enrolments.rules import OfferFull, in_pattern, read_pattern


@transaction.atomic
def book_subscriptions(*, actor: Actor, enrolment_id: int, now: datetime) -> Outcome | None:
    """Book what the « abonnement » of an enrolment says, from now to its end; None when it has none (A08-08).

    Running it again books only what has opened since. A day that a person has cancelled stays cancelled.
    What is full or past its deadline is left out and told in the outcome.
    """
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    row = (
        Enrolment.objects.filter(organisation_id=actor.organisation_id, pk=enrolment_id, status=EnrolmentStatus.ACTIVE)
        .select_related("offer")
        .first()
    )
    subscriptions = Subscription.objects.filter(organisation_id=actor.organisation_id, enrolment_id=enrolment_id)
    today = now.astimezone(actor.zone).date()
    current = [each for each in subscriptions.order_by("starts_on") if each.ends_on > today]
    if row is None or not current:
        return None
    booked = _booked_enrolment(machine, row)
    if booked.offer.activity.booking_mode != BookingMode.DAY_UNITS:
        return None
    add: set[int] = set()
    for each in current:
        lines = read_pattern(each.pattern)
        slots = untouched_slots(
            actor=machine, enrolment_id=booked.pk, start=max(each.starts_on, today), end=each.ends_on
        )
        add |= {slot_id for (on, code), slot_id in slots.items() if in_pattern(lines, on=on, unit_code=code)}
    if not add:
        return None
    outcome = change_bookings(actor=machine, items=[OrderItem(booked.pk, frozenset(add))], now=now)
    journal.record(
        actor=actor,
        act="subscription.booked",
        at=now,
        subject_type="enrolment",
        subject_id=enrolment_id,
        added=len(outcome.decision.added),
        refused=len(outcome.decision.refused),
    )
    return outcome


def _booked_enrolment(machine: Actor, row: Enrolment) -> Enrolment:
    """The enrolment whose slots are booked: this one, or that in the offer that the « abonnement » is for."""
    target_id = row.offer.booked_offer_id
    participant: dict[str, int | None] = {"child_id": row.child_id, "adult_id": row.adult_id}
    rows = Enrolment.objects.filter(
        organisation_id=row.organisation_id,
        family_id=row.family_id,
        **participant,
        status=EnrolmentStatus.ACTIVE,
    ).select_related("offer__activity")
    if target_id == row.offer_id:
        return rows.get(pk=row.pk)
    found = rows.filter(offer_id=target_id, ends_on__gt=row.starts_on).order_by("starts_on").first()
    if found is not None:
        return found
    target = row.offer.subscribes_to
    if target is None:
        raise OfferFull(target_id)
    made = enrol(
        actor=machine,
        family_id=row.family_id,
        child_id=row.child_id,
        adult_id=row.adult_id,
        offer_id=target_id,
        starts_on=max(row.starts_on, target.starts_on),
        ends_on=min(row.ends_on, target.ends_on),
        procedure_number=row.procedure_number,
    )
    return rows.get(pk=made.pk)
