"""What becomes of hours asked for: the structure answers, the family takes or leaves, one of them takes back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotAllowed, NotFound
from preau.domain.accounts.enums import Role
from preau.domain.bookings.queries.exceptions import may_force
from preau.domain.creche.operations import DayWish, RefusedDay, book_days
from preau.domain.creche.queries.enrolments import hold_care, is_active
from preau.domain.creche.rules import NoRoom, NotCovered
from preau.domain.families.queries.custody import check_not_frozen
from preau.domain.families.rules import ActFrozen
from preau.domain.organisations.models import Department
from preau.domain.procedures.enums import DayState, ProcedureKind, ProcedureStatus, TimelineEvent
from preau.domain.procedures.models import Procedure, ProcedureDay
from preau.domain.procedures.operations.hours import MAX_REASON, Answered, checked_reason, closed_status
from preau.domain.procedures.operations.messages import note, tell_family
from preau.domain.procedures.queries.cases import visible
from preau.domain.procedures.queries.hours import day_view
from preau.domain.procedures.rules import AlreadyDecided
from preau.kernel.time_ranges import Ranges, write_ranges

MAX_AT_ONCE = 50  # requests accepted in one go
DECLINED = "declined"  # the family did not take the hours proposed
WITHDRAWN = "withdrawn"  # the family took its request back
OPEN_DAYS = (DayState.WAITING, DayState.PROPOSED)
OPEN_STATUSES = (ProcedureStatus.SUBMITTED, ProcedureStatus.IN_REVIEW, ProcedureStatus.PROPOSED)


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """What a structure says of one day: "accept", "propose" other `ranges`, or "refuse" with a reason."""

    on: date
    act: str
    ranges: Ranges = ()
    reason: str = ""


@transaction.atomic
def answer_hours(
    *, actor: Actor, number: int, answers: Sequence[DayAnswer], now: datetime, exceeds: str = ""
) -> Answered:
    """Decide on days of a request, judged again inside the lock; the family is told once none of them waits.

    What is accepted and has no room any more is told, and still waits; the rest of the answer stands. To accept a day
    for which other hours are proposed writes what the family asked for: the proposal is hers to take.

    :param exceeds: why an agent goes past the places; "" when it does not.
    :raises NotFound: not this agent's, or a day that is not of the request.
    :raises NotAllowed: neither agent nor manager, or may not go past the places.
    :raises AlreadyDecided: nothing of it waits any more.
    :raises TextMissing: a refusal without a reason; :raises TextTooLong: too long.
    :raises ActFrozen: a holder of authority objects to acts of the service for the child.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if exceeds and not may_force(actor=actor):
        raise NotAllowed("only who may go past the places does, with a reason")
    row, days = _locked(actor, number, OPEN_STATUSES)
    open_days = {on: day for on, day in days.items() if day.state in OPEN_DAYS}
    if not {each.on for each in answers} <= open_days.keys():
        raise NotFound("day")
    accepted = [each for each in answers if each.act == "accept"]
    if accepted:
        check_not_frozen(actor=actor, child_ids=[row.child_id or 0])
    for each in answers:
        day = open_days[each.on]
        if each.act == "propose":
            day.state, day.proposed, day.reason = DayState.PROPOSED, write_ranges(each.ranges), each.reason[:MAX_REASON]
        elif each.act == "refuse":
            day.state, day.proposed, day.reason = DayState.REFUSED, None, checked_reason(text=each.reason)
    proposals = {each.on: open_days[each.on].proposed for each in accepted}
    for each in accepted:
        open_days[each.on].proposed = None
    refused = _accept(
        actor, row, [open_days[each.on] for each in accepted], now=now, reason=exceeds[:200], exceeds=bool(exceeds)
    )
    for on, proposed in proposals.items():
        if open_days[on].state == DayState.PROPOSED:
            open_days[on].proposed = proposed
    _settle(actor, row, days, now=now, by=_department(row))
    return Answered(row.status, refused)


