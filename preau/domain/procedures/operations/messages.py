"""What is said on a démarche: its timeline, the messages on it, the mails that tell of it, and what families do
with one that they sent.
"""

from datetime import datetime
from typing import Any, cast

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.families.enums import Authority
from preau.domain.families.models import Adult, Guardianship
from preau.domain.families.queries.custody import closed_to, may_be_told, parents_elsewhere
from preau.domain.organisations.models import Department
from preau.domain.organisations.queries import organisation_by_id
from preau.domain.procedures.enums import (
    OPEN_STATUSES,
    DayState,
    OtherParent,
    ProcedureKind,
    ProcedureStatus,
    TimelineEvent,
)
from preau.domain.procedures.models import Procedure, ProcedureMessage, ProcedurePiece, TimelineEntry
from preau.domain.procedures.queries.cases import find_draft, visible
from preau.domain.procedures.rules import AlreadyDecided, TextMissing, check_text

# What the other household is told of when it is accepted. A PAI is not: no health in a mail.
TOLD_ELSEWHERE = (ProcedureKind.DOSSIER, ProcedureKind.ENROLMENT, ProcedureKind.SCHOOLING)


def reader_of(*, actor: Actor, number: int) -> Account | None:
    """Return the account to tell about a démarche: who asked, or the holder when an agent did (A24-10)."""
    row = Procedure.objects.filter(organisation_id=actor.organisation_id, number=number).first()
    if row is None:
        return None
    if not row.on_behalf:
        account = Account.objects.filter(pk=row.account_id or 0).first()
        is_told = account is not None and may_be_told(
            organisation_id=actor.organisation_id, account_id=account.pk, child_id=row.child_id
        )
        return account if is_told else None
    return holder_of(organisation_id=actor.organisation_id, family_id=row.family_id, child_id=row.child_id)


def holder_of(*, organisation_id: int, family_id: int, child_id: int | None) -> Account | None:
    """Return the account of the holder of a household, or of its next adult who may be told of the child. One query."""
    adults = Adult.objects.filter(
        organisation_id=organisation_id, family_id=family_id, account__activated_at__isnull=False
    ).select_related("account")
    closed = closed_to(organisation_id=organisation_id, child_id=child_id or 0)
    holder = adults.exclude(account_id__in=closed).order_by("-position", "pk").first()
    return holder.account if holder else None


def tell_draft(*, actor: Actor, row: Procedure, now: datetime) -> None:
    """Tell who had prepared a request, kept until the dossier was validated, that it could not be sent."""
    account = Account.objects.filter(pk=row.account_id or 0).first()
    if account is None or not may_be_told(
        organisation_id=actor.organisation_id, account_id=account.pk, child_id=row.child_id
    ):
        return
    post_letter(
        organisation_id=actor.organisation_id,
        reader=account,
        template="kept_request",
        subject="Une demande à revoir",
        key=f"kept-{row.pk}-{int(now.timestamp())}",
        now=now,
        route="family:draft_recap",
        args=[row.pk],
    )


def tell_family(
    *, actor: Actor, row: Procedure, template: str, subject: str, key: str, now: datetime, **context: object
) -> None:
    """Post one mail about a démarche to who asked: its first words, its status and a link, never what it holds.

    :param template: name under papers/mails.
    :param key: makes the mail unique for this démarche.
    """
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    reader = reader_of(actor=actor, number=row.number or 0)
    if organisation is None or reader is None:
        return
    post_letter(
        organisation_id=actor.organisation_id,
        reader=reader,
        template=template,
        subject=subject,
        key=f"procedure-{actor.organisation_id}-{row.number}-{key}",
        now=now,
        route="family:procedure",
        args=[row.number],
        number=row.number,
        kind=row.kind,
        act=_words(row),
        status=row.status,
        delay_hours=organisation.processing_hours,
        **context,
    )


def tell_other_parents(*, actor: Actor, row: Procedure, now: datetime) -> None:
    """Tell the parents of the child's other household that an act on the child is accepted: no word of who asked."""
    if row.kind in TOLD_ELSEWHERE:
        _post_elsewhere(actor, row, template="child_act", route="family:child", key="told", now=now)


