"""What agents do with a démarche: look at it, take it, decide it, take the decision back, ask for what is missing.

A decision is held for some minutes, the family knows nothing of it yet, then a task applies it: until
then it can be taken back without having to undo anything.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from preau.base import journal, task_queue
from preau.base.actor import Actor, system_actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.accounts.queries import colleagues
from preau.domain.documents.operations.pieces import check
from preau.domain.families.enums import HealthReason
from preau.domain.families.operations.health import read_health
from preau.domain.families.queries.custody import check_not_frozen, has_objection
from preau.domain.families.rules import ActFrozen
from preau.domain.organisations.models import Department
from preau.domain.organisations.queries import organisation_by_id
from preau.domain.procedures.enums import (
    ACTS_ON_CHILD,
    OBJECTION,
    OF_BASKET,
    OPEN_STATUSES,
    OtherParent,
    ProcedureKind,
    ProcedureStatus,
    TimelineEvent,
)
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.handlers import handler_of
from preau.domain.procedures.operations.handlers.entourage import check_joins
from preau.domain.procedures.operations.messages import note, resume, tell_family, tell_other_parents
from preau.domain.procedures.queries.cases import ProcedureFile, case_row, case_view, visible
from preau.domain.procedures.rules import (
    AlreadyDecided,
    CannotApply,
    NothingKept,
    WaitsForOtherParent,
    check_text,
    may_decide,
    parts_of,
)

MAX_AT_ONCE = 200
NO_JOIN: Mapping[str, int] = {}
APPLIED = ("held", "held_until", "updated_at")


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision on several démarches at once."""

    numbers: tuple[int, ...]
    # Beyond MAX_AT_ONCE, decided meanwhile, waiting for a parent, frozen, or with an anomaly in a bulk answer.
    left_out: tuple[int, ...]
    applies_at: datetime | None  # None: applied already


@transaction.atomic
def take(*, actor: Actor, number: int, now: datetime, assignee_id: int | None = None) -> None:
    """Take a démarche, or give it to a colleague who sees it: « En cours d'instruction » (A10-09).

    :raises NotFound: no such démarche for this agent, or no such colleague for this démarche.
    :raises AlreadyDecided: decided or cancelled meanwhile.
    """
    row = locked_case(actor=actor, number=number)
    if row.status not in (ProcedureStatus.SUBMITTED, ProcedureStatus.IN_REVIEW, ProcedureStatus.MORE_ASKED):
        raise AlreadyDecided(number)
    row.assignee_id = assignee_id or actor.account_id
    if assignee_id and not _is_colleague(actor, row, assignee_id):
        raise NotFound("colleague")
    if row.status == ProcedureStatus.SUBMITTED:
        row.status = ProcedureStatus.IN_REVIEW
        note(actor=actor, row=row, event=TimelineEvent.IN_REVIEW, by=_department_name(row), now=now)
    row.updated_at = now
    row.save(update_fields=["assignee_id", "status", "updated_at"])


