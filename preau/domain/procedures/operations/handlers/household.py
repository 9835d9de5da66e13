"""Démarches on the household itself: moving house, family situation, PAI."""

from datetime import date, datetime
from typing import ClassVar

from preau.base.actor import FAMILY, Actor
from preau.domain.families.enums import Residency, Situation
from preau.domain.families.models import Family
from preau.domain.families.operations.household import change_address, change_situation, residency_of
from preau.domain.families.rules import ADDRESS_LENGTHS
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ProcedurePiece
from preau.domain.procedures.operations.handlers.base import Handler, school_site
from preau.domain.procedures.rules import Problem, missing


class MoveHandler(Handler):
    """« Signaler un déménagement » : the new address, from a date (A22-03)."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.MOVE

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        return missing(row.answers.get("move"), ("street", "postcode", "city", "from"), step="move")

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        family = Family.objects.get(organisation_id=actor.organisation_id, pk=row.family_id)
        new = row.answers["move"]
        home = residency_of(organisation_id=actor.organisation_id, postcode=new["postcode"], city=new["city"])
        left = family.residency == Residency.RESIDENT and home != Residency.RESIDENT
        left = left and new["postcode"] != family.postcode
        return [*(["leaves_town"] if left else []), *([] if _has_piece(row) else ["no_proof"])]

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        return str(row.answers["move"]["city"])

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        new = {name: str(row.answers["move"].get(name, "")) for name in ADDRESS_LENGTHS}
        since = date.fromisoformat(str(row.answers["move"]["from"]))
        change_address(actor=actor, family_id=row.family_id, address=new, now=now, since=since)


class SituationHandler(Handler):
    """« Changement de situation familiale » (A22-07). Parent data: never told to the other parent."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.SITUATION

    def private_to(self, *, actor: Actor, row: Procedure) -> int | None:
        """What the service wrote down for the household at its counter stays the household's."""
        return actor.account_id if actor.audience == FAMILY else None

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        return missing(row.answers.get("situation"), ("situation", "from"), step="situation")

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        parted = row.answers["situation"]["situation"] in (Situation.SEPARATED, Situation.DIVORCED)
        return ["custody_to_ask"] if parted else []

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        wanted = Situation(row.answers["situation"]["situation"])
        change_situation(actor=actor, family_id=row.family_id, situation=wanted, now=now)


class PaiHandler(Handler):
    """« Demande de PAI » : a service organises the meeting with doctor and school (A20-04, A22-04)."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.PAI
    is_about_child: ClassVar[bool] = True

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        return missing(row.answers.get("pai"), ("needs", "doctor_name"), step="pai")

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        return ["health_to_read", *([] if _has_piece(row) else ["no_certificate"])]

    def tie(self, *, actor: Actor, row: Procedure) -> None:
        super().tie(actor=actor, row=row)
        row.site_id = school_site(actor=actor, child_id=row.child_id or 0)


def _has_piece(row: Procedure) -> bool:
    return ProcedurePiece.objects.filter(organisation_id=row.organisation_id, procedure=row).exists()
