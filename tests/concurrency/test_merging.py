"""A family orders while an agent merges two records of its child: one child, one place, one name for both.

Each race stops the order at its worst moment, decided but not written, until the merge is done or waits for it.
"""

import random
import threading
from typing import Any

import pytest
from django.db import connection

from preau.base.facts import NotFound
from preau.domain.bookings import operations as bookings
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem, load_bookings
from preau.domain.families.models import Child
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.households import merge_adults, merge_children
from preau.domain.procedures.operations.orders import place_order, undo_order
from preau.domain.procedures.rules import NothingToDo
from tests.concurrency.test_last_place import run_together
from tests.factories.town import NOW, Town, assert_counters_are_exact, slots_of

WAIT = 1.5  # seconds that an order waits for a merge which itself waits for the order

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres_only,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's immediate transaction is itself the lock"),
]


@pytest.fixture
def twice(emptied: Any) -> Any:
    """One child known twice: in Awa's dossier and in Béa's, enrolled in each in the same offer."""
    town = Town("fusion")
    offer = town.offer(capacity=3)
    homes = [town.household(name, login=name.lower()) for name in ("Awa", "Bea")]
    for home in homes:
        town.enrol(home, offer, child=home.children[0])
    return town, homes, slots_of(offer)


def merge(town: Town, homes: Any) -> Any:
    kept, absorbed = (home.children[0].pk for home in homes)
    agent = town.agent("agent")
    return lambda: merge_children(actor=agent, kept_id=kept, absorbed_id=absorbed, values={}, now=NOW)


def order(town: Town, home: Any, slots: list[Any], key: str = "order") -> Any:
    item = OrderItem(home.enrolments[0].pk, frozenset(slot.pk for slot in slots))
    return lambda: place_order(actor=town.parent(home), items=[item], key=key, now=NOW)


def pause_order(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Stop an order between what it reads and what it writes; (it has read, the merge is done)."""
    has_read, is_merged = threading.Event(), threading.Event()
    honest = bookings._decide

    def slow(*args: Any, **named: Any) -> Any:
        decision = honest(*args, **named)
        if threading.current_thread().name == "order":
            has_read.set()
            is_merged.wait(WAIT)
        return decision

    monkeypatch.setattr(bookings, "_decide", slow)
    return has_read, is_merged


def race(monkeypatch: pytest.MonkeyPatch, ordering: Any, merging: Any) -> list[Any]:
    has_read, is_merged = pause_order(monkeypatch)

    def first() -> Any:
        threading.current_thread().name = "order"
        return ordering()

    def second() -> Any:
        assert has_read.wait(20)
        try:
            return merging()
        finally:
            is_merged.set()

    return run_together([first, second])


def assert_one_child(town: Town, homes: Any) -> None:
    """Nothing names the absorbed record any more, no slot is held twice, the counters are exact."""
    kept, absorbed = (home.children[0].pk for home in homes)
    assert not Child.objects.filter(pk=absorbed).exists()
    assert set(Booking.objects.values_list("participant_key", flat=True)) <= {f"c{kept}"}
    assert set(Procedure.objects.values_list("child_id", flat=True)) <= {kept}
    held = list(Booking.objects.filter(status="booked").values_list("slot_id", flat=True))
    assert len(held) == len(set(held))
    assert_counters_are_exact(town.id)


@pytest.mark.parametrize("who", [0, 1], ids=["kept", "absorbed"])
@pytest.mark.parametrize("has_place", [False, True], ids=["free", "held by the other"])
def test_an_order_and_a_merge_leave_one_child_with_one_place(twice, monkeypatch, who, has_place):
    town, homes, slots = twice
    if has_place:
        other = homes[1 - who].enrolments[0].pk
        load_bookings(actor=town.system, pairs=[(other, slot.pk) for slot in slots[:2]], now=NOW)
    results = race(monkeypatch, order(town, homes[who], slots[:3]), merge(town, homes))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Booking.objects.filter(status="booked").count() == 3
    assert_one_child(town, homes)


def test_undoing_an_order_and_a_merge_do_not_wait_for_each_other(twice, monkeypatch):
    town, homes, slots = twice
    placed = order(town, homes[1], slots[:2], "before")()
    load_bookings(actor=town.system, pairs=[(homes[0].enrolments[0].pk, slots[0].pk)], now=NOW)
    actor = town.parent(homes[1])
    undoing = lambda: undo_order(actor=actor, number=placed.first_number, now=NOW)  # noqa: E731
    results = race(monkeypatch, undoing, merge(town, homes))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert [row.slot_id for row in Booking.objects.filter(status="booked")] == [slots[0].pk]
    assert_one_child(town, homes)


def test_an_order_and_the_merge_of_two_dossiers(twice, monkeypatch):
    town, homes, slots = twice
    merging = lambda: merge_adults(  # noqa: E731
        actor=town.agent("agent"), kept_id=homes[0].adult.pk, absorbed_id=homes[1].adult.pk, values={}, now=NOW
    )
    results = race(monkeypatch, order(town, homes[1], slots[:2]), merging)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert set(Procedure.objects.values_list("family_id", flat=True)) == {homes[0].family.pk}
    assert_counters_are_exact(town.id)


def test_many_orders_and_one_merge_at_random(twice):
    town, homes, slots = twice
    luck = random.Random(5)
    work = [merge(town, homes)]
    for number in range(12):
        work.append(order(town, homes[number % 2], luck.sample(slots[:8], 3), f"k{number}"))
    results = run_together(work)
    problems = [result for result in results if isinstance(result, Exception)]
    assert [problem for problem in problems if not isinstance(problem, NotFound | NothingToDo)] == []
    assert_one_child(town, homes)
