"""Taking places and giving them back.

The rules of locking are in docs/algorithms/places.md: the resource-days of a whole order are locked
in one query, in primary-key order, then everything is decided on plain facts and written in bulk.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from preau.base.actor import Actor
from preau.base.facts import NotAllowed, NotFound
from preau.domain.accounts.enums import Role
from preau.domain.bookings.enums import HOLDS_PLACE, BookingStatus
from preau.domain.bookings.models import Booking, UsualWeek
from preau.domain.bookings.queries.facts import (
    BookableEnrolment,
    Held,
    held_and_holidays,
    held_by_participant,
    lacking_piece,
    load_bookable,
    school_holidays_for,
)
from preau.domain.bookings.queries.slots import SlotRow, load_facts, slots_by_id
from preau.domain.bookings.rules import Decision, SlotFacts, Wish, decide_order
from preau.domain.catalogue.models import ResourceDay, Slot, Unit
from preau.domain.catalogue.operations import places
from preau.domain.catalogue.queries import counters_of
from preau.domain.catalogue.rules import Counter, has_room
from preau.domain.families.enums import PersonKind

MERGED = "Fusion de deux fiches"
MAX_USUAL_WEEKS = 8
MAX_WISHES = 2000  # a whole school year of four units a day for three children, with room to spare


class TooManyWeeks(Exception):
    """A person keeps no more usual weeks than MAX_USUAL_WEEKS."""


class TooManyWishes(Exception):
    """The order is larger than any honest one."""


@dataclass(frozen=True, slots=True)
class OrderItem:
    """What one enrolment asks for: ids of slots to take and to give back."""

    enrolment_id: int
    add: frozenset[int] = frozenset()
    remove: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, with the enrolments it speaks of.

    `bookings` are the rows made and cancelled, by enrolment and slot; none when nothing was written.
    """

    decision: Decision
    enrolments: Mapping[int, BookableEnrolment]
    bookings: Mapping[tuple[int, int], int] = field(default_factory=dict)


def change_bookings(*, actor: Actor, items: Sequence[OrderItem], now: datetime, reason: str = "") -> Outcome:
    """Take and give back the places of one order, in the caller's transaction (A09-10, A09-54).

    What cannot be had is refused one by one and told in the outcome; the rest is written. An agent
    who gives a `reason` goes past deadlines, windows and capacity: the reason is kept on each booking. So
    does the machine, when it moves what an agent has decided to move.

    :raises NotFound: an enrolment or a slot is not the actor's, or the slot is not of that offer.
    :raises NotAllowed: staff who are neither agent nor manager; a reason given by somebody who may not force.
    :raises TooManyWishes: more than MAX_WISHES slots.
    """
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    forces = _may_force(actor, reason)
    enrolments = load_bookable(actor=actor, enrolment_ids={item.enrolment_id for item in items}, lock=True)
    material = _read(actor=actor, items=items, now=now, enrolments=enrolments, lock=True)
    decision = _decide(material, now=now, may_force=forces)
    rows = _write(actor=actor, material=material, decision=decision, now=now, reason=reason if forces else "")
    return Outcome(decision, material.enrolments, rows)


def preview_change(
    *,
    actor: Actor,
    items: Sequence[OrderItem],
    now: datetime,
    with_reason: bool = False,
    enrolments: Mapping[int, BookableEnrolment] | None = None,
) -> Outcome:
    """Tell what `change_bookings` would decide now, without lock nor write: the récapitulatif (A09-39).

    :param with_reason: as if an agent had given a reason.
    :param enrolments: those that the actor may book, when the caller has just read them.
    :raises NotAllowed: `with_reason` by somebody who may not force.
    :raises NotFound: an enrolment or a slot is not the actor's, or the slot is not of that offer.
    :raises TooManyWishes: more than MAX_WISHES slots.
    """
    if enrolments is None:
        enrolments = load_bookable(actor=actor, enrolment_ids={item.enrolment_id for item in items})
    material = _read(actor=actor, items=items, now=now, enrolments=enrolments)
    forces = _may_force(actor, "?") if with_reason else False
    return Outcome(_decide(material, now=now, may_force=forces), material.enrolments)


