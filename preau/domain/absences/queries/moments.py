"""Planned moments of children, and those that are missed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from preau.base.actor import FAMILY, Actor
from preau.base.scope import limited
from preau.domain.absences.enums import Effect, ProofState
from preau.domain.absences.models import AbsenceDay
from preau.domain.absences.queries.enrolments import AttendedEnrolment
from preau.domain.absences.rules import is_excused
from preau.domain.bookings.enums import HOLDS_PLACE
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import Offer
from preau.domain.catalogue.queries import closures_of, load_calendars
from preau.domain.catalogue.rules import instant_of
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.queries.children import without_closed
from preau.kernel.clock_times import DAY
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment at which a child is expected. Where nothing is booked it is the whole day, and hangs on nothing."""

    enrolment_id: int
    on: date
    hours: TimeRange
    name: str = ""  # « Soir »; "" for hours
    booking_id: int | None = None
    slot_id: int | None = None
    range_id: int | None = None

    @property
    def is_booked(self) -> bool:
        return self.booking_id is not None or self.range_id is not None


@dataclass(frozen=True, slots=True)
class MissedMoment:
    """One moment that is missed, and what it becomes."""

    absence_id: int
    enrolment_id: int
    on: date
    hours: TimeRange
    name: str
    effect: str
    why: str
    rank: int
    proof: str
    slot_id: int | None = None  # of what is booked by units
    code: str | None = None  # of the unit

    def starts_after(self, now: datetime, *, zone: ZoneInfo) -> bool:
        """Tell whether it has not begun yet."""
        return now < instant_of(self.on, self.hours.start, zone)

    @property
    def is_excused(self) -> bool:
        return is_excused(effect=Effect(self.effect), proof=ProofState(self.proof))


def expected_moments(*, actor: Actor, enrolments: Iterable[AttendedEnrolment], start: date, end: date) -> list[Moment]:
    """Return the moments planned for some enrolments in [start, end), in order. Two queries; three more where nothing
    is booked.

    :param enrolments: those that the actor may read.
    """
    mine = {each.enrolment_id: each for each in enrolments}
    if not mine or start >= end:
        return []
    found = [*_booked(actor, mine, start, end), *_by_hours(actor, mine, start, end)]
    unbooked = [each for each in mine.values() if each.mode == BookingMode.NONE]
    if unbooked:
        found += _open(actor, unbooked, start, end)
    return sorted(found, key=lambda each: (each.on, each.hours, each.enrolment_id))


def _booked(actor: Actor, ids: Collection[int], start: date, end: date) -> list[Moment]:
    rows = Booking.objects.filter(
        organisation_id=actor.organisation_id, enrolment_id__in=ids, on__gte=start, on__lt=end, status__in=HOLDS_PLACE
    ).values_list("enrolment_id", "on", "slot__unit__starts_minute", "slot__unit__ends_minute", *_OF_BOOKING)
    return [
        Moment(enrolment_id, on, TimeRange(starts, ends), name, booking_id, slot_id)
        for enrolment_id, on, starts, ends, name, booking_id, slot_id in rows
    ]


_OF_BOOKING = ("slot__unit__name", "pk", "slot_id")


def _by_hours(actor: Actor, ids: Collection[int], start: date, end: date) -> list[Moment]:
    rows = CareRange.objects.filter(
        organisation_id=actor.organisation_id,
        enrolment_id__in=ids,
        on__gte=start,
        on__lt=end,
        status=RangeStatus.BOOKED,
    ).values_list("enrolment_id", "on", "starts_minute", "ends_minute", "pk")
    return [
        Moment(enrolment_id, on, TimeRange(starts, ends), range_id=pk) for enrolment_id, on, starts, ends, pk in rows
    ]


def _open(actor: Actor, enrolments: Collection[AttendedEnrolment], start: date, end: date) -> list[Moment]:
    offers = Offer.objects.filter(
        organisation_id=actor.organisation_id, pk__in={each.offer_id for each in enrolments}
    ).in_bulk()
    calendars = load_calendars(organisation_id=actor.organisation_id, offers=[*offers.values()], start=start, end=end)
    found = []
    for each in enrolments:
        closed = closures_of(offer=offers[each.offer_id], calendar=calendars[each.offer_id], start=start, end=end)
        first, last = max(start, each.starts_on), min(end, each.ends_on)
        days = Period(first, last).days() if first < last else ()
        found += [Moment(each.enrolment_id, day, TimeRange(0, DAY)) for day in days if day not in closed]
    return found


# What was cancelled since, or closed, is missed by nobody: the absence hangs on it, and counts no more.
STANDS = (
    Q(booking=None, care_range=None)
    | Q(booking__status__in=[status.value for status in HOLDS_PLACE])
    | Q(care_range__status=RangeStatus.BOOKED)
)


