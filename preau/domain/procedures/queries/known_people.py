"""Who is known already of the persons that a démarche declares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from preau.base.actor import Actor
from preau.base.search import fold
from preau.domain.enrolments.queries.files import visible_families
from preau.domain.families.enums import PersonKind
from preau.domain.families.queries.duplicates import PersonLine, find_records
from preau.domain.procedures.queries.cases import ProcedureFile
from preau.domain.procedures.rules import people_of

CODES = {"duplicate_child": PersonKind.CHILD, "duplicate_adult": PersonKind.ADULT}
ROLES = {"child": PersonKind.CHILD, "co_holder": PersonKind.ADULT, "member": PersonKind.ADULT}


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A record that may be a person whom a démarche declares.

    `own_id` is the record of this person in the dossier of the démarche, once there is one: both may be compared.
    """

    kind: PersonKind
    record: PersonLine
    own_id: int | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """A declared child, by its step, and the records that may be it: (child id, number of its dossier or None)."""

    step: str
    name: str
    born: date
    records: tuple[tuple[int, int | None], ...]


def twins_of(*, case: ProcedureFile, known: Sequence[KnownPerson]) -> list[Twin]:
    """Return the declared children of whom a record is known: an agent says whether it is the same. No query."""
    found = []
    for step, person in people_of(case.answers):
        born = _born(person)
        if person.get("role") != "child" or person.get("target") or born is None:  # of a birth to come, nobody is known
            continue
        name = f"{person.get('first_name', '')} {person.get('last_name', '')}"
        mine = [
            each
            for each in known
            if each.kind == PersonKind.CHILD and fold(each.record.full_name) == fold(name) and each.record.born == born
        ]
        records = {each.own_id or each.record.person_id: each.record.homes[0].number for each in mine}
        if records:
            found.append(Twin(step, name, born, tuple(records.items())))
    return found


def known_persons(*, actor: Actor, case: ProcedureFile) -> list[KnownPerson]:
    """Return the records that the machine took for a person of a démarche, those that the agent may open.

    Six queries at most, whatever the number of persons; none when the machine saw nobody.
    """
    flagged = {CODES[code] for code in case.anomalies if code in CODES}
    found = []
    for kind in sorted(flagged):
        people = [each for each in case.people if ROLES.get(str(each.get("role"))) == kind and not each.get("target")]
        sought = [(f"{each.get('first_name', '')} {each.get('last_name', '')}", _born(each)) for each in people]
        records = find_records(actor=actor, kind=kind, sought=sought, among=visible_families(actor=actor))
        found += _told(kind, records, case.view.family_id)
    return found


def _born(person: Any) -> date | None:
    text = person.get("birth_date")
    return date.fromisoformat(text) if text else None


def _told(kind: PersonKind, records: list[PersonLine], family_id: int) -> list[KnownPerson]:
    """Beside the one of the dossier when it is there; else alone."""
    own = [each for each in records if any(home.family_id == family_id for home in each.homes)]
    others = [each for each in records if each not in own]
    told = []
    for each in others:
        twin = next((mine for mine in own if fold(mine.full_name) == fold(each.full_name)), None)
        told.append(KnownPerson(kind, each, twin.person_id if twin else None))
    return told or [KnownPerson(kind, each) for each in own]
