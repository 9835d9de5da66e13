"""The dossier administratif of a child for a school year: the gateway to the activities (A07)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef

from preau.base import task_queue
from preau.base.actor import Actor, system_actor
from preau.base.facts import NotFound
from preau.base.files import FileGone
from preau.domain.catalogue.models import SchoolYear
from preau.domain.documents.operations.pieces import check
from preau.domain.documents.queries.folders import Folder
from preau.domain.documents.queries.pieces import find_document
from preau.domain.documents.queries.publications import regulations_to_accept
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import ChildHealth, Consent, ConsentType, ValidatedDossier
from preau.domain.families.operations.children import answer_consents, confirm_sheets, keep_health, validate_dossier
from preau.domain.families.operations.household import add_contact
from preau.domain.families.queries.children import situations_of
from preau.domain.families.rules import PersonForbidden
from preau.domain.procedures.enums import OPEN_STATUSES, ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.handlers.base import Handler, school_site
from preau.domain.procedures.queries.dossiers import dossier_folders, problems_of_dossier
from preau.domain.procedures.rules import About, CannotApply, NotOpenForYou, Problem, said_at

SEND_KEPT = "preau.domain.procedures.tasks.send_kept"  # what the family had prepared meanwhile


class DossierHandler(Handler):
    """Seven parts, kept one by one; re-done each year, with what was said before to confirm."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.DOSSIER
    is_about_child: ClassVar[bool] = True

    def check_start(self, *, actor: Actor, family_id: int, about: About, on: date) -> None:
        super().check_start(actor=actor, family_id=family_id, about=about, on=on)
        mine = {"organisation_id": actor.organisation_id, "child_id": about.child_id or 0}
        validated = ValidatedDossier.objects.filter(**mine, school_year_id=OuterRef("pk"))
        years = SchoolYear.objects.filter(organisation_id=actor.organisation_id, pk=about.school_year_id or 0)
        is_validated = years.annotate(is_validated=Exists(validated)).values_list("is_validated", flat=True).first()
        if is_validated is None:
            raise NotFound("school year")
        if is_validated:
            raise NotOpenForYou("dossier_validated")
        sent = Procedure.objects.filter(
            **mine, kind=ProcedureKind.DOSSIER, status__in=OPEN_STATUSES, school_year_id=about.school_year_id
        )
        if number := sent.values_list("number", flat=True).first():
            raise NotOpenForYou("dossier_sent", str(number))

    def prefill(self, *, actor: Actor, row: Procedure, on: date) -> dict[str, object]:
        """Start from what was said last year, and from what a brother or sister has just said of the household."""
        health = ChildHealth.objects.filter(organisation_id=actor.organisation_id, child_id=row.child_id or 0).first()
        consents = Consent.objects.filter(organisation_id=actor.organisation_id, child_id=row.child_id or 0)
        answers: dict[str, object] = {
            "health": dict(health.sheet) if health else {},
            "consents": {each.consent_type.code: each.answer for each in consents.select_related("consent_type")},
        }
        siblings = Procedure.objects.filter(
            organisation_id=actor.organisation_id,
            family_id=row.family_id,
            kind=ProcedureKind.DOSSIER,
            school_year_id=row.school_year_id,
        )
        for other in siblings.order_by("-updated_at")[:20]:
            household = other.answers.get("household", {})
            if household.get("confirmed"):
                answers["household"] = household
                break
        return answers

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        return problems_of_dossier(
            actor=actor,
            family_id=row.family_id,
            child_id=row.child_id or 0,
            answers=row.answers,
            year_starts_on=_starts_on(row, on),
            on=on,
        )

    def pieces(self, *, actor: Actor, row: Procedure, on: date) -> list[int]:
        found = _folders(actor, row, on)
        return [
            wanted.document_id for folder in found for _kind, wanted in folder.wanted if wanted.document_id is not None
        ]

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        found = []
        health = row.answers.get("health", {})
        if health.get("pai", "no") != "no" or health.get("avoid"):
            found.append("health_to_read")
        people = row.answers.get("people", {}).get("new", [])
        reader = system_actor(actor.organisation_id, time_zone=actor.time_zone)
        child_ids = [row.child_id] if row.child_id else []
        known = situations_of(actor=reader, family_id=row.family_id, child_ids=child_ids)
        is_known = any("forbidden" in codes for codes in known.values())
        if is_known or any(each.get("kind") == ContactKind.FORBIDDEN for each in people):
            found.append("forbidden_contact")
        here = _folders(actor, row, on)
        if _said_since(actor, row):
            found.append("said_since")
        if any(each.state == "to_check" for folder in here for each in folder.documents):
            found.append("pieces_to_check")
        if any(folder.lacking for folder in here):
            found.append("piece_may_wait")
        return found

    def seen(self, *, actor: Actor, row: Procedure) -> dict[str, object]:
        """The authorisations as they were asked, the règlements as they were accepted: both may change later."""
        asked = ConsentType.objects.filter(organisation_id=actor.organisation_id, is_active=True)
        said = row.answers.get("consents", {})
        rules = regulations_to_accept(actor=actor, family_id=row.family_id)
        return {
            "consents": [(each.title, said.get(each.code, "")) for each in asked.order_by("position", "title")],
            "regulations": [
                {
                    "title": each.title,
                    "version": each.version,
                    "by": each.accepted_by,
                    "on": each.accepted_at.astimezone(actor.zone).date().isoformat(),
                }
                for each in rules
                if each.accepted_at is not None
            ],
        }

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        return row.school_year.label if row.school_year else ""

    def tie(self, *, actor: Actor, row: Procedure) -> None:
        super().tie(actor=actor, row=row)
        row.site_id = school_site(actor=actor, child_id=row.child_id or 0)

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        by = _author(row)
        child_id, year_id = row.child_id or 0, row.school_year_id or 0
        sent_at = row.submitted_at or now  # what the family has said since it answered stands
        health = {key: value for key, value in row.answers.get("health", {}).items() if key != "confirmed"}
        keep_health(
            actor=actor,
            child_id=child_id,
            values=health,
            said_at=said_at(row.said_at, "health", default=sent_at),
            by=by,
        )
        consents = {key: value for key, value in row.answers.get("consents", {}).items() if key != "confirmed"}
        answer_consents(
            actor=actor,
            child_id=child_id,
            answers=consents,
            now=now,
            by=by,
            said_at=said_at(row.said_at, "consents", default=sent_at),
        )
        try:
            for person in row.answers.get("people", {}).get("new", []):
                _add_person(actor, row, person, now)
        except PersonForbidden as fact:
            raise CannotApply("forbidden_elsewhere") from fact
        for document_id in row.pieces.values_list("document_id", flat=True):
            _validate(actor, document_id, now)
        confirm_sheets(actor=actor, child_id=child_id, school_year_id=year_id, now=now, by=by)
        validate_dossier(actor=actor, child_id=child_id, school_year_id=year_id, now=now)
        task_queue.enqueue(SEND_KEPT, organisation_id=actor.organisation_id, child_id=child_id)


