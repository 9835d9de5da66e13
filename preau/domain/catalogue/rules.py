"""Until when, from when: the rules of booking of an offer, as pure functions.

Deadlines are data of the collectivité. Worked examples are in docs/algorithms/delais.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from preau.domain.catalogue.enums import Public
from preau.kernel.calendars import working_days_before

Each = TypeVar("Each")

END_OF_DAY = "23:59"
# Levels of school in order; a child is two in the calendar year in which it starts the first.
LEVELS = ("TPS", "PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2")
AGE_IN_TPS = 2
MAX_DAYS = 120
# Stand for "already over" and "does not open": far enough, yet any time zone can still show them.
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


HOUR = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
UNIT_CODE = re.compile(r"[A-Z0-9]{1,4}")
MAX_LISTED = 60  # codes or ids in one setting


class InvalidDeadline(Exception):
    """The data of a deadline cannot be read."""


class InvalidOpening(Exception):
    """The data of an opening cannot be read."""


class UnknownCodes(Exception):
    """A list of codes or ids holds what cannot be one; the message names it."""


@dataclass(frozen=True, slots=True)
class AtStart:
    """Until the unit starts."""


@dataclass(frozen=True, slots=True)
class HoursBefore:
    """N hours before the unit starts."""

    hours: int  # of the clock on the wall: 48 is the same time two days before, whatever the clocks did


@dataclass(frozen=True, slots=True)
class DaysBefore:
    """N calendar days before, at HH:MM."""

    days: int
    at: str = END_OF_DAY


@dataclass(frozen=True, slots=True)
class WorkingDaysBefore:
    """N working days before (Monday to Friday, public holidays skipped), at HH:MM."""

    days: int
    at: str = END_OF_DAY


@dataclass(frozen=True, slots=True)
class WeekdayBefore:
    """Weekday W (Monday is 0) of the k-th week before, at HH:MM, for all the days of a week."""

    weekday: int
    weeks_before: int
    at: str = END_OF_DAY


@dataclass(frozen=True, slots=True)
class Table:
    """For each weekday, so many calendar days before, at HH:MM. A weekday left out cannot be booked."""

    days: Mapping[int, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Until:
    """One local moment for the whole offer."""

    at: datetime


Deadline = AtStart | HoursBefore | DaysBefore | WorkingDaysBefore | WeekdayBefore | Table | Until


def parse_deadline(data: Mapping[str, object]) -> Deadline:
    """Return the deadline that a row holds as JSON; {} means until the unit starts.

    An hour without its zero (« 9:00 ») is the same moment; « 9h00 » and « 24:00 » are not hours.

    :raises InvalidDeadline: unknown kind, missing or impossible value, or not a mapping.
    """
    if data == {}:
        return AtStart()
    try:
        return _parse(data)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise InvalidDeadline(str(data)) from problem


def _parse(data: Mapping[str, object]) -> Deadline:
    at = str(data.get("at", END_OF_DAY))
    match data["kind"]:
        case "hours":
            return HoursBefore(_count(data["hours"], MAX_DAYS * 24))
        case "days":
            return DaysBefore(_count(data["days"], MAX_DAYS), _checked(at))
        case "working_days":
            return WorkingDaysBefore(_count(data["days"], 30), _checked(at))
        case "weekday":
            return WeekdayBefore(_count(data["weekday"], 6), _count(data["weeks_before"], 8), _checked(at))
        case "table":
            rows = data["days"]
            if not isinstance(rows, Mapping):
                raise TypeError(rows)
            return Table({_count(d, 6): (_count(n, MAX_DAYS), _checked(str(h))) for d, (n, h) in rows.items()})
        case "until":
            local = datetime.fromisoformat(at)
            if local.tzinfo is not None or not LONG_AGO.year < local.year < NEVER.year:
                raise ValueError(at)
            return Until(local)
        case _:
            raise ValueError(data["kind"])


def _count(value: object, most: int) -> int:
    number = int(str(value))
    if not 0 <= number <= most:
        raise ValueError(value)
    return number


def _checked(at: str) -> str:
    found = HOUR.fullmatch(at)
    if found is None:
        raise ValueError(at)
    return f"{int(found[1]):02}:{found[2]}"


def closing_moment(
    deadline: Deadline, *, day: date, starts_minute: int, holidays: frozenset[date], zone: ZoneInfo
) -> datetime:
    """Return the first instant (UTC) at which the act is no longer possible for that day.

    An act is possible iff `now < closing_moment`. « 23:59 » means to the end of that day. A deadline
    never falls after the unit starts.

    :param day: local day of the unit; `starts_minute` its start in minutes of the local day.
    :param holidays: public holidays (Code du travail, L3133-1), and closed days where the collectivité
        wishes it: working days skip them.
    """
    start = instant_of(day, starts_minute, zone)
    match deadline:
        case AtStart():
            return start
        case HoursBefore(hours):
            # People read the clock on the wall: 48 hours before is the same time two days before.
            local = datetime.combine(day, time(starts_minute // 60, starts_minute % 60)) - timedelta(hours=hours)
            moment = local.replace(tzinfo=zone).astimezone(UTC)
        case DaysBefore(days, at):
            moment = _at(day - timedelta(days=days), at, zone)
        case WorkingDaysBefore(days, at):
            moment = _at(working_days_before(day, days, off=holidays), at, zone)
        case WeekdayBefore(weekday, weeks_before, at):
            monday = day - timedelta(days=day.weekday(), weeks=weeks_before)
            moment = _at(monday + timedelta(days=weekday), at, zone)
        case Table(days=table):
            if day.weekday() not in table:
                return LONG_AGO
            before, at = table[day.weekday()]
            moment = _at(day - timedelta(days=before), at, zone)
        case Until(at=local):
            moment = local.replace(tzinfo=zone).astimezone(UTC)
    return min(moment, start)


def _at(day: date, at: str, zone: ZoneInfo) -> datetime:
    if at == END_OF_DAY:
        return instant_of(day + timedelta(days=1), 0, zone)
    hour = time.fromisoformat(at)
    return instant_of(day, hour.hour * 60 + hour.minute, zone)


@lru_cache(maxsize=8192)
def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) of a minute of a local day. Kept: everybody who books asks for the same few hours."""
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Opening:
    """When booking opens and closes for one public; None means no bound."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None


def parse_openings(data: Sequence[Mapping[str, object]]) -> dict[Public, Opening]:
    """Return the opening of each public that a row names as JSON; [] means open to all.

    :raises InvalidOpening: not a list of mappings, unknown or repeated public, a moment that is not an instant with
        its offset, or a window that closes before it opens.
    """
    if not isinstance(data, list | tuple):
        raise InvalidOpening(str(data))
    found: dict[Public, Opening] = {}
    for each in data:
        try:
            public = Public(str(each["public"]))
            opening = Opening(_moment(each.get("opens_at")), _moment(each.get("closes_at")))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
            raise InvalidOpening(str(each)) from problem
        if public in found or not _is_window(opening):
            raise InvalidOpening(str(each))
        found[public] = opening
    return found


def _is_window(opening: Opening) -> bool:
    return opening.opens_at is None or opening.closes_at is None or opening.opens_at < opening.closes_at


def opening_of(openings: Sequence[Mapping[str, object]], *, is_resident: bool) -> Opening:
    """Return the opening that counts for a family: that of its public, or else of all (A09-48).

    An offer whose openings name only the other public stays closed for this family.

    :raises InvalidOpening: see `parse_openings`.
    """
    if openings == []:
        return Opening()
    by_public = parse_openings(openings)
    mine = Public.RESIDENTS if is_resident else Public.NON_RESIDENTS
    if not by_public:
        return Opening()
    return by_public.get(mine) or by_public.get(Public.ALL) or Opening(opens_at=NEVER)


def _moment(value: object) -> datetime | None:
    if value in (None, ""):
        return None
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment.astimezone(UTC)


def parse_levels(data: Iterable[str]) -> tuple[str, ...]:
    """Return levels of class that a row holds as JSON, in the order of school.

    :raises UnknownCodes: not a list, or a level that no school has.
    """
    levels = _listed(data, str)
    if unknown := [level for level in levels if level not in LEVELS]:
        raise UnknownCodes(", ".join(unknown))
    return tuple(level for level in LEVELS if level in levels)


def parse_unit_codes(data: Iterable[str]) -> frozenset[str]:
    """Return codes of units that a row holds as JSON.

    :raises UnknownCodes: not a list, or what cannot be the code of a unit.
    """
    codes = _listed(data, str)
    if unknown := [code for code in codes if not UNIT_CODE.fullmatch(code)]:
        raise UnknownCodes(", ".join(unknown))
    return frozenset(codes)


def parse_codes(data: Iterable[str]) -> tuple[str, ...]:
    """Return codes that a row holds as JSON, each once; whether they exist is for who knows the table.

    :raises UnknownCodes: not a list, or an empty code.
    """
    codes = _listed(data, str)
    if "" in codes:
        raise UnknownCodes("«  »")
    return tuple(dict.fromkeys(codes))


def parse_ids(data: Iterable[int]) -> tuple[int, ...]:
    """Return ids of rows that a row holds as JSON, each once, in order.

    :raises UnknownCodes: not a list, or not positive numbers.
    """
    ids = _listed(data, int)
    if unknown := [str(each) for each in ids if isinstance(each, bool) or each < 1]:
        raise UnknownCodes(", ".join(unknown))
    return tuple(sorted(set(ids)))


def _listed(data: Iterable[Each], kind: type[Each]) -> list[Each]:
    if not isinstance(data, list | tuple | set | frozenset) or len(data) > MAX_LISTED:
        raise UnknownCodes(str(data)[:60])
    if any(not isinstance(each, kind) for each in data):
        raise UnknownCodes(str(data)[:60])
    return list(data)


@dataclass(frozen=True, slots=True)
class OfferCalendar:
    """Which days an offer runs on, and the days that stop it. Weekdays: Monday is 0. Periods are half-open."""

    weekdays: frozenset[int]
    on_school_days: bool
    on_school_holidays: bool
    public_holidays: Mapping[date, str]
    school_holidays: Sequence[tuple[date, date, str]]
    closed_days: Sequence[tuple[date, date, str]]


def closure_of(day: date, *, calendar: OfferCalendar) -> str | None:
    """Return why an offer does not run on a day, in words, or None when it runs.

    The reason is a name read from the calendar (« Vacances de la Toussaint », « Grève »), or "" for an
    ordinary day without the activity.
    """
    if day in calendar.public_holidays:
        return calendar.public_holidays[day]
    closed = _name_on(day, calendar.closed_days)
    if closed is not None:
        return closed
    holiday = _name_on(day, calendar.school_holidays)
    if holiday is not None and not calendar.on_school_holidays:
        return holiday
    if holiday is None and not calendar.on_school_days:
        return ""
    return None if day.weekday() in calendar.weekdays else ""


def _name_on(day: date, periods: Sequence[tuple[date, date, str]]) -> str | None:
    return next((name for start, end, name in periods if start <= day < end), None)


def level_after(level: str, *, years: int = 1) -> str | None:
    """Return the level of a child some school years later; None once it has left, "" when the level is unknown.

    >>> level_after("GS"), level_after("CM2")
    ('CP', None)
    """
    if level not in LEVELS:
        return ""
    position = LEVELS.index(level) + years
    return LEVELS[position] if position < len(LEVELS) else None


def level_of_birth(born: date, *, school_year: int) -> str:
    """Return the level of a child of that birth year, by the calendar year as schools count; "" outside school.

    :param school_year: the civil year in which the school year starts.

    >>> level_of_birth(date(2020, 12, 31), school_year=2026)
    'CP'
    """
    position = school_year - born.year - AGE_IN_TPS
    return LEVELS[position] if 0 <= position < len(LEVELS) else ""


def age_in_months(born: date, *, on: date) -> int:
    """Return the whole months lived on a day; negative before birth.

    Born on the 29th to the 31st, a month too short is full on the first of the next.

    >>> age_in_months(date(2024, 2, 29), on=date(2025, 2, 28))
    11
    """
    months = (on.year - born.year) * 12 + on.month - born.month
    return months - (on.day < born.day)


def place_name(*, activity: str, site: str) -> str:
    """Return what one enrols in, in the words of its users: the activity and where it is, no word twice.

    >>> place_name(activity="Accueil périscolaire", site="École des Tilleuls")
    'Accueil périscolaire, École des Tilleuls'
    >>> place_name(activity="Halte-garderie La Petite Ruche", site="La Petite Ruche")
    'Halte-garderie La Petite Ruche'
    """
    if not site or site.casefold() in activity.casefold():
        return activity
    if activity.casefold() in site.casefold():
        return site
    return f"{activity}, {site}"


@dataclass(slots=True)
class Counter:
    """One resource on one day. `extra` places exist only for agents."""

    counter_id: int
    capacity: int
    extra: int
    booked: int
    is_blocking: bool

    @property
    def remaining(self) -> int:
        """Places that families may still take; never negative."""
        return max(0, self.capacity - self.booked)


@dataclass(frozen=True, slots=True)
class Counters:
    """The counters of some resources on some days."""

    by_id: Mapping[int, Counter]
    ids: Mapping[tuple[int, date], int]  # (resource id, day) → counter id

    def of(self, resource_ids: Iterable[int], *, day: date) -> list[Counter]:
        """Return the counters of these resources on a day; one that is not counted is not there."""
        return [self.by_id[self.ids[each, day]] for each in resource_ids if (each, day) in self.ids]


def has_room(counters: Iterable[Counter]) -> bool:
    """Tell whether families may take one more place in each of these counters: nothing else says « full »."""
    return not any(each.is_blocking and each.remaining < 1 for each in counters)


def remaining_in(counters: Iterable[Counter]) -> int | None:
    """Return how many families may still take a place in all of these, or None when nothing limits it."""
    limits = [each.remaining for each in counters if each.is_blocking]
    return min(limits) if limits else None
