"""The basket of a person: what is ticked for every child and activity, and not sent yet.

One draft per person and enrolment. It outlives tabs, pages, log-outs and a killed server, takes no place, and binds
nobody: the other parent has a basket of their own.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from django.db import transaction

from preau.base.actor import Actor
from preau.domain.bookings.queries.facts import BookableEnrolment, load_bookable
from preau.domain.bookings.queries.week import moments_of, slots_like
from preau.domain.procedures.enums import OF_BASKET, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.queries.orders import booking_drafts, find_procedure, locked_drafts
from preau.domain.procedures.rules import merge_draft

Wishes = Mapping[int, bool]  # slot id → wanted


@transaction.atomic
def change_basket(
    *,
    actor: Actor,
    changes: Mapping[int, Wishes],
    now: datetime,
    held: Mapping[int, Wishes] | None = None,
    forgotten: Mapping[int, Collection[int]] | None = None,
    enrolments: Mapping[int, BookableEnrolment] | None = None,
) -> None:
    """Merge what one page changed into the basket; a draft left empty is forgotten (A09-17).

    Two tabs of one person change it one after the other: each brings what its reader changed, and nothing else. Five
    queries at most, whatever the number of enrolments and days.

    :param changes: by enrolment id, what was ticked (true) and unticked (false).
    :param held: by enrolment id, what is booked now for the slots of the page: a wish equal to it leaves the basket.
    :param forgotten: by enrolment id, slots whose wish leaves the basket, for they can no longer be had.
    :param enrolments: those that the actor may book, when the caller has just read them.
    :raises NotFound: an enrolment is not the actor's.
    """
    held, forgotten = held or {}, forgotten or {}
    touched = sorted({*changes, *held, *forgotten})
    if not touched:
        return
    if enrolments is None:
        enrolments = load_bookable(actor=actor, enrolment_ids=touched)

    def merged(enrolment_id: int, wishes: dict[int, bool]) -> dict[int, bool]:
        wanted = merge_draft(wishes, changes=changes.get(enrolment_id, {}), held=held.get(enrolment_id, {}))
        return {slot: want for slot, want in wanted.items() if slot not in forgotten.get(enrolment_id, ())}

    left = touched
    for _turn in range(3):
        known = _rewrite(actor, left, merged, now=now)
        begun = {each: merged(each, {}) for each in left if each not in known}
        left = [each for each, wishes in begun.items() if wishes]
        if not left:
            return
        # Read again after it was begun: another tab may have begun it too, or an order sent it away while its lock
        # was waited for.
        _begin(actor, [enrolments[each] for each in left], begun, now=now)


@transaction.atomic(savepoint=False)
def take_out(*, actor: Actor, sent: Mapping[int, Collection[int]], now: datetime) -> None:
    """Take what was sent out of the basket; a tick that came meanwhile from another tab stays.

    :param sent: by enrolment id, the slots of the order.
    """

    def left(enrolment_id: int, wishes: dict[int, bool]) -> dict[int, bool]:
        return {slot: want for slot, want in wishes.items() if slot not in sent[enrolment_id]}

    _rewrite(actor, list(sent), left, now=now)


def _rewrite(
    actor: Actor,
    enrolment_ids: Collection[int],
    change: Callable[[int, dict[int, bool]], dict[int, bool]],
    *,
    now: datetime,
) -> set[int]:
    """Read the drafts under a lock, write those that change, forget those left empty. Return the enrolments found."""
    kept, empty, found = [], [], set()
    for pk, enrolment_id, wishes in locked_drafts(actor=actor, enrolment_ids=enrolment_ids):
        found.add(enrolment_id)
        before = {int(slot): bool(want) for slot, want in wishes.items()}
        wanted = change(enrolment_id, before)
        if not wanted:
            empty.append(pk)
        elif wanted != before:
            kept.append(Procedure(pk=pk, wishes=_as_kept(wanted), updated_at=now))
    if kept:
        Procedure.objects.bulk_update(kept, ["wishes", "updated_at"])
    if empty:
        Procedure.objects.filter(organisation_id=actor.organisation_id, pk__in=empty).delete()
    return found


def _begin(
    actor: Actor, enrolments: Collection[BookableEnrolment], wishes: Mapping[int, Wishes], *, now: datetime
) -> None:
    """Make the drafts that do not exist yet; one that another tab makes at the same moment stays."""
    rows = [
        Procedure(
            organisation_id=actor.organisation_id,
            kind=ProcedureKind.BOOKING,
            status=ProcedureStatus.DRAFT,
            family_id=each.family_id,
            child_id=each.child_id,
            enrolment_id=each.enrolment_id,
            department_id=each.department_id,
            account_id=actor.account_id,
            person=each.participant,
            subject=each.place,
            wishes=_as_kept(wishes[each.enrolment_id]),
            created_at=now,
            updated_at=now,
        )
        for each in enrolments
    ]
    Procedure.objects.bulk_create(rows, ignore_conflicts=True)


def _as_kept(wishes: Wishes) -> dict[str, bool]:
    return {str(slot): want for slot, want in sorted(wishes.items())}


@transaction.atomic
def draft_same(*, actor: Actor, number: int, enrolment_id: int, now: datetime) -> int:
    """Put the same request for another enrolment in the basket, and return how many boxes it holds (A09-46).

    Days and units are matched by date and code; a day that the other offer does not have is left out.
    The person then reads its own récapitulatif before anything is taken.

    :raises NotFound: the démarche or the enrolment is not the actor's.
    """
    view = find_procedure(actor=actor, number=number)
    wishes = {(item.on, item.unit_code): item.wanted for item in (*view.added, *view.removed, *view.refused)}
    slots = slots_like(actor=actor, enrolment_id=enrolment_id, wanted=set(wishes))
    wanted = {slot_id: wishes[key] for key, slot_id in slots.items()}
    change_basket(actor=actor, changes={enrolment_id: wanted}, now=now)
    return len(wanted)


@transaction.atomic
def copy_draft(*, actor: Actor, source_id: int, enrolment_id: int, now: datetime) -> int:
    """Ask for the same days and units for another enrolment as a draft does, and return how many boxes it adds.

    What the other draft held already stays; a day that the other offer does not have is left out (A09-46).

    :raises NotFound: one of the enrolments is not the actor's.
    """
    load_bookable(actor=actor, enrolment_ids={source_id, enrolment_id})
    drafts = booking_drafts(actor=actor, enrolment_ids=[source_id, enrolment_id])
    wanted = drafts.get(source_id, {})
    wishes = {key: wanted[slot_id] for key, slot_id in moments_of(actor=actor, slot_ids=list(wanted)).items()}
    slots = slots_like(actor=actor, enrolment_id=enrolment_id, wanted=set(wishes))
    same = {slot_id: wishes[key] for key, slot_id in slots.items()}
    changes = {slot_id: want for slot_id, want in same.items() if slot_id not in drafts.get(enrolment_id, {})}
    change_basket(actor=actor, changes={enrolment_id: changes}, now=now)
    return len(same)


def empty_basket(*, actor: Actor, enrolment_id: int | None = None) -> int:
    """Forget all that the actor ticked, or one enrolment of it: « Annuler la démarche ». Return how many drafts.

    What is booked stays. Nothing happens when there is none.
    """
    rows = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        account_id=actor.account_id or 0,
        kind__in=OF_BASKET,
        status=ProcedureStatus.DRAFT,
    )
    if enrolment_id is not None:
        rows = rows.filter(enrolment_id=enrolment_id)
    return rows.delete()[0]
