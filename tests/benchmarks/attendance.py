"""A meal of three hundred children on one tablet, a tap of it, and a closure of three schools. Nothing is kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from tests.benchmarks.creche import measured

CHILDREN, SCHOOLS, BOOKED = 300, 3, 117  # two bookings for each of these: 702 in three schools


def measure_attendance() -> list[dict[str, Any]]:
    """Return the queries and the milliseconds (median) of each."""
    from django.db import transaction

    with transaction.atomic():
        found = [*_sheet(), {"what": "fermeture de trois écoles, 700 réservations", **measured(_closing())}]
        transaction.set_rollback(True)
    return found


def _sheet() -> list[dict[str, Any]]:
    from tests.factories.clients import client_of
    from tests.factories.town import NOW, Town

    town = Town("pointage")
    child_id = _fill(town, town.school, CHILDREN, code="S")
    client = client_of(town.account("accueil", role="agent"))
    address = f"/pointage/agents/pointage/{town.school.pk}-{town.activity.pk}/?moment=Soir"
    turns = iter(range(10_000))

    def look() -> None:
        assert client.get(address, HTTP_HOST="127.0.0.1").status_code == 200

    def tap() -> None:
        turn, row = next(turns), f"{child_id}.990"
        sent = {f"e.{row}": "PA"[turn % 2], f"p.{row}": f"{turn}||", "k": f"{turn:032x}"}
        answer = client.post(address, sent, headers={"X-Part": "line"}, HTTP_HOST="127.0.0.1")
        assert answer.status_code == 200

    with patch("preau.config.clock.now", lambda: NOW.replace(hour=16, minute=32) + timedelta(days=3)):
        return [
            {"what": "feuille de 300 enfants", **measured(look)},
            {"what": "un pointage parmi 300", **measured(tap)},
        ]


def _fill(town: Any, site: Any, children: int, *, code: str = "") -> int:
    """Let children be expected at a site; return one of them. Without a code, at each moment of the day."""
    from preau.domain.bookings.operations import load_bookings
    from tests.factories.town import NOW, slots_of

    offer = town.offer(capacity=400, site=site)
    wanted = [slot.pk for slot in slots_of(offer) if slot.on == _day() and code in ("", slot.unit.code)]
    pairs = []
    for number in range(children):
        home = town.household(f"{site.name} {number}")
        enrolment = town.enrol(home, offer, child=home.children[0])
        pairs += [(enrolment.pk, pk) for pk in wanted]
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return int(home.children[0].pk)


def _day() -> Any:
    from tests.factories.town import NOW

    return NOW.date() + timedelta(days=3)


def _closing() -> Callable[[], None]:
    from django.db import transaction

    from preau.domain.absences.operations.closing import close
    from preau.domain.absences.queries.closures import ClosureWish
    from preau.domain.bookings.models import Booking
    from preau.domain.organisations.models import Site
    from tests.factories.town import NOW, Town

    town = Town("fermeture")
    for number in range(SCHOOLS):
        site = Site.objects.create(organisation_id=town.id, name=f"École {number}", kind="school")
        _fill(town, site, BOOKED)
    actor = town.agent("manager")
    wish = ClosureWish(kind="strike", words="Grève", start=_day(), end=_day() + timedelta(days=1))
    turns = iter(range(10_000))

    def act() -> None:
        with transaction.atomic():
            close(actor=actor, wish=wish, key=f"k{next(turns)}", now=NOW)
            closed = Booking.objects.filter(organisation_id=town.id, status="closed").count()
            assert closed == SCHOOLS * BOOKED * 2
            transaction.set_rollback(True)

    return act
