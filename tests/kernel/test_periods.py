"""Days, weeks and months as half-open periods."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.kernel.periods import Period, month_of, next_month, previous_month, week_of, whole_weeks

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def test_a_period_holds_its_first_day_and_not_its_end() -> None:
    period = Period(date(2026, 9, 1), date(2026, 9, 3))
    assert date(2026, 9, 1) in period
    assert date(2026, 9, 3) not in period
    assert list(period.days()) == [date(2026, 9, 1), date(2026, 9, 2)]
    assert period.last == date(2026, 9, 2)


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2026, 9, 3), date(2026, 9, 1))


@given(days)
def test_a_week_is_seven_days_from_monday_and_holds_its_day(day: date) -> None:
    week = week_of(day)
    assert week.start.weekday() == 0
    assert len(list(week.days())) == 7
    assert day in week


@given(days)
def test_months_follow_one_another(day: date) -> None:
    month = month_of(day)
    assert day in month
    assert month.end == next_month(day)
    assert previous_month(month.end) == month.start


@given(days)
def test_the_weeks_of_a_month_hold_it_entirely(day: date) -> None:
    month = month_of(day)
    weeks = whole_weeks(month)
    assert weeks.start <= month.start
    assert month.end <= weeks.end
    assert weeks.start.weekday() == 0
    assert weeks.end.weekday() == 0
    assert len(list(weeks.days())) <= 42
