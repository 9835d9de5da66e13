"""Real threads on a real database: a place is never sold twice, and nothing else of an order is lost.

The control runs the same race without the lock, to show that the race exists (PostgreSQL only: on
SQLite the immediate transaction is the lock).
"""

import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem
from preau.domain.catalogue.models import ResourceDay
from preau.domain.catalogue.operations import places
from preau.domain.catalogue.queries import counters_of
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.rules import NothingToDo
from tests.factories.town import NOW, Town, assert_counters_are_exact, slots_of

THREADS = 16
ORDERS = 2000 if os.environ.get("BENCH_FULL") else 160
PAUSE = 0.005  # seconds between two orders of one family

pytestmark = [pytest.mark.django_db(transaction=True)]


def run_together(work: list[Callable[[], Any]]) -> list[Any]:
    """Run all at once, each on its own connection; return results, or the exception each met."""
    barrier, results = threading.Barrier(len(work)), [None] * len(work)

    def run(position: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[position] = act()
        except Exception as problem:
            results[position] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def racers(town: Town, offer: Any) -> list[tuple[Any, Any]]:
    """Sixteen families, one child each, enrolled in the offer."""
    found = []
    for number in range(THREADS):
        household = town.household(f"Famille{number}", login=f"racer{number}")
        found.append((town.parent(household), town.enrol(household, offer, child=household.children[0])))
    return found


def order(actor: Any, enrolment: Any, slots: list[int], key: str) -> Callable[[], Any]:
    item = OrderItem(enrolment.pk, frozenset(slots))
    return lambda: place_order(actor=actor, items=[item], key=key, now=NOW)


@pytest.fixture
def race(emptied: Any) -> Any:
    """A town where one evening has a single place left, and another has many."""
    town = Town("course")
    offer = town.offer(capacity=50)
    scarce, easy = slots_of(offer, code="S")[:2]
    ResourceDay.objects.filter(resource_id=scarce.unit.resource_ids[0], on=scarce.on).update(capacity=1)
    return town, offer, scarce, easy


def test_sixteen_families_and_one_place_left(race):
    town, offer, scarce, easy = race
    people = racers(town, offer)
    work = [order(actor, enrolment, [scarce.pk, easy.pk], f"k{n}") for n, (actor, enrolment) in enumerate(people)]
    results = run_together(work)
    assert not [result for result in results if isinstance(result, Exception)]
    views = [result.procedures[0] for result in results]
    winners = [view for view in views if not view.refused]
    assert len(winners) == 1
    assert [[item.why for item in view.refused] for view in views if view.refused] == [["full"]] * (THREADS - 1)
    assert Booking.objects.filter(slot=scarce, status="booked").count() == 1
    assert Booking.objects.filter(slot=easy, status="booked").count() == THREADS
    assert sorted(view.number for view in views) == list(range(1, THREADS + 1))
    assert_counters_are_exact(town.id)


def test_two_parents_who_send_together_book_once(race):
    town, offer, _scarce, easy = race
    household = town.household("Duo", login="duo")
    enrolment = town.enrol(household, offer, child=household.children[0])
    actor = town.parent(household)
    results = run_together([order(actor, enrolment, [easy.pk], f"parent{n}") for n in range(8)])
    assert not [result for result in results if isinstance(result, Exception) and not isinstance(result, NothingToDo)]
    assert Booking.objects.filter(slot=easy, status="booked").count() == 1
    assert_counters_are_exact(town.id)


def test_a_double_click_makes_one_procedure(race):
    town, offer, _scarce, easy = race
    household = town.household("Clic", login="clic")
    enrolment = town.enrol(household, offer, child=household.children[0])
    results = run_together([order(town.parent(household), enrolment, [easy.pk], "same-key")] * 6)
    assert {result.first_number for result in results} == {1}
    assert Procedure.objects.filter(number__isnull=False).count() == 1


def test_counters_stay_exact_under_random_orders_and_cancellations(race):
    town, offer, _scarce, _easy = race
    slots = [slot.pk for slot in slots_of(offer)[:12]]
    ResourceDay.objects.filter(organisation_id=town.id).update(capacity=5)
    people = racers(town, offer)[:8]
    random_source = random.Random(7)
    plans = [
        [
            (frozenset(random_source.sample(slots, 4)), frozenset(random_source.sample(slots, 3)))
            for _ in range(ORDERS // len(people))
        ]
        for _ in people
    ]

    def shopper(number: int) -> Callable[[], None]:
        actor, enrolment = people[number]

        def shop() -> None:
            for step, (add, remove) in enumerate(plans[number]):
                item = OrderItem(enrolment.pk, add - remove, remove)
                place_order(actor=actor, items=[item], key=f"{number}-{step}", now=NOW)
                # Nobody orders twice in the same millisecond: one who did would leave no turn to the others, for
                # whoever waits for SQLite sleeps up to a tenth of a second between two tries.
                time.sleep(PAUSE)

        return shop

    results = run_together([shopper(number) for number in range(len(people))])
    assert not [result for result in results if isinstance(result, Exception) and not isinstance(result, NothingToDo)]
    assert_counters_are_exact(town.id)
    numbers = Procedure.objects.filter(number__isnull=False).order_by("number").values_list("number", flat=True)
    # An order that changes nothing makes no démarche, and takes no number.
    assert 0 < len(numbers) <= len(people) * (ORDERS // len(people))
    assert list(numbers) == list(range(1, len(numbers) + 1))


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the counters without locking them, then wait for everybody to have read."""
    together = threading.Barrier(THREADS, timeout=20)

    def hasty(*, actor: Any, resource_ids: Any, days: Any) -> Any:
        found = counters_of(organisation_id=actor.organisation_id, resource_ids=resource_ids, days=days)
        together.wait()
        return found

    monkeypatch.setattr(places, "hold", hasty)
    # Without the lock, counters must be written as a sum for each sale to count: what a naive code would do.
    from django.db.models import F

    def naive_write(*, counters: Any) -> None:
        for counter in counters:
            ResourceDay.objects.filter(pk=counter.counter_id).update(booked=F("booked") + 1)

    monkeypatch.setattr(places, "write", naive_write)


@pytest.mark.postgres_only
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's immediate transaction is itself the lock")
class TestControlWithoutTheLock:
    def test_without_lock_and_constraint_the_place_is_oversold(self, race, monkeypatch):
        town, offer, scarce, _easy = race
        people = racers(town, offer)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE catalogue_resourceday DROP CONSTRAINT resource_day_not_oversold")
        without_lock(monkeypatch)
        run_together([order(a, e, [scarce.pk], f"k{n}") for n, (a, e) in enumerate(people)])
        sold = Booking.objects.filter(slot=scarce, status="booked").count()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procedures_procedureline")
            cursor.execute("DELETE FROM bookings_booking")
            cursor.execute("UPDATE catalogue_resourceday SET booked = 0")
            cursor.execute(
                "ALTER TABLE catalogue_resourceday ADD CONSTRAINT resource_day_not_oversold "
                "CHECK (NOT is_blocking OR booked <= capacity + extra)"
            )
        assert sold > 1

    def test_with_the_constraint_alone_it_fails_with_an_error_and_sells_once(self, race, monkeypatch):
        town, offer, scarce, _easy = race
        people = racers(town, offer)
        without_lock(monkeypatch)
        results = run_together([order(a, e, [scarce.pk], f"k{n}") for n, (a, e) in enumerate(people)])
        assert Booking.objects.filter(slot=scarce, status="booked").count() == 1
        assert any(isinstance(result, (IntegrityError, threading.BrokenBarrierError)) for result in results)
