"""« Déclarer mon entourage » : co-représentant, members, children, contacts (A05, A23-03)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.search import fold
from preau.domain.enrolments.queries.files import visible_families
from preau.domain.families.enums import AdultPosition, ContactKind
from preau.domain.families.models import Adult, Child, HouseholdChild
from preau.domain.families.operations.contact_details import EmailTied
from preau.domain.families.operations.corrections import (
    StillNeeded,
    correct_adult,
    correct_child,
    correct_contact,
    remove_person,
)
from preau.domain.families.operations.household import add_adult, add_child, add_contact, link_child
from preau.domain.families.queries.children import homes_in_charge
from preau.domain.families.rules import ADDRESS_LENGTHS, ContactInvalid, PersonForbidden
from preau.domain.organisations.queries import organisation_by_id
from preau.domain.procedures.enums import OPEN_STATUSES, ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.handlers.base import Handler, check_child
from preau.domain.procedures.rules import CannotApply, Problem, missing, people_of

MAX_COMPARED = 300  # declarations that wait, newest first: no town lets more wait
CHANGE, REMOVE = "change", "remove"  # of a person that the dossier knows; without, it is a new one
# What a person is to the household → the fields that must be there.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "co_holder": ("civility", "last_name"),
    "member": ("civility", "last_name"),
    "child": ("last_name", "first_name"),
    "contact": ("last_name", "kind"),
}


class EntourageHandler(Handler):
    """Written into the file once validated; at once where the collectivité does not look first."""

    kind: ClassVar[ProcedureKind] = ProcedureKind.ENTOURAGE

    def problems(self, *, actor: Actor, row: Procedure, on: date) -> list[Problem]:
        found = people_of(row.answers)
        if not found:
            return [Problem("people", "nobody")]
        problems = []
        for step, person in found:
            if person.get("role") == "child" and person.get("target"):
                # A correction reaches a child by the same door as everything else.
                check_child(actor=actor, family_id=row.family_id, child_id=int(person["target"]))
            if person.get("act") == REMOVE:
                continue
            if _writes_tied_email(actor, row.family_id, person):
                problems.append(Problem(step, "email_tied"))
            problems += missing(person, REQUIRED.get(str(person.get("role")), ("role",)), step=step)
            if (
                person.get("role") == "child"
                and not person.get("target")
                and not (person.get("birth_date") or person.get("expected_on"))
            ):
                problems.append(Problem(step, "missing", "birth_date"))
        return problems

    def anomalies(self, *, actor: Actor, row: Procedure, on: date) -> list[str]:
        people = [person for _step, person in people_of(row.answers)]
        found = []
        if any(_is_to_look_at(actor, person) for person in people if person.get("act") == CHANGE):
            found.append("correction")
        if any(person.get("act") == REMOVE for person in people):
            found.append("removal")
        people = [person for person in people if not person.get("target")]
        if any(_known_child(actor, row, person) for person in people if person["role"] == "child"):
            found.append("duplicate_child")
        if any(_known_adult(actor, row, person) for person in people if person["role"] in ("co_holder", "member")):
            found.append("duplicate_adult")
        every = [person for _step, person in people_of(row.answers)]
        if any(person.get("kind") == ContactKind.FORBIDDEN for person in every):
            found.append("forbidden_contact")
        if any(person["role"] == "co_holder" and person.get("has_authority") for person in people):
            found.append("new_authority")
        if any(person.get("kind") == ContactKind.PICK_UP for person in every) or _holds_closed_child(actor, row):
            found.append("pick_up")
        return found

    def subject(self, *, actor: Actor, row: Procedure) -> str:
        people = [person for _step, person in people_of(row.answers)]
        return ", ".join(str(person["first_name"] or person["last_name"]) for person in people)

    def is_immediate(self, *, actor: Actor, row: Procedure) -> bool:
        organisation = organisation_by_id(organisation_id=actor.organisation_id)
        return organisation is not None and not organisation.reviews_entourage

    def accept(self, *, actor: Actor, row: Procedure, now: datetime) -> None:
        # Adults first: a child is given the authority of the adults who are there.
        order = {"co_holder": 0, "member": 1, "child": 2, "contact": 3}
        kept = [each for each in people_of(row.answers) if each[0] not in row.without]
        for step, person in sorted(kept, key=lambda item: order.get(str(item[1].get("role")), 9)):
            try:
                if step in row.joins:
                    _join(actor, row, int(row.joins[step]), now)
                elif person.get("act") == REMOVE:
                    role, target = str(person["role"]), int(person["target"])
                    remove_person(actor=actor, family_id=row.family_id, role=role, target_id=target, now=now)
                elif person.get("act") == CHANGE:
                    _correct(actor, row.family_id, person, now)
                else:
                    _write(actor, row, person, now)
            except (NotFound, StillNeeded, ContactInvalid) as fact:
                raise CannotApply("person_changed") from fact
            except PersonForbidden as fact:
                raise CannotApply("forbidden_elsewhere") from fact
            except EmailTied as fact:
                raise CannotApply("email_tied") from fact


def check_joins(*, actor: Actor, row: Procedure, joins: Mapping[str, int]) -> None:
    """Check that each declared child is joined to a record of its own name and birth, in a dossier of this agent.

    :raises NotFound: it is another child, or one that the agent does not open.
    """
    if not joins:
        return
    people = dict(people_of(row.answers))
    for step, child_id in joins.items():
        person = people.get(step, {})
        if row.kind != ProcedureKind.ENTOURAGE or person.get("role") != "child" or person.get("target"):
            raise NotFound("person")
        homes = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
        among = visible_families(actor=actor)
        if among is not None:
            homes = homes.filter(family__in=among)
        same = homes.filter(
            child__name_key=fold(f"{person['first_name']} {person['last_name']}"),
            child__birth_date=_day(person.get("birth_date")),
        )
        if not same.exists():
            raise NotFound("child")


def _join(actor: Actor, row: Procedure, child_id: int, now: datetime) -> None:
    """Put a known child in the household, without any right over it: an agent says them, with a proof."""
    if not Child.objects.filter(organisation_id=actor.organisation_id, pk=child_id).exists():
        raise NotFound("child")
    link_child(actor=actor, family_id=row.family_id, child_id=child_id, parent_ids=())
    journal.record(
        actor=actor,
        act="child.joined",
        at=now,
        subject_type="family",
        subject_id=row.family_id,
        person=child_id,
        number=row.number,
        by=row.account_id,
    )


def _correct(actor: Actor, family_id: int, person: Mapping[str, Any], now: datetime) -> None:
    """Write what is corrected of a person that the dossier knows: empty answers change nothing."""
    target = int(person["target"])
    text = {key: str(value or "") for key, value in person.items()}
    born = _day(text.get("birth_date"))
    if person["role"] == "child":
        due = _day(text.get("expected_on"))
        correct_child(
            actor=actor,
            family_id=family_id,
            child_id=target,
            values=text,
            birth_date=born,
            expected_on=due,
            now=now,
        )
    elif person["role"] == "contact":
        correct_contact(actor=actor, family_id=family_id, contact_id=target, values=person, now=now)
    else:
        correct_adult(actor=actor, family_id=family_id, adult_id=target, values=text, birth_date=born, now=now)


def _is_to_look_at(actor: Actor, person: Mapping[str, Any]) -> bool:
    """A birth that was expected is no surprise, nor is a new number of a contact; the rest is looked at."""
    if person["role"] == "contact":
        return False
    if person["role"] != "child":
        return True
    child = Child.objects.filter(organisation_id=actor.organisation_id, pk=int(person["target"])).first()
    return child is None or child.birth_date is not None


def _write(actor: Actor, row: Procedure, person: Mapping[str, Any], now: datetime) -> None:
    """Create who is declared, without any right over a child: authority is given by an agent alone, with a proof.

    A child declared for the first time is the declarer's; nobody else answers for it until the service says so.
    """
    text = {key: str(value or "") for key, value in person.items()}
    subject: tuple[str, int]
    if person["role"] == "child":
        child = add_child(
            actor=actor,
            family_id=row.family_id,
            values=text,
            birth_date=_day(text.get("birth_date")),
            expected_on=_day(text.get("expected_on")),
            parent_ids=None if row.on_behalf else _declarer(actor, row),
        )
        subject = ("child", child.pk)
    elif person["role"] == "contact":
        contact = add_contact(
            actor=actor,
            family_id=row.family_id,
            kind=ContactKind(text["kind"]),
            first_name=text["first_name"],
            last_name=text["last_name"],
            link=text.get("link", ""),
            phone=text.get("phone", ""),
            mobile=text.get("mobile", ""),
            email=text.get("email", ""),
            is_to_call=bool(person.get("is_to_call")),
            now=now,
            by=row.account.full_name if row.account else "",
        )
        subject = ("contact", contact.pk)
    else:
        adult = add_adult(
            actor=actor,
            family_id=row.family_id,
            position=AdultPosition(text["role"]),
            civility=text["civility"],
            first_name=text["first_name"],
            last_name=text["last_name"],
            birth_name=text.get("birth_name", ""),
            birth_date=_day(text.get("birth_date")),
            own_address={name: text.get(name, "") for name in ADDRESS_LENGTHS} if text.get("street") else None,
            email=text.get("email", ""),
            phone=text.get("phone", ""),
            mobile=text.get("mobile", ""),
        )
        subject = ("adult", adult.pk)
    journal.record(
        actor=actor,
        act=f"{subject[0]}.declared",
        at=now,
        subject_type="family",
        subject_id=row.family_id,
        person=subject[1],
        number=row.number,
        by=row.account_id,
    )


def _declarer(actor: Actor, row: Procedure) -> list[int]:
    """The adult of the household who sent the démarche."""
    rows = Adult.objects.filter(
        organisation_id=actor.organisation_id, family_id=row.family_id, account_id=row.account_id or 0
    )
    return list(rows.values_list("pk", flat=True))


def _writes_tied_email(actor: Actor, family_id: int, person: Mapping[str, Any]) -> bool:
    """The e-mail of an adult who has a space belongs to its login: nobody corrects it for them."""
    if person.get("act") != CHANGE or person.get("role") in ("child", "contact") or not person.get("email"):
        return False
    rows = Adult.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, account__isnull=False)
    return rows.filter(pk=int(person["target"])).exclude(email=str(person["email"])).exists()


def _holds_closed_child(actor: Actor, row: Procedure) -> bool:
    """A household that keeps a child whose authority is another's names nobody without the service looking."""
    if not any(person["role"] == "contact" for _step, person in people_of(row.answers)):
        return False
    here = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, family_id=row.family_id)
    kept = homes_in_charge(organisation_id=actor.organisation_id).filter(family_id=row.family_id)
    return here.exclude(child_id__in=kept.values("child_id")).exists()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _known_child(actor: Actor, row: Procedure, person: Mapping[str, Any]) -> bool:
    """Whether the file knows the child, or another declaration that waits, of this family or another, names it."""
    born = _day(person.get("birth_date"))
    if born is None:
        return False
    name = fold(f"{person['first_name']} {person['last_name']}")
    if Child.objects.filter(organisation_id=actor.organisation_id, name_key=name, birth_date=born).exists():
        return True
    waiting = Procedure.objects.filter(
        organisation_id=actor.organisation_id, kind=ProcedureKind.ENTOURAGE, status__in=OPEN_STATUSES
    )
    for other in waiting.exclude(pk=row.pk).order_by("-pk")[:MAX_COMPARED]:
        for _step, each in people_of(other.answers):
            said = fold(f"{each.get('first_name', '')} {each.get('last_name', '')}")
            is_child = each.get("role") == "child" and not each.get("target")
            if is_child and said == name and _day(each.get("birth_date")) == born:
                return True
    return False


def _known_adult(actor: Actor, row: Procedure, person: Mapping[str, Any]) -> bool:
    name = fold(f"{person['first_name']} {person['last_name']}")
    others = Adult.objects.filter(organisation_id=actor.organisation_id).exclude(family_id=row.family_id)
    return others.filter(name_key=name).exists()
