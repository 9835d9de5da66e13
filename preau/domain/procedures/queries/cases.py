"""Reads of démarches that a service decides: the family's draft, and the whole case."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.domain.documents.queries.pieces import DocumentView, documents_by_id
from preau.domain.families.models import Child, HouseholdChild
from preau.domain.families.queries.children import without_closed
from preau.domain.families.queries.files import ChildCard, child_card
from preau.domain.families.rules import compulsory_vaccines
from preau.domain.procedures.enums import OF_BASKET, OPEN_STATUSES, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedureForm, ProcedureMessage, ProcedurePiece
from preau.domain.procedures.queries.hours import hours_of
from preau.domain.procedures.queries.orders import ProcedureView, items_of, timeline_of, view_of
from preau.domain.procedures.queries.visibility import within_limits, without_private
from preau.domain.procedures.rules import (
    THE_HOUSEHOLD,
    About,
    Check,
    Part,
    checks_of,
    parts_of,
    people_of,
    without_health,
)


@dataclass(frozen=True, slots=True)
class DraftView:
    """What a family has begun and not sent. `answers` is by step."""

    draft_id: int
    kind: str
    family_id: int
    child: ChildCard | None
    about: About
    answers: Mapping[str, Any]
    step: str
    updated_at: datetime
    said_at: Mapping[str, Any] = field(default_factory=dict)  # when each step was answered (`rules.said_at`)
    data: tuple[tuple[str, str], ...] = ()  # label and answer of a kind written as data
    kept_at: datetime | None = None  # validated: it is sent by itself once the dossier is

    @property
    def people(self) -> list[Mapping[str, Any]]:
        """Return the persons of an entourage."""
        return [person for _step, person in people_of(self.answers)]


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message or note on a démarche."""

    at: datetime
    by: str
    is_staff: bool
    is_note: bool
    text: str


