"""Dates for readers who chose English. Pure: no locale of the machine, no Django."""

from collections.abc import Sequence
from datetime import date, datetime

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_words(day: date, *, year: bool = True) -> str:
    """Return the day in full.

    >>> day_words(date(2025, 5, 12))
    'Monday 12 May 2025'
    """
    words = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return f"{words} {day.year}" if year else words


def day_short(day: date) -> str:
    """Return « 25 Feb 2025 »."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def month_words(day: date) -> str:
    """Return « May 2025 »."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def period_words(first: date, last: date) -> str:
    """Return a period by its first and last days.

    >>> period_words(date(2025, 2, 24), date(2025, 3, 7))
    'from 24/02/2025 to 07/03/2025'
    """
    return f"from {first:%d/%m/%Y} to {last:%d/%m/%Y}"


def span_words(days: Sequence[date]) -> str:
    """Return the span of some days: « on 09/04/2025 »."""
    if not days:
        return ""
    first, last = min(days), max(days)
    return f"on {first:%d/%m/%Y}" if first == last else period_words(first, last)


def hour_words(minute: int) -> str:
    """Return minutes of the day as « 8:30 »."""
    return f"{minute // 60}:{minute % 60:02d}"


def clock_words(moment: datetime) -> str:
    """Return the hour of a local moment, « 8:30 »."""
    return hour_words(moment.hour * 60 + moment.minute)
