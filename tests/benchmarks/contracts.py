"""Three hundred signed contracts turned into a year of bookings in five crèches. Nothing is kept."""

import time
from datetime import timedelta
from typing import Any

CONTRACTS, HOUSES = 300, 5


def measure_contracts(*, count: int = CONTRACTS) -> list[dict[str, Any]]:
    """Return how many seconds it takes, for how many days, and how many quarter-hours went past their places."""
    from django.db import transaction

    with transaction.atomic():
        found = _measure(count)
        transaction.set_rollback(True)
    return [found]


def _measure(count: int) -> dict[str, Any]:
    from preau.domain.contracts.operations.booking import book_version
    from preau.domain.creche.models import CareRange
    from tests.factories.town import NOW

    town, versions = _signed(count)
    start = time.perf_counter()
    for pk in versions:
        book_version(actor=town.system, version_id=pk, now=NOW)
    seconds = time.perf_counter() - start
    days = CareRange.objects.filter(organisation_id=town.id).count()
    return {
        "what": f"{count} contrats, {days} jours réservés",
        "seconds": round(seconds, 1),
        "exceeded": _exceeded(town.id, places=count // HOUSES),
    }


def _signed(count: int) -> tuple[Any, list[int]]:
    """As many contracts in force, of a year each, whose days are not in the planning yet."""
    from preau.domain.catalogue.models import Offer
    from preau.domain.contracts.models import CareContract, ContractVersion
    from preau.domain.contracts.rules.terms import Terms, terms_data
    from preau.domain.enrolments.models import Enrolment
    from preau.kernel.periods import Period
    from preau.kernel.time_ranges import TimeRange
    from tests.factories.contracts import Contracts
    from tests.factories.town import NOW, TODAY, Town

    town, versions = Town("contrats"), []
    period = Period(TODAY, TODAY + timedelta(days=365))
    # Fewer places than children: some days find none, and none is sold twice.
    houses = [Contracts(town, places=count // HOUSES, name=f"Crèche {number}") for number in range(HOUSES)]
    Offer.objects.filter(organisation_id=town.id).update(ends_on=period.end)
    for number in range(count):
        house = houses[number % HOUSES]
        enrolment = house.enrol(town.household(f"F{number}", login=f"contrat{number}"))
        Enrolment.objects.filter(pk=enrolment.pk).update(starts_on=period.start, ends_on=period.end)
        hours = (TimeRange(480 + number % 5 * 15, 1020),)
        week = {day: hours for day in range(5) if (number + day) % 6}
        contract = CareContract.objects.create(
            organisation_id=town.id,
            number=number + 1,
            enrolment=enrolment,
            family_id=enrolment.family_id,
            child_id=enrolment.child_id,
            structure=house.creche.structure,
            created_at=NOW,
        )
        version = ContractVersion.objects.create(
            organisation_id=town.id,
            contract=contract,
            state="active",
            starts_on=period.start,
            ends_on=period.end,
            terms=terms_data(Terms(period, _fixed(), (week,))),
            created_at=NOW,
        )
        versions.append(version.pk)
    return town, versions


def _fixed() -> Any:
    from preau.domain.contracts.enums import TemplateKind

    return TemplateKind.FIXED


def _exceeded(organisation_id: int, *, places: int) -> int:
    """How many quarter-hours of a section hold more children than it has places."""
    from preau.domain.creche.models import CareRange
    from preau.kernel.time_ranges import TimeRange, presence

    sheets: dict[tuple[int, Any], list[TimeRange]] = {}
    rows = CareRange.objects.filter(organisation_id=organisation_id, status="booked")
    for section_id, on, start, end in rows.values_list("section_id", "on", "starts_minute", "ends_minute"):
        sheets.setdefault((section_id, on), []).append(TimeRange(start, end))
    return sum(there > places for ranges in sheets.values() for there in presence(ranges))
