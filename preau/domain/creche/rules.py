"""Hours of a crèche: which ranges may be asked for, and whether a set of them has room, decided on plain values.

A day is cut in quarter-hours. A range takes a place in each quarter that it meets; what is present at a quarter is
counted from the ranges, never kept. The reasoning is in docs/algorithms/creche.md.

Minutes are of the local day; ranges and periods are half-open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil

from preau.domain.creche.enums import CareType
from preau.kernel.clock_times import read_clock
from preau.kernel.time_ranges import QUARTER, QUARTERS, Ranges, TimeRange, changed_from, presence, quarters_of

STEPS = (15, 30, 60)  # minutes between two hours that may be chosen
MOST_RANGES = 6  # of one day, whatever the settings say
MOST_DAYS = 300  # of one enrolment in one request: a year of five days a week
MOST_SURPLUS = 115  # per cent of the authorised places at a time (Code de la santé publique, R2324-27)


class CareRefused(Exception):
    """The hours asked for on one day cannot be granted."""

    code = "refused"


class DayClosed(CareRefused):
    """The structure is closed that day."""

    code = "closed"


class DayPast(CareRefused):
    """It is over."""

    code = "past"


class NotCovered(CareRefused):
    """The enrolment does not cover that day."""

    code = "not_enrolled"


class NotOpenYet(CareRefused):
    """Requests open later for this public."""

    code = "not_open_yet"


class NoLongerOpen(CareRefused):
    """The window of this public is over."""

    code = "no_longer_open"


class NoticePassed(CareRefused):
    """Too late to ask on line."""

    code = "deadline_passed"


class OtherHomesDay(CareRefused):
    """That day the child is with its other parent."""

    code = "not_your_day"


class AlreadyAsked(CareRefused):
    """A request for that day waits for its answer."""

    code = "asked"


class DayKept(CareRefused):
    """A whole day is not given back here: an absence is announced instead (A09-53)."""

    code = "kept_day"


class HeldElsewhere(CareRefused):
    """The child is already expected at these hours, by its other home or in another kind of care."""

    code = "held_elsewhere"


class BadHours(CareRefused):
    """Hours that the settings of today do not let one ask for: they changed since."""

    code = "bad_hours"


class NoRoom(CareRefused):
    """At some quarter-hour every place is taken."""

    code = "no_room"


class CareUnreadable(CareRefused):
    """A setting of the structure or of the offer cannot be read: nothing is decided until it is mended."""

    code = "unreadable"


REFUSALS: tuple[type[CareRefused], ...] = tuple(CareRefused.__subclasses__())


class InvalidHours(ValueError):
    """Opening hours that cannot be read."""


class InvalidPlaces(ValueError):
    """Places by hour that cannot be read."""


def parse_hours(data: object) -> dict[int, TimeRange]:
    """Return the opening hours by weekday (Monday is 0) that a row keeps as {"0": ["7:30", "18:30"]}.

    A weekday left out is closed.

    :raises InvalidHours: not such a mapping, an end before its start, or an hour that is no quarter.

    >>> parse_hours({"0": ["7:30", "18:30"]})[0].words()
    '07:30-18:30'
    """
    if not isinstance(data, Mapping):
        raise InvalidHours(str(data)[:60])
    found = {}
    for weekday, hours in data.items():
        try:
            (start, end), day = hours, int(str(weekday))
            opening = TimeRange(read_clock(str(start)), read_clock(str(end)))
        except (TypeError, ValueError) as problem:
            raise InvalidHours(str(hours)[:60]) from problem
        if not 0 <= day <= 6 or not _is_in_quarters(opening):
            raise InvalidHours(f"{weekday} : {start} - {end}")
        found[day] = opening
    return found


def _is_in_quarters(hours: TimeRange) -> bool:
    return hours.minutes > 0 and hours.start % QUARTER == 0 and hours.end % QUARTER == 0


@dataclass(frozen=True, slots=True)
class PlacesAt:
    """The authorised places of some hours of some weekdays: the approval of a structure may be modulated."""

    weekdays: frozenset[int]
    hours: TimeRange
    places: int


def parse_places(data: object) -> tuple[PlacesAt, ...]:
    """Return what a row keeps as [{"weekdays": "01234", "from": "7:30", "to": "9:00", "places": 8}].

    :raises InvalidPlaces: anything else, or an hour that is no quarter.
    """
    if not isinstance(data, list) or len(data) > 30:
        raise InvalidPlaces(str(data)[:60])
    found = []
    for each in data:
        try:
            hours = TimeRange(read_clock(str(each["from"])), read_clock(str(each["to"])))
            weekdays = frozenset(int(digit) for digit in str(each["weekdays"]))
            places = int(each["places"])
        except (TypeError, ValueError, KeyError) as problem:
            raise InvalidPlaces(str(each)[:60]) from problem
        is_day = weekdays and all(0 <= day <= 6 for day in weekdays)
        if not is_day or not _is_in_quarters(hours) or not 0 <= places <= 999:
            raise InvalidPlaces(str(each)[:60])
        found.append(PlacesAt(weekdays, hours, places))
    return tuple(found)


def limits_of(places: int, steps: Iterable[PlacesAt], *, on: date, opening: TimeRange) -> tuple[int, ...]:
    """Return the authorised places of each quarter of a day, none outside the opening hours; the last step wins."""
    found = [0] * QUARTERS
    said = [(places, opening), *((step.places, step.hours) for step in steps if on.weekday() in step.weekdays)]
    for count, hours in said:
        met = TimeRange(max(hours.start, opening.start), min(hours.end, opening.end))
        if met.minutes > 0:
            found[quarters_of(met)] = [count] * (met.minutes // QUARTER)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CareRules:
    """What an offer of care lets one choose. Lengths in minutes, of one range."""

    care: CareType
    step: int = QUARTER
    min_minutes: int = 60
    max_minutes: int = 10 * 60
    most_ranges: int = 3
    keeps_days: bool = False  # a day is not given back here: an absence is announced

    @property
    def is_by_the_hour(self) -> bool:
        """Return whether notice runs from the first hour that changes, and not from the opening of the day."""
        return self.care in (CareType.OCCASIONAL, CareType.EMERGENCY)


@dataclass(frozen=True, slots=True)
class RangeProblem:
    """What is wrong with the ranges of a day. `place` is that of the range, from 0; None: of the day."""

    code: str
    place: int | None = None


def problems_of(ranges: Sequence[TimeRange], *, opening: TimeRange, rules: CareRules) -> list[RangeProblem]:
    """Return what is wrong with ranges as they were typed, each at its place; nothing when they may be asked for."""
    found = []
    if len(ranges) > min(rules.most_ranges, MOST_RANGES):
        found.append(RangeProblem("too_many"))
    for place, each in enumerate(ranges):
        if code := _problem_of(each, opening, rules):
            found.append(RangeProblem(code, place))
        elif any(each.meets(other) for other in ranges[:place]):
            found.append(RangeProblem("overlap", place))
    return found


def _problem_of(each: TimeRange, opening: TimeRange, rules: CareRules) -> str:
    if each.minutes <= 0:
        return "end_before_start"
    if each.start < opening.start or each.end > opening.end:
        return "outside"
    if (each.start - opening.start) % rules.step and each.start != opening.start:
        return "off_step"
    if (each.end - opening.start) % rules.step and each.end != opening.end:
        return "off_step"
    if each.minutes < rules.min_minutes:
        return "too_short"
    return "too_long" if each.minutes > rules.max_minutes else ""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """All that decides on one day of one enrolment, but the room. Instants are aware, `*_closes_at` are exclusive.

    `notice` gives the instant until which hours that begin at a minute may change, by quarter of the opening hours;
    for the opening minute alone where notice runs from it.
    """

    on: date
    opening: TimeRange | None  # None: closed, `closed_reason` says why
    closed_reason: str
    is_past: bool
    is_covered: bool
    is_own_day: bool
    is_asked: bool  # a request waits for its answer
    is_readable: bool
    opens_at: datetime | None
    window_closes_at: datetime | None
    notice: Mapping[int, datetime]
    structure_opening: TimeRange | None = None  # whatever the days of this offer: what the places of a day count


def refusal_of_day(
    facts: DayFacts,
    *,
    before: Ranges,
    after: Ranges,
    elsewhere: Ranges = (),
    rules: CareRules,
    now: datetime,
    is_staff: bool = False,
) -> type[CareRefused] | None:
    """Return the fact that refuses new hours on a day, the room apart, or None.

    An agent goes past notice, windows and whose day it is: the family asked in time, or the agent says why.

    :param before: what the enrolment holds that day; `after`: what is asked for instead, empty to give it back.
    :param elsewhere: what the child holds that day by other enrolments.
    """
    if not facts.is_covered:
        return NotCovered
    if facts.is_past:
        return DayPast
    if not facts.is_readable:
        return CareUnreadable
    if facts.opening is None:
        return DayClosed if after else None
    if problems_of(after, opening=facts.opening, rules=rules):
        return BadHours
    if not is_staff and (fact := _refusal_of_family(facts, before, after, rules=rules, now=now)):
        return fact
    if any(each.meets(other) for each in after for other in elsewhere):
        return HeldElsewhere
    return None


def _refusal_of_family(
    facts: DayFacts, before: Ranges, after: Ranges, *, rules: CareRules, now: datetime
) -> type[CareRefused] | None:
    if facts.is_asked:
        return AlreadyAsked
    if not facts.is_own_day:
        return OtherHomesDay
    if facts.opens_at is not None and now < facts.opens_at:
        return NotOpenYet
    if facts.window_closes_at is not None and now >= facts.window_closes_at:
        return NoLongerOpen
    limit = _last_instant(facts, changed_from(before, after), by_the_hour=rules.is_by_the_hour)
    if limit is not None and now >= limit:
        return NoticePassed
    return DayKept if before and not after and rules.keeps_days else None


def _last_instant(facts: DayFacts, first: int | None, *, by_the_hour: bool) -> datetime | None:
    """Until when hours that begin to differ at a minute may change."""
    if facts.opening is None or not facts.notice:
        return None
    minute = facts.opening.start if first is None or not by_the_hour else first
    known = max(min(minute, facts.opening.end - QUARTER), facts.opening.start)
    return facts.notice[known // QUARTER * QUARTER]


@dataclass(slots=True)
class Sheet:
    """One section on one day, while it is decided on: who is present at each quarter, for how many places."""

    section_id: int
    on: date
    limits: tuple[int, ...]
    present: list[int]

    @property
    def offered(self) -> int:
        """Return the minutes of places that are authorised that day."""
        return sum(self.limits) * QUARTER

    @property
    def taken(self) -> int:
        """Return the minutes of presence."""
        return sum(self.present) * QUARTER

    @property
    def is_over(self) -> bool:
        return any(there > limit for there, limit in zip(self.present, self.limits, strict=True))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Hours at which more would be present than there are places."""

    hours: TimeRange
    present: int  # at most, in these hours
    places: int  # at least


