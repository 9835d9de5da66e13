"""Sending a document: by itself, or joined to a draft or to a démarche that asks for it."""

from datetime import datetime

from django.db import transaction

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.catalogue.queries import current_school_year
from preau.domain.documents.operations import deposit
from preau.domain.documents.queries import DocumentView
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations.engine import Submission, save_step, start, submit
from preau.domain.procedures.operations.talking import attach


@transaction.atomic
def send_document(
    *, actor: Actor, family_id: int, child_id: int | None, type_id: int, name: str, content: bytes, now: datetime
) -> Submission:
    """Send one piece to the service: it is kept in the space and becomes a numbered démarche (A12-02 to A12-06).

    :raises NotFound: the household, the child or the type is not the actor's.
    :raises FileRefused: the file is not kept, and the code says why.
    """
    document = _deposit(actor, family_id, child_id, type_id, name, content, now)
    draft = start(
        actor=actor,
        kind=ProcedureKind.DOCUMENT,
        family_id=family_id,
        child_id=child_id,
        about=f"d{document.document_id}",
        now=now,
    )
    values = {"title": document.title, "document_id": document.document_id}
    save_step(actor=actor, draft_id=draft.draft_id, step="document", values=values, now=now)
    attach(actor=actor, draft_id=draft.draft_id, document_id=document.document_id, now=now)
    return submit(actor=actor, draft_id=draft.draft_id, now=now)


@transaction.atomic
def join_document(
    *,
    actor: Actor,
    family_id: int,
    child_id: int | None,
    type_id: int,
    name: str,
    content: bytes,
    now: datetime,
    draft_id: int | None = None,
    number: int | None = None,
) -> DocumentView:
    """Put a piece in the space and join it to a draft, or to a démarche that waits for it.

    :raises NotFound: one of them is not the actor's; :raises AlreadyDecided: the démarche is closed.
    :raises FileRefused: the file is not kept, and the code says why.
    """
    document = _deposit(actor, family_id, child_id, type_id, name, content, now)
    attach(actor=actor, draft_id=draft_id, number=number, document_id=document.document_id, now=now)
    return document


def _deposit(
    actor: Actor, family_id: int, child_id: int | None, type_id: int, name: str, content: bytes, now: datetime
) -> DocumentView:
    year = current_school_year(organisation_id=actor.organisation_id, on=now.astimezone(actor.zone).date())
    if year is None:
        raise NotFound("school year")
    return deposit(
        actor=actor,
        family_id=family_id,
        child_id=child_id,
        type_id=type_id,
        name=name,
        content=content,
        school_year_ends_on=year.ends_on,
        now=now,
    )
