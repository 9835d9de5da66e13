"""Real threads on a real database: a closed day keeps no booking, an absence is said once."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from preau.domain.absences.models import AbsenceDay
from preau.domain.absences.operations import closing
from preau.domain.absences.queries.closures import ClosureWish
from preau.domain.absences.rules import AllSaid
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem
from preau.domain.catalogue.models import Slot
from preau.domain.procedures.operations.absences import begin_absence, send_absence
from preau.domain.procedures.operations.orders import place_order
from tests.concurrency.test_last_place import racers, run_together
from tests.factories.absences import Absences, values_of
from tests.factories.town import NOW, TODAY, Town, assert_counters_are_exact, slots_of

DAY = TODAY + timedelta(days=3)

pytestmark = [pytest.mark.django_db(transaction=True)]


def race(monkeypatch: Any) -> Town:
    """Sixteen families book a day while an agent closes it; each order thinks a moment before it writes."""
    town = Town("course")
    offer = town.offer(capacity=100)
    people = racers(town, offer)
    slots = [slot.pk for slot in slots_of(offer) if slot.on == DAY]
    decide = closing.shut_slots

    def slowly(**arguments: Any) -> Any:
        time.sleep(0.15)  # between what is read and what is closed
        return decide(**arguments)

    monkeypatch.setattr(closing, "shut_slots", slowly)
    wish = ClosureWish("strike", "grève", DAY, DAY + timedelta(days=1))
    agent = town.agent("manager")

    def book(number: int) -> Any:
        actor, enrolment = people[number]

        def act() -> None:
            time.sleep(0.02 * number)
            item = OrderItem(enrolment.pk, frozenset(slots))
            place_order(actor=actor, items=[item], key=f"k{number}", now=NOW)

        return act

    work = [book(number) for number in range(len(people))]
    run_together([lambda: closing.close(actor=agent, wish=wish, key="k", now=NOW), *work])
    return town


def left_booked() -> int:
    return Booking.objects.filter(on=DAY, status="booked").count()


def test_a_closed_day_keeps_no_booking(emptied, monkeypatch):
    town = race(monkeypatch)
    assert Slot.objects.filter(on=DAY, closed_reason="").count() == 0
    assert left_booked() == 0
    assert_counters_are_exact(town.id)


def test_without_the_lock_a_closed_day_keeps_bookings(emptied, monkeypatch):
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite the immediate transaction is the lock")
    monkeypatch.setattr(closing, "_hold", lambda *_arguments: None)
    race(monkeypatch)
    assert left_booked() > 0


def test_two_parents_say_one_absence_once(emptied):
    town = Town("course")
    rules = Absences(town)
    rules.open(town.activity)
    offer = town.offer()
    home = town.household("Foyer", login="parent")
    enrolment = town.enrol(home, offer, child=home.children[0])
    first = town.parent(home)
    slots = [slot for slot in slots_of(offer, after=TODAY - timedelta(days=1)) if slot.on == TODAY]
    place_order(
        actor=first, items=[OrderItem(enrolment.pk, frozenset(slot.pk for slot in slots))], key="k",
        now=NOW - timedelta(days=2),
    )  # fmt: skip
    drafts = []
    for number in range(8):
        account = town.account(f"parent{number}", role="family")
        actor = type(first)(
            **{name: getattr(first, name) for name in first.__dataclass_fields__} | {"account_id": account.pk}
        )
        values = values_of(home, TODAY, reason="conges")
        drafts.append((actor, begin_absence(actor=actor, family_id=home.family.pk, values=values, now=NOW)))

    def say(actor: Any, draft: int) -> Any:
        return lambda: send_absence(actor=actor, draft_id=draft, now=NOW)

    results = run_together([say(actor, draft) for actor, draft in drafts])
    assert sum(isinstance(result, AllSaid) for result in results) == 7
    assert AbsenceDay.objects.count() == len(slots)
