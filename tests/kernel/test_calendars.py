"""Computing with the days of a calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.kernel.calendars import ascension, easter, runs_of_days, school_year_of, working_days_before

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_falls_on_known_days(year: int, day: date) -> None:
    assert easter(year) == day


@given(st.integers(1900, 2200))
def test_easter_is_a_sunday_of_march_or_april_and_ascension_a_thursday(year: int) -> None:
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)
    assert ascension(year).weekday() == 3


def test_working_days_skip_weekends_and_days_off() -> None:
    assert working_days_before(date(2026, 11, 16), 3, off={date(2026, 11, 11)}) == date(2026, 11, 10)


def test_zero_working_days_stays_on_the_day_even_on_a_sunday() -> None:
    assert working_days_before(date(2026, 11, 15), 0, off=()) == date(2026, 11, 15)


@given(days, st.integers(1, 30), st.sets(days, max_size=5))
def test_working_days_before_is_a_working_day_with_exactly_that_many_in_between(
    day: date, count: int, off: set[date]
) -> None:
    found = working_days_before(day, count, off=off)
    between = [found + timedelta(days=n) for n in range((day - found).days)]
    assert found.weekday() < 5
    assert found not in off
    assert sum(each.weekday() < 5 and each not in off for each in between) == count


@given(days, st.integers(0, 30))
def test_a_later_day_never_has_an_earlier_working_day_before_it(day: date, count: int) -> None:
    later = day + timedelta(days=1)
    assert working_days_before(day, count, off=()) <= working_days_before(later, count, off=())


def test_days_of_one_name_in_a_row_are_one_period() -> None:
    days_off = {
        date(2026, 12, 31): "Noël",
        date(2027, 1, 1): "Noël",
        date(2027, 1, 3): "Noël",
        date(2027, 1, 4): "Pont",
    }
    assert runs_of_days(days_off) == [
        (date(2026, 12, 31), date(2027, 1, 2), "Noël"),
        (date(2027, 1, 3), date(2027, 1, 4), "Noël"),
        (date(2027, 1, 4), date(2027, 1, 5), "Pont"),
    ]


def test_august_belongs_to_the_school_year_before() -> None:
    assert school_year_of(date(2027, 8, 31)) == 2026
    assert school_year_of(date(2027, 9, 1)) == 2027
