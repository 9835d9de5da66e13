"""Pieces that are about to expire, or to be due: the family is told in time, and what to do (A12, A07)."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from preau.base.actor import Actor
from preau.domain.documents.models import Document
from preau.domain.documents.queries.folders import DuePiece, pieces_due
from preau.domain.documents.queries.pieces import REMINDED_BEFORE, to_remind
from preau.domain.documents.rules import reminder_due
from preau.domain.families.models import Child
from preau.domain.families.operations.telling import Told, tell_household


@transaction.atomic
def remind_family(*, actor: Actor, family_id: int, now: datetime) -> bool:
    """Post one mail for the pieces of a household that expire within `REMINDED_BEFORE`; return whether it was.

    Each piece is told once. A sensitive one is not named: mails are read over shoulders. The papers of one adult, and
    a judgment, are told to whom they are shown: that adult, or who sent it (trust, §2.4).
    """
    on = now.astimezone(actor.zone).date()
    rows = list(
        to_remind(organisation_id=actor.organisation_id, until=on + REMINDED_BEFORE, on=on)
        .filter(family_id=family_id)
        .select_related("document_type", "child", "adult")
        .select_for_update(of=("self",))
        .order_by("good_until", "pk")
    )
    if not rows:
        return False
    Document.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    tell_household(
        organisation_id=actor.organisation_id,
        family_id=family_id,
        template="pieces_expiring",
        subject="Documents à renouveler",
        lines=[Told(row.child_id, _line(row), for_account=_own_reader(row)) for row in rows],
        key=f"pieces-expiring-{actor.organisation_id}-{rows[0].pk}",
        now=now,
    )
    return True


@transaction.atomic
def remind_due(*, actor: Actor, family_id: int, child_ids: Collection[int], now: datetime) -> int:
    """Post the mails of a household for its pieces « à fournir avant le… »; return how many days they are due for.

    Each due day is told once at each of `rules.REMINDERS`, however often this runs; after that day, no more.

    :param child_ids: of the household, whose dossier of the year is sent or validated.
    :raises NotFound: not the actor's household.
    """
    on = now.astimezone(actor.zone).date()
    found: dict[tuple[date, int], list[DuePiece]] = {}
    for piece in pieces_due(actor=actor, family_id=family_id, child_ids=child_ids, on=on):
        if stage := reminder_due(due_on=piece.due_on, on=on):
            found.setdefault((piece.due_on, stage), []).append(piece)
    names = dict(Child.objects.filter(pk__in=child_ids).values_list("pk", "first_name"))
    for (due_on, stage), pieces in found.items():
        tell_household(
            organisation_id=actor.organisation_id,
            family_id=family_id,
            template="pieces_due",
            subject="Documents attendus",
            lines=[Told(piece.child_id, _due_line(piece, names)) for piece in pieces],
            key=f"pieces-due-{actor.organisation_id}-{family_id}-{due_on:%Y%m%d}-{stage}",
            now=now,
            due_on=f"{due_on:%d/%m/%Y}",
        )
    return len(found)


def _own_reader(row: Document) -> int | None:
    if row.adult is not None:
        return row.adult.account_id or 0
    return (row.account_id or 0) if row.document_type.is_judicial else None


def _due_line(piece: DuePiece, names: dict[int, str]) -> dict[str, str]:
    return {"title": "" if piece.is_private else piece.title, "child": names.get(piece.child_id or 0, "")}


def _line(row: Document) -> dict[str, str]:
    last_day = row.good_until
    return {
        "title": "" if row.document_type.is_sensitive or row.document_type.is_judicial else row.document_type.title,
        "child": row.child.first_name if row.child else "",
        "until": f"{last_day:%d/%m/%Y}" if last_day else "",
    }
