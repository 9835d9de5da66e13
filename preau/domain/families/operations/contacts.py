"""The persons a household names for a child: added, changed, taken away, put back (A21-02 to A21-06)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from preau.base import files, journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.search import fold
from preau.domain.accounts.enums import Role
from preau.domain.families.models import Contact, Family, HouseholdChild
from preau.domain.families.operations.photos import Photo, erase_photo, keep_photo
from preau.domain.families.queries.children import child_for
from preau.domain.families.queries.people import check_not_forbidden
from preau.domain.families.rules import MAX_CONTACTS, check_contact

KEPT = timedelta(days=7)  # a person taken away may be put back, then is erased


class TooManyContacts(Exception):
    """The household already names as many persons as the page can hold."""


@transaction.atomic
def name_contact(
    *, actor: Actor, family_id: int, values: Mapping[str, Any], child_id: int | None, now: datetime
) -> int:
    """Add a person to a household on its behalf, for one child or for all; return its id (A21-02).

    :param values: the fields of `rules.CONTACT_LENGTHS`, `kind`, `is_to_call`.
    :raises NotFound: the household is unknown here, or the child is not of it.
    :raises NotAllowed: neither agent nor manager.
    :raises ContactInvalid: no name, or an unknown kind.
    :raises TooManyContacts: 20 persons are named already.
    :raises PersonForbidden: one of the child's homes says that this person must not come.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    links = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, family_id=family_id)
    if child_id is not None and not links.filter(child_id=child_id).exists():
        raise NotFound("child")
    contact = check_contact(values)
    _check_ban(actor, family_id, child_id, contact)
    row = _new_row(actor, family_id, child_id, contact)
    row.said_at, row.said_by = now, actor.display_name[:120]
    row.save()
    journal.record(
        actor=actor,
        act="contact.named",
        at=now,
        subject_type="family",
        subject_id=family_id,
        contact=row.pk,
        kind=row.kind,
    )
    return row.pk


