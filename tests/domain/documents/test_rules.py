"""Until when a piece is good, and which ones are asked for."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from preau.domain.documents.enums import DocumentState, Subject, Validity
from preau.domain.documents.rules import PieceFacts, TypeFacts, good_until, state_on, wanted_pieces

ON = date(2026, 11, 16)
ANY_DAY = st.dates(date(2020, 1, 1), date(2035, 12, 31))
VACCINES = TypeFacts(1, Subject.CHILD, frozenset({"dossier"}))
PAI = TypeFacts(2, Subject.CHILD, frozenset({"pai"}))
INSURANCE = TypeFacts(3, Subject.CHILD, frozenset({"dossier"}), due_on=date(2026, 11, 20))


def piece(type_id=1, state=DocumentState.VALID, until=None, document_id=10):
    return PieceFacts(document_id, type_id, state, until)


def test_a_piece_of_the_school_year_is_good_until_its_last_day():
    found = good_until(validity=Validity.SCHOOL_YEAR, months=0, deposited_on=ON, school_year_ends_on=date(2027, 7, 3))
    assert found == date(2027, 7, 2)


@given(ANY_DAY, st.integers(1, 120))
def test_months_keep_the_day_or_the_last_one(deposited_on, months):
    found = good_until(validity=Validity.MONTHS, months=months, deposited_on=deposited_on, school_year_ends_on=date.max)
    assert (found.year * 12 + found.month) - (deposited_on.year * 12 + deposited_on.month) == months
    assert found.day == deposited_on.day or (found + timedelta(days=1)).day == 1


def test_forever_has_no_last_day():
    assert good_until(validity=Validity.FOREVER, months=1, deposited_on=ON, school_year_ends_on=ON) is None


@given(ANY_DAY, ANY_DAY)
def test_a_valid_piece_expires_after_its_last_day(until, on):
    assert state_on(piece=piece(until=until), on=on) == ("expired" if on > until else "valid")


def test_only_what_the_situation_asks_for_is_wanted():
    def asked(*situations):
        found = wanted_pieces(types=[VACCINES, PAI], pieces=[], situations=situations, on=ON)
        return [each.type_id for each in found]

    assert asked() == [1]
    assert asked("pai") == [1, 2]


def test_a_piece_to_check_answers_and_a_refused_or_expired_one_does_not():
    def why(**facts):
        return wanted_pieces(types=[VACCINES], pieces=[piece(**facts)], situations=(), on=ON)[0].why

    assert why(state=DocumentState.TO_CHECK) == ""
    assert why(state=DocumentState.REFUSED) == "refused"
    assert why(state=DocumentState.REPLACED) == "missing"
    assert why(until=ON) == ""
    assert why(until=ON - timedelta(days=1)) == "expired"


def test_a_piece_that_may_wait_blocks_only_after_its_day():
    wanted = wanted_pieces(types=[INSURANCE], pieces=[], situations=(), on=ON)[0]
    assert wanted.why == "missing"
    assert not wanted.blocks(on=date(2026, 11, 20))
    assert wanted.blocks(on=date(2026, 11, 21))
