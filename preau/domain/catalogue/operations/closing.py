"""Closing days that were open, and opening them again: in the transaction of who decides it."""

from collections.abc import Collection
from datetime import date

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import ClosedDay, Slot


def shut_slots(*, actor: Actor, unit_ids: Collection[int], start: date, end: date, reason: str) -> list[int]:
    """Close the slots of some units over [start, end), those closed already excepted; return their ids. Two queries.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Slot.objects.filter(
        organisation_id=actor.organisation_id, unit_id__in=unit_ids, on__gte=start, on__lt=end, closed_reason=""
    )
    closed = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(closed_reason=reason)
    return closed


def shut_days(*, actor: Actor, offer_ids: Collection[int], start: date, end: date, reason: str) -> list[int]:
    """Close offers whole over [start, end), for what is not booked by slots; return the ids of the rows. One query.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = ClosedDay.objects.bulk_create(
        [
            ClosedDay(organisation_id=actor.organisation_id, offer_id=pk, starts_on=start, ends_on=end, reason=reason)
            for pk in sorted(offer_ids)
        ]
    )
    return [row.pk for row in rows]


def keep_shut(*, actor: Actor, slot_ids: Collection[int], reason: str) -> None:
    """Give another word to slots that stay closed: what closed them opens, and something else keeps them.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    Slot.objects.filter(organisation_id=actor.organisation_id, pk__in=slot_ids).update(closed_reason=reason)


def reopen(*, actor: Actor, slot_ids: Collection[int], closed_day_ids: Collection[int]) -> None:
    """Open again what was closed by these acts.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    ids = sorted(slot_ids)
    for start in range(0, len(ids), 1000):
        rows = Slot.objects.filter(organisation_id=actor.organisation_id, pk__in=ids[start : start + 1000])
        rows.update(closed_reason="")
    ClosedDay.objects.filter(organisation_id=actor.organisation_id, pk__in=closed_day_ids).delete()
