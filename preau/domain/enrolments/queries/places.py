"""How many participants each offer has, and who waits before whom: counted in one place only."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Q

from preau.base.actor import Actor
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment

CURRENT = (EnrolmentStatus.ACTIVE, EnrolmentStatus.WAITING)


def places_taken(
    *, actor: Actor, offer_ids: Collection[int], on: date, with_waiting: bool = True, without: Q | None = None
) -> dict[int, int]:
    """Return how many places are taken in each offer: enrolled after a day, or waiting before others.

    A participant takes one place, however many of its homes enrolled it: a child, an adult or a household.

    :param with_waiting: count those who wait too: they come before whoever asks now.
    :param without: the enrolments of a participant (`enrolments_of`): its own place is not taken from it.
    """
    if not offer_ids:
        return {}
    holds = Q(status=EnrolmentStatus.ACTIVE, ends_on__gt=on)
    if with_waiting:
        holds |= Q(status=EnrolmentStatus.WAITING)
    if without is not None:
        holds &= ~without
    return participants_of_offers(actor=actor, offer_ids=offer_ids, holds=holds)


def enrolments_of(*, family_id: int, child_id: int | None, adult_id: int | None) -> Q:
    """Return the condition of all the enrolments of one participant: a child in all its homes, an adult, a home."""
    if child_id is not None:
        return Q(child_id=child_id, child__isnull=False)
    if adult_id is not None:
        return Q(adult_id=adult_id, adult__isnull=False)
    return Q(family_id=family_id, child__isnull=True, adult__isnull=True)


def participants_of_offers(*, actor: Actor, offer_ids: Collection[int], holds: Q) -> dict[int, int]:
    """Return how many participants each offer has among the enrolments that a condition names. One query.

    The only place that counts people of an offer: screens and operations that count otherwise would differ.
    """
    rows = (
        Enrolment.objects.filter(holds, organisation_id=actor.organisation_id, offer_id__in=offer_ids)
        .values("offer_id")
        .annotate(
            children=Count("child_id", distinct=True),
            adults=Count("adult_id", distinct=True),
            households=Count("family_id", distinct=True, filter=Q(child__isnull=True, adult__isnull=True)),
        )
    )
    return {row["offer_id"]: row["children"] + row["adults"] + row["households"] for row in rows}


def waiting_ranks(*, actor: Actor, enrolments: Collection[Enrolment]) -> dict[int, int]:
    """Return the rank, from 1, of each of these waiting enrolments on its list. One query, none for nobody."""
    if not enrolments:
        return {}
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        offer_id__in={row.offer_id for row in enrolments},
        status=EnrolmentStatus.WAITING,
    ).order_by("waiting_since", "pk")
    seen: dict[int, int] = {}
    ranks: dict[int, int] = {}
    for pk, offer_id in rows.values_list("pk", "offer_id"):
        seen[offer_id] = ranks[pk] = seen.get(offer_id, 0) + 1
    return {row.pk: ranks[row.pk] for row in enrolments}
