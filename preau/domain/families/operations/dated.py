"""Facts with a date: another one stands from a day, those of before stay as they were."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.base.models import DatedFact


def let_stand(*, actor: Actor, fact: DatedFact, among: QuerySet[Any], on: date, now: datetime, by: str = "") -> None:
    """Write a fact that stands from a day, in the caller's transaction; the one before ends that day.

    Said twice on one day, the last word is that of the day.

    :param fact: not saved yet; its dates and author are written here.
    :param among: the facts about the same thing.
    :param by: who says so, when the machine writes for somebody.
    """
    end_standing(rows=among, on=on)
    fact.organisation_id = actor.organisation_id
    fact.starts_on, fact.ends_on, fact.said_at, fact.said_by = on, None, now, (by or actor.display_name)[:120]
    fact.save()


def end_standing(*, rows: QuerySet[Any], on: date) -> None:
    """Let what stands end on a day, excluded, in the caller's transaction; what began that day or later never was."""
    standing = rows.filter(ends_on__isnull=True)
    standing.filter(starts_on__gte=on).delete()
    standing.update(ends_on=on)
