"""What a validated démarche corrects in a dossier: a name, a birth, a person who leaves (A05)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import ProtectedError

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import AdultPosition
from preau.domain.families.models import Adult, Child, Contact, HouseholdChild
from preau.domain.families.operations.contact_details import EmailTied
from preau.domain.families.queries.people import check_not_forbidden
from preau.domain.families.rules import ADDRESS_LENGTHS, ADULT_TEXTS, CHILD_TEXTS, check_contact, cut


class StillNeeded(Exception):
    """The adult cannot leave the dossier: it represents a child, or has a key or a login."""


@transaction.atomic
def correct_adult(
    *, actor: Actor, family_id: int, adult_id: int, values: Mapping[str, str], birth_date: date | None, now: datetime
) -> None:
    """Write what was corrected of an adult; what was left empty stays as it is.

    :param values: keys of `ADULT_TEXTS`, and of `ADDRESS_LENGTHS` when it lives elsewhere.
    :raises NotFound: not an adult of this dossier.
    :raises EmailTied: another e-mail is given for an adult who has a space.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    adult = Adult.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, pk=adult_id).first()
    if adult is None:
        raise NotFound("adult")
    wanted = cut(values, ADULT_TEXTS)
    if adult.account_id is not None and wanted.get("email", adult.email) != adult.email:
        raise EmailTied(adult_id)
    for name, text in wanted.items():
        setattr(adult, name, text)
    if values.get("street"):
        adult.own_address = cut(values, ADDRESS_LENGTHS)
    adult.birth_date = birth_date or adult.birth_date
    adult.save()
    journal.record(actor=actor, act="adult.corrected", at=now, subject_type="adult", subject_id=adult_id)


@transaction.atomic
def correct_child(
    *,
    actor: Actor,
    family_id: int,
    child_id: int,
    values: Mapping[str, str],
    birth_date: date | None,
    expected_on: date | None,
    now: datetime,
) -> None:
    """Write what was corrected of a child, its birth among it: from that day it is no longer « à naître ».

    :raises NotFound: not a child of this dossier.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    links = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, child_id=child_id)
    link = links.select_related("child").first()
    if link is None:
        raise NotFound("child")
    child: Child = link.child
    for name, text in cut(values, CHILD_TEXTS).items():
        setattr(child, name, text)
    child.birth_date = birth_date or child.birth_date
    child.expected_on = None if child.birth_date else (expected_on or child.expected_on)
    child.save()
    journal.record(actor=actor, act="child.corrected", at=now, subject_type="child", subject_id=child_id)


@transaction.atomic
def correct_contact(
    *, actor: Actor, family_id: int, contact_id: int, values: Mapping[str, object], now: datetime
) -> None:
    """Write what was corrected of a contact.

    :raises NotFound: not a contact of this dossier.
    :raises ContactInvalid: no name, or an unknown kind.
    :raises PersonForbidden: one of the children's homes says that this person must not come.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    contact = _contact(actor, family_id, contact_id)
    wanted = check_contact(values)
    check_not_forbidden(
        actor=actor,
        family_id=family_id,
        child_id=contact.child_id,
        kind=wanted["kind"],
        first_name=wanted["first_name"],
        last_name=wanted["last_name"],
    )
    for name, value in wanted.items():
        setattr(contact, name, value)
    contact.save()
    journal.record(actor=actor, act="contact.saved", at=now, subject_type="family", subject_id=family_id)


@transaction.atomic
def remove_person(*, actor: Actor, family_id: int, role: str, target_id: int, now: datetime) -> None:
    """Take a member or a contact out of a dossier. A co-représentant or a child leaves by a change of situation.

    :raises NotFound: no such person in this dossier.
    :raises StillNeeded: something depends on this adult.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if role == "contact":
        contact = _contact(actor, family_id, target_id)
        contact.removed_at = now
        contact.save(update_fields=["removed_at"])
    else:
        rows = Adult.objects.filter(organisation_id=actor.organisation_id, family_id=family_id)
        adult = rows.filter(pk=target_id, position=AdultPosition.MEMBER).first()
        if adult is None:
            raise NotFound("adult")
        if adult.account_id:
            raise StillNeeded
        try:
            adult.delete()
        except ProtectedError as kept:
            raise StillNeeded from kept
    journal.record(actor=actor, act=f"{role}.removed", at=now, subject_type="family", subject_id=family_id)


def _contact(actor: Actor, family_id: int, contact_id: int) -> Contact:
    rows = Contact.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, removed_at=None)
    contact = rows.filter(pk=contact_id).first()
    if contact is None:
        raise NotFound("contact")
    return contact
