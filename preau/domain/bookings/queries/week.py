"""The days of a family at a glance."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from preau.base.actor import Actor
from preau.base.scope import limited
from preau.base.written import written
from preau.domain.bookings.enums import HOLDS_PLACE, BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.bookings.queries.facts import BookableEnrolment, find_bookable, load_bookable
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import Slot
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.queries.children import children_at_homes, without_closed
from preau.kernel.periods import Period


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
    # In words, written by the screens: what is planned knows nothing of what is missed, nor of what was pointed.
    absence: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class ToBook:
    """One enrolment on the home of a family."""

    enrolment_id: int
    child_id: int | None
    participant: str  # first name of the child or adult; "" when the household itself takes part
    hue: int
    activity: str
    requires_dossier: bool
    is_left_empty: bool
    is_care: bool = False  # by hours: not here


def planned_units(
    *,
    actor: Actor,
    start: date,
    end: date,
    family_ids: Collection[int] | None = None,
    child_ids: Collection[int] | None = None,
) -> list[PlannedUnit]:
    """Return what is booked for a family in [start, end), in the order of days and hours.

    A child of two households is seen by both: presences are child data (CADA 20135318). A parent who does not
    exercise authority on it sees nothing of them. One query; one more when nobody knows the children of the households.

    :param family_ids: for agents; a family actor sees its own.
    :param child_ids: the children of these households, read already.
    """
    if family_ids is None:
        family_ids = actor.family_ids
        child_ids = actor.child_ids if child_ids is None else child_ids
    for family_id in family_ids:
        actor.require_family(family_id)
    if child_ids is None:
        child_ids = children_at_homes(actor=actor, family_ids=family_ids)
    rows = _planned_rows(actor=actor, family_ids=family_ids, child_ids=child_ids, start=start, end=end)
    # Sorted here: asked to sort, SQLite walks the days of the whole town to spare itself the sort.
    ordered = sorted(rows, key=lambda row: (row["on"], row["starts_minute"], row["position"]))
    return [_planned(**row) for row in ordered]


@written
def _planned_rows(
    *, actor: Actor, family_ids: Collection[int], child_ids: Collection[int], start: date, end: date
) -> QuerySet[Booking, Any]:
    """Children are given, never looked for inside: the week of the whole town would be read for fifteen rows."""
    enrolments = Enrolment.objects.filter(
        Q(family_id__in=family_ids) | Q(child_id__in=child_ids), organisation_id=actor.organisation_id
    )
    enrolments = without_closed(actor=actor, rows=enrolments)
    enrolments = limited(enrolments, actor=actor, department="offer__activity__department", site="offer__site")
    return Booking.objects.filter(
        organisation_id=actor.organisation_id,
        on__gte=start,
        on__lt=end,
        status__in=HOLDS_PLACE,
        enrolment_id__in=enrolments.values("pk"),
    ).values(
        "on",
        "enrolment_id",
        "participant_key",
        "status",
        code=F("slot__unit__code"),
        name=F("slot__unit__name"),
        position=F("slot__unit__position"),
        starts_minute=F("slot__unit__starts_minute"),
        ends_minute=F("slot__unit__ends_minute"),
        activity=F("enrolment__offer__activity__name"),
        site=F("enrolment__offer__site__name"),
    )


def _planned(*, status: str, position: int, **unit: Any) -> PlannedUnit:
    return PlannedUnit(**unit, is_waiting=status == BookingStatus.REQUESTED)


def enrolments_to_book(*, actor: Actor, on: date, coming: Period) -> list[ToBook]:
    """Return the enrolments of a family that may be booked on or after a day, by units or by hours, eldest child first.

    One query. Those that a parent may not read are left out.

    :param coming: where days open and none booked leave an enrolment empty; holidays that are not in it leave
        nothing empty.
    """
    found = _to_book_rows(actor=actor, on=on, start=coming.start, end=coming.end)
    return [
        ToBook(pk, child_id, child or adult or "", hue or 0, name, asks, is_empty, mode == BookingMode.TIME_RANGES)
        for pk, child_id, child, adult, hue, mode, name, asks, is_empty in found
    ]


@written
def _to_book_rows(*, actor: Actor, on: date, start: date, end: date) -> QuerySet[Enrolment, Any]:
    days = {"organisation_id": actor.organisation_id, "on__gte": start, "on__lt": end}
    booked = Booking.objects.filter(**days, enrolment_id=OuterRef("pk"), status__in=HOLDS_PLACE)
    opened = Slot.objects.filter(
        **days,
        offer_id=OuterRef("offer_id"),
        closed_reason="",
    ).filter(on__gte=OuterRef("starts_on"), on__lt=OuterRef("ends_on"))
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        status=EnrolmentStatus.ACTIVE,
        offer__activity__booking_mode__in=[BookingMode.DAY_UNITS, BookingMode.TIME_RANGES],
        family_id__in=actor.family_ids,
        ends_on__gt=on,
    )
    rows = without_closed(actor=actor, rows=rows).order_by(
        F("child__birth_date").asc(nulls_last=True), "child_id", "offer__activity__position", "starts_on", "pk"
    )
    return rows.annotate(is_empty=Exists(opened) & ~Exists(booked)).values_list(
        "pk",
        "child_id",
        "child__first_name",
        "adult__first_name",
        "child__hue",
        "offer__activity__booking_mode",
        "offer__activity__name",
        "offer__activity__requires_dossier",
        "is_empty",
    )


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


def moments_of(*, actor: Actor, slot_ids: Collection[int]) -> dict[tuple[date, str], int]:
    """Return (day, unit code) → slot of these slots of the actor's collectivité. One query, none for nothing."""
    if not slot_ids:
        return {}
    rows = Slot.objects.filter(organisation_id=actor.organisation_id, pk__in=slot_ids)
    return {(on, code): pk for on, code, pk in rows.values_list("on", "unit__code", "pk")}


