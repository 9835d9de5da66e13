"""The days of a child in care: its hours, what may be asked for, and until when."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from preau.base.actor import Actor
from preau.domain.catalogue import queries as catalogue
from preau.domain.catalogue.models import Offer
from preau.domain.catalogue.rules import (
    Deadline,
    InvalidDeadline,
    InvalidOpening,
    OfferCalendar,
    Opening,
    closing_moment,
    closure_of,
    instant_of,
    opening_of,
    parse_deadline,
)
from preau.domain.creche.queries.enrolments import CareEnrolment, SectionView
from preau.domain.creche.queries.sheets import (
    Day,
    Expected,
    expected_in,
    held_by,
    offer_of_structure,
    ranges_by_day,
    sheets_of,
)
from preau.domain.creche.rules import DayFacts, Sheet, free_ranges, refusal_of_day
from preau.kernel.clock_times import DAY as WHOLE_DAY
from preau.kernel.periods import Period
from preau.kernel.time_ranges import QUARTER, Ranges, TimeRange

logger = logging.getLogger(__name__)

REACH = timedelta(days=45)  # how far back the working days of a notice may be counted
AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CareDay:
    """One day of a child in care.

    `why` is the code of the fact that forbids to ask for other hours, "" when they may be asked for. `closes_at` is
    the first instant at which that day may no longer change, whatever the hours; None on a closed day.
    """

    on: date
    facts: DayFacts
    held: Ranges
    elsewhere: Ranges  # held by another enrolment of the child: its other home, another kind of care
    why: str
    closes_at: datetime | None
    room: Ranges = ()  # hours at which a place is free, where they are looked for

    @property
    def opening(self) -> TimeRange | None:
        return self.facts.opening

    @property
    def is_open(self) -> bool:
        """Return whether other hours may be asked for."""
        return self.facts.opening is not None and not self.why


@dataclass(frozen=True, slots=True)
class CareBoard:
    """The days of one enrolment in [start, end)."""

    enrolment: CareEnrolment
    days: tuple[CareDay, ...]

    def day(self, on: date) -> CareDay | None:
        """Return one day, or None when the board does not hold it."""
        return next((each for each in self.days if each.on == on), None)


def care_boards(
    *,
    actor: Actor,
    enrolments: Sequence[CareEnrolment],
    start: date,
    end: date,
    now: datetime,
    asked: Collection[Day] = (),
    with_room: bool = False,
) -> list[CareBoard]:
    """Return the days of each enrolment in [start, end), in their order. Two queries; one more for free hours.

    :param enrolments: just read for this actor.
    :param asked: enrolment and day of the requests that wait for their answer.
    :param with_room: look for free hours, for the care that is booked at once.
    """
    if not enrolments:
        return []
    days = list(Period(start, end).days())
    facts = load_day_facts(actor=actor, enrolments=enrolments, days=days, now=now, asked=asked)
    held = held_by(actor=actor, child_ids={each.child_id for each in enrolments}, start=start, end=end)
    room = _room(actor, enrolments, facts, now=now) if with_room else {}
    mine = ranges_by_day(expected=held)
    return [
        CareBoard(each, tuple(_day(each, facts[each.enrolment_id, on], mine, held, now=now, room=room) for on in days))
        for each in enrolments
    ]


def _day(
    enrolment: CareEnrolment,
    facts: DayFacts,
    mine: Mapping[Day, Ranges],
    held: Sequence[Expected],
    *,
    now: datetime,
    room: Mapping[Day, Ranges],
) -> CareDay:
    # What could be asked for at the latest: once that is refused, the day is over for whoever asks.
    fact = refusal_of_day(facts, before=(), after=_latest(enrolment, facts), rules=enrolment.rules, now=now)
    key = (enrolment.enrolment_id, facts.on)
    return CareDay(
        on=facts.on,
        facts=facts,
        held=mine.get(key, ()),
        elsewhere=elsewhere_of(held=held, enrolment=enrolment, on=facts.on),
        why=fact.code if fact else "",
        closes_at=max(facts.notice.values(), default=None),
        room=room.get(key, ()),
    )


def elsewhere_of(*, held: Sequence[Expected], enrolment: CareEnrolment, on: date) -> Ranges:
    """Return what a child holds on a day by its other enrolments."""
    return tuple(
        each.hours
        for each in held
        if each.on == on and each.child_id == enrolment.child_id and each.enrolment_id != enrolment.enrolment_id
    )


def _latest(enrolment: CareEnrolment, facts: DayFacts) -> Ranges:
    if facts.opening is None:
        return (TimeRange(0, QUARTER),)
    start = max(facts.opening.start, facts.opening.end - enrolment.rules.min_minutes)
    return (TimeRange(start, facts.opening.end),)


def load_day_facts(
    *,
    actor: Actor,
    enrolments: Sequence[CareEnrolment],
    days: Sequence[date],
    now: datetime,
    asked: Collection[Day] = (),
) -> dict[Day, DayFacts]:
    """Return what decides on each day of each enrolment, the room apart. One query.

    :param asked: enrolment and day of the requests that wait for their answer.
    """
    if not enrolments or not days:
        return {}
    offers = {each.offer_id: _offer_of(each) for each in enrolments}
    offers |= {
        -each.structure_id: offer_of_structure(
            structure_id=each.structure_id,
            site_id=each.site_id,
            hours=each.hours,
            period=Period(min(days), max(days) + timedelta(days=1)),
        )
        for each in enrolments
    }
    calendars = catalogue.load_calendars(
        organisation_id=actor.organisation_id, offers=offers.values(), start=min(days) - REACH, end=max(days) + AFTER
    )
    found: dict[Day, DayFacts] = {}
    for each in enrolments:
        build = _Builder(actor, each, calendars[each.offer_id], calendars[-each.structure_id], now=now)
        for on in days:
            found[each.enrolment_id, on] = build(on, is_asked=(each.enrolment_id, on) in asked)
    return found


def _offer_of(enrolment: CareEnrolment) -> Offer:
    """The offer as this enrolment sees it: over its own period."""
    return Offer(
        pk=enrolment.offer_id,
        site_id=enrolment.site_id,
        weekdays=enrolment.weekdays,
        open_on=enrolment.open_on,
        starts_on=enrolment.starts_on,
        ends_on=enrolment.ends_on,
    )


class _Builder:
    """Builds the facts of the days of one enrolment; its settings are read once."""

    def __init__(
        self, actor: Actor, enrolment: CareEnrolment, calendar: OfferCalendar, whole: OfferCalendar, *, now: datetime
    ) -> None:
        self.zone = actor.zone
        self.now = now
        self.today = now.astimezone(self.zone).date()
        self.enrolment = enrolment
        self.calendar = calendar
        self.whole = whole  # of the structure
        self.holidays = frozenset(calendar.public_holidays)
        self.school_holidays = [Period(first, after) for first, after, _name in calendar.school_holidays]
        self.is_readable = enrolment.hours is not None
        self.opening = self._opening()
        self.notice = self._notice()

    def __call__(self, on: date, *, is_asked: bool) -> DayFacts:
        enrolment = self.enrolment
        closed = closure_of(on, calendar=self.calendar)
        hours = enrolment.opening_on(on) if closed is None else None
        end = instant_of(on, min(hours.end, WHOLE_DAY - 1), self.zone) if hours else None
        return DayFacts(
            on=on,
            opening=hours,
            closed_reason=closed or "",
            is_past=on < self.today or (end is not None and self.now >= end),
            is_covered=enrolment.starts_on <= on < enrolment.ends_on,
            is_own_day=enrolment.own_days is None or enrolment.own_days.holds(on, self.school_holidays),
            is_asked=is_asked,
            is_readable=self.is_readable,
            opens_at=self.opening.opens_at,
            window_closes_at=self.opening.closes_at,
            notice=self._instants(on, hours) if hours else {},
            structure_opening=enrolment.opening_on(on) if closure_of(on, calendar=self.whole) is None else None,
        )

    def _instants(self, on: date, hours: TimeRange) -> dict[int, datetime]:
        by_hour = self.enrolment.rules.is_by_the_hour
        minutes = range(hours.start, hours.end, QUARTER) if by_hour else [hours.start]
        return {
            minute: closing_moment(self.notice, day=on, starts_minute=minute, holidays=self.holidays, zone=self.zone)
            for minute in minutes
        }

    def _opening(self) -> Opening:
        try:
            return opening_of(self.enrolment.openings, is_resident=self.enrolment.is_resident)
        except InvalidOpening:
            self._close("openings")
            return Opening()

    def _notice(self) -> Deadline:
        try:
            return parse_deadline(self.enrolment.deadlines["change"] or self.enrolment.deadlines["book"])
        except InvalidDeadline:
            self._close("change_deadline")
            return parse_deadline({})

    def _close(self, setting: str) -> None:
        """Close this offer alone, and tell whoever reads the log."""
        logger.error("offer %s is closed: its setting %s cannot be read", self.enrolment.offer_id, setting)
        self.is_readable = False


def _room(
    actor: Actor, enrolments: Sequence[CareEnrolment], facts: Mapping[Day, DayFacts], *, now: datetime
) -> dict[Day, Ranges]:
    """The free hours of each open day of the care that is booked at once."""
    wanted: dict[Day, tuple[CareEnrolment, SectionView, TimeRange]] = {}
    for each in enrolments:
        for (enrolment_id, on), day in facts.items():
            section = None if each.is_reviewed or enrolment_id != each.enrolment_id else each.section_on(on)
            if section is not None and day.opening is not None and not day.is_past:
                wanted[enrolment_id, on] = (each, section, day.structure_opening or day.opening)
    openings: dict[Day, TimeRange | None] = {
        (section.section_id, on): opening for (_pk, on), (_each, section, opening) in wanted.items()
    }
    sections = {section.section_id: section for _each, section, _opening in wanted.values()}
    expected = expected_in(actor=actor, section_ids=sections.keys(), days={on for _section, on in openings})
    sheets = sheets_of(expected=expected, sections=sections, openings=openings)
    return {
        key: _still_bookable(facts[key], sheets[section.section_id, key[1]], each, now=now)
        for key, (each, section, _opening) in wanted.items()
    }


def _still_bookable(facts: DayFacts, sheet: Sheet, enrolment: CareEnrolment, *, now: datetime) -> Ranges:
    """The free hours of a day, from the first minute for which there is still time."""
    first = next((minute for minute, instant in sorted(facts.notice.items()) if now < instant), None)
    if first is None:
        return ()
    free = free_ranges(sheet.present, sheet.limits, at_least=enrolment.rules.min_minutes)
    cut = (TimeRange(max(each.start, first), each.end) for each in free)
    return tuple(each for each in cut if each.minutes >= enrolment.rules.min_minutes)
