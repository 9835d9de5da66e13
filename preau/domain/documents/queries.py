"""Reads of pieces: what a family has sent, what is still asked for, one piece to be read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import FAMILY, Actor, system_actor
from preau.base.facts import NotFound
from preau.base.scanning import ScanState
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import Category, DocumentState, Need, Subject, Validity
from preau.domain.documents.models import Document, DocumentType, Publication, Regulation, RegulationAcceptance
from preau.domain.documents.rules import PieceFacts, TypeFacts, Wanted, due_in_year, state_on, wanted_pieces
from preau.domain.families.enums import Authority
from preau.domain.families.models import Adult, Guardianship
from preau.domain.families.queries import situations_of, without_closed

REMINDED_BEFORE = timedelta(days=30)
PAGES_SHOWN = 3  # of a PDF, before one opens it


@dataclass(frozen=True, slots=True)
class TypeView:
    """One type of piece."""

    type_id: int
    code: str
    title: str
    help: str
    subject: str
    is_sensitive: bool
    bears_date: bool = False  # its last good day is written on it


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


@dataclass(frozen=True, slots=True)
class DuePiece:
    """A piece « à fournir avant le… » that still lacks, of a child or of the household (None)."""

    child_id: int | None
    type_id: int
    title: str
    is_private: bool  # of health or justice: mails do not name it
    due_on: date  # last day
    is_overdue: bool  # from the next day: new bookings and enrolments wait for it


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
    bears_date: bool
    adult_id: int | None
    scan: str  # of `base.scanning.ScanState`
    pages: int = 1

    @property
    def is_being_scanned(self) -> bool:
        """Whether the antivirus has yet to see it: until then, it goes back to its sender only."""
        return self.scan == ScanState.UNAVAILABLE

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_shown(self) -> bool:
        """Whether it may be shown before one opens it: reading a sensitive piece is an act, written in the journal."""
        return not self.is_sensitive and self.scan not in (ScanState.UNAVAILABLE, ScanState.INFECTED)

    @property
    def shown_pages(self) -> range:
        """The numbers of the pages that are drawn for the page that shows it: none of what is a picture already."""
        return range(1, 1 + (0 if self.is_picture else min(self.pages, PAGES_SHOWN)))


@dataclass(frozen=True, slots=True)
class Folder:
    """The pieces of a household, of the adult who reads or of one of the children, and what is asked for."""

    child_id: int | None
    documents: tuple[DocumentView, ...]
    wanted: tuple[tuple[TypeView, Wanted], ...]
    adult_id: int | None = None

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
    year_starts_on: date | None = None,
) -> list[Folder]:
    """Return the folder of the household, then of each child, with what is asked for. Two queries.

    A child's piece sent by the other household is in the child's folder: it is asked for once. Where the
    collectivité asks adults for something, a parent has its own folder after the household's; one query more.

    :param situations: child id (None: the household) → codes of `enums.Need`.
    :param year_starts_on: first day of the school year whose dossier asks; None: what is asked for on that day.
    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    return _folders(actor, family_id, child_ids, _types(actor), situations, _When(on, year_starts_on))


def _types(actor: Actor) -> list[DocumentType]:
    rows = DocumentType.objects.filter(organisation_id=actor.organisation_id, is_active=True)
    return list(rows.order_by("position", "title"))


def _folders(
    actor: Actor,
    family_id: int,
    child_ids: Collection[int],
    types: list[DocumentType],
    situations: Mapping[int | None, Collection[str]],
    when: "_When",
) -> list[Folder]:
    mine = Q(family_id=family_id) | Q(child_id__in=child_ids, document_type__is_judicial=False)
    rows = [row for row in _readable(actor).filter(mine) if row.state != DocumentState.REPLACED]
    family, *children = _of_family_and_children(types, rows, child_ids, situations, when)
    adults = [
        _folder(_Whose(Subject.ADULT, adult_id=adult_id), types, rows, (), when)
        for adult_id in _adults_to_ask(actor, family_id, types)
    ]
    return [family, *adults, *children]


def _of_family_and_children(
    types: list[DocumentType],
    rows: list[Document],
    child_ids: Collection[int],
    situations: Mapping[int | None, Collection[str]],
    when: "_When",
) -> list[Folder]:
    whose = [_Whose(Subject.FAMILY), *(_Whose(Subject.CHILD, child_id=child_id) for child_id in child_ids)]
    return [_folder(each, types, rows, situations.get(each.child_id, ()), when) for each in whose]


