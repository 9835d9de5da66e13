"""Separated parents in démarches: an objection stops what waits, and a household is left when nothing runs there."""

from datetime import datetime

from django.db import transaction

from preau.base.actor import Actor
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.operations.custody import (
    lift_objection,
    object_to_acts,
    remove_household,
    withdraw_objection,
)
from preau.domain.families.queries.custody import has_objection
from preau.domain.procedures.enums import OBJECTION, OPEN_STATUSES, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedurePiece


class HouseholdInUse(Exception):
    """The child is enrolled, or a démarche waits, in the household that it would leave."""


@transaction.atomic
def receive_objection(*, actor: Actor, child_id: int, adult_id: int, text: str, now: datetime) -> int:
    """Keep an objection, mark what waits for the service about the child, and return the id of the objection.

    :raises NotFound, NotAllowed: see `families.operations.custody.object_to_acts`.
    """
    made = object_to_acts(actor=actor, child_id=child_id, adult_id=adult_id, text=text, now=now)
    _mark(actor, child_id)
    return made


@transaction.atomic
def end_objection(*, actor: Actor, objection_id: int, reason: str, now: datetime) -> None:
    """Lift an objection with a reason, and what it had stopped with it, unless another one stands.

    :raises NotFound, NotAllowed, ValueError: see `families.operations.custody.lift_objection`.
    """
    _mark(actor, lift_objection(actor=actor, objection_id=objection_id, reason=reason, now=now))


@transaction.atomic
def take_back_objection(*, actor: Actor, objection_id: int, now: datetime) -> None:
    """End one's own objection, and what it had stopped with it, unless another one stands.

    :raises NotFound: not the actor's own, or ended before.
    """
    _mark(actor, withdraw_objection(actor=actor, objection_id=objection_id, now=now))


@transaction.atomic
def take_from_household(*, actor: Actor, child_id: int, family_id: int, now: datetime) -> None:
    """Take a child out of a household where it was put by mistake. What that household had begun for it is forgotten.

    :raises HouseholdInUse: an enrolment runs, or a démarche waits, for the child in this household.
    :raises NotFound, NotAllowed, LastHousehold: see `families.operations.custody.remove_household`.
    """
    here = {"organisation_id": actor.organisation_id, "family_id": family_id, "child_id": child_id}
    today = now.astimezone(actor.zone).date()
    runs = Enrolment.objects.filter(**here, ends_on__gt=today).exclude(status=EnrolmentStatus.ENDED)
    waits = Procedure.objects.filter(**here, status__in=OPEN_STATUSES)
    if runs.exists() or waits.exists():
        raise HouseholdInUse
    remove_household(actor=actor, child_id=child_id, family_id=family_id, now=now)
    drafts = Procedure.objects.filter(**here, status=ProcedureStatus.DRAFT)
    ProcedurePiece.objects.filter(organisation_id=actor.organisation_id, procedure__in=drafts.values("pk")).delete()
    drafts.delete()


def _mark(actor: Actor, child_id: int) -> None:
    """Write on each démarche that waits about the child whether an objection stands. It is not told whose."""
    stands = has_objection(actor=actor, child_id=child_id)
    rows = Procedure.objects.select_for_update().filter(
        organisation_id=actor.organisation_id, child_id=child_id, status__in=OPEN_STATUSES
    )
    for row in rows.exclude(kind=ProcedureKind.BOOKING).order_by("pk"):
        kept = [code for code in row.anomalies if code != OBJECTION]
        row.anomalies = [OBJECTION, *kept] if stands else kept
        row.is_clean = not row.anomalies
        row.save(update_fields=["anomalies", "is_clean"])
