"""The face of a person who may collect a child: sent by the family, seen by the team at the door."""

from datetime import datetime

from django.db import transaction

from preau.base import files, journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.uploads import FileKindRefused, receive_upload
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import Contact
from preau.domain.families.queries import child_for, find_contact


def set_photo(*, actor: Actor, child_id: int, contact_id: int, name: str, content: bytes, now: datetime) -> None:
    """Keep the photo of a person of the actor's household, made harmless first; the one before is erased.

    :raises NotFound: not a person of the actor's household.
    :raises FileRefused: not a photo that may be kept (see `base.uploads`); nothing is changed.
    """
    find_contact(actor=actor, child_id=child_id, contact_id=contact_id)
    clean = receive_upload(name=name, content=content)
    if not clean.media_type.startswith("image/"):
        raise FileKindRefused
    with transaction.atomic():
        kept = files.keep(organisation_id=actor.organisation_id, file=clean, name=name, now=now)
        _replace(actor, contact_id, kept.pk)
        journal.record(
            actor=actor, act="contact.photo", at=now, subject_type="child", subject_id=child_id, contact=contact_id
        )


@transaction.atomic
def remove_photo(*, actor: Actor, child_id: int, contact_id: int, now: datetime) -> None:
    """Erase the photo of a person of the actor's household. Twice is once.

    :raises NotFound: not a person of the actor's household.
    """
    find_contact(actor=actor, child_id=child_id, contact_id=contact_id)
    _replace(actor, contact_id, None)
    journal.record(
        actor=actor, act="contact.photo_erased", at=now, subject_type="child", subject_id=child_id, contact=contact_id
    )


def open_photo(*, actor: Actor, child_id: int, contact_id: int) -> tuple[str, bytes]:
    """Return (media type, content) of the photo of a person who may collect a child.

    The caller has checked that an agent looks after the child.

    :raises NotFound: no photo, or a person whom the actor may not see.
    :raises FileGone, FileNotSafe: see `base.files`.
    """
    is_family = actor.audience == FAMILY
    if is_family:
        find_contact(actor=actor, child_id=child_id, contact_id=contact_id)
    else:
        actor.require_role(Role.AGENT, Role.MANAGER, Role.SITE_STAFF)
        child_for(actor=actor, child_id=child_id)
    rows = Contact.objects.filter(organisation_id=actor.organisation_id, pk=contact_id, removed_at=None)
    homes = rows.filter(family__household_children__child_id=child_id).exclude(kind=ContactKind.FORBIDDEN)
    row = next((each for each in homes if each.child_id in (None, child_id)), None)
    if row is None or row.photo_id is None:
        raise NotFound("photo")
    file, content = files.read(organisation_id=actor.organisation_id, file_id=row.photo_id)
    files.check_safe(file=file, by_its_sender=is_family)
    return file.media_type, content


def _replace(actor: Actor, contact_id: int, file_id: int | None) -> None:
    row = Contact.objects.select_for_update().get(organisation_id=actor.organisation_id, pk=contact_id)
    before, row.photo_id = row.photo_id, file_id
    row.save(update_fields=["photo"])
    if before:
        files.forget(organisation_id=actor.organisation_id, file_id=before)
