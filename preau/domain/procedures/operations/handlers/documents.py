"""« Envoyer un document » : a piece sent by itself, that the service checks (A12)."""

from datetime import datetime
from typing import ClassVar

from preau.base.actor import Actor
from preau.base.files import FileGone
from preau.domain.documents.operations.pieces import check
from preau.domain.documents.queries.pieces import private_reader
from preau.domain.documents.rules import AlreadyChecked
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.handlers.base import Handler
from preau.domain.procedures.rules import CannotApply


class DocumentHandler(Handler):
    """The decision is that of the piece: validated, or refused with its reason."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.DOCUMENT

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        return str(row.answers["document"]["title"])

    def private_to(self, *, actor: Actor, row: Procedure) -> int | None:
        """The papers of an adult are read by that adult only, a judgment by whoever sent it."""
        sent = row.answers.get("document")
        return private_reader(actor=actor, document_id=int(sent["document_id"])) if sent else None

    def anomalies(self, *, actor: Actor, row: Procedure, on: object) -> list[str]:
        return ["piece_to_check"]

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        settle_pieces(actor=actor, row=row, accept=True, reason="", now=now)

    def refuse(self, *, actor: Actor, row: Procedure, reason: str, now: datetime) -> None:
        settle_pieces(actor=actor, row=row, accept=False, reason=reason, now=now)


def settle_pieces(*, actor: Actor, row: Procedure, accept: bool, reason: str, now: datetime) -> None:
    """Validate or refuse the pieces of a démarche with it.

    :raises CannotApply: one of them was replaced, or its file is lost.
    """
    for document_id in row.pieces.values_list("document_id", flat=True):
        try:
            check(actor=actor, document_id=document_id, accept=accept, reason=reason, now=now)
        except AlreadyChecked as replaced:
            if accept:
                raise CannotApply("piece_replaced") from replaced
        except FileGone as lost:
            raise CannotApply("piece_lost") from lost
