"""Computing with the days of a calendar. Pure."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

ASCENSION_AFTER_EASTER = timedelta(days=39)


def working_days_before(day: date, count: int, *, off: Collection[date]) -> date:
    """Return the day that is `count` working days (Monday to Friday, `off` skipped) before; zero stays on the day."""
    current, left = day, count
    while left:
        current -= timedelta(days=1)
        if current.weekday() < 5 and current not in off:
            left -= 1
    return current


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (algorithm of Meeus, Jones and Butcher).

    >>> easter(2027)
    datetime.date(2027, 3, 28)
    """
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def ascension(year: int) -> date:
    """Return the Thursday of the Ascension."""
    return easter(year) + ASCENSION_AFTER_EASTER


def runs_of_days(days: Mapping[date, str]) -> list[tuple[date, date, str]]:
    """Return the named days as periods [start, end) of one name each, in order."""
    runs: list[tuple[date, date, str]] = []
    for day, name in sorted(days.items()):
        if runs and runs[-1][1] == day and runs[-1][2] == name:
            runs[-1] = (runs[-1][0], day + timedelta(days=1), name)
        else:
            runs.append((day, day + timedelta(days=1), name))
    return runs


def school_year_of(day: date) -> int:
    """Return the civil year in which the school year of a day starts: August still belongs to the one before."""
    return day.year if day.month >= 9 else day.year - 1
