"""Two records made one: their absences and what closures took from them."""

from datetime import date, datetime

from preau.base.actor import Actor
from preau.domain.absences.enums import Effect
from preau.domain.absences.models import Absence, AbsenceDay, ClosedMoment, MinimumServiceAnswer
from preau.domain.absences.queries.moments import STANDS
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import PersonKind


def move_absences(*, actor: Actor, kind: PersonKind, kept_id: int, absorbed_id: int) -> None:
    """Give the absences of a child, or what was taken from a household, to another record, in the caller's transaction.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    closed = ClosedMoment.objects.filter(organisation_id=actor.organisation_id)
    if kind == PersonKind.CHILD:
        rows = Absence.objects.filter(organisation_id=actor.organisation_id, child_id=absorbed_id)
        rows.update(child_id=kept_id)
        closed.filter(child_id=absorbed_id).update(child_id=kept_id)
        _move_answers(actor, kept_id=kept_id, absorbed_id=absorbed_id)
    elif kind == PersonKind.FAMILY:
        closed.filter(family_id=absorbed_id).update(family_id=kept_id)


def _move_answers(actor: Actor, *, kept_id: int, absorbed_id: int) -> None:
    """Of a day answered for both records, the last word stands."""
    rows = MinimumServiceAnswer.objects.filter(organisation_id=actor.organisation_id)
    last: dict[tuple[int, date], int] = {}
    for row in rows.filter(child_id__in=[kept_id, absorbed_id]).order_by("said_at", "pk"):
        last[row.service_id, row.on] = row.pk
    rows.filter(child_id__in=[kept_id, absorbed_id]).exclude(pk__in=last.values()).delete()
    rows.filter(child_id=absorbed_id).update(child_id=kept_id)


def fold_absences(*, actor: Actor, kept_id: int, absorbed_id: int, now: datetime) -> None:
    """Give the absences of an enrolment to another of the same participant and offer, in the caller's transaction.

    Of a moment missed by both, that of the kept enrolment stands.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    here = {"organisation_id": actor.organisation_id}
    standing = AbsenceDay.objects.filter(STANDS, **here, taken_back_at=None).exclude(effect=Effect.FREED)
    mine = set(standing.filter(enrolment_id=kept_id).values_list("on", "starts_minute"))
    double = [
        pk
        for pk, on, starts in standing.filter(enrolment_id=absorbed_id).values_list("pk", "on", "starts_minute")
        if (on, starts) in mine
    ]
    gone = AbsenceDay.objects.filter(~STANDS, **here, enrolment_id=absorbed_id, taken_back_at=None)
    double += gone.exclude(effect=Effect.FREED).values_list("pk", flat=True)
    AbsenceDay.objects.filter(pk__in=double).update(taken_back_at=now)
    for rows in (AbsenceDay.objects, Absence.objects, ClosedMoment.objects):
        rows.filter(**here, enrolment_id=absorbed_id).update(enrolment_id=kept_id)
