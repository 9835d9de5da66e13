"""Real threads: one place freed is given once, and one place left is taken once."""

import pytest

from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.operations.enrolling import enrol, promote_waiting
from preau.domain.enrolments.rules import OfferFull
from tests.concurrency.test_last_place import run_together
from tests.factories.town import NOW, Town

THREADS = 8

pytestmark = [pytest.mark.django_db(transaction=True)]


def test_eight_agents_promote_and_one_child_gets_the_place(emptied):
    town = Town("liste")
    offer = town.offer(enrolment_capacity=1, waiting_list="by_date")
    homes = [town.household(f"Attente{number}", login=f"attente{number}") for number in range(THREADS)]
    for home in homes:
        row = town.enrol(home, offer, child=home.children[0])
        Enrolment.objects.filter(pk=row.pk).update(status="waiting", waiting_since=NOW)
    agent = town.agent("agent")
    results = run_together([lambda: promote_waiting(actor=agent, offer_id=offer.pk, now=NOW)] * THREADS)
    assert sum(isinstance(result, OfferFull) for result in results) == THREADS - 1
    assert Enrolment.objects.filter(offer=offer, status="active").count() == 1


def test_eight_families_and_one_place_make_one_enrolment_and_a_list(emptied):
    town = Town("derniere")
    offer = town.offer(enrolment_capacity=1, waiting_list="by_date")
    homes = [town.household(f"Course{number}", login=f"course{number}") for number in range(THREADS)]
    run_together(
        [
            lambda home=home: enrol(
                actor=town.system,
                family_id=home.family.pk,
                child_id=home.children[0].pk,
                offer_id=offer.pk,
                waits_from=NOW,
            )
            for home in homes
        ]
    )
    statuses = sorted(Enrolment.objects.filter(offer=offer).values_list("status", flat=True))
    assert statuses == ["active"] + ["waiting"] * (THREADS - 1)
