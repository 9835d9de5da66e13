"""What a child's situation asks pieces for: true today, and nothing told to the other household."""

import pytest

from preau.domain.families.models import Contact
from preau.domain.families.operations.household import link_child
from preau.domain.families.queries.children import situations_of
from preau.domain.procedures.queries.merging import moves_of_child
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def forbidden(town, awa):
    return Contact.objects.create(
        organisation_id=town.id,
        family=awa.family,
        child=awa.children[0],
        kind="forbidden",
        first_name="Ruy",
        last_name="Lopez",
    )


def asked_of(town, household, child):
    found = situations_of(actor=town.parent(household), family_id=household.family.pk, child_ids=[child.pk])
    return found[child.pk]


def test_a_forbidden_person_taken_away_asks_for_no_judgment(town, awa, forbidden):
    child = awa.children[0]
    assert asked_of(town, awa, child) == {"forbidden"}
    forbidden.removed_at = NOW
    forbidden.save()
    assert asked_of(town, awa, child) == set()


def test_the_other_household_is_not_asked_for_the_judgment_of_the_first(town, awa, forbidden):
    bea = town.household("Bea", children=0, login="bea")
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=awa.children[0].pk)
    assert asked_of(town, bea, awa.children[0]) == set()


def test_a_merge_does_not_announce_persons_taken_away(town, awa, forbidden):
    child_id = awa.children[0].pk
    assert moves_of_child(actor=town.agent("agent"), child_id=child_id)["contacts"] == 1
    Contact.objects.filter(pk=forbidden.pk).update(removed_at=NOW)
    assert moves_of_child(actor=town.agent("agent"), child_id=child_id)["contacts"] == 0
