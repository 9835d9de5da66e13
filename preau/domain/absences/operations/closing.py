"""Closing a service: one transaction, each family told once (A25, C16)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from preau.base import journal, task_queue
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.absences.models import ClosedMoment, Closure
from preau.domain.absences.operations.moments import AT_ONCE, move_counts, set_status
from preau.domain.absences.queries.closures import MOST_DAYS, ClosureWish, Reach, Touched, reach_of
from preau.domain.absences.rules import TooLong
from preau.domain.accounts.enums import Role
from preau.domain.bookings.enums import HOLDS_PLACE, BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.operations.closing import shut_days, shut_slots
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment

TELL = "preau.domain.absences.tasks.tell_closure"
MAX_WORDS = 120
MAX_KEY = 64


class WordsMissing(Exception):
    """A closure without a word: families would read that it is closed, and not why."""


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
    row.site_ids, row.department_ids, row.unit_ids = reach.site_ids, reach.department_ids, reach.unit_ids
    row.offer_ids = reach.unbooked_offer_ids if wish.is_whole else []
    row.save()
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
    move_counts(actor=actor, touched=[each for each in booked if each.status in HOLDS_PLACE], change=-1)
    set_status(rows=Booking.objects.all(), ids=[each.booking_id or 0 for each in booked], status=BookingStatus.CLOSED)
    by_hours = [each.range_id for each in touched if each.range_id]
    set_status(rows=CareRange.objects.all(), ids=by_hours, status=RangeStatus.CLOSED)
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
