"""Real threads on a real database: no quarter-hour of a crèche ever holds more children than it has places."""

import os
import random
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.query import QuerySet

from preau.domain.creche import operations
from preau.domain.creche.models import CareRange
from preau.domain.creche.operations import DayWish
from preau.domain.families.operations.household import link_child
from preau.domain.procedures.models import Procedure, ProcedureDay
from preau.domain.procedures.operations.answering_hours import DayAnswer, answer_hours
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.rules import NothingToDo
from preau.kernel.time_ranges import TimeRange
from tests.concurrency.test_last_place import run_together
from tests.factories.creche import Creche, held, monday
from tests.factories.town import NOW, Town

THREADS = 16
REQUESTS = 200 if os.environ.get("BENCH_FULL") else 12  # of each thread
PLACES = 3
DAYS = [monday() + timedelta(days=offset) for offset in range(5)]

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowd(emptied: Any) -> Any:
    """Sixteen families in a section of three places, whose hours are booked at once."""
    creche = Creche(Town("course"), places=PLACES)
    offer = creche.offer("occasional", confirmation="immediate")
    people = []
    for number in range(THREADS):
        home = creche.town.household(f"Famille{number}", login=f"racer{number}")
        people.append((creche.town.parent(home), creche.enrol(home, offer)))
    return creche, people


def wishes(enrolment: Any, draw: random.Random) -> list[DayWish]:
    start = draw.randrange(450, 990, 15)
    return [DayWish(enrolment.pk, draw.choice(DAYS), (TimeRange(start, start + draw.choice([60, 90, 120])),))]


def book(actor: Any, enrolment: Any, number: int) -> Any:
    def act() -> None:
        draw = random.Random(number)
        for turn in range(REQUESTS):
            asked = wishes(enrolment, draw)
            with suppress(NothingToDo):  # drawn twice
                place_order(actor=actor, items=[], hours=asked, key=f"{number}-{turn}", now=NOW)

    return act


def test_sixteen_families_never_exceed_the_places_of_a_quarter(crowd):
    creche, people = crowd
    results = run_together([book(actor, enrolment, number) for number, (actor, enrolment) in enumerate(people)])
    assert [result for result in results if result is not None] == []
    for on in DAYS:
        assert max(held(creche.town, on)) <= PLACES
    assert max(max(held(creche.town, on)) for on in DAYS) == PLACES  # there was a crowd
    numbers = sorted(Procedure.objects.filter(number__isnull=False).values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_two_directors_accept_two_requests_for_one_place(emptied):
    creche = Creche(Town("course"), places=1)
    offer = creche.offer()
    asked = []
    for number in range(8):
        home = creche.town.household(f"Famille{number}", login=f"racer{number}")
        enrolment = creche.enrol(home, offer)
        wish = DayWish(enrolment.pk, DAYS[0], (TimeRange(540, 720),))
        actor = creche.town.parent(home)
        asked.append(place_order(actor=actor, items=[], hours=[wish], key=f"k{number}", now=NOW).first_number)
    director = creche.town.agent("manager", account=creche.town.account("directrice", role="manager"))

    def accept(number: int) -> Any:
        return lambda: answer_hours(actor=director, number=number, answers=[DayAnswer(DAYS[0], "accept")], now=NOW)

    results = run_together([accept(number) for number in asked])
    assert sorted(result.status for result in results) == ["accepted", *["in_review"] * 7]
    assert max(held(creche.town, DAYS[0])) == 1


def test_two_parents_who_ask_for_the_same_day_leave_one_request(emptied):
    """What waits is read once the enrolment is held: before, each of them saw nothing that waits."""
    creche = Creche(Town("course"))
    home = creche.town.household("Dupré", login="un")
    enrolment = creche.enrol(home, creche.offer())
    wish = DayWish(enrolment.pk, DAYS[0], (TimeRange(540, 720),))

    def ask(number: int) -> Any:
        actor = creche.town.parent(home)
        return lambda: place_order(actor=actor, items=[], hours=[wish], key=f"k{number}", now=NOW)

    run_together([ask(number) for number in range(8)])
    assert ProcedureDay.objects.filter(state="waiting").count() == 1


def test_two_homes_never_hold_hours_that_meet(emptied):
    """One child, two structures: sheets and enrolments differ, those of the child are held together."""
    town = Town("course")
    near, far = Creche(town), Creche(town, "Les Libellules bleues")
    first = town.household("Dupré", login="un")
    child = first.children[0]
    other = town.household("Martin", children=0, login="deux")
    link_child(actor=town.agent("agent"), family_id=other.family.pk, child_id=child.pk)
    rows = [
        (town.parent(first), near.enrol(first, near.offer("occasional", confirmation="immediate"), child=child)),
        (town.parent(other), far.enrol(other, far.offer("occasional", confirmation="immediate"), child=child)),
    ]

    def ask(place: int, day: Any) -> Any:
        actor, enrolment = rows[place]
        hours = (TimeRange(540 + 15 * place, 720),)
        wish = DayWish(enrolment.pk, day, hours)
        return lambda: place_order(actor=actor, items=[], hours=[wish], key=f"{place}{day}", now=NOW)

    run_together([ask(place, day) for day in DAYS for place in (0, 1)])
    assert CareRange.objects.filter(status="booked").count() == len(DAYS)


@pytest.mark.postgres_only
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's immediate transaction is itself the lock")
def test_without_the_lock_the_places_are_exceeded(crowd, monkeypatch):
    creche, people = crowd
    with transaction.atomic():  # the sheets are there: nobody waits for another's insert
        operations._hold(creche.town.system, [(creche.sections[0].pk, DAYS[0])])
    whole = operations._decide

    def slowly(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.2)
        return whole(*args, **kwargs)

    monkeypatch.setattr(operations, "_decide", slowly)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    hours = (TimeRange(540, 720),)
    run_together(
        [
            lambda a=actor, e=enrolment, n=number: place_order(
                actor=a, items=[], hours=[DayWish(e.pk, DAYS[0], hours)], key=f"k{n}", now=NOW
            )
            for number, (actor, enrolment) in enumerate(people)
        ]
    )
    assert CareRange.objects.filter(status="booked").count() > PLACES