def accept_many(*, actor: Actor, numbers: Sequence[int], now: datetime) -> tuple[list[int], list[int]]:
    """Accept requests whole, in their order, each with what the ones before have taken; return those done and left.

    Each is a transaction of its own: none waits for another with places in its hands. A request is left as it is when
    one of its days has no room any more, when it was answered meanwhile or its enrolment has ended, when somebody
    objects to acts for its child, or when it is not this agent's.

    :raises NotAllowed: neither agent nor manager.
    """
    done: list[int] = []
    left: list[int] = []
    for number in list(dict.fromkeys(numbers))[:MAX_AT_ONCE]:
        try:
            _accept_whole(actor, number, now=now)
        except (AlreadyDecided, ActFrozen, NotFound, _NotWhole):
            left.append(number)
        else:
            done.append(number)
    return done, left


class _NotWhole(Exception):
    """A day of a request has no room: nothing of it is written."""


@transaction.atomic
def _accept_whole(actor: Actor, number: int, *, now: datetime) -> None:
    _row, days = _locked(actor, number, (ProcedureStatus.SUBMITTED, ProcedureStatus.IN_REVIEW))
    waiting = [DayAnswer(on, "accept") for on, day in days.items() if day.state == DayState.WAITING]
    if answer_hours(actor=actor, number=number, answers=waiting, now=now).refused:
        raise _NotWhole(number)


@transaction.atomic
def answer_proposal(*, actor: Actor, number: int, accept: bool, now: datetime) -> Answered:
    """Take or leave the hours that a structure proposes.

    Those taken meanwhile go back to the structure; those that can be had no more, the day over, are refused.

    :raises NotFound: not this family's; :raises AlreadyDecided: nothing is proposed any more.
    """
    row, days = _locked(actor, number, (ProcedureStatus.PROPOSED,))
    proposed = [day for day in days.values() if day.state == DayState.PROPOSED]
    refused: tuple[RefusedDay, ...] = ()
    if accept:
        refused = _accept(actor, row, proposed, now=now)
        _give_back(proposed, refused)
    else:
        for day in proposed:
            day.state, day.why = DayState.REFUSED, DECLINED
    note(
        actor=actor,
        row=row,
        event=TimelineEvent.TAKEN if accept else TimelineEvent.DECLINED,
        by=actor.display_name,
        now=now,
    )
    _settle(actor, row, days, now=now, by="")
    if not accept and row.status == ProcedureStatus.REFUSED:
        row.status = ProcedureStatus.CANCELLED  # the family did not want it: nothing was refused to it
        row.save(update_fields=["status"])
    return Answered(row.status, refused)


def _give_back(days: Sequence[ProcedureDay], refused: Sequence[RefusedDay]) -> None:
    """What was proposed and could not be taken: it waits for the structure again, or is over."""
    facts = {each.wish.on: each.fact for each in refused}
    for day in days:
        if day.state == DayState.PROPOSED:
            fact = facts.get(day.on, NoRoom)
            is_open = fact is NoRoom
            day.state, day.proposed = (DayState.WAITING if is_open else DayState.REFUSED), None
            day.why = "" if is_open else fact.code


@transaction.atomic
def close_hours(*, actor: Actor, enrolment_id: int, on: date, now: datetime) -> None:
    """Refuse the days that wait on or after the end of an enrolment; the family is told once nothing waits.

    In the caller's transaction, before the enrolment is held.

    :raises NotAllowed: neither agent nor manager.
    """
    if not actor.is_system:
        actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        kind=ProcedureKind.HOURS,
        enrolment_id=enrolment_id,
        status__in=OPEN_STATUSES,
    )
    for row in rows.select_for_update().order_by("pk"):
        days = {day.on: day for day in ProcedureDay.objects.filter(procedure=row).order_by("on")}
        gone = [day for day in days.values() if day.on >= on and day.state in OPEN_DAYS]
        for day in gone:
            day.state, day.proposed, day.why = DayState.REFUSED, None, NotCovered.code
        if gone:
            _settle(actor, row, days, now=now, by=_department(row))


@transaction.atomic
def withdraw_days(*, actor: Actor, number: int, now: datetime) -> None:
    """Take back the days of a request that wait, where others are booked already: those change as other days do.

    :raises NotFound: not this family's; :raises AlreadyDecided: nothing of it waits any more.
    """
    row, days = _locked(actor, number, OPEN_STATUSES)
    for day in days.values():
        if day.state in OPEN_DAYS:
            day.state, day.proposed, day.why = DayState.REFUSED, None, WITHDRAWN
    _settle(actor, row, days, now=now, by="")
    note(actor=actor, row=row, event=TimelineEvent.CANCELLED, by=actor.display_name, now=now)


