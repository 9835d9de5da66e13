"""The gapless numbers of démarches."""

from collections.abc import Sequence

from django.db import connection

from preau.base.actor import Actor
from preau.domain.procedures.models import Procedure, ProcedureCounter


def give_numbers(*, actor: Actor, rows: Sequence[Procedure]) -> None:
    """Give the next numbers of the collectivité to rows that are not saved yet (A10-03).

    The counter is locked last, by the update itself, and kept to the end of the caller's transaction.
    """
    table = ProcedureCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET last_number = last_number + %s WHERE organisation_id = %s RETURNING last_number",  # noqa: S608 -- a table name of ours
            [len(rows), actor.organisation_id],
        )
        found = cursor.fetchone()
    if found is None:
        ProcedureCounter.objects.bulk_create(
            [ProcedureCounter(organisation_id=actor.organisation_id, last_number=0)], ignore_conflicts=True
        )
        give_numbers(actor=actor, rows=rows)
        return
    first = found[0] - len(rows) + 1
    for offset, row in enumerate(rows):
        row.number = first + offset
