"""Until when, from when: the rules of booking of an offer, as pure functions.

Deadlines are data of the collectivité. Worked examples are in docs/algorithms/delais.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from preau.domain.catalogue.enums import Public
from preau.kernel.calendars import working_days_before

END_OF_DAY = "23:59"
# Levels of school in order; a child is two in the calendar year in which it starts the first.
LEVELS = ("TPS", "PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2")
AGE_IN_TPS = 2
MAX_DAYS = 120
# Stand for "already over" and "does not open": far enough, yet any time zone can still show them.
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


class InvalidDeadline(Exception):
    """The data of a deadline cannot be read."""


@dataclass(frozen=True, slots=True)
class AtStart:
    """Until the unit starts."""


@dataclass(frozen=True, slots=True)
class HoursBefore:
    """N hours of the clock before the unit starts."""

    hours: int


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

    :raises InvalidDeadline: unknown kind, missing or impossible value.
    """
    if not data:
        return AtStart()
    try:
        return _parse(data)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
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
            return Until(datetime.fromisoformat(at).replace(tzinfo=None))
        case _:
            raise ValueError(data["kind"])


def _count(value: object, most: int) -> int:
    number = int(str(value))
    if not 0 <= number <= most:
        raise ValueError(value)
    return number


def _checked(at: str) -> str:
    time.fromisoformat(at)
    return at


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
    start = _instant(day, starts_minute, zone)
    match deadline:
        case AtStart():
            return start
        case HoursBefore(hours):
            return start - timedelta(hours=hours)
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
        return _instant(day + timedelta(days=1), 0, zone)
    hour = time.fromisoformat(at)
    return _instant(day, hour.hour * 60 + hour.minute, zone)


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Opening:
    """When booking opens and closes for one public; None means no bound."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None


def opening_of(openings: Sequence[Mapping[str, object]], *, is_resident: bool) -> Opening:
    """Return the opening that counts for a family: that of its public, or else of all (A09-48).

    An offer whose openings name only the other public stays closed for this family.
    """
    if not openings:
        return Opening()
    mine = Public.RESIDENTS if is_resident else Public.NON_RESIDENTS
    by_public = {str(row["public"]): row for row in openings}
    row = by_public.get(mine) or by_public.get(Public.ALL)
    if row is None:
        return Opening(opens_at=NEVER)
    return Opening(_moment(row.get("opens_at")), _moment(row.get("closes_at")))


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)).astimezone(UTC) if value else None


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
