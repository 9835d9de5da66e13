"""Ticks that come from other ticks: what fits is ticked, what does not is told, nothing is ever unticked."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.bookings.enums import Rhythm
from preau.domain.bookings.queries import copying
from preau.domain.bookings.queries.board import Board, SlotView
from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.kernel.periods import Period

MONDAY = date(2026, 11, 30)
END = date(2027, 7, 3)


def enrolment(pk: int, *, who: str = "c1", activity: str = "Cantine", kind: str = "lunch") -> BookableEnrolment:
    return BookableEnrolment(
        enrolment_id=pk,
        family_id=1,
        child_id=1,
        adult_id=None,
        participant_key=who,
        participant="Lina",
        hue=1,
        activity=activity,
        activity_kind=kind,
        confirmation="",
        department_id=1,
        offer_id=pk,
        site_id=1,
        site="École",
        class_name="",
        starts_on=date(2026, 9, 1),
        ends_on=END,
        shown_weekdays="01234",
        is_resident=True,
        deadlines={},
        openings=[],
        weekdays="0134",
        open_on="school_days",
    )


def slot(pk: int, on: date, *, code: str = "R", booked: bool = False, why: str = "") -> SlotView:
    return SlotView(
        slot_id=pk,
        on=on,
        unit_code=code,
        unit_name="Repas",
        is_booked=booked,
        can_add=not booked and not why,
        can_remove=booked and not why,
        why=why,
        closed_reason="",
        remaining=None,
        opens_at=None,
        closes_at=datetime(2026, 11, 29),
    )


def board(row: BookableEnrolment, *slots: SlotView) -> Board:
    return Board(row, MONDAY, MONDAY + timedelta(days=7), slots, {})


def week(first: int, **fields: object) -> list[SlotView]:
    return [slot(first + day, MONDAY + timedelta(days=day), **fields) for day in (0, 1, 3, 4)]


def test_what_is_shown_is_what_is_booked_and_what_the_basket_changes():
    one, two, three, four = week(10)
    two = replace(two, is_booked=True, can_add=False, can_remove=True)
    three = replace(three, is_booked=True, can_add=False, why="past")
    places = copying.ticked_places(
        boards=[board(enrolment(1), one, two, three, four)],
        ticks={1: {10: True, 11: False, 13: False}},  # 13 is a closed wish of before: a lock shows what is booked
        period=Period(MONDAY, MONDAY + timedelta(days=7)),
    )
    assert places == {(1, "R", one.on), (1, "R", three.on)}


def test_a_copy_tells_what_it_cannot_have():
    slots = week(10)
    slots[1] = replace(slots[1], can_add=False, why="full")
    wanted = {(1, "R", each.on) for each in slots} | {(1, "R", MONDAY + timedelta(days=2))}
    found = copying.fit(boards=[board(enrolment(1), *slots)], ticks={1: {10: True}}, wanted=wanted)
    assert found.changes == {1: {13: True, 14: True}}
    assert [(each.enrolment_id, left.why) for each, left in found.left] == [(1, "full")]
    assert (found.same, found.absent, found.count) == (1, 1, 2)


@pytest.mark.parametrize(("rhythm", "weeks"), [(Rhythm.EVERY, [1, 2, 3]), (Rhythm.ONE_IN_TWO, [2])])
def test_a_week_is_repeated_up_to_a_day_included(rhythm, weeks):
    until = MONDAY + timedelta(weeks=3)
    found = copying.repeated(
        places={(1, "R", MONDAY), (1, "R", MONDAY + timedelta(days=1))}, until=until, rhythm=rhythm
    )
    mondays = {MONDAY + timedelta(weeks=each) for each in weeks}
    tuesdays = {each + timedelta(days=1) for each in mondays} - {until + timedelta(days=1)}
    assert found == {(1, "R", on) for on in mondays | tuesdays}
    assert copying.repeated(places=set(), until=until, rhythm=rhythm) == set()


def test_a_brother_takes_the_same_activity_else_the_same_kind():
    rows = [
        enrolment(1),
        enrolment(2, who="c2", activity="Cantine maternelle"),
        enrolment(3, who="c2", activity="Judo", kind="sport"),
        enrolment(4, who="c3", activity="Judo", kind="sport"),
    ]
    places = {(1, "R", MONDAY)}
    assert copying.as_another(places=places, rows=rows, source="c1", target="c2") == {(2, "R", MONDAY)}
    assert copying.as_another(places=places, rows=rows, source="c1", target="c3") == set()
    assert copying.as_another(places=places, rows=rows, source="c2", target="c1") == set()
    assert copying.as_another(places={(1, "R", END)}, rows=rows, source="c1", target="c2") == set()


@given(st.dictionaries(st.integers(10, 14), st.booleans()), st.sets(st.integers(0, 6)), st.sets(st.integers(0, 4)))
def test_a_copy_adds_only_and_twice_is_once(draft, wanted_days, booked):
    slots = [
        replace(each, is_booked=True, can_add=False, can_remove=True) if each.slot_id - 10 in booked else each
        for each in week(10)
    ]
    boards, wanted = [board(enrolment(1), *slots)], {(1, "R", MONDAY + timedelta(days=day)) for day in wanted_days}
    found = copying.fit(boards=boards, ticks={1: draft}, wanted=wanted)
    assert all(want for changes in found.changes.values() for want in changes.values())
    after = {1: {**draft, **found.changes.get(1, {})}}
    assert copying.fit(boards=boards, ticks=after, wanted=wanted).changes == {}
    assert found.count + found.same + len(found.left) + found.absent == len(wanted)
