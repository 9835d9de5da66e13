"""Filling the calendar of a collectivité from the libraries."""

from collections.abc import Iterator
from datetime import date, timedelta

import holidays
from django.db import transaction
from vacances_scolaires_france import SchoolHolidayDates

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import PublicHoliday, SchoolHoliday, SchoolYear
from preau.domain.organisations.models import Organisation
from preau.kernel.calendars import ascension, runs_of_days, school_year_of

SUMMER = "Vacances d’été"
BRIDGE = "Pont de l’Ascension"

Run = tuple[date, date, str]


@transaction.atomic
def seed_calendar(*, actor: Actor, first_year: int, last_year: int) -> None:
    """Fill the editable tables of school years, school holidays and public holidays, from the libraries.

    Zone and region are those of the collectivité. Rows that exist are kept: it may have corrected them.
    Past the official school calendar, the last known pattern is projected and marked so, for agents to
    be told. Four queries. Alsace-Moselle has its own public holidays (Code du travail, L3134-13).

    :param first_year: civil years in which the first and last school years start, both included.
    """
    actor.require_role(Role.ADMIN, Role.MANAGER)
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    public = holidays.country_holidays(
        "FR", subdiv=organisation.holiday_region or None, years=range(first_year, last_year + 2), language="fr"
    )
    PublicHoliday.objects.bulk_create(
        [
            PublicHoliday(organisation_id=organisation.pk, on=day, name=_clean(name.split(";")[0]))
            for day, name in sorted(public.items())
        ],
        ignore_conflicts=True,
    )
    school = SchoolCalendar(organisation.school_zone)
    years = range(first_year, last_year + 1)
    SchoolHoliday.objects.bulk_create(
        [
            SchoolHoliday(
                organisation_id=organisation.pk,
                name=name,
                starts_on=start,
                ends_on=end,
                is_projected=year > school.last_known_year,
            )
            for year in years
            for start, end, name in school.holidays_of(year)
        ],
        ignore_conflicts=True,
    )
    SchoolYear.objects.bulk_create(
        [
            SchoolYear(
                organisation_id=organisation.pk,
                label=f"{year}-{year + 1}",
                starts_on=date(year, 9, 1),
                ends_on=school.summer_of(year),
            )
            for year in years
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