def _types_that_wait(
    actor: Actor, family_id: int, child_ids: Collection[int]
) -> tuple[dict[int, DocumentType], list[Document]]:
    """The types that may be sent until a day of the year, and what was sent of them. One query.

    Two joins, each along an index: the pieces that the household sent, those of its children whoever sent them. A
    piece in both comes twice and is kept once: asked to tell them apart, SQLite would read the pieces of all
    households instead.
    """
    here = {"organisation_id": actor.organisation_id}
    rows = (
        DocumentType.objects.filter(**here, is_active=True)
        .exclude(due_month_day="")
        .exclude(subject=Subject.ADULT)
        .annotate(
            of_family=_sent(**here, family_id=family_id),
            of_child=_sent(**here, child_id__in=list(child_ids)),
        )
        .select_related("of_family__file", "of_child__file")  # type: ignore[misc]  # the plugin knows no relation of ours
        .order_by("position", "title")
    )
    types: dict[int, DocumentType] = {}
    sent: dict[int, Document] = {}
    for row in rows:
        kind = types.setdefault(row.pk, row)
        for piece in (vars(row).get("of_family"), vars(row).get("of_child")):  # absent when nothing was sent
            # A judgment that the other household sent is that household's.
            if piece is not None and not (kind.is_judicial and piece.family_id != family_id):
                piece.document_type = kind
                sent[piece.pk] = piece
    return types, list(sent.values())


def _sent(**whose: Any) -> FilteredRelation:
    condition = Q(**{f"documents__{name}": value for name, value in whose.items()})
    return FilteredRelation("documents", condition=condition & ~Q(documents__state=DocumentState.REPLACED))


def _depends_on_situation(row: DocumentType) -> bool:
    return not {Need.PAI, Need.ALTERNATE, Need.FORBIDDEN}.isdisjoint(row.needs)


def pieces_due(*, actor: Actor, family_id: int, child_ids: Collection[int], on: date) -> list[DuePiece]:
    """Return what a household may send until a day of the year, and has not, or not well (A07, « à fournir avant le »).

    One query, two where a piece depends on the situation of a child. Whoever asks, all the pieces of the file count,
    those that the reader may not open included. What is asked of adults does not block their children.

    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    types, sent = _types_that_wait(actor, family_id, child_ids)
    if not types:
        return []
    asked: Mapping[int | None, Collection[str]] = {}
    if any(_depends_on_situation(row) for row in types.values()):
        reader = system_actor(actor.organisation_id, time_zone=actor.time_zone)
        asked = situations_of(actor=reader, family_id=family_id, child_ids=child_ids)
    found = _of_family_and_children(list(types.values()), sent, child_ids, asked, _When(on))
    return [
        DuePiece(
            child_id=folder.child_id,
            type_id=kind.type_id,
            title=kind.title,
            is_private=types[kind.type_id].is_sensitive or types[kind.type_id].is_judicial,
            due_on=wanted.may_wait_until,
            is_overdue=wanted.blocks(on=on),
        )
        for folder in found
        for kind, wanted in folder.lacking
        if wanted.may_wait_until is not None
    ]


def overdue_of(*, actor: Actor, family_id: int, child_ids: Collection[int], on: date) -> dict[int, tuple[str, ...]]:
    """Return the children for whom a piece is overdue, with its titles: nothing new is booked until it is sent.

    A piece of the household stops all its children. Queries: see `pieces_due`.

    :raises NotFound: not the actor's household.
    """
    late = [
        each for each in pieces_due(actor=actor, family_id=family_id, child_ids=child_ids, on=on) if each.is_overdue
    ]
    found = {
        child_id: tuple(each.title for each in late if each.child_id in (None, child_id)) for child_id in child_ids
    }
    return {child_id: titles for child_id, titles in found.items() if titles}


def find_document(*, actor: Actor, document_id: int, on: date) -> DocumentView:
    """Return one piece that the actor may read. Two queries.

    Families: their own, and those of a child on whom they exercise authority but the judicial ones. The papers
    of an adult are read by that adult only, and by who sent them. A parent whose authority is held, not exercised,
    still reads what it has sent itself.
    Agents and managers: all but the judicial ones, which managers alone read (trust, §2.4).

    :raises NotFound: unknown, or not to be read by the actor.
    """
    row = _readable(actor).filter(pk=document_id).first()
    if row is None:
        raise NotFound("document")
    return _view(row, on)


def sent_about(*, actor: Actor, child_id: int, on: date) -> list[DocumentView]:
    """Return what the actor has sent itself about a child and may read, latest first. One query.

    It is all that a parent without the exercise of authority reads of a child's documents.
    """
    rows = _readable(actor).filter(child_id=child_id, account_id=actor.account_id)
    return [_view(row, on) for row in rows.order_by("-pk")]


def private_reader(*, actor: Actor, document_id: int) -> int | None:
    """Return the one account of a household that may know of a piece, 0 for none, None when the household may.

    The papers of an adult are that adult's, a judgment is whose parent sent it (trust, §2.4). One query.

    :raises NotFound: no such piece here.
    """
    rows = Document.objects.filter(organisation_id=actor.organisation_id, pk=document_id)
    row = rows.select_related("document_type", "adult").first()
    if row is None:
        raise NotFound("document")
    if row.adult is not None:
        return row.adult.account_id or 0
    if row.document_type.is_judicial:
        return actor.account_id if actor.audience == FAMILY and actor.account_id else 0
    return None


def documents_by_id(*, actor: Actor, ids: Collection[int] | QuerySet[Any], on: date) -> list[DocumentView]:
    """Return the pieces of a démarche that the actor may read, oldest first. Two queries at most.

    :param ids: known ids, or a query that finds them: one query less for its reader.
    """
    return [_view(row, on) for row in _readable(actor).filter(pk__in=ids)]


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


def to_remind(*, organisation_id: int, on: date, until: date) -> QuerySet[Document]:
    """Return the pieces whose last good day comes between two days included, and whose family was not told.

    Those of the school year are left out: they all end together, and the dossier of the next year asks for them.
    """
    return Document.objects.filter(
        organisation_id=organisation_id,
        good_until__range=(on, until),
        reminded_at__isnull=True,
        state__in=[DocumentState.VALID, DocumentState.TO_CHECK],
        document_type__validity__in=[Validity.MONTHS, Validity.DATE],
        document_type__is_active=True,
    )


def families_to_remind(*, actor: Actor, on: date) -> list[int]:
    """Return the households with a piece that expires within `REMINDED_BEFORE`. One query."""
    rows = to_remind(organisation_id=actor.organisation_id, on=on, until=on + REMINDED_BEFORE)
    return list(rows.order_by("family_id").values_list("family_id", flat=True).distinct())


def type_facts(*, row: DocumentType, on: date) -> TypeFacts:
    """Return what the rules know of a type; its due day is that of the school year that holds `on`."""
    due = due_in_year(month_day=row.due_month_day, on=on)
    is_yearly = row.validity == Validity.SCHOOL_YEAR
    return TypeFacts(row.pk, Subject(row.subject), frozenset(row.needs), due, is_yearly)


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
        mine = Q(account_id=actor.account_id) | Q(adult_id__in=actor.adult_ids)
        own = Q(family_id__in=actor.family_ids) & (Q(document_type__is_judicial=False, adult=None) | mine)
        return without_closed(actor=actor, rows=rows.filter(own | shared)) | _sent_by(actor, rows)
    if actor.is_system:
        return rows
    if not actor.has_role(Role.AGENT, Role.MANAGER):
        return rows.none()
    return rows if actor.has_role(Role.MANAGER) else rows.filter(document_type__is_judicial=False)


def _sent_by(actor: Actor, rows: QuerySet[Document]) -> QuerySet[Document]:
    """What a parent has sent stays readable by it, exercise of authority or not, unless authority was withdrawn."""
    withdrawn = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids, authority=Authority.WITHDRAWN
    )
    mine = rows.filter(account_id=actor.account_id, family_id__in=actor.family_ids, child_id__isnull=False)
    return mine.exclude(child_id__in=withdrawn.values("child_id"))


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose folder it is."""

    subject: Subject
    child_id: int | None = None
    adult_id: int | None = None


