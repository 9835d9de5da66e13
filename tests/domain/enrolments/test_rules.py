"""Eligibility, patterns, sectors and classes, on plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.catalogue.enums import Public
from preau.domain.catalogue.rules import LEVELS, age_in_months, level_after, level_of_birth
from preau.domain.enrolments.enums import OfferState, Weeks
from preau.domain.enrolments.rules import (
    ChildFacts,
    ClassFacts,
    OfferTerms,
    PatternLine,
    Reason,
    Sector,
    class_for,
    eligibility,
    in_pattern,
    read_pattern,
    school_of_address,
    state_of,
    write_pattern,
)

NOW = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
LINA = ChildFacts(born=date(2019, 3, 1), level="CE1", school_id=1, has_dossier=True)
TERMS = OfferTerms(age_on=date(2026, 9, 1))


def codes(child=LINA, terms=TERMS, **changes):
    return [reason.code for reason in eligibility(child, replace(terms, **changes), now=NOW)]


def test_a_child_is_eligible_when_nothing_is_asked():
    assert codes() == []
    assert codes(ChildFacts(born=None)) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"min_age_months": 96}, "too_young"),
        ({"max_age_months": 90}, "too_old"),
        ({"levels": ("CM1", "CM2")}, "wrong_level"),
        ({"school_ids": frozenset({2})}, "wrong_school"),
        ({"by_service": True}, "by_service_only"),
        ({"opens_at": NOW + timedelta(seconds=1)}, "not_open_yet"),
        ({"closes_at": NOW}, "closed"),
        ({"capacity": 3, "taken": 3}, "full"),
        ({"capacity": 3, "taken": 4, "has_waiting_list": True}, "full_waiting_list"),
        ({"residence": Public.NON_RESIDENTS}, "resident"),
    ],
)
def test_each_condition_has_its_reason(changes, code):
    assert codes(**changes) == [code]


def test_the_last_instant_of_each_bound_still_counts():
    assert codes(opens_at=NOW, closes_at=NOW + timedelta(seconds=1)) == []
    assert codes(min_age_months=90, max_age_months=91, age_on=date(2026, 9, 1)) == []
    assert codes(capacity=3, taken=2) == []


def test_what_the_child_lacks_is_said():
    assert codes(replace(LINA, has_dossier=False), requires_dossier=True) == ["dossier_missing"]
    assert codes(replace(LINA, is_resident=False), residence=Public.RESIDENTS) == ["not_resident"]
    assert codes(ChildFacts(born=LINA.born), levels=("CE1",)) == ["school_unknown"]
    assert codes(ChildFacts(born=None), min_age_months=3) == ["not_born"]
    missing = eligibility(replace(LINA, missing_documents=("Vaccins",)), TERMS, now=NOW)
    assert [(reason.code, reason.detail) for reason in missing] == [("document_missing", "Vaccins")]


def test_all_reasons_are_told_together():
    child = replace(LINA, has_dossier=False, is_resident=False)
    found = codes(child, requires_dossier=True, residence=Public.RESIDENTS, max_age_months=48, capacity=0)
    assert found == ["too_old", "not_resident", "dossier_missing", "full"]


def test_who_is_in_already_is_told_that_alone():
    assert codes(replace(LINA, has_enrolment=True), capacity=0) == ["already_enrolled"]
    assert codes(replace(LINA, waiting_rank=3), capacity=0) == ["waiting"]


@pytest.mark.parametrize(
    ("found", "requested", "state"),
    [
        ([], False, OfferState.OPEN),
        ([], True, OfferState.REQUESTED),
        (["already_enrolled"], True, OfferState.ENROLLED),
        (["waiting"], False, OfferState.WAITING),
        (["full_waiting_list"], False, OfferState.FULL),
        (["not_open_yet"], False, OfferState.SOON),
        (["not_open_yet", "full_waiting_list"], False, OfferState.SOON),
        (["not_open_yet", "too_young"], False, OfferState.NOT_ELIGIBLE),
        (["closed"], False, OfferState.CLOSED),
        (["full"], False, OfferState.CLOSED),
        (["by_service_only"], False, OfferState.BY_SERVICE),
        (["too_old", "by_service_only"], False, OfferState.NOT_ELIGIBLE),
        (["dossier_missing"], False, OfferState.NOT_ELIGIBLE),
    ],
)
def test_the_state_follows_from_the_reasons(found, requested, state):
    assert state_of([Reason(code) for code in found], is_requested=requested) is state


@given(
    born=st.dates(date(2012, 1, 1), date(2027, 1, 1)),
    on=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    low=st.one_of(st.none(), st.integers(0, 200)),
    high=st.one_of(st.none(), st.integers(0, 200)),
)
def test_a_child_is_never_too_young_and_too_old_at_once(born, on, low, high):
    found = codes(ChildFacts(born=born), OfferTerms(age_on=on, min_age_months=low, max_age_months=high))
    age = age_in_months(born, on=on)
    inside = (low is None or age >= low) and (high is None or age < high)
    assert (found == []) is inside
    assert len(found) <= 1


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 4000))
def test_age_never_falls_and_a_birthday_is_twelve_months(born, days):
    on = born + timedelta(days=days)
    assert 0 <= age_in_months(born, on=on) <= age_in_months(born, on=on + timedelta(days=1))
    if (born.month, born.day) != (2, 29):
        assert age_in_months(born, on=born.replace(year=born.year + 1)) == 12


def test_levels_follow_each_other_and_leave():
    assert [level_after(level) for level in LEVELS] == [*LEVELS[1:], None]
    assert level_after("ULIS") == ""
    assert level_of_birth(date(2023, 12, 31), school_year=2026) == "PS"
    assert level_of_birth(date(2015, 1, 1), school_year=2026) == ""


def test_a_pattern_books_its_days_and_its_weeks():
    lines = read_pattern(
        [
            {"weekday": 0, "unit": "R", "weeks": "every"},
            {"weekday": 1, "unit": "R", "weeks": "even"},
            {"weekday": 0, "unit": "R", "weeks": "every"},
            {"weekday": 9, "unit": "R"},
            {"weekday": 2, "unit": "R", "weeks": "never"},
            "?",
        ]
    )
    assert lines == (PatternLine(0, "R", Weeks.EVERY), PatternLine(1, "R", Weeks.EVEN))
    assert read_pattern(write_pattern(lines)) == lines
    assert in_pattern(lines, on=date(2026, 11, 16), unit_code="R")
    assert not in_pattern(lines, on=date(2026, 11, 16), unit_code="S")
    assert [in_pattern(lines, on=date(2026, 11, day), unit_code="R") for day in (17, 24)] == [False, True]


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_even_and_odd_weeks_share_all_days(on):
    even = in_pattern([PatternLine(on.weekday(), "R", Weeks.EVEN)], on=on, unit_code="R")
    odd = in_pattern([PatternLine(on.weekday(), "R", Weeks.ODD)], on=on, unit_code="R")
    assert even != odd


SECTORS = (
    Sector(1, "rue des Lilas"),
    Sector(2, "Rue des Lilas", side=Weeks.EVEN, from_number=10, to_number=20),
    Sector(3, "avenue de l’Été", postcode="99100"),
)


@pytest.mark.parametrize(
    ("number", "street", "postcode", "school"),
    [
        ("3", "rue des lilas", "99000", 1),
        ("12 bis", "Rue des Lilas", "99000", 2),
        ("B12", "Rue des Lilas", "99000", 2),
        ("bis 12", "Rue des Lilas", "99000", 2),
        ("11", "rue des Lilas", "99000", 1),
        ("22", "rue des Lilas", "99000", 1),
        ("", "rue des Lilas", "99000", 1),
        ("4", "Avenue de l'Ete", "99100", 3),
        ("4", "Avenue de l'Ete", "99200", None),
        ("4", "rue Neuve", "99100", None),
    ],
)
def test_an_address_has_its_school(number, street, postcode, school):
    assert school_of_address(SECTORS, number=number, street=street, postcode=postcode) == school


def test_a_child_follows_its_class_or_goes_where_there_is_room():
    classes = [
        ClassFacts(1, 7, "CE2", "CE2 A", 20),
        ClassFacts(2, 7, "CE2", "CE2 B", 24),
        ClassFacts(3, 8, "CE2", "CE2 A", 0),
    ]
    assert class_for(classes, site_id=7, level="CE2", like="CE1 B") == classes[1]
    assert class_for(classes, site_id=7, level="CE2", like="CE1") == classes[0]
    assert class_for(classes, site_id=7, level="CM1") is None
