"""« Signaler une absence » : announced with its démarche; what an agent decides is its proof (A11)."""

from datetime import date, datetime
from typing import ClassVar

from django.db.models import QuerySet

from preau.base.actor import FAMILY, Actor
from preau.domain.absences.enums import ProofState
from preau.domain.absences.models import Absence
from preau.domain.absences.operations.judging import judge_proof, receive_proof
from preau.domain.procedures.enums import ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.handlers.base import Handler
from preau.domain.procedures.operations.handlers.documents import settle_pieces
from preau.domain.procedures.operations.messages import resume
from preau.domain.procedures.queries.absences import absence_ids

# Where the proofs of a démarche stand → what an agent looks at, the most urgent first.
ANOMALIES = (
    (ProofState.RECEIVED, "proof_to_check"),
    (ProofState.AWAITED, "proof_awaited"),
    (ProofState.MISSED, "proof_missed"),
)


class AbsenceHandler(Handler):
    """Sent by `operations.absences`; a family writes its draft for itself, and both parents read what was sent."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.ABSENCE

    def private_to(self, *, actor: Actor, row: Procedure) -> int | None:
        """A draft may name several children: it is its author's alone."""
        return actor.account_id if actor.audience == FAMILY and row.status == ProcedureStatus.DRAFT else None

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        states = set(_absences(row).values_list("proof", flat=True))
        return [code for state, code in ANOMALIES if state in states]

    def joined(self, *, actor: Actor, row: Procedure, type_id: int, now: datetime) -> None:
        """A proof that was awaited has come: the démarche goes back to the service."""
        proven = [each.pk for each in _absences(row).filter(reason__proof_type_id=type_id)]
        if not proven:
            return
        receive_proof(actor=actor, absence_ids=proven, now=now)
        fresh = Procedure.objects.select_for_update().get(pk=row.pk)
        fresh.anomalies = self.anomalies(actor=actor, row=fresh, on=now.date())
        fresh.save(update_fields=["anomalies"])
        if fresh.status == ProcedureStatus.MORE_ASKED:
            resume(row=fresh, now=now)

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        settle_pieces(actor=actor, row=row, accept=True, reason="", now=now)
        judge_proof(actor=actor, absence_ids=absence_ids(row=row), accept=True, now=now)

    def refuse(self, *, actor: Actor, row: Procedure, reason: str, now: datetime) -> None:
        settle_pieces(actor=actor, row=row, accept=False, reason=reason, now=now)
        judge_proof(actor=actor, absence_ids=absence_ids(row=row), accept=False, now=now)


def _absences(row: Procedure) -> QuerySet[Absence]:
    return Absence.objects.filter(organisation_id=row.organisation_id, pk__in=row.absences.values("absence_id"))
