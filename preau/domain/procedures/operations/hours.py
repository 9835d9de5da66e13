"""Hours of care as démarches: chosen, sent, answered by the structure, proposed, taken."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from preau.base import journal, task_queue
from preau.base.actor import Actor
from preau.base.counters import give_numbers
from preau.base.facts import NotAllowed
from preau.domain.accounts.enums import Role
from preau.domain.bookings.queries.exceptions import may_force
from preau.domain.creche.operations import CareOutcome, DayWish, RefusedDay, TooManyDays, book_days
from preau.domain.creche.queries.enrolments import CareEnrolment, find_care, hold_care
from preau.domain.creche.rules import MOST_DAYS
from preau.domain.families.queries.custody import check_not_frozen
from preau.domain.organisations.queries import organisation_by_id
from preau.domain.procedures.enums import DayState, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedureDay
from preau.domain.procedures.queries.hours import hours_drafts, read_wishes
from preau.domain.procedures.rules import TextMissing, TextTooLong, promised_at
from preau.kernel.time_ranges import Ranges, write_ranges

MAX_REASON = 240


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer has done. `refused` are the days that could not be written: they still wait."""

    status: str
    refused: tuple[RefusedDay, ...] = ()


@transaction.atomic
def change_hours(
    *,
    actor: Actor,
    enrolment_id: int,
    changes: Mapping[date, Ranges | None],
    held: Mapping[date, Ranges],
    now: datetime,
) -> None:
    """Put hours in the basket of a person; a draft left empty is forgotten. Four queries at most.

    Two tabs change it one after the other; on one day, the last word counts.

    :param changes: day → hours wanted instead of those held; None forgets what was chosen for it.
    :param held: what is held on these days: a wish equal to it leaves the basket.
    :raises NotFound: the enrolment is not the actor's; :raises TooManyDays: more than any honest request.
    """
    enrolment = find_care(actor=actor, enrolment_id=enrolment_id)
    for _turn in range(2):
        row = hours_drafts(actor=actor, enrolment_ids=[enrolment_id]).select_for_update().first()
        wanted = read_wishes(kept=row.wishes) if row else {}
        for on, ranges in changes.items():
            if ranges is None or held.get(on) == tuple(sorted(ranges)):
                wanted.pop(on, None)
            else:
                wanted[on] = ranges
        if len(wanted) > MOST_DAYS:
            raise TooManyDays(len(wanted))
        if row is not None:
            _keep(row, wanted, now=now)
            return
        if not wanted:
            return
        try:
            with transaction.atomic():
                _begin(actor, enrolment, wanted, now=now)
            return
        except IntegrityError:
            continue  # another tab has begun it at the same moment: its draft is read, and changed


def _keep(row: Procedure, wanted: Mapping[date, Ranges], *, now: datetime) -> None:
    if not wanted:
        row.delete()
        return
    row.wishes, row.updated_at = _as_kept(wanted), now
    row.save(update_fields=["wishes", "updated_at"])


def _begin(actor: Actor, enrolment: CareEnrolment, wanted: Mapping[date, Ranges], *, now: datetime) -> None:
    row = _row(actor, enrolment, now=now)
    row.status, row.wishes = ProcedureStatus.DRAFT, _as_kept(wanted)
    row.save(force_insert=True)


def _as_kept(wanted: Mapping[date, Ranges]) -> dict[str, list[list[int]]]:
    return {on.isoformat(): write_ranges(ranges) for on, ranges in sorted(wanted.items())}


def take_out_hours(*, actor: Actor, sent: Sequence[DayWish], now: datetime) -> None:
    """Take what was sent out of the basket, in the caller's transaction; hours that another tab chose since stay."""
    by_enrolment: dict[int, dict[date, Ranges]] = {}
    for each in sent:
        by_enrolment.setdefault(each.enrolment_id, {})[each.on] = each.ranges
    if not by_enrolment:
        return
    drafts = hours_drafts(actor=actor, enrolment_ids=by_enrolment.keys())
    for row in drafts.select_for_update().order_by("pk"):
        mine = by_enrolment[row.enrolment_id or 0]
        _keep(row, {on: hours for on, hours in read_wishes(kept=row.wishes).items() if mine.get(on) != hours}, now=now)


def rows_of(
    *, actor: Actor, outcome: CareOutcome, key: str, now: datetime
) -> list[tuple[Procedure, list[ProcedureDay]]]:
    """Return, not numbered nor written, the démarche of each enrolment for which hours were asked for, with its days.

    What the structure answers is filed, with the delay promised by the collectivité; the rest is answered.
    """
    found = []
    due = _due(actor, now) if outcome.pending else None
    for pk, enrolment in sorted(outcome.enrolments.items()):
        days = _days_of(actor, outcome, pk)
        if not days:
            continue
        row = _row(actor, enrolment, now=now)
        states = {each.state for each in days}
        is_open = DayState.WAITING in states
        row.status = ProcedureStatus.SUBMITTED if is_open else closed_status(states=states)
        row.order_key, row.submitted_at, row.decided_at = key, now, None if is_open else now
        row.due_at = due if is_open else None
        row.first_on, row.last_on = min(each.on for each in days), max(each.on for each in days)
        found.append((row, days))
    return found