@transaction.atomic
def load_bookings(*, actor: Actor, pairs: Iterable[tuple[int, int]], now: datetime) -> int:
    """Book many (enrolment id, slot id) pairs at once, for a takeover or a demo; return how many were booked.

    Deadlines do not count; a pair above the capacity of a blocking resource is left out, as is one
    already booked, and one on a day of the child's other parent. Reserved to the machine.

    :raises NotAllowed: the actor is a person.
    """
    if not actor.is_system:
        raise NotAllowed("load_bookings")
    wanted = sorted(set(pairs))
    slots = Slot.objects.filter(organisation_id=actor.organisation_id).select_related("unit")
    by_id = slots.in_bulk({slot_id for _, slot_id in wanted})
    enrolments = load_bookable(actor=actor, enrolment_ids={enrolment_id for enrolment_id, _ in wanted})
    days = {slot.on for slot in by_id.values()}
    resource_ids = {resource_id for slot in by_id.values() for resource_id in slot.unit.resource_ids}
    counters = places.hold(actor=actor, resource_ids=resource_ids, days=days)
    # No join here: on a table filled a moment ago, whose statistics say empty, a planner joins row by row.
    held: dict[str, set[int]] = {}
    for key, slot_id in Booking.objects.filter(
        organisation_id=actor.organisation_id, on__in=days, status__in=HOLDS_PLACE
    ).values_list("participant_key", "slot_id"):
        held.setdefault(key, set()).add(slot_id)
    school_holidays = school_holidays_for(actor=actor, enrolments=enrolments.values(), days=days)
    before = {counter_id: counter.booked for counter_id, counter in counters.by_id.items()}
    rows = []
    for enrolment_id, slot_id in wanted:
        enrolment, slot = enrolments[enrolment_id], by_id[slot_id]
        needed = counters.of(slot.unit.resource_ids, day=slot.on)
        mine = held.setdefault(enrolment.participant_key, set())
        if enrolment.own_days and not enrolment.own_days.holds(slot.on, school_holidays):
            continue
        if slot_id in mine or not has_room(needed):
            continue
        mine.add(slot_id)
        for counter in needed:
            counter.booked += 1
        rows.append(_booking_row(actor, enrolment, slot_id=slot.pk, on=slot.on, now=now, reason=""))
    Booking.objects.bulk_create(rows, batch_size=2000)
    places.write(counters=[c for c in counters.by_id.values() if c.booked != before[c.counter_id]])
    return len(rows)


def merge_participant(*, actor: Actor, kind: PersonKind, kept_id: int, absorbed_id: int, now: datetime) -> int:
    """Give the bookings of a participant to another record of the same person, in the caller's transaction.

    One person takes one place in a slot: where both had one, the firmer stays, the other is cancelled with a reason
    and its place given back. Nothing else moves: the past is rewritten for the person only.

    :return: how many were cancelled so.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    bookings = Booking.objects.filter(organisation_id=actor.organisation_id)
    held = bookings.filter(status__in=HOLDS_PLACE)
    kept_key, absorbed_key = f"{kind[0]}{kept_id}", f"{kind[0]}{absorbed_id}"
    mine = {row.slot_id: row for row in held.filter(participant_key=kept_key)}
    double = []
    for row in held.filter(participant_key=absorbed_key, slot_id__in=list(mine)).select_related("slot__unit"):
        is_firmer = row.status == BookingStatus.BOOKED and mine[row.slot_id].status != BookingStatus.BOOKED
        double.append((mine[row.slot_id], row) if is_firmer else (row, mine[row.slot_id]))
    _give_back(actor, [(lost, kept) for lost, kept in double if lost.status == BookingStatus.BOOKED])
    Booking.objects.filter(pk__in=[lost.pk for lost, _kept in double]).update(
        status=BookingStatus.CANCELLED, cancelled_at=now, cancelled_by_id=actor.account_id, reason=MERGED
    )
    bookings.filter(**{f"{kind}_id": absorbed_id}).update(**{f"{kind}_id": kept_id})
    return len(double)


def hold_places(*, actor: Actor, offer_ids: Collection[int], start: date) -> None:
    """Lock the counters of several offers from a day on, in one query and in primary-key order.

    For acts that change the bookings of more than one offer in a row: whoever orders meanwhile waits, or came before.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    units = Unit.objects.filter(organisation_id=actor.organisation_id, offer_id__in=offer_ids)
    resource_ids = {resource_id for unit in units for resource_id in unit.resource_ids}
    rows = ResourceDay.objects.filter(
        organisation_id=actor.organisation_id, resource_id__in=resource_ids, on__gte=start
    )
    list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))


