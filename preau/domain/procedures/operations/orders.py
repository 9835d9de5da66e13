"""Acts that make a démarche: orders of places, undoing.

An order may hold several children and activities: one transaction, one numbered démarche per
child × activity (DESIGN §4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from preau.base import journal, task_queue
from preau.base.actor import Actor
from preau.base.counters import give_numbers
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.bookings.operations import OrderItem, Outcome, change_bookings
from preau.domain.bookings.queries.exceptions import may_force
from preau.domain.bookings.queries.facts import BookableEnrolment, load_bookable
from preau.domain.bookings.rules import FORCEABLE, Decision, Refusal, SlotFacts, SlotFull
from preau.domain.creche.operations import DayWish, book_days
from preau.domain.creche.queries.enrolments import hold_care
from preau.domain.families.queries.custody import check_not_frozen
from preau.domain.procedures.enums import LineChange, ProcedureKind, ProcedureStatus, TimelineEvent
from preau.domain.procedures.models import Procedure, ProcedureDay, ProcedureLine
from preau.domain.procedures.operations.basket import take_out
from preau.domain.procedures.operations.hours import rows_of, take_out_hours, write_days
from preau.domain.procedures.operations.messages import note
from preau.domain.procedures.queries.hours import day_view, pending_days
from preau.domain.procedures.queries.orders import (
    ProcedureItem,
    ProcedureView,
    days_of,
    find_order,
    find_procedure,
    preview_order,
    reverse_of,
    view_of,
)
from preau.domain.procedures.rules import (
    AlreadyUndone,
    NothingGranted,
    NothingToDo,
    ReasonNeeded,
    status_of_answer,
)

MAX_KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The démarches of one order. `is_replay`: this key was placed before, nothing was done again.

    `refused` is what an agent could not have: told on the screen, never to the family.
    """

    key: str
    procedures: tuple[ProcedureView, ...]
    is_replay: bool = False
    refused: tuple[Refusal, ...] = ()

    @property
    def first_number(self) -> int:
        return self.procedures[0].number


def place_order(
    *,
    actor: Actor,
    items: Sequence[OrderItem],
    key: str,
    now: datetime,
    reason: str = "",
    hours: Sequence[DayWish] = (),
) -> PlacedOrder:
    """Place one order: take and give back places, number its démarches, post its mail (A09-45, A10).

    All in one transaction. What cannot be had is refused and told, the rest stands. The same `key`
    sent twice (double click, back button) has one effect and gives the same answer. What is already so
    is neither refused nor numbered; an agent's order is written only when it has an effect.

    :param hours: of care, asked for by a family in the same basket: booked at once, or filed for the structure.
    :param reason: why a manager goes past a deadline or a capacity, or an agent where the collectivité lets agents.
    :raises NothingToDo: no slot at all, or only what is already so, and the key is unknown.
    :raises ReasonNeeded: an agent goes past a rule without saying why; nothing is written.
    :raises NothingGranted: nothing of an agent's order can be had; nothing is written.
    :raises NotFound: an enrolment or a slot is not the actor's.
    :raises NotAllowed: a reason given by somebody who may not force.
    :raises ActFrozen: an agent books for a child for whom a holder of authority objects.
    :raises TooManyWishes: see `bookings.operations.change_bookings`.
    """
    wanted = [item for item in items if item.add or item.remove]
    if not key or len(key) > MAX_KEY_LENGTH:
        raise NotFound("order key")
    if not wanted and not hours:
        return _replay(actor, key)
    try:
        return _place(actor=actor, items=wanted, hours=hours, key=key, now=now, reason=reason)
    except NothingToDo:
        # The drafts asked for what is so already: they are over, and the answer of before stands.
        _empty(actor, wanted, hours, now=now)
        return _replay(actor, key)
    except IntegrityError:
        # The same key a moment ago; or, where a unit has no counter to lock, the same child booked
        # by the other parent in between: then deciding again reads what is true now.
        if find_order(actor=actor, key=key):
            return _replay(actor, key)
        return _place(actor=actor, items=wanted, hours=hours, key=key, now=now, reason=reason)


