"""Who is present where and when, for directors: the week by half-hour and section, the sheet of a day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Count

from preau.base.actor import Actor
from preau.base.ordering import by_name
from preau.base.scope import is_limited, limited
from preau.domain.catalogue import queries as catalogue
from preau.domain.catalogue.models import Offer
from preau.domain.catalogue.rules import age_in_months, closure_of
from preau.domain.creche.models import Structure
from preau.domain.creche.queries.enrolments import SectionView, limits_on, read_hours, sections_of
from preau.domain.creche.queries.sheets import booked_ranges, offer_of_structure
from preau.domain.creche.rules import StaffRatio
from preau.kernel.periods import Period
from preau.kernel.time_ranges import QUARTER, QUARTERS, Ranges, TimeRange, presence, quarters_of


@dataclass(frozen=True, slots=True)
class StructureView:
    """One crèche with its sections. `hours` are those of each weekday; None when they cannot be read."""

    structure_id: int
    site_id: int
    site: str
    phone: str
    hours: Mapping[int, TimeRange] | None
    surplus: int
    ratio: StaffRatio
    sections: tuple[SectionView, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """A child expected on a day, with its hours."""

    enrolment_id: int
    child_id: int
    first_name: str
    last_name: str
    hue: int
    months: int
    ranges: Ranges
    family_id: int = 0

    @property
    def short_name(self) -> str:
        """Return « Zoé M. »."""
        return f"{self.first_name} {self.last_name[:1]}."


@dataclass(frozen=True)
class SectionDay:
    """A section on a day. `closed` says why it is closed; None: open."""

    section: SectionView
    on: date
    opening: TimeRange | None
    closed: str | None
    limits: tuple[int, ...]
    children: tuple[Present, ...]
    ratio: StaffRatio

    @cached_property
    def present(self) -> tuple[int, ...]:
        """Return how many are there at each quarter."""
        return presence(hours for child in self.children for hours in child.ranges)

    @cached_property
    def staff(self) -> tuple[int, ...]:
        """Return how many professionals each quarter needs."""
        return staff_needed(children=self.children, ratio=self.ratio)


def staff_needed(*, children: Collection[Present], ratio: StaffRatio) -> tuple[int, ...]:
    """Return how many professionals the children present at each quarter of a day need."""
    walking = presence(hours for each in children if each.months >= ratio.walks_from_months for hours in each.ranges)
    every = presence(hours for each in children for hours in each.ranges)
    return tuple(
        ratio.needed(not_walking=there - walks, walking=walks) for there, walks in zip(every, walking, strict=True)
    )


def structures_of(*, actor: Actor) -> list[StructureView]:
    """Return the crèches that an agent looks after, by name. Two queries."""
    rows = Structure.objects.filter(organisation_id=actor.organisation_id)
    if is_limited(actor=actor):  # a gym class at the same address is no care
        here = Offer.objects.filter(organisation_id=actor.organisation_id, care__isnull=False)
        cared = limited(here, actor=actor, department="activity__department", site="site")
        rows = rows.filter(site_id__in=cared.values("site_id"))
    found = list(rows.select_related("site").order_by(*by_name("site__name")))
    sections = sections_of(organisation_id=actor.organisation_id, structure_ids=[row.pk for row in found])
    return [
        StructureView(
            structure_id=row.pk,
            site_id=row.site_id,
            site=row.site.name,
            phone=row.site.phone,
            hours=read_hours(kept=row.hours, structure_id=row.pk),
            surplus=row.surplus_percent,
            ratio=StaffRatio(row.per_not_walking, row.per_walking, row.walks_from_months, row.least_staff),
            sections=sections.get(row.pk, ()),
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class SectionToday:
    """A section of a crèche and how many children are expected on a day."""

    section_id: int
    site: str
    section: str
    children: int


def expected_by_section(*, actor: Actor, on: date) -> list[SectionToday]:
    """Return the sections that an agent looks after, with the children expected on a day. Three queries."""
    structures = structures_of(actor=actor)
    ids = [section.section_id for each in structures for section in each.sections]
    rows = booked_ranges(organisation_id=actor.organisation_id).filter(section_id__in=ids, on=on).order_by()
    counts = dict(rows.values_list("section_id").annotate(children=Count("child_id", distinct=True)))
    return [
        SectionToday(section.section_id, each.site, section.name, counts.get(section.section_id, 0))
        for each in structures
        for section in each.sections
    ]


def days_of_sections(
    *, actor: Actor, structures: Sequence[StructureView], start: date, end: date
) -> dict[int, list[SectionDay]]:
    """Return the days of [start, end) of each section, by its id. Two queries.

    :param structures: just read for this agent.
    """
    if not structures:
        return {}
    offers = {
        each.structure_id: offer_of_structure(
            structure_id=each.structure_id, site_id=each.site_id, hours=each.hours, period=Period(start, end)
        )
        for each in structures
    }
    calendars = catalogue.load_calendars(
        organisation_id=actor.organisation_id, offers=offers.values(), start=start, end=end
    )
    children = _children(actor, [section.section_id for each in structures for section in each.sections], start, end)
    found: dict[int, list[SectionDay]] = {}
    for each in structures:
        for on in Period(start, end).days():
            closed = closure_of(on, calendar=calendars[offers[each.structure_id].pk])
            opening = (each.hours or {}).get(on.weekday()) if closed is None else None
            for section in each.sections:
                found.setdefault(section.section_id, []).append(
                    SectionDay(
                        section=section,
                        on=on,
                        opening=opening,
                        closed=None if opening else (closed or ""),
                        limits=limits_on(section=section, on=on, opening=opening),
                        children=tuple(children.get((section.section_id, on), ())),
                        ratio=each.ratio,
                    )
                )
    return found


def _children(
    actor: Actor, section_ids: Collection[int], start: date, end: date
) -> dict[tuple[int, date], list[Present]]:
    rows = booked_ranges(organisation_id=actor.organisation_id).filter(
        section_id__in=section_ids, on__gte=start, on__lt=end
    )
    names = ("child__first_name", "child__last_name", "child__hue", "child__birth_date", "family_id")
    hours: dict[tuple[int, date, int], list[TimeRange]] = {}
    who = {}
    for section_id, on, first, last, enrolment_id, child_id, *child in rows.order_by(
        *by_name("child__last_name"), *by_name("child__first_name"), "child_id", "starts_minute"
    ).values_list("section_id", "on", "starts_minute", "ends_minute", "enrolment_id", "child_id", *names):
        hours.setdefault((section_id, on, enrolment_id), []).append(TimeRange(first, last))
        who[enrolment_id] = (child_id, *child)
    found: dict[tuple[int, date], list[Present]] = {}
    for (section_id, on, enrolment_id), ranges in hours.items():
        child_id, first_name, last_name, hue, born, family_id = who[enrolment_id]
        months = age_in_months(born, on=on) if born else 0
        found.setdefault((section_id, on), []).append(
            Present(enrolment_id, child_id, first_name, last_name, hue, months, tuple(ranges), family_id)
        )
    return found


HALF = 2 * QUARTER


@dataclass(frozen=True, slots=True)
class Half:
    """Half an hour of a section on a day: the most present, the fewest places, the professionals needed."""

    minute: int
    present: int
    places: int
    staff: int
    names: tuple[Present, ...] = ()

    @property
    def level(self) -> str:
        """Return how full it is: x closed, 0 empty, then 1 to 5 (over)."""
        if not self.places and not self.present:
            return "x"
        if self.present > self.places:
            return "5"
        if self.present == self.places:
            return "4"
        share = self.present / self.places
        return "0" if not self.present else ("1" if share < 0.55 else "2" if share < 0.8 else "3")


def halves_of(*, day: SectionDay, hours: TimeRange) -> list[Half]:
    """Return the half-hours of a day between two hours."""
    there: dict[int, list[Present]] = {}
    for child in day.children:
        for minute in {minute for each in child.ranges for minute in _halves_met(each)}:
            there.setdefault(minute, []).append(child)
    found = []
    for minute in range(hours.start // HALF * HALF, hours.end, HALF):
        cut = quarters_of(TimeRange(minute, min(minute + HALF, QUARTERS * QUARTER)))
        places = [limit for limit in day.limits[cut] if limit] or [0]
        names = tuple(there.get(minute, ()))
        found.append(Half(minute, max(day.present[cut]), min(places), max(day.staff[cut]), names))
    return found


def _halves_met(hours: TimeRange) -> range:
    return range(hours.start // HALF * HALF, hours.end, HALF)
