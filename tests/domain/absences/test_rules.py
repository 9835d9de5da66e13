"""Absences judged on plain values."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.absences.enums import Effect, ProofState
from preau.domain.absences.rules import (
    After,
    Delay,
    EffectRule,
    Eve,
    InvalidDelay,
    InvalidWindow,
    Missed,
    SameDay,
    announced_until,
    judge,
    parse_delay,
    parse_window,
    problem_of,
    proof_due_at,
    spells,
)
from preau.kernel.periods import Period

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 12, 7)
DAYS = [MONDAY + timedelta(days=number) for number in range(26)]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"kind": "eve"}, Eve()),
        ({"kind": "same_day", "at": "8:30"}, SameDay(510)),
        ({"kind": "after", "hours": 48}, After(48)),
    ],
)
def test_a_window_is_read(data, found):
    assert parse_window(data) == found


@pytest.mark.parametrize(
    "data",
    [None, {}, [], "eve", {"kind": "same_day"}, {"kind": "same_day", "at": "25:00"}, {"kind": "after"},
     {"kind": "after", "hours": -1}, {"kind": "after", "hours": True}, {"kind": "after", "hours": "48"}],
)  # fmt: skip
def test_a_window_that_cannot_be_read_is_refused(data):
    with pytest.raises(InvalidWindow):
        parse_window(data)


@pytest.mark.parametrize(
    "data", [None, [], {"hours": 0}, {"weeks": 2}, {"hours": 48, "days": 2}, {"days": True}, {"days": "8"}]
)
def test_a_delay_that_cannot_be_read_is_refused(data):
    with pytest.raises(InvalidDelay):
        parse_delay(data)


def test_no_delay_asks_for_no_proof():
    assert parse_delay({}) is None


@pytest.mark.parametrize(
    ("window", "until"),
    [
        (Eve(), datetime(2026, 12, 6, 23, tzinfo=UTC)),
        (SameDay(510), datetime(2026, 12, 7, 7, 30, tzinfo=UTC)),
        (After(48), datetime(2026, 12, 9, 10, 45, tzinfo=UTC)),
    ],
)
def test_until_when_an_absence_is_announced(window, until):
    assert announced_until(window, on=MONDAY, starts_minute=705, zone=PARIS) == until


def test_hours_of_the_clock_pass_over_a_change_of_hour():
    before = date(2027, 3, 27)  # clocks go forward that night
    assert announced_until(After(48), on=before, starts_minute=720, zone=PARIS) == datetime(2027, 3, 29, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("delay", "due"),
    [
        (Delay(hours=72), datetime(2026, 12, 10, 10, 45, tzinfo=UTC)),
        (Delay(days=8), datetime(2026, 12, 15, 23, tzinfo=UTC)),
    ],
)
def test_until_when_a_proof_is_awaited(delay, due):
    assert proof_due_at(delay, on=MONDAY, starts_minute=705, zone=PARIS) == due


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (EffectRule(deducts=True, asks_proof=True, waiting_days=3, unproven_waiting_days=2), "proof_costs_more"),
        (EffectRule(deducts=True, unproven_waiting_days=2), "unproven_without_proof"),
        (EffectRule(deducts=True, waiting_days=3, most_days=3), "never_deducts"),
        (EffectRule(deducts=True, asks_proof=True, waiting_days=3, unproven_waiting_days=5, most_days=10), ""),
    ],
)
def test_a_rule_that_contradicts_itself(rule, problem):
    assert problem_of(rule) == problem


def test_two_wednesdays_are_two_absences_unless_the_days_between_were_announced():
    wednesdays = [date(2026, 12, 9), date(2026, 12, 16)]
    assert spells(wednesdays, said=[Period(day, day + timedelta(days=1)) for day in wednesdays], expected=()) == [
        (wednesdays[0],),
        (wednesdays[1],),
    ]
    whole = [Period(wednesdays[0], date(2026, 12, 12)), Period(date(2026, 12, 12), date(2026, 12, 17))]
    assert spells(wednesdays, said=whole, expected=()) == [tuple(wednesdays)]


def test_a_rule_holds_from_the_first_day_of_the_absence():
    rules = {True: EffectRule(deducts=True), False: EffectRule(deducts=False)}
    missed = {day: Missed(day, ProofState.NOT_ASKED) for day in DAYS[:5]}
    found = judge(missed, said=(), expected=(), rule_on=lambda day: rules[day >= DAYS[2]])
    assert {fate.effect for fate in found.values()} == {Effect.DUE}


counts = st.none() | st.integers(0, 12)
proofs = st.sampled_from(list(ProofState))
absent = st.dictionaries(st.sampled_from(DAYS), proofs, min_size=1)


@st.composite
def rules(draw):
    rule = EffectRule(
        deducts=draw(st.booleans()),
        asks_proof=draw(st.booleans()),
        waiting_days=draw(st.integers(0, 6)),
        unproven_waiting_days=draw(counts),
        most_days=draw(counts),
    )
    return rule if not problem_of(rule) else EffectRule(deducts=rule.deducts, asks_proof=rule.asks_proof)


def fates(days, rule, expected=()):
    missed = {day: Missed(day, proof) for day, proof in days.items()}
    return judge(missed, said=(), expected=expected, rule_on=lambda _day: rule)


@given(absent, rules(), st.sets(st.sampled_from(DAYS)))
def test_more_proof_never_costs_more(days, rule, expected):
    before = fates(days, rule, expected)
    after = fates(dict.fromkeys(days, ProofState.VALID), rule, expected)
    for day in days:
        assert not (before[day].effect is Effect.DEDUCTED and after[day].effect is Effect.DUE)


@given(absent, rules(), st.sets(st.sampled_from(DAYS)), st.randoms())
def test_the_order_of_announcements_changes_nothing(days, rule, expected, random):
    shuffled = list(days.items())
    random.shuffle(shuffled)
    said = [Period(day, day + timedelta(days=1)) for day, _proof in shuffled]
    one = judge(
        {day: Missed(day, proof) for day, proof in shuffled}, said=said, expected=expected, rule_on=lambda _day: rule
    )
    assert one == fates(dict(sorted(days.items())), rule, expected)


@given(absent, rules())
def test_each_day_missed_is_judged_once_and_has_its_rank(days, rule):
    found = fates(days, rule)
    assert set(found) == set(days)
    assert found[min(days)].rank == 1
    assert all(fate.rank >= 1 for fate in found.values())
