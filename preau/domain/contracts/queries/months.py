"""What contracts say of a month: hours agreed on, how hours beyond them are counted."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from preau.base.actor import Actor
from preau.domain.contracts.enums import IN_FORCE
from preau.domain.contracts.models import ContractVersion
from preau.domain.contracts.queries.contracts import contract_rows
from preau.domain.pricing.enums import HalfHours


@dataclass(frozen=True, slots=True)
class ContractMonth:
    """A version in force over a part of a month. [starts_on, ends_on)."""

    contract_id: int
    number: int
    enrolment_id: int
    site: str
    starts_on: date
    ends_on: date
    hours: Decimal  # of a month
    half_hours: HalfHours
    tolerance: int  # minutes


def contracts_in(*, actor: Actor, child_id: int, start: date, end: date) -> list[ContractMonth]:
    """Return the versions of the contracts of a child in force in [start, end), in order. One query.

    Those that the actor may read: hours are child data, read by each parent who signs.

    :raises NotAllowed: an agent whose roles do not read contracts.
    """
    over_on = Coalesce(F("stood_until"), F("contract__ends_on"), F("ends_on"))
    rows = ContractVersion.objects.annotate(over_on=over_on).filter(
        Q(starts_on__lt=end, over_on__gt=start),
        organisation_id=actor.organisation_id,
        state__in=IN_FORCE,
        contract__child_id=child_id,
        contract__in=contract_rows(actor=actor),
    )
    rows = rows.select_related("contract__structure__site", "contract__structure__care_terms")
    return [_view(row) for row in rows.order_by("starts_on", "pk").defer("paper", "price_paper", "terms")]


def _view(row: ContractVersion) -> ContractMonth:
    structure = row.contract.structure
    decided = getattr(structure, "care_terms", None)
    return ContractMonth(
        contract_id=row.contract_id,
        number=row.contract.number,
        enrolment_id=row.contract.enrolment_id,
        site=structure.site.name,
        starts_on=row.starts_on,
        ends_on=vars(row)["over_on"],
        hours=row.month_hours or Decimal(0),
        half_hours=HalfHours(decided.half_hours if decided else HalfHours.DURATION),
        tolerance=decided.tolerance if decided else 0,
    )
