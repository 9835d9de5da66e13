"""What agents do with a démarche: take it, decide it, take the decision back, ask for what is missing.

A decision is held for some minutes, the family knows nothing of it yet, then a task applies it: until
then it can be taken back without having to undo anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from preau.base import journal, later
from preau.base.actor import Actor, system_actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.accounts.models import Account
from preau.domain.organisations.models import Department
from preau.domain.organisations.queries import organisation_by_id
from preau.domain.procedures.enums import OtherParent, ProcedureKind, ProcedureStatus, TimelineEvent
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.engine import note
from preau.domain.procedures.operations.handlers import handler_of
from preau.domain.procedures.operations.mails import tell_family
from preau.domain.procedures.queries.cases import visible
from preau.domain.procedures.rules import AlreadyDecided, CannotApply, WaitsForOtherParent, check_text, may_decide

MAX_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision on several démarches at once."""

    numbers: tuple[int, ...]
    left_out: tuple[int, ...]  # decided meanwhile, waiting for a parent, or with an anomaly in a bulk answer
    applies_at: datetime | None  # None: applied already


@transaction.atomic
def take(*, actor: Actor, number: int, now: datetime, assignee_id: int | None = None) -> None:
    """Take a démarche, or give it to a colleague of the collectivité: « En cours d'instruction » (A10-09).

    :raises NotFound: no such démarche for this agent, or no such colleague.
    :raises AlreadyDecided: decided or cancelled meanwhile.
    """
    row = _locked(actor, number)
    if row.status not in (ProcedureStatus.SUBMITTED, ProcedureStatus.IN_REVIEW, ProcedureStatus.MORE_ASKED):
        raise AlreadyDecided(number)
    row.assignee_id = assignee_id or actor.account_id
    if assignee_id and not _is_colleague(actor, assignee_id):
        raise NotFound("colleague")
    if row.status == ProcedureStatus.SUBMITTED:
        row.status = ProcedureStatus.IN_REVIEW
        note(actor=actor, row=row, event=TimelineEvent.IN_REVIEW, by=_department_name(row), now=now)
    row.updated_at = now
    row.save(update_fields=["assignee_id", "status", "updated_at"])