def _due(actor: Actor, now: datetime) -> datetime | None:
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    return promised_at(submitted_at=now, hours=organisation.processing_hours) if organisation else None


def closed_status(*, states: Collection[str]) -> ProcedureStatus:
    """Return what a request has become whose days are all answered."""
    return ProcedureStatus.ACCEPTED if DayState.ACCEPTED in states else ProcedureStatus.REFUSED


def _row(actor: Actor, enrolment: CareEnrolment, *, now: datetime) -> Procedure:
    return Procedure(
        organisation_id=actor.organisation_id,
        kind=ProcedureKind.HOURS,
        family_id=enrolment.family_id,
        child_id=enrolment.child_id,
        enrolment_id=enrolment.enrolment_id,
        department_id=enrolment.department_id,
        site_id=enrolment.site_id,
        account_id=actor.account_id,
        person=enrolment.participant,
        subject=enrolment.place,
        on_behalf=actor.is_staff,
        created_at=now,
        updated_at=now,
    )


def _days_of(actor: Actor, outcome: CareOutcome, enrolment_id: int) -> list[ProcedureDay]:
    told = [(wish, DayState.ACCEPTED, "") for wish in outcome.granted]
    told += [(wish, DayState.WAITING, "") for wish in outcome.pending]
    if not actor.is_staff:  # what an agent could not have is told on the screen, never to the family
        told += [(each.wish, DayState.REFUSED, each.fact.code) for each in outcome.refused]
    mine = sorted((each for each in told if each[0].enrolment_id == enrolment_id), key=lambda each: each[0].on)
    return [
        ProcedureDay(
            organisation_id=actor.organisation_id,
            on=wish.on,
            before=write_ranges(outcome.before.get(wish.key, ())),
            asked=write_ranges(wish.ranges),
            given=write_ranges(wish.ranges) if state is DayState.ACCEPTED else None,
            state=state,
            why=why,
        )
        for wish, state, why in mine
    ]


def write_days(*, made: Iterable[tuple[Procedure, Sequence[ProcedureDay]]]) -> None:
    """Write the days of démarches that have just been written. One query."""
    days = []
    for row, mine in made:
        for each in mine:
            each.procedure_id = row.pk
            days.append(each)
    ProcedureDay.objects.bulk_create(days)


@transaction.atomic
def adjust_hours(
    *,
    actor: Actor,
    enrolment_id: int,
    changes: Mapping[date, Ranges],
    reason: str,
    exceeds: bool = False,
    key: str,
    now: datetime,
) -> Answered:
    """Change hours as a structure decides, with a reason, and tell the family: a démarche « par le service ».

    Sent twice with one key, it has one effect. What has no room is told, and nothing is written then.

    :param exceeds: go past the places, for who may.
    :raises NotFound: not this agent's; :raises NotAllowed: neither agent nor manager, or may not go past the places.
    :raises TextMissing: no reason; :raises TextTooLong: more than `MAX_REASON` characters.
    :raises ActFrozen: a holder of authority objects to acts of the service for the child.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    said = checked_reason(text=reason)
    enrolment = find_care(actor=actor, enrolment_id=enrolment_id)
    check_not_frozen(actor=actor, child_ids=[enrolment.child_id])
    if exceeds and not may_force(actor=actor):
        raise NotAllowed("only who may go past the places does, with a reason")
    hold_care(actor=actor, enrolment_ids=[enrolment_id])  # a second click waits here, then finds the first
    same = Procedure.objects.filter(organisation_id=actor.organisation_id, order_key=key, enrolment_id=enrolment_id)
    if (before := same.first()) is not None:
        return Answered(before.status)
    wishes = [DayWish(enrolment_id, on, ranges) for on, ranges in sorted(changes.items())]
    point = transaction.savepoint()
    outcome = book_days(actor=actor, wishes=wishes, now=now, reason=said[:200], exceeds=exceeds, answers=True)
    made = rows_of(actor=actor, outcome=outcome, key=key, now=now)
    if outcome.refused or not made:
        transaction.savepoint_rollback(point)
        return Answered("", tuple(outcome.refused))
    [(row, _days)] = made
    row.reason = said
    give_numbers(rows=[row], name="procedure")
    row.save(force_insert=True)
    write_days(made=made)
    journal.record(
        actor=actor,
        act="care.adjusted",
        at=now,
        subject_type="procedure",
        subject_id=row.number,
        days=[on.isoformat() for on in sorted(changes)],
        reason=said,
        exceeds=exceeds,
    )
    task_queue.enqueue("preau.domain.procedures.tasks.announce_order", organisation_id=actor.organisation_id, key=key)
    return Answered(row.status)


def checked_reason(*, text: str) -> str:
    """Return a reason on one line.

    :raises TextMissing: none; :raises TextTooLong: more than `MAX_REASON` characters.
    """
    said = " ".join(text.replace("\x00", "").split())
    if not said:
        raise TextMissing
    if len(said) > MAX_REASON:
        raise TextTooLong
    return said
