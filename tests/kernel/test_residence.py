"""Whose day it is: vectors from 2026 to 2030, then properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.kernel.periods import Period
from preau.kernel.residence import (
    MAX_DATES,
    Dates,
    HalfHolidays,
    Pattern,
    PatternInvalid,
    TwoTwoThree,
    Usual,
    WeekParity,
    WeekTurns,
    other_side,
    parse_pattern,
    pattern_data,
    whose_day,
)

days = st.dates(date(2026, 1, 1), date(2030, 12, 31))
sides = st.sampled_from(["a", "b"])
periods = st.tuples(days, st.integers(0, 30)).map(lambda pair: Period(pair[0], pair[0] + timedelta(days=pair[1])))
simple = st.one_of(
    st.builds(Usual, sides),
    st.builds(WeekParity, sides, st.integers(0, 6)),
    st.builds(WeekTurns, sides, days),
    st.builds(TwoTwoThree, sides, days),
    st.builds(Dates, st.lists(st.tuples(periods, sides), max_size=4).map(tuple), sides),
)
patterns = st.one_of(simple, st.builds(HalfHolidays, sides, simple))
WINTER = Period(date(2026, 12, 19), date(2027, 1, 4))  # 16 days
SPRING = Period(date(2027, 4, 3), date(2027, 4, 18))  # 15 days


def turn(pattern: Pattern, start: date, count: int) -> str:
    return "".join(whose_day(pattern, start + timedelta(days=i)) for i in range(count))


@pytest.mark.parametrize(
    ("monday", "side"),
    [
        (date(2025, 12, 29), "b"),  # week 1 of 2026
        (date(2026, 1, 5), "a"),  # week 2
        (date(2026, 12, 21), "a"),  # week 52
        (date(2026, 12, 28), "b"),  # week 53: 2026 has one
        (date(2027, 1, 4), "b"),  # week 1 of 2027: the same parent again
        (date(2027, 1, 11), "a"),
        (date(2027, 12, 27), "a"),  # week 52
        (date(2028, 1, 3), "b"),  # week 1 of 2028: nothing breaks after 52 weeks
        (date(2029, 1, 1), "b"),
        (date(2029, 12, 31), "b"),  # week 1 of 2030
        (date(2030, 12, 30), "b"),  # week 1 of 2031
    ],
)
def test_even_weeks_read_as_on_the_calendar_in_years_of_53_weeks_too(monday: date, side: str) -> None:
    assert turn(WeekParity("a"), monday, 7) == side * 7


@pytest.mark.parametrize(
    ("monday", "side"),
    [
        (date(2026, 12, 21), "a"),
        (date(2026, 12, 28), "b"),  # week 53
        (date(2027, 1, 4), "a"),  # week 1: turns do not read numbers
        (date(2030, 12, 30), "a"),  # 210 weeks after the first
    ],
)
def test_strict_turns_never_give_two_weeks_in_a_row(monday: date, side: str) -> None:
    pattern = WeekTurns("a", date(2026, 12, 21))
    assert turn(pattern, monday, 7) == side * 7
    assert whose_day(pattern, monday + timedelta(days=7)) != whose_day(pattern, monday)


def test_the_day_of_change_belongs_to_the_parent_who_receives() -> None:
    friday = date(2026, 9, 11)  # ISO week 37: this turn is odd
    assert turn(WeekParity("a", changes_on=4), friday - timedelta(days=1), 9) == "a" + "b" * 7 + "a"


def test_two_two_three_then_its_mirror() -> None:
    assert turn(TwoTwoThree("a", date(2026, 9, 7)), date(2026, 9, 7), 15) == "aabbaaabbaabbba"


def test_named_dates_are_half_open_and_other_days_fall_back() -> None:
    pattern = Dates(((Period(date(2026, 9, 5), date(2026, 9, 7)), "b"),), "a")
    assert turn(pattern, date(2026, 9, 4), 4) == "abba"


@pytest.mark.parametrize(
    ("day", "side"),
    [
        (date(2026, 12, 18), "a"),  # before: the usual calendar
        (date(2026, 12, 19), "b"),  # holidays that start in an even year
        (date(2026, 12, 26), "b"),
        (date(2026, 12, 27), "a"),
        (date(2027, 1, 3), "a"),  # the year of the first day counts, not that of the day
        (date(2027, 4, 3), "a"),  # odd year
        (date(2027, 4, 10), "a"),  # eighth of fifteen days: still the first half
        (date(2027, 4, 11), "b"),
        (date(2027, 4, 18), "a"),
    ],
)
def test_holidays_are_cut_in_two_by_the_parity_of_their_year(day: date, side: str) -> None:
    assert whose_day(HalfHolidays("b", Usual("a")), day, [WINTER, SPRING]) == side


@given(simple, days)
def test_outside_holidays_halves_change_nothing(rest: Pattern, day: date) -> None:
    assert whose_day(HalfHolidays("a", rest), day) == whose_day(rest, day)


@given(sides, days, days)
def test_strict_turns_change_every_seven_days_before_and_after_the_anchor(side: str, anchor: date, day: date) -> None:
    pattern = WeekTurns(side, anchor)  # type: ignore[arg-type]
    assert whose_day(pattern, anchor) == side
    assert whose_day(pattern, day + timedelta(days=7)) == other_side(whose_day(pattern, day))


@given(sides, days, days)
def test_two_two_three_is_fair_over_any_fortnight(side: str, anchor: date, day: date) -> None:
    assert turn(TwoTwoThree(side, anchor), day, 14).count("a") == 7  # type: ignore[arg-type]


@given(sides, st.integers(0, 6), days)
def test_two_weeks_in_a_row_happen_only_after_a_week_53(side: str, changes_on: int, day: date) -> None:
    pattern = WeekParity(side, changes_on)  # type: ignore[arg-type]
    begins = day - timedelta(days=(day.weekday() - changes_on) % 7)
    is_same = whose_day(pattern, day) == whose_day(pattern, day + timedelta(days=7))
    assert is_same == (begins.isocalendar().week == 53)


@given(patterns)
def test_a_calendar_is_read_back_as_it_was_kept(pattern: Pattern) -> None:
    assert parse_pattern(pattern_data(pattern)) == pattern


@given(patterns, days, st.lists(periods, max_size=3))
def test_every_day_has_exactly_one_parent(pattern: Pattern, day: date, holidays: list[Period]) -> None:
    assert whose_day(pattern, day, holidays) in ("a", "b")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "moon"},
        {"kind": "usual", "side": "c"},
        {"kind": "week_parity", "even": "a", "changes_on": 7},
        {"kind": "week_parity", "even": "a", "changes_on": True},
        {"kind": "week_turns", "first": "a", "anchor": "hier"},
        {"kind": "week_turns", "first": "a", "anchor": 3},
        {"kind": "dates", "periods": [["2026-09-02", "2026-09-01", "a"]], "otherwise": "b"},
        {"kind": "dates", "periods": [["2026-09-01"]], "otherwise": "b"},
        {"kind": "dates", "periods": [["2026-09-01", "2026-09-02", "a"]] * (MAX_DATES + 1), "otherwise": "b"},
        {"kind": "half_holidays", "first_in_even_years": "a", "rest": {"kind": "half_holidays"}},
        {"kind": "half_holidays", "first_in_even_years": "a", "rest": None},
    ],
)
def test_what_is_no_calendar_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(PatternInvalid):
        parse_pattern(data)
