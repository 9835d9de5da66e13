"""Absences as démarches: announced, proven, taken back, reminded of."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from preau.base import journal
from preau.base.actor import FAMILY, Actor, system_actor
from preau.base.counters import give_numbers
from preau.base.facts import NotFound
from preau.domain.absences.enums import ProofState
from preau.domain.absences.models import Absence, AbsenceReason
from preau.domain.absences.operations.announcing import Announced, Plan, announce, preview_absence
from preau.domain.absences.operations.judging import judge_proof, miss_proofs, note_reminded
from preau.domain.absences.operations.taking_back import TakenBack, take_back
from preau.domain.absences.queries.enrolments import AttendedEnrolment
from preau.domain.absences.rules import Announcement
from preau.domain.accounts.enums import Role
from preau.domain.documents.models import Document
from preau.domain.families.queries.custody import check_not_frozen
from preau.domain.organisations.queries import organisation_by_id
from preau.domain.procedures.enums import (
    OPEN_STATUSES,
    LineChange,
    ProcedureKind,
    ProcedureStatus,
    TimelineEvent,
)
from preau.domain.procedures.models import Procedure, ProcedureAbsence, ProcedureLine, ProcedurePiece
from preau.domain.procedures.operations.decisions import locked_case
from preau.domain.procedures.operations.drafts import locked_draft, save_step, start
from preau.domain.procedures.operations.messages import note, resume, tell_family
from preau.domain.procedures.queries.absences import STEP, absence_ids, print_of, said_in
from preau.domain.procedures.queries.cases import find_draft, visible
from preau.domain.procedures.rules import AlreadyDecided, check_text, promised_at
from preau.kernel.french_dates import limit_words, span_words
from preau.kernel.french_words import of

REMINDED_BEFORE = timedelta(hours=24)  # of the day a proof is due
TOO_LATE = "Le justificatif n’est pas arrivé à temps : les jours restent dus."


class DraftChanged(Exception):
    """Another page has written in the draft since it was read."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The démarches of one announcement, one per child, service and place. `is_replay`: sent before, not done again."""

    numbers: tuple[int, ...]
    is_replay: bool = False


def begin_absence(*, actor: Actor, family_id: int, values: Mapping[str, Any], now: datetime) -> int:
    """Keep what a person has typed of an absence in its draft; return the draft.

    :raises NotFound: the household is not the actor's; :raises AnswersTooLong: see `drafts.save_step`.
    """
    draft = start(actor=actor, kind=ProcedureKind.ABSENCE, family_id=family_id, now=now)
    if _is_another(draft.answers.get(STEP, {}), values):
        ProcedurePiece.objects.filter(organisation_id=actor.organisation_id, procedure_id=draft.draft_id).delete()
    save_step(actor=actor, draft_id=draft.draft_id, step=STEP, values=values, now=now)
    return draft.draft_id


