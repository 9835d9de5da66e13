"""The append-only journal: who did or read what, never the content."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from preau.base.actor import STAFF, Actor
from preau.base.models import JournalEntry


def record(
    *, actor: Actor, act: str, at: datetime, subject_type: str = "", subject_id: int | None = None, **detail: object
) -> None:
    """Add one line to the journal, in the caller's transaction.

    :param act: a dotted name, such as "booking.placed".
    :param detail: ids and codes only: neither names nor contents.
    """
    JournalEntry.objects.bulk_create(
        [
            JournalEntry(
                organisation_id=actor.organisation_id,
                at=at,
                account_id=actor.account_id,
                by="" if actor.is_system else actor.display_name[:120],
                audience=actor.audience,
                act=act,
                subject_type=subject_type,
                subject_id=subject_id,
                detail={key: value for key, value in detail.items() if value not in ("", None, [], ())},
            )
        ]
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of the journal about a subject: when, who by its plain id, and its codes."""

    at: datetime
    account_id: int | None
    detail: Mapping[str, Any]
    by: str = ""
    act: str = ""
    audience: str = ""
    subject_type: str = ""
    subject_id: int | None = None


def readings(
    *,
    actor: Actor,
    act: str,
    subject_type: str,
    subject_id: int,
    limit: int = 50,
    also: Collection[int] | QuerySet[Any] = (),
) -> list[Reading]:
    """Return what the journal keeps of one act on one subject, latest first. One query.

    :param also: ids that the subject had before, when two records were made one.

    The caller has checked that the actor may know it.
    """
    rows = JournalEntry.objects.filter(
        Q(subject_id=subject_id) | Q(subject_id__in=also),
        organisation_id=actor.organisation_id,
        subject_type=subject_type,
        act=act,
    ).order_by("-at", "-pk")
    return [Reading(row.at, row.account_id, row.detail) for row in rows[:limit]]


def acts_on(
    *, actor: Actor, acts: Collection[str], subjects: Mapping[str, Collection[int]], limit: int = 50
) -> list[Reading]:
    """Return the latest of these acts on several subjects, by type and id. One query.

    The caller has checked that the actor may know it.
    """
    about = Q()
    for subject_type, ids in subjects.items():
        about |= Q(subject_type=subject_type, subject_id__in=ids)
    rows = JournalEntry.objects.filter(about, organisation_id=actor.organisation_id, act__in=acts)
    return [
        Reading(row.at, row.account_id, row.detail, row.by, row.act, row.audience, row.subject_type, row.subject_id)
        for row in rows.order_by("-at", "-pk")[:limit]
    ]


def seen_by_staff(
    *, actor: Actor, acts: Collection[str], subject_type: str, subject_ids: Collection[int]
) -> frozenset[int]:
    """Return which of these subjects an agent has done one of these acts on. One query, none for no subject."""
    if not subject_ids:
        return frozenset()
    rows = JournalEntry.objects.filter(
        organisation_id=actor.organisation_id,
        subject_type=subject_type,
        subject_id__in=subject_ids,
        act__in=acts,
        audience=STAFF,
    )
    return frozenset(pk for pk in rows.values_list("subject_id", flat=True) if pk is not None)
