"""The quotients of households: which one stands on a day, and why none does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from preau.base.actor import Actor
from preau.domain.pricing.enums import Scheme
from preau.domain.pricing.models import HouseholdQuotient
from preau.domain.pricing.queries.scales import READERS
from preau.domain.pricing.rules.tariffs import Quotient


@dataclass(frozen=True, slots=True)
class QuotientLine:
    """A quotient from a day. `value` None: the household does not give it. `until`: last day on which it is good."""

    starts_on: date
    value: Decimal | None
    scheme: Scheme
    until: date | None
    source: str
    said_by: str

    def on(self, day: date) -> Quotient | None:
        """Return the quotient that counts on a day; None when it is not known, or too old."""
        if self.value is None or (self.until is not None and day > self.until):
            return None
        return Quotient(self.value, self.scheme)

    def is_over(self, day: date) -> bool:
        """Return whether it is too old on a day."""
        return self.value is not None and self.until is not None and day > self.until


def quotients_of(*, actor: Actor, family_id: int) -> list[QuotientLine]:
    """Return the quotients of a household, dated, the oldest first: to its adults, and to agents who price. One query.

    A reading by an agent is journaled by whoever shows it.

    :raises NotFound: another household; :raises NotAllowed: an agent whose roles do not price.
    """
    actor.require_family(family_id)
    if actor.is_staff:
        actor.require_role(*READERS)
    return quotients_for(organisation_id=actor.organisation_id, family_ids=[family_id]).get(family_id, [])


def quotients_for(*, organisation_id: int, family_ids: Collection[int]) -> dict[int, list[QuotientLine]]:
    """Return the quotients of households, for prices that are worked out: whoever calls shows none of it. One query."""
    rows = HouseholdQuotient.objects.filter(organisation_id=organisation_id, family_id__in=family_ids)
    found: dict[int, list[QuotientLine]] = {}
    for row in rows.order_by("family_id", "starts_on"):
        found.setdefault(row.family_id, []).append(_line(row))
    return found


def standing_line(*, lines: Collection[QuotientLine], on: date) -> QuotientLine | None:
    """Return the line that stands on a day, known or not; None when nothing was ever said."""
    return max((each for each in lines if each.starts_on <= on), key=lambda each: each.starts_on, default=None)


def _line(row: HouseholdQuotient) -> QuotientLine:
    content: Mapping[str, object] = row.content
    value, until = content.get("value"), content.get("until")
    return QuotientLine(
        starts_on=row.starts_on,
        value=Decimal(str(value)) if value is not None else None,
        scheme=Scheme(str(content.get("scheme", Scheme.CAF))),
        until=date.fromisoformat(str(until)) if until else None,
        source=str(content.get("source", "")),
        said_by=row.said_by,
    )