@transaction.atomic
def decide(
    *, actor: Actor, numbers: Sequence[int], accept: bool, reason: str = "", clean_only: bool = False, now: datetime
) -> Decided:
    """Accept or refuse démarches (A23-03 to A23-06), held for the minutes that the collectivité has set.

    :param reason: what the family reads; required to refuse, 4,000 characters at most.
    :param clean_only: leave out those with an anomaly (bulk answer).
    :raises NotFound: one of them is not this agent's; :raises NotAllowed: neither agent nor manager.
    :raises TextMissing: a refusal without a reason; :raises TextTooLong: too long.
    :raises AlreadyDecided: for one démarche alone: decided meanwhile.
    :raises WaitsForOtherParent: for one démarche alone.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    text = check_text(reason) if reason.strip() or not accept else ""
    done, left_out = [], []
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    minutes = organisation.decision_hold_minutes if organisation else 0
    until = now + timedelta(minutes=minutes) if minutes else None
    for number in sorted(set(numbers))[:MAX_AT_ONCE]:
        row = _locked(actor, number)
        try:
            _check_waiting(row)
        except (AlreadyDecided, WaitsForOtherParent):
            if len(numbers) == 1:
                raise
            left_out.append(number)
            continue
        if clean_only and not row.is_clean:
            left_out.append(number)
            continue
        _hold(actor, row, accept=accept, reason=text, until=until, now=now)
        done.append(number)
    return Decided(tuple(done), tuple(left_out), until)


@transaction.atomic
def take_back(*, actor: Actor, number: int, now: datetime) -> None:
    """Take back a decision that is still held: the family never knew of it.

    :raises NotFound: not this agent's.
    :raises AlreadyDecided: it has been applied.
    """
    row = _locked(actor, number)
    if row.held_until is None:
        raise AlreadyDecided(number)
    row.held, row.held_until, row.updated_at = {}, None, now
    row.save(update_fields=["held", "held_until", "updated_at"])
    journal.record(actor=actor, act="procedure.taken_back", at=now, subject_type="procedure", subject_id=number)


@transaction.atomic
def apply_held(*, actor: Actor, number: int, now: datetime, until: datetime | None = None) -> bool:
    """Apply a held decision: when its time has come, or at once when an agent asks. Tell whether it was done.

    :param until: the hold that the task was made for; a decision taken back and taken again has another.

    What can no longer be done puts the démarche back in the queue with an anomaly.

    :raises NotFound: no such démarche for this actor.
    """
    row = _locked(actor, number)
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
    row = _locked(actor, number)
    _check_waiting(row, even_without_parent=True)
    words = check_text(text) if text.strip() or not types else ""
    row.asked = {
        "text": words,
        "types": [{"id": key, "title": title} for key, title in sorted(types.items())],
        "had": row.pieces.count(),
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


def _check_waiting(row: Procedure, *, even_without_parent: bool = False) -> None:
    if row.held_until is not None:
        raise AlreadyDecided(row.number)
    parent = OtherParent.NOT_NEEDED if even_without_parent else OtherParent(row.other_parent)
    may_decide(status=ProcedureStatus(row.status), other_parent=parent)


def _hold(actor: Actor, row: Procedure, *, accept: bool, reason: str, until: datetime | None, now: datetime) -> None:
    decision: dict[str, object] = {"accept": accept, "reason": reason, "by": actor.display_name}
    row.assignee_id = row.assignee_id or actor.account_id
    journal.record(
        actor=actor,
        act="procedure.accepted" if accept else "procedure.refused",
        at=now,
        subject_type="procedure",
        subject_id=row.number,
    )
    if until is None:
        row.save(update_fields=["assignee_id"])
        _apply(actor, row, decision, now=now)
        return
    row.held, row.held_until, row.updated_at = decision, until, now
    row.save(update_fields=["held", "held_until", "updated_at", "assignee_id"])
    later.enqueue_in(
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
    try:
        with transaction.atomic():
            if accept:
                handler.accept(actor=machine, row=row, now=now)
            else:
                handler.refuse(actor=machine, row=row, reason=reason, now=now)
    except CannotApply as fact:
        row.anomalies, row.is_clean = [*row.anomalies, fact.code], False
        row.save(update_fields=["held", "held_until", "updated_at", "anomalies", "is_clean"])
        return False
    row.status = ProcedureStatus.ACCEPTED if accept else ProcedureStatus.REFUSED
    row.decided_at, row.reason, row.asked = now, reason, {}
    row.save(
        update_fields=["held", "held_until", "updated_at", "status", "decided_at", "reason", "asked", "assignee_id"]
    )
    tell_family(
        actor=actor,
        row=row,
        template="procedure_decided",
        subject=f"Votre demande n° {row.number} est traitée",
        key="decided",
        now=now,
    )
    return True


def _locked(actor: Actor, number: int) -> Procedure:
    """Lock a démarche that a service decides; reservations are decided by their rules."""
    if not actor.is_system:
        actor.require_role(Role.AGENT, Role.MANAGER)
    row = (
        visible(actor=actor)
        .select_for_update()
        .filter(number=number)
        .exclude(kind__in=[ProcedureKind.BOOKING, ProcedureKind.ACCOUNT])
        .first()
    )
    if row is None:
        raise NotFound("procedure")
    return row


def _is_colleague(actor: Actor, account_id: int) -> bool:
    return Account.objects.filter(
        pk=account_id,
        is_active=True,
        memberships__organisation_id=actor.organisation_id,
        memberships__role__in=[Role.AGENT, Role.MANAGER],
        memberships__ended_at=None,
    ).exists()


def _department_name(row: Procedure) -> str:
    """What the family reads instead of an agent's name."""
    name = Department.objects.filter(organisation_id=row.organisation_id, pk=row.department_id or 0).values_list("name")
    found = name.first()
    return found[0] if found else ""
