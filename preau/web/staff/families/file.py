"""The file of a family put together: what each role may read of it, one card per child."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from preau.base.actor import Actor
from preau.domain.absences.queries.moments import missed_starts
from preau.domain.bookings.queries.week import PlannedUnit, planned_units
from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.catalogue.rules import age_in_months
from preau.domain.documents.enums import DocumentState
from preau.domain.documents.queries.folders import folders
from preau.domain.documents.queries.pieces import DocumentView, TypeView
from preau.domain.documents.rules import Wanted
from preau.domain.enrolments.queries.files import visible_children
from preau.domain.enrolments.queries.lists import EnrolmentLine, enrolments_of_family
from preau.domain.enrolments.queries.schools import SchoolingLine, classes_of_children
from preau.domain.families.queries.children import ChildFlags, flags_of_children, situations_of
from preau.domain.families.queries.files import ChildCard, FamilyFile
from preau.domain.families.queries.history import JournalLine, file_journal
from preau.domain.procedures.queries.cases import cases_of_documents
from preau.domain.procedures.queries.dossiers import DossierMark, dossier_marks
from preau.domain.procedures.queries.orders import procedures_of_family
from preau.kernel.periods import Period, week_of

LATEST = 8
TO_CHECK = DocumentState.TO_CHECK


@dataclass(frozen=True, slots=True)
class Papers:
    """The pieces of the household or of a child: what lacks; each piece, with the démarche that checks it."""

    lacking: tuple[tuple[TypeView, Wanted], ...]
    rows: tuple[tuple[DocumentView, int | None], ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kid:
    """One child of the file. `months` is its age; None before birth."""

    card: ChildCard
    months: int | None
    schooling: SchoolingLine | None
    flags: ChildFlags
    dossier: DossierMark | None
    lines: tuple[EnrolmentLine, ...]
    papers: Papers

    @property
    def years(self) -> int:
        return (self.months or 0) // 12


def file_context(*, actor: Actor, file: FamilyFile, on: date, journal_limit: int = LATEST) -> dict[str, Any]:
    """Return what the page of a file shows. Administrators look after spaces: they get the people and nothing else."""
    if not actor.has_role("agent", "manager"):
        return {"file": file, "reads_files": False}
    every = [child.child_id for child in file.children]
    mine = visible_children(actor=actor, child_ids=every, on=on)
    ids = [child_id for child_id in every if child_id in mine]
    week = week_of(on)
    lines = enrolments_of_family(actor=actor, family_id=file.family_id, on=on)
    planned = planned_units(actor=actor, start=week.start, end=week.end, family_ids=[file.family_id], child_ids=every)
    papers = _papers(actor, file, ids, on)
    procedures, numbers = procedures_of_family(actor=actor, family_id=file.family_id)
    return {
        "file": file,
        "reads_files": True,
        "kids": _kids(actor, file, ids=ids, lines=lines, papers=papers, on=on),
        "others": len(every) - len(ids),
        "lines": lines,
        "may_book": any(line.needs_booking and line.status == "active" for line in lines),
        "days": _days(_with_absences(actor, planned, week), lines),
        "household_papers": papers[None],
        "procedures": procedures,
        "procedure_count": len(numbers),
        "journal": journal_of(
            actor, file, child_ids=ids, lines=lines, papers=papers, numbers=numbers, limit=journal_limit
        ),
    }


def journal_of(
    actor: Actor,
    file: FamilyFile,
    *,
    child_ids: list[int],
    lines: list[EnrolmentLine],
    papers: Mapping[int | None, Papers],
    numbers: list[int],
    limit: int,
) -> list[JournalLine]:
    """What was done to the file, its children whom the agent opens, their enrolments, pieces and démarches."""
    also = {
        "child": child_ids,
        "enrolment": [line.enrolment_id for line in lines],
        "document": [view.document_id for each in papers.values() for view, _number in each.rows],
        "procedure": numbers,
    }
    adult_ids = [adult.adult_id for adult in file.adults]
    return file_journal(actor=actor, family_id=file.family_id, adult_ids=adult_ids, also=also, limit=limit)


def _papers(actor: Actor, file: FamilyFile, ids: list[int], on: date) -> dict[int | None, Papers]:
    situations = situations_of(actor=actor, family_id=file.family_id, child_ids=ids)
    found = folders(actor=actor, family_id=file.family_id, child_ids=ids, situations=situations, on=on)
    to_check = [each.document_id for folder in found for each in folder.documents if each.state == TO_CHECK]
    cases = cases_of_documents(actor=actor, document_ids=to_check) if to_check else {}
    return {
        folder.child_id: Papers(
            folder.lacking,
            tuple((each, cases.get(each.document_id)) for each in folder.documents),
            folder.withheld,
        )
        for folder in found
    }


def _kids(
    actor: Actor,
    file: FamilyFile,
    *,
    ids: list[int],
    lines: list[EnrolmentLine],
    papers: Mapping[int | None, Papers],
    on: date,
) -> list[Kid]:
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=on)
    marks = dossier_marks(actor=actor, family_id=file.family_id, child_ids=ids, year_id=year.pk) if year else {}
    classes = classes_of_children(actor=actor, child_ids=ids, on=on)
    flags = flags_of_children(actor=actor, child_ids=ids, on=on)
    return [
        Kid(
            card=child,
            months=age_in_months(child.birth_date, on=on) if child.birth_date and child.birth_date <= on else None,
            schooling=classes.get(child.child_id),
            flags=flags[child.child_id],
            dossier=marks.get(child.child_id),
            lines=tuple(line for line in lines if line.child_id == child.child_id),
            papers=papers[child.child_id],
        )
        for child in file.children
        if child.child_id in set(ids)
    ]


def _with_absences(actor: Actor, planned: list[PlannedUnit], week: Period) -> list[PlannedUnit]:
    missed = missed_starts(actor=actor, start=week.start, end=week.end) if planned else ()
    return [
        replace(unit, absence=_("absent")) if (unit.enrolment_id, unit.on, unit.starts_minute) in missed else unit
        for unit in planned
    ]


def _days(planned: list[PlannedUnit], lines: list[EnrolmentLine]) -> list[tuple[date, list[tuple[PlannedUnit, str]]]]:
    """What is booked this week, by day, with the first name of who comes."""
    names = {line.enrolment_id: line.participant for line in lines}
    days: dict[date, list[tuple[PlannedUnit, str]]] = {}
    for unit in planned:
        days.setdefault(unit.on, []).append((unit, names.get(unit.enrolment_id, "")))
    return list(days.items())
