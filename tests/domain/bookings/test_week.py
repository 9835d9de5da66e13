"""The days of a family at a glance."""

from datetime import timedelta

import pytest

from preau.domain.bookings.operations import load_bookings
from preau.domain.bookings.queries.week import planned_units
from preau.domain.families.operations.household import link_child
from preau.domain.organisations.models import Department
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db
WEEK = {"start": TODAY, "end": TODAY + timedelta(days=5)}


@pytest.fixture
def booked(town, awa):
    offer = town.offer()
    enrolment = town.enrol(awa, offer, child=awa.children[0])
    pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer)[:3]]
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return offer


def test_days_come_in_order_with_their_hours(town, awa, booked):
    units = planned_units(actor=town.parent(awa), **WEEK)
    assert [(unit.on.day, unit.code) for unit in units] == [(17, "M"), (17, "S"), (18, "M")]
    assert units[1].ends_minute == 1110


def test_a_child_of_two_households_is_seen_by_both_and_by_nobody_else(town, awa, bruno, booked):
    assert planned_units(actor=town.parent(bruno), **WEEK) == []
    link_child(actor=town.system, family_id=bruno.family.pk, child_id=awa.children[0].pk)
    assert len(planned_units(actor=town.parent(bruno), **WEEK)) == 3


def test_an_agent_of_another_department_sees_none_of_it(town, awa, booked):
    from dataclasses import replace

    other = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    agent = town.agent("agent")
    family_ids = [awa.family.pk]
    assert len(planned_units(actor=agent, family_ids=family_ids, **WEEK)) == 3
    limited = replace(agent, department_ids=frozenset({other.pk}))
    assert planned_units(actor=limited, family_ids=family_ids, **WEEK) == []
