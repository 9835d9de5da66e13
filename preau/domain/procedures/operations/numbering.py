"""The gapless numbers of démarches."""

from collections.abc import Sequence

from django.db.models import Max

from preau.base.actor import Actor
from preau.base.counters import next_numbers
from preau.domain.procedures.models import Procedure


def give_numbers(*, actor: Actor, rows: Sequence[Procedure]) -> None:
    """Give the next numbers of the collectivité to rows that are not saved yet (A10-03): the last lock of an act."""
    known = Procedure.objects.filter(organisation_id=actor.organisation_id, number__isnull=False)
    numbers = next_numbers(
        organisation_id=actor.organisation_id,
        name="procedure",
        count=len(rows),
        known=lambda: known.aggregate(last=Max("number"))["last"] or 0,
    )
    for row, number in zip(rows, numbers, strict=True):
        row.number = number