def _locked(
    actor: Actor, number: int, statuses: Collection[ProcedureStatus]
) -> tuple[Procedure, dict[date, ProcedureDay]]:
    """A request for hours with its days, locked before its enrolment, as a merge does."""
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    rows = visible(actor=actor, nobody_s=()).filter(number=number, kind=ProcedureKind.HOURS)
    rows = rows.select_for_update(of=("self",))
    row = rows.first()
    if row is None:
        raise NotFound("procedure")
    if row.status not in statuses:
        raise AlreadyDecided(number)
    days = ProcedureDay.objects.filter(organisation_id=actor.organisation_id, procedure=row).order_by("on")
    return row, {day.on: day for day in days}


def _accept(
    actor: Actor,
    row: Procedure,
    days: Sequence[ProcedureDay],
    *,
    now: datetime,
    reason: str = "",
    exceeds: bool = False,
) -> tuple[RefusedDay, ...]:
    """Write what these days ask for, where there is room; return what there is none for."""
    if not days:
        return ()
    wishes = [DayWish(row.enrolment_id or 0, day.on, day_view(row=day).wanted) for day in days]
    hold_care(actor=actor, enrolment_ids=[row.enrolment_id or 0])
    if not is_active(actor=actor, enrolment_id=row.enrolment_id or 0):
        return tuple(RefusedDay(each, NotCovered) for each in wishes)  # it has ended meanwhile
    outcome = book_days(actor=actor, wishes=wishes, now=now, reason=reason, exceeds=exceeds, answers=True)
    written = {wish.on: wish.ranges for wish in (*outcome.granted, *outcome.idle)}
    for day in days:
        if day.on in written:
            day.state, day.given = DayState.ACCEPTED, write_ranges(written[day.on])
    return tuple(outcome.refused)


def _settle(actor: Actor, row: Procedure, days: Mapping[date, ProcedureDay], *, now: datetime, by: str) -> None:
    """Write the days, the status that follows from them, the timeline; tell the family once nothing waits."""
    ProcedureDay.objects.bulk_update(days.values(), ["state", "proposed", "given", "why", "reason"])
    states = {day.state for day in days.values()}
    if DayState.WAITING in states:
        row.status = ProcedureStatus.IN_REVIEW
    elif DayState.PROPOSED in states:
        row.status = ProcedureStatus.PROPOSED
    else:
        row.status, row.decided_at = closed_status(states=states), now
    row.updated_at = now
    if actor.is_staff:
        row.assignee_id = row.assignee_id or actor.account_id
    row.save(update_fields=["status", "decided_at", "updated_at", "assignee_id"])
    journal.record(
        actor=actor,
        act="care.answered",
        at=now,
        subject_type="procedure",
        subject_id=row.number,
        status=row.status,
    )
    if actor.is_staff and row.status != ProcedureStatus.IN_REVIEW:
        _tell(actor, row, states, by=by, now=now)


def _tell(actor: Actor, row: Procedure, states: Collection[str], *, by: str, now: datetime) -> None:
    event = TimelineEvent.PROPOSED
    if row.status == ProcedureStatus.REFUSED:
        event = TimelineEvent.REFUSED
    elif row.status == ProcedureStatus.ACCEPTED:
        event = TimelineEvent.PARTLY_ACCEPTED if DayState.REFUSED in states else TimelineEvent.ACCEPTED
    note(actor=actor, row=row, event=event, by=by, now=now)
    is_proposal = row.status == ProcedureStatus.PROPOSED
    said = "d’autres horaires vous sont proposés" if is_proposal else "la réponse de la structure"
    tell_family(
        actor=actor,
        row=row,
        template="hours_answered",
        subject=f"Votre demande n° {row.number} : {said}",
        key=f"hours-{int(now.timestamp())}",
        now=now,
        is_partial=event is TimelineEvent.PARTLY_ACCEPTED,
    )


def _department(row: Procedure) -> str:
    """What the family reads instead of an agent's name."""
    found = Department.objects.filter(organisation_id=row.organisation_id, pk=row.department_id or 0)
    return found.values_list("name", flat=True).first() or ""
