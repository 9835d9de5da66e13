"""The scales of a collectivité, and what its households have said that they live on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.pricing.enums import CareScale, IncomeBasis
from preau.domain.pricing.models import HouseholdIncome, PsuScale
from preau.domain.pricing.rules.psu import Income, Scale, parse_brackets

READERS = (Role.AGENT, Role.MANAGER, Role.REGISSEUR)  # of incomes


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """What a household lives on from a day, with where it was read and who wrote it."""

    starts_on: date
    income: Income
    source: str
    said_by: str


def scales_of(*, organisation_id: int) -> list[Scale]:
    """Return the scales of a collectivité, the oldest first. One query."""
    rows = PsuScale.objects.filter(organisation_id=organisation_id).order_by("starts_on")
    return [
        Scale(
            starts_on=row.starts_on,
            floor_cents=row.floor_cents,
            ceiling_cents=row.ceiling_cents,
            rates={
                CareScale.COLLECTIVE: parse_brackets(row.collective),
                CareScale.FAMILY: parse_brackets(row.family),
            },
            reference=row.reference,
            is_to_confirm=row.is_to_confirm,
        )
        for row in rows
    ]


def incomes_of(*, actor: Actor, family_id: int) -> list[IncomeLine]:
    """Return what a household lives on, dated, the oldest first: to its adults, and to agents who price. One query.

    A reading by an agent is journaled by whoever shows it (`operations.incomes.journal_reading`).

    :raises NotFound: another household; :raises NotAllowed: an agent whose roles do not price.
    """
    actor.require_family(family_id)
    if actor.is_staff:
        actor.require_role(*READERS)
    return incomes_for(organisation_id=actor.organisation_id, family_ids=[family_id]).get(family_id, [])


def incomes_for(*, organisation_id: int, family_ids: Collection[int]) -> dict[int, list[IncomeLine]]:
    """Return what households live on, for a price that is worked out: whoever calls shows none of it. One query."""
    rows = HouseholdIncome.objects.filter(organisation_id=organisation_id, family_id__in=family_ids)
    found: dict[int, list[IncomeLine]] = {}
    for row in rows.order_by("family_id", "starts_on"):
        line = IncomeLine(row.starts_on, income_of(content=row.content), row.content.get("source", ""), row.said_by)
        found.setdefault(row.family_id, []).append(line)
    return found


def income_of(*, content: Mapping[str, object]) -> Income:
    """Return the income that a row, or the snapshot of a contract, keeps."""
    annual = content.get("annual_cents")
    return Income(
        basis=IncomeBasis(str(content.get("basis", IncomeBasis.NOT_GIVEN))),
        annual_cents=int(str(annual)) if annual is not None else None,
        children=int(str(content.get("children", 1))),
        aeeh=int(str(content.get("aeeh", 0))),
    )
