"""« Édition de documents »: what a collectivité gives to download (A13)."""

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from preau.base import files, journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.uploads import CleanFile
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import Category
from preau.domain.documents.models import Publication
from preau.domain.documents.queries.publications import PublicationView, publication_view, publications_for


@transaction.atomic
def publish(
    *,
    actor: Actor,
    title: str,
    category: Category,
    file: CleanFile,
    name: str,
    is_public: bool,
    now: datetime,
    code: str = "",
    year_label: str = "",
    position: int = 0,
) -> PublicationView:
    """Give a document to download; under the same code, it takes the place of the version before, which is kept.

    :param code: names the document from version to version, 40 characters; empty: a new document, named by its title.
    :param year_label: the school year it is for, as families read it (« 2026-2027 »); empty: any.
    :raises NotAllowed: neither manager nor administrator.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    organisation_id = actor.organisation_id
    code = code or _free_code(organisation_id, title)
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


def open_version(*, actor: Actor, publication_id: int) -> tuple[PublicationView, bytes]:
    """Return any version of a document, for those who publish, with its content.

    :raises NotAllowed: neither manager nor administrator; :raises NotFound: not of this collectivité.
    :raises FileGone, FileNotSafe: see `base.files`.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    rows = Publication.objects.filter(organisation_id=actor.organisation_id, pk=publication_id)
    row = rows.select_related("file").first()
    if row is None:
        raise NotFound("publication")
    return _opened(row)


def open_publication(*, organisation_id: int, publication_id: int, with_private: bool) -> tuple[PublicationView, bytes]:
    """Return a document that is given now, with its content.

    :param with_private: whoever reads has an account in the collectivité.
    :raises NotFound: unknown, withdrawn, or private; :raises FileGone, FileNotSafe: see `base.files`.
    """
    row = publications_for(organisation_id=organisation_id, with_private=with_private).filter(pk=publication_id).first()
    if row is None:
        raise NotFound("publication")
    return _opened(row)


def _opened(row: Publication) -> tuple[PublicationView, bytes]:
    files.check_safe(file=row.file, by_its_sender=False)
    _stored, content = files.read(organisation_id=row.organisation_id, file_id=row.file_id)
    return publication_view(row=row), content


def _free_code(organisation_id: int, title: str) -> str:
    """Name a new document by its title: « reglement-interieur », then « reglement-interieur-2 »."""
    root = slugify(title)[:36].strip("-") or "document"
    taken = set(
        Publication.objects.filter(organisation_id=organisation_id, code__startswith=root).values_list(
            "code", flat=True
        )
    )
    return next(code for code in (root, *(f"{root}-{count}" for count in range(2, 1000))) if code not in taken)
