"""Who is in which class, and which school an address belongs to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from preau.base.actor import Actor
from preau.base.ordering import by_name
from preau.base.scope import limited
from preau.base.written import written
from preau.domain.catalogue.models import SchoolClass, SchoolYear
from preau.domain.enrolments.enums import Weeks
from preau.domain.enrolments.models import Schooling, SchoolSector
from preau.domain.enrolments.rules import ClassFacts, Sector, school_of_address
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Site


@dataclass(frozen=True, slots=True)
class YearLine:
    """A school year. [starts_on, ends_on)."""

    year_id: int
    label: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class SchoolingLine:
    """A child in a class. [starts_on, ends_on)."""

    child_id: int
    class_id: int
    class_name: str
    level: str
    teacher: str
    site_id: int
    site: str
    year_id: int
    year: str
    starts_on: date
    ends_on: date


def school_years(*, actor: Actor, on: date) -> list[YearLine]:
    """Return the school years that are not over, in order."""
    rows = SchoolYear.objects.filter(organisation_id=actor.organisation_id, ends_on__gt=on).order_by("starts_on")
    return [YearLine(row.pk, row.label, row.starts_on, row.ends_on) for row in rows]


def all_school_years(*, actor: Actor) -> list[YearLine]:
    """Return every school year of the collectivité, in order."""
    rows = SchoolYear.objects.filter(organisation_id=actor.organisation_id).order_by("starts_on")
    return [YearLine(row.pk, row.label, row.starts_on, row.ends_on) for row in rows]


def schools(*, actor: Actor) -> list[tuple[int, str]]:
    """Return (site id, name) of the schools, by name."""
    rows = Site.objects.filter(organisation_id=actor.organisation_id, kind=SiteKind.SCHOOL).order_by(*by_name("name"))
    return list(rows.values_list("pk", "name"))


def schoolings_of(*, actor: Actor, child_id: int) -> list[SchoolingLine]:
    """Return the classes of a child, oldest first. One query; the caller has checked that the child may be read."""
    rows = Schooling.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
    return [
        _schooling_line(row)
        for row in rows.select_related("school_class__site", "school_class__school_year").order_by("starts_on", "pk")
    ]


def classes_of_children(*, actor: Actor, child_ids: Collection[int], on: date) -> dict[int, SchoolingLine]:
    """Return the class of each child on a day. One query; the caller has checked that the children may be read."""
    rows = _schooling_rows(organisation_id=actor.organisation_id, child_ids=child_ids, on=on)
    return {row.child_id: _schooling_line(row) for row in rows}


@written
def _schooling_rows(*, organisation_id: int, child_ids: Collection[int], on: date) -> QuerySet[Schooling]:
    rows = Schooling.objects.filter(
        organisation_id=organisation_id, child_id__in=child_ids, starts_on__lte=on, ends_on__gt=on
    )
    return rows.select_related("school_class__site", "school_class__school_year").order_by("starts_on", "pk")


def classes_of_year(*, actor: Actor, year_id: int, site_id: int | None = None) -> list[ClassFacts]:
    """Return the classes of a year with how many pupils each has, by school and name. One query."""
    rows = SchoolClass.objects.filter(organisation_id=actor.organisation_id, school_year_id=year_id)
    if site_id is not None:
        rows = rows.filter(site_id=site_id)
    counted = rows.annotate(pupils=Count("schoolings")).order_by(*by_name("site__name", "name"))
    return [ClassFacts(row.pk, row.site_id, row.level, row.name, row.pupils) for row in counted]


def classes_to_choose(*, actor: Actor, on: date) -> list[tuple[int, str]]:
    """Return (class id, « École des Tests - CE1 A - 2026-2027 ») of the years that are not over. One query."""
    rows = (
        SchoolClass.objects.filter(organisation_id=actor.organisation_id, school_year__ends_on__gt=on)
        .select_related("site", "school_year")
        .order_by("school_year__starts_on", *by_name("site__name", "name"))
    )
    rows = limited(rows, actor=actor, site="site")
    return [(row.pk, f"{row.site.name} - {row.name} - {row.school_year.label}") for row in rows]


def sector_school(*, actor: Actor, number: str, street: str, postcode: str) -> tuple[int, str] | None:
    """Return (site id, name) of the school of an address, or None when no sector holds it. Two queries at most.

    Where a collectivité has one school only, every address of its children is in its sector.
    """
    rows = SchoolSector.objects.filter(organisation_id=actor.organisation_id).select_related("site")
    sectors = [
        Sector(row.site_id, row.street, row.postcode, Weeks(row.side), row.from_number, row.to_number) for row in rows
    ]
    if not sectors:
        known = schools(actor=actor)
        return known[0] if len(known) == 1 else None
    found = school_of_address(sectors, number=number, street=street, postcode=postcode)
    return next(((row.site_id, row.site.name) for row in rows if row.site_id == found), None)


def _schooling_line(row: Schooling) -> SchoolingLine:
    school_class = row.school_class
    return SchoolingLine(
        child_id=row.child_id,
        class_id=school_class.pk,
        class_name=school_class.name,
        level=school_class.level,
        teacher=school_class.teacher,
        site_id=school_class.site_id,
        site=school_class.site.name,
        year_id=school_class.school_year_id,
        year=school_class.school_year.label,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )
