"""What closing and opening again both do to planned moments: their status, the counts of places."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.domain.absences.queries.closures import Touched
from preau.domain.catalogue.operations import places

AT_ONCE = 800  # rows of one statement


def set_status(*, rows: QuerySet[Any], ids: Sequence[int], status: str) -> None:
    """Write the status of some rows, in as few statements as bound values allow."""
    for start in range(0, len(ids), AT_ONCE):
        rows.filter(pk__in=ids[start : start + AT_ONCE]).update(status=status)


def move_counts(*, actor: Actor, touched: Collection[Touched], change: int) -> None:
    """Move the counters of what closes or opens, locked in one query and written in bulk."""
    moved: Counter[tuple[int, date]] = Counter()
    for each in touched:
        moved.update((resource_id, each.on) for resource_id in each.resource_ids)
    if not moved:
        return
    counters = places.hold(actor=actor, resource_ids={pk for pk, _on in moved}, days={on for _pk, on in moved})
    written = []
    for key, count in sorted(moved.items()):
        if key not in counters.ids:
            continue
        counter = counters.by_id[counters.ids[key]]
        counter.booked += change * count
        if counter.is_blocking and counter.booked > counter.capacity + counter.extra:
            counter.extra = counter.booked - counter.capacity  # what was promised before the closure is kept
        written.append(counter)
    places.write(counters=written)
