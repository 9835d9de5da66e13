"""A tariff published in a town of tests."""

from collections.abc import Sequence
from datetime import date

from preau.domain.catalogue.models import Activity
from preau.domain.pricing.operations.tariffs import draft_tariff, publish_tariff
from preau.domain.pricing.rules.pasted import read_brackets
from preau.domain.pricing.rules.tariffs import Tariff
from tests.factories.town import NOW, Town

SINCE = date(2026, 9, 1)
GRID = "0 ; 400 ; 0,50\n400 ; 640 ; 1,75\n640 ; ; 4,90"


def tariff_of(text: str = GRID, **changes: object) -> Tariff:
    """Return a tariff by brackets, as an agent types it."""
    return Tariff(read_brackets(text), **changes)  # type: ignore[arg-type]


def publish(
    town: Town,
    activity: Activity,
    tariff: Tariff | None = None,
    *,
    name: str = "Cantine",
    codes: Sequence[str] = ("",),
    since: date = SINCE,
) -> int:
    """Write a tariff for an activity, and publish it; return the version."""
    version = draft_tariff(
        actor=town.system,
        name=name,
        terms=tariff or tariff_of(),
        starts_on=since,
        reference="délibération du 12 juin",
        uses=[(activity.pk, code) for code in codes],
    )
    publish_tariff(actor=town.system, version_id=version, now=NOW)
    return version