@transaction.atomic
def save_contact(
    *,
    actor: Actor,
    child_id: int,
    values: Mapping[str, Any],
    contact_id: int | None = None,
    photo: Photo | None = None,
    drops_photo: bool = False,
    now: datetime,
) -> int:
    """Add a person, or change one of the actor's household, with its photo; return its id (A21-02).

    A forbidden person is so for the agents at once: the court decision is asked for, not waited for.
    Sending twice the same new person keeps one.

    :param values: the fields of `rules.CONTACT_LENGTHS`, `kind`, `is_to_call`, `is_for_all`.
    :param photo: from `receive_photo`, so that a refused one stops the act before it; None keeps the one that is there.
    :param drops_photo: erase the photo that is there.
    :raises NotFound: not a child on whom the actor exercises authority, or not a person of its household.
    :raises ContactInvalid: no name, or an unknown kind.
    :raises TooManyContacts: 20 persons are named already.
    :raises PersonForbidden: one of the child's homes says that this person must not come.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    contact = check_contact(values)
    target = None if values.get("is_for_all") else child_id
    _check_ban(actor, _household(actor, child_id), target or child_id, contact)
    if contact_id is None:
        row = _new_row(actor, _household(actor, child_id), target, contact)
    else:
        row = _own(actor, child_id, contact_id)
        row.child_id = target
        _write(row, contact)
    row.said_at, row.said_by = now, actor.display_name[:120]
    row.save()
    if photo:
        keep_photo(actor=actor, child_id=child_id, row=row, photo=photo, now=now)
    elif drops_photo:
        erase_photo(actor=actor, child_id=child_id, row=row, now=now)
    journal.record(
        actor=actor,
        act="contact.saved",
        at=now,
        subject_type="child",
        subject_id=child_id,
        contact=row.pk,
        kind=row.kind,
    )
    return row.pk


@transaction.atomic
def remove_contact(*, actor: Actor, child_id: int, contact_id: int, now: datetime) -> None:
    """Take a person away: nobody sees them any more, but they may be put back for seven days (A21-06).

    :raises NotFound: not a person of the actor's household.
    """
    row = _own(actor, child_id, contact_id)
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    journal.record(
        actor=actor, act="contact.removed", at=now, subject_type="child", subject_id=child_id, contact=contact_id
    )


@transaction.atomic
def restore_contact(*, actor: Actor, child_id: int, contact_id: int, now: datetime) -> None:
    """Put back a person taken away less than seven days ago. Twice is once.

    :raises NotFound: not a person of the actor's household, or erased since.
    """
    row = _own(actor, child_id, contact_id, is_removed=True)
    if row.removed_at is None:
        return
    if now - row.removed_at > KEPT:
        raise NotFound("contact")
    row.removed_at = None
    row.save(update_fields=["removed_at"])
    journal.record(
        actor=actor, act="contact.restored", at=now, subject_type="child", subject_id=child_id, contact=contact_id
    )


def _check_ban(actor: Actor, family_id: int, child_id: int | None, contact: Mapping[str, Any]) -> None:
    check_not_forbidden(
        actor=actor,
        family_id=family_id,
        child_id=child_id,
        kind=contact["kind"],
        first_name=contact["first_name"],
        last_name=contact["last_name"],
    )


def _new_row(actor: Actor, family_id: int, child_id: int | None, contact: Mapping[str, Any]) -> Contact:
    """The row of a person to add, not saved: the one that is there already when it is named twice."""
    # The lock on the household lets two clicks on « Enregistrer » meet here, one after the other.
    family = Family.objects.select_for_update().filter(organisation_id=actor.organisation_id, pk=family_id).first()
    if family is None:
        raise NotFound("family")
    rows = Contact.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, removed_at=None)
    known, name = list(rows), (fold(contact["first_name"]), fold(contact["last_name"]))
    mine = [each for each in known if (each.kind, each.child_id) == (contact["kind"], child_id)]
    row = next((each for each in mine if (fold(each.first_name), fold(each.last_name)) == name), None)
    if row is None and len(known) >= MAX_CONTACTS:
        raise TooManyContacts
    row = row or Contact(organisation_id=actor.organisation_id, family_id=family_id, child_id=child_id)
    _write(row, contact)
    return row


def _write(row: Contact, contact: Mapping[str, Any]) -> None:
    for name, value in contact.items():
        setattr(row, name, value)


def _household(actor: Actor, child_id: int) -> int:
    """The household that names the person: the actor's, where the child lives."""
    links = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
    if not actor.is_staff and not actor.is_system:
        links = links.filter(family_id__in=actor.family_ids)
    family_id = links.order_by("family_id").values_list("family_id", flat=True).first()
    if family_id is None:
        raise NotFound("family")
    return family_id


def _own(actor: Actor, child_id: int, contact_id: int, *, is_removed: bool = False) -> Contact:
    child_for(actor=actor, child_id=child_id, is_writing=True)
    family_id = _household(actor, child_id)
    rows = Contact.objects.select_for_update().filter(
        Q(child_id=child_id) | Q(child_id=None), organisation_id=actor.organisation_id, family_id=family_id
    )
    row = (rows if is_removed else rows.filter(removed_at=None)).filter(pk=contact_id).first()
    if row is None:
        raise NotFound("contact")
    return row


@transaction.atomic
def erase_removed(*, organisation_id: int, now: datetime) -> int:
    """Erase the persons taken away more than seven days ago, with their photos; return how many."""
    old = Contact.objects.filter(organisation_id=organisation_id, removed_at__lt=now - KEPT)
    photos = list(old.exclude(photo=None).values_list("photo_id", flat=True))
    count, _by_model = old.delete()
    for file_id in photos:
        files.forget(organisation_id=organisation_id, file_id=file_id)
    return count
