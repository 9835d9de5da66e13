"""Drafts and answers, on plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.procedures.enums import ProcedureStatus
from preau.domain.procedures.rules import (
    NothingToDo,
    checks_of,
    merge_draft,
    page_changes,
    parts_of,
    status_of_answer,
    without_health,
)

ids = st.integers(1, 8)
flags = st.dictionaries(ids, st.booleans())


def test_one_wish_granted_makes_the_answer_positive():
    assert status_of_answer(granted=1, refused=5) is ProcedureStatus.ACCEPTED
    assert status_of_answer(granted=0, refused=5) is ProcedureStatus.REFUSED
    with pytest.raises(NothingToDo):
        status_of_answer(granted=0, refused=0)


def merged(wanted, *, seen, ticked, held):
    return merge_draft(wanted, changes=page_changes(seen=seen, ticked=ticked), held=held)


def test_a_box_that_comes_back_as_shown_changes_nothing():
    # The other parent booked slot 1 meanwhile: this stale page still shows it empty.
    assert merged({}, seen={1: False}, ticked=frozenset(), held={1: True}) == {}


def test_ticks_of_other_months_are_kept():
    assert merged({9: True}, seen={1: False}, ticked=frozenset({1}), held={1: False}) == {9: True, 1: True}


def test_unticking_what_was_only_wished_leaves_the_draft():
    assert merged({1: True}, seen={1: True}, ticked=frozenset(), held={1: False}) == {}


@given(flags, flags, st.frozensets(ids), flags)
def test_a_draft_never_holds_a_wish_equal_to_what_is_booked(wanted, seen, ticked, held):
    after = merged(wanted, seen=seen, ticked=ticked & set(seen), held=held)
    assert all(held.get(slot) is not want for slot, want in after.items())


@given(flags, flags, st.frozensets(ids), flags)
def test_sending_the_same_page_twice_is_sending_it_once(wanted, seen, ticked, held):
    ticked &= frozenset(seen)
    once = merged(wanted, seen=seen, ticked=ticked, held=held)
    assert merged(once, seen=seen, ticked=ticked, held=held) == once


def test_each_check_is_told_once_whether_it_passed_or_not():
    found = checks_of(kind="enrolment", anomalies=["too_old", "surprise"])
    assert [(each.name, each.code) for each in found[:2]] == [("age", "too_old"), ("surprise", "surprise")]
    assert {each.name for each in found[2:]} == {"residence", "dossier", "pieces_valid", "places", "enrolled"}
    assert checks_of(kind="form", anomalies=["to_read"])[0].code == "to_read"


def test_one_part_alone_is_not_decided_apart():
    person = {"role": "child", "first_name": "Léa", "last_name": "Dupré"}
    assert parts_of(kind="entourage", answers={"p1": person}) == ()
    assert [each.key for each in parts_of(kind="entourage", answers={"p2": person, "p10": person})] == ["p2", "p10"]
    lines = {"lines": [{"name": "lundi"}, {"name": "mardi"}]}
    assert [each.words for each in parts_of(kind="enrolment", answers={"pattern": lines})] == ["lundi", "mardi"]
    assert parts_of(kind="enrolment", answers={}) == parts_of(kind="move", answers={"p1": person}) == ()


def test_health_is_cut_out_whole_but_for_the_pai():
    said = {"health": {"pai": "signed", "pai_until": "2027-07-01", "avoid": "œuf"}, "pai": {"needs": "x"}, "move": {}}
    kept, is_cut = without_health(said)
    assert kept == {"health": {"pai": "signed", "pai_until": "2027-07-01"}, "pai": {}, "move": {}}
    assert is_cut
    assert said["health"]["avoid"] == "œuf"
    assert without_health({"move": {"city": "X"}}) == ({"move": {"city": "X"}}, False)