def missed_moments(
    *,
    actor: Actor,
    start: date,
    end: date,
    enrolment_ids: Collection[int] | None = None,
    site_id: int | None = None,
    keeps_freed: bool = False,
) -> dict[tuple[int, date], list[MissedMoment]]:
    """Return what is missed in [start, end), by enrolment and day. One query.

    A family reads those of the children of its households, the other home's included, but of the children that are
    closed to it; an agent those of its departments and sites.

    :param enrolment_ids: only these; :param site_id: only what is attended there.
    :param keeps_freed: those given back in time too: nothing is planned there any more.
    """
    rows = AbsenceDay.objects.filter(
        organisation_id=actor.organisation_id, on__gte=start, on__lt=end, taken_back_at=None
    )
    freed = Q(effect=Effect.FREED)
    rows = rows.filter(freed | STANDS) if keeps_freed else rows.filter(~freed, STANDS)
    if enrolment_ids is not None:
        rows = rows.filter(enrolment_id__in=enrolment_ids)
    if site_id is not None:
        rows = rows.filter(enrolment__offer__site_id=site_id)
    return by_day(rows=_within(actor, rows))


def missed_starts(*, actor: Actor, start: date, end: date) -> frozenset[tuple[int, date, int]]:
    """Return (enrolment, day, minute at which the moment starts) of what is missed in [start, end), for lists. One
    query.
    """
    rows = AbsenceDay.objects.filter(
        STANDS, organisation_id=actor.organisation_id, on__gte=start, on__lt=end, taken_back_at=None
    ).exclude(effect=Effect.FREED)
    return frozenset(_within(actor, rows).values_list("enrolment_id", "on", "starts_minute"))


def absent_counts(*, actor: Actor, days: Collection[date]) -> dict[tuple[date, int, int, str], int]:
    """Return (day, site, activity, unit) → how many of those who booked it will not come. One query."""
    rows = AbsenceDay.objects.filter(
        STANDS, organisation_id=actor.organisation_id, on__in=days, taken_back_at=None, booking__isnull=False
    ).exclude(effect=Effect.FREED)
    path = "booking__slot"
    keys = ("on", f"{path}__offer__site_id", f"{path}__offer__activity_id", f"{path}__unit__name")
    counted = _within(actor, rows).order_by().values_list(*keys).annotate(count=Count("pk"))
    return {(on, site_id, activity_id, unit): count for on, site_id, activity_id, unit, count in counted}


def absent_by_section(*, actor: Actor, on: date) -> dict[int, int]:
    """Return section → how many of the hours held there on a day are announced absent. One query."""
    rows = AbsenceDay.objects.filter(
        STANDS, organisation_id=actor.organisation_id, on=on, taken_back_at=None, care_range__isnull=False
    ).exclude(effect=Effect.FREED)
    counted = _within(actor, rows).order_by().values_list("care_range__section_id").annotate(count=Count("pk"))
    return {section_id: count for section_id, count in counted}


def _within(actor: Actor, rows: QuerySet[AbsenceDay]) -> QuerySet[AbsenceDay]:
    if actor.audience == FAMILY:
        known = Q(family_id__in=actor.family_ids) | Q(child_id__in=actor.child_ids or ())
        enrolments = Enrolment.objects.filter(known, organisation_id=actor.organisation_id)
        return rows.filter(enrolment_id__in=without_closed(actor=actor, rows=enrolments).values("pk"))
    return limited(
        rows, actor=actor, department="enrolment__offer__activity__department", site="enrolment__offer__site"
    )


def by_day(*, rows: QuerySet[AbsenceDay]) -> dict[tuple[int, date], list[MissedMoment]]:
    """Return the rows of missed moments that the caller may read, by enrolment and day, in order. One query."""
    found: dict[tuple[int, date], list[MissedMoment]] = {}
    for absence_id, enrolment_id, on, starts, ends, *what in rows.order_by("on", "starts_minute", "pk").values_list(
        "absence_id", "enrolment_id", "on", "starts_minute", "ends_minute", *_OF_DAY
    ):
        moment = MissedMoment(absence_id, enrolment_id, on, TimeRange(starts, ends), *what)
        found.setdefault((enrolment_id, on), []).append(moment)
    return found


_OF_DAY = ("name", "effect", "why", "rank", "absence__proof", "booking__slot_id", "booking__slot__unit__code")


def misses(
    *, missed: Mapping[tuple[int, date], Collection[MissedMoment]], enrolment_id: int, on: date, hours: TimeRange
) -> MissedMoment | None:
    """Return what is missed of a planned moment, None when nothing is."""
    return next((each for each in missed.get((enrolment_id, on), ()) if each.hours.meets(hours)), None)


def still_expected(
    *, missed: Mapping[tuple[int, date], Collection[MissedMoment]], enrolment_id: int, on: date, hours: TimeRange
) -> tuple[TimeRange, ...]:
    """Return what is left of a planned moment once its absences are taken off, in order; () when nothing is."""
    left = [hours]
    for each in missed.get((enrolment_id, on), ()):
        left = [part for piece in left for part in _without(piece, each.hours)]
    return tuple(left)


def _without(piece: TimeRange, gone: TimeRange) -> list[TimeRange]:
    if not piece.meets(gone):
        return [piece]
    sides = ((piece.start, gone.start), (gone.end, piece.end))
    return [TimeRange(start, end) for start, end in sides if start < end]
