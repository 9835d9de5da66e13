"""Reads of pieces: their types, one piece to be read, what expires."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from preau.base import journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.scanning import ScanState
from preau.base.uploads import EXTENSIONS
from preau.base.written import written
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import DocumentState, Need, Subject, Validity
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.rules import PieceFacts, TypeFacts, due_in_year, state_on
from preau.domain.families.enums import Authority
from preau.domain.families.models import Guardianship
from preau.domain.families.queries.children import without_closed

REMINDED_BEFORE = timedelta(days=30)
READINGS = ("document.read", "document.seen")  # by an agent: of a sensitive piece, of another
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
    def file_name(self) -> str:
        """How it is called when it is given back: by its type, for its sender's own words are its sender's."""
        return f"{self.title}.{EXTENSIONS.get(self.media_type, 'pdf')}"

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_safe(self) -> bool:
        """Whether its file may be drawn in a page."""
        return self.scan not in (ScanState.UNAVAILABLE, ScanState.INFECTED)

    @property
    def is_shown(self) -> bool:
        """Whether it may be shown before one opens it: reading a sensitive piece is an act, written in the journal."""
        return not self.is_sensitive and self.is_safe

    @property
    def shown_pages(self) -> range:
        """The numbers of the pages that are drawn for the page that shows it: none of what is a picture already."""
        return range(1, 1 + (0 if self.is_picture else min(self.pages, PAGES_SHOWN)))


def document_types(*, actor: Actor, subject: Subject | None = None, with_events: bool = False) -> list[TypeView]:
    """Return the types that may be sent, in their order. One query.

    :param with_events: those that prove one event too: they go with what they prove, never alone.
    """
    rows = DocumentType.objects.filter(organisation_id=actor.organisation_id, is_active=True)
    if not with_events:
        rows = rows.exclude(validity=Validity.EVENT)
    if subject is not None:
        rows = rows.filter(subject=subject)
    return [type_view(row=row) for row in rows.order_by("position", "title")]


@dataclass(frozen=True, slots=True)
class PaperToPrepare:
    """A paper that a dossier asks for: of whom, in which situations only, and until when it may wait."""

    title: str
    help: str
    subject: str
    needs: tuple[str, ...]  # without "dossier": asked of every dossier
    due_on: date | None

    @property
    def is_for_all(self) -> bool:
        return not self.needs


def papers_to_prepare(*, organisation_id: int, on: date) -> list[PaperToPrepare]:
    """Return the papers that a first registration asks for, those of everybody first. One query; anybody may know."""
    rows = DocumentType.objects.filter(organisation_id=organisation_id, is_active=True).order_by("position", "title")
    found = [
        PaperToPrepare(
            title=row.title,
            help=row.help,
            subject=row.subject,
            needs=() if Need.DOSSIER in row.needs else tuple(row.needs),
            due_on=due_in_year(month_day=row.due_month_day, on=on),
        )
        for row in rows
        if row.needs
    ]
    return sorted(found, key=lambda each: not each.is_for_all)


def active_types(*, actor: Actor) -> list[DocumentType]:
    """Return the rows of the types that may be sent, in their order. One query."""
    return _active_type_rows(organisation_id=actor.organisation_id)


@written
def _active_type_rows(*, organisation_id: int) -> QuerySet[DocumentType]:
    rows = DocumentType.objects.filter(organisation_id=organisation_id, is_active=True)
    return rows.exclude(validity=Validity.EVENT).order_by("position", "title")


def find_document(*, actor: Actor, document_id: int, on: date) -> DocumentView:
    """Return one piece that the actor may read. Two queries.

    Families: their own, and those of a child on whom they exercise authority but the judicial ones. The papers
    of an adult are read by that adult only, and by who sent them. A parent whose authority is held, not exercised,
    still reads what it has sent itself.
    Agents and managers: all but the judicial ones, which managers alone read (trust, §2.4).

    :raises NotFound: unknown, or not to be read by the actor.
    """
    row = readable(actor=actor).filter(pk=document_id).first()
    if row is None:
        raise NotFound("document")
    return view_of(row=row, on=on)


def sent_about(*, actor: Actor, child_id: int, on: date) -> list[DocumentView]:
    """Return what the actor has sent itself about a child and may read, latest first. One query.

    It is all that a parent without the exercise of authority reads of a child's documents.
    """
    rows = readable(actor=actor).filter(child_id=child_id, account_id=actor.account_id)
    return [view_of(row=row, on=on) for row in rows.order_by("-pk")]


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
    return [view_of(row=row, on=on) for row in readable(actor=actor).filter(pk__in=ids)]


def unread_pieces(*, actor: Actor, pieces: Sequence[DocumentView]) -> list[DocumentView]:
    """Return those to check that no agent has opened. One query, none when there is nothing to check."""
    waiting = [piece for piece in pieces if piece.state == DocumentState.TO_CHECK]
    opened = journal.seen_by_staff(
        actor=actor,
        acts=READINGS,
        subject_type="document",
        subject_ids=[piece.document_id for piece in waiting],
    )
    return [piece for piece in waiting if piece.document_id not in opened]


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


def readable(*, actor: Actor) -> QuerySet[Document]:
    """Return the rows of the pieces that the actor may read (see `find_document`), oldest first."""
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


def facts_of(*, row: Document) -> PieceFacts:
    """Return what the rules know of a piece.

    A file in which the antivirus has found something since is as refused: another must be sent.
    """
    state = DocumentState.REFUSED if row.file.scan == ScanState.INFECTED else DocumentState(row.state)
    return PieceFacts(row.pk, row.document_type_id, state, row.good_until)


def type_view(*, row: DocumentType) -> TypeView:
    """Return what is told of a type; no query."""
    return TypeView(row.pk, row.code, row.title, row.help, row.subject, row.is_sensitive, row.validity == Validity.DATE)


def view_of(*, row: Document, on: date) -> DocumentView:
    """Return what is told of a piece read with its type and file; no query."""
    return DocumentView(
        document_id=row.pk,
        type_id=row.document_type_id,
        title=row.document_type.title,
        child_id=row.child_id,
        family_id=row.family_id,
        state=state_on(piece=facts_of(row=row), on=on),
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
