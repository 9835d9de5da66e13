"""« Inscrire un enfant à l’école » : school of the sector, or another by derogation (A08-13)."""

from datetime import date, datetime
from typing import Any, ClassVar

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.catalogue.models import SchoolYear
from preau.domain.catalogue.rules import level_of_birth
from preau.domain.enrolments.models import Schooling
from preau.domain.enrolments.queries.schools import classes_of_year, schools, sector_school
from preau.domain.enrolments.rules import class_for
from preau.domain.families.models import Child, Family
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.changes import move_child
from preau.domain.procedures.operations.handlers.base import Handler
from preau.domain.procedures.rules import CannotApply, Problem, missing

STEP = "schooling"


class SchoolingHandler(Handler):
    """A first enrolment or a change of school is not a usual act: both holders of authority must agree."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.SCHOOLING
    is_about_child: ClassVar[bool] = True

    def prefill(self, *, actor: Actor, row: Procedure, on: date) -> dict[str, object]:
        family = Family.objects.get(organisation_id=actor.organisation_id, pk=row.family_id)
        child = Child.objects.get(organisation_id=actor.organisation_id, pk=row.child_id or 0)
        years = SchoolYear.objects.filter(organisation_id=actor.organisation_id, ends_on__gt=on)
        year = years.order_by("starts_on").first()
        sector = _sector(actor, family)
        level = level_of_birth(child.birth_date, school_year=year.starts_on.year) if child.birth_date and year else ""
        values = {"year_id": year.pk if year else "", "level": level, "site_id": sector[0] if sector else ""}
        return {STEP: values}

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        answers = _answers(row)
        found = missing(answers, ("year_id", "level", "site_id"), step=STEP)
        if found:
            return found
        if _year(row) is None or answers["site_id"] not in dict(schools(actor=actor)):
            return [Problem(STEP, "missing", "site_id")]
        sector = _sector_of(actor, row)
        if sector is not None and sector[0] != answers["site_id"]:
            return missing(answers, ("derogation",), step=STEP)
        return []

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        answers, found = _answers(row), []
        sector, year = _sector_of(actor, row), _year(row)
        if sector is None:
            found.append("sector_unknown")
        elif sector[0] != answers["site_id"]:
            found.append("out_of_sector")
        child = Child.objects.get(organisation_id=actor.organisation_id, pk=row.child_id or 0)
        if year is not None and child.birth_date is not None:
            expected = level_of_birth(child.birth_date, school_year=year.starts_on.year)
            if expected != answers["level"]:
                found.append("level_age")
        if (
            year is not None
            and Schooling.objects.filter(
                organisation_id=actor.organisation_id, child_id=row.child_id or 0, school_class__school_year=year
            )
            .exclude(ends_on__lt=year.ends_on)
            .exists()
        ):
            found.append("already_schooled")
        return found

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        school = dict(schools(actor=actor)).get(_answers(row)["site_id"], "")
        year = _year(row)
        return ", ".join(part for part in (school, year.label if year else "") if part)

    def tie(self, *, actor: Actor, row: Procedure) -> None:
        super().tie(actor=actor, row=row)
        site_id = _answers(row).get("site_id")
        row.site_id = site_id if isinstance(site_id, int) else None

    def needs_other_parent(self, *, actor: Actor, row: Procedure) -> bool:
        return True

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        answers, year = _answers(row), _year(row)
        if year is None:
            raise CannotApply("no_class")
        classes = classes_of_year(actor=actor, year_id=year.pk, site_id=int(answers["site_id"]))
        chosen = class_for(classes, site_id=int(answers["site_id"]), level=str(answers["level"]))
        if chosen is None:
            raise CannotApply("no_class")
        start = max(now.astimezone(actor.zone).date(), year.starts_on)
        try:
            move_child(actor=actor, child_id=row.child_id or 0, school_class_id=chosen.class_id, on=start, now=now)
        except NotFound:
            raise CannotApply("no_class") from None


def _answers(row: Procedure) -> dict[str, Any]:
    found = row.answers.get(STEP, {})
    return found if isinstance(found, dict) else {}


def _year(row: Procedure) -> SchoolYear | None:
    year_id = _answers(row).get("year_id")
    if not isinstance(year_id, int):
        return None
    return SchoolYear.objects.filter(organisation_id=row.organisation_id, pk=year_id).first()


def _sector_of(actor: Actor, row: Procedure) -> tuple[int, str] | None:
    return _sector(actor, Family.objects.get(organisation_id=actor.organisation_id, pk=row.family_id))


def _sector(actor: Actor, family: Family) -> tuple[int, str] | None:
    return sector_school(actor=actor, number=family.street_number, street=family.street, postcode=family.postcode)