@transaction.atomic
def decide(
    *,
    actor: Actor,
    numbers: Sequence[int],
    accept: bool,
    reason: str = "",
    without: Collection[str] = (),
    joins: Mapping[str, int] = NO_JOIN,
    clean_only: bool = False,
    now: datetime,
) -> Decided:
    """Accept or refuse démarches (A23-03 to A23-06), held for the minutes that the collectivité has set.

    :param reason: what the family reads; required to refuse, all or part; 4,000 characters at most.
    :param without: keys of the parts refused while the rest is accepted (see `rules.parts_of`); one démarche alone.
    :param joins: part → id of the child whose record a declaration is joined to, instead of making another one.
    :param clean_only: bulk answer: the machine looks again, and those with an anomaly are left out.
    :raises NotFound: one of them is not this agent's, or has no such part.
    :raises NotAllowed: neither agent nor manager.
    :raises NothingKept: every part is refused.
    :raises TextMissing: a refusal without a reason; :raises TextTooLong: too long.
    :raises AlreadyDecided: for one démarche alone: decided meanwhile.
    :raises WaitsForOtherParent: for one démarche alone.
    :raises ActFrozen: for one démarche alone: a holder of authority objects to acts on the child.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    text = check_text(reason) if reason.strip() or without or not accept else ""
    done, left_out = [], sorted(set(numbers))[MAX_AT_ONCE:]
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    minutes = organisation.decision_hold_minutes if organisation else 0
    until = now + timedelta(minutes=minutes) if minutes else None
    for number in sorted(set(numbers))[:MAX_AT_ONCE]:
        row = locked_case(actor=actor, number=number)
        try:
            _check_waiting(row, even_without_parent=not accept)  # nobody's agreement is needed to refuse
            if accept:
                _check_not_frozen(actor, row)
        except (AlreadyDecided, WaitsForOtherParent, ActFrozen):
            if len(numbers) == 1:
                raise
            left_out.append(number)
            continue
        if clean_only and not (row.is_clean and look(actor=actor, row=row, now=now)):
            left_out.append(number)
            continue
        _check_parts(row, without)
        check_joins(actor=actor, row=row, joins=joins)
        decision = {
            "accept": accept,
            "reason": text,
            "by": actor.display_name,
            "without": sorted(without),
            "joins": dict(joins),
        }
        _hold(actor, row, decision, until=until, now=now)
        done.append(number)
    return Decided(tuple(done), tuple(left_out), until)


@transaction.atomic
def take_back(*, actor: Actor, number: int, now: datetime) -> None:
    """Take back a decision that is still held: the family never knew of it.

    :raises NotFound: not this agent's.
    :raises AlreadyDecided: it has been applied.
    """
    row = locked_case(actor=actor, number=number)
    if row.held_until is None:
        raise AlreadyDecided(number)
    row.held, row.held_until, row.updated_at = {}, None, now
    row.save(update_fields=["held", "held_until", "updated_at"])
    journal.record(actor=actor, act="procedure.taken_back", at=now, subject_type="procedure", subject_id=number)


@transaction.atomic
def take_back_many(*, actor: Actor, numbers: Sequence[int], now: datetime) -> tuple[int, ...]:
    """Take back what is still held of decisions taken together; return their numbers.

    :raises NotFound: one of them is not this agent's.
    """
    done = []
    for number in sorted(set(numbers))[:MAX_AT_ONCE]:
        try:
            take_back(actor=actor, number=number, now=now)
        except AlreadyDecided:
            continue
        done.append(number)
    return tuple(done)


@transaction.atomic
def apply_held(*, actor: Actor, number: int, now: datetime, until: datetime | None = None) -> bool:
    """Apply a held decision: when its time has come, or at once when an agent asks. Tell whether it was done.

    :param until: the hold that the task was made for; a decision taken back and taken again has another.

    What can no longer be done puts the démarche back in the queue with an anomaly.

    :raises NotFound: no such démarche for this actor.
    """
    row = locked_case(actor=actor, number=number)
    if row.held_until is None or (until is not None and row.held_until != until):
        return False
    return _apply(actor, row, row.held, now=now)


@transaction.atomic
def ask_more(*, actor: Actor, number: int, text: str, types: Mapping[int, str], now: datetime) -> None:
    """Ask the family for what is missing: only that opens again (A23-05).

    :param types: document type id → title.
    :raises NotFound: not this agent's; :raises AlreadyDecided: decided meanwhile.
    :raises TextMissing: neither a word nor a piece; :raises TextTooLong: too long.
    """
    row = locked_case(actor=actor, number=number)
    _check_waiting(row, even_without_parent=True)
    words = check_text(text) if text.strip() or not types else ""
    row.asked = {
        "at": now.isoformat(),  # the delay stops here
        "text": words,
        "types": [{"id": key, "title": title} for key, title in sorted(types.items())],
        "had": row.pieces.count(),
        "known": list(row.pieces.values_list("document_id", flat=True)),  # asked again, they are not the answer
    }
    row.status, row.updated_at = ProcedureStatus.MORE_ASKED, now
    row.assignee_id = row.assignee_id or actor.account_id
    row.save(update_fields=["asked", "status", "updated_at", "assignee_id"])
    note(actor=actor, row=row, event=TimelineEvent.MORE_ASKED, by=_department_name(row), now=now)
    journal.record(actor=actor, act="procedure.more_asked", at=now, subject_type="procedure", subject_id=number)
    tell_family(
        actor=actor,
        row=row,
        template="procedure_more_asked",
        subject=f"Votre demande n° {number} : un complément est demandé",
        key=f"asked-{int(now.timestamp())}",
        now=now,
    )


@transaction.atomic
def withdraw_request(*, actor: Actor, number: int, now: datetime) -> None:
    """Ask no more for what was asked by mistake: the démarche goes on where it was, and the family is told so.

    :raises NotFound: not this agent's; :raises AlreadyDecided: nothing is asked any more.
    """
    row = locked_case(actor=actor, number=number)
    if row.status != ProcedureStatus.MORE_ASKED:
        raise AlreadyDecided(number)
    resume(row=row, now=now)
    note(actor=actor, row=row, event=TimelineEvent.NO_MORE_ASKED, by=_department_name(row), now=now)
    journal.record(actor=actor, act="procedure.no_more_asked", at=now, subject_type="procedure", subject_id=number)
    tell_family(
        actor=actor,
        row=row,
        template="procedure_no_more_asked",
        subject=f"Votre demande n° {number} : rien n’est à envoyer",
        key=f"no-more-{int(now.timestamp())}",
        now=now,
    )


def _check_waiting(row: Procedure, *, even_without_parent: bool = False) -> None:
    if row.held_until is not None:
        raise AlreadyDecided(row.number)
    parent = OtherParent.NOT_NEEDED if even_without_parent else OtherParent(row.other_parent)
    may_decide(status=ProcedureStatus(row.status), other_parent=parent)


def _check_parts(row: Procedure, without: Collection[str]) -> None:
    if not without:
        return
    known = {part.key for part in parts_of(kind=row.kind, answers=row.answers)}
    if not set(without) <= known:
        raise NotFound("part")
    if set(without) == known:
        raise NothingKept(row.number)


def _check_not_frozen(actor: Actor, row: Procedure) -> None:
    if row.child_id and row.kind in ACTS_ON_CHILD:
        check_not_frozen(actor=actor, child_ids=[row.child_id])


def _hold(
    actor: Actor, row: Procedure, decision: Mapping[str, object], *, until: datetime | None, now: datetime
) -> None:
    row.assignee_id = row.assignee_id or actor.account_id
    journal.record(
        actor=actor,
        act=f"procedure.{_event(decision)}",
        at=now,
        subject_type="procedure",
        subject_id=row.number,
    )
    if until is None:
        row.save(update_fields=["assignee_id"])
        _apply(actor, row, decision, now=now)
        return
    row.held, row.held_until, row.updated_at = dict(decision), until, now
    row.save(update_fields=["held", "held_until", "updated_at", "assignee_id"])
    task_queue.enqueue_in(
        "preau.domain.procedures.tasks.apply_decision",
        until - now,
        organisation_id=actor.organisation_id,
        number=row.number,
        until=until.isoformat(),
    )


def _apply(actor: Actor, row: Procedure, decision: Mapping[str, object], *, now: datetime) -> bool:
    accept, reason = bool(decision["accept"]), str(decision.get("reason", ""))
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    handler = handler_of(kind=row.kind)
    row.held, row.held_until, row.updated_at = {}, None, now
    row.without, row.joins = decision.get("without", []), decision.get("joins", {})
    try:
        with transaction.atomic():
            if accept and row.kind in ACTS_ON_CHILD and has_objection(actor=machine, child_id=row.child_id or 0):
                raise CannotApply(OBJECTION)  # written since the decision
            if accept:
                handler.accept(actor=machine, row=row, now=now)
            else:
                handler.refuse(actor=machine, row=row, reason=reason, now=now)
    except CannotApply as fact:
        row.anomalies, row.is_clean = list(dict.fromkeys([*row.anomalies, fact.code])), False
        row.without, row.joins = [], {}
        row.save(update_fields=[*APPLIED, "anomalies", "is_clean"])
        return False
    row.status = ProcedureStatus.ACCEPTED if accept else ProcedureStatus.REFUSED
    row.decided_at, row.reason, row.asked = now, reason, {}
    row.save(update_fields=[*APPLIED, "status", "decided_at", "reason", "asked", "assignee_id", "without", "joins"])
    tell_family(
        actor=actor,
        row=row,
        template="procedure_decided",
        subject=f"Votre demande n° {row.number} est traitée",
        key="decided",
        now=now,
        is_partial=bool(row.without),
    )
    if accept:
        tell_other_parents(actor=actor, row=row, now=now)
    return True


def _event(decision: Mapping[str, object]) -> TimelineEvent:
    if not decision["accept"]:
        return TimelineEvent.REFUSED
    return TimelineEvent.PARTLY_ACCEPTED if decision.get("without") else TimelineEvent.ACCEPTED


def _is_colleague(actor: Actor, row: Procedure, account_id: int) -> bool:
    """A démarche is given to someone who sees it."""
    found = next((each for each in colleagues(actor=actor) if each.account_id == account_id), None)
    return found is not None and found.looks_after(department_id=row.department_id, site_id=row.site_id)


def _department_name(row: Procedure) -> str:
    """What the family reads instead of an agent's name."""
    name = Department.objects.filter(organisation_id=row.organisation_id, pk=row.department_id or 0).values_list("name")
    found = name.first()
    return found[0] if found else ""


