"""What a date that is typed may be, by what it is for: a slip of the year is told at once."""

from datetime import date, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """What a date says."""

    CHILD_BIRTH = "child_birth"
    BIRTH = "birth"  # of anybody
    EXPECTED = "expected"  # a birth to come
    ACT = "act"  # something that happens around now: a move, a first day
    PAST = "past"  # a fact that has happened
    VALIDITY = "validity"  # the last good day of a document
    CALENDAR = "calendar"  # a day of the school years that one may look at


EARLIEST = date(1900, 1, 1)


def bounds_of(purpose: Purpose, *, today: date) -> tuple[date, date]:
    """Return the first and last days, both included, that a date may be.

    >>> bounds_of(Purpose.CHILD_BIRTH, today=date(2026, 11, 28))
    (datetime.date(2001, 11, 28), datetime.date(2026, 11, 28))
    """
    match purpose:
        case Purpose.CHILD_BIRTH:
            return years_before(today, 25), today
        case Purpose.BIRTH | Purpose.PAST:
            return EARLIEST, today
        case Purpose.EXPECTED:
            return today - timedelta(days=31), today + timedelta(days=310)
        case Purpose.ACT:
            return years_before(today, 1), years_before(today, -1)
        case Purpose.VALIDITY:
            return years_before(today, 30), years_before(today, -30)
        case Purpose.CALENDAR:
            return years_before(today, 3), years_before(today, -3)


def years_before(day: date, years: int) -> date:
    """Return the same day so many years before; 29 February becomes 28 where it must."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
