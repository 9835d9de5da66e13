"""What one adult of a household has asked about itself: not for the other adults who read the same dossier."""

from django.db.models import Q, QuerySet

from preau.base.actor import FAMILY, Actor
from preau.domain.documents.models import Document
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ProcedurePiece


def without_private(*, actor: Actor, rows: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """Return démarches, less those about another adult alone: its papers, a judgment, its family situation.

    Parents are third parties to each other, even in one household (trust, §2.4). What the service wrote down for
    the household at its counter stays the household's. No query of its own.
    """
    if actor.audience != FAMILY:
        return rows
    own = Q(adult__isnull=False) & ~Q(adult_id__in=actor.adult_ids)
    papers = Document.objects.filter(own | Q(document_type__is_judicial=True), organisation_id=actor.organisation_id)
    joined = ProcedurePiece.objects.filter(
        organisation_id=actor.organisation_id,
        document_id__in=papers.exclude(account_id=actor.account_id).values("pk"),
    )
    others = Q(kind=ProcedureKind.SITUATION, on_behalf=False) & ~Q(account_id=actor.account_id)
    return rows.exclude(Q(kind=ProcedureKind.DOCUMENT, pk__in=joined.values("procedure_id")) | others)
