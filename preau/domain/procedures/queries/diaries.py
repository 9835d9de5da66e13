"""Private addresses of a planning, and who each stands for."""

from dataclasses import dataclass
from datetime import datetime

from preau.base import tokens
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.procedures.models import PlanningDiary


@dataclass(frozen=True, slots=True)
class DiaryLine:
    """A private address as its owner sees it: never its secret."""

    diary_id: int
    child: str  # first name; "" for all
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Diary:
    """Whom a private address stands for."""

    account_id: int
    child_id: int | None


def diaries_of(*, actor: Actor) -> list[DiaryLine]:
    """Return the addresses that a parent has opened and not closed, the last first. One query."""
    rows = PlanningDiary.objects.filter(
        organisation_id=actor.organisation_id, account_id=actor.account_id or 0, closed_at=None
    )
    listed = rows.order_by("-pk").values_list("pk", "child__first_name", "opened_at")
    return [DiaryLine(pk, child or "", opened_at) for pk, child, opened_at in listed]


def find_diary(*, organisation_id: int, secret: str) -> Diary:
    """Return whom a secret stands for. One query.

    :raises NotFound: unknown, or closed.
    """
    rows = PlanningDiary.objects.filter(
        organisation_id=organisation_id, secret_hash=tokens.hash_of(secret), closed_at=None
    )
    found = rows.values_list("account_id", "child_id").first()
    if found is None:
        raise NotFound("diary")
    return Diary(*found)