@transaction.atomic
def _empty(actor: Actor, items: Sequence[OrderItem], hours: Sequence[DayWish], *, now: datetime) -> None:
    if items:
        take_out(actor=actor, sent=_slots_of(items), now=now)
    take_out_hours(actor=actor, sent=hours, now=now)


@transaction.atomic
def undo_order(*, actor: Actor, number: int, now: datetime) -> PlacedOrder:
    """Undo one démarche of reservations: what it took is given back, what it gave back is taken again.

    It is an order of its own, with its number, its mail and its deadlines; what can no longer be
    undone is told as refused. The first démarche becomes « Annulée ».

    :raises NotFound: no such démarche for this actor.
    :raises AlreadyUndone: it was undone before, or had given nothing.
    :raises NothingToDo: all that it gave is undone already, day by day.
    :raises NothingGranted: nothing of it can be undone now (deadline, places); nothing is written.
    """
    # The lock makes two clicks wait for each other.
    row = Procedure.objects.select_for_update().filter(organisation_id=actor.organisation_id, number=number).first()
    view = find_procedure(actor=actor, number=number)
    if row is None or row.status != ProcedureStatus.ACCEPTED or row.kind != ProcedureKind.BOOKING:
        raise AlreadyUndone(number)
    items = [reverse_of(view=view)]
    decision = preview_order(actor=actor, items=items, now=now).decision
    if decision.refused and not decision.added and not decision.removed:
        raise NothingGranted(decision.refused)  # before the key is used: the undo may become possible later
    placed = place_order(actor=actor, items=items, key=f"undo-{number}", now=now)
    row.status = ProcedureStatus.CANCELLED
    row.updated_at = now
    row.save(update_fields=["status", "updated_at"])
    detail = str(placed.first_number)
    note(actor=actor, row=row, event=TimelineEvent.UNDONE, by=actor.display_name, detail=detail, now=now)
    return placed


def _slots_of(items: Sequence[OrderItem]) -> dict[int, frozenset[int]]:
    return {item.enrolment_id: item.add | item.remove for item in items}


@transaction.atomic
def _place(
    *, actor: Actor, items: Sequence[OrderItem], hours: Sequence[DayWish], key: str, now: datetime, reason: str
) -> PlacedOrder:
    if actor.is_staff:
        enrolments = load_bookable(actor=actor, enrolment_ids={item.enrolment_id for item in items})
        check_not_frozen(actor=actor, child_ids=[row.child_id for row in enrolments.values() if row.child_id])
    # The reason of an agent who may make no exception is written, and opens nothing.
    opens = not reason or not actor.is_staff or not actor.has_role(Role.AGENT) or may_force(actor=actor)
    if hours:
        ids = {each.enrolment_id for each in hours}
        hold_care(actor=actor, enrolment_ids=ids, others={item.enrolment_id for item in items})
    outcome = Outcome(Decision(), {})
    if items:
        outcome = change_bookings(actor=actor, items=items, now=now, reason=reason if opens else "")
    decision = outcome.decision
    cared = _book_hours(actor, hours, key=key, now=now)
    if not decision.added and not decision.removed and not decision.refused and not cared:
        raise NothingToDo(key)
    if actor.is_staff:
        _check_agent_order(actor, decision, reason=reason)
    made = _procedures_of(actor, outcome, items, key=key, now=now)
    rows = [*(row for row, _items in made), *(row for row, _days in cared)]
    give_numbers(rows=rows, name="procedure")
    Procedure.objects.bulk_create(rows)
    if made:
        ProcedureLine.objects.bulk_create(_line(row, item, outcome) for row, items in made for item in items)
    if cared:
        write_days(made=cared)
    _empty(actor, items, hours, now=now)
    journal.record(
        actor=actor,
        act="booking.placed",
        at=now,
        subject_type="procedure",
        subject_id=rows[0].number,
        numbers=[row.number for row in rows],
        forced=sorted(outcome.decision.forced_counter_ids),
        reason=reason,
    )
    task_queue.enqueue("preau.domain.procedures.tasks.announce_order", organisation_id=actor.organisation_id, key=key)
    refused = tuple(decision.refused) if actor.is_staff else ()
    views = [view_of(row, items=items) for row, items in made]
    views += [view_of(row, hours=tuple(day_view(row=day) for day in days)) for row, days in cared]
    return PlacedOrder(key, tuple(views), refused=refused)


