"""Closing a service, and opening it again: one transaction, each family told once (A25, C16)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from preau.base import journal, task_queue
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.absences.models import ClosedMoment, Closure
from preau.domain.absences.queries.closures import MOST_DAYS, ClosureWish, Reach, Touched, find_closure, reach_of
from preau.domain.absences.rules import TooLong
from preau.domain.accounts.enums import Role
from preau.domain.bookings.enums import HOLDS_PLACE, BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.operations import places
from preau.domain.catalogue.operations.closing import reopen, shut_days, shut_slots
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment

TELL = "preau.domain.absences.tasks.tell_closure"
AT_ONCE = 800  # rows of one statement
MAX_WORDS = 120
MAX_KEY = 64


class WordsMissing(Exception):
    """A closure without a word: families would read that it is closed, and not why."""


class AlreadyOpen(Exception):
    """The closure was undone before."""


@transaction.atomic
def close(*, actor: Actor, wish: ClosureWish, key: str, now: datetime) -> int:
    """Close what a wish says: places freed, bookings « fermé », nothing due; return the closure.

    The enrolments concerned are held first: whoever books meanwhile came before, and is closed, or reads that it is
    closed. The same `key` sent twice is one closure. Families are told after, once each (`tasks.tell_closure`).

    :raises NotFound: a part of it is not this agent's; :raises NotAllowed: neither agent nor manager.
    :raises WordsMissing: nothing is told; :raises TooLong: more than `MOST_DAYS` days.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    words = " ".join(wish.words.replace("\x00", "").split())[:MAX_WORDS]
    if not words:
        raise WordsMissing
    if not key or len(key) > MAX_KEY:
        raise NotFound("key")
    if not 0 < (wish.end - wish.start).days <= MOST_DAYS:
        raise TooLong
    before = Closure.objects.filter(organisation_id=actor.organisation_id, key=key).first()
    if before is not None:
        return before.pk
    reach = reach_of(actor=actor, wish=wish)
    _hold(actor, reach)
    if (same := Closure.objects.filter(organisation_id=actor.organisation_id, key=key).first()) is not None:
        return same.pk
    reach = reach_of(actor=actor, wish=wish)  # as it is now that nobody books any more
    row = _write(actor, wish, words, key=key, now=now)
    if wish.class_id is None:
        row.slot_ids = shut_slots(actor=actor, unit_ids=reach.unit_ids, start=wish.start, end=wish.end, reason=words)
    if wish.is_whole:
        row.closed_day_ids = shut_days(
            actor=actor, offer_ids=reach.unbooked_offer_ids, start=wish.start, end=wish.end, reason=words
        )
    row.save(update_fields=["slot_ids", "closed_day_ids"])
    _take_away(actor, row, reach.touched)
    journal.record(
        actor=actor, act="closure.made", at=now, subject_type="closure", subject_id=row.pk, count=len(reach.touched)
    )
    task_queue.enqueue(TELL, organisation_id=actor.organisation_id, closure_id=row.pk, is_undone=False)
    return row.pk


def _hold(actor: Actor, reach: Reach) -> None:
    """Hold the enrolments of what closes, in primary-key order: orders hold theirs before they read the days."""
    ids = {each.enrolment_id for each in reach.touched}
    rows = Enrolment.objects.filter(organisation_id=actor.organisation_id)
    offers = rows.filter(offer_id__in=reach.offer_ids, status=EnrolmentStatus.ACTIVE)
    if reach.children is not None:
        offers = offers.filter(child_id__in=reach.children)
    every = sorted(ids | set(offers.values_list("pk", flat=True)))
    for start in range(0, len(every), AT_ONCE):
        part = rows.filter(pk__in=every[start : start + AT_ONCE]).order_by("pk")
        list(part.select_for_update(of=("self",), no_key=True).values_list("pk"))


def _write(actor: Actor, wish: ClosureWish, words: str, *, key: str, now: datetime) -> Closure:
    return Closure.objects.create(
        organisation_id=actor.organisation_id,
        kind=wish.kind,
        words=words,
        starts_on=wish.start,
        ends_on=wish.end,
        site_id=wish.site_id,
        activity_id=wish.activity_id,
        school_class_id=wish.class_id,
        moments=list(wish.moments),
        key=key,
        made_at=now,
        made_by=actor.display_name[:120],
        account_id=actor.account_id,
    )


def _take_away(actor: Actor, row: Closure, touched: Sequence[Touched]) -> None:
    booked = [each for each in touched if each.booking_id is not None]
    _count(actor, [each for each in booked if each.status in HOLDS_PLACE], change=-1)
    _set(Booking.objects.all(), [each.booking_id or 0 for each in booked], BookingStatus.CLOSED)
    _set(CareRange.objects.all(), [each.range_id or 0 for each in touched if each.range_id], RangeStatus.CLOSED)
    ClosedMoment.objects.bulk_create(
        [
            ClosedMoment(
                organisation_id=actor.organisation_id,
                closure=row,
                enrolment_id=each.enrolment_id,
                family_id=each.family_id,
                child_id=each.child_id,
                on=each.on,
                starts_minute=each.starts_minute,
                ends_minute=each.ends_minute,
                name=each.name,
                booking_id=each.booking_id,
                care_range_id=each.range_id,
                was=each.status,
            )
            for each in touched
        ],
        batch_size=AT_ONCE,
    )


