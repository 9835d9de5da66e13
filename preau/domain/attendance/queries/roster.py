"""Who is planned on a sheet."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.scope import limited
from preau.domain.absences.queries.moments import missed_starts
from preau.domain.attendance.enums import Seen
from preau.domain.attendance.models import Presence
from preau.domain.attendance.rules import SheetKey
from preau.domain.bookings.enums import BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.bookings.queries.without_booking import enrolled_between
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import Offer, Unit
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.creche.queries.presence import structures_of
from preau.kernel.clock_times import DAY
from preau.kernel.time_ranges import TimeRange

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """One child at one moment, as it was planned. `is_announced`: its absence was said before."""

    child_id: int
    activity_id: int
    hours: TimeRange
    enrolment_id: int | None = None
    booking_id: int | None = None
    range_id: int | None = None
    is_announced: bool = False

    @property
    def row(self) -> tuple[int, int]:
        """Return what names its line on the sheet."""
        return (self.child_id, self.hours.start)


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """What a sheet is about. `hours` are those of the moment; None where each child has its own.

    `needs_booking` False: those enrolled come when they wish, nobody is waited for.
    """

    key: SheetKey
    site_id: int
    site: str
    phone: str
    activity: str
    moment: str
    hours: TimeRange | None
    needs_booking: bool = True

    @property
    def activity_id(self) -> int:
        """Return the activity of a moment; 0 for a section, that welcomes several."""
        return self.key.activity_id

    @property
    def is_section(self) -> bool:
        return bool(self.key.section_id)

    @property
    def title(self) -> str:
        """Return « Accueil du soir, Soir », or the section."""
        return ", ".join(word for word in (self.activity, self.moment) if word)


def place_of(*, actor: Actor, key: SheetKey) -> SheetPlace:
    """Return what a sheet is about. Two queries.

    :raises NotFound: no such sheet, or not one that the actor looks after.
    """
    return _section(actor, key) if key.section_id else _moment(actor, key)


def _section(actor: Actor, key: SheetKey) -> SheetPlace:
    for each in structures_of(actor=actor):
        for section in each.sections:
            if section.section_id == key.section_id:
                return SheetPlace(key, each.site_id, each.site, each.phone, section.name, "", None)
    raise NotFound("sheet")


def _moment(actor: Actor, key: SheetKey) -> SheetPlace:
    offers = limited(
        Offer.objects.filter(
            organisation_id=actor.organisation_id, activity_id=key.activity_id, site_id=key.site_id, care=None
        ),
        actor=actor,
        department="activity__department",
        site="site",
    )
    names = ("activity__name", "activity__booking_mode", "site__name", "site__phone")
    found = offers.values_list("pk", *names).order_by("pk")
    rows = list(found)
    if not rows:
        raise NotFound("sheet")
    _pk, activity, mode, site, phone = rows[0]
    is_free = mode == BookingMode.NONE
    if is_free is bool(key.moment):
        raise NotFound("sheet")
    hours = TimeRange(0, DAY) if is_free else _hours(actor, [row[0] for row in rows], key.moment)
    return SheetPlace(key, key.site_id, site, phone, activity, key.moment, hours, needs_booking=not is_free)


def _hours(actor: Actor, offer_ids: Iterable[int], moment: str) -> TimeRange:
    units = Unit.objects.filter(organisation_id=actor.organisation_id, offer_id__in=list(offer_ids), name=moment)
    found = list(units.values_list("starts_minute", "ends_minute"))
    if not found:
        raise NotFound("sheet")
    return TimeRange(min(start for start, _end in found), max(end for _start, end in found))


def planned_on(*, actor: Actor, place: SheetPlace, on: date) -> list[Planned]:
    """Return who is planned on a sheet, in no order. Two queries; five where nothing is booked.

    :param place: just read for this actor.
    """
    if place.is_section:
        rows = _by_hours(actor, place, on)
    elif place.needs_booking:
        rows = _booked(actor, place, on)
    else:
        rows = _enrolled(actor, place, on)
    missed = missed_starts(actor=actor, start=on, end=on + A_DAY) if rows else frozenset()
    return [Planned(*row, is_announced=(row[3], on, row[2].start) in missed) for row in rows]


def attached(*, planned: Iterable[Planned], kept: Iterable[Presence]) -> dict[tuple[int, int], Planned]:
    """Return who is planned, by the line under which it was pointed.

    Hours that moved since a child was pointed keep the line that they overlap: it is not waited for a second time.
    """
    found = {each.row: each for each in planned}
    rows = {(each.child_id, each.starts_minute): each for each in kept if each.seen != Seen.WAITED}
    for row, presence in rows.items():
        hours = TimeRange(presence.starts_minute, presence.ends_minute)
        moved = [
            each
            for each in found.values()
            if each.child_id == row[0] and each.row not in rows and each.hours.meets(hours)
        ]
        if row not in found and moved:
            first = min(moved, key=lambda each: each.hours)
            del found[first.row]
            found[row] = replace(first, hours=TimeRange(row[1], max(first.hours.end, row[1] + 1)))
    return found


Row = tuple[int, int, TimeRange, int, int | None, int | None]


def _booked(actor: Actor, place: SheetPlace, on: date) -> list[Row]:
    rows = Booking.objects.filter(
        organisation_id=actor.organisation_id,
        on=on,
        status=BookingStatus.BOOKED,
        child__isnull=False,
        slot__offer__activity_id=place.activity_id,
        slot__offer__site_id=place.site_id,
        slot__unit__name=place.moment,
    )
    found: Any = rows.values_list(
        "child_id", "enrolment_id", "pk", "slot__unit__starts_minute", "slot__unit__ends_minute"
    )
    return [
        (child_id, place.activity_id, TimeRange(start, end), enrolment_id, pk, None)
        for child_id, enrolment_id, pk, start, end in found
    ]


def _by_hours(actor: Actor, place: SheetPlace, on: date) -> list[Row]:
    rows = CareRange.objects.filter(
        organisation_id=actor.organisation_id, section_id=place.key.section_id, on=on, status=RangeStatus.BOOKED
    )
    found = rows.values_list(
        "child_id", "enrolment_id", "pk", "starts_minute", "ends_minute", "enrolment__offer__activity_id"
    )
    return [
        (child_id, activity_id, TimeRange(start, end), enrolment_id, None, pk)
        for child_id, enrolment_id, pk, start, end, activity_id in found
    ]


def _enrolled(actor: Actor, place: SheetPlace, on: date) -> list[Row]:
    """Of a child of two homes enrolled by both, the first enrolment: it comes once."""
    found: dict[int, Row] = {}
    for each in enrolled_between(actor=actor, start=on, end=on + A_DAY, site_id=place.site_id):
        if each.activity_id == place.activity_id and each.child_id:
            found.setdefault(
                each.child_id, (each.child_id, each.activity_id, TimeRange(0, DAY), each.enrolment_id, None, None)
            )
    return list(found.values())


def activity_of_section(*, actor: Actor, place: SheetPlace) -> int:
    """Return the activity under which a child who was not planned is pointed in a section: the first of the place.

    :raises NotFound: the structure welcomes under no activity.
    """
    offers = Offer.objects.filter(organisation_id=actor.organisation_id, site_id=place.site_id, care__isnull=False)
    found = offers.order_by("activity__position", "pk").values_list("activity_id", flat=True).first()
    if found is None:
        raise NotFound("activity")
    return found
