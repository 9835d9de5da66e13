"""Real threads on a real database: tablets that speak of one child at one moment lose nothing."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from preau.domain.attendance.enums import Act
from preau.domain.attendance.models import Presence, PresenceTap
from preau.domain.attendance.operations import recording
from preau.domain.attendance.operations.recording import Pointed, record
from preau.domain.attendance.rules import SheetKey, Tap
from preau.domain.bookings.operations import load_bookings
from tests.concurrency.test_last_place import run_together
from tests.factories.town import NOW, TODAY, Town, slots_of

pytestmark = [pytest.mark.django_db(transaction=True)]
DAY = TODAY + timedelta(days=3)
THEN = NOW + timedelta(days=3)
TABLETS = 8


def race(monkeypatch: Any) -> None:
    """Eight tablets point one child; each thinks a moment between what it reads and what it writes."""
    town = Town("course")
    offer = town.offer()
    home = town.household("Dupré")
    enrolment = town.enrol(home, offer, child=home.children[0])
    pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, code="S") if slot.on == DAY]
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    key = SheetKey(offer.site_id, offer.activity_id, "Soir")
    agent = town.agent("agent", account=town.account("accueil", role="agent"))
    read = recording._taps_of

    def slowly(*arguments: Any) -> Any:
        found = read(*arguments)
        time.sleep(0.1)
        return found

    monkeypatch.setattr(recording, "_taps_of", slowly)

    def tablet(number: int) -> Any:
        tap = Tap(f"k{number}", Act.ABSENT if number % 2 else Act.PRESENT, THEN, device=f"d{number}", minute=990)

        def act() -> None:
            said = [Pointed(home.children[0].pk, 990, tap)]
            record(actor=agent, key=key, on=DAY, pointed=said, now=THEN)

        return act

    run_together([tablet(number) for number in range(TABLETS)])


def test_each_tap_of_each_tablet_is_kept(emptied, monkeypatch):
    race(monkeypatch)
    assert Presence.objects.count() == 1
    assert sorted(PresenceTap.objects.values_list("serial", flat=True)) == list(range(1, TABLETS + 1))
    row = Presence.objects.get()
    assert (row.taps_count, row.has_conflict) == (TABLETS, True)


def test_without_the_lock_taps_are_lost(emptied, monkeypatch):
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite the immediate transaction is the lock")
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
    race(monkeypatch)
    assert PresenceTap.objects.count() < TABLETS
