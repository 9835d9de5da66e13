"""Two tabs, two clicks: no tick is lost, whichever comes first."""

import time
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from preau.base.written import Written
from preau.domain.bookings.operations import OrderItem
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import basket
from preau.domain.procedures.operations.basket import change_basket
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.queries.orders import booking_draft
from tests.concurrency.test_last_place import run_together
from tests.factories.town import NOW, Town, slots_of

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(emptied: Any) -> Town:
    return Town("paniers")


@pytest.fixture
def case(town):
    home = town.household("Onglets")
    offer = town.offer()
    enrolment = town.enrol(home, offer, child=home.children[0])
    return town.parent(home), enrolment, slots_of(offer)[:8]


def tick(actor, enrolment, slot):
    return lambda: change_basket(actor=actor, changes={enrolment.pk: {slot.pk: True}}, now=NOW)


def test_eight_first_ticks_at_once_are_eight_ticks_of_one_draft(case):
    actor, enrolment, slots = case
    results = run_together([tick(actor, enrolment, slot) for slot in slots])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert Procedure.objects.count() == 1
    assert booking_draft(actor=actor, enrolment_id=enrolment.pk) == {slot.pk: True for slot in slots}


@pytest.mark.postgres_only
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's immediate transaction is itself the lock")
def test_without_the_lock_ticks_are_lost(case, monkeypatch):
    actor, enrolment, slots = case
    tick(actor, enrolment, slots[0])()
    whole = basket.merge_draft

    def slowly(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.2)
        return whole(*args, **kwargs)

    monkeypatch.setattr(basket, "merge_draft", slowly)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    monkeypatch.setattr(basket, "locked_drafts", Written(basket.locked_drafts.say))  # written anew, without its lock
    run_together([tick(actor, enrolment, slot) for slot in slots[1:4]])
    assert len(booking_draft(actor=actor, enrolment_id=enrolment.pk)) < 4


def test_a_tick_that_comes_while_the_order_is_sent_is_kept_or_was_sent(case):
    actor, enrolment, slots = case
    for slot in slots[:2]:
        tick(actor, enrolment, slot)()
    item = OrderItem(enrolment.pk, frozenset(slot.pk for slot in slots[:2]))
    results = run_together(
        [
            lambda: place_order(actor=actor, items=[item], key="panier", now=NOW),
            tick(actor, enrolment, slots[5]),
        ]
    )
    assert [each for each in results if isinstance(each, Exception)] == []
    assert booking_draft(actor=actor, enrolment_id=enrolment.pk) == {slots[5].pk: True}


def test_a_draft_emptied_while_its_lock_is_waited_for_begins_again(case, monkeypatch):
    """One bug: the row that was known is gone when it comes to be read, and the tick went with it."""
    actor, enrolment, slots = case
    whole = basket._begin

    def then_emptied(*args: Any, **kwargs: Any) -> None:
        whole(*args, **kwargs)
        monkeypatch.setattr(basket, "_begin", whole)
        Procedure.objects.all().delete()  # as the order of another tab does, between the two reads

    monkeypatch.setattr(basket, "_begin", then_emptied)
    tick(actor, enrolment, slots[5])()
    assert booking_draft(actor=actor, enrolment_id=enrolment.pk) == {slots[5].pk: True}
