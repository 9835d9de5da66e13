"""What an agent opens or types at the counter, from what the family says or from the paper that it signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import AdultPosition
from preau.domain.families.models import Adult, Child, Family
from preau.domain.families.operations.children import answer_consents, confirm_sheets, keep_health, validate_dossier
from preau.domain.families.operations.household import add_adult, add_child, change_address, create_family
from preau.domain.families.rules import ADULT_TEXTS, cut

MAX_CHILDREN = 10


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to write: its texts (`rules.ADULT_TEXTS` or `CHILD_TEXTS`) and its days."""

    texts: Mapping[str, str]
    birth_date: date | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What a family wrote on paper of one child. `said_at`: when it was signed; `by`: who signed.

    `health` and `consents` are None when the paper says nothing of them. `school_year_id`: the dossier of that year is
    validated with it.
    """

    said_at: datetime
    by: str
    health: Mapping[str, Any] | None = None
    consents: Mapping[str, str] | None = field(default=None)
    school_year_id: int | None = None


@transaction.atomic
def welcome_family(
    *,
    actor: Actor,
    adults: Sequence[NewPerson],
    address: Mapping[str, str],
    children: Sequence[NewPerson] = (),
    now: datetime,
) -> Family:
    """Open the file of a family that comes to the counter: its holder, another adult, its children, its address.

    Both adults are written as parents of the children, as the family says: authority is corrected on its own page.

    :raises NotFound: no adult, or more children than MAX_CHILDREN.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if not adults or len(children) > MAX_CHILDREN:
        raise NotFound("family")
    family = create_family(actor=actor, name=adults[0].texts["last_name"], now=now)
    for position, person in zip((AdultPosition.HOLDER, AdultPosition.CO_HOLDER), adults, strict=False):
        _write_adult(actor, family.pk, position, person)
    for child in children:
        _write_child(actor, family.pk, child)
    change_address(actor=actor, family_id=family.pk, address=address, now=now)
    journal.record(actor=actor, act="family.created", at=now, subject_type="family", subject_id=family.pk)
    return family


@transaction.atomic
def welcome_adult(*, actor: Actor, family_id: int, position: AdultPosition, person: NewPerson, now: datetime) -> Adult:
    """Add an adult to a household. It represents no child until its authority is written, on its own page.

    :raises NotFound: no such family here; :raises NotAllowed: neither agent nor manager.
    """
    adult = _write_adult(actor, family_id, position, person)
    journal.record(actor=actor, act="adult.added", at=now, subject_type="family", subject_id=family_id)
    return adult


@transaction.atomic
def welcome_child(*, actor: Actor, family_id: int, person: NewPerson, now: datetime) -> Child:
    """Add a child to a household, under the authority of its holder and co-holder, as the family says.

    :raises NotFound: no such family here; :raises NotAllowed: neither agent nor manager.
    """
    child = _write_child(actor, family_id, person)
    journal.record(actor=actor, act="child.added", at=now, subject_type="family", subject_id=family_id)
    return child


@transaction.atomic
def type_paper(*, actor: Actor, child_id: int, paper: Paper, now: datetime) -> None:
    """Write what a paper says of a child: what was said since it was signed stands.

    :raises NotFound: unknown child, authorisation; :raises HealthInvalid: unknown codes.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    said_at = min(paper.said_at, now)
    if paper.health is not None:
        keep_health(actor=actor, child_id=child_id, values=paper.health, said_at=said_at, by=paper.by)
    if paper.consents:
        answer_consents(actor=actor, child_id=child_id, answers=paper.consents, now=now, by=paper.by, said_at=said_at)
    if paper.school_year_id is not None:
        year = paper.school_year_id
        confirm_sheets(actor=actor, child_id=child_id, school_year_id=year, now=now, by=paper.by)
        validate_dossier(actor=actor, child_id=child_id, school_year_id=year, now=now)
    journal.record(actor=actor, act="paper.typed", at=now, subject_type="child", subject_id=child_id)


def _write_adult(actor: Actor, family_id: int, position: AdultPosition, person: NewPerson) -> Adult:
    texts: dict[str, Any] = {"civility": "", "first_name": "", "last_name": "", **cut(person.texts, ADULT_TEXTS)}
    return add_adult(actor=actor, family_id=family_id, position=position, birth_date=person.birth_date, **texts)


def _write_child(actor: Actor, family_id: int, person: NewPerson) -> Child:
    return add_child(
        actor=actor,
        family_id=family_id,
        values=person.texts,
        birth_date=person.birth_date,
        expected_on=person.expected_on,
    )
