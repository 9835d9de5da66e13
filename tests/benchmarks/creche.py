"""A week of four structures of sixty children on the director's screen, and a request of five days. Nothing is kept."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

STRUCTURES, CHILDREN = 4, 60
TURNS = 9


def measure_creche() -> list[dict[str, Any]]:
    """Return the queries and the milliseconds (median) of both."""
    from django.db import transaction

    with transaction.atomic():
        found = _measure()
        transaction.set_rollback(True)
    return found


def _measure() -> list[dict[str, Any]]:
    from tests.factories.clients import client_of
    from tests.factories.creche import Creche, monday
    from tests.factories.town import Town

    town = Town("creches")
    everywhere = [
        Creche(town, f"Crèche {number}", places=40, sections=("Petits", "Grands"), surplus=115)
        for number in range(STRUCTURES)
    ]
    for creche in everywhere:
        _fill(creche)
    client = client_of(town.account("direction", role="agent"))
    week = f"/creches/agents/creche/semaine/?date={monday().isoformat()}"

    def look() -> None:
        assert client.get(week, HTTP_HOST="127.0.0.1").status_code == 200

    page = {"what": "semaine des présences", **measured(look)}
    return [page, {"what": "demande de cinq jours", **measured(_asking(everywhere[0]))}]


def _fill(creche: Any) -> None:
    """Let sixty children be expected each day of the week, at hours of their own."""
    from preau.domain.creche.models import CareRange
    from tests.factories.creche import NOW, monday

    offer, rows = creche.offer(), []
    for number in range(CHILDREN):
        home = creche.town.household(f"{creche.site.name} {number}")
        enrolment = creche.enrol(home, offer)
        start = 450 + number % 9 * 15
        rows += [
            CareRange(
                organisation_id=creche.town.id,
                enrolment=enrolment,
                family=home.family,
                child=home.children[0],
                section=creche.sections[number % len(creche.sections)],
                on=monday() + timedelta(days=day),
                starts_minute=start,
                ends_minute=start + 480,
                booked_at=NOW,
            )
            for day in range(5)
        ]
    CareRange.objects.bulk_create(rows, batch_size=500)


def _asking(creche: Any) -> Callable[[], None]:
    """Five days more, another week each time."""
    from preau.domain.creche.operations import DayWish
    from preau.domain.procedures.operations.orders import place_order
    from tests.factories.creche import FULL_DAY, NOW, monday

    home = creche.town.household("Demandeuse", login="demandeuse")
    enrolment, actor = creche.enrol(home, creche.offer()), creche.town.parent(home)
    weeks = iter(range(2, 2 + TURNS + 2))

    def ask() -> None:
        start = monday(next(weeks))
        wishes = [DayWish(enrolment.pk, start + timedelta(days=day), (FULL_DAY,)) for day in range(5)]
        place_order(actor=actor, items=[], hours=wishes, key=f"creche-{start}", now=NOW)

    return ask


def measured(act: Callable[[], None]) -> dict[str, Any]:
    """Return the queries of an act, and the milliseconds of its median turn."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    act()  # warm: the first number of a collectivité costs three queries more
    with CaptureQueriesContext(connection) as captured:
        act()
    queries = [each["sql"] for each in captured if "SAVEPOINT" not in each["sql"]]  # those of this very measure
    times = []
    for _turn in range(TURNS):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return {"queries": len(queries), "ms": round(statistics.median(times) * 1000, 1)}