def _book_hours(
    actor: Actor, hours: Sequence[DayWish], *, key: str, now: datetime
) -> list[tuple[Procedure, list[ProcedureDay]]]:
    """The démarches of hours of care of an order, their places taken, not written yet. Their enrolments are held."""
    if not hours:
        return []
    today = now.astimezone(actor.zone).date()
    asked = pending_days(actor=actor, enrolment_ids={each.enrolment_id for each in hours}, start=today)
    return rows_of(actor=actor, outcome=book_days(actor=actor, wishes=hours, now=now, asked=asked), key=key, now=now)


def _check_agent_order(actor: Actor, decision: Decision, *, reason: str) -> None:
    """Refuse, before anything is written, what an agent must first give a reason for, or what has no effect."""
    forceable = [refusal for refusal in decision.refused if refusal.fact in (*FORCEABLE, SlotFull)]
    if forceable and not reason and may_force(actor=actor):
        raise ReasonNeeded(decision.refused)
    if not decision.added and not decision.removed:
        raise NothingGranted(decision.refused)


def _procedures_of(
    actor: Actor, outcome: Outcome, items: Sequence[OrderItem], *, key: str, now: datetime
) -> list[tuple[Procedure, tuple[ProcedureItem, ...]]]:
    """One démarche per child and activity for which something was asked, with its moments."""
    found = []
    for asked in items:
        enrolment = outcome.enrolments[asked.enrolment_id]
        mine = _items_of(outcome.decision, enrolment.enrolment_id, with_refused=not actor.is_staff)
        if mine:
            found.append((_procedure_row(actor, enrolment, mine, key=key, now=now), mine))
    return found


def _items_of(decision: Decision, enrolment_id: int, *, with_refused: bool) -> tuple[ProcedureItem, ...]:
    granted = [(facts, True) for facts in decision.added] + [(facts, False) for facts in decision.removed]
    found = [_item(facts, wanted) for facts, wanted in granted if facts.enrolment_id == enrolment_id]
    if with_refused:
        found += [
            _item(each.facts, each.wanted, each.fact.code)
            for each in decision.refused
            if each.facts.enrolment_id == enrolment_id
        ]
    return tuple(found)


def _item(facts: SlotFacts, wanted: bool, why: str = "") -> ProcedureItem:
    return ProcedureItem(wanted, facts.slot_id, facts.on, facts.unit_name, facts.unit_code, why, facts.cancel_closes_at)


def _procedure_row(
    actor: Actor, enrolment: BookableEnrolment, items: Sequence[ProcedureItem], *, key: str, now: datetime
) -> Procedure:
    refused = sum(1 for item in items if item.why)
    return Procedure(
        organisation_id=actor.organisation_id,
        kind=ProcedureKind.BOOKING,
        status=status_of_answer(granted=len(items) - refused, refused=refused),
        order_key=key,
        family_id=enrolment.family_id,
        child_id=enrolment.child_id,
        enrolment_id=enrolment.enrolment_id,
        department_id=enrolment.department_id,
        account_id=actor.account_id,
        person=enrolment.participant,
        subject=enrolment.place,
        first_on=min(days_of(items=items)),
        last_on=max(days_of(items=items)),
        on_behalf=actor.is_staff,
        created_at=now,
        updated_at=now,
        submitted_at=now,
        decided_at=now,
    )


def _line(row: Procedure, item: ProcedureItem, outcome: Outcome) -> ProcedureLine:
    return ProcedureLine(
        organisation_id=row.organisation_id,
        procedure_id=row.pk,
        slot_id=item.slot_id,
        booking_id=None if item.why else outcome.bookings[row.enrolment_id or 0, item.slot_id],
        change=LineChange.ADD if item.wanted else LineChange.REMOVE,
        why=item.why,
        until=item.until,
    )


def _replay(actor: Actor, key: str) -> PlacedOrder:
    found = find_order(actor=actor, key=key)
    if not found:
        raise NothingToDo(key)
    return PlacedOrder(key, tuple(found), is_replay=True)
