"""« Passage d’année » : pupils move up, repeat, change school, leave; it is taken back, and never done twice."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from preau.base.facts import NotAllowed, NotFound
from preau.domain.catalogue.models import SchoolClass, SchoolYear
from preau.domain.enrolments.models import Schooling
from preau.domain.enrolments.operations.rollover import (
    Choices,
    copy_classes,
    roll_over_classes,
    take_back_rollover,
)
from preau.domain.enrolments.operations.schooling import put_in_class
from preau.domain.enrolments.queries.rollover import last_rollover, rollover_plan
from preau.domain.organisations.models import Site
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db


def school_class(town, year, name, level, *, site=None):
    return SchoolClass.objects.create(
        organisation_id=town.id, site=site or town.school, school_year=year, name=name, level=level
    )


@pytest.fixture
def summer(town):
    after = SchoolYear.objects.create(
        organisation_id=town.id, label="2027-2028", starts_on=date(2027, 9, 1), ends_on=date(2028, 7, 7)
    )
    return {"from_year_id": town.year.pk, "to_year_id": after.pk}


def test_classes_roll_over_once_and_the_eldest_leave(town, awa, bruno, summer):
    leaving = school_class(town, town.year, "CM2", "CM2")
    Schooling.objects.filter(child=bruno.children[0]).update(school_class=leaving)
    manager = town.agent("manager")
    assert {row.class_id for row in rollover_plan(actor=manager, **summer)} == {None}
    assert copy_classes(actor=manager, **summer, now=NOW) == 2
    assert copy_classes(actor=manager, **summer, now=NOW) == 0
    before = roll_over_classes(actor=manager, **summer, now=NOW)
    assert (before.moved, before.left, before.unplaced) == (0, 1, 2)  # no CE2 here yet
    target = school_class(town, SchoolYear.objects.get(pk=summer["to_year_id"]), "CE2 A", "CE2")
    after = roll_over_classes(actor=manager, **summer, now=NOW)
    assert (after.moved, after.left, after.kept, after.unplaced) == (2, 0, 1, 0)  # the eldest have left, once
    assert roll_over_classes(actor=manager, **summer, now=NOW).kept == 3
    assert set(target.schoolings.values_list("child_id", flat=True)) == {child.pk for child in awa.children}


def test_a_manager_may_choose_another_class_and_nobody_else_rolls_over(town, awa, summer):
    year = SchoolYear.objects.get(pk=summer["to_year_id"])
    school_class(town, year, "CE2 A", "CE2")
    kept_down = school_class(town, year, "CE1 A", "CE1")
    child = awa.children[0]
    roll_over_classes(actor=town.agent("manager"), **summer, now=NOW, choices=Choices({child.pk: kept_down.pk}))
    assert Schooling.objects.get(child=child, school_class__school_year=year).school_class == kept_down
    with pytest.raises(NotAllowed):
        roll_over_classes(actor=town.agent("agent"), **summer, now=NOW)
    with pytest.raises(NotFound):
        rollover_plan(actor=town.agent("manager"), from_year_id=year.pk, to_year_id=town.year.pk)


def test_a_plan_takes_as_many_queries_for_two_children_as_for_twenty(town, awa, summer, django_assert_max_num_queries):
    for number in range(9):
        town.household(f"Famille{number}", children=2, login=f"famille{number}")
    with django_assert_max_num_queries(4):
        assert len(rollover_plan(actor=town.agent("manager"), **summer)) == 20


@pytest.fixture
def next_year(town, summer):
    return SchoolYear.objects.get(pk=summer["to_year_id"])


def places(year):
    return dict(Schooling.objects.filter(school_class__school_year=year).values_list("child_id", "school_class__name"))


def test_one_class_alone_with_those_who_repeat_leave_or_wait(town, awa, bruno, summer, next_year):
    up = school_class(town, next_year, "CE2 A", "CE2")
    again = school_class(town, next_year, "CE1 A", "CE1")
    other = school_class(town, town.year, "CE1 B", "CE1")
    Schooling.objects.filter(child=bruno.children[0]).update(school_class=other)
    manager, (repeats, leaves) = town.agent("manager"), awa.children[:2]
    old = Schooling.objects.get(child=repeats).school_class_id
    choices = Choices({repeats.pk: again.pk}, leaving={leaves.pk})
    done = roll_over_classes(actor=manager, **summer, now=NOW, class_id=old, choices=choices)
    assert (done.moved, done.left, done.unplaced) == (1, 1, 0)
    assert places(next_year) == {repeats.pk: again.name}
    # All the others then, together: who leaves is not asked again.
    rest = roll_over_classes(actor=manager, **summer, now=NOW + timedelta(minutes=1))
    assert (rest.moved, rest.kept) == (1, 2)
    assert places(next_year)[bruno.children[0].pk] == up.name
    later = Choices({}, later={leaves.pk})
    assert roll_over_classes(actor=manager, **summer, now=NOW, choices=later).moved == 0


def test_the_last_passage_is_taken_back_but_for_who_moved_since(town, awa, summer, next_year):
    school_class(town, next_year, "CE2 A", "CE2")
    other = school_class(town, next_year, "CE2 B", "CE2")
    manager, (moved, back) = town.agent("manager"), awa.children[:2]
    roll_over_classes(actor=manager, **summer, now=NOW)
    assert last_rollover(actor=manager, **summer).count == 2
    put_in_class(actor=town.agent("agent"), child_id=moved.pk, school_class_id=other.pk, on=next_year.starts_on)
    taken = take_back_rollover(actor=manager, **summer, now=NOW)
    assert (taken.count, taken.kept) == (1, 0)  # the row of who moved is gone already: it is not of the passage
    assert places(next_year) == {moved.pk: "CE2 B"}
    assert [row.is_done for row in rollover_plan(actor=manager, **summer) if row.child.child_id == back.pk] == [False]
    with pytest.raises(NotFound):
        take_back_rollover(actor=manager, **summer, now=NOW)


def test_who_moves_after_the_first_day_stays_when_the_passage_is_taken_back(town, awa, summer, next_year):
    school_class(town, next_year, "CE2 A", "CE2")
    other = school_class(town, next_year, "CE2 B", "CE2")
    manager, moved = town.agent("manager"), awa.children[0]
    roll_over_classes(actor=manager, **summer, now=NOW)
    later = next_year.starts_on + timedelta(days=30)
    put_in_class(actor=town.agent("agent"), child_id=moved.pk, school_class_id=other.pk, on=later)
    taken = take_back_rollover(actor=manager, **summer, now=NOW)
    assert (taken.count, taken.kept) == (1, 1)
    assert Schooling.objects.filter(child=moved, school_class__school_year=next_year).count() == 2


def test_a_passage_is_not_taken_back_once_the_year_has_begun_nor_by_an_agent(town, awa, summer, next_year):
    school_class(town, next_year, "CE2 A", "CE2")
    roll_over_classes(actor=town.agent("manager"), **summer, now=NOW)
    begun = NOW.replace(year=2027, month=9, day=1)
    with pytest.raises(NotFound):
        take_back_rollover(actor=town.agent("manager"), **summer, now=begun)
    with pytest.raises(NotAllowed):
        take_back_rollover(actor=town.agent("agent"), **summer, now=NOW)


def test_who_left_by_choice_comes_back_with_the_passage(town, awa, summer, next_year):
    school_class(town, next_year, "CE2 A", "CE2")
    manager, gone = town.agent("manager"), awa.children[0]
    roll_over_classes(actor=manager, **summer, now=NOW, choices=Choices({}, leaving={gone.pk}))
    assert take_back_rollover(actor=manager, **summer, now=NOW).count == 2
    assert not any(row.is_done for row in rollover_plan(actor=manager, **summer))


def test_a_limited_manager_sends_nobody_to_a_school_out_of_sight(town, awa, summer, next_year):
    school_class(town, next_year, "CE2 A", "CE2")
    away = school_class(
        town, next_year, "CE2", "CE2", site=Site.objects.create(organisation_id=town.id, name="Loin", kind="school")
    )
    manager = replace(town.agent("manager"), site_ids=frozenset({town.school.pk}))
    with pytest.raises(NotFound):
        roll_over_classes(actor=manager, **summer, now=NOW, choices=Choices({awa.children[0].pk: away.pk}))
    assert places(next_year) == {}
    assert roll_over_classes(actor=manager, **summer, now=NOW).moved == 2