def move_bookings(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the bookings of an enrolment to another of the same participant and offer, in the caller's transaction.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Booking.objects.filter(organisation_id=actor.organisation_id, enrolment_id=absorbed_id)
    rows.update(enrolment_id=kept_id)


@transaction.atomic
def keep_usual_week(*, actor: Actor, name: str, moments: Collection[tuple[str, str, str, int]], now: datetime) -> None:
    """Keep a week under a name, in place of the one of that name (see `queries.usual`).

    :param moments: (participant_key, activity, unit code, weekday from Monday 0).
    :raises TooManyWeeks: the person has MAX_USUAL_WEEKS under other names.
    """
    rows = UsualWeek.objects.filter(organisation_id=actor.organisation_id, account_id=actor.account_id or 0)
    if rows.exclude(name=name).count() >= MAX_USUAL_WEEKS:
        raise TooManyWeeks
    values = {"moments": sorted(moments), "updated_at": now}
    if not rows.filter(name=name).update(**values):
        row = UsualWeek(organisation_id=actor.organisation_id, account_id=actor.account_id or 0, name=name, **values)
        UsualWeek.objects.bulk_create([row], ignore_conflicts=True)  # a double click


def drop_usual_week(*, actor: Actor, week_id: int) -> None:
    """Forget one of the actor's weeks; nothing booked changes. Nothing happens when it is not theirs."""
    rows = UsualWeek.objects.filter(organisation_id=actor.organisation_id, account_id=actor.account_id or 0)
    rows.filter(pk=week_id).delete()


def _give_back(actor: Actor, double: Sequence[tuple[Booking, Booking]]) -> None:
    """Free the places of bookings that were counted twice, their days locked in the usual order."""
    freed: dict[tuple[int, date], int] = {}
    slots = Slot.objects.select_related("unit").in_bulk([lost.slot_id for lost, _kept in double])
    for lost, _kept in double:
        for resource_id in slots[lost.slot_id].unit.resource_ids:
            freed[(resource_id, lost.on)] = freed.get((resource_id, lost.on), 0) + 1
    if not freed:
        return
    counters = places.hold(
        actor=actor,
        resource_ids={resource_id for resource_id, _on in freed},
        days={on for _resource_id, on in freed},
    )
    touched = [(counters.by_id[counters.ids[key]], count) for key, count in freed.items() if key in counters.ids]
    for counter, count in touched:
        counter.booked -= count
    places.write(counters=[counter for counter, _count in touched])


@dataclass(slots=True)
class _Material:
    """What one order reads before it decides."""

    enrolments: dict[int, BookableEnrolment]
    facts: list[SlotFacts]
    wanted: dict[tuple[int, int], bool]  # (enrolment id, slot id) → take or give back
    requirements: dict[tuple[int, str], frozenset[str]]
    counters: Mapping[int, Counter]
    held: list[Held]


def _may_force(actor: Actor, reason: str) -> bool:
    if not reason:
        return False
    if not actor.is_system and not (actor.is_staff and actor.has_role(Role.AGENT, Role.MANAGER)):
        raise NotAllowed("only an agent or a manager goes past a rule, with a reason")
    return True


def _read(
    *,
    actor: Actor,
    items: Sequence[OrderItem],
    now: datetime,
    enrolments: Mapping[int, BookableEnrolment],
    lock: bool = False,
) -> _Material:
    wanted = _wanted(items)
    try:
        enrolments = {item.enrolment_id: enrolments[item.enrolment_id] for item in items}
    except KeyError as problem:
        raise NotFound("enrolment") from problem
    slots = _slots(actor, enrolments, wanted)
    days = {slot.on for slot in slots}
    resource_ids = {resource_id for slot in slots for resource_id in slot.resource_ids}
    late = lacking_piece(actor=actor, enrolments=enrolments.values(), on=now.astimezone(actor.zone).date())
    if lock:
        counters = places.hold(actor=actor, resource_ids=resource_ids, days=days)
    else:
        counters = counters_of(organisation_id=actor.organisation_id, resource_ids=resource_ids, days=days)
    held, holidays = held_and_holidays(
        actor=actor, participant_keys={each.participant_key for each in enrolments.values()}, days=days
    )
    enrolment_of_slot: dict[int, list[int]] = {}
    for enrolment_id, slot_id in wanted:
        enrolment_of_slot.setdefault(slot_id, []).append(enrolment_id)
    facts = load_facts(
        actor=actor,
        enrolments=enrolments,
        slots=slots,
        enrolment_of_slot=enrolment_of_slot,
        counter_ids=counters.ids,
        holidays=holidays,
        school_holidays=school_holidays_for(actor=actor, enrolments=enrolments.values(), days=days),
        lacking_piece=late,
    )
    return _Material(enrolments, facts, wanted, _requirements(facts, held), counters.by_id, held)


def _wanted(items: Sequence[OrderItem]) -> dict[tuple[int, int], bool]:
    wanted: dict[tuple[int, int], bool] = {}
    for item in items:
        if item.add & item.remove:
            raise NotFound("a slot both wanted and given back")
        wanted.update({(item.enrolment_id, slot_id): True for slot_id in item.add})
        wanted.update({(item.enrolment_id, slot_id): False for slot_id in item.remove})
    if len(wanted) > MAX_WISHES:
        raise TooManyWishes(len(wanted))
    return wanted


def _slots(
    actor: Actor, enrolments: Mapping[int, BookableEnrolment], wanted: Collection[tuple[int, int]]
) -> list[SlotRow]:
    """Return the slots, refusing one that is not of the offer of the enrolment that asks for it."""
    slots = slots_by_id(organisation_id=actor.organisation_id, slot_ids={slot_id for _, slot_id in wanted})
    offers = {slot.slot_id: slot.offer_id for slot in slots}
    for enrolment_id, slot_id in wanted:
        if offers.get(slot_id) != enrolments[enrolment_id].offer_id:
            raise NotFound("slot")
    return slots


def _requirements(facts: Iterable[SlotFacts], held: Iterable[Held]) -> dict[tuple[int, str], frozenset[str]]:
    found = {(each.offer_id, each.unit_code): each.requires for each in facts}
    for booking in held:
        found[(booking.offer_id, booking.unit_code)] = booking.requires
    return found


def _decide(material: _Material, *, now: datetime, may_force: bool) -> Decision:
    held, held_units = held_by_participant(material.held)
    return decide_order(
        [Wish(each, material.wanted[(each.enrolment_id, each.slot_id)]) for each in material.facts],
        held=held,
        held_units=held_units,
        requirements=material.requirements,
        counters=material.counters,
        now=now,
        may_force=may_force,
    )


def _write(
    *, actor: Actor, material: _Material, decision: Decision, now: datetime, reason: str
) -> dict[tuple[int, int], int]:
    given_back = {(each.enrolment_id, each.slot_id) for each in decision.removed}
    written = {
        (held.enrolment_id, held.slot_id): held.booking_id
        for held in material.held
        if (held.enrolment_id, held.slot_id) in given_back
    }
    if written:
        Booking.objects.filter(organisation_id=actor.organisation_id, pk__in=written.values()).update(
            status=BookingStatus.CANCELLED, cancelled_at=now, cancelled_by_id=actor.account_id
        )
    made = Booking.objects.bulk_create(
        [
            _booking_row(
                actor, material.enrolments[each.enrolment_id], slot_id=each.slot_id, on=each.on, now=now, reason=reason
            )
            for each in decision.added
        ]
    )
    written |= {(row.enrolment_id, row.slot_id): row.pk for row in made}
    touched = {i for each in (*decision.added, *decision.removed) for i in each.counter_ids}
    places.write(counters=[material.counters[i] for i in sorted(touched)])
    return written


def _booking_row(
    actor: Actor, enrolment: BookableEnrolment, *, slot_id: int, on: date, now: datetime, reason: str
) -> Booking:
    return Booking(
        organisation_id=actor.organisation_id,
        enrolment_id=enrolment.enrolment_id,
        slot_id=slot_id,
        on=on,
        family_id=enrolment.family_id,
        child_id=enrolment.child_id,
        adult_id=enrolment.adult_id,
        status=BookingStatus.BOOKED,
        booked_at=now,
        booked_by_id=actor.account_id,
        reason=reason,
    )