def name_moments(*, actor: Actor, slot_ids: Collection[int]) -> dict[int, tuple[date, str]]:
    """Return slot → (day, name of the unit), of the actor's collectivité. One query, none for nothing."""
    if not slot_ids:
        return {}
    rows = Slot.objects.filter(organisation_id=actor.organisation_id, pk__in=slot_ids)
    return {pk: (on, name) for pk, on, name in rows.values_list("pk", "on", "unit__name")}


def days_held(*, actor: Actor, enrolment_ids: Collection[int], start: date) -> dict[int, int]:
    """Return enrolment → how many days hold a booking of it, on or after a day. One query, none for nothing."""
    if not enrolment_ids:
        return {}
    rows = Booking.objects.filter(
        organisation_id=actor.organisation_id,
        enrolment_id__in=enrolment_ids,
        on__gte=start,
        status__in=HOLDS_PLACE,
    )
    return dict(rows.values_list("enrolment_id").annotate(days=Count("on", distinct=True)))


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
    enrolment, rows = _open_rows(actor, enrolment_id, start, end)
    touched = Booking.objects.filter(
        Q(status__in=HOLDS_PLACE) | Q(status=BookingStatus.CANCELLED, cancelled_by_id__isnull=False),
        organisation_id=actor.organisation_id,
        participant_key=enrolment.participant_key,
        slot_id=OuterRef("pk"),
    )
    return _by_moment(rows.filter(~Exists(touched)))


def open_slots(*, actor: Actor, enrolment_id: int, start: date, end: date) -> dict[tuple[date, str], int]:
    """Return (day, unit code) → slot of an enrolment in [start, end), held or not, but the closed ones. Two queries.

    :raises NotFound: the enrolment is not the actor's, or cannot be booked by day units.
    """
    return _by_moment(_open_rows(actor, enrolment_id, start, end)[1])


def _open_rows(actor: Actor, enrolment_id: int, start: date, end: date) -> tuple[BookableEnrolment, QuerySet[Slot]]:
    enrolment = load_bookable(actor=actor, enrolment_ids=[enrolment_id])[enrolment_id]
    rows = Slot.objects.filter(
        organisation_id=actor.organisation_id,
        offer_id=enrolment.offer_id,
        on__gte=max(start, enrolment.starts_on),
        on__lt=min(end, enrolment.ends_on),
        closed_reason="",
    )
    return enrolment, rows


def _by_moment(rows: QuerySet[Slot]) -> dict[tuple[date, str], int]:
    return {(on, code): pk for on, code, pk in rows.values_list("on", "unit__code", "pk")}
