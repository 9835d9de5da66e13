"""Who is present in a section on a day, counted from the ranges, beside its places."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from preau.base.actor import Actor
from preau.domain.catalogue.enums import OpenOn
from preau.domain.catalogue.models import Offer
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.creche.queries.enrolments import SectionView, limits_on
from preau.domain.creche.rules import Sheet
from preau.kernel.periods import Period
from preau.kernel.time_ranges import Ranges, TimeRange, presence

Day = tuple[int, date]  # section or enrolment id, day


@dataclass(frozen=True, slots=True)
class Expected:
    """A range that a child holds. `range_id` is that of its row."""

    range_id: int
    enrolment_id: int
    child_id: int
    section_id: int
    on: date
    hours: TimeRange


def booked_ranges(*, organisation_id: int) -> QuerySet[CareRange]:
    """Return the ranges that hold a place."""
    return CareRange.objects.filter(organisation_id=organisation_id, status=RangeStatus.BOOKED)


def expected_in(*, actor: Actor, section_ids: Collection[int], days: Collection[date]) -> list[Expected]:
    """Return the ranges held in sections on days. One query, none for nothing."""
    if not section_ids or not days:
        return []
    rows = booked_ranges(organisation_id=actor.organisation_id)
    return _read(rows.filter(section_id__in=section_ids, on__in=days))


def held_by(*, actor: Actor, child_ids: Collection[int], start: date, end: date) -> list[Expected]:
    """Return the ranges that children hold in [start, end), by any of their enrolments. One query, none for nothing."""
    if not child_ids:
        return []
    rows = booked_ranges(organisation_id=actor.organisation_id)
    return _read(rows.filter(child_id__in=child_ids, on__gte=start, on__lt=end))


def days_of_care(*, actor: Actor, enrolment_ids: Collection[int], start: date) -> dict[int, int]:
    """Return enrolment → how many days hold hours of it, on or after a day. One query, none for nothing."""
    if not enrolment_ids:
        return {}
    rows = booked_ranges(organisation_id=actor.organisation_id).filter(enrolment_id__in=enrolment_ids, on__gte=start)
    return dict(rows.order_by().values_list("enrolment_id").annotate(days=Count("on", distinct=True)))


def _read(rows: QuerySet[CareRange]) -> list[Expected]:
    columns = ("pk", "enrolment_id", "child_id", "section_id", "on", "starts_minute", "ends_minute")
    return [
        Expected(pk, enrolment_id, child_id, section_id, on, TimeRange(start, end))
        for pk, enrolment_id, child_id, section_id, on, start, end in rows.order_by(
            "on", "starts_minute", "pk"
        ).values_list(*columns)
    ]


def ranges_by_day(*, expected: Iterable[Expected]) -> dict[Day, Ranges]:
    """Return the ranges of each enrolment on each day, in the order of the day."""
    found: dict[Day, list[TimeRange]] = {}
    for each in expected:
        found.setdefault((each.enrolment_id, each.on), []).append(each.hours)
    return {key: tuple(sorted(ranges)) for key, ranges in found.items()}


def sheets_of(
    *, expected: Iterable[Expected], sections: Mapping[int, SectionView], openings: Mapping[Day, TimeRange | None]
) -> dict[Day, Sheet]:
    """Return the sheet of each section on each day of `openings`: who is there, for how many places.

    :param openings: by section and day, the hours at which it is open; None: closed.
    """
    by_sheet: dict[Day, list[TimeRange]] = {key: [] for key in openings}
    for each in expected:
        if (each.section_id, each.on) in by_sheet:
            by_sheet[each.section_id, each.on].append(each.hours)
    return {
        (section_id, on): Sheet(
            section_id,
            on,
            limits_on(section=sections[section_id], on=on, opening=openings[section_id, on]),
            list(presence(ranges)),
        )
        for (section_id, on), ranges in by_sheet.items()
    }


def offer_of_structure(
    *, structure_id: int, site_id: int, hours: Mapping[int, TimeRange] | None, period: Period
) -> Offer:
    """The calendar of a structure: its weekdays, whatever the school calendar; closed days and holidays still count.

    It has the structure's id, below zero: calendars of offers and of structures are loaded together.
    """
    return Offer(
        pk=-structure_id,
        site_id=site_id,
        weekdays="".join(str(day) for day in sorted(hours or {})),
        open_on=OpenOn.ALL_DAYS,
        starts_on=period.start,
        ends_on=period.end,
    )