@transaction.atomic
def check_again(*, actor: Actor, number: int, now: datetime) -> bool:
    """Let the machine look again at a démarche that waits; tell whether it found nothing.

    :raises NotFound: not this agent's; :raises NotAllowed: neither agent nor manager.
    :raises AlreadyDecided: decided or cancelled meanwhile, or a decision is on its way.
    """
    row = locked_case(actor=actor, number=number)
    _check_open(row)
    return look(actor=actor, row=row, now=now)


@transaction.atomic
def check_piece(*, actor: Actor, number: int, document_id: int, accept: bool, reason: str = "", now: datetime) -> None:
    """Validate or refuse one piece joined to a démarche that waits (A12); the démarche itself is decided apart.

    :raises NotFound: not this agent's, or the piece is not of this démarche, or may not be read by this agent.
    :raises NotAllowed: neither agent nor manager.
    :raises AlreadyDecided: decided or cancelled meanwhile, or a decision is on its way.
    :raises ReasonMissing: a refusal without a word; :raises AlreadyChecked: it was replaced meanwhile.
    """
    row = locked_case(actor=actor, number=number)
    # A document sent by itself is decided as a démarche: two answers to one thing would not agree.
    if row.kind == ProcedureKind.DOCUMENT or not row.pieces.filter(document_id=document_id).exists():
        raise NotFound("piece")
    _check_open(row)
    check(actor=actor, document_id=document_id, accept=accept, reason=reason, now=now)
    look(actor=actor, row=row, now=now)


