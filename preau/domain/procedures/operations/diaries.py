"""« S’abonner dans mon agenda » : private addresses of a planning, opened and closed by a parent."""

from datetime import datetime

from django.db import transaction

from preau.base import journal, tokens
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotAllowed, NotFound
from preau.domain.families.queries.people import my_children
from preau.domain.procedures.models import PlanningDiary

MOST_DIARIES = 10  # of one account, open at a time: the oldest closes


@transaction.atomic
def open_diary(*, actor: Actor, child_id: int | None, now: datetime) -> str:
    """Make a private address of the planning of a child, or of all; return its secret, of which only a hash is kept.

    :raises NotFound: not a child that the actor reads; :raises NotAllowed: not a parent.
    """
    if actor.audience != FAMILY or actor.account_id is None:
        raise NotAllowed("open_diary")
    if child_id is not None and child_id not in {each.child_id for each in my_children(actor=actor)}:
        raise NotFound("child")
    secret = tokens.new_secret()
    mine = PlanningDiary.objects.filter(
        organisation_id=actor.organisation_id, account_id=actor.account_id, closed_at=None
    )
    kept = list(mine.order_by("-pk").values_list("pk", flat=True)[: MOST_DIARIES - 1])
    mine.exclude(pk__in=kept).update(closed_at=now)
    PlanningDiary.objects.create(
        organisation_id=actor.organisation_id,
        account_id=actor.account_id,
        child_id=child_id,
        secret_hash=tokens.hash_of(secret),
        opened_at=now,
    )
    journal.record(actor=actor, act="diary.opened", at=now, subject_type="child", subject_id=child_id)
    return secret


@transaction.atomic
def close_diary(*, actor: Actor, diary_id: int, now: datetime) -> None:
    """Close a private address. Twice is once.

    :raises NotFound: it is not the actor's.
    """
    rows = PlanningDiary.objects.filter(
        organisation_id=actor.organisation_id, account_id=actor.account_id or 0, pk=diary_id
    )
    if not rows.exists():
        raise NotFound("diary")
    if rows.filter(closed_at=None).update(closed_at=now):
        journal.record(actor=actor, act="diary.closed", at=now, subject_type="diary", subject_id=diary_id)
