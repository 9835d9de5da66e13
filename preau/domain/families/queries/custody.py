"""Reads of a child of two households: whose day it is, who else decides, who has objected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from preau.base.actor import Actor
from preau.domain.families.enums import Authority
from preau.domain.families.models import Guardianship, Objection
from preau.domain.families.queries.children import child_for
from preau.kernel.periods import Period
from preau.kernel.residence import HalfHolidays, Pattern, Side, parse_pattern, whose_day

OWN_DAYS, ANY_DAY = "own_days", "any"


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days that one household may book for a child: those on which the child sleeps there."""

    side: Side
    pattern: Pattern

    @property
    def needs_holidays(self) -> bool:
        return isinstance(self.pattern, HalfHolidays)

    def holds(self, day: date, holidays: Collection[Period] = ()) -> bool:
        """Tell whether a day is this household's."""
        return whose_day(self.pattern, day, holidays) == self.side


@dataclass(frozen=True, slots=True)
class HolderCard:
    """Another adult who exercises authority on a child: for the services, never for the other parent."""

    adult_id: int
    family_id: int
    name: str
    has_account: bool


def own_days_of(*, kept: Mapping[str, Any] | None) -> OwnDays | None:
    """Return what `Guardianship.residence_pattern` limits, or None when its adult may book any day. No query.

    :raises PatternInvalid: what is kept was not written by `operations.set_residence`.
    """
    if not kept or kept.get("books", OWN_DAYS) == ANY_DAY:
        return None
    return OwnDays(kept["side"], parse_pattern(kept["calendar"]))


def other_holders(*, actor: Actor, child_id: int, adult_id: int) -> list[HolderCard]:
    """Return the other adults who exercise authority on a child, with an account or not (art. 372-2). Two queries.

    :raises NotFound: not a child that the actor may see.
    :raises NotAllowed: neither staff nor the machine: names of the other household are not for parents.
    """
    child_for(actor=actor, child_id=child_id)
    actor.require_role("agent", "manager")
    rows = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, authority=Authority.EXERCISED
    ).exclude(adult_id=adult_id)
    return [
        HolderCard(row.adult_id, row.adult.family_id, row.adult.full_name, row.adult.account_id is not None)
        for row in rows.select_related("adult").order_by("pk")
    ]


def has_objection(*, actor: Actor, child_id: int) -> bool:
    """Tell whether a holder's written objection stands against acts for a child. One query.

    Who objected and why is not told: the other parent may ask.
    """
    return Objection.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, lifted_at__isnull=True
    ).exists()