@dataclass(frozen=True, slots=True)
class ProcedureFile:
    """One numbered démarche with what was asked, joined, said and decided."""

    view: ProcedureView
    child: ChildCard | None
    answers: Mapping[str, Any]
    form_title: str
    asked: Mapping[str, Any]
    reason: str
    anomalies: tuple[str, ...]
    other_parent: str
    due_at: datetime | None
    assignee_id: int | None
    held: Mapping[str, Any]
    held_until: datetime | None
    messages: tuple[MessageLine, ...]
    piece_count: int
    account_id: int | None
    data: tuple[tuple[str, str], ...] = ()
    department_id: int | None = None
    site_id: int | None = None
    checked_at: datetime | None = None
    without: tuple[str, ...] = ()  # keys of the parts refused while the rest was accepted
    joins: tuple[tuple[str, int], ...] = ()  # name of a declared child and the record that it was joined to
    besides: int = 0  # open démarches of the same household, this one left out
    hides_health: bool = False  # to be read on demand
    vaccines_missing: tuple[str, ...] = ()  # compulsory ones that are not said to be up to date
    consents: tuple[tuple[str, str], ...] = ()  # title of each authorisation asked for, and the answer
    regulations: tuple[Mapping[str, Any], ...] = ()  # title, version, by and on: as they were when it was sent

    @property
    def people(self) -> list[Mapping[str, Any]]:
        """Return the persons of an entourage."""
        return [person for _step, person in people_of(self.answers)]

    @property
    def checks(self) -> list[Check]:
        """Return what the machine looked at, anomalies first."""
        return checks_of(kind=self.view.kind, anomalies=self.anomalies)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return what may be decided apart."""
        return parts_of(kind=self.view.kind, answers=self.answers)

    @property
    def left_out(self) -> list[Part]:
        """Return the parts that were refused."""
        return [part for part in self.parts if part.key in self.without]

    @property
    def is_open(self) -> bool:
        return self.view.status in OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class FormView:
    """A démarche that the collectivité has written as data."""

    form_id: int
    code: str
    title: str
    intro: str
    department_id: int
    is_about_child: bool
    fields: tuple[Mapping[str, Any], ...]


def visible(*, actor: Actor, nobody_s: Collection[int] | None = None) -> QuerySet[Procedure]:
    """Return the démarches, drafts included, that an actor may read.

    Families: those of their households, but on children whose things are closed to them, or about another adult
    alone (`without_private`). Agents: those of their
    departments and sites; drafts are the family's own.

    :param nobody_s: see `visibility.within_limits`.
    """
    rows = Procedure.objects.filter(organisation_id=actor.organisation_id)
    if actor.audience == FAMILY:
        rows = without_private(actor=actor, rows=rows.filter(family_id__in=actor.family_ids))
        return without_closed(actor=actor, rows=rows)
    return within_limits(actor=actor, rows=rows, nobody_s=nobody_s)


def find_draft(*, actor: Actor, draft_id: int) -> DraftView:
    """Return one draft of a file démarche. Two queries.

    :raises NotFound: unknown, sent already, or not the actor's.
    """
    row = _drafts(actor).filter(pk=draft_id).first()
    if row is None:
        raise NotFound("draft")
    return replace(_draft_view(row, child=_child(actor, row.child_id)), data=_data(row.form, row.answers))


def draft_about(*, actor: Actor, kind: str, family_id: int, about: About = THE_HOUSEHOLD) -> DraftView | None:
    """Return the draft that a household has begun about something, or None. Two queries at most."""
    rows = _drafts(actor).filter(family_id=family_id, kind=kind, on_behalf=actor.is_staff, **asdict(about))
    found = rows.first()
    return _draft_view(found, child=_child(actor, found.child_id)) if found else None


def about_of(*, row: Procedure) -> About:
    """Return what a démarche is about; no query."""
    return About(row.child_id, row.activity_id, row.school_year_id, row.form_id)


def same_drafts(*, row: Procedure) -> QuerySet[Procedure]:
    """Return the drafts about the same thing for the same people, this one included: the database allows one."""
    drafts = Procedure.objects.filter(organisation_id=row.organisation_id, kind=row.kind, status=ProcedureStatus.DRAFT)
    if row.kind in OF_BASKET:
        return drafts.filter(Q(("account_id", row.account_id)), Q(("enrolment_id", row.enrolment_id)))
    if row.on_behalf:
        drafts = drafts.filter(Q(("account_id", row.account_id)))
    return drafts.filter(
        family_id=row.family_id,
        private_to_id=row.private_to_id,
        on_behalf=row.on_behalf,
        **asdict(about_of(row=row)),
    )


def file_drafts(*, actor: Actor, family_id: int | None = None) -> list[DraftView]:
    """Return what the families of the actor have begun and not sent, newest first. Two queries."""
    rows = _drafts(actor)
    if family_id is not None:
        actor.require_family(family_id)
        rows = rows.filter(family_id=family_id)
    found = list(rows.order_by("-updated_at")[:50])
    children = _children(actor, {row.child_id for row in found if row.child_id})
    return [_draft_view(row, child=children.get(row.child_id or 0)) for row in found]


def find_case(*, actor: Actor, number: int) -> ProcedureFile:
    """Return one numbered démarche with its messages and pieces. Five queries at most.

    Notes are for agents only. To an agent, it says nothing of health: see `operations.read_case_health`.

    :raises NotFound: no such number, or not the actor's.
    """
    return case_view(actor=actor, row=case_row(actor=actor, number=number), with_health=not actor.is_staff)


def case_row(*, actor: Actor, number: int) -> Procedure:
    """Return the row of a case, with how many pieces are joined to it, and how many cases its household has besides.
    One query.

    :raises NotFound: no such number, or not the actor's.
    """
    pieces = ProcedurePiece.objects.filter(organisation_id=actor.organisation_id, procedure=OuterRef("pk"))
    count = pieces.order_by().values("procedure").annotate(n=Count("pk")).values("n")
    # What the same household waits for besides: an agent answers a first registration in one go.
    waiting = visible(actor=actor).filter(family_id=OuterRef("family_id"), status__in=OPEN_STATUSES)
    waiting = waiting.filter(number__isnull=False, held_until=None).exclude(pk=OuterRef("pk"))
    besides = waiting.order_by().values("organisation_id").annotate(n=Count("pk")).values("n")
    rows = visible(actor=actor).filter(number=number)
    row = rows.annotate(piece_count=Subquery(count), besides=Subquery(besides)).first()
    if row is None:
        raise NotFound("procedure")
    return row


def is_known(*, actor: Actor, number: int) -> bool:
    """Tell whether a numbered démarche exists for this actor, reservations included. One query."""
    return visible(actor=actor).filter(number=number).exists()


def pieces_of(*, actor: Actor, number: int, on: date) -> list[DocumentView]:
    """Return the pieces joined to a démarche of the actor that the actor may read. Two queries at most."""
    mine = visible(actor=actor).filter(number=number)
    joined = ProcedurePiece.objects.filter(organisation_id=actor.organisation_id, procedure__in=mine.values("pk"))
    return documents_by_id(actor=actor, ids=joined.values("document_id"), on=on)


def case_view(*, actor: Actor, row: Procedure, with_health: bool) -> ProcedureFile:
    """Return a row that the actor may read as a case. Screens ask `find_case`, or `read_case_health` which is kept."""
    is_booking = row.kind == ProcedureKind.BOOKING  # nothing is said on reservations: they are answered at once
    messages = ProcedureMessage.objects.filter(organisation_id=actor.organisation_id, procedure=row)
    if not actor.is_staff:
        messages = messages.filter(is_note=False)
    form, child = row.form, _child(actor, row.child_id)
    answers, is_cut = (row.answers, False) if with_health else without_health(row.answers)
    seen = row.answers.get("seen", {})
    born = child.birth_date if child and with_health else None
    done = row.answers.get("health", {}).get("vaccines", ())
    return ProcedureFile(
        view=view_of(
            row, items=items_of(rows=[row])[row.pk], hours=hours_of(rows=[row])[row.pk], timeline=timeline_of(row=row)
        ),
        child=child,
        answers=answers,
        form_title=form.title if form else "",
        asked=row.asked,
        reason=row.reason,
        anomalies=tuple(row.anomalies),
        other_parent=row.other_parent,
        due_at=row.due_at,
        assignee_id=row.assignee_id,
        held=row.held,
        held_until=row.held_until,
        messages=tuple(
            MessageLine(each.at, each.by, each.is_staff, each.is_note, str(each.body.get("text", "")))
            for each in ([] if is_booking else messages.order_by("at", "pk"))
        ),
        piece_count=int(vars(row)["piece_count"] or 0),
        besides=int(vars(row)["besides"] or 0),
        account_id=row.account_id,
        data=_data(form, row.answers),
        department_id=row.department_id,
        site_id=row.site_id,
        checked_at=row.checked_at,
        without=tuple(row.without),
        joins=_joins(row),
        hides_health=is_cut,
        vaccines_missing=tuple(each for each in compulsory_vaccines(born=born) if each not in done),
        consents=tuple((str(title), str(said)) for title, said in seen.get("consents", ())),
        regulations=tuple(seen.get("regulations", ())),
    )


def _joins(row: Procedure) -> tuple[tuple[str, int], ...]:
    """The children that were joined and are in the household still: a record may have been merged since. No query
    where none was joined."""
    if not row.joins:
        return ()
    here = HouseholdChild.objects.filter(organisation_id=row.organisation_id, family_id=row.family_id)
    kept = set(here.filter(child_id__in=row.joins.values()).values_list("child_id", flat=True))
    return tuple(
        (str(row.answers[step]["first_name"]), child_id)
        for step, child_id in sorted(row.joins.items())
        if child_id in kept
    )


def cases_of_documents(*, actor: Actor, document_ids: Collection[int]) -> dict[int, int]:
    """Return the piece → number of the open démarche where it is checked. One query."""
    rows = ProcedurePiece.objects.filter(
        organisation_id=actor.organisation_id,
        document_id__in=document_ids,
        procedure__in=visible(actor=actor).filter(status__in=OPEN_STATUSES),
    )
    found = rows.order_by("pk").values_list("document_id", "procedure__number")
    return {document_id: number for document_id, number in found if number}


def procedure_forms(*, actor: Actor) -> list[FormView]:
    """Return the démarches that the collectivité has written as data, in their order. One query."""
    rows = ProcedureForm.objects.filter(organisation_id=actor.organisation_id, is_active=True)
    return [_form_view(row) for row in rows.order_by("position", "title")]


def find_form(*, actor: Actor, form_id: int) -> FormView:
    """Return one démarche written as data.

    :raises NotFound: unknown here.
    """
    row = ProcedureForm.objects.filter(organisation_id=actor.organisation_id, pk=form_id).first()
    if row is None:
        raise NotFound("form")
    return _form_view(row)


def _draft_view(row: Procedure, *, child: ChildCard | None) -> DraftView:
    """Return a draft row as a view; no query."""
    return DraftView(
        draft_id=row.pk,
        kind=row.kind,
        family_id=row.family_id,
        child=child,
        about=about_of(row=row),
        answers=row.answers,
        step=row.step,
        updated_at=row.updated_at,
        said_at=row.said_at,
        kept_at=row.kept_at,
    )


def _form_view(row: ProcedureForm) -> FormView:
    return FormView(
        form_id=row.pk,
        code=row.code,
        title=row.title,
        intro=row.intro,
        department_id=row.department_id,
        is_about_child=row.is_about_child,
        fields=tuple(row.fields),
    )


def _drafts(actor: Actor) -> QuerySet[Procedure]:
    """Drafts are the household’s, but those of one adult alone; an agent reads only its own, begun on behalf."""
    rows = Procedure.objects.filter(organisation_id=actor.organisation_id, status=ProcedureStatus.DRAFT).exclude(
        kind__in=OF_BASKET
    )
    if actor.is_system:  # it sends what was kept
        return rows.filter(kept_at__isnull=False)
    if actor.audience == FAMILY:
        rows = without_private(actor=actor, rows=rows.filter(family_id__in=actor.family_ids))
        return without_closed(actor=actor, rows=rows)
    return rows.filter(on_behalf=True, account_id=actor.account_id or 0)


def _data(form: ProcedureForm | None, answers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    values = answers.get("form", {})
    if form is None or not isinstance(values, Mapping):
        return ()
    return tuple((str(each["label"]), str(values.get(each["code"], "") or "")) for each in form.fields)


def _child(actor: Actor, child_id: int | None) -> ChildCard | None:
    return _children(actor, {child_id}).get(child_id) if child_id else None


def _children(actor: Actor, ids: set[int]) -> dict[int, ChildCard]:
    if not ids:
        return {}
    rows = Child.objects.filter(organisation_id=actor.organisation_id, pk__in=ids)
    return {row.pk: child_card(row) for row in rows}