def _is_another(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a draft speaks of another absence than it did: another motive, or no day in common."""
    days = [str(said.get(name, "")) for said in (before, now) for name in ("from", "to")]
    first, last, start, end = days
    return bool(before) and (before.get("reason") != now.get("reason") or last < start or end < first)


def preview_draft(*, actor: Actor, draft_id: int, now: datetime) -> Plan:
    """Tell what sending a draft would do now, its joined proofs included.

    :raises NotFound: no such draft, or nothing is said in it, or of what is not the actor's any more.
    """
    draft = find_draft(actor=actor, draft_id=draft_id)
    said = _said(actor, draft.answers, draft_id)
    return preview_absence(actor=actor, said=said, now=now)


@transaction.atomic
def send_absence(*, actor: Actor, draft_id: int, now: datetime, read: str | None = None) -> Sent:
    """Announce what a draft says: number it, give back what is in time, post the receipt (A11).

    One démarche per child, service and place: who decides reads what is theirs alone. Sent twice, it has one effect.
    What needs no proof is answered at once; what is to be proven waits for it, and the family is told until when.

    :param read: the print of what was read (`queries.absences.print_of`); another tab may have written since.
    :raises DraftChanged: what is sent is not what was read; nothing is done.
    :raises NotFound: the draft is not the actor's, or says nothing.
    :raises NothingPlanned, AllSaid, CallTheStructure, TooLong: see `absences.announce`; the draft stays.
    :raises ActFrozen: an agent announces for a child for whom a holder of authority objects.
    """
    row = Procedure.objects.filter(organisation_id=actor.organisation_id, pk=draft_id, kind=ProcedureKind.ABSENCE)
    locked = row.select_for_update().first()
    if locked is None:
        raise NotFound("draft")
    if locked.status != ProcedureStatus.DRAFT:
        return _replay(actor, locked)
    draft = locked_draft(actor=actor, draft_id=draft_id)
    if read is not None and read != print_of(answers=draft.answers):
        raise DraftChanged(draft_id)
    said = _said(actor, draft.answers, draft_id)
    done = announce(actor=actor, said=said, now=now)
    if actor.is_staff:
        check_not_frozen(actor=actor, child_ids={done.plan.enrolments[pk].child_id for pk in done.absences})
    made = _rows(actor, draft, done, now=now)
    give_numbers(rows=[each for each, _group in made], name="procedure")
    for each, group in made:
        each.save()
        _tie(actor, each, group, done)
    _share_pieces(actor, draft, [each for each, _group in made])
    for each, _group in made:
        _tell(actor, each, now=now)
    return Sent(tuple(each.number or 0 for each, _group in made))


def _said(actor: Actor, answers: Mapping[str, Any], draft_id: int) -> Announcement:
    reason = said_in(answers=answers).reason
    return said_in(answers=answers, proven_children=_proven(actor, draft_id, reason))


@transaction.atomic
def note_absence(*, actor: Actor, family_id: int, values: Mapping[str, Any], now: datetime) -> Sent:
    """Announce at once what an agent is told by telephone: one act, whatever its other pages do.

    :raises: as `begin_absence` and `send_absence`; nothing is kept then.
    """
    return send_absence(
        actor=actor, draft_id=begin_absence(actor=actor, family_id=family_id, values=values, now=now), now=now
    )


def _replay(actor: Actor, row: Procedure) -> Sent:
    same = visible(actor=actor).filter(order_key=f"draft-{row.pk}").order_by("number")
    numbers = tuple(number for number in same.values_list("number", flat=True) if number)
    if not numbers:
        raise NotFound("draft")
    return Sent(numbers, is_replay=True)


Group = list[AttendedEnrolment]


def _rows(actor: Actor, draft: Procedure, done: Announced, *, now: datetime) -> list[tuple[Procedure, Group]]:
    """The démarche of each child, service and place, not numbered yet; the draft becomes the first.

    Agents are limited to departments and to sites: each reads and decides what is theirs alone.
    """
    groups: dict[tuple[int, int, int], Group] = defaultdict(list)
    for pk in done.absences:
        each = done.plan.enrolments[pk]
        groups[each.child_id, each.department_id, each.site_id].append(each)
    made = []
    for number, (_key, group) in enumerate(sorted(groups.items())):
        row = draft if number == 0 else _copy(draft)
        _fill(actor, row, group, done, draft_id=draft.pk, now=now)
        made.append((row, group))
    return made


def _copy(draft: Procedure) -> Procedure:
    return Procedure(
        organisation_id=draft.organisation_id,
        family_id=draft.family_id,
        kind=draft.kind,
        account_id=draft.account_id,
        answers=draft.answers,
        created_at=draft.created_at,
    )


def _fill(actor: Actor, row: Procedure, group: Group, done: Announced, *, draft_id: int, now: datetime) -> None:
    plan = done.plan
    ids = {each.enrolment_id for each in group}
    mine = [each for each in plan.moments if each.moment.enrolment_id in ids and each.fate in ("free", "absent")]
    days = sorted({each.moment.on for each in mine})
    row.child_id, row.department_id = group[0].child_id, group[0].department_id
    row.site_id = group[0].site_id
    row.enrolment_id = group[0].enrolment_id if len(group) == 1 else None
    row.person = group[0].child
    row.subject = ", ".join(dict.fromkeys(each.place for each in group))[:240]
    row.first_on, row.last_on = days[0], days[-1]
    row.order_key = f"draft-{draft_id}"
    row.answers = {STEP: {**row.answers[STEP], "is_health": plan.reason.is_health}}
    row.account_id, row.on_behalf = actor.account_id or row.account_id, actor.is_staff
    row.is_private, row.private_to_id = False, None
    row.submitted_at = row.updated_at = now
    states = set(Absence.objects.filter(pk__in=[done.absences[pk] for pk in ids]).values_list("proof", flat=True)) - {
        ProofState.NOT_ASKED
    }
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    if not states:
        row.status, row.decided_at = ProcedureStatus.ACCEPTED, now
        return
    row.status, row.is_clean = ProcedureStatus.SUBMITTED, False
    row.anomalies = ["proof_to_check"] if ProofState.RECEIVED in states else ["proof_awaited"]
    row.due_at = promised_at(submitted_at=now, hours=organisation.processing_hours if organisation else 48)
    if ProofState.AWAITED in states:
        row.status = ProcedureStatus.MORE_ASKED
        row.asked = {
            "at": now.isoformat(),
            "text": "",
            "types": [{"id": plan.reason.proof_type_id, "title": plan.reason.proof_title}]
            if plan.reason.proof_type_id
            else [],
            "had": 0,
            "known": [],
        }


def _tie(actor: Actor, row: Procedure, group: Group, done: Announced) -> None:
    """Write what a démarche announced, and the bookings that it gave back. Two queries."""
    ids = {each.enrolment_id for each in group}
    here = {"organisation_id": actor.organisation_id, "procedure": row}
    ProcedureAbsence.objects.bulk_create([ProcedureAbsence(**here, absence_id=done.absences[pk]) for pk in sorted(ids)])
    ProcedureLine.objects.bulk_create(
        [
            ProcedureLine(**here, slot_id=slot_id, booking_id=booking_id, change=LineChange.REMOVE)
            for (pk, slot_id), booking_id in sorted(done.cancelled.items())
            if pk in ids
        ]
    )
    journal.record(
        actor=actor,
        act=f"procedure.submitted.{row.kind}",
        at=row.submitted_at or row.updated_at,
        subject_type="procedure",
        subject_id=row.number,
        anomalies=row.anomalies,
    )


def _proven(actor: Actor, draft_id: int, reason: str) -> set[int]:
    """The children for whom the proof of a motive is joined to a draft."""
    joined = ProcedurePiece.objects.filter(organisation_id=actor.organisation_id, procedure_id=draft_id)
    asked = AbsenceReason.objects.filter(organisation_id=actor.organisation_id, code=reason)
    rows = Document.objects.filter(
        organisation_id=actor.organisation_id,
        pk__in=joined.values("document_id"),
        document_type_id__in=asked.values("proof_type_id"),
    )
    return {pk for pk in rows.values_list("child_id", flat=True) if pk}


def _share_pieces(actor: Actor, draft: Procedure, rows: Sequence[Procedure]) -> None:
    """Join each proof to the démarches of its child, in each service."""
    pieces = ProcedurePiece.objects.filter(organisation_id=actor.organisation_id, procedure=draft)
    found = list(pieces.values_list("document_id", "document__child_id"))
    pieces.delete()
    ProcedurePiece.objects.bulk_create(
        [
            ProcedurePiece(organisation_id=actor.organisation_id, procedure=row, document_id=document_id)
            for row in rows
            for document_id, child_id in found
            if child_id == row.child_id
        ]
    )


def _tell(actor: Actor, row: Procedure, *, now: datetime) -> None:
    tell_family(
        actor=actor,
        row=row,
        template="absence_received",
        subject=f"Absence {of(row.person)} : demande n° {row.number}",
        key="received",
        now=now,
        on_behalf=row.on_behalf,
        days=span_words([day for day in (row.first_on, row.last_on) if day]),
        proof_until=_due(actor, row),
    )


def _due(actor: Actor, row: Procedure) -> str:
    """Until when the proof is awaited, in words for a mail; "" when none is."""
    waiting = Absence.objects.filter(pk__in=absence_ids(row=row), proof=ProofState.AWAITED)
    due = waiting.order_by("proof_due_at").values_list("proof_due_at", flat=True).first()
    return limit_words(due.astimezone(actor.zone)) if due else ""


@transaction.atomic
def withdraw_absence(*, actor: Actor, number: int, now: datetime, reason: str = "") -> TakenBack:
    """Take an absence back: what has not begun is planned again, and booked again if it was given back.

    :param reason: of an agent, who may then correct what is past.
    :raises NotFound: not the actor's; :raises NothingToTakeBack: all of it has begun, or was taken back.
    """
    row = _locked(actor, number)
    done = take_back(actor=actor, absence_ids=absence_ids(row=row), now=now, reason=reason)
    ProcedureLine.objects.bulk_create(
        [
            ProcedureLine(
                organisation_id=actor.organisation_id,
                procedure=row,
                slot_id=slot_id,
                booking_id=booking_id,
                change=LineChange.ADD,
            )
            for slot_id, booking_id in sorted(done.rebooked)
        ]
    )
    left = Absence.objects.filter(pk__in=absence_ids(row=row), days__taken_back_at=None).exists()
    if not left:
        Absence.objects.filter(pk__in=absence_ids(row=row), proof=ProofState.AWAITED).update(proof=ProofState.NOT_ASKED)
        row.status, row.decided_at, row.asked = ProcedureStatus.CANCELLED, now, {}
        row.held, row.held_until, row.anomalies, row.is_clean = {}, None, [], True
    row.updated_at = now
    row.save(
        update_fields=[*("status", "decided_at", "asked", "updated_at", "held", "held_until"), "anomalies", "is_clean"]
    )
    who = actor.display_name if actor.audience == FAMILY else _service(row)
    note(actor=actor, row=row, event=TimelineEvent.UNDONE, by=who, now=now, detail=" ".join(reason.split()))
    tell_family(
        actor=actor,
        row=row,
        template="absence_taken_back",
        subject=f"Absence {of(row.person)} : retour sur la demande n° {row.number}",
        key=f"taken-back-{int(now.timestamp())}",
        now=now,
        has_lost=bool(done.lost),
    )
    return done


@transaction.atomic
def grant_late(*, actor: Actor, number: int, reason: str, now: datetime) -> None:
    """Take a proof past its day, or do without it, with a reason: the absence is proven (A11, late proof).

    :raises NotFound: not this agent's, or no absence; :raises NotAllowed: neither agent nor manager.
    :raises TextMissing: no reason; :raises TextTooLong: too long.
    :raises AlreadyDecided: it is not waiting, nor refused.
    """
    said = check_text(reason)
    row = locked_case(actor=actor, number=number)
    if row.kind != ProcedureKind.ABSENCE:
        raise NotFound("absence")
    if row.status not in (*OPEN_STATUSES, ProcedureStatus.REFUSED) or row.held_until is not None:
        raise AlreadyDecided(number)
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    judge_proof(actor=machine, absence_ids=absence_ids(row=row), accept=True, now=now)
    row.status, row.decided_at, row.reason, row.asked, row.updated_at = ProcedureStatus.ACCEPTED, now, said, {}, now
    row.anomalies, row.is_clean = [], True
    row.save(update_fields=["status", "decided_at", "reason", "asked", "updated_at", "anomalies", "is_clean"])
    note(actor=actor, row=row, event=TimelineEvent.ACCEPTED, by=_service(row), now=now, detail=said)
    journal.record(
        actor=actor, act="absence.late_granted", at=now, subject_type="procedure", subject_id=number, reason=said[:240]
    )
    tell_family(
        actor=actor,
        row=row,
        template="procedure_decided",
        subject=f"Votre demande n° {row.number} est traitée",
        key=f"late-{int(now.timestamp())}",
        now=now,
        is_partial=False,
    )


def remind_proofs(*, actor: Actor, now: datetime) -> int:
    """Tell the households whose proof is due within `REMINDED_BEFORE`, once each; return how many. For the machine."""
    told = 0
    waiting = Absence.objects.filter(
        organisation_id=actor.organisation_id,
        proof=ProofState.AWAITED,
        reminded_at=None,
        proof_due_at__gt=now,
        proof_due_at__lte=now + REMINDED_BEFORE,
        said_at__lte=now - timedelta(hours=1),  # just told so on the screen, and in the mail of the receipt
    )
    standing = waiting.filter(days__taken_back_at=None).distinct()
    for row, ids in _procedures_of(actor, standing.values_list("pk", flat=True)):
        if row.status != ProcedureStatus.MORE_ASKED:
            continue
        with transaction.atomic():
            note_reminded(actor=actor, absence_ids=ids, now=now)
            tell_family(
                actor=actor,
                row=row,
                template="absence_proof_due",
                subject=f"Absence {of(row.person)} : le justificatif est attendu",
                key="proof-due",
                now=now,
                proof_until=_due(actor, row),
            )
        told += 1
    return told


def close_unproven(*, actor: Actor, now: datetime) -> int:
    """Close the absences whose proof never came: their days stay due, and the family is told. For the machine."""
    late = Absence.objects.filter(
        organisation_id=actor.organisation_id, proof=ProofState.AWAITED, proof_due_at__lte=now
    )
    closed = 0
    for found, _ids in _procedures_of(actor, late.values_list("pk", flat=True)):
        with transaction.atomic():
            row = Procedure.objects.select_for_update().get(pk=found.pk)
            if row.held_until is not None:
                continue  # an agent has answered, and it is about to be applied
            missed = miss_proofs(actor=actor, absence_ids=absence_ids(row=row), now=now)
            if missed and row.status == ProcedureStatus.MORE_ASKED:
                if _others_wait(row):
                    resume(row=row, now=now)  # another absence of it is still to be answered
                    continue
                _close(actor, row, now=now)
                closed += 1
    return closed


def _others_wait(row: Procedure) -> bool:
    return Absence.objects.filter(pk__in=absence_ids(row=row), proof=ProofState.RECEIVED).exists()


def _close(actor: Actor, row: Procedure, *, now: datetime) -> None:
    row.status, row.decided_at, row.updated_at, row.asked = ProcedureStatus.REFUSED, now, now, {}
    row.reason, row.anomalies = TOO_LATE, ["proof_missed"]
    row.save(update_fields=["status", "decided_at", "updated_at", "asked", "reason", "anomalies"])
    tell_family(
        actor=actor,
        row=row,
        template="procedure_decided",
        subject=f"Votre demande n° {row.number} est traitée",
        key="unproven",
        now=now,
        is_partial=False,
    )


def _procedures_of(actor: Actor, ids: Collection[int]) -> list[tuple[Procedure, list[int]]]:
    links = ProcedureAbsence.objects.filter(organisation_id=actor.organisation_id, absence_id__in=ids)
    found: dict[int, tuple[Procedure, list[int]]] = {}
    for link in links.select_related("procedure").order_by("procedure_id"):
        found.setdefault(link.procedure_id, (link.procedure, []))[1].append(link.absence_id)
    return list(found.values())


def _locked(actor: Actor, number: int) -> Procedure:
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    rows = visible(actor=actor).filter(number=number, kind=ProcedureKind.ABSENCE)
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound("procedure")
    return row


def _service(row: Procedure) -> str:
    return row.department.name if row.department else ""
