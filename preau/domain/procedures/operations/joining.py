"""Documents of a démarche: sent by themselves, or joined to one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.uploads import SentFile
from preau.domain.catalogue.queries import current_school_year, find_school_year
from preau.domain.documents.enums import DocumentState
from preau.domain.documents.operations.pieces import deposit, receive
from preau.domain.documents.queries.pieces import DocumentView
from preau.domain.procedures.enums import OPEN_STATUSES, ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.drafts import Submission, save_step, start, submit
from preau.domain.procedures.operations.handlers import handler_of
from preau.domain.procedures.operations.messages import attach
from preau.domain.procedures.queries.cases import find_draft, visible
from preau.domain.procedures.queries.orders import view_of
from preau.domain.procedures.rules import About


def send_document(
    *,
    actor: Actor,
    family_id: int,
    child_id: int | None,
    type_id: int,
    name: str,
    content: bytes,
    now: datetime,
    more: Sequence[SentFile] = (),
    until: date | None = None,
) -> Submission:
    """Send one piece to the service: it is kept in the space and becomes a numbered démarche (A12-02 to A12-06).

    Sent twice (double click), the same file is one démarche.

    :param more: the files that follow the first: together they are one piece, in order.
    :param until: the last good day that the piece bears, for the types that ask for it.
    :raises DateMissing, DateOver: that day is not said, or past.
    :raises NotFound: the household, the child or the type is not the actor's.
    :raises FileRefused: the file is not kept, and the code says why.
    """
    file = receive(actor=actor, sent=[SentFile(name, content), *more], now=now)
    with transaction.atomic():
        document = deposit(
            actor=actor,
            family_id=family_id,
            child_id=child_id,
            type_id=type_id,
            name=name,
            content=file,
            school_year_ends_on=_ends_on(actor, now),
            until=until,
            now=now,
        )
        sent = _already_sent(actor, document.document_id)
        return sent or _submit_alone(actor, document, family_id=family_id, child_id=child_id, now=now)


def _already_sent(actor: Actor, document_id: int) -> Submission | None:
    row = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        kind=ProcedureKind.DOCUMENT,
        status__in=OPEN_STATUSES,
        pieces__document_id=document_id,
    ).first()
    return Submission(view_of(row), is_replay=True) if row else None


def _submit_alone(
    actor: Actor, document: DocumentView, *, family_id: int, child_id: int | None, now: datetime
) -> Submission:
    draft = start(
        actor=actor,
        kind=ProcedureKind.DOCUMENT,
        family_id=family_id,
        about=About(child_id=child_id),
        now=now,
    )
    values = {"title": document.title, "document_id": document.document_id}
    save_step(actor=actor, draft_id=draft.draft_id, step="document", values=values, now=now)
    attach(actor=actor, draft_id=draft.draft_id, document_id=document.document_id, now=now)
    return submit(actor=actor, draft_id=draft.draft_id, now=now)


def join_document(
    *,
    actor: Actor,
    family_id: int,
    child_id: int | None,
    type_id: int,
    name: str,
    content: bytes,
    now: datetime,
    more: Sequence[SentFile] = (),
    until: date | None = None,
    draft_id: int | None = None,
    number: int | None = None,
) -> DocumentView:
    """Put a piece in the space and join it to a draft, or to a démarche that waits for it.

    :param more: the files that follow the first: together they are one piece, in order.
    :param until: the last good day that the piece bears, for the types that ask for it.
    :raises DateMissing, DateOver: that day is not said, or past.
    :raises NotFound: one of them is not the actor's; :raises AlreadyDecided: the démarche is closed.
    :raises FileRefused: the file is not kept, and the code says why.
    """
    file = receive(actor=actor, sent=[SentFile(name, content), *more], now=now)
    with transaction.atomic():
        ends_on = _ends_on(actor, now, draft_id=draft_id)
        row = _joined_row(actor, draft_id=draft_id, number=number)
        document = deposit(
            actor=actor,
            family_id=family_id,
            child_id=child_id,
            type_id=type_id,
            name=name,
            content=file,
            school_year_ends_on=ends_on,
            until=until,
            about=row.pk,
            now=now,
        )
        if row.kind == ProcedureKind.ABSENCE:
            _drop_replaced(row, type_id)
        attach(actor=actor, draft_id=draft_id, number=number, document_id=document.document_id, now=now)
        if number is not None:
            handler_of(kind=row.kind).joined(actor=actor, row=row, type_id=type_id, now=now)
    return document


def _drop_replaced(row: Procedure, type_id: int) -> None:
    """What the new piece replaces is no more one of the démarche: it could never be validated with it."""
    old = row.pieces.filter(document__document_type_id=type_id, document__state=DocumentState.REPLACED)
    old.delete()


def _joined_row(actor: Actor, *, draft_id: int | None, number: int | None) -> Procedure:
    """The draft or the démarche that a piece is joined to."""
    if draft_id:
        find_draft(actor=actor, draft_id=draft_id)
    wanted: dict[str, Any] = {"pk": draft_id} if draft_id else {"number": number}
    rows = Procedure.objects if draft_id else visible(actor=actor)
    row = rows.filter(organisation_id=actor.organisation_id, **wanted).first()
    if row is None:
        raise NotFound("procedure")
    return row


def _ends_on(actor: Actor, now: datetime, *, draft_id: int | None = None) -> date:
    """Return the end of the school year that a piece is sent for: that of the dossier it joins, or the current one."""
    year_id = find_draft(actor=actor, draft_id=draft_id).about.school_year_id if draft_id else None
    year = find_school_year(organisation_id=actor.organisation_id, year_id=year_id) if year_id else None
    year = year or current_school_year(organisation_id=actor.organisation_id, on=now.astimezone(actor.zone).date())
    if year is None:
        raise NotFound("school year")
    return year.ends_on
