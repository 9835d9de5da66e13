"""What absences become when something changes: another is said, a proof comes, is refused, or never came."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotAllowed
from preau.domain.absences.enums import ProofState
from preau.domain.absences.models import Absence, AbsenceDay
from preau.domain.absences.queries.enrolments import AttendedEnrolment, attended
from preau.domain.absences.queries.judging import read_material
from preau.domain.absences.rules import ProofTooLate
from preau.domain.enrolments.models import Enrolment


def recount(*, actor: Actor, enrolments: Collection[AttendedEnrolment], start: date, end: date) -> int:
    """Judge again the moments missed in some enrolments around [start, end); return how many became something else.

    In the caller's transaction, with the enrolments held. Five queries and one write.
    """
    if not enrolments:
        return 0
    material = read_material(actor=actor, enrolments=enrolments, start=start, end=end, lock=True)
    changed = []
    for group, days in material.days.items():
        judged = material.judged(group)
        for each in days:
            fate = judged[each.key]
            if (each.effect, each.why, each.rank) != (fate.effect, fate.why, fate.rank):
                changed.append(AbsenceDay(pk=each.day_id, effect=fate.effect, why=fate.why, rank=fate.rank))
    AbsenceDay.objects.bulk_update(changed, ["effect", "why", "rank"], batch_size=500)
    return len(changed)


@transaction.atomic
def receive_proof(*, actor: Actor, absence_ids: Collection[int], now: datetime, reason: str = "") -> None:
    """Keep that the proof of absences has come; twice is once.

    :param reason: of an agent who takes a proof that is late.
    :raises ProofTooLate: past its day, and nobody of the service gives a reason.
    """
    rows = _locked(actor, absence_ids)
    waiting = [row for row in rows if row.proof in (ProofState.AWAITED, ProofState.REFUSED, ProofState.MISSED)]
    is_late = any(row.proof_due_at and now >= row.proof_due_at for row in waiting)
    if is_late and not (actor.is_staff and reason.strip()):
        raise ProofTooLate
    _set(actor, waiting, ProofState.RECEIVED)
    if is_late:
        _record(actor, waiting, "absence.late_proof_taken", now, reason=" ".join(reason.split())[:240])


@transaction.atomic
def judge_proof(*, actor: Actor, absence_ids: Collection[int], accept: bool, now: datetime) -> None:
    """Validate or refuse the proof of absences, and judge again what they become.

    :raises NotAllowed: the actor is a person: a proof is decided with its démarche.
    """
    if not actor.is_system:
        raise NotAllowed("judge_proof")
    asked = [row for row in _locked(actor, absence_ids) if row.proof != ProofState.NOT_ASKED]
    _set(actor, asked, ProofState.VALID if accept else ProofState.REFUSED)


@transaction.atomic
def miss_proofs(*, actor: Actor, absence_ids: Collection[int], now: datetime) -> list[int]:
    """Write that the proofs awaited past their day never came; return the absences concerned."""
    late = [
        row
        for row in _locked(actor, absence_ids)
        if row.proof == ProofState.AWAITED and row.proof_due_at and now >= row.proof_due_at
    ]
    _set(actor, late, ProofState.MISSED)
    return [row.pk for row in late]


def note_reminded(*, actor: Actor, absence_ids: Collection[int], now: datetime) -> None:
    """Keep that a household was told that its proof is awaited: it is told once."""
    Absence.objects.filter(organisation_id=actor.organisation_id, pk__in=absence_ids).update(reminded_at=now)


def _locked(actor: Actor, absence_ids: Collection[int]) -> list[Absence]:
    """The absences, their enrolments held first: who announces or takes back meanwhile judges the same days."""
    rows = Absence.objects.filter(organisation_id=actor.organisation_id, pk__in=absence_ids)
    held = Enrolment.objects.filter(pk__in=rows.values("enrolment_id")).order_by("pk")
    list(held.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _set(actor: Actor, rows: Iterable[Absence], proof: ProofState) -> None:
    changed = [row for row in rows if row.proof != proof]
    if not changed:
        return
    Absence.objects.filter(pk__in=[row.pk for row in changed]).update(proof=proof)
    recount(
        actor=actor,
        enrolments=attended(
            actor=actor, since=date.min, enrolment_ids={row.enrolment_id for row in changed}
        ),  # one that has ended keeps what it was
        start=min(row.starts_on for row in changed),
        end=max(row.ends_on for row in changed) + timedelta(days=1),
    )


def _record(actor: Actor, rows: Collection[Absence], act: str, now: datetime, *, reason: str) -> None:
    for row in rows:
        journal.record(actor=actor, act=act, at=now, subject_type="child", subject_id=row.child_id, reason=reason)
