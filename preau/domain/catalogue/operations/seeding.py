"""Filling the calendar of a collectivité from the libraries."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import holidays
from django.db import transaction
from vacances_scolaires_france import SchoolHolidayDates

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import PublicHoliday, SchoolHoliday, SchoolYear
from preau.domain.organisations.enums import HolidayRegion, SchoolZone
from preau.domain.organisations.models import Organisation
from preau.kernel.calendars import ascension, runs_of_days, school_year_of

SUMMER = "Vacances d’été"
BRIDGE = "Pont de l’Ascension"
MAINLAND = "FR"  # who seeded a public holiday of no special region
ALSACE, ALSATIAN = "6AE", frozenset({HolidayRegion.BAS_RHIN, HolidayRegion.HAUT_RHIN})

Run = tuple[date, date, str]


@transaction.atomic
def seed_calendar(*, actor: Actor, first_year: int, last_year: int) -> None:
    """Fill the editable tables of school years, school holidays and public holidays, from the libraries.

    Zone and region are those of the collectivité. Rows that exist are kept: it may have corrected them. Where the
    académie decides its own calendar (SchoolZone.OWN), school holidays are typed: none is invented. Past the official
    school calendar, the last known pattern is projected and marked so, for agents to be told. Four queries.

    :param first_year: civil years in which the first and last school years start, both included.
    """
    actor.require_role(Role.ADMIN, Role.MANAGER)
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    years = range(first_year, last_year + 1)
    region = organisation.holiday_region
    PublicHoliday.objects.bulk_create(
        [
            PublicHoliday(organisation_id=organisation.pk, on=day, name=name, seeded_for=region or MAINLAND)
            for day, name in public_holidays(region=region, first_year=first_year, last_year=last_year)
        ],
        ignore_conflicts=True,
    )
    if organisation.school_zone == SchoolZone.OWN:
        _school_years(organisation.pk, {year: date(year + 1, 7, 4) for year in years})
        return
    school = SchoolCalendar(organisation.school_zone)
    SchoolHoliday.objects.bulk_create(
        [
            SchoolHoliday(
                organisation_id=organisation.pk,
                name=name,
                starts_on=start,
                ends_on=end,
                is_projected=year > school.last_known_year,
                seeded_for=organisation.school_zone,
            )
            for year in years
            for start, end, name in school.holidays_of(year)
        ],
        ignore_conflicts=True,
    )
    _school_years(organisation.pk, {year: school.summer_of(year) for year in years})


@transaction.atomic
def reseed_calendar(*, actor: Actor, first_year: int, last_year: int) -> None:
    """Fill the calendar again after a change of zone or region.

    What the library wrote for another zone or region goes; what the collectivité typed stays.
    """
    actor.require_role(Role.ADMIN, Role.MANAGER)
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    stale = SchoolHoliday.objects.filter(organisation_id=organisation.pk).exclude(seeded_for="")
    stale.exclude(seeded_for=organisation.school_zone).delete()
    region = organisation.holiday_region or MAINLAND
    old = PublicHoliday.objects.filter(organisation_id=organisation.pk).exclude(seeded_for="")
    old.exclude(seeded_for=region).delete()
    seed_calendar(actor=actor, first_year=first_year, last_year=last_year)


def public_holidays(*, region: str, first_year: int, last_year: int) -> list[tuple[date, str]]:
    """Return the public holidays of a region, from the civil year `first_year` to the one after `last_year`.

    Alsace-Moselle has two more (Code du travail, L3134-13): the library knows it by its two halves.
    """
    years = range(first_year, last_year + 2)
    subdivision = ALSACE if region in ALSATIAN else region or None
    found = holidays.country_holidays("FR", subdiv=subdivision, years=years, language="fr")
    return [(day, _clean(name.split(";")[0])) for day, name in sorted(found.items())]


def _school_years(organisation_id: int, ends: Mapping[int, date]) -> None:
    SchoolYear.objects.bulk_create(
        [
            SchoolYear(
                organisation_id=organisation_id, label=f"{year}-{year + 1}", starts_on=date(year, 9, 1), ends_on=end
            )
            for year, end in ends.items()
        ],
        ignore_conflicts=True,
    )


class SchoolCalendar:
    """School holidays of one zone, one school year at a time (from 1 September to 31 August)."""

    def __init__(self, zone: str) -> None:
        source = SchoolHolidayDates()
        days = {day: _clean(str(row["nom_vacances"])) for day, row in source.data.items() if row[source.zone_key(zone)]}
        self._runs: dict[int, list[Run]] = {}
        for run in runs_of_days(days):
            self._runs.setdefault(school_year_of(run[0]), []).append(run)
        # The calendar is published up to the end of a school year: its last one is whole.
        self.last_known_year = max(self._runs)

    def holidays_of(self, year: int) -> list[Run]:
        """Return the holidays of a school year, projected when it is past the official calendar."""
        runs = self._runs[year] if year in self._runs else list(self._projected(year))
        thursday = ascension(year + 1)
        if not any(start <= thursday + timedelta(days=1) < end for start, end, _ in runs):
            # The library leaves some years' bridge out; every year since 2013 has had one.
            runs = sorted([*runs, (thursday, thursday + timedelta(days=3), BRIDGE)])
        return runs

    def summer_of(self, year: int) -> date:
        """Return the first day of the summer holidays that end a school year."""
        return next(start for start, _, name in self.holidays_of(year) if name == SUMMER)

    def _projected(self, year: int) -> Iterator[Run]:
        """Move the last known year by whole weeks, so that each holiday keeps its weekdays."""
        weeks = round((date(year, 9, 1) - date(self.last_known_year, 9, 1)).days / 7)
        shift = timedelta(weeks=weeks)
        for start, end, name in self._runs[self.last_known_year]:
            if name == SUMMER:
                yield start + shift, date(year + 1, 9, 1), name
            elif name != BRIDGE:
                yield start + shift, end + shift, name


def _clean(name: str) -> str:
    return name.strip().replace("'", "’")[:60]
