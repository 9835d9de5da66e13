"""Two records made one: their enrolments and classes. No period is lost."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Schooling, Subscription
from preau.domain.enrolments.queries.places import CURRENT
from preau.domain.families.enums import PersonKind

FIELDS = {PersonKind.CHILD: "child_id", PersonKind.ADULT: "adult_id", PersonKind.FAMILY: "family_id"}


@dataclass(frozen=True, slots=True)
class Twins:
    """Two enrolments of one participant in one offer, for one household, that overlap."""

    kept_id: int
    absorbed_id: int


def hold_enrolments(
    *,
    actor: Actor,
    child_ids: Collection[int] = (),
    adult_ids: Collection[int] = (),
    family_ids: Collection[int] = (),
) -> None:
    """Lock enrolments until the end of the caller's transaction, in primary-key order; whoever may see them.

    An order and a merge both begin so: neither writes on what the other is about to change. One query.
    """
    whose = Q(child_id__in=child_ids) | Q(adult_id__in=adult_ids) | Q(family_id__in=family_ids)
    rows = Enrolment.objects.filter(whose, organisation_id=actor.organisation_id).order_by("pk")
    # Rows that only point to an enrolment (a booking taken) do not wait for this lock.
    list(rows.select_for_update(no_key=True).values_list("pk"))


def move_enrolments(*, actor: Actor, kind: PersonKind, kept_id: int, absorbed_id: int) -> tuple[int, ...]:
    """Give the enrolments of a record to another, in the caller's transaction.

    Of two classes of a child at the same time, the kept record's stays; return the ids of those left out.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    name = FIELDS[kind]
    rows = Enrolment.objects.filter(organisation_id=actor.organisation_id, **{name: absorbed_id})
    rows.update(**{name: kept_id})
    return _move_classes(actor, kept_id, absorbed_id) if kind == PersonKind.CHILD else ()


def twin_enrolments(*, actor: Actor, family_ids: list[int]) -> list[Twins]:
    """Return the enrolments that a merge has made double, the active and older one kept.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id, family_id__in=family_ids, status__in=CURRENT
    ).order_by("status", "pk")  # "active" comes before "waiting"
    kept: dict[tuple[int, str, int], list[Enrolment]] = {}
    twins = []
    for row in rows:
        same = kept.setdefault((row.family_id, row.participant_key, row.offer_id), [])
        first = next((each for each in same if each.starts_on < row.ends_on and row.starts_on < each.ends_on), None)
        if first is None:
            same.append(row)
        else:
            twins.append(Twins(first.pk, row.pk))
    return twins


def fold_enrolment(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Make one enrolment of two, in the caller's transaction: the period of both, both subscriptions, the older rank.

    Its bookings must have been moved: the database refuses otherwise.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    mine = Enrolment.objects.select_for_update().filter(organisation_id=actor.organisation_id)
    kept, absorbed = mine.get(pk=kept_id), mine.get(pk=absorbed_id)
    if kept.status == absorbed.status:  # a wait does not stretch a place that is held
        kept.starts_on, kept.ends_on = min(kept.starts_on, absorbed.starts_on), max(kept.ends_on, absorbed.ends_on)
    if kept.status == EnrolmentStatus.WAITING and kept.waiting_since and absorbed.waiting_since:
        kept.waiting_since = min(kept.waiting_since, absorbed.waiting_since)
    kept.save()
    Subscription.objects.filter(organisation_id=actor.organisation_id, enrolment=absorbed).update(enrolment=kept)
    absorbed.delete()


def _move_classes(actor: Actor, kept_id: int, absorbed_id: int) -> tuple[int, ...]:
    rows = Schooling.objects.filter(organisation_id=actor.organisation_id)
    mine = list(rows.filter(child_id=kept_id))
    left_out = []
    for row in rows.filter(child_id=absorbed_id):
        if any(each.starts_on < row.ends_on and row.starts_on < each.ends_on for each in mine):
            left_out.append(row.school_class_id)
            row.delete()
        else:
            row.child_id = kept_id
            row.save(update_fields=["child"])
    return tuple(left_out)
