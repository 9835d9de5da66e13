"""One order for all the children and activities of a household, beside one order for each of them."""

import json
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

DAYS = 20
TURNS = 15


def measure_baskets(folder: Path) -> dict[str, Any]:
    """Return the milliseconds and the queries of both ways, for the household with the most enrolments."""
    from django.db.models import Count

    from preau.domain.enrolments.models import Enrolment

    people = json.loads((folder / "visitors.json").read_text())
    month = date.fromisoformat(people["ordered"])
    known = Enrolment.objects.select_related("family").get(pk=people["parents"][0]["enrolment"])
    here = Enrolment.objects.filter(organisation_id=known.organisation_id)
    most = here.values("family_id").annotate(n=Count("pk")).order_by("-n", "family_id").first()
    mine = list(here.filter(family_id=most["family_id"] if most else known.family_id).order_by("pk"))
    shop = _Basket(mine, month)
    together = shop.measure(lambda wanted: [[shop.item(row, wanted) for row in mine]])
    apart = shop.measure(lambda wanted: [[shop.item(row, wanted)] for row in mine])
    return {"enrolments": len(mine), "days": DAYS, "together": together, "apart": apart}


class _Basket:
    """A parent who takes the same days, gives them back, takes them again."""

    def __init__(self, rows: Sequence[Any], month: date) -> None:
        from preau.base.actor import FAMILY, Actor
        from preau.domain.catalogue.models import Slot

        first = rows[0]
        self.actor = Actor(
            organisation_id=first.organisation_id,
            audience=FAMILY,
            account_id=first.family.adults.get(account__isnull=False).account_id,
            roles=frozenset({"family"}),
            family_ids=frozenset({first.family_id}),
        )
        self.slots = {}
        for row in rows:
            found = Slot.objects.filter(offer_id=row.offer_id, on__gte=month).order_by("on", "unit__position")
            by_day: dict[date, int] = {}
            for on, pk in found.values_list("on", "pk"):
                by_day.setdefault(on, pk)
            self.slots[row.pk] = frozenset(list(by_day.values())[:DAYS])

    def item(self, row: Any, wanted: bool) -> Any:
        from preau.domain.bookings.operations import OrderItem

        slots = self.slots[row.pk]
        return OrderItem(row.pk, add=slots if wanted else frozenset(), remove=frozenset() if wanted else slots)

    def measure(self, orders: Any) -> dict[str, float]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            self._turn(orders(True))
        self._turn(orders(False))
        times = [self._turn(orders(turn % 2 == 0)) for turn in range(TURNS * 2)]
        return {"ms": round(statistics.median(times) * 1000, 1), "queries": len(captured)}

    def _turn(self, orders: Sequence[Sequence[Any]]) -> float:
        from preau.domain.procedures.operations.orders import place_order
        from preau.domain.procedures.rules import NothingToDo

        begun = time.perf_counter()
        for items in orders:
            try:
                place_order(actor=self.actor, items=items, key=f"panier-{time.time_ns()}", now=datetime.now(UTC))
            except NothingToDo:  # what another measure has booked already
                continue
        return time.perf_counter() - begun