def read_case_health(*, actor: Actor, number: int, now: datetime) -> ProcedureFile:
    """Return a démarche with what it says of health; the reading is kept, and the parents see it (A20).

    :raises NotFound: not this agent's, or it is about no child.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    row = case_row(actor=actor, number=number)
    if row.child_id is None:
        raise NotFound("procedure")
    read_health(actor=actor, child_id=row.child_id, reason=HealthReason.FILE, now=now)
    return case_view(actor=actor, row=row, with_health=True)


def look(*, actor: Actor, row: Procedure, now: datetime) -> bool:
    """Look again at a locked démarche and keep what is found; tell whether it is clean."""
    found = anomalies_of(actor=actor, row=row, on=now.astimezone(actor.zone).date())
    row.anomalies, row.is_clean, row.checked_at = found, not found, now
    row.save(update_fields=["anomalies", "is_clean", "checked_at"])
    return row.is_clean


def anomalies_of(*, actor: Actor, row: Procedure, on: date) -> list[str]:
    """Return the codes of what an agent should look at: a written objection first, then what the kind finds."""
    objected = bool(row.child_id) and has_objection(actor=actor, child_id=row.child_id or 0)
    found = handler_of(kind=row.kind).anomalies(actor=actor, row=row, on=on)
    return [OBJECTION, *found] if objected else found


def locked_case(*, actor: Actor, number: int) -> Procedure:
    """Return a démarche that a service decides, locked; reservations are decided by their rules.

    :raises NotFound: not the actor's; :raises NotAllowed: neither agent nor manager.
    """
    if not actor.is_system:
        actor.require_role(Role.AGENT, Role.MANAGER)
    row = (
        visible(actor=actor)
        .select_for_update()
        .filter(number=number)
        .exclude(kind__in=[*OF_BASKET, ProcedureKind.ACCOUNT])
        .first()
    )
    if row is None:
        raise NotFound("procedure")
    return row


def _check_open(row: Procedure) -> None:
    if row.status not in OPEN_STATUSES or row.held_until is not None:
        raise AlreadyDecided(row.number)
