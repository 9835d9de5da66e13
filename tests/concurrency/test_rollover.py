"""« Passage d’année » by two agents at once: a pupil leaves or goes up, never both."""

import time
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from preau.domain.catalogue.models import SchoolClass, SchoolYear
from preau.domain.enrolments.models import Schooling
from preau.domain.enrolments.operations import rollover
from preau.domain.enrolments.operations.rollover import Choices, roll_over_classes
from tests.concurrency.test_last_place import run_together
from tests.factories.town import NOW, Town

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(emptied: Any) -> Town:
    return Town("passage")


@pytest.fixture
def case(town):
    home = town.household("Passage")
    after = SchoolYear.objects.create(
        organisation_id=town.id, label="2027-2028", starts_on=date(2027, 9, 1), ends_on=date(2028, 7, 7)
    )
    SchoolClass.objects.create(organisation_id=town.id, site=town.school, school_year=after, name="CE2 A", level="CE2")
    child_id = home.children[0].pk
    years = {"from_year_id": town.year.pk, "to_year_id": after.pk}

    def act(choices: Choices) -> Any:
        return lambda: roll_over_classes(actor=town.agent("manager"), **years, now=NOW, choices=choices)

    return child_id, after, [act(Choices({}, leaving={child_id})), act(Choices({}))] * 2


def ends(child_id, after):
    """How the child's year ends: it leaves, it goes up."""
    mine = Schooling.objects.filter(child_id=child_id)
    return mine.filter(leaves_at_end=True).count() + mine.filter(school_class__school_year=after).count()


def test_two_agents_who_choose_otherwise_end_a_year_once(case):
    child_id, after, acts = case
    results = run_together(acts)
    assert [each for each in results if isinstance(each, Exception)] == []
    assert ends(child_id, after) == 1


@pytest.mark.postgres_only
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's immediate transaction is itself the lock")
def test_without_the_lock_it_ends_twice(case, monkeypatch):
    child_id, after, acts = case
    plan = rollover.rollover_plan

    def slowly(**options: Any) -> Any:
        found = plan(**options)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(rollover, "rollover_plan", slowly)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    run_together(acts)
    assert ends(child_id, after) == 2
