"""kill -9 while a school closes and opens: all of it or nothing, whenever it falls."""

import random
import time
from datetime import timedelta

import pytest
from django.db import connection

from preau.domain.absences.models import ClosedMoment, Closure
from preau.domain.absences.operations.reopening import open_again
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import load_bookings
from preau.domain.catalogue.models import Slot
from tests.factories.town import NOW, TODAY, Town, assert_counters_are_exact, slots_of
from tests.faults.test_kill import KILLS, start

HOMES = 60
DAY = TODAY + timedelta(days=3)

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(emptied) -> Town:
    town = Town("panne")
    offer = town.offer(capacity=500)
    for number in range(HOMES):
        home = town.household(f"F{number}", login=f"panne{number}")
        enrolment = town.enrol(home, offer, child=home.children[0])
        pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer) if slot.on == DAY]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
    connection.close()
    return town


def test_killed_in_the_middle_a_closure_is_whole_or_is_not(town, tmp_path):
    chance, moments = random.Random(7), 2 * HOMES
    for turn in range(KILLS):
        process = start(tmp_path, "-m", "tests.faults.closer", str(turn * 1000), "400")
        before = Closure.objects.count()
        while Closure.objects.count() == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.2)
        process.kill()
        process.communicate(timeout=60)
        for each in Closure.objects.all():
            assert ClosedMoment.objects.filter(closure=each).count() == moments
        standing = Closure.objects.filter(undone_at=None)
        closed = Booking.objects.filter(status="closed").count()
        shut = Slot.objects.filter(on=DAY).exclude(closed_reason="").count()
        assert (standing.count(), closed, shut) in ((0, 0, 0), (1, moments, 2))
        assert_counters_are_exact(town.id)
        for each in standing:
            open_again(actor=town.agent("manager"), closure_id=each.pk, now=NOW)
    assert Booking.objects.filter(status="booked").count() == moments
    assert Closure.objects.exists()
