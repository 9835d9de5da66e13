"""What each household, adult and child has sent, what is still asked for, what is due."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet

from preau.base.actor import FAMILY, Actor, system_actor
from preau.base.written import written
from preau.domain.accounts.enums import Role
from preau.domain.documents.enums import DocumentState, Need, Subject, Validity
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.queries.pieces import (
    DocumentView,
    TypeView,
    active_types,
    facts_of,
    readable,
    type_facts,
    type_view,
    view_of,
)
from preau.domain.documents.rules import Wanted, wanted_pieces
from preau.domain.families.models import Adult
from preau.domain.families.queries.children import Situations, situations_of, situations_of_households


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
class LackingPiece:
    """A piece that is asked for and lacks, of a child or of the household (None)."""

    child_id: int | None
    type_id: int
    title: str
    is_private: bool
    why: str  # "missing", "refused" or "expired"
    due_on: date | None  # last day of a piece that may wait


@dataclass(frozen=True, slots=True)
class Folder:
    """The pieces of a household, of the adult who reads or of one of the children, and what is asked for."""

    child_id: int | None
    documents: tuple[DocumentView, ...]
    wanted: tuple[tuple[TypeView, Wanted], ...]
    adult_id: int | None = None
    withheld: tuple[str, ...] = ()  # titles of what was sent and this agent may not read: it does not lack

    @property
    def lacking(self) -> tuple[tuple[TypeView, Wanted], ...]:
        """Return what must be sent or sent again: none of it means « Aucun document nécessaire » (A12-08)."""
        return tuple((kind, wanted) for kind, wanted in self.wanted if wanted.why)

    @property
    def refused(self) -> tuple[DocumentView, ...]:
        """Return what was refused or is over, and nothing good was sent of since: the family has to see it."""
        good = {each.type_id for each in self.documents if each.state in ("to_check", "valid")}
        return tuple(
            each for each in self.documents if each.state in ("refused", "expired") and each.type_id not in good
        )

    @property
    def asked(self) -> tuple[tuple[TypeView, Wanted, DocumentView | None], ...]:
        """Return all that is asked for, with what was sent of it that the reader may open."""
        by_id = {each.document_id: each for each in self.documents}
        return tuple((kind, wanted, by_id.get(wanted.document_id or 0)) for kind, wanted in self.wanted)


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
    withholds_judgments: bool = False  # from an agent who is not a manager


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
    return _folders(
        actor,
        family_id,
        child_ids=child_ids,
        types=active_types(actor=actor),
        situations=situations,
        when=_When(on, year_starts_on),
    )


def _folders(
    actor: Actor,
    family_id: int,
    *,
    child_ids: Collection[int],
    types: list[DocumentType],
    situations: Mapping[int | None, Collection[str]],
    when: _When,
) -> list[Folder]:
    is_agent = actor.is_staff and actor.has_role(Role.AGENT, Role.MANAGER)
    reader = system_actor(actor.organisation_id, time_zone=actor.time_zone) if is_agent else actor
    found = _sent_rows(actor=reader, family_id=family_id, child_ids=child_ids)
    rows = [row for row in found if row.state != DocumentState.REPLACED]
    when = replace(when, withholds_judgments=actor.is_staff and not actor.has_role(Role.MANAGER))
    family, *children = _of_family_and_children(types, rows, child_ids=child_ids, situations=situations, when=when)
    adults = [
        _folder(_Whose(Subject.ADULT, adult_id=adult_id), types, rows=rows, situations=(), when=when)
        for adult_id in _adults_to_ask(actor, family_id, types)
    ]
    return [family, *adults, *children]


@written
def _sent_rows(*, actor: Actor, family_id: int, child_ids: Collection[int]) -> QuerySet[Document]:
    mine = Q(family_id=family_id) | Q(child_id__in=child_ids, document_type__is_judicial=False)
    return readable(actor=actor).filter(mine)


def _of_family_and_children(
    types: list[DocumentType],
    rows: list[Document],
    *,
    child_ids: Collection[int],
    situations: Mapping[int | None, Collection[str]],
    when: _When,
) -> list[Folder]:
    whose = [_Whose(Subject.FAMILY), *(_Whose(Subject.CHILD, child_id=child_id) for child_id in child_ids)]
    return [_folder(each, types, rows=rows, situations=situations.get(each.child_id, ()), when=when) for each in whose]


def _types_and_pieces(
    actor: Actor, family_id: int, child_ids: Collection[int], *, only_due: bool
) -> tuple[dict[int, DocumentType], list[Document]]:
    """The types asked of a household and its children, and what was sent of them. One query.

    Two joins, each along an index: the pieces that the household sent, those of its children whoever sent them. A
    piece in both comes twice and is kept once: asked to tell them apart, SQLite would read the pieces of all
    households instead.
    """
    rows = _type_rows(
        organisation_id=actor.organisation_id, family_id=family_id, child_ids=child_ids, only_due=only_due
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


@written
def _type_rows(
    *, organisation_id: int, family_id: int, child_ids: Collection[int], only_due: bool
) -> QuerySet[DocumentType]:
    here = {"organisation_id": organisation_id}
    asked = DocumentType.objects.filter(**here, is_active=True).exclude(subject=Subject.ADULT)
    asked = asked.exclude(validity=Validity.EVENT)
    if only_due:  # those that may be sent until a day of the year
        asked = asked.exclude(due_month_day="")
    return (
        asked.annotate(
            of_family=_sent(**here, family_id=family_id),
            of_child=_sent(**here, child_id__in=child_ids),
        )
        .select_related("of_family__file", "of_child__file")  # type: ignore[misc]  # the plugin knows no relation of ours
        .order_by("position", "title")
    )


def _sent(**whose: Any) -> FilteredRelation:
    condition = Q(**{f"documents__{name}": value for name, value in whose.items()})
    return FilteredRelation("documents", condition=condition & ~Q(documents__state=DocumentState.REPLACED))


def _depends_on_situation(row: DocumentType) -> bool:
    return not {Need.PAI, Need.ALTERNATE, Need.FORBIDDEN}.isdisjoint(row.needs)


def pieces_due(*, actor: Actor, family_id: int, child_ids: Collection[int], on: date) -> list[DuePiece]:
    """Return what a household may send until a day of the year, and has not, or not well (A07, « à fournir avant le »).

    One query, two where a piece depends on the situation of a child. What counts: see `lacking_pieces`.

    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    types, sent = _types_and_pieces(actor, family_id, child_ids, only_due=True)
    situations: Situations = {}
    if any(_depends_on_situation(row) for row in types.values()):
        reader = system_actor(actor.organisation_id, time_zone=actor.time_zone)
        situations = situations_of(actor=reader, family_id=family_id, child_ids=child_ids)
    found = _lacking(types, sent, child_ids=child_ids, situations=situations, when=_When(on), with_unasked=False)
    return [
        DuePiece(each.child_id, each.type_id, each.title, each.is_private, each.due_on, is_overdue=on > each.due_on)
        for each in found
        if each.due_on is not None
    ]