@dataclass(frozen=True, slots=True)
class Wish:
    """The hours that a child would hold on a day instead of those it holds."""

    key: tuple[int, date]  # enrolment, day
    section_id: int
    before: Ranges
    after: Ranges


@dataclass(slots=True)
class Room:
    """What an answer gives: the wishes that have room, and where the others have none."""

    granted: list[Wish] = field(default_factory=list)
    crowded: dict[tuple[int, date], tuple[Crowd, ...]] = field(default_factory=dict)


def find_room(
    wishes: Iterable[Wish], sheets: Mapping[tuple[int, date], Sheet], *, surplus: int = 100, exceeds: bool = False
) -> Room:
    """Decide which wishes have room, those that only free hours first; the sheets are updated in place.

    Only quarters that a wish newly takes are judged: who leaves earlier is never refused. Above the authorised places
    up to `surplus` per cent are accepted, provided that the week of the section holds no more hours than its places
    offer (R2324-27): so a week in which some quarter is above stays under that bound.

    :param sheets: by section and day; with a surplus, all the days of the weeks concerned.
    :param exceeds: an agent goes past the places, with a reason.
    """
    room = Room()
    for wish in sorted(wishes, key=lambda each: (not _frees_only(each), each.key[1], each.key[0])):
        sheet = sheets[wish.section_id, wish.key[1]]
        held, wanted = presence(wish.before), presence(wish.after)
        after = [there - was + will for there, was, will in zip(sheet.present, held, wanted, strict=True)]
        new = [will > was for was, will in zip(held, wanted, strict=True)]
        crowded = () if exceeds else _crowded(sheet, after, new, sheets=sheets, surplus=surplus)
        if crowded:
            room.crowded[wish.key] = crowded
            continue
        sheet.present = after
        room.granted.append(wish)
    return room


