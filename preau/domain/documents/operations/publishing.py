"""« Édition de documents »: what a collectivité gives to download (A13)."""

from datetime import datetime

from django.db import transaction

from preau.base import files, journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.uploads import CleanFile
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import Category
from preau.domain.documents.models import Publication
from preau.domain.documents.queries import PublicationView, publication_view, publications_for


@transaction.atomic
def publish(
    *,
    actor: Actor,
    code: str,
    title: str,
    category: Category,
    file: CleanFile,
    name: str,
    is_public: bool,
    now: datetime,
    year_label: str = "",
    position: int = 0,
) -> PublicationView:
    """Give a document to download; under the same code, it takes the place of the version before, which is kept.

    :param code: names the document from version to version, 40 characters.
    :param year_label: the school year it is for, as families read it (« 2026-2027 »); empty: any.
    :raises NotAllowed: neither manager nor administrator.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    organisation_id = actor.organisation_id
    before = Publication.objects.filter(organisation_id=organisation_id, code=code).order_by("-version").first()
    if before is not None:
        Publication.objects.filter(organisation_id=organisation_id, code=code).update(is_current=False)
    row = Publication.objects.create(
        organisation_id=organisation_id,
        code=code,
        version=before.version + 1 if before else 1,
        title=title,
        category=category,
        is_public=is_public,
        year_label=year_label,
        position=position,
        file=files.keep(organisation_id=organisation_id, file=file, name=name, now=now),
        published_at=now,
    )
    journal.record(
        actor=actor, act="publication.added", at=now, subject_type="publication", subject_id=row.pk, version=row.version
    )
    return publication_view(row=row)


@transaction.atomic
def withdraw(*, actor: Actor, publication_id: int, now: datetime) -> None:
    """Stop giving a document; its versions are kept. Twice is once.

    :raises NotAllowed: neither manager nor administrator; :raises NotFound: not of this collectivité.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    found = Publication.objects.filter(organisation_id=actor.organisation_id, pk=publication_id)
    if not found.exists():
        raise NotFound("publication")
    found.update(is_current=False)
    journal.record(
        actor=actor, act="publication.withdrawn", at=now, subject_type="publication", subject_id=publication_id
    )


def open_publication(*, organisation_id: int, publication_id: int, with_private: bool) -> tuple[PublicationView, bytes]:
    """Return a document that is given now, with its content.

    :param with_private: whoever reads has an account in the collectivité.
    :raises NotFound: unknown, withdrawn, or private; :raises FileGone, FileNotSafe: see `base.files`.
    """
    row = publications_for(organisation_id=organisation_id, with_private=with_private).filter(pk=publication_id).first()
    if row is None:
        raise NotFound("publication")
    files.check_safe(file=row.file, by_its_sender=False)
    _stored, content = files.read(organisation_id=organisation_id, file_id=row.file_id)
    return publication_view(row=row), content
