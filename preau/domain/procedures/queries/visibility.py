"""Who reads a démarche: what one adult of a household keeps from another, what an agent looks after."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from preau.base.actor import FAMILY, Actor
from preau.base.scope import limits
from preau.domain.accounts.enums import Role
from preau.domain.accounts.queries import departments_without_agent
from preau.domain.procedures.models import Procedure


def without_private(*, actor: Actor, rows: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """Return démarches, less those about another adult alone: its papers, a judgment, its family situation.

    Parents are third parties to each other, even in one household (trust, §2.4). What the service wrote down for
    the household at its counter stays the household's. Each démarche says whose it is (`handlers.base.private_to`).
    """
    if actor.audience != FAMILY:
        return rows
    return rows.filter(Q(is_private=False) | Q(private_to_id=actor.account_id))


def within_limits(
    *, actor: Actor, rows: QuerySet[Procedure], nobody_s: Collection[int] | None = None
) -> QuerySet[Procedure]:
    """Return those of the departments and sites that an agent looks after; one of no site is for them all.

    The démarches of a service without an agent are the managers' too, until there is one.

    :param nobody_s: `departments_of_nobody`, when the caller has just read them.
    """
    if nobody_s is None:
        nobody_s = departments_of_nobody(actor=actor)
    mine = limits(actor=actor, department="department", site="site", keeps_siteless=True, and_departments=nobody_s)
    return rows.filter(mine)


def departments_of_nobody(*, actor: Actor) -> frozenset[int]:
    """Return the services without an agent, for a manager limited to others; none for anybody else.

    Two queries for such a manager, none otherwise.
    """
    if not actor.is_staff or not actor.department_ids or not actor.has_role(Role.MANAGER):
        return frozenset()
    return frozenset(pk for pk, _name in departments_without_agent(organisation_id=actor.organisation_id))
