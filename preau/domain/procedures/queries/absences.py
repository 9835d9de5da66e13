"""The absences of a démarche: what a draft says, what each planned moment has become."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.absences.enums import ProofState, Source
from preau.domain.absences.models import Absence, AbsenceDay
from preau.domain.absences.queries.moments import MissedMoment, by_day
from preau.domain.absences.rules import Announcement
from preau.domain.catalogue.rules import place_name
from preau.domain.procedures.models import Procedure, ProcedureAbsence, ProcedurePiece
from preau.domain.procedures.queries.cases import visible
from preau.kernel.clock_times import read_clock
from preau.kernel.time_ranges import TimeRange

STEP = "absence"  # of the answers of a draft


@dataclass(frozen=True, slots=True)
class AbsenceCase:
    """One absence that a démarche announced, in one enrolment. [starts_on, ends_on).

    `reason` and `comment` are empty for an agent who has not asked to read what is said of health (`hides_health`).
    """

    absence_id: int
    place: str
    phone: str
    starts_on: date
    last_on: date
    hours: TimeRange | None
    reason: str
    comment: str
    is_health: bool
    hides_health: bool
    proof: str
    proof_due_at: datetime | None
    proof_type_id: int | None
    proof_title: str
    said_by: str
    by_service: bool  # a family reads the service, never the name of an agent
    moments: tuple[MissedMoment, ...]
    is_taken_back: bool

    @property
    def waits_for_proof(self) -> bool:
        return self.proof in (ProofState.AWAITED, ProofState.REFUSED, ProofState.MISSED) and not self.is_taken_back

    def may_be_taken_back(self, *, actor: Actor, now: datetime) -> bool:
        """Tell whether some of it has not begun yet."""
        return any(each.starts_after(now, zone=actor.zone) for each in self.moments)


def absences_of(*, actor: Actor, number: int, with_health: bool) -> list[AbsenceCase]:
    """Return the absences that a démarche announced, in the order of its enrolments. Three queries.

    :param with_health: whether the motive and the words of who announced are read, where they are of health.
    :raises NotFound: no such démarche of this actor.
    """
    row = visible(actor=actor).filter(number=number).values_list("pk", flat=True).first()
    if row is None:
        raise NotFound("procedure")
    ids = ProcedureAbsence.objects.filter(organisation_id=actor.organisation_id, procedure_id=row)
    absences = Absence.objects.filter(organisation_id=actor.organisation_id, pk__in=ids.values("absence_id"))
    path = "enrolment__offer"
    rows = list(
        absences.select_related(
            "reason__proof_type", f"{path}__activity__department", f"{path}__site", "enrolment"
        ).order_by(f"{path}__activity__position", "pk")
    )
    days = AbsenceDay.objects.filter(
        organisation_id=actor.organisation_id, absence_id__in=[each.pk for each in rows], taken_back_at=None
    )
    found: dict[int, list[MissedMoment]] = {}
    for moments in by_day(rows=days).values():
        for each in moments:
            found.setdefault(each.absence_id, []).append(each)
    return [_case(each, tuple(found.get(each.pk, ())), with_health=with_health) for each in rows]


def _case(row: Absence, moments: tuple[MissedMoment, ...], *, with_health: bool) -> AbsenceCase:
    offer, reason = row.enrolment.offer, row.reason
    hides = reason.is_health and not with_health
    hours = None
    if row.starts_minute is not None and row.ends_minute is not None:
        hours = TimeRange(row.starts_minute, row.ends_minute)
    return AbsenceCase(
        absence_id=row.pk,
        place=place_name(activity=offer.activity.name, site=offer.site.name),
        phone=offer.site.phone or offer.activity.department.phone,
        starts_on=row.starts_on,
        last_on=row.ends_on - timedelta(days=1),
        hours=hours,
        reason="" if hides else reason.name,
        comment="" if hides else row.comment,
        is_health=reason.is_health,
        hides_health=hides,
        proof=row.proof,
        proof_due_at=row.proof_due_at,
        proof_type_id=reason.proof_type_id,
        proof_title=reason.proof_type.title if reason.proof_type else "",
        said_by=row.said_by,
        by_service=row.source == Source.SERVICE,
        moments=moments,
        is_taken_back=not moments,
    )


def joined_documents(*, actor: Actor, draft_id: int) -> list[int]:
    """Return the documents joined to a draft that the caller has found. One query."""
    rows = ProcedurePiece.objects.filter(organisation_id=actor.organisation_id, procedure_id=draft_id)
    return list(rows.values_list("document_id", flat=True))


def absence_ids(*, row: Procedure) -> list[int]:
    """Return the absences of a démarche that the caller holds. One query."""
    return list(row.absences.order_by("absence_id").values_list("absence_id", flat=True))


def print_of(*, answers: Mapping[str, Any]) -> str:
    """Return the print of what a draft says: another when somebody writes in it."""
    said = json.dumps(answers.get(STEP, {}), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def said_in(*, answers: Mapping[str, Any], proven_children: Collection[int] = ()) -> Announcement:
    """Return what the answers of a draft say, as it is announced. `to` is the last day, included.

    :raises NotFound: nothing is said yet.
    """
    said = answers.get(STEP, {})
    try:
        start, last = date.fromisoformat(said["from"]), date.fromisoformat(said["to"])
        hours = TimeRange(read_clock(said["start"]), read_clock(said["end"])) if said.get("start") else None
        ids = tuple(sorted({int(each) for each in said["enrolments"]}))
        reason = str(said["reason"])
    except (KeyError, TypeError, ValueError) as missing:
        raise NotFound("absence") from missing
    return Announcement(
        enrolment_ids=ids,
        start=start,
        end=last + timedelta(days=1),
        reason=reason,
        hours=hours,
        comment=str(said.get("comment", "")),
        proven_children=frozenset(proven_children),
    )