def lacking_pieces(
    *, actor: Actor, family_id: int, child_ids: Collection[int], situations: Situations, on: date
) -> list[LackingPiece]:
    """Return what is asked of a household and its children, and was not sent, or not well: the household's first.

    One query. Whoever asks, all the pieces of the file count, those that the reader may not open included. What is
    asked of adults does not block their children.

    :param situations: of these children, read already (`families.queries.children`).
    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    types, sent = _types_and_pieces(actor, family_id, child_ids, only_due=False)
    return _lacking(types, sent, child_ids=child_ids, situations=situations, when=_When(on), with_unasked=True)


def _lacking(
    types: Mapping[int, DocumentType], sent: list[Document], *, with_unasked: bool, **known: Any
) -> list[LackingPiece]:
    found = _of_family_and_children(list(types.values()), sent, **known)
    return [each for folder in found for each in _lacking_of(folder, types, with_unasked=with_unasked)]


def lacking_of_households(
    *, actor: Actor, households: Mapping[int, Collection[int]], on: date
) -> dict[int, list[LackingPiece]]:
    """Return `lacking_pieces` for many households at once. Five queries at most, whatever their number.

    The caller has checked that the actor opens these households and children.

    :param households: family id → ids of its children.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    types = {row.pk: row for row in active_types(actor=actor) if row.subject != Subject.ADULT}
    if not types or not households:
        return {}
    reader = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    by_family: dict[int, list[Document]] = {}
    by_child: dict[int, list[Document]] = {}
    for row in readable(actor=reader).filter(document_type_id__in=types).exclude(state=DocumentState.REPLACED):
        by_family.setdefault(row.family_id, []).append(row)
        if row.child_id and not row.document_type.is_judicial:  # a judgment is that of the household that sent it
            by_child.setdefault(row.child_id, []).append(row)
    situations: Mapping[int, Mapping[int | None, Collection[str]]] = {}
    if any(_depends_on_situation(row) for row in types.values()):
        situations = situations_of_households(organisation_id=actor.organisation_id, households=households)
    found = {}
    for family_id, child_ids in households.items():
        sent = {row.pk: row for row in by_family.get(family_id, ())}
        sent |= {row.pk: row for child_id in child_ids for row in by_child.get(child_id, ())}
        each_folder = _of_family_and_children(
            list(types.values()),
            list(sent.values()),
            child_ids=child_ids,
            situations=situations.get(family_id, {}),
            when=_When(on),
        )
        found[family_id] = [each for folder in each_folder for each in _lacking_of(folder, types, with_unasked=True)]
    return {family_id: pieces for family_id, pieces in found.items() if pieces}


