"""Démarches that a collectivité writes as data: title, fields, service (A22-09, A22-10)."""

from datetime import date
from typing import ClassVar

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.families.models import Child
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ProcedureForm
from preau.domain.procedures.operations.handlers.base import Handler
from preau.domain.procedures.rules import Problem, missing

STEP = "form"


class FormHandler(Handler):
    """No fact to write: an agent reads, answers, and closes."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.FORM

    def check_start(self, *, actor: Actor, family_id: int, child_id: int | None, about: str, on: date) -> None:
        super().check_start(actor=actor, family_id=family_id, child_id=child_id, about=about, on=on)
        code = about.removeprefix("f")
        rows = ProcedureForm.objects.filter(organisation_id=actor.organisation_id, is_active=True)
        form = rows.filter(pk=code if code.isdigit() and len(code) < 10 else 0).first()
        if form is None or (form.is_about_child and child_id is None):
            raise NotFound("form")

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        fields = _form(row).fields
        required = [field["code"] for field in fields if field.get("required")]
        return missing(row.answers.get(STEP), required, step=STEP)

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        return ["to_read"]

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        child = Child.objects.filter(organisation_id=actor.organisation_id, pk=row.child_id or 0).first()
        return " - ".join(part for part in (child.first_name if child else "", _form(row).title) if part)

    def place(self, *, actor: Actor, row: Procedure) -> tuple[int | None, int | None]:
        return _form(row).department_id, None


def _form(row: Procedure) -> ProcedureForm:
    return ProcedureForm.objects.get(organisation_id=row.organisation_id, pk=row.form_id or 0)
