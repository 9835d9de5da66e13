"""Hours of care decided on plain values."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preau.domain.creche.enums import CareType
from preau.domain.creche.rules import (
    REFUSALS,
    CareRules,
    InvalidHours,
    InvalidPlaces,
    Sheet,
    StaffRatio,
    Wish,
    find_room,
    free_ranges,
    limits_of,
    parse_hours,
    parse_places,
    problems_of,
    same_hours,
    section_by_age,
)
from preau.kernel.time_ranges import QUARTER, QUARTERS, TimeRange, presence
from tests.factories.creche import ranges

MONDAY = date(2026, 12, 7)
OPENING = TimeRange(450, 1110)
RULES = CareRules(CareType.VARIABLE)


def sheet(places, *, on=MONDAY, there=()):
    return Sheet(1, on, limits_of(places, (), on=on, opening=OPENING), list(presence(there)))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(9.5, 17.5)], []),
        ([(17.5, 9.5)], [("end_before_start", 0)]),
        ([(9, 9)], [("end_before_start", 0)]),
        ([(7, 12)], [("outside", 0)]),
        ([(9, 19)], [("outside", 0)]),
        ([(9, 12), (11, 14)], [("overlap", 1)]),
        ([(9, 12), (12, 14)], []),
        ([(9, 9 + 1 / 60)], [("off_step", 0)]),
        ([(9, 9.25)], [("too_short", 0)]),
        ([(7.5, 18.5)], [("too_long", 0)]),
        ([(8 + 1 / 12, 12)], [("off_step", 0)]),
        ([(8, 9), (9, 10), (10, 11), (11, 12)], [("too_many", None)]),
    ],
)
def test_ranges_are_judged_each_at_its_place(pairs, expected):
    found = problems_of(ranges(*pairs), opening=OPENING, rules=RULES)
    assert [(each.code, each.place) for each in found] == expected


def test_a_step_of_half_an_hour_counts_from_the_opening_and_reaches_the_closing():
    rules = CareRules(CareType.VARIABLE, step=30)
    assert problems_of(ranges((7.5, 12)), opening=OPENING, rules=rules) == []
    assert [each.code for each in problems_of(ranges((7.75, 12)), opening=OPENING, rules=rules)] == ["off_step"]
    assert problems_of(ranges((9, 10.75)), opening=TimeRange(450, 645), rules=rules) == []


@pytest.mark.parametrize("data", [None, [], {"7": ["8:00", "9:00"]}, {"0": ["8:00"]}, {"0": ["9:00", "8:00"]}])
def test_hours_that_cannot_be_read_are_refused(data):
    with pytest.raises(InvalidHours):
        parse_hours(data)


@pytest.mark.parametrize("hour", ["8:05", "25:00", "huit", ""])
def test_an_opening_hour_is_a_quarter(hour):
    with pytest.raises(InvalidHours):
        parse_hours({"0": [hour, "18:00"]})


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"weekdays": "", "from": "8:00", "to": "9:00", "places": 3},
        {"weekdays": "0", "from": "9:00", "to": "8:00", "places": 3},
        "x",
    ],
)
def test_places_by_hour_that_cannot_be_read_are_refused(row):
    with pytest.raises(InvalidPlaces):
        parse_places([row])


def test_places_are_modulated_by_hour_and_weekday():
    steps = parse_places([{"weekdays": "0", "from": "7:30", "to": "9:00", "places": 4}])
    limits = limits_of(10, steps, on=MONDAY, opening=OPENING)
    assert [limits[hour * 4] for hour in (7, 8, 9, 18, 19)] == [0, 4, 10, 10, 0]
    assert limits_of(10, steps, on=MONDAY + timedelta(days=1), opening=OPENING)[8 * 4] == 10


def test_the_last_place_goes_to_the_first_and_who_leaves_makes_room_for_who_comes():
    day = {(1, MONDAY): sheet(1, there=ranges((9, 12)))}
    leaving = Wish((2, MONDAY), 1, ranges((9, 12)), ranges((9, 10)))
    coming = Wish((1, MONDAY), 1, (), ranges((10, 12)))
    late = Wish((3, MONDAY), 1, (), ranges((11, 13)))
    room = find_room([coming, late, leaving], day)
    assert [each.key[0] for each in room.granted] == [2, 1]
    [crowd] = room.crowded[3, MONDAY]
    assert (crowd.hours, crowd.present, crowd.places) == (TimeRange(660, 720), 2, 1)


def test_a_surplus_is_accepted_while_the_week_holds_no_more_hours_than_its_places_offer():
    week = {(1, MONDAY + timedelta(days=n)): sheet(10, on=MONDAY + timedelta(days=n)) for n in range(5)}
    eleven = [Wish((n, MONDAY), 1, (), ranges((9, 17))) for n in range(12)]
    room = find_room(eleven, week, surplus=115)
    assert len(room.granted) == 11
    assert room.crowded[11, MONDAY][0].present == 12
    full = {key: sheet(10, on=key[1], there=[OPENING] * 10) for key in week if key[1] != MONDAY} | {
        (1, MONDAY): sheet(10, there=[OPENING] * 9)
    }
    refused = find_room(
        [Wish((1, MONDAY), 1, (), ranges((9, 17))), Wish((2, MONDAY), 1, (), ranges((9, 17)))], full, surplus=115
    )
    assert len(refused.granted) == 1  # ten of ten; the eleventh would make the week hold more than it offers


def test_an_agent_with_a_reason_goes_past_the_places():
    day = {(1, MONDAY): sheet(0)}
    assert find_room([Wish((1, MONDAY), 1, (), ranges((9, 10)))], day, exceeds=True).granted


def test_free_hours_are_those_with_a_place_long_enough():
    there = sheet(1, there=ranges((9, 12), (12.5, 15)))
    assert free_ranges(there.present, there.limits, at_least=60) == ranges((7.5, 9), (15, 18.5))


def test_professionals_needed_add_their_shares_before_rounding():
    ratio = StaffRatio()
    assert [ratio.needed(not_walking=n, walking=w) for n, w in ((0, 0), (1, 0), (5, 8), (8, 23), (11, 0))] == [
        0,
        2,
        2,
        5,
        3,
    ]


def test_a_child_goes_to_the_first_section_of_its_age_else_to_the_first():
    ages = [(1, 0, 15), (2, 15, 24), (3, 24, None)]
    assert [section_by_age(months, ages) for months in (0, 15, 30)] == [1, 2, 3]
    assert section_by_age(3, [(2, 15, 24)]) == 2
    assert section_by_age(3, []) is None


def test_the_same_hours_are_copied_to_days_and_weeks():
    hours = ranges((9, 17))
    found = same_hours(hours, of=MONDAY, days=[MONDAY, MONDAY + timedelta(days=1)], until=MONDAY + timedelta(days=15))
    assert sorted(found) == [MONDAY + timedelta(days=n) for n in (1, 7, 8, 14, 15)]


def test_each_refusal_has_its_own_code():
    assert len({each.code for each in REFUSALS}) == len(REFUSALS)


quarters = st.integers(OPENING.start // QUARTER, OPENING.end // QUARTER)
hours = st.tuples(quarters, quarters).filter(lambda pair: pair[0] < pair[1])
day_ranges = st.lists(hours.map(lambda pair: TimeRange(pair[0] * QUARTER, pair[1] * QUARTER)), max_size=1).map(tuple)
wishes = st.lists(
    st.tuples(st.integers(1, 8), st.integers(0, 4), day_ranges), max_size=40
)  # child, day of the week, hours wanted


@settings(max_examples=80, deadline=None)
@given(wishes, st.integers(0, 4), st.sampled_from([100, 115]))
def test_no_accepted_set_of_ranges_exceeds_the_curve(asked, places, surplus):
    """Whatever is asked for and changed again, in whatever order, each quarter of each day stays within its bound."""
    days = [MONDAY + timedelta(days=n) for n in range(5)]
    sheets = {(1, on): sheet(places, on=on) for on in days}
    held = {}
    for child, day, wanted in asked:
        key = (child, days[day])
        room = find_room([Wish(key, 1, held.get(key, ()), wanted)], sheets, surplus=surplus)
        if room.granted:
            held[key] = wanted
        for on in days:
            assert list(presence(r for (_c, d), mine in held.items() if d == on for r in mine)) == sheets[1, on].present
    for each in sheets.values():
        assert all(there <= limit * surplus // 100 for there, limit in zip(each.present, each.limits, strict=True))
    if any(each.is_over for each in sheets.values()):
        assert sum(each.taken for each in sheets.values()) <= sum(each.offered for each in sheets.values())


@given(day_ranges)
def test_presence_counts_each_quarter_that_a_range_meets(mine):
    assert sum(presence(mine)) * QUARTER == sum(each.minutes for each in mine)
    assert len(presence(mine)) == QUARTERS