def ask_other_parents(*, actor: Actor, row: Procedure, now: datetime) -> None:
    """Tell the parents of the child's other household that a non-usual act waits for their agreement (art. 372-2)."""
    _post_elsewhere(actor, row, template="agreement_asked", route="family:agreement", key="agreement", now=now)


def _post_elsewhere(actor: Actor, row: Procedure, *, template: str, route: str, key: str, now: datetime) -> None:
    if row.child_id is None:
        return
    name = row.person
    said = f"Votre accord est demandé pour {name}" if template == "agreement_asked" else f"Une démarche pour {name}"
    for reader in parents_elsewhere(
        organisation_id=actor.organisation_id, child_id=row.child_id, family_id=row.family_id
    ):
        post_letter(
            organisation_id=actor.organisation_id,
            reader=reader,
            template=template,
            subject=said,
            key=f"procedure-{actor.organisation_id}-{row.number}-{key}-{reader.pk}",
            now=now,
            route=route,
            args=[row.number if route == "family:agreement" else row.child_id],
            act=_words(row),
        )


def _words(row: Procedure) -> dict[str, str]:
    """What names a démarche in a mail: see papers/words/_title.html."""
    return {"kind": row.kind, "person": row.person, "subject": row.subject}


def note(*, actor: Actor, row: Procedure, event: TimelineEvent, by: str, now: datetime, detail: str = "") -> None:
    """Add one line to the timeline that the family reads."""
    TimelineEntry.objects.create(
        organisation_id=actor.organisation_id,
        procedure=row,
        at=now,
        event=event,
        by=by[:120],
        account_id=actor.account_id,
        detail=detail[:240],
    )


@transaction.atomic
def write_message(*, actor: Actor, number: int, text: str, now: datetime, is_note: bool = False) -> None:
    """Write to the other side on a démarche, or a note that only agents read.

    :raises NotFound: not the actor's; a family writes no note.
    :raises TextMissing: nothing; :raises TextTooLong: more than 4,000 characters.
    """
    row = _locked(actor, number)
    if is_note and not actor.is_staff:
        raise NotFound("note")
    _add_message(actor, row, check_text(text), now=now, is_note=is_note)
    if actor.is_staff and not is_note:
        tell_family(
            actor=actor,
            row=row,
            template="procedure_message",
            subject=f"Un message sur votre demande n° {number}",
            key=f"message-{int(now.timestamp())}",
            now=now,
        )


@transaction.atomic
def complete(*, actor: Actor, number: int, text: str, now: datetime) -> None:
    """Give what the service asked for: the démarche goes back to the agent, with its place in the queue.

    :raises NotFound: not the actor's; :raises AlreadyDecided: nothing is asked any more.
    :raises TextMissing: neither a word nor a piece joined since it was asked.
    """
    row = _locked(actor, number)
    if row.status != ProcedureStatus.MORE_ASKED:
        raise AlreadyDecided(number)
    if text.strip():
        _add_message(actor, row, check_text(text), now=now, is_note=False)
    elif row.pieces.count() <= int(row.asked.get("had", 0)):
        raise TextMissing
    resume(row=row, now=now)
    note(actor=actor, row=row, event=TimelineEvent.COMPLETED, by=actor.display_name, now=now)


def resume(*, row: Procedure, now: datetime) -> None:
    """Give a locked démarche back to the service: nothing is asked any more, and its delay goes on from here."""
    if row.due_at is not None and row.asked.get("at"):
        row.due_at += now - datetime.fromisoformat(row.asked["at"])
    row.status, row.asked, row.updated_at = ProcedureStatus.IN_REVIEW, {}, now
    row.save(update_fields=["status", "asked", "updated_at", "due_at"])


@transaction.atomic
def cancel(*, actor: Actor, number: int, now: datetime) -> None:
    """Cancel a démarche that is not decided yet.

    :raises NotFound: not the actor's; :raises AlreadyDecided: decided, or a decision is on its way.
    """
    row = _locked(actor, number)
    if row.status not in OPEN_STATUSES or row.held_until is not None:
        raise AlreadyDecided(number)
    if row.kind == ProcedureKind.ABSENCE:
        raise AlreadyDecided(number)  # announced already: it is taken back (`operations.absences`)
    if row.kind == ProcedureKind.HOURS and row.days.filter(state=DayState.ACCEPTED).exists():
        raise AlreadyDecided(number)  # some of its days are booked: they change as other days do
    row.status, row.asked, row.updated_at, row.decided_at = ProcedureStatus.CANCELLED, {}, now, now
    row.save(update_fields=["status", "asked", "updated_at", "decided_at"])
    note(actor=actor, row=row, event=TimelineEvent.CANCELLED, by=actor.display_name, now=now)
    journal.record(actor=actor, act="procedure.cancelled", at=now, subject_type="procedure", subject_id=number)


