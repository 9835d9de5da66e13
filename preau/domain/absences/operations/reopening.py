"""Opening again what was closed: whole, less what another closure keeps, and each family told once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from preau.base import journal, task_queue
from preau.base.actor import Actor
from preau.base.facts import NotAllowed
from preau.domain.absences.models import ClosedMoment, Closure
from preau.domain.absences.operations.closing import TELL
from preau.domain.absences.operations.moments import AT_ONCE, move_counts, set_status
from preau.domain.absences.queries.closures import Touched, find_closure
from preau.domain.accounts.enums import Role
from preau.domain.bookings.enums import HOLDS_PLACE, BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Slot
from preau.domain.catalogue.operations.closing import keep_shut, reopen
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.kernel.time_ranges import TimeRange


class AlreadyOpen(Exception):
    """The closure was undone before."""


@dataclass(frozen=True, slots=True)
class Opened:
    """How many moments are planned again, how many are not, and how many another closure keeps."""

    back: int
    left: int
    kept: int


@transaction.atomic
def open_again(*, actor: Actor, closure_id: int, now: datetime) -> Opened:
    """Undo a closure whole: its days open, what it took away is planned again.

    Not so: what another closure that stands covers (it becomes its own), an enrolment that ended, a moment that the
    family has booked anew. A place taken meanwhile is kept by whoever took it: the count goes above the capacity.

    :raises NotFound: not this agent's; :raises AlreadyOpen: undone before.
    :raises NotAllowed: neither agent nor manager, or one who does not look after all that closed.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    view = find_closure(actor=actor, closure_id=closure_id)
    row = Closure.objects.select_for_update().get(organisation_id=actor.organisation_id, pk=closure_id)
    if row.undone_at is not None:
        raise AlreadyOpen(closure_id)
    if not view.may_undo:
        raise NotAllowed("closure of what another looks after")
    moments = _held(row)
    kept = _keep(actor, row, moments)
    back = _not_booked_anew(actor, [each for each in moments if each.pk not in kept and _comes_back(each)])
    _give_back(actor, back)
    reopen(actor=actor, slot_ids=row.slot_ids, closed_day_ids=row.closed_day_ids)
    row.undone_at, row.undone_by = now, actor.display_name[:120]
    row.save(update_fields=["undone_at", "undone_by", "slot_ids"])
    journal.record(
        actor=actor, act="closure.undone", at=now, subject_type="closure", subject_id=row.pk, count=len(back)
    )
    task_queue.enqueue(TELL, organisation_id=actor.organisation_id, closure_id=row.pk, is_undone=True)
    return Opened(len(back), len(moments) - len(back) - len(kept), len(kept))