@dataclass(frozen=True, slots=True)
class _When:
    """The day of reading, and the first day of the school year that asks when it is another's."""

    on: date
    year_starts_on: date | None = None


def _adults_to_ask(actor: Actor, family_id: int, types: Collection[DocumentType]) -> list[int]:
    if actor.audience != FAMILY or not any(row.subject == Subject.ADULT for row in types):
        return []
    rows = Adult.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, pk__in=actor.adult_ids)
    return list(rows.values_list("pk", flat=True))


def _folder(
    whose: _Whose, types: list[DocumentType], rows: list[Document], situations: Collection[str], when: _When
) -> Folder:
    mine = [row for row in rows if (row.child_id, row.adult_id) == (whose.child_id, whose.adult_id)]
    by_id = {row.pk: row for row in types if row.subject == whose.subject}
    facts = [type_facts(row=row, on=when.year_starts_on or when.on) for row in by_id.values()]
    found = wanted_pieces(
        types=facts,
        pieces=[_facts(row) for row in mine],
        situations=situations,
        on=when.on,
        year_starts_on=when.year_starts_on,
    )
    return Folder(
        child_id=whose.child_id,
        documents=tuple(_view(row, when.on) for row in mine),
        wanted=tuple((_type_view(by_id[each.type_id]), each) for each in found),
        adult_id=whose.adult_id,
    )


def _facts(row: Document) -> PieceFacts:
    """A file in which the antivirus has found something since is as refused: another must be sent."""
    state = DocumentState.REFUSED if row.file.scan == ScanState.INFECTED else DocumentState(row.state)
    return PieceFacts(row.pk, row.document_type_id, state, row.good_until)


def _type_view(row: DocumentType) -> TypeView:
    return TypeView(row.pk, row.code, row.title, row.help, row.subject, row.is_sensitive, row.validity == Validity.DATE)


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
        bears_date=row.document_type.validity == Validity.DATE,
        adult_id=row.adult_id,
        scan=row.file.scan,
        pages=row.file.pages,
    )
