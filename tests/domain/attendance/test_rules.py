"""What taps make: the same whatever the order in which they arrive."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.attendance.enums import Act, Seen
from preau.domain.attendance.rules import (
    DayIsOver,
    InvalidTap,
    ReasonMissing,
    State,
    Tap,
    TooEarly,
    check_day,
    check_tap,
    contradicts,
    fold,
    read_sheet,
    true_time,
    unread_by,
)

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def tap(key, act=Act.PRESENT, at=0, **more):
    return Tap(key, act, NOON + timedelta(minutes=at), **more)


def test_arrived_then_gone():
    state = fold([tap("a", minute=992), tap("b", Act.LEFT, 70, minute=1062, who="Julien Thirion")])
    assert state == State(Seen.PRESENT, 992, 1062, "Julien Thirion")
    assert not state.is_here


def test_said_twice_the_first_arrival_stays_and_a_typed_hour_replaces_it():
    once = [tap("a", minute=990), tap("b", at=5, minute=995)]
    assert fold(once).arrived == 990
    assert fold([*once, tap("c", at=9, minute=985, is_typed=True)]).arrived == 985


def test_a_child_who_comes_back_is_there_again():
    taps = [tap("a", minute=800), tap("b", Act.LEFT, 30, minute=830), tap("c", at=60, minute=860)]
    assert fold(taps) == State(Seen.PRESENT, 860)


def test_an_undone_tap_never_was():
    taps = [tap("a", minute=990), tap("b", Act.ABSENT, 1), tap("c", Act.UNDO, 2, target="b")]
    assert fold(taps) == State(Seen.PRESENT, 990)
    assert fold([tap("a"), tap("u", Act.UNDO, 1, target="a")]) == State()


TAPS = st.lists(
    st.builds(
        tap,
        st.sampled_from("abcdefgh"),
        st.sampled_from([Act.PRESENT, Act.ABSENT, Act.LEFT, Act.UNDO]),
        st.integers(0, 3),
        minute=st.integers(0, 1439),
        target=st.sampled_from("abcdefgh"),
    ),
    max_size=5,
    unique_by=lambda each: each.key,
)


@given(TAPS)
def test_the_order_of_arrival_changes_nothing(taps):
    assert len({fold(order) for order in permutations(taps)}) == 1


@given(TAPS)
def test_what_left_is_never_absent_and_hours_belong_to_who_came(taps):
    state = fold(taps)
    if state.seen is not Seen.PRESENT:
        assert state.arrived is None
        assert state.left is None


def test_two_devices_that_have_not_read_each_other_contradict():
    here = tap("a", device="one", serial=1)
    away = tap("b", Act.ABSENT, 3, device="two", seen=0)
    assert contradicts(away, unread=unread_by(away, before=[here]))
    read = tap("b", Act.ABSENT, 3, device="two", seen=1)
    assert not contradicts(read, unread=unread_by(read, before=[here]))
    same = tap("b", Act.ABSENT, 3, device="one", seen=0)
    assert not contradicts(same, unread=unread_by(same, before=[here]))


def test_gone_after_here_is_no_contradiction_gone_with_two_people_is():
    here = tap("a", device="one", serial=1)
    gone = tap("b", Act.LEFT, 60, device="two", minute=1060, who="Ana Roy")
    assert not contradicts(gone, unread=[here])
    other = tap("c", Act.LEFT, 61, device="one", serial=2, minute=1061, who="Léo Roy")
    assert contradicts(gone, unread=[here, other])


def test_a_wrong_clock_is_put_right_and_nothing_is_said_in_the_future():
    hour = timedelta(hours=1)
    assert true_time(NOON + hour, sent_at=NOON + 2 * hour, received_at=NOON) == NOON - hour
    assert true_time(NOON + 3 * hour, sent_at=NOON, received_at=NOON) == NOON


@pytest.mark.parametrize(
    ("days", "corrects", "reason", "refused"),
    [
        (1, True, "oui", TooEarly),
        (0, False, "", None),
        (-1, False, "oui", DayIsOver),
        (-1, True, "", ReasonMissing),
        (-1, True, "oubli", None),
        (-401, True, "oubli", DayIsOver),
    ],
)
def test_which_days_are_written(days, corrects, reason, refused):
    today = date(2026, 11, 3)

    def act():
        check_day(today + timedelta(days=days), today=today, corrects=corrects, reason=reason)

    if refused is None:
        act()
    else:
        with pytest.raises(refused):
            act()


@pytest.mark.parametrize(
    "bad",
    [tap(""), tap("k" * 65), tap("a", minute=1440), tap("a", who="x" * 121), tap("a", Act.UNDO), tap("a", Act.LEFT)],
)
def test_what_is_no_tap_is_refused(bad):
    with pytest.raises(InvalidTap):
        check_tap(bad)


@pytest.mark.parametrize("code", ["", "s", "12", "s5-6", "12-", "1-2-3", "s" + "9" * 13])
def test_an_address_that_names_no_sheet(code):
    with pytest.raises(InvalidTap):
        read_sheet(code)