def _held(row: Closure) -> list[ClosedMoment]:
    """What it took away, its enrolments held in primary-key order, as orders hold theirs."""
    moments = ClosedMoment.objects.filter(closure=row).order_by("pk")
    ids = sorted(set(moments.values_list("enrolment_id", flat=True)))
    for start in range(0, len(ids), AT_ONCE):
        part = Enrolment.objects.filter(pk__in=ids[start : start + AT_ONCE]).order_by("pk")
        list(part.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return list(moments.select_related("booking__slot__unit", "care_range", "enrolment"))


@dataclass(frozen=True, slots=True)
class _Other:
    """Another closure that stands. `children`: those of its class; None: all."""

    row: Closure
    units: frozenset[int]
    offers: frozenset[int]
    children: frozenset[int] | None

    def covers(self, on: date, *, unit_id: int | None, offer_id: int, child_id: int | None) -> bool:
        if not self.row.starts_on <= on < self.row.ends_on:
            return False
        if self.children is not None and child_id not in self.children:
            return False
        return unit_id in self.units if unit_id is not None else offer_id in self.offers


def _keep(actor: Actor, row: Closure, moments: Iterable[ClosedMoment]) -> frozenset[int]:
    """Give to the other closures what they cover: its slots stay closed, under their words. Return those moments."""
    others = _others(actor, row)
    if not others:
        return frozenset()
    kept: set[int] = set()
    for each in moments:
        unit_id = each.booking.slot.unit_id if each.booking else None
        what: Any = {"unit_id": unit_id, "offer_id": each.enrolment.offer_id, "child_id": each.child_id}
        other = next((other for other in others if other.covers(each.on, **what)), None)
        if other is not None:
            each.closure = other.row
            kept.add(each.pk)
    ClosedMoment.objects.bulk_update([each for each in moments if each.pk in kept], ["closure"], batch_size=AT_ONCE)
    _keep_slots(actor, row, [other for other in others if other.children is None])
    return frozenset(kept)


def _keep_slots(actor: Actor, row: Closure, others: Sequence[_Other]) -> None:
    slots = Slot.objects.filter(organisation_id=actor.organisation_id, pk__in=row.slot_ids)
    mine: dict[int, list[int]] = {}
    for pk, unit_id, on in slots.values_list("pk", "unit_id", "on"):
        other = next((o for o in others if o.covers(on, unit_id=unit_id, offer_id=0, child_id=None)), None)
        if other is not None:
            mine.setdefault(other.row.pk, []).append(pk)
    for other in others:
        found = mine.get(other.row.pk, [])
        if found:
            keep_shut(actor=actor, slot_ids=found, reason=other.row.words)
            other.row.slot_ids = [*other.row.slot_ids, *found]
            other.row.save(update_fields=["slot_ids"])
    gone = {pk for found in mine.values() for pk in found}
    row.slot_ids = [pk for pk in row.slot_ids if pk not in gone]


def _others(actor: Actor, row: Closure) -> list[_Other]:
    here = {"organisation_id": actor.organisation_id}
    rows = Closure.objects.filter(**here, undone_at=None, starts_on__lt=row.ends_on, ends_on__gt=row.starts_on)
    found = []
    for each in rows.exclude(pk=row.pk).select_for_update(of=("self",)).order_by("pk"):
        children = None
        if each.school_class_id is not None:
            in_class = Schooling.objects.filter(
                **here, school_class_id=each.school_class_id, starts_on__lt=each.ends_on, ends_on__gt=each.starts_on
            )
            children = frozenset(in_class.values_list("child_id", flat=True))
        found.append(_Other(each, frozenset(each.unit_ids), frozenset(each.offer_ids), children))
    return found


def _comes_back(each: ClosedMoment) -> bool:
    enrolment = each.enrolment
    if enrolment.status != EnrolmentStatus.ACTIVE or not enrolment.starts_on <= each.on < enrolment.ends_on:
        return False
    if each.booking is None and each.care_range is None:
        return True
    status = each.booking.status if each.booking else each.care_range.status if each.care_range else ""
    return status in (BookingStatus.CLOSED, RangeStatus.CLOSED)


def _not_booked_anew(actor: Actor, moments: Sequence[ClosedMoment]) -> list[ClosedMoment]:
    """A child takes one place and is at one place: what was booked since stays, and of two records made one, the first
    moment.
    """
    taken = _slots_taken(actor, {each.booking.slot_id for each in moments if each.booking})
    there = _hours_taken(actor, moments)
    found = []
    for each in moments:
        if each.booking is not None:
            key = (each.booking.participant_key, each.booking.slot_id)
            if key in taken:
                continue
            taken.add(key)
        elif each.care_range is not None:
            hours = TimeRange(each.care_range.starts_minute, each.care_range.ends_minute)
            held = there.setdefault((each.care_range.child_id, each.on), [])
            if any(hours.meets(other) for other in held):
                continue
            held.append(hours)
        found.append(each)
    return found


def _slots_taken(actor: Actor, slot_ids: Collection[int]) -> set[tuple[str, int]]:
    slots = sorted(slot_ids)
    found: set[tuple[str, int]] = set()
    for start in range(0, len(slots), AT_ONCE):
        rows = Booking.objects.filter(
            organisation_id=actor.organisation_id, slot_id__in=slots[start : start + AT_ONCE], status__in=HOLDS_PLACE
        )
        found |= set(rows.values_list("participant_key", "slot_id"))
    return found


def _hours_taken(actor: Actor, moments: Iterable[ClosedMoment]) -> dict[tuple[int, date], list[TimeRange]]:
    ranges = [each.care_range for each in moments if each.care_range is not None]
    rows = CareRange.objects.filter(
        organisation_id=actor.organisation_id,
        child_id__in={each.child_id for each in ranges},
        on__in={each.on for each in ranges},
        status=RangeStatus.BOOKED,
    )
    found: dict[tuple[int, date], list[TimeRange]] = {}
    for child_id, on, starts, ends in rows.values_list("child_id", "on", "starts_minute", "ends_minute"):
        found.setdefault((child_id, on), []).append(TimeRange(starts, ends))
    return found


def _give_back(actor: Actor, moments: Sequence[ClosedMoment]) -> None:
    touched = [
        Touched(
            each.enrolment_id, each.family_id, each.child_id, each.on, 0, 0, "", "", each.was,
            booking_id=each.booking_id, resource_ids=tuple(each.booking.slot.unit.resource_ids),
        )
        for each in moments
        if each.booking is not None
    ]  # fmt: skip
    move_counts(actor=actor, touched=touched, change=1)
    for status in HOLDS_PLACE:
        ids = [each.booking_id or 0 for each in touched if each.status == status]
        set_status(rows=Booking.objects.all(), ids=ids, status=status)
    by_hours = [each.care_range_id for each in moments if each.care_range_id]
    set_status(rows=CareRange.objects.all(), ids=by_hours, status=RangeStatus.BOOKED)
    for start in range(0, len(moments), AT_ONCE):
        part = [each.pk for each in moments[start : start + AT_ONCE]]
        ClosedMoment.objects.filter(pk__in=part).update(is_back=True)