@transaction.atomic
def attach(
    *, actor: Actor, document_id: int, now: datetime, draft_id: int | None = None, number: int | None = None
) -> None:
    """Join a document of the family's space to a draft or to a démarche; twice is once.

    The caller has checked that the document is the family's.

    :raises NotFound: not the actor's; :raises AlreadyDecided: the démarche is closed.
    """
    if draft_id:  # an agent's own draft may be for another department to decide
        find_draft(actor=actor, draft_id=draft_id)
        mine = Procedure.objects.filter(organisation_id=actor.organisation_id, pk=draft_id)
    else:
        mine = visible(actor=actor).filter(number=number)
    row = mine.select_for_update().first()
    if row is None:
        raise NotFound("procedure")
    if row.status != ProcedureStatus.DRAFT and row.status not in OPEN_STATUSES:
        raise AlreadyDecided(number)
    ProcedurePiece.objects.get_or_create(organisation_id=actor.organisation_id, procedure=row, document_id=document_id)
    row.updated_at = now
    row.save(update_fields=["updated_at"])


@transaction.atomic
def answer_as_other_parent(*, actor: Actor, number: int, agree: bool, now: datetime) -> None:
    """Agree or object, as the other holder of authority, to a non-usual act (Code civil, art. 372-2).

    :raises NotFound: no démarche waits for this adult under this number.
    """
    row = waiting_for(actor=actor, number=number)
    row.other_parent = OtherParent.AGREED if agree else OtherParent.OBJECTED
    row.updated_at = now
    row.save(update_fields=["other_parent", "updated_at"])
    event = TimelineEvent.AGREED if agree else TimelineEvent.OBJECTED
    note(actor=actor, row=row, event=event, by=actor.display_name, now=now)
    journal.record(actor=actor, act=f"procedure.{event}", at=now, subject_type="procedure", subject_id=number)
    tell_family(
        actor=actor,
        row=row,
        template="agreement_given" if agree else "agreement_refused",
        subject="Accord de l’autre parent" if agree else "L’autre parent n’a pas donné son accord",
        key=f"other-{event}",
        now=now,
    )


def waiting_for(*, actor: Actor, number: int) -> Procedure:
    """Return the démarche of the other household that waits for this adult's agreement, locked.

    :raises NotFound: there is none.
    """
    row = (
        Procedure.objects.select_for_update()
        .filter(organisation_id=actor.organisation_id, number=number, other_parent=OtherParent.WAITING)
        .exclude(family_id__in=actor.family_ids)
        .first()
    )
    holds = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids, authority=Authority.EXERCISED
    )
    if row is None or not row.child_id or not holds.filter(child_id=row.child_id).exists():
        raise NotFound("procedure")
    return row


def _add_message(actor: Actor, row: Procedure, text: str, *, now: datetime, is_note: bool) -> None:
    department = Department.objects.filter(organisation_id=actor.organisation_id, pk=row.department_id or 0).first()
    by_service = actor.is_staff and not is_note and department is not None
    ProcedureMessage.objects.create(
        organisation_id=actor.organisation_id,
        procedure=row,
        at=now,
        account_id=actor.account_id,
        by=department.name if by_service and department else actor.display_name,
        is_staff=actor.is_staff,
        is_note=is_note,
        body=cast(Any, {"text": text}),
    )


def _locked(actor: Actor, number: int) -> Procedure:
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    row = (
        visible(actor=actor)
        .select_for_update()
        .filter(number=number)
        .exclude(kind__in=[ProcedureKind.BOOKING, ProcedureKind.ACCOUNT])
        .first()
    )
    if row is None:
        raise NotFound("procedure")
    return row
