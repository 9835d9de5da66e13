"""One handler per kind of démarche that a service decides."""

from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations.handlers.absence import AbsenceHandler
from preau.domain.procedures.operations.handlers.base import Handler
from preau.domain.procedures.operations.handlers.documents import DocumentHandler
from preau.domain.procedures.operations.handlers.dossier import DossierHandler
from preau.domain.procedures.operations.handlers.enrolment import EnrolmentHandler
from preau.domain.procedures.operations.handlers.entourage import EntourageHandler
from preau.domain.procedures.operations.handlers.forms import FormHandler
from preau.domain.procedures.operations.handlers.household import MoveHandler, PaiHandler, SituationHandler
from preau.domain.procedures.operations.handlers.schooling import SchoolingHandler

HANDLERS: dict[str, Handler] = {
    handler.kind: handler
    for handler in (
        EntourageHandler(),
        DossierHandler(),
        MoveHandler(),
        SituationHandler(),
        PaiHandler(),
        FormHandler(),
        DocumentHandler(),
        EnrolmentHandler(),
        SchoolingHandler(),
        AbsenceHandler(),
    )
}


def handler_of(*, kind: str) -> Handler:
    """Return the handler of a kind.

    :raises KeyError: a kind that no service decides (reservations).
    """
    return HANDLERS[ProcedureKind(kind)]
