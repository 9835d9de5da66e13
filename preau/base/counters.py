"""Numbers without a gap: one counter a collectivité and a name, always the last lock of a transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Max

from preau.base.models import Counter


def next_numbers(*, organisation_id: int, name: str, count: int = 1, known: Callable[[], int] = lambda: 0) -> range:
    """Return the next numbers of a collectivité under a name, in a row, kept to the end of the caller's transaction.

    The row is locked by the update itself: everybody who wants a number waits there until the transaction of the one
    before is over, so nothing else may be locked after it (docs/algorithms/places.md). A transaction undone gives its
    numbers back.

    :param known: asked once, when the counter does not exist yet: the last number already given.
    """
    table = Counter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET last_number = last_number + %s "  # noqa: S608 -- a table name of ours
            "WHERE organisation_id = %s AND name = %s RETURNING last_number",
            [count, organisation_id, name],
        )
        found = cursor.fetchone()
    if found is None:
        Counter.objects.bulk_create(
            [Counter(organisation_id=organisation_id, name=name, last_number=known())], ignore_conflicts=True
        )
        return next_numbers(organisation_id=organisation_id, name=name, count=count, known=known)
    return range(found[0] - count + 1, found[0] + 1)


def give_numbers(*, rows: Sequence[Any], name: str) -> None:
    """Give the next numbers of their collectivité to rows of one model that are not saved yet, in `row.number`.

    :param rows: at least one, all of one collectivité.
    """
    known = type(rows[0])._default_manager.filter(organisation_id=rows[0].organisation_id)
    numbers = next_numbers(
        organisation_id=rows[0].organisation_id,
        name=name,
        count=len(rows),
        known=lambda: known.aggregate(last=Max("number"))["last"] or 0,
    )
    for row, number in zip(rows, numbers, strict=True):
        row.number = number