def _said_since(actor: Actor, row: Procedure) -> bool:
    """Whether the sheets of the child were changed after the dossier was sent: what was said last stands."""
    mine = {"organisation_id": actor.organisation_id, "child_id": row.child_id or 0}
    sent_at = row.submitted_at or row.updated_at
    health = ChildHealth.objects.filter(**mine, updated_at__gt=said_at(row.said_at, "health", default=sent_at))
    consents = Consent.objects.filter(**mine, answered_at__gt=said_at(row.said_at, "consents", default=sent_at))
    return health.exists() or consents.exists()


def _folders(actor: Actor, row: Procedure, on: date) -> list[Folder]:
    return dossier_folders(
        actor=actor,
        family_id=row.family_id,
        child_id=row.child_id or 0,
        answers=row.answers,
        year_starts_on=_starts_on(row, on),
        on=on,
    )


def _starts_on(row: Procedure, on: date) -> date:
    return row.school_year.starts_on if row.school_year else on


def _author(row: Procedure) -> str:
    return row.account.full_name if row.account else ""


def _add_person(actor: Actor, row: Procedure, person: Mapping[str, Any], now: datetime) -> None:
    add_contact(
        actor=actor,
        family_id=row.family_id,
        child_id=row.child_id,
        kind=ContactKind(str(person["kind"])),
        first_name=str(person["first_name"]),
        last_name=str(person["last_name"]),
        link=str(person.get("link", "")),
        phone=str(person.get("phone", "")),
        now=now,
        by=_author(row),
    )


def _validate(actor: Actor, document_id: int, now: datetime) -> None:
    """A piece that the agent has left as it was is validated with the dossier; one refused stays refused."""
    view = find_document(actor=actor, document_id=document_id, on=now.astimezone(actor.zone).date())
    if view.state == "to_check":
        try:
            check(actor=actor, document_id=document_id, accept=True, now=now)
        except FileGone as lost:
            raise CannotApply("piece_lost") from lost
