"""What somebody types in one line: the hours of a day, a period, a day with its hours."""

import re
from datetime import date, timedelta

from preau.kernel.clock_times import read_clock
from preau.kernel.periods import Period
from preau.kernel.time_ranges import Ranges, TimeRange

HOURS = re.compile(r"(\d{1,2}(?:\s*[:hH]\s*\d{0,2})?)\s*(?:-|–|à|/)\s*(\d{1,2}(?:\s*[:hH]\s*\d{0,2})?)")
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})")
BETWEEN = re.compile(r"[\s,;]*(?:et)?[\s,;]*")


class Unreadable(ValueError):
    """A line that is not what it should be; the message is the line."""


def read_hours(text: str) -> Ranges:
    """Return the hours of a day as they are typed: « 8:30-17:00 », « 8h30 à 12h, 14h à 17h ». Nothing: no care.

    :raises Unreadable: anything else.

    >>> [each.words() for each in read_hours("8h30 à 12h, 14-17:15")]
    ['08:30-12:00', '14:00-17:15']
    """
    found, rest = [], text.strip()
    for match in HOURS.finditer(rest):
        try:
            found.append(TimeRange(_clock(match[1]), _clock(match[2])))
        except ValueError as problem:
            raise Unreadable(text) from problem
    if BETWEEN.fullmatch(HOURS.sub("", rest)) is None:
        raise Unreadable(text)
    return tuple(sorted(found))


def _clock(text: str) -> int:
    bare = re.sub(r"\s", "", text).lower().replace("h", ":")
    hours, _colon, minutes = bare.partition(":")
    return read_clock(f"{hours}:{minutes.ljust(2, '0') if minutes else '00'}")


def write_hours(ranges: Ranges) -> str:
    """Return hours as one line, which `read_hours` reads back."""
    return ", ".join(each.words() for each in ranges)


def read_days(text: str) -> list[date]:
    """Return the dates of a line, in order.

    :raises Unreadable: one that is no day.
    """
    found = []
    for match in DAY.finditer(text):
        day, month, year, iso_year, iso_month, iso_day = match.groups()
        try:
            if iso_year:
                found.append(date(int(iso_year), int(iso_month), int(iso_day)))
            else:
                found.append(date(int(year), int(month), int(day)))
        except ValueError as problem:
            raise Unreadable(text) from problem
    return found


def read_periods(text: str) -> tuple[Period, ...]:
    """Return one period a line, its last day included: « du 24/12/2026 au 03/01/2027 », or one day alone.

    :raises Unreadable: a line without one or two dates, or that ends before it begins.
    """
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        days = read_days(line)
        if not 1 <= len(days) <= 2 or days[-1] < days[0]:
            raise Unreadable(line)
        if days[-1] == date.max:
            raise Unreadable(line)
        found.append(Period(days[0], days[-1] + timedelta(days=1)))
    return tuple(sorted(found))


def write_periods(periods: tuple[Period, ...]) -> str:
    """Return one period a line, which `read_periods` reads back."""
    return "\n".join(f"{each.start:%d/%m/%Y} - {each.last:%d/%m/%Y}" for each in periods)


def read_settling(text: str) -> dict[date, Ranges]:
    """Return one day a line with its hours: « 01/12/2026 9:00-10:00 ».

    :raises Unreadable: a line without one day and its hours, or a day said twice.
    """
    found: dict[date, Ranges] = {}
    for line in filter(None, (each.strip() for each in text.splitlines())):
        days = read_days(line)
        ranges = read_hours(DAY.sub("", line).strip(" \u00a0:,"))
        if len(days) != 1 or not ranges or days[0] in found:
            raise Unreadable(line)
        found[days[0]] = ranges
    return found


def write_settling(settling: dict[date, Ranges]) -> str:
    """Return one day a line, which `read_settling` reads back."""
    return "\n".join(f"{day:%d/%m/%Y} {write_hours(ranges)}" for day, ranges in sorted(settling.items()))


def read_length(text: str) -> int | None:
    """Return minutes from hours as they are typed: « 120 », « 120h30 », « 120,5 ». Nothing: None.

    :raises Unreadable: anything else.
    """
    bare = re.sub(r"\s", "", text).lower()
    if not bare:
        return None
    match = re.fullmatch(r"(\d{1,4})(?:[:h](\d{0,2}))?|(\d{1,4})[.,](\d{1,2})", bare, re.ASCII)
    if match is None:
        raise Unreadable(text)
    if match[3]:
        return int(match[3]) * 60 + round(float(f"0.{match[4]}") * 60)
    return int(match[1]) * 60 + int(match[2] or 0)


def write_length(minutes: int | None) -> str:
    """Return hours as one typed them, which `read_length` reads back."""
    if minutes is None:
        return ""
    return f"{minutes // 60}h{minutes % 60:02d}" if minutes % 60 else str(minutes // 60)