def _lacking_of(folder: Folder, types: Mapping[int, DocumentType], *, with_unasked: bool) -> list[LackingPiece]:
    """What lacks in a folder; and what was sent without being asked for, and refused or over."""

    def lacking(type_id: int, title: str, why: str, due_on: date | None = None) -> LackingPiece:
        is_private = types[type_id].is_sensitive or types[type_id].is_judicial
        return LackingPiece(folder.child_id, type_id, title, is_private, why, due_on)

    asked = [lacking(kind.type_id, kind.title, wanted.why, wanted.may_wait_until) for kind, wanted in folder.lacking]
    known = {kind.type_id for kind, _wanted in folder.wanted}
    unasked = {each.type_id: each for each in folder.refused if with_unasked and each.type_id not in known}
    return asked + [lacking(each.type_id, each.title, each.state) for each in unasked.values()]


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


def _adults_to_ask(actor: Actor, family_id: int, types: Collection[DocumentType]) -> list[int]:
    if actor.audience != FAMILY or not any(row.subject == Subject.ADULT for row in types):
        return []
    rows = Adult.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, pk__in=actor.adult_ids)
    return list(rows.values_list("pk", flat=True))


def _folder(
    whose: _Whose, types: list[DocumentType], *, rows: list[Document], situations: Collection[str], when: _When
) -> Folder:
    mine = [row for row in rows if (row.child_id, row.adult_id) == (whose.child_id, whose.adult_id)]
    by_id = {row.pk: row for row in types if row.subject == whose.subject}
    facts = [type_facts(row=row, on=when.year_starts_on or when.on) for row in by_id.values()]
    found = wanted_pieces(
        types=facts,
        pieces=[facts_of(row=row) for row in mine],
        situations=situations,
        on=when.on,
        year_starts_on=when.year_starts_on,
    )
    kept = [row for row in mine if not (when.withholds_judgments and row.document_type.is_judicial)]
    return Folder(
        child_id=whose.child_id,
        documents=tuple(view_of(row=row, on=when.on) for row in kept),
        withheld=tuple(sorted({row.document_type.title for row in mine if row not in kept})),
        wanted=tuple((type_view(row=by_id[each.type_id]), each) for each in found),
        adult_id=whose.adult_id,
    )
