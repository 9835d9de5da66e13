"""Opening and closing days, and their places."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import F

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import (
    ClosedDay,
    Offer,
    Resource,
    ResourceDay,
    Slot,
    Unit,
)
from preau.domain.catalogue.queries import counters_of, load_calendar
from preau.domain.catalogue.rules import Counter, Counters, closure_of
from preau.domain.organisations.models import Site
from preau.kernel.periods import Period

COUNTERS_AT_ONCE = 300


@transaction.atomic
def open_offer(*, actor: Actor, offer_id: int) -> int:
    """Create the slots of an offer and the counters of its resources; return how many slots are new.

    Running it again after a change of calendar adds what is missing and touches nothing else.

    :raises NotFound: no such offer in the actor's collectivité.
    """
    actor.require_role(Role.ADMIN, Role.MANAGER)
    organisation_id = actor.organisation_id
    offer = Offer.objects.filter(organisation_id=organisation_id, pk=offer_id).first()
    if offer is None:
        raise NotFound("offer")
    units = list(Unit.objects.filter(organisation_id=organisation_id, offer_id=offer.pk))
    before = Slot.objects.filter(organisation_id=organisation_id, offer_id=offer.pk).count()
    calendar = load_calendar(organisation_id=organisation_id, offer=offer, start=offer.starts_on, end=offer.ends_on)
    slots: list[Slot] = []
    used: set[tuple[int, date]] = set()
    for day in Period(offer.starts_on, offer.ends_on).days():
        if closure_of(day, calendar=calendar) is not None:
            continue
        for unit in units:
            if unit.weekdays and str(day.weekday()) not in unit.weekdays:
                continue
            slots.append(Slot(organisation_id=organisation_id, offer_id=offer.pk, unit_id=unit.pk, on=day))
            used.update((resource_id, day) for resource_id in unit.resource_ids)
    Slot.objects.bulk_create(slots, ignore_conflicts=True, batch_size=1000)
    _open_counters(organisation_id, used)
    return Slot.objects.filter(organisation_id=organisation_id, offer_id=offer.pk).count() - before


def _open_counters(organisation_id: int, used: set[tuple[int, date]]) -> None:
    resources = Resource.objects.filter(organisation_id=organisation_id).in_bulk({r for r, _ in used})
    ResourceDay.objects.bulk_create(
        [
            ResourceDay(
                organisation_id=organisation_id,
                resource_id=resource_id,
                on=day,
                capacity=resources[resource_id].capacity,
                is_blocking=resources[resource_id].is_blocking,
            )
            for resource_id, day in sorted(used)
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


@transaction.atomic
def close_days(
    *, actor: Actor, start: date, end: date, reason: str, offer_id: int | None = None, site_id: int | None = None
) -> list[int]:
    """Close an offer, a site, or everything over [start, end); return the ids of the slots closed.

    Nobody may book there any more. Bookings made stay as they are: the caller tells who holds them.

    :raises NotFound: no such offer or site in the actor's collectivité.
    """
    actor.require_role(Role.ADMIN, Role.MANAGER)
    organisation_id = actor.organisation_id
    slots = Slot.objects.filter(organisation_id=organisation_id, on__gte=start, on__lt=end)
    if offer_id is not None:
        if not Offer.objects.filter(organisation_id=organisation_id, pk=offer_id).exists():
            raise NotFound("offer")
        slots = slots.filter(offer_id=offer_id)
    if site_id is not None:
        if not Site.objects.filter(organisation_id=organisation_id, pk=site_id).exists():
            raise NotFound("site")
        slots = slots.filter(offer__site_id=site_id)
    target: dict[str, int | None] = {"offer_id": offer_id, "site_id": site_id}
    ClosedDay.objects.get_or_create(
        organisation_id=organisation_id,
        **target,
        starts_on=start,
        ends_on=end,
        defaults={"reason": reason},
    )
    closed = list(slots.order_by("pk").values_list("pk", flat=True))
    slots.update(closed_reason=reason)
    return closed


@transaction.atomic
def set_capacity(
    *,
    actor: Actor,
    resource_id: int,
    capacity: int,
    start: date,
    end: date | None = None,
    is_blocking: bool | None = None,
) -> None:
    """Change the capacity of a resource over [start, end), or from `start` on: then for the days not opened yet too.

    Below what is booked, the difference becomes `extra`: nobody loses a place, and none is offered
    until the count comes back under the capacity.

    :param is_blocking: whether families are refused when it is full; None leaves it as it is.
    :raises NotFound: no such resource in the actor's collectivité.
    """
    actor.require_role(Role.ADMIN, Role.MANAGER)
    resource = Resource.objects.filter(organisation_id=actor.organisation_id, pk=resource_id).first()
    if resource is None:
        raise NotFound("resource")
    days = ResourceDay.objects.filter(
        organisation_id=actor.organisation_id, resource_id=resource_id, on__gte=start
    ).order_by("pk")
    if end is None:
        resource.capacity = capacity
        resource.is_blocking = resource.is_blocking if is_blocking is None else is_blocking
        resource.save(update_fields=["capacity", "is_blocking"])
    else:
        days = days.filter(on__lt=end)
    list(days.select_for_update())
    changes: dict[str, object] = {"capacity": capacity}
    if is_blocking is not None:
        changes["is_blocking"] = is_blocking
    days.filter(booked__gt=capacity).update(extra=F("booked") - capacity, **changes)
    days.filter(booked__lte=capacity).update(extra=0, **changes)


def hold(*, actor: Actor, resource_ids: Collection[int], days: Collection[date]) -> Counters:
    """Lock the counters of these resources on these days until the end of the caller's transaction, and return them.

    The one lock of an order, taken in one query and in primary-key order (docs/algorithms/places.md): who books days
    and who books hours ask for it here.
    """
    return counters_of(organisation_id=actor.organisation_id, resource_ids=resource_ids, days=days, lock=True)


def write(*, counters: Sequence[Counter]) -> None:
    """Write counters that this transaction holds locked: absolute values are exact.

    One statement of plain SQL, the same on both engines: Django's bulk_update takes as long to build
    its CASE of sixty rows as all the rest of an order.
    """
    table = ResourceDay._meta.db_table
    with connection.cursor() as cursor:
        for start in range(0, len(counters), COUNTERS_AT_ONCE):
            part = counters[start : start + COUNTERS_AT_ONCE]
            rows = ", ".join(["(%s, %s, %s)"] * len(part))
            cursor.execute(
                f"WITH known(id, booked, extra) AS (VALUES {rows}) "  # noqa: S608 -- placeholders and our own table
                f"UPDATE {table} SET booked = known.booked, extra = known.extra FROM known WHERE {table}.id = known.id",
                [value for each in part for value in (each.counter_id, each.booked, each.extra)],
            )
