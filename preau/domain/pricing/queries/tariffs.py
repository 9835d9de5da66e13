"""The tariffs of a collectivité on a day, and what each prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from preau.domain.pricing.models import TariffUse, TariffVersion
from preau.domain.pricing.rules.grids import InvalidGrid
from preau.domain.pricing.rules.tariffs import Tariff, parse_tariff


@dataclass(frozen=True, slots=True)
class TariffOn:
    """A tariff as it stands on a day. `terms` None: what is kept cannot be read, and prices nothing."""

    tariff_id: int
    name: str
    starts_on: date
    reference: str
    terms: Tariff | None


@dataclass(frozen=True, slots=True)
class Tariffs:
    """Those that stand on a day, and which one is for each moment of each activity."""

    by_id: Mapping[int, TariffOn]
    uses: Mapping[tuple[int, str], int]

    def of(self, activity_id: int, unit_code: str = "") -> TariffOn | None:
        """Return the tariff of a moment of an activity; None when it has no price."""
        found = self.uses.get((activity_id, unit_code), self.uses.get((activity_id, "")))
        return self.by_id.get(found) if found is not None else None

    @property
    def activity_ids(self) -> set[int]:
        return {activity_id for activity_id, _code in self.uses}


def tariffs_on(*, organisation_id: int, on: date) -> Tariffs:
    """Return the published tariffs of a collectivité that stand on a day. Two queries."""
    rows = TariffVersion.objects.filter(
        organisation_id=organisation_id, published_at__isnull=False, starts_on__lte=on
    ).select_related("tariff")
    standing: dict[int, TariffOn] = {}
    for row in rows.order_by("tariff__position", "tariff_id", "starts_on"):
        standing[row.tariff_id] = TariffOn(
            row.tariff_id, row.tariff.name, row.starts_on, row.reference, _readable(row.terms)
        )
    uses = TariffUse.objects.filter(organisation_id=organisation_id).order_by("activity_id", "unit_code")
    return Tariffs(
        by_id=standing,
        uses={
            (activity, code): tariff
            for activity, code, tariff in uses.values_list("activity_id", "unit_code", "tariff_id")
        },
    )


def _readable(terms: object) -> Tariff | None:
    try:
        return parse_tariff(terms)
    except InvalidGrid:
        return None
