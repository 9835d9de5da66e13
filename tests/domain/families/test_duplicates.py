"""What looks like one person: rules by examples, and the pairs that an agent is shown."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from preau.base.facts import NotAllowed, NotFound
from preau.domain.families.enums import Alike, PersonKind
from preau.domain.families.models import Adult, Child, Family, HouseholdChild, SearchWord
from preau.domain.families.operations.contact_details import correct_contact_details
from preau.domain.families.operations.merging import keep_apart
from preau.domain.families.operations.profile import change_details
from preau.domain.families.queries.duplicates import CROWD_OF_A_DAY, compare, list_duplicates
from preau.domain.families.queries.files import find_families
from preau.domain.families.rules import Traits, differs_by_one, fuller_sheet, likeness
from tests.factories.town import NOW

BORN = date(2020, 5, 4)
SAME, SWAP, PART, ONE, BIRTH, MAIL, TEL = Alike
LEA = Traits("lea", "martin", BORN)


@pytest.mark.parametrize(
    ("other", "together", "expected"),
    [
        (LEA, False, (SAME, BIRTH)),
        (LEA, True, (SAME, BIRTH)),
        (Traits("martin", "lea", BORN), False, (SWAP, BIRTH)),
        (Traits("lea", "matrin", BORN), False, (ONE, BIRTH)),
        (Traits("leo", "martin", BORN), True, ()),  # twins
        (Traits("lea", "martin dupont", BORN), False, (PART, BIRTH)),
        (Traits("lea rose", "martin", BORN), False, (PART, BIRTH)),
        (Traits("lea rose", "martin", BORN), True, ()),  # twins too: Léa, and Léa-Rose
        (Traits("lea", "martin dupont", BORN + timedelta(1)), False, ()),
        (Traits("lea", "martin dupont"), False, ()),
        (Traits("lea", "martin", BORN + timedelta(1)), False, ()),
        (Traits("lea", "martin"), False, (SAME,)),
        (Traits("leah", "martin"), False, ()),
        (Traits("zoe", "martin", BORN), False, ()),
    ],
)
def test_children_look_alike_by_name_and_birth(other, together, expected):
    assert likeness(one=LEA, other=other, live_together=together) == expected
    assert likeness(one=other, other=LEA, live_together=together) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Traits("awa", "dupre", None, frozenset({"awaxexample"})), (SAME, MAIL)),
        (Traits("awa", "dupre", None, frozenset(), frozenset({"0261910001"})), (SAME, TEL)),
        (Traits("awa", "dupre", None, frozenset({"otherxexample"})), ()),  # a name is not enough
        (Traits("paul", "dupre", None, frozenset({"awaxexample"})), ()),  # a couple shares its e-mail
        (Traits("awa", "dupre", date(1980, 1, 2), frozenset({"awaxexample"})), (SAME, MAIL)),  # a date mistyped
    ],
)
def test_adults_need_more_than_a_name(other, expected):
    awa = Traits("awa", "dupre", date(1980, 1, 1), frozenset({"awaxexample"}), frozenset({"0261910001"}))
    assert likeness(one=awa, other=other, live_together=False) == expected


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_letter_of_difference_is_the_same_both_ways_and_never_none(one, other):
    assert differs_by_one(one, other) == differs_by_one(other, one)
    assert not differs_by_one(one, one)


@given(st.text("abcd", min_size=1, max_size=8), st.integers(0, 7))
def test_a_letter_less_is_one_letter_of_difference(word, place):
    less = word[: place % len(word)] + word[place % len(word) + 1 :]
    assert differs_by_one(word, less)


def test_a_sheet_never_loses_a_pai_nor_what_to_avoid():
    older = {"pai": "signed", "pai_until": "2027-06-30", "avoid": "œuf", "vaccines": ["dtp"], "diet": "no_pork"}
    latest = {"pai": "no", "diet": "standard", "vaccines": ["mmr"], "avoid": ""}
    assert fuller_sheet(latest, older) == {
        "pai": "signed",
        "pai_until": "2027-06-30",
        "avoid": "œuf",
        "vaccines": ["dtp", "mmr"],
        "diet": "standard",
    }


@pytest.fixture
def agent(town):
    return town.agent("agent")


def _twin_of(town, household, child, **fields):
    """A second record of a child, in another household."""
    other = town.household("Autre", children=0, login=f"autre{Family.objects.count()}")
    values = {"first_name": child.first_name, "last_name": child.last_name, "birth_date": child.birth_date, **fields}
    again = Child.objects.create(organisation_id=town.id, **values)
    HouseholdChild.objects.create(organisation_id=town.id, family=other.family, child=again)
    return again


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, (SAME, BIRTH)),
        ({"first_name": "Dupré", "last_name": "Enfant1"}, (SWAP, BIRTH)),
        ({"first_name": "Enfan1"}, (ONE, BIRTH)),
        ({"first_name": "ENFANT1", "last_name": "DUPRE"}, (SAME, BIRTH)),
        ({"last_name": "Dupré-Martin"}, (PART, BIRTH)),
        ({"birth_date": None}, (SAME,)),
    ],
)
def test_children_there_twice_are_found(town, awa, agent, fields, why):
    again = _twin_of(town, awa, awa.children[0], **fields)
    pairs, total = list_duplicates(actor=agent, limit=10)
    assert [(pair.kind, pair.first.person_id, pair.second.person_id, pair.why) for pair in pairs] == [
        (PersonKind.CHILD, awa.children[0].pk, again.pk, why)
    ]
    assert total == 1


@pytest.mark.django_db
def test_adults_there_twice_are_found_by_telephone_however_it_is_written(town, awa, agent):
    other = town.household("Dupré", children=0, login="seule")
    Adult.objects.filter(pk=other.adult.pk).update(email="")
    change_details(
        actor=town.parent(other), adult_id=other.adult.pk, phone="+33 2 61 91 00 01", mobile="", medium="sms", now=NOW
    )
    pairs, _total = list_duplicates(actor=agent, limit=10)
    assert [(pair.kind, pair.why) for pair in pairs] == [(PersonKind.ADULT, (SAME, TEL))]


@pytest.mark.django_db
def test_two_persons_set_apart_are_not_shown_again(town, awa, agent):
    again = _twin_of(town, awa, awa.children[0])
    for _twice in range(2):
        keep_apart(actor=agent, kind=PersonKind.CHILD, one_id=again.pk, other_id=awa.children[0].pk, now=NOW)
    assert list_duplicates(actor=agent, limit=10) == ([], 0)


@pytest.mark.django_db
def test_an_agent_is_shown_the_pairs_of_the_households_it_looks_after_only(town, awa, agent):
    _twin_of(town, awa, awa.children[0])
    mine = Family.objects.filter(pk=awa.family.pk)
    assert list_duplicates(actor=agent, limit=10, among=mine) == ([], 0)
    assert list_duplicates(actor=agent, limit=10, among=Family.objects.all())[1] == 1


@pytest.mark.django_db
def test_the_queries_do_not_grow_with_the_pairs(town, awa, agent):
    counts = []
    for _round in range(2):
        _twin_of(town, awa, awa.children[0])
        with CaptureQueriesContext(connection) as queries:
            list_duplicates(actor=agent, limit=10)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


@pytest.mark.django_db
def test_duplicates_are_for_agents_of_this_town(town, other_town, awa, bruno):
    for actor in (town.agent("site_staff"), town.agent("regisseur"), town.agent("admin"), town.parent(awa)):
        with pytest.raises(NotAllowed):
            list_duplicates(actor=actor, limit=10)
    ids = {"kind": PersonKind.ADULT, "one_id": awa.adult.pk, "other_id": bruno.adult.pk}
    with pytest.raises(NotFound):
        compare(actor=other_town.agent("agent"), **ids)
    with pytest.raises(NotFound):
        compare(actor=town.agent("agent"), **{**ids, "other_id": awa.adult.pk})


@pytest.mark.django_db
def test_a_search_begins_words_telephones_and_emails(town, awa, bruno, agent):
    def found(text):
        return [row.name for row in find_families(actor=agent, text=text, limit=5)[0]]

    correct_contact_details(
        actor=agent,
        adult_id=bruno.adult.pk,
        phone="+33 6 39 98 12 34",
        mobile="",
        preferred_medium="email",
        has_protected_address=False,
        now=NOW,
    )
    assert found("dup") == found("AWA Dupré") == found("enfant2") == ["Dupré"]
    assert found("06 39 98 12") == found("0639981234") == found("Bruno.Martin@courriel.example") == ["Martin"]
    assert found("upré") == found("%") == found("_wa") == found("awa martin dupre") == []
    assert found(str(bruno.family.number)) == ["Martin"]


@pytest.mark.django_db
def test_the_words_follow_a_change_of_name_and_leave_with_the_person(town, awa, agent):
    child = awa.children[0]
    child.first_name = "Zoé"
    child.save()
    assert find_families(actor=agent, text="zoe", limit=5)[1] == 1
    assert find_families(actor=agent, text="enfant1", limit=5)[1] == 0
    HouseholdChild.objects.filter(child=child).delete()
    assert not SearchWord.objects.filter(word="zoe").exists()


@pytest.mark.django_db
def test_a_birth_date_that_a_crowd_shares_is_no_likeness(town, awa, agent):
    """One bug: a default date of an import made each child look like all the others, and the page took 16 seconds."""
    town.household("Martin", children=CROWD_OF_A_DAY + 1, login="foule")
    Child.objects.update(birth_date=date(2020, 1, 1))
    assert list_duplicates(actor=agent, limit=10) == ([], 0)
    again = _twin_of(town, awa, awa.children[0], birth_date=date(2020, 1, 1))
    pairs, _total = list_duplicates(actor=agent, limit=10)
    assert [(pair.second.person_id, pair.why) for pair in pairs] == [(again.pk, (SAME,))]


@pytest.mark.django_db
def test_the_pairs_cost_the_same_queries_whatever_the_crowd(town, awa, agent, django_assert_num_queries):
    _twin_of(town, awa, awa.children[0])
    for size in (1, CROWD_OF_A_DAY + 5):
        town.household(f"Foule{size}", children=size, login=f"foule{size}")
        with django_assert_num_queries(8):
            list_duplicates(actor=agent, limit=10)
