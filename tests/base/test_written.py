"""Reads whose SQL is written once: the forms they take, and the proof that each answers what Django answers."""

from datetime import date
from threading import Thread

import pytest
from django.db import connection

from preau.base.actor import FAMILY, STAFF, Actor
from preau.base.written import MOST, Written, written
from preau.domain.families.models import Child
from tests.written import Different, prove

pytestmark = pytest.mark.django_db


@written
def _children(*, actor, child_ids, born=None, named=""):
    rows = Child.objects.filter(organisation_id=actor.organisation_id, pk__in=child_ids)
    if actor.audience == STAFF and actor.site_ids:
        rows = rows.filter(schoolings__school_class__site_id__in=actor.site_ids)
    if born is not None:
        rows = rows.filter(birth_date__gte=born)
    return rows.exclude(last_name=named).order_by("pk")


@pytest.fixture
def three(town):
    return town.household(children=3).children


def _actor(town, **more):
    return Actor(organisation_id=town.id, **{"audience": FAMILY, **more})


def test_each_form_is_written_once_and_answers_for_all_its_values(town, three, django_assert_num_queries):
    ids = [child.pk for child in three]
    read = Written(_children.say)
    with django_assert_num_queries(5):
        assert read(actor=_actor(town), child_ids=ids) == three
        assert read(actor=_actor(town), child_ids={ids[0], ids[1], ids[2], 10**6}) == three
        assert read(actor=_actor(town, family_ids=frozenset({1, 2})), child_ids=ids[:1]) == three[:1]
        assert read(actor=_actor(town), child_ids=ids[1:2]) == three[1:2]
        assert read(actor=_actor(town), child_ids=[*ids, *range(10**6, 10**6 + 3)]) == three
    assert len(read._statements) == 2  # up to four values, and eight places for six; households are asked by nobody


def test_what_the_read_asks_of_its_actor_makes_the_form(town, three):
    read = Written(_children.say)
    ids = [child.pk for child in three]
    for actor in (_actor(town), _actor(town, audience=STAFF), _actor(town, audience=STAFF, site_ids=frozenset({0}))):
        for each in (actor, actor):
            prove(read, {"actor": each, "child_ids": ids}, read(actor=each, child_ids=ids))
    assert read(actor=_actor(town, audience=STAFF, site_ids=frozenset({0})), child_ids=ids) == []
    assert read(actor=_actor(town, audience=STAFF), child_ids=ids) == three


def test_dates_words_nothing_and_nobody(town, three, django_assert_num_queries):
    ids, actor = [child.pk for child in three], _actor(town)
    young = date(2030, 1, 1)
    assert _children(actor=actor, child_ids=ids, born=young) == []
    assert _children(actor=actor, child_ids=ids, born=date(1990, 1, 1)) == three
    assert _children(actor=actor, child_ids=ids, named=three[0].last_name) != three
    with django_assert_num_queries(0):
        assert _children(actor=actor, child_ids=()) == []


def test_a_number_that_no_row_has_is_nobody_and_many_are_asked_the_ordinary_way(town, three):
    actor = _actor(town)
    ids = [child.pk for child in three]
    assert _children(actor=actor, child_ids=[*ids, *range(10**6, 10**6 + MOST)]) == three
    if connection.vendor == "postgresql":  # SQLite refuses the number, and the page answers 404
        assert _children(actor=actor, child_ids=[2**80]) == []


def test_the_proof_sees_a_read_that_answers_something_else(town, three):
    given = {"actor": _actor(town), "child_ids": [three[0].pk]}
    prove(_children, given, three[:1])
    with pytest.raises(Different):
        prove(_children, given, three[1:2])


def test_two_threads_that_write_two_forms_mistake_neither(town, three, monkeypatch):
    """What one form asks of its actor makes the other too coarse, even when both are written at once."""
    read, ids = Written(_children.say), [child.pk for child in three]
    family, limited = _actor(town), _actor(town, audience=STAFF, site_ids=frozenset({0}))
    say, inside = read.say, []

    def other():
        read._write({"actor": limited, "child_ids": ids})
        connection.close()

    def meanwhile(**given):
        rows = say(**given)
        if not inside:  # the other thread comes while this one writes
            inside.append(Thread(target=other))
            inside[0].start()
            inside[0].join(0.1)
        return rows

    read.say = meanwhile
    monkeypatch.setattr("preau.base.written._Statement.rows", lambda statement, values: [])
    read._write({"actor": family, "child_ids": ids})
    inside[0].join()
    assert read._of_actor >= {"audience", "site_ids", "organisation_id"}
    assert all(len(key) == len(read._of_actor) + 2 for key in read._statements)
