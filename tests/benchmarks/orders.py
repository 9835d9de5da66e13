"""Orders without screens: `place_order` called by 1, 4 and 16 processes at once, 20 days each time."""

import json
import multiprocessing
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

CLIENTS = (1, 4, 16)
DAYS_OF_AN_ORDER = 20


def measure_orders(folder: Path, *, seconds: float) -> list[dict[str, Any]]:
    """Return orders per second, p50 and p95 for each number of clients. Nobody else uses the database."""
    people = json.loads((folder / "visitors.json").read_text())
    return [_together(people, clients=clients, seconds=seconds) for clients in CLIENTS]


def _together(people: dict[str, Any], *, clients: int, seconds: float) -> dict[str, Any]:
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    barrier = context.Barrier(clients)

    def shop(number: int) -> None:
        from django.db import connections

        connections.close_all()  # a connection is never shared with the parent process
        parents = people["parents"][number::clients]
        try:
            shoppers = [_Shopper(parent, date.fromisoformat(people["ordered"])) for parent in parents[:25]]
            shoppers[0].order()
            barrier.wait()
            times, started = [], time.perf_counter()
            while time.perf_counter() - started < seconds:
                begun = time.perf_counter()
                shoppers[len(times) % len(shoppers)].order()
                times.append(time.perf_counter() - begun)
            results.put((times, ""))
        except Exception as problem:
            barrier.abort()
            results.put(([], f"{type(problem).__name__} {problem}"))

    children = [context.Process(target=shop, args=(number,)) for number in range(clients)]
    for child in children:
        child.start()
    found = [results.get() for _ in children]
    for child in children:
        child.join()
    times = sorted(value for some, _problem in found for value in some)
    at = times or [0.0]
    return {
        "clients": clients,
        "per_second": round(len(times) / seconds, 1),
        "p50_ms": round(at[len(at) // 2] * 1000, 1),
        "p95_ms": round(at[len(at) * 95 // 100] * 1000, 1),
        "problems": [problem for _times, problem in found if problem],
    }


class _Shopper:
    """A parent who takes the same 20 mornings, gives them back, takes them again."""

    def __init__(self, parent: dict[str, Any], month: date) -> None:
        from preau.base.actor import FAMILY, Actor
        from preau.domain.catalogue.models import Slot
        from preau.domain.enrolments.models import Enrolment

        enrolment = Enrolment.objects.select_related("family").get(pk=parent["enrolment"])
        self.enrolment_id = enrolment.pk
        account_id = enrolment.family.adults.get(account__isnull=False).account_id
        self.actor = Actor(
            organisation_id=enrolment.organisation_id,
            audience=FAMILY,
            account_id=account_id,
            display_name=parent["login"],
            roles=frozenset({"family"}),
            family_ids=frozenset({enrolment.family_id}),
        )
        slots = Slot.objects.filter(offer_id=enrolment.offer_id, unit__code="M", on__gte=month).order_by("on")
        self.slots = frozenset(slots.values_list("pk", flat=True)[:DAYS_OF_AN_ORDER])
        held = enrolment.bookings.filter(slot_id__in=self.slots, status="booked").count()
        self.turn = 1 if held else 0  # what an earlier measure took is given back first

    def order(self) -> None:
        from preau.domain.bookings.operations import OrderItem
        from preau.domain.procedures.operations.orders import place_order

        wanted = self.turn % 2 == 0
        self.turn += 1
        item = OrderItem(
            self.enrolment_id,
            add=self.slots if wanted else frozenset(),
            remove=frozenset() if wanted else self.slots,
        )
        key = f"{self.enrolment_id}-{time.time_ns()}"
        placed = place_order(actor=self.actor, items=[item], key=key, now=datetime.now(UTC))
        if placed.procedures[0].refused:
            raise RuntimeError("an order of the bench was refused")
