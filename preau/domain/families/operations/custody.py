"""Acts on a child of two households: its calendar of residence, and objections to acts."""

from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import Authority, Residence
from preau.domain.families.models import Guardianship, Objection
from preau.domain.families.queries.children import child_for
from preau.domain.families.queries.custody import ANY_DAY, OWN_DAYS
from preau.kernel.residence import Pattern, pattern_data

MAX_OBJECTION_LENGTH = 2000


@transaction.atomic
def set_residence(
    *,
    actor: Actor,
    child_id: int,
    pattern: Pattern,
    adult_a_id: int,
    adult_b_id: int,
    now: datetime,
    may_book_any_day: bool = False,
) -> None:
    """Keep where a child lives in turn, alike on both links (Code civil, art. 373-2-9).

    :param may_book_any_day: each parent books on the other's days too; by default on its own days only.
    :raises NotFound: a child unknown here, one adult twice, or without authority exercised on the child.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    child_for(actor=actor, child_id=child_id)
    links = Guardianship.objects.select_for_update().filter(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        adult_id__in=[adult_a_id, adult_b_id],
        authority=Authority.EXERCISED,
    )
    rows = {row.adult_id: row for row in links.order_by("pk")}
    if len(rows) != 2:
        raise NotFound("guardianship")
    for adult_id, side in ((adult_a_id, "a"), (adult_b_id, "b")):
        row = rows[adult_id]
        row.residence = Residence.ALTERNATE
        row.residence_pattern = {
            "side": side,
            "books": ANY_DAY if may_book_any_day else OWN_DAYS,
            "calendar": pattern_data(pattern),
        }
        row.save(update_fields=["residence", "residence_pattern"])
    journal.record(actor=actor, act="residence.set", at=now, subject_type="child", subject_id=child_id)


@transaction.atomic
def object_to_acts(*, actor: Actor, child_id: int, adult_id: int, text: str, now: datetime) -> int:
    """Keep the written objection of a holder of authority, and return its id (Code civil, art. 372-2).

    A parent objects for itself; an agent records the letter of a parent. The text is cut at 2,000 characters.

    :raises NotFound: not the actor's child, or an adult who does not exercise authority on it.
    :raises NotAllowed: staff who are neither agent nor manager.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    if not actor.is_staff and not actor.is_system and adult_id not in actor.adult_ids:
        raise NotFound("adult")
    link = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, adult_id=adult_id, authority=Authority.EXERCISED
    )
    if not link.exists():
        raise NotFound("guardianship")
    row = Objection(organisation_id=actor.organisation_id, child_id=child_id, adult_id=adult_id, made_at=now)
    row.text = {"text": text.strip()[:MAX_OBJECTION_LENGTH]}
    row.save()
    journal.record(actor=actor, act="objection.made", at=now, subject_type="child", subject_id=child_id)
    return row.pk


@transaction.atomic
def lift_objection(*, actor: Actor, objection_id: int, reason: str, now: datetime) -> None:
    """End an objection, with a reason that is kept beside its text, encrypted as it is.

    :raises NotFound: unknown here, or lifted before.
    :raises NotAllowed: neither agent nor manager.
    :raises ValueError: no reason.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if not reason.strip():
        raise ValueError("a reason is needed")
    rows = Objection.objects.select_for_update().filter(organisation_id=actor.organisation_id, lifted_at__isnull=True)
    row = rows.filter(pk=objection_id).first()
    if row is None:
        raise NotFound("objection")
    row.text = {**row.text, "lifted_because": reason.strip()[:MAX_OBJECTION_LENGTH]}
    row.lifted_at = now
    row.save(update_fields=["text", "lifted_at"])
    journal.record(actor=actor, act="objection.lifted", at=now, subject_type="child", subject_id=row.child_id)