def _frees_only(wish: Wish) -> bool:
    return all(will <= was for was, will in zip(presence(wish.before), presence(wish.after), strict=True))


def _crowded(
    sheet: Sheet,
    after: Sequence[int],
    new: Sequence[bool],
    *,
    sheets: Mapping[tuple[int, date], Sheet],
    surplus: int,
) -> tuple[Crowd, ...]:
    bounds = [limit * min(surplus, MOST_SURPLUS) // 100 for limit in sheet.limits]
    over = [is_new and there > bound for there, bound, is_new in zip(after, bounds, new, strict=True)]
    if any(over):
        return crowds(after, sheet.limits, where=over)
    if surplus <= 100 or not any(new):
        return ()
    beyond = [is_new and there > limit for there, limit, is_new in zip(after, sheet.limits, new, strict=True)]
    week = [each for each in sheets.values() if _is_of_same_week(each, sheet)]
    if not any(there > limit for there, limit in zip(after, sheet.limits, strict=True)) and not any(
        each.is_over for each in week
    ):
        return ()
    taken = sum(after) * QUARTER + sum(each.taken for each in week)
    if taken <= sheet.offered + sum(each.offered for each in week):
        return ()
    return crowds(after, sheet.limits, where=beyond if any(beyond) else new)


def _is_of_same_week(each: Sheet, sheet: Sheet) -> bool:
    is_other = each is not sheet and each.section_id == sheet.section_id
    return is_other and each.on.isocalendar()[:2] == sheet.on.isocalendar()[:2]


def crowds(present: Sequence[int], limits: Sequence[int], *, where: Sequence[bool]) -> tuple[Crowd, ...]:
    """Return the runs of quarters marked in `where`, with the most present and the fewest places of each."""
    found: list[Crowd] = []
    for quarter in (number for number, is_marked in enumerate(where) if is_marked):
        start, there, places = quarter * QUARTER, present[quarter], limits[quarter]
        if found and found[-1].hours.end == start:
            last = found.pop()
            hours = TimeRange(last.hours.start, start + QUARTER)
            found.append(Crowd(hours, max(last.present, there), min(last.places, places)))
        else:
            found.append(Crowd(TimeRange(start, start + QUARTER), there, places))
    return tuple(found)


def free_ranges(present: Sequence[int], limits: Sequence[int], *, at_least: int) -> Ranges:
    """Return the hours at which a place is free, those of `at_least` minutes in a row."""
    where = [there < limit for there, limit in zip(present, limits, strict=True)]
    return tuple(each.hours for each in crowds(present, limits, where=where) if each.hours.minutes >= at_least)


@dataclass(frozen=True, slots=True)
class StaffRatio:
    """Children for one professional (Code de la santé publique, R2324-43), and how many are there at least."""

    not_walking: int = 5
    walking: int = 8
    walks_from_months: int = 16  # the age from which a child counts as walking
    at_least: int = 2

    def needed(self, *, not_walking: int, walking: int) -> int:
        """Return how many professionals these children need; the shares are added before they are rounded up.

        >>> StaffRatio().needed(not_walking=8, walking=23)
        5
        """
        if not not_walking and not walking:
            return 0
        shares = Fraction(not_walking, self.not_walking) + Fraction(walking, self.walking)
        return max(self.at_least, ceil(shares))


def section_by_age(months: int, ages: Sequence[tuple[int, int, int | None]]) -> int | None:
    """Return the first section that takes a child of so many months; else the first of all.

    :param ages: (section id, from month, to month excluded or None), in the order of the structure.
    """
    for section_id, start, end in ages:
        if start <= months and (end is None or months < end):
            return section_id
    return ages[0][0] if ages else None


def same_hours(ranges: Ranges, *, of: date, days: Iterable[date], until: date | None = None) -> dict[date, Ranges]:
    """Return the same hours for other days: those given, and all of them each week until a day, included."""
    found = {day: ranges for day in days if day != of}
    for first in (of, *tuple(found)):
        weeks = range(1, (until - first).days // 7 + 1) if until else ()
        found |= {first + timedelta(days=7 * week): ranges for week in weeks}
    return found
