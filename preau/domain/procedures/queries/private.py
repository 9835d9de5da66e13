"""What one adult of a household keeps from another."""

from django.db.models import Q, QuerySet

from preau.base.actor import FAMILY, Actor
from preau.domain.procedures.models import Procedure


def without_private(*, actor: Actor, rows: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """Return démarches, less those about another adult alone: its papers, a judgment, its family situation.

    Parents are third parties to each other, even in one household (trust, §2.4). What the service wrote down for
    the household at its counter stays the household's. Each démarche says whose it is (`handlers.base.private_to`).
    """
    if actor.audience != FAMILY:
        return rows
    return rows.filter(Q(private_to_id=None) | Q(private_to_id=actor.account_id))
