"""From draft to submission, for every kind that a service may decide; and documents, sent alone or joined.

A draft is saved at each step and never lost; it has no number. Submission checks it, numbers it,
promises a delay, and answers at once where nothing has to be looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from preau.base import journal
from preau.base.actor import FAMILY, Actor, system_actor
from preau.base.counters import give_numbers
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.documents.queries.pieces import DocumentView, documents_by_id
from preau.domain.families.enums import Authority
from preau.domain.families.models import Family, Guardianship
from preau.domain.organisations.queries import organisation_by_id
from preau.domain.procedures.enums import OF_BASKET, OtherParent, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedurePiece
from preau.domain.procedures.operations.decisions import anomalies_of
from preau.domain.procedures.operations.handlers import handler_of
from preau.domain.procedures.operations.handlers.base import check_child
from preau.domain.procedures.operations.messages import (
    ask_other_parents,
    tell_family,
    tell_other_parents,
)
from preau.domain.procedures.queries.cases import DraftView, about_of, find_draft, same_drafts, visible
from preau.domain.procedures.queries.orders import ProcedureView, view_of
from preau.domain.procedures.rules import (
    THE_HOUSEHOLD,
    About,
    CannotApply,
    Incomplete,
    NotOpenForYou,
    Problem,
    promised_at,
    to_say_again,
)

# Reservations are ticked again, a document is sent again: neither has a form to take up.
WITHOUT_DRAFT = frozenset({*OF_BASKET, ProcedureKind.DOCUMENT})
# An absence refused stays announced: its proof is sent or the structure called, it is not said again.
NEVER_BEGUN_AGAIN = WITHOUT_DRAFT | {ProcedureKind.ABSENCE}
MAX_ANSWERS = 200_000  # characters of one step: far above any form, far below a burden


@dataclass(frozen=True, slots=True)
class Submission:
    """The démarche that a draft became. `is_replay`: it was sent before, nothing was done again."""

    view: ProcedureView
    is_replay: bool = False


class AnswersTooLong(Exception):
    """A step holds more than any form of ours could."""


def start(
    *,
    actor: Actor,
    kind: ProcedureKind,
    family_id: int,
    about: About = THE_HOUSEHOLD,
    now: datetime,
) -> DraftView:
    """Find the draft of a household about something, or begin it (A07-06 abolished).

    :raises NotFound: the household, or what it is about, is not the actor's.
    :raises NotOpenForYou: the kind cannot be begun, with its reason.
    """
    _check_may_act(actor, family_id)
    on = now.astimezone(actor.zone).date()
    handler = handler_of(kind=kind)
    handler.check_start(actor=actor, family_id=family_id, about=about, on=on)
    handler.check_open(actor=actor, family_id=family_id, about=about, now=now)
    row = Procedure(
        organisation_id=actor.organisation_id,
        family_id=family_id,
        kind=kind,
        status=ProcedureStatus.DRAFT,
        **asdict(about),
        account_id=actor.account_id,
        on_behalf=actor.is_staff,
        created_at=now,
        updated_at=now,
    )
    _set_reader(actor, row)
    if kind not in WITHOUT_DRAFT and (found := same_drafts(row=row).first()):
        return find_draft(actor=actor, draft_id=found.pk)
    row.answers = handler.prefill(actor=actor, row=row, on=on)
    handler.tie(actor=actor, row=row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # two tabs began together
        row = same_drafts(row=row).get()
    return find_draft(actor=actor, draft_id=row.pk)


def _set_reader(actor: Actor, row: Procedure) -> None:
    reader = handler_of(kind=row.kind).private_to(actor=actor, row=row)
    row.is_private, row.private_to_id = reader is not None, reader or None


@transaction.atomic
def begin_again(*, actor: Actor, number: int, now: datetime) -> DraftView:
    """Begin anew a démarche that was refused, with what was answered and joined, to be corrected and confirmed.

    What the household has begun meanwhile about the same thing stays as it is, and is returned.

    :raises NotFound: not the actor's, not refused, or of a kind that has no draft.
    :raises NotOpenForYou: it cannot be asked for any more, with its reason.
    """
    row = visible(actor=actor).filter(number=number, status=ProcedureStatus.REFUSED).first()
    if row is None or row.kind in NEVER_BEGUN_AGAIN:
        raise NotFound("procedure")
    draft = start(
        actor=actor,
        kind=ProcedureKind(row.kind),
        family_id=row.family_id,
        about=about_of(row=row),
        now=now,
    )
    fresh = locked_draft(actor=actor, draft_id=draft.draft_id)
    if not fresh.step:  # nobody has typed in it
        fresh.answers = {**fresh.answers, **to_say_again(row.answers)}
        fresh.updated_at = now
        fresh.save(update_fields=["answers", "updated_at"])
        ProcedurePiece.objects.bulk_create(
            [
                ProcedurePiece(organisation_id=row.organisation_id, procedure=fresh, document_id=each)
                for each in row.pieces.values_list("document_id", flat=True)
            ],
            ignore_conflicts=True,
        )
    return find_draft(actor=actor, draft_id=fresh.pk)


def check_start(*, actor: Actor, kind: ProcedureKind, family_id: int, about: About = THE_HOUSEHOLD, on: date) -> None:
    """Pass when a démarche may be begun: what a page asks before it shows its form.

    :raises NotFound: the household or the child is not the actor's.
    :raises NotOpenForYou: the kind cannot be begun, with its reason.
    """
    _check_may_act(actor, family_id)
    handler_of(kind=kind).check_start(actor=actor, family_id=family_id, about=about, on=on)


@transaction.atomic
def save_step(*, actor: Actor, draft_id: int, step: str, values: Mapping[str, Any] | None, now: datetime) -> DraftView:
    """Keep what was typed at one step; other steps stay. None forgets the step.

    :raises NotFound: no such draft, or sent already.
    :raises AnswersTooLong: more than `MAX_ANSWERS` characters.
    """
    row = locked_draft(actor=actor, draft_id=draft_id)
    if len(str(values)) > MAX_ANSWERS:
        raise AnswersTooLong(step)
    answers = {key: value for key, value in row.answers.items() if key != step}
    if values is not None:
        answers[step] = dict(values)
        # Each answer keeps its own moment: an older paper never replaces a later word.
        row.said_at = {**row.said_at, step: now.isoformat()}
    row.answers = answers
    row.step = step
    row.updated_at, row.kept_at = now, None  # changed: to be validated again
    row.save(update_fields=["answers", "said_at", "step", "updated_at", "kept_at"])
    return find_draft(actor=actor, draft_id=draft_id)


@transaction.atomic
def discard_draft(*, actor: Actor, draft_id: int) -> None:
    """Forget a draft: « Annuler la démarche ». The documents joined to it stay in the family's space.

    :raises NotFound: no such draft, or sent already.
    """
    row = locked_draft(actor=actor, draft_id=draft_id)
    row.pieces.all().delete()
    row.delete()


def problems_of(*, actor: Actor, draft_id: int, on: date) -> list[Problem]:
    """Return what a draft still lacks.

    :raises NotFound: no such draft, or sent already.
    """
    find_draft(actor=actor, draft_id=draft_id)
    row = Procedure.objects.get(organisation_id=actor.organisation_id, pk=draft_id)
    return handler_of(kind=row.kind).problems(actor=actor, row=row, on=on)


@dataclass(frozen=True, slots=True)
class Joined:
    """What goes with a draft besides its answers: authorisations, règlements, documents."""

    consents: Sequence[tuple[str, str]]
    regulations: Sequence[Mapping[str, Any]]
    pieces: Sequence[DocumentView]


def joined_to(*, actor: Actor, draft_id: int, on: date) -> Joined:
    """Return what a draft would be sent with, as it stands: it is read again before one sends.

    :raises NotFound: no such draft, or sent already.
    """
    find_draft(actor=actor, draft_id=draft_id)
    row = Procedure.objects.get(organisation_id=actor.organisation_id, pk=draft_id)
    handler = handler_of(kind=row.kind)
    seen: Mapping[str, Any] = handler.seen(actor=actor, row=row)
    pieces = documents_by_id(actor=actor, ids=handler.pieces(actor=actor, row=row, on=on), on=on)
    return Joined(seen.get("consents", ()), seen.get("regulations", ()), pieces)


@transaction.atomic
def submit(*, actor: Actor, draft_id: int, now: datetime) -> Submission:
    """Send a draft: number it, promise a delay, post the receipt, answer at once where nobody need look (A10).

    Sent twice (double click, back button), it has one effect and gives the same answer.

    :raises NotFound: the draft is not the actor's.
    :raises Incomplete: with what lacks, step by step.
    """
    row = Procedure.objects.select_for_update().filter(organisation_id=actor.organisation_id, pk=draft_id).first()
    if row is None or row.kind in (*OF_BASKET, ProcedureKind.ABSENCE):
        raise NotFound("draft")  # sent with what it does: see `orders` and `absences`
    _check_may_act(actor, row.family_id)
    if row.status != ProcedureStatus.DRAFT:
        return Submission(view_of(row), is_replay=True)
    find_draft(actor=actor, draft_id=draft_id)
    if row.child_id is not None:  # it may have left the household since
        check_child(actor=actor, family_id=row.family_id, child_id=row.child_id)
    handler = handler_of(kind=row.kind)
    on = now.astimezone(actor.zone).date()
    problems = handler.problems(actor=actor, row=row, on=on) or _closed(actor, row, now=now)
    if problems:
        raise Incomplete(problems)
    _fill(actor, row, on=on, now=now)
    row.order_key = f"draft-{row.pk}"
    ProcedurePiece.objects.bulk_create(
        [
            ProcedurePiece(organisation_id=actor.organisation_id, procedure=row, document_id=document_id)
            for document_id in handler.pieces(actor=actor, row=row, on=on)
        ],
        ignore_conflicts=True,
    )
    # Answered first, numbered last: what the answer locks (places, offers) is always locked before the counter.
    if row.is_clean and not row.other_parent and handler.is_immediate(actor=actor, row=row):
        _answer_at_once(actor, row, now=now)
    give_numbers(rows=[row], name="procedure")
    row.save()
    if row.status == ProcedureStatus.ACCEPTED:
        machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
        handler.numbered(actor=machine, row=row, now=now)
        tell_other_parents(actor=actor, row=row, now=now)
    journal.record(
        actor=actor,
        act=f"procedure.submitted.{row.kind}",
        at=now,
        subject_type="procedure",
        subject_id=row.number,
        anomalies=row.anomalies,
    )
    tell_family(
        actor=actor,
        row=row,
        template="procedure_received",
        subject=f"Votre demande n° {row.number}",
        key="received",
        now=now,
        on_behalf=row.on_behalf,
    )
    if row.other_parent == OtherParent.WAITING:
        ask_other_parents(actor=actor, row=row, now=now)
    return Submission(view_of(row))


def _closed(actor: Actor, row: Procedure, *, now: datetime) -> list[Problem]:
    """What was open when the draft began may be closed, or taken, by the time it is sent."""
    try:
        handler_of(kind=row.kind).check_open(actor=actor, family_id=row.family_id, about=about_of(row=row), now=now)
    except NotOpenForYou as fact:
        return [Problem("", fact.code, fact.detail)]
    return []


def _fill(actor: Actor, row: Procedure, *, on: date, now: datetime) -> None:
    handler = handler_of(kind=row.kind)
    organisation = organisation_by_id(organisation_id=actor.organisation_id)
    row.anomalies = anomalies_of(actor=actor, row=row, on=on)
    row.is_clean = not row.anomalies
    if seen := handler.seen(actor=actor, row=row):
        row.answers = {**row.answers, "seen": seen}
    row.subject = handler.subject(actor=actor, row=row)[:240]
    row.person = row.child.first_name if row.child else ""
    handler.tie(actor=actor, row=row)
    if handler.needs_other_parent(actor=actor, row=row) and other_holder_exists(actor=actor, row=row):
        row.other_parent = OtherParent.WAITING
    row.status = ProcedureStatus.SUBMITTED
    row.account_id = actor.account_id or row.account_id  # what was kept is its author's
    _set_reader(actor, row)
    row.on_behalf, row.kept_at = actor.is_staff, None
    row.submitted_at = row.updated_at = now
    row.due_at = promised_at(submitted_at=now, hours=organisation.processing_hours if organisation else 48)


def _answer_at_once(actor: Actor, row: Procedure, *, now: datetime) -> None:
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    try:
        with transaction.atomic():
            handler_of(kind=row.kind).accept(actor=machine, row=row, now=now)
    except CannotApply as fact:
        row.anomalies, row.is_clean = [fact.code], False
        return
    row.status = ProcedureStatus.ACCEPTED
    row.decided_at = row.updated_at = now


def other_holder_exists(*, actor: Actor, row: Procedure) -> bool:
    """Tell whether another adult than those of the asking household exercises authority on the child."""
    holders = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, child_id=row.child_id or 0, authority=Authority.EXERCISED
    )
    return holders.exclude(adult__family_id=row.family_id).exists()


def _check_may_act(actor: Actor, family_id: int) -> None:
    actor.require_family(family_id)
    if actor.audience == FAMILY:
        return
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    if not Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id).exists():
        raise NotFound("family")


def locked_draft(*, actor: Actor, draft_id: int) -> Procedure:
    """Return a draft of the actor, locked.

    :raises NotFound: no such draft, or sent already.
    """
    find_draft(actor=actor, draft_id=draft_id)
    row = (
        Procedure.objects.select_for_update()
        .filter(organisation_id=actor.organisation_id, pk=draft_id, status=ProcedureStatus.DRAFT)
        .first()
    )
    if row is None:
        raise NotFound("draft")
    return row


@transaction.atomic
def submit_at_counter(
    *,
    actor: Actor,
    kind: ProcedureKind,
    family_id: int,
    step: str,
    values: Mapping[str, Any],
    now: datetime,
    about: About = THE_HOUSEHOLD,
) -> Submission:
    """Make a démarche of one step for a family, whole or not at all; what it had begun itself stays its own.

    :raises NotFound: the household or the child is unknown here.
    :raises NotAllowed: neither agent nor manager.
    :raises NotOpenForYou: it cannot be begun; :raises Incomplete: something lacks.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    draft = start(actor=actor, kind=kind, family_id=family_id, about=about, now=now)
    save_step(actor=actor, draft_id=draft.draft_id, step=step, values=values, now=now)
    return submit(actor=actor, draft_id=draft.draft_id, now=now)
