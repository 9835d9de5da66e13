"""Reads of dossiers administratifs: where each child stands for a school year, what is still asked for (A07)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.base.written import written
from preau.domain.catalogue.models import Activity
from preau.domain.documents.queries.folders import Folder, folders
from preau.domain.documents.queries.publications import regulations_to_accept
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import ConsentType
from preau.domain.families.queries.children import situations_of, validated_dossiers
from preau.domain.procedures.enums import OPEN_STATUSES, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.rules import Problem, dossier_problems


@dataclass(frozen=True, slots=True)
class DossierState:
    """Where the dossier of one child stands. A dossier refused is a draft to begin again."""

    child_id: int
    validated_on: date | None
    number: int | None  # of the démarche sent last, whatever became of it
    status: str  # "", "draft" or that of the démarche
    draft_id: int | None
    saved_at: datetime | None
    step: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class DossierMark:
    """How far the dossier of a child is: the day it was validated, else the status of the démarche and its number."""

    validated_on: date | None
    status: str
    number: int | None


def dossier_folders(
    *, actor: Actor, family_id: int, child_id: int, answers: Mapping[str, Any], year_starts_on: date, on: date
) -> list[Folder]:
    """Return the folders of the household and of one child, with what its dossier asks for. Five queries.

    :param answers: those of the draft: a PAI, a forbidden person or a direct debit ask for more pieces.
    :param year_starts_on: first day of the school year of the dossier: what is of the year before does not answer.
    :raises NotFound: not the actor's household.
    """
    asked = _situations(actor, family_id, {child_id: answers})
    return folders(
        actor=actor, family_id=family_id, child_ids=[child_id], situations=asked, on=on, year_starts_on=year_starts_on
    )


def problems_of_dossier(
    *, actor: Actor, family_id: int, child_id: int, answers: Mapping[str, Any], year_starts_on: date, on: date
) -> list[Problem]:
    """Return what one dossier still lacks (A07-15).

    :raises NotFound: not the actor's household.
    """
    found = dossier_folders(
        actor=actor, family_id=family_id, child_id=child_id, answers=answers, year_starts_on=year_starts_on, on=on
    )
    return _problems(answers, found, required=_required(actor), rules=_open_regulations(actor, family_id), on=on)


def dossier_states(
    *, actor: Actor, family_id: int, child_ids: Collection[int], year_id: int, year_starts_on: date, on: date
) -> dict[int, DossierState]:
    """Return where each child of a household stands for a school year; the same queries for any number of them.

    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    rows = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        child_id__in=child_ids,
        kind=ProcedureKind.DOSSIER,
        school_year_id=year_id,
    ).order_by("pk")
    drafts = {row.child_id: row for row in rows if row.status == ProcedureStatus.DRAFT and row.family_id == family_id}
    sent = {row.child_id: row for row in rows if row.status != ProcedureStatus.DRAFT}
    validated = validated_dossiers(actor=actor, child_ids=child_ids, school_year_id=year_id)
    answers = {child_id: drafts[child_id].answers if child_id in drafts else {} for child_id in child_ids}
    asked = _situations(actor, family_id, answers)
    found = folders(
        actor=actor, family_id=family_id, child_ids=child_ids, situations=asked, on=on, year_starts_on=year_starts_on
    )
    required, rules = _required(actor), _open_regulations(actor, family_id)
    states = {}
    for child_id in child_ids:
        here = [folder for folder in found if folder.child_id in (None, child_id)]
        draft, last = drafts.get(child_id), sent.get(child_id)
        is_open = last is not None and last.status in OPEN_STATUSES
        states[child_id] = DossierState(
            child_id=child_id,
            validated_on=validated.get(child_id),
            number=last.number if last else None,
            status=_status(draft, last, is_open=is_open),
            draft_id=draft.pk if draft else None,
            saved_at=draft.updated_at if draft else None,
            step=draft.step if draft else "",
            problems=tuple(_problems(answers[child_id], here, required=required, rules=rules, on=on)),
        )
    return states


def dossier_marks(*, actor: Actor, family_id: int, child_ids: Collection[int], year_id: int) -> dict[int, DossierMark]:
    """Return how far the dossier of each child is for a school year, without what it lacks. Three queries.

    Where no activity asks for a dossier, nothing is said of a child who has none.

    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    rows = _mark_rows(organisation_id=actor.organisation_id, child_ids=child_ids, year_id=year_id)
    sent = {row.child_id: row for row in rows if row.status != ProcedureStatus.DRAFT}
    drafts = {row.child_id for row in rows if row.status == ProcedureStatus.DRAFT and row.family_id == family_id}
    validated = validated_dossiers(actor=actor, child_ids=child_ids, school_year_id=year_id)
    asked = bool(_asking_rows(organisation_id=actor.organisation_id))
    known = sent.keys() | drafts | validated.keys()
    marks = {}
    for child_id in child_ids:
        if not asked and child_id not in known:
            continue
        last = sent.get(child_id)
        is_begun = child_id in drafts and (last is None or last.status not in OPEN_STATUSES)
        status = ProcedureStatus.DRAFT if is_begun else (last.status if last else "")
        marks[child_id] = DossierMark(validated.get(child_id), status, last.number if last else None)
    return marks


@written
def _mark_rows(*, organisation_id: int, child_ids: Collection[int], year_id: int) -> QuerySet[Procedure]:
    rows = Procedure.objects.filter(
        organisation_id=organisation_id, child_id__in=child_ids, kind=ProcedureKind.DOSSIER, school_year_id=year_id
    )
    return rows.only("child_id", "status", "family_id", "number").order_by("pk")


@written
def _asking_rows(*, organisation_id: int) -> QuerySet[Activity, Any]:
    return Activity.objects.filter(organisation_id=organisation_id, requires_dossier=True).values_list("pk")[:1]


def _status(draft: Procedure | None, last: Procedure | None, *, is_open: bool) -> str:
    if last is not None and (is_open or draft is None):
        return last.status
    return ProcedureStatus.DRAFT if draft else ""


def _situations(actor: Actor, family_id: int, answers: Mapping[int, Mapping[str, Any]]) -> dict[int | None, set[str]]:
    """What the file asks pieces for, and what the drafts add to it."""
    asked = situations_of(actor=actor, family_id=family_id, child_ids=list(answers))
    for child_id, said in answers.items():
        if said.get("health", {}).get("pai", "no") != "no":
            asked[child_id].add("pai")
        people = said.get("people", {}).get("new", [])
        if any(each.get("kind") == ContactKind.FORBIDDEN for each in people):
            asked[child_id].add("forbidden")
        if said.get("household", {}).get("direct_debit"):
            asked[None].add("direct_debit")
    return asked


def _required(actor: Actor) -> list[str]:
    rows = ConsentType.objects.filter(organisation_id=actor.organisation_id, is_active=True, is_required=True)
    return list(rows.values_list("code", flat=True))


def _open_regulations(actor: Actor, family_id: int) -> list[str]:
    found = regulations_to_accept(actor=actor, family_id=family_id)
    return [each.title for each in found if each.accepted_at is None]


def _problems(
    answers: Mapping[str, Any], found: list[Folder], *, required: list[str], rules: list[str], on: date
) -> list[Problem]:
    lacking = [kind.title for folder in found for kind, wanted in folder.lacking if wanted.blocks(on=on)]
    return dossier_problems(answers=answers, required_consents=required, lacking_pieces=lacking, open_regulations=rules)
