"""Reads of pieces: what a family has sent, what is still asked for, one piece to be read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import DocumentState, Subject
from preau.domain.documents.models import Document, DocumentType, Regulation, RegulationAcceptance
from preau.domain.documents.rules import PieceFacts, TypeFacts, Wanted, state_on, wanted_pieces
from preau.domain.families.enums import Authority
from preau.domain.families.models import Guardianship


@dataclass(frozen=True, slots=True)
class TypeView:
    """One type of piece."""

    type_id: int
    code: str
    title: str
    help: str
    subject: str
    is_sensitive: bool


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
class DocumentView:
    """One piece, with its state on the day asked for."""

    document_id: int
    type_id: int
    title: str
    child_id: int | None
    family_id: int
    state: str
    reason: str
    name: str
    media_type: str
    size: int
    deposited_at: datetime
    deposited_by: str
    good_until: date | None
    is_sensitive: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """The pieces of a household or of one of its children, and what is asked for."""

    child_id: int | None
    documents: tuple[DocumentView, ...]
    wanted: tuple[tuple[TypeView, Wanted], ...]

    @property
    def lacking(self) -> tuple[tuple[TypeView, Wanted], ...]:
        """Return what must be sent or sent again: none of it means « Aucun document nécessaire » (A12-08)."""
        return tuple((kind, wanted) for kind, wanted in self.wanted if wanted.why)


def document_types(*, actor: Actor, subject: Subject | None = None) -> list[TypeView]:
    """Return the types that may be sent, in their order. One query."""
    rows = DocumentType.objects.filter(organisation_id=actor.organisation_id, is_active=True)
    if subject is not None:
        rows = rows.filter(subject=subject)
    return [_type_view(row) for row in rows.order_by("position", "title")]


def folders(
    *,
    actor: Actor,
    family_id: int,
    child_ids: Collection[int],
    situations: Mapping[int | None, Collection[str]],
    on: date,
) -> list[Folder]:
    """Return the folder of the household, then of each child, with what is asked for. Two queries.

    :param situations: child id (None: the household) → codes of `enums.Need`.
    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    types = list(
        DocumentType.objects.filter(organisation_id=actor.organisation_id, is_active=True).order_by("position", "title")
    )
    rows = [row for row in _readable(actor).filter(family_id=family_id) if row.state != DocumentState.REPLACED]
    return [
        _folder(child_id, types, [row for row in rows if row.child_id == child_id], situations.get(child_id, ()), on)
        for child_id in (None, *child_ids)
    ]


def find_document(*, actor: Actor, document_id: int, on: date) -> DocumentView:
    """Return one piece that the actor may read. Two queries.

    Families: their own, and those of a child on whom they exercise authority but the judicial ones.
    Agents and managers: all but the judicial ones, which managers alone read (trust, §2.4).

    :raises NotFound: unknown, or not to be read by the actor.
    """
    row = _readable(actor).filter(pk=document_id).first()
    if row is None:
        raise NotFound("document")
    return _view(row, on)


def documents_by_id(*, actor: Actor, ids: Collection[int], on: date) -> list[DocumentView]:
    """Return the pieces of a démarche that the actor may read, oldest first. Two queries at most."""
    return [_view(row, on) for row in _readable(actor).filter(pk__in=ids)] if ids else []


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


def type_facts(*, row: DocumentType, on: date) -> TypeFacts:
    """Return what the rules know of a type; its due day is that of the school year that holds `on`."""
    due = None
    if row.due_month_day:
        month, day = (int(part) for part in row.due_month_day.split("-"))
        first_year = on.year if on.month >= 7 else on.year - 1
        due = date(first_year if month >= 7 else first_year + 1, month, day)
    return TypeFacts(row.pk, Subject(row.subject), frozenset(row.needs), due)


def _readable(actor: Actor) -> QuerySet[Document]:
    rows = (
        Document.objects.filter(organisation_id=actor.organisation_id)
        .select_related("document_type", "file")
        .order_by("pk")
    )
    if actor.audience == FAMILY:
        exercised = Guardianship.objects.filter(
            organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids, authority=Authority.EXERCISED
        )
        shared = Q(child_id__in=exercised.values("child_id"), document_type__is_judicial=False)
        own = Q(family_id__in=actor.family_ids) & (Q(document_type__is_judicial=False) | Q(account_id=actor.account_id))
        return rows.filter(own | shared)
    if actor.is_system:
        return rows
    if not actor.has_role(Role.AGENT, Role.MANAGER):
        return rows.none()
    return rows if actor.has_role(Role.MANAGER) else rows.filter(document_type__is_judicial=False)


def _folder(
    child_id: int | None, types: list[DocumentType], rows: list[Document], situations: Collection[str], on: date
) -> Folder:
    subject = Subject.FAMILY if child_id is None else Subject.CHILD
    by_id = {row.pk: row for row in types if row.subject == subject}
    facts = [type_facts(row=row, on=on) for row in by_id.values()]
    found = wanted_pieces(types=facts, pieces=[_facts(row) for row in rows], situations=situations, on=on)
    return Folder(
        child_id=child_id,
        documents=tuple(_view(row, on) for row in rows),
        wanted=tuple((_type_view(by_id[each.type_id]), each) for each in found),
    )


def _facts(row: Document) -> PieceFacts:
    return PieceFacts(row.pk, row.document_type_id, DocumentState(row.state), row.good_until)


def _type_view(row: DocumentType) -> TypeView:
    return TypeView(row.pk, row.code, row.title, row.help, row.subject, row.is_sensitive)


def _view(row: Document, on: date) -> DocumentView:
    return DocumentView(
        document_id=row.pk,
        type_id=row.document_type_id,
        title=row.document_type.title,
        child_id=row.child_id,
        family_id=row.family_id,
        state=state_on(piece=_facts(row), on=on),
        reason=row.reason,
        name=str(row.file.name.get("name", "")),
        media_type=row.file.media_type,
        size=row.file.size,
        deposited_at=row.deposited_at,
        deposited_by=row.deposited_by,
        good_until=row.good_until,
        is_sensitive=row.document_type.is_sensitive,
    )
