"""What an agent looks after: the one place that turns the limits of a person into a filter."""

from collections.abc import Collection
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from preau.base.actor import Actor

Row = TypeVar("Row", bound=Model)


def limits(
    *,
    actor: Actor,
    department: str = "",
    site: str = "",
    keeps_siteless: bool = False,
    and_departments: Collection[int] = (),
) -> Q:
    """Return the condition of being among what an agent looks after; no condition for who is not limited.

    :param department: path to the department of a row, « offer__activity__department »; "": it has none to judge by.
    :param site: path to its site; "": none to judge by.
    :param keeps_siteless: what is of no site is everybody's.
    :param and_departments: looked after too, by who is limited to departments.
    """
    found = Q()
    if department and actor.department_ids:
        looked_after = Q((f"{department}__in", actor.department_ids))
        found &= looked_after | Q((f"{department}__in", and_departments)) if and_departments else looked_after
    if site and actor.site_ids:
        mine = Q((f"{site}__in", actor.site_ids))
        found &= mine | Q((f"{site}__isnull", True)) if keeps_siteless else mine
    return found


def limited(
    rows: QuerySet[Row], *, actor: Actor, department: str = "", site: str = "", keeps_siteless: bool = False
) -> QuerySet[Row]:
    """Return the rows that an agent looks after: see `limits`."""
    return rows.filter(limits(actor=actor, department=department, site=site, keeps_siteless=keeps_siteless))


def is_limited(*, actor: Actor) -> bool:
    """Tell whether an agent looks after a part of the collectivité only."""
    return bool(actor.department_ids or actor.site_ids)
