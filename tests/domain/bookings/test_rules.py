"""Places decided on plain facts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.bookings import rules
from preau.domain.bookings.enums import Rhythm
from preau.domain.bookings.rules import SlotFacts, Wish, decide_order, in_rhythm
from preau.domain.catalogue.rules import Counter, has_room, remaining_in

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 18, 9, tzinfo=UTC)


def facts(slot_id=1, *, code="M", on=DAY, who="c1", enrolment_id=1, counters=(1,), **changes):
    start = datetime(on.year, on.month, on.day, 6, 30, tzinfo=UTC)
    values = {
        "slot_id": slot_id,
        "enrolment_id": enrolment_id,
        "offer_id": 1,
        "participant_key": who,
        "on": on,
        "unit_code": code,
        "unit_name": code,
        "position": 0,
        "starts_at": start,
        "closed_reason": "",
        "is_covered": True,
        "opens_at": None,
        "window_closes_at": None,
        "book_closes_at": LATER,
        "change_closes_at": None,
        "cancel_closes_at": LATER,
        "counter_ids": counters,
    }
    return SlotFacts(**{**values, **changes})


def decide(wishes, *, held=(), capacity=5, booked=0, requirements=None, **extra):
    """`held` are facts that the participant holds already."""
    counters = {i: Counter(i, capacity, 0, booked, True) for i in range(1, 9)}
    slots, units = {}, {}
    for each in held:
        slots.setdefault(each.participant_key, {})[each.slot_id] = each.enrolment_id
        units.setdefault(rules.day_key(each), set()).add(each.unit_code)
        for counter_id in each.counter_ids:
            counters[counter_id].booked += 1
    decision = decide_order(
        [Wish(each, wanted) for each, wanted in wishes],
        held=slots,
        held_units={k: frozenset(v) for k, v in units.items()},
        requirements=requirements or {},
        counters=counters,
        now=extra.pop("now", NOW),
        **extra,
    )
    return decision, counters


@pytest.mark.parametrize(
    ("changes", "wanted", "fact"),
    [
        ({"is_covered": False}, True, rules.NotEnrolled),
        ({"starts_at": NOW}, True, rules.SlotPast),
        ({"closed_reason": "Grève"}, True, rules.SlotClosed),
        ({"opens_at": NOW + timedelta(seconds=1)}, True, rules.NotOpenYet),
        ({"window_closes_at": NOW}, True, rules.NoLongerOpen),
        ({"book_closes_at": NOW}, True, rules.DeadlinePassed),
        ({"cancel_closes_at": NOW}, False, rules.DeadlinePassed),
        ({"closed_reason": "Grève"}, False, None),
        ({"opens_at": NOW}, True, None),
        ({"book_closes_at": NOW, "change_closes_at": LATER}, True, rules.DeadlinePassed),
    ],
)
def test_the_calendar_and_the_clock_refuse_for_one_reason(changes, wanted, fact):
    assert rules.refusal_of_time(facts(**changes), wanted=wanted, now=NOW) is fact


def test_a_change_follows_the_deadline_of_changes():
    late = facts(book_closes_at=NOW, change_closes_at=LATER)
    assert rules.refusal_of_time(late, wanted=True, now=NOW, is_change=True) is None


def test_two_children_of_one_order_cannot_share_the_last_place():
    decision, counters = decide([(facts(1, who="c1"), True), (facts(1, who="c2", enrolment_id=2), True)], capacity=1)
    assert len(decision.added) == 1
    assert [refusal.fact for refusal in decision.refused] == [rules.SlotFull]
    assert counters[1].booked == 1


def test_a_place_given_back_serves_the_brother_in_the_same_order():
    mine = facts(1, who="c1")
    decision, counters = decide([(facts(1, who="c2", enrolment_id=2), True), (mine, False)], held=[mine], capacity=1)
    assert len(decision.added) == len(decision.removed) == 1
    assert counters[1].booked == 1


def test_an_exchange_needs_no_free_place_of_what_it_gives_back():
    morning = facts(1, code="M", counters=(1,))
    whole = facts(2, code="J", counters=(1, 2), excludes=frozenset({"M"}))
    decision, counters = decide([(whole, True), (morning, False)], held=[morning], capacity=1)
    assert decision.added == [whole]
    assert (counters[1].booked, counters[2].booked) == (1, 1)


def test_nobody_gives_a_place_up_for_nothing():
    morning = facts(1, code="M", counters=(1,))
    whole = facts(2, code="J", counters=(1, 2), excludes=frozenset({"M"}))
    decision, counters = decide(
        [(whole, True), (morning, False)], held=[morning, facts(9, who="c9", counters=(2,))], capacity=1
    )
    assert decision.added == []
    assert decision.removed == []
    assert {refusal.fact for refusal in decision.refused} == {rules.SlotFull, rules.ExchangeKept}
    assert (counters[1].booked, counters[2].booked) == (1, 1)


def test_units_that_exclude_each_other_are_refused_the_same_day():
    morning = facts(1, code="M")
    whole = facts(2, code="J", excludes=frozenset({"M"}))
    decision, _ = decide([(whole, True)], held=[morning])
    assert [refusal.fact for refusal in decision.refused] == [rules.UnitExcluded]


def test_a_unit_that_needs_another_may_come_with_it_and_not_alone():
    meal = facts(1, code="R")
    evening = facts(2, code="S", requires=frozenset({"R"}))
    together, _ = decide([(evening, True), (meal, True)])
    alone, _ = decide([(evening, True)])
    assert len(together.added) == 2
    assert [refusal.fact for refusal in alone.refused] == [rules.UnitMissing]


def test_a_unit_that_another_needs_is_not_given_back_alone():
    meal, evening = facts(1, code="R"), facts(2, code="S", requires=frozenset({"R"}))
    needs = {(1, "S"): frozenset({"R"})}
    alone, _ = decide([(meal, False)], held=[meal, evening], requirements=needs)
    both, _ = decide([(meal, False), (evening, False)], held=[meal, evening], requirements=needs)
    assert [refusal.fact for refusal in alone.refused] == [rules.UnitNeeded]
    assert len(both.removed) == 2


def test_what_is_held_is_not_booked_twice_and_what_is_not_is_not_given_back():
    mine = facts(1)
    held, gone = decide([(mine, True)], held=[mine])[0], decide([(mine, False)])[0]
    assert (held.idle[0].fact, held.refused) == (rules.AlreadyBooked, [])
    assert (gone.idle[0].fact, gone.refused) == (rules.NotBooked, [])


def test_an_agent_forces_deadline_and_capacity_but_not_a_closed_day():
    late = facts(1, book_closes_at=NOW)
    closed = facts(2, on=DAY + timedelta(days=1), closed_reason="Grève")
    decision, counters = decide([(late, True), (closed, True)], capacity=0, may_force=True)
    assert decision.added == [late]
    assert [refusal.fact for refusal in decision.refused] == [rules.SlotClosed]
    assert decision.forced_counter_ids == {1}
    assert counters[1].extra == 1


def test_extra_places_are_never_offered_to_families():
    counter = Counter(1, capacity=10, extra=3, booked=11, is_blocking=True)
    assert counter.remaining == 0
    assert (remaining_in([counter]), has_room([counter])) == (0, False)


@given(
    st.integers(0, 6),
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["c1", "c2", "c3"]), st.booleans()), max_size=30),
)
def test_no_order_oversells_and_counters_follow_what_was_decided(capacity, raw):
    wishes = {
        (slot_id, who): (facts(slot_id, who=who, on=DAY + timedelta(days=slot_id), counters=(slot_id,)), wanted)
        for slot_id, who, wanted in raw
    }
    decision, counters = decide(list(wishes.values()), capacity=capacity)
    for counter in counters.values():
        taken = sum(counter.counter_id in each.counter_ids for each in decision.added)
        assert counter.booked == taken <= capacity
    told = (decision.added, decision.removed, decision.refused, decision.idle)
    assert sum(len(each) for each in told) == len(wishes)


@pytest.mark.parametrize(
    ("day", "rhythm", "expected"),
    [
        (date(2026, 12, 28), Rhythm.ODD, True),  # week 53
        (date(2027, 1, 4), Rhythm.ODD, True),  # week 1, right after week 53
        (date(2027, 1, 11), Rhythm.EVEN, True),
        (date(2026, 12, 14), Rhythm.ONE_IN_TWO, True),
        (date(2026, 12, 7), Rhythm.ONE_IN_TWO, False),
        (date(2027, 1, 11), Rhythm.ONE_IN_TWO, True),  # goes on over the new year
        (date(2026, 12, 7), Rhythm.EVERY, True),
    ],
)
def test_rhythms_hold_over_a_year_of_53_weeks(day, rhythm, expected):
    assert in_rhythm(day, rhythm, start=date(2026, 12, 1)) is expected
