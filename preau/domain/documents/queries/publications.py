"""Reads of what the collectivité gives to read: règlements, documents to download."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import Category
from preau.domain.documents.models import Publication, Regulation, RegulationAcceptance


@dataclass(frozen=True, slots=True)
class RegulationView:
    """A règlement in its latest version, and its acceptance by a household."""

    regulation_id: int
    title: str
    version: int
    body: str
    accepted_at: datetime | None
    accepted_by: str


@dataclass(frozen=True, slots=True)
class PublicationView:
    """A document to download. `size` is in bytes."""

    publication_id: int
    code: str
    title: str
    category: str
    year_label: str
    is_public: bool
    version: int
    name: str
    media_type: str
    extension: str
    size: int
    pages: int
    published_at: datetime
    is_current: bool = True  # given now; else an older version, or withdrawn


@dataclass(frozen=True, slots=True)
class PublicationHistory:
    """A document to download with all its versions, latest first."""

    versions: tuple[PublicationView, ...]

    @property
    def latest(self) -> PublicationView:
        return self.versions[0]

    @property
    def is_given(self) -> bool:
        """Whether it may be downloaded now; no when it was withdrawn."""
        return self.latest.is_current


def regulations_to_accept(*, actor: Actor, family_id: int) -> list[RegulationView]:
    """Return the latest version of each règlement, with whether the household has accepted it. One query.

    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    mine = RegulationAcceptance.objects.filter(
        organisation_id=actor.organisation_id, family_id=family_id, regulation=OuterRef("pk")
    )
    rows = Regulation.objects.filter(organisation_id=actor.organisation_id).annotate(
        said_at=Subquery(mine.values("accepted_at")[:1]), said_by=Subquery(mine.values("accepted_by")[:1])
    )
    latest = {row.code: row for row in rows.order_by("version")}
    return [
        RegulationView(
            regulation_id=row.pk,
            title=row.title,
            version=row.version,
            body=row.body,
            accepted_at=vars(row)["said_at"],
            accepted_by=vars(row)["said_by"] or "",
        )
        for row in sorted(latest.values(), key=lambda row: row.title)
    ]


def list_publications(*, organisation_id: int, with_private: bool) -> list[PublicationView]:
    """Return what may be downloaded now: règlements, then forms, then flyers, each in its order. One query.

    :param with_private: whoever reads has an account in the collectivité.
    """
    rows = publications_for(organisation_id=organisation_id, with_private=with_private)
    order = list(Category)
    return sorted((publication_view(row=row) for row in rows), key=lambda each: order.index(Category(each.category)))


def publications_for(*, organisation_id: int, with_private: bool) -> QuerySet[Publication]:
    """Return the rows of what may be downloaded now."""
    rows = Publication.objects.filter(organisation_id=organisation_id, is_current=True).select_related("file")
    return (rows if with_private else rows.filter(is_public=True)).order_by("position", "title")


def publications_to_manage(*, actor: Actor) -> list[PublicationHistory]:
    """Return every document ever given, withdrawn ones included, by category then title. One query.

    :raises NotAllowed: neither manager nor administrator.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    rows = Publication.objects.filter(organisation_id=actor.organisation_id).select_related("file")
    by_code: dict[str, list[PublicationView]] = {}
    for row in rows.order_by("-version"):
        by_code.setdefault(row.code, []).append(publication_view(row=row))
    order = list(Category)
    found = [PublicationHistory(tuple(versions)) for versions in by_code.values()]
    return sorted(found, key=lambda each: (order.index(Category(each.latest.category)), each.latest.title))


def find_publication(*, actor: Actor, publication_id: int) -> PublicationHistory:
    """Return the history of the document that one version belongs to. Two queries.

    :raises NotAllowed: neither manager nor administrator; :raises NotFound: not of this collectivité.
    """
    actor.require_role(Role.MANAGER, Role.ADMIN)
    rows = Publication.objects.filter(organisation_id=actor.organisation_id)
    code = rows.filter(pk=publication_id).values_list("code", flat=True).first()
    if code is None:
        raise NotFound("publication")
    versions = rows.filter(code=code).select_related("file").order_by("-version")
    return PublicationHistory(tuple(publication_view(row=row) for row in versions))


def publication_view(*, row: Publication) -> PublicationView:
    """Return what is told of a document to download."""
    return PublicationView(
        publication_id=row.pk,
        code=row.code,
        title=row.title,
        category=row.category,
        year_label=row.year_label,
        is_public=row.is_public,
        version=row.version,
        name=f"{row.code}.{row.file.extension}",
        media_type=row.file.media_type,
        extension=row.file.extension,
        size=row.file.size,
        pages=row.file.pages,
        published_at=row.published_at,
        is_current=row.is_current,
    )
