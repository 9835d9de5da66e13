"""A crèche in a town of tests: one structure, sections, an offer of each kind of care."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from preau.domain.catalogue.models import Activity, Offer
from preau.domain.creche.models import CareOffer, CareRange, Section, Structure
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import Child
from preau.domain.organisations.models import Site
from preau.kernel.time_ranges import Ranges, TimeRange, presence
from tests.factories.town import NOW, TODAY, Household, Town

HOURS = {str(day): ["7:30", "18:30"] for day in range(5)}
NOTICE = {"kind": "hours", "hours": 48}
FULL_DAY = TimeRange(570, 1050)  # 9 h 30 to 17 h 30


def ranges(*pairs: tuple[int, int]) -> Ranges:
    """Return ranges from (hour, hour)."""
    return tuple(TimeRange(int(start * 60), int(end * 60)) for start, end in pairs)


def monday(weeks: int = 1) -> date:
    """Return a Monday after TODAY."""
    return TODAY + timedelta(days=7 * weeks)


class Creche:
    """One structure with its sections."""

    def __init__(
        self,
        town: Town,
        name: str = "Les Coquelicots",
        *,
        places: int = 3,
        surplus: int = 100,
        sections: tuple[str, ...] = ("Petits",),
        hours: Mapping[str, list[str]] | None = None,
    ) -> None:
        self.town = town
        self.site = Site.objects.create(organisation_id=town.id, name=name, kind="creche", phone="05 36 49 21 60")
        self.structure = Structure.objects.create(
            organisation_id=town.id, site=self.site, hours=dict(hours or HOURS), surplus_percent=surplus
        )
        self.sections = [
            Section.objects.create(
                organisation_id=town.id, structure=self.structure, name=each, position=number, places=places
            )
            for number, each in enumerate(sections)
        ]

    def offer(self, care: str = "variable", *, confirmation: str = "reviewed", **rules: Any) -> Offer:
        """Open an offer of care."""
        names = {"regular": "Accueil Régulier", "variable": "Accueil Variable", "occasional": "Accueil Occasionnel"}
        activity, _made = Activity.objects.get_or_create(
            organisation_id=self.town.id,
            name=names.get(care, "Accueil d’urgence"),
            defaults={
                "department": self.town.department,
                "kind": "creche",
                "booking_mode": "time_ranges",
                "confirmation": confirmation,
                "enrolment_by": "service",
            },
        )
        offer = Offer.objects.create(
            organisation_id=self.town.id,
            activity=activity,
            site=self.site,
            starts_on=TODAY - timedelta(days=28),
            ends_on=TODAY + timedelta(days=180),
            open_on="all_days",
            change_deadline=rules.pop("notice", NOTICE),
            openings=rules.pop("openings", []),
        )
        CareOffer.objects.create(organisation_id=self.town.id, offer=offer, care=care, **rules)
        return offer

    def enrol(self, home: Household, offer: Offer, *, child: Child | None = None) -> Enrolment:
        """Enrol a child, two years old on TODAY."""
        child = child or home.children[0]
        Child.objects.filter(pk=child.pk).update(birth_date=TODAY - timedelta(days=730))
        return self.town.enrol(home, offer, child=child)


def held(town: Town, on: date) -> list[int]:
    """Return how many hold a place at each quarter of a day."""
    rows = CareRange.objects.filter(organisation_id=town.id, on=on, status="booked")
    return list(presence(TimeRange(row.starts_minute, row.ends_minute) for row in rows))


__all__ = ["FULL_DAY", "HOURS", "NOTICE", "NOW", "TODAY", "Creche", "held", "monday", "ranges"]