def _set(rows: QuerySet[Any], ids: Sequence[int], status: str) -> None:
    for start in range(0, len(ids), AT_ONCE):
        rows.filter(pk__in=ids[start : start + AT_ONCE]).update(status=status)


def _count(actor: Actor, touched: Collection[Touched], *, change: int) -> None:
    """Move the counters of what closes or opens, locked in one query and written in bulk."""
    moved: Counter[tuple[int, date]] = Counter()
    for each in touched:
        moved.update((resource_id, each.on) for resource_id in each.resource_ids)
    if not moved:
        return
    counters = places.hold(actor=actor, resource_ids={pk for pk, _on in moved}, days={on for _pk, on in moved})
    written = []
    for key, count in sorted(moved.items()):
        if key not in counters.ids:
            continue
        counter = counters.by_id[counters.ids[key]]
        counter.booked += change * count
        if counter.is_blocking and counter.booked > counter.capacity + counter.extra:
            counter.extra = counter.booked - counter.capacity  # what was promised before the closure is kept
        written.append(counter)
    places.write(counters=written)


@transaction.atomic
def open_again(*, actor: Actor, closure_id: int, now: datetime) -> tuple[int, int]:
    """Undo a closure whole: its days open, what it took away is booked again; return how many are, and are not.

    Not booked again: what has begun, what another closure keeps, an enrolment that ended, a moment that the family
    has booked anew. A place taken meanwhile is kept by whoever took it: the count goes above the capacity.

    :raises NotFound: not this agent's; :raises NotAllowed: neither agent nor manager; :raises AlreadyOpen: undone.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    find_closure(actor=actor, closure_id=closure_id)
    row = Closure.objects.select_for_update().get(organisation_id=actor.organisation_id, pk=closure_id)
    if row.undone_at is not None:
        raise AlreadyOpen(closure_id)
    moments = list(
        ClosedMoment.objects.filter(closure=row)
        .select_related("booking__slot__unit", "care_range", "enrolment")
        .order_by("pk")
    )
    ids = sorted({each.enrolment_id for each in moments})
    for start in range(0, len(ids), AT_ONCE):
        part = Enrolment.objects.filter(pk__in=ids[start : start + AT_ONCE]).order_by("pk")
        list(part.select_for_update(of=("self",), no_key=True).values_list("pk"))
    back = [each for each in moments if _comes_back(each)]
    taken = _booked_anew(actor, back)
    back = [each for each in back if each.booking_id is None or _moment_key(each) not in taken]
    _give_back(actor, back)
    reopen(actor=actor, slot_ids=row.slot_ids, closed_day_ids=row.closed_day_ids)
    row.undone_at, row.undone_by = now, actor.display_name[:120]
    row.save(update_fields=["undone_at", "undone_by"])
    journal.record(
        actor=actor, act="closure.undone", at=now, subject_type="closure", subject_id=row.pk, count=len(back)
    )
    task_queue.enqueue(TELL, organisation_id=actor.organisation_id, closure_id=row.pk, is_undone=True)
    return len(back), len(moments) - len(back)


def _comes_back(each: ClosedMoment) -> bool:
    enrolment = each.enrolment
    if enrolment.status != EnrolmentStatus.ACTIVE or not enrolment.starts_on <= each.on < enrolment.ends_on:
        return False
    status = each.booking.status if each.booking else each.care_range.status if each.care_range else ""
    return status in (BookingStatus.CLOSED, RangeStatus.CLOSED)


def _moment_key(each: ClosedMoment) -> tuple[str, int]:
    return (each.booking.participant_key, each.booking.slot_id) if each.booking else ("", 0)


def _booked_anew(actor: Actor, moments: Iterable[ClosedMoment]) -> set[tuple[str, int]]:
    """Who holds the same moment by a booking made since: a child takes one place."""
    slots = sorted({each.booking.slot_id for each in moments if each.booking})
    found: set[tuple[str, int]] = set()
    for start in range(0, len(slots), AT_ONCE):
        rows = Booking.objects.filter(
            organisation_id=actor.organisation_id, slot_id__in=slots[start : start + AT_ONCE], status__in=HOLDS_PLACE
        )
        found |= set(rows.values_list("participant_key", "slot_id"))
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
    _count(actor, touched, change=1)
    for status in HOLDS_PLACE:
        _set(Booking.objects.all(), [each.booking_id or 0 for each in touched if each.status == status], status)
    _set(
        CareRange.objects.all(), [each.care_range_id or 0 for each in moments if each.care_range_id], RangeStatus.BOOKED
    )
