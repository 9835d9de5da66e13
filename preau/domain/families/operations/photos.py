"""The face of a person who may collect a child: sent by the family, seen by the team at the door."""

from dataclasses import dataclass
from datetime import datetime

from preau.base import files, journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.uploads import CleanFile, FileKindRefused, receive_upload
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import Contact
from preau.domain.families.queries.children import child_for
from preau.domain.families.queries.people import find_contact


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo made harmless, not kept yet, and what its owner called it."""

    name: str
    file: CleanFile


def receive_photo(*, name: str, content: bytes) -> Photo:
    """Return a harmless copy of a photo, before anything is written. Slow: call it outside a transaction.

    :raises FileRefused: not a photo that may be kept (see `base.uploads`).
    """
    clean = receive_upload(content)
    if not clean.media_type.startswith("image/"):
        raise FileKindRefused
    return Photo(name, clean)


def keep_photo(*, actor: Actor, child_id: int, row: Contact, photo: Photo, now: datetime) -> None:
    """Give a person a photo, in the transaction that saves this person; the one before is erased."""
    kept = files.keep(organisation_id=actor.organisation_id, file=photo.file, name=photo.name, now=now)
    _replace(actor, row, kept.pk)
    journal.record(actor=actor, act="contact.photo", at=now, subject_type="child", subject_id=child_id, contact=row.pk)


def erase_photo(*, actor: Actor, child_id: int, row: Contact, now: datetime) -> None:
    """Take its photo from a person, in the transaction that saves this person. Twice is once."""
    _replace(actor, row, None)
    journal.record(
        actor=actor, act="contact.photo_erased", at=now, subject_type="child", subject_id=child_id, contact=row.pk
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


def _replace(actor: Actor, row: Contact, file_id: int | None) -> None:
    before, row.photo_id = row.photo_id, file_id
    row.save(update_fields=["photo"])
    if before:
        files.forget(organisation_id=actor.organisation_id, file_id=before)
