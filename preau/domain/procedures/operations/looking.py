"""What an agent looks at before deciding: the machine's checks again, the pieces, health on a kept reading."""

from datetime import date, datetime

from django.db import transaction

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.documents.operations import check
from preau.domain.families.enums import HealthReason
from preau.domain.families.operations import read_health
from preau.domain.families.queries.custody import has_objection
from preau.domain.procedures.enums import OBJECTION, OPEN_STATUSES, ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.handlers import handler_of
from preau.domain.procedures.queries.cases import CaseView, case_row, case_view, visible
from preau.domain.procedures.rules import AlreadyDecided


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


def read_case_health(*, actor: Actor, number: int, now: datetime) -> CaseView:
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
        .exclude(kind__in=[ProcedureKind.BOOKING, ProcedureKind.ACCOUNT])
        .first()
    )
    if row is None:
        raise NotFound("procedure")
    return row


def _check_open(row: Procedure) -> None:
    if row.status not in OPEN_STATUSES or row.held_until is not None:
        raise AlreadyDecided(row.number)
