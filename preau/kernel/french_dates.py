"""Dates as the French write them. Pure: no locale of the machine, no Django."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
WEEKDAYS_SHORT = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
MONTHS_SHORT = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)


def day_number(day: date) -> str:
    """Return « 1er », « 2 »…"""
    return "1er" if day.day == 1 else str(day.day)


def day_words(day: date, *, year: bool = True) -> str:
    """Return the day in full.

    >>> day_words(date(2025, 5, 12))
    'lundi 12 mai 2025'
    """
    words = f"{WEEKDAYS[day.weekday()]} {day_number(day)} {MONTHS[day.month - 1]}"
    return f"{words} {day.year}" if year else words


def day_short(day: date) -> str:
    """Return « 25 févr. 2025 » (A10-02)."""
    return f"{day_number(day)} {MONTHS_SHORT[day.month - 1]} {day.year}"


def month_words(day: date) -> str:
    """Return « Mai 2025 » (A09-17)."""
    return f"{MONTHS[day.month - 1].capitalize()} {day.year}"


def jj_mm(day: date) -> str:
    """Return « 05/11 », for grids."""
    return f"{day:%d/%m}"


def jj_mm_aaaa(day: date) -> str:
    """Return « 05/11/2026 »."""
    return f"{day:%d/%m/%Y}"


def period_words(first: date, last: date) -> str:
    """Return a period by its first and last days, the year once when both share it (A09-04).

    >>> period_words(date(2026, 9, 1), date(2027, 7, 7))
    'du 01/09/2026 au 07/07/2027'
    >>> period_words(date(2025, 2, 24), date(2025, 3, 7))
    'du 24/02 au 07/03/2025'
    """
    start = jj_mm(first) if first.year == last.year else jj_mm_aaaa(first)
    return f"du {start} au {jj_mm_aaaa(last)}"


def span_words(days: Sequence[date]) -> str:
    """Return the span of some days: « le 09/04/2025 », « du 12 au 16/05/2025 » (A10-05).

    >>> span_words([date(2025, 5, 12), date(2025, 5, 16)])
    'du 12 au 16/05/2025'
    """
    if not days:
        return ""
    first, last = min(days), max(days)
    if first == last:
        return f"le {jj_mm_aaaa(first)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"du {first:%d} au {jj_mm_aaaa(last)}"
    return period_words(first, last)


def hour_words(minute: int) -> str:
    """Return minutes of the day as « 8 h 30 », « 9 h », which never break at the end of a line."""
    hours, minutes = divmod(minute, 60)
    return f"{hours}\u00a0h\u00a0{minutes:02d}" if minutes else f"{hours}\u00a0h"


def clock_words(moment: datetime) -> str:
    """Return the hour of a local moment, « 8 h 30 »."""
    return hour_words(moment.hour * 60 + moment.minute)


def limit_words(moment: datetime) -> str:
    """Return a local moment in words, « mardi 3 novembre à 8 h 12 ».

    Midnight is the end of the evening before: « 0 h » may be read as the night after.

    >>> limit_words(datetime(2026, 11, 3, 0, 0)).replace("\u00a0", " ")
    'lundi 2 novembre, 23 h 59'
    """
    if (moment.hour, moment.minute) == (0, 0):
        return f"{day_words(moment.date() - timedelta(days=1), year=False)}, 23\u00a0h\u00a059"
    return f"{day_words(moment.date(), year=False)} à {clock_words(moment)}"
