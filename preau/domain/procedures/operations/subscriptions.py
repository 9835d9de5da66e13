"""Changing, suspending or stopping an « abonnement »: the pattern, and the days ahead in one order of the family."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor, system_actor
from preau.base.facts import NotFound
from preau.domain.bookings.operations import OrderItem, Outcome
from preau.domain.bookings.queries.week import held_slots, open_slots, untouched_slots
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.operations.subscribing import rewrite
from preau.domain.enrolments.queries.subscriptions import SubscriptionView, subscription_of
from preau.domain.enrolments.rules import PatternLine, in_pattern
from preau.domain.procedures.operations.changes import booked_enrolment
from preau.domain.procedures.operations.orders import PlacedOrder, place_order
from preau.domain.procedures.queries.orders import preview_order
from preau.domain.procedures.rules import NothingToDo


@dataclass(frozen=True, slots=True)
class Revision:
    """What is booked each week over [start, end), in the place of what was; no line: nothing is."""

    start: date
    end: date
    lines: tuple[PatternLine, ...] = ()


@transaction.atomic
def preview_revision(*, actor: Actor, enrolment_id: int, revision: Revision, now: datetime) -> Outcome | None:
    """Return what a revision would do to the days ahead; None when it changes none.

    :raises NotFound: see `subscription_of`; an empty period, or one that begins before today.
    """
    item = _item(actor, enrolment_id, revision, now=now)
    found = preview_order(actor=actor, items=[item], now=now) if item.add or item.remove else None
    transaction.set_rollback(True)  # the enrolment that is booked may have been made to look at its days
    return found


@transaction.atomic
def revise_subscription(
    *, actor: Actor, enrolment_id: int, revision: Revision, key: str, now: datetime
) -> PlacedOrder | None:
    """Write a revision and place what it changes as one order, with its number and its mail; None: no day changes.

    What the deadlines or the places refuse is told in the order, and stays as it is. The same key twice is one order.

    :raises NotFound: see `subscription_of`; an empty period, or one that begins before today.
    """
    # Two parents, two tabs: the second reads what the first has left.
    Enrolment.objects.select_for_update(of=("self",)).filter(
        organisation_id=actor.organisation_id, pk=enrolment_id
    ).first()
    item = _item(actor, enrolment_id, revision, now=now)
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    rewrite(actor=machine, enrolment_id=enrolment_id, start=revision.start, end=revision.end, pattern=revision.lines)
    journal.record(
        actor=actor,
        act="subscription.revised",
        at=now,
        subject_type="enrolment",
        subject_id=enrolment_id,
        start=revision.start.isoformat(),
        end=revision.end.isoformat(),
        lines=len(revision.lines),
    )
    try:
        return place_order(actor=actor, items=[item], key=key, now=now)
    except NothingToDo:
        return None


def _item(actor: Actor, enrolment_id: int, revision: Revision, *, now: datetime) -> OrderItem:
    """The days that the pattern of before holds and the new one does not, and those that it adds.

    A day of the old pattern that a person has cancelled is an exception, and stays one.
    """
    today = now.astimezone(actor.zone).date()
    view = subscription_of(actor=actor, enrolment_id=enrolment_id, on=today)
    if not today <= revision.start < revision.end <= view.enrolment.ends_on:
        raise NotFound("period")
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    row = Enrolment.objects.select_related("offer").get(organisation_id=actor.organisation_id, pk=enrolment_id)
    booked = booked_enrolment(actor=machine, row=row)
    over: dict[str, Any] = {
        "actor": machine,
        "enrolment_id": booked.pk,
        "start": revision.start,
        "end": revision.end,
    }
    held = {
        moment: slot_id
        for moment, slot_id in held_slots(actor=machine, enrolment_id=booked.pk, start=revision.start).items()
        if moment[0] < revision.end
    }
    untouched = untouched_slots(**over)
    every = open_slots(**over)
    return OrderItem(
        booked.pk,
        add=frozenset(
            slot_id
            for moment, slot_id in every.items()
            if moment not in held and _in(revision.lines, moment) and (moment in untouched or not _was_in(view, moment))
        ),
        remove=frozenset(
            slot_id for moment, slot_id in held.items() if _was_in(view, moment) and not _in(revision.lines, moment)
        ),
    )


def _in(lines: Iterable[PatternLine], moment: tuple[date, str]) -> bool:
    return in_pattern(tuple(lines), on=moment[0], unit_code=moment[1])


def _was_in(view: SubscriptionView, moment: tuple[date, str]) -> bool:
    return _in(view.pattern_on(moment[0]), moment)
