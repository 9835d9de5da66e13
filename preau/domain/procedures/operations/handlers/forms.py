"""Démarches that a collectivité writes as data: title, fields, service (A22-09, A22-10)."""

from datetime import date
from typing import ClassVar

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ProcedureForm
from preau.domain.procedures.operations.handlers.base import Handler
from preau.domain.procedures.rules import About, Problem, missing

STEP = "form"


class FormHandler(Handler):
    """No fact to write: an agent reads, answers, and closes."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.FORM

    def check_start(self, *, actor: Actor, family_id: int, about: About, on: date) -> None:
        super().check_start(actor=actor, family_id=family_id, about=about, on=on)
        rows = ProcedureForm.objects.filter(organisation_id=actor.organisation_id, is_active=True)
        form = rows.filter(pk=about.form_id or 0).first()
        if form is None or (form.is_about_child and about.child_id is None):
            raise NotFound("form")

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        fields = _form(row).fields
        required = [field["code"] for field in fields if field.get("required")]
        return missing(row.answers.get(STEP), required, step=STEP)

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        return ["to_read"]

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        return _form(row).title

    def tie(self, *, actor: Actor, row: Procedure) -> None:
        row.department_id = _form(row).department_id


def _form(row: Procedure) -> ProcedureForm:
    assert row.form is not None  # noqa: S101 -- `check_start` asked for it
    return row.form
