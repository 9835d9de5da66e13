"""Days, weeks and months as half-open periods [start, end)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start` included to `end` excluded. Empty when they are equal."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"period ends before it starts: {self.start} {self.end}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def days(self) -> Iterator[date]:
        """Yield each day in order."""
        for offset in range((self.end - self.start).days):
            yield self.start + timedelta(days=offset)

    @property
    def last(self) -> date:
        """The last day included."""
        return self.end - timedelta(days=1)


def monday_of(day: date) -> date:
    """Return the Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> Period:
    """Return the seven days of the day's ISO week."""
    monday = monday_of(day)
    return Period(monday, monday + timedelta(days=7))


def month_of(day: date) -> Period:
    """Return the calendar month of a day."""
    return Period(day.replace(day=1), next_month(day))


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def previous_month(day: date) -> date:
    """Return the first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def whole_weeks(period: Period) -> Period:
    """Return the ISO weeks that hold a period, Monday to Sunday."""
    return Period(monday_of(period.start), monday_of(period.last) + timedelta(days=7))
