"""The days of a family at a glance."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from preau.base.actor import Actor
from preau.domain.bookings.enums import HOLDS_PLACE, BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.bookings.queries.facts import find_bookable, load_bookable
from preau.domain.catalogue.models import Slot
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import HouseholdChild
from preau.domain.families.queries import without_closed


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """One booked unit of one day. Minutes of the local day."""

    on: date
    enrolment_id: int
    participant_key: str
    code: str
    name: str
    activity: str
    site: str
    starts_minute: int
    ends_minute: int
    is_waiting: bool


def planned_units(
    *, actor: Actor, start: date, end: date, family_ids: Collection[int] | None = None
) -> list[PlannedUnit]:
    """Return what is booked for a family in [start, end), in the order of days and hours. One query.

    A child of two households is seen by both: presences are child data (CADA 20135318). A parent who does not
    exercise authority on it sees nothing of them.

    :param family_ids: for agents; a family actor sees its own.
    """
    if family_ids is None:
        family_ids = actor.family_ids
    for family_id in family_ids:
        actor.require_family(family_id)
    organisation_id = actor.organisation_id
    children = HouseholdChild.objects.filter(organisation_id=organisation_id, family_id__in=family_ids)
    enrolments = Enrolment.objects.filter(
        Q(family_id__in=family_ids) | Q(child_id__in=children.values("child_id")), organisation_id=organisation_id
    )
    enrolments = without_closed(actor=actor, rows=enrolments)
    if actor.department_ids:
        enrolments = enrolments.filter(offer__activity__department_id__in=actor.department_ids)
    if actor.site_ids:
        enrolments = enrolments.filter(offer__site_id__in=actor.site_ids)
    rows = Booking.objects.filter(
        organisation_id=organisation_id,
        on__gte=start,
        on__lt=end,
        status__in=HOLDS_PLACE,
        enrolment_id__in=enrolments.values("pk"),
    ).select_related("slot__unit", "enrolment__offer__activity", "enrolment__offer__site")
    # Sorted here: asked to sort, SQLite walks the days of the whole town to spare itself the sort.
    ordered = sorted(rows, key=lambda row: (row.on, row.slot.unit.starts_minute, row.slot.unit.position))
    return [
        PlannedUnit(
            on=row.on,
            enrolment_id=row.enrolment_id,
            participant_key=row.participant_key,
            code=row.slot.unit.code,
            name=row.slot.unit.name,
            activity=row.enrolment.offer.activity.name,
            site=row.enrolment.offer.site.name,
            starts_minute=row.slot.unit.starts_minute,
            ends_minute=row.slot.unit.ends_minute,
            is_waiting=row.status == BookingStatus.REQUESTED,
        )
        for row in ordered
    ]


def enrolments_left_empty(*, actor: Actor, enrolment_ids: Collection[int], start: date, end: date) -> set[int]:
    """Return which of these enrolments have days open in [start, end) and none booked. One query.

    Holidays that are not in the period leave nothing empty.
    """
    organisation_id = actor.organisation_id
    days = {"organisation_id": organisation_id, "on__gte": start, "on__lt": end}
    booked = Booking.objects.filter(**days, enrolment_id=OuterRef("pk"), status__in=HOLDS_PLACE)
    opened = Slot.objects.filter(**days, offer_id=OuterRef("offer_id"), closed_reason="")
    rows = Enrolment.objects.filter(Exists(opened), ~Exists(booked), organisation_id=organisation_id)
    return set(rows.filter(pk__in=enrolment_ids).values_list("pk", flat=True))


def slots_like(*, actor: Actor, enrolment_id: int, wanted: Collection[tuple[date, str]]) -> dict[tuple[date, str], int]:
    """Return the slots of an enrolment's offer at these (day, unit code), for a sibling's same request.

    :raises NotFound: the enrolment is not the actor's.
    """
    if not wanted:
        return {}
    enrolment = find_bookable(actor=actor, enrolment_id=enrolment_id, on=min(day for day, _ in wanted))
    rows = Slot.objects.filter(
        organisation_id=actor.organisation_id,
        offer_id=enrolment.offer_id,
        on__in={day for day, _ in wanted},
    ).values_list("on", "unit__code", "pk")
    return {(on, code): pk for on, code, pk in rows if (on, code) in wanted}


def held_slots(*, actor: Actor, enrolment_id: int, start: date) -> dict[tuple[date, str], int]:
    """Return (day, unit code) → slot of what an enrolment holds on or after a day. One query."""
    rows = Booking.objects.filter(
        organisation_id=actor.organisation_id, enrolment_id=enrolment_id, on__gte=start, status__in=HOLDS_PLACE
    )
    return {(on, code): slot_id for on, code, slot_id in rows.values_list("on", "slot__unit__code", "slot_id")}


def untouched_slots(*, actor: Actor, enrolment_id: int, start: date, end: date) -> dict[tuple[date, str], int]:
    """Return (day, unit code) → slot of [start, end) that an « abonnement » may still book. Two queries.

    Left out: closed slots, those held already, and those that a person has cancelled: an exception stays one.

    :raises NotFound: the enrolment is not the actor's, or cannot be booked by day units.
    """
    enrolment = load_bookable(actor=actor, enrolment_ids=[enrolment_id])[enrolment_id]
    touched = Booking.objects.filter(
        Q(status__in=HOLDS_PLACE) | Q(status=BookingStatus.CANCELLED, cancelled_by_id__isnull=False),
        organisation_id=actor.organisation_id,
        participant_key=enrolment.participant_key,
        slot_id=OuterRef("pk"),
    )
    rows = Slot.objects.filter(
        ~Exists(touched),
        organisation_id=actor.organisation_id,
        offer_id=enrolment.offer_id,
        on__gte=max(start, enrolment.starts_on),
        on__lt=min(end, enrolment.ends_on),
        closed_reason="",
    )
    return {(on, code): pk for on, code, pk in rows.values_list("on", "unit__code", "pk")}
