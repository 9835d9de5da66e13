"""Reads of démarches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.written import written
from preau.domain.bookings import operations as bookings
from preau.domain.bookings.operations import OrderItem, Outcome
from preau.domain.bookings.queries.facts import BookableEnrolment, bookable_ids
from preau.domain.families.queries.children import without_closed
from preau.domain.procedures.enums import OF_BASKET, LineChange, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedureLine, TimelineEntry
from preau.domain.procedures.queries.hours import HoursDay, hours_of
from preau.domain.procedures.queries.visibility import departments_of_nobody, within_limits, without_private

LATEST_OF_FAMILY = 8  # on its file, before an agent
LATEST = 5  # démarches shown first


@dataclass(frozen=True, slots=True)
class ProcedureItem:
    """One slot of a booking démarche. `why` is the code of the fact that refused it, or ""."""

    wanted: bool
    slot_id: int
    on: date
    unit_name: str
    unit_code: str
    why: str = ""
    until: datetime | None = None  # last instant (excluded) at which it could be given back, when it was decided


@dataclass(frozen=True, slots=True)
class TimelineLine:
    at: datetime
    event: str
    by: str
    detail: str
    account_id: int | None = None  # for colleagues: families read `by`


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One numbered démarche as its family or an agent reads it."""

    number: int
    kind: str
    status: str
    family_id: int
    child_id: int | None
    enrolment_id: int | None
    department_id: int | None
    person: str
    subject: str
    span: tuple[date, ...]  # first and last day of reservations
    on_behalf: bool
    submitted_at: datetime
    decided_at: datetime | None
    order_key: str
    items: tuple[ProcedureItem, ...] = ()  # of reservations, where a page shows them
    hours: tuple[HoursDay, ...] = ()  # of hours of care, likewise
    timeline: tuple[TimelineLine, ...] = ()

    @property
    def added(self) -> tuple[ProcedureItem, ...]:
        """Return what was taken."""
        return tuple(item for item in self.items if item.wanted and not item.why)

    @property
    def removed(self) -> tuple[ProcedureItem, ...]:
        """Return what was given back."""
        return tuple(item for item in self.items if not item.wanted and not item.why)

    @property
    def refused(self) -> tuple[ProcedureItem, ...]:
        """Return what could not be had, with its reason."""
        return tuple(item for item in self.items if item.why)

    @property
    def days(self) -> tuple[date, ...]:
        """Return the days that the démarche changed, or asked for when all was refused."""
        return days_of(items=self.items) or tuple(day.on for day in self.hours)


def list_procedures(
    *, actor: Actor, limit: int, offset: int = 0, family_id: int | None = None
) -> tuple[list[ProcedureView], int]:
    """Return numbered démarches, newest first, and how many there are (A06-05). Two queries.

    :raises NotFound: `family_id` is not the actor's.
    """
    rows = _numbered(actor)
    if family_id is not None:
        actor.require_family(family_id)
        rows = rows.filter(family_id=family_id)
    total = rows.count()
    return [view_of(row) for row in rows.order_by("-number")[offset : offset + limit]], total


def procedures_of_family(*, actor: Actor, family_id: int) -> tuple[list[ProcedureView], list[int]]:
    """Return the newest démarches of a family that the actor may read, a few, and the numbers of all. Two queries.

    :raises NotFound: `family_id` is not the actor's.
    """
    actor.require_family(family_id)
    asked = {"actor": actor, "family_id": family_id, "nobody_s": departments_of_nobody(actor=actor)}
    return [view_of(row) for row in _newest_of_family(**asked)], [number for (number,) in _numbers_of_family(**asked)]


@written
def _newest_of_family(*, actor: Actor, family_id: int, nobody_s: Collection[int]) -> QuerySet[Procedure]:
    return _numbered(actor, nobody_s=nobody_s).filter(family_id=family_id).order_by("-number")[:LATEST_OF_FAMILY]


@written
def _numbers_of_family(*, actor: Actor, family_id: int, nobody_s: Collection[int]) -> QuerySet[Procedure, Any]:
    return _numbered(actor, nobody_s=nobody_s).filter(family_id=family_id).values_list("number")


def latest_procedures(*, actor: Actor) -> list[ProcedureView]:
    """Return the newest numbered démarches of a family, a few. One query."""
    return [view_of(row) for row in _latest_rows(actor=actor)]


@written
def _latest_rows(*, actor: Actor) -> QuerySet[Procedure]:
    return _numbered(actor, nobody_s=()).order_by("-number")[:LATEST]


def find_procedure(*, actor: Actor, number: int) -> ProcedureView:
    """Return one démarche with its timeline: its permanent page (A10-12).

    :raises NotFound: no such number, or not the actor's.
    """
    row = next(iter(_rows_of_number(actor=actor, number=number, nobody_s=departments_of_nobody(actor=actor))), None)
    if row is None:
        raise NotFound("procedure")
    items, hours = items_of(rows=[row]), hours_of(rows=[row])
    return view_of(row, items=items[row.pk], hours=hours[row.pk], timeline=timeline_of(row=row))


@written
def _rows_of_number(*, actor: Actor, number: int, nobody_s: Collection[int]) -> QuerySet[Procedure]:
    return _numbered(actor, nobody_s=nobody_s).filter(number=number)


def timeline_of(*, row: Procedure) -> tuple[TimelineLine, ...]:
    """Return what happened to a démarche. One query, none for reservations that stand as they were answered."""
    if row.kind == ProcedureKind.BOOKING and row.status != ProcedureStatus.CANCELLED:
        return ()
    entries = TimelineEntry.objects.filter(organisation_id=row.organisation_id, procedure=row).order_by("at", "pk")
    return tuple(TimelineLine(e.at, e.event, e.by, e.detail, e.account_id) for e in entries)


def items_of(*, rows: Collection[Procedure]) -> dict[int, tuple[ProcedureItem, ...]]:
    """Return the moments of some démarches, by its id, day after day. One query; none where no one is of reservations.

    :param rows: of one collectivité.
    """
    found: dict[int, list[ProcedureItem]] = {row.pk: [] for row in rows}
    mine = [row for row in rows if row.kind == ProcedureKind.BOOKING]
    if mine:
        lines = _line_rows(organisation_id=mine[0].organisation_id, procedure_ids=[row.pk for row in mine])
        for pk, change, *item in lines:
            found[pk].append(ProcedureItem(change == LineChange.ADD, *item))
    return {pk: tuple(items) for pk, items in found.items()}


@written
def _line_rows(*, organisation_id: int, procedure_ids: Collection[int]) -> QuerySet[ProcedureLine, Any]:
    rows = ProcedureLine.objects.filter(organisation_id=organisation_id, procedure_id__in=procedure_ids)
    ordered = rows.order_by("slot__on", "slot__unit__position", "pk")
    return ordered.values_list("procedure_id", "change", *_OF_ITEM)


_OF_ITEM = ("slot_id", "slot__on", "slot__unit__name", "slot__unit__code", "why", "until")


def days_of(*, items: Collection[ProcedureItem]) -> tuple[date, ...]:
    """Return the days that moments changed, or asked for when all was refused."""
    done = [item for item in items if not item.why] or items
    return tuple(sorted({item.on for item in done}))


def find_order(*, actor: Actor, key: str) -> list[ProcedureView]:
    """Return the démarches of one validated basket, in the order of their numbers; empty when unknown."""
    if not key:
        return []
    return _with_items(_rows_of_order(actor=actor, key=key, nobody_s=departments_of_nobody(actor=actor)))


def order_of(*, actor: Actor, number: int) -> list[ProcedureView]:
    """Return the démarches of the validated basket that one of them is of, that one first. Three queries.

    :raises NotFound: no such number, or not the actor's.
    """
    nobody_s = departments_of_nobody(actor=actor)
    asked = _rows_of_number(actor=actor, number=number, nobody_s=nobody_s)
    if not asked:
        raise NotFound("procedure")
    key = asked[0].order_key
    others = _rows_of_order(actor=actor, key=key, nobody_s=nobody_s) if key else []
    return _with_items([*asked, *(row for row in others if row.number != number)])


@written
def _rows_of_order(*, actor: Actor, key: str, nobody_s: Collection[int]) -> QuerySet[Procedure]:
    return _numbered(actor, nobody_s=nobody_s).filter(order_key=key).order_by("number")


def _with_items(rows: Sequence[Procedure]) -> list[ProcedureView]:
    items, hours = items_of(rows=rows), hours_of(rows=rows)
    return [view_of(row, items=items[row.pk], hours=hours[row.pk]) for row in rows]


def booking_draft(*, actor: Actor, enrolment_id: int) -> dict[int, bool]:
    """Return what the actor ticked and did not send yet: slot id → wanted."""
    return booking_drafts(actor=actor, enrolment_ids=[enrolment_id]).get(enrolment_id, {})


def booking_drafts(*, actor: Actor, enrolment_ids: Sequence[int]) -> dict[int, dict[int, bool]]:
    """Return the actor's drafts by enrolment, in one query."""
    rows = _drafts(actor, enrolment_ids).values_list("enrolment_id", "wishes")
    return {enrolment_id or 0: {int(slot): bool(want) for slot, want in kept.items()} for enrolment_id, kept in rows}


@written
def locked_drafts(*, actor: Actor, enrolment_ids: Collection[int]) -> QuerySet[Procedure, Any]:
    """Return (id, enrolment id, wishes) of the actor's drafts, locked until the end of the caller's transaction."""
    rows = _drafts(actor, enrolment_ids)
    return rows.select_for_update().order_by("pk").values_list("pk", "enrolment_id", "wishes")


def basket(*, actor: Actor, on: date) -> dict[int, dict[int, bool]]:
    """Return all that the actor ticked and did not send yet, by enrolment that may still be booked. One query."""
    rows = _basket_rows(actor=actor, on=on)
    found = {pk or 0: {int(slot): bool(want) for slot, want in kept.items()} for pk, kept in rows}
    return {pk: wanted for pk, wanted in sorted(found.items()) if wanted}


@written
def _basket_rows(*, actor: Actor, on: date) -> QuerySet[Procedure, Any]:
    return _drafts(actor, bookable_ids(actor=actor, on=on)).values_list("enrolment_id", "wishes")


def _drafts(actor: Actor, enrolment_ids: Any) -> QuerySet[Procedure]:
    """What the actor ticked and did not send yet, for these enrolments."""
    return Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        account_id=actor.account_id or 0,
        enrolment_id__in=enrolment_ids,
        kind=ProcedureKind.BOOKING,
        status=ProcedureStatus.DRAFT,
    )


@dataclass(frozen=True, slots=True)
class BasketCount:
    """How many moments a basket adds and takes away; false when it is empty."""

    added: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def count_basket(*, ticks: Mapping[int, Mapping[int, bool]]) -> BasketCount:
    """Return what a basket changes in all. No query."""
    wanted = [want for wishes in ticks.values() for want in wishes.values()]
    return BasketCount(sum(wanted), len(wanted) - sum(wanted))


def open_drafts(*, actor: Actor) -> list[tuple[int, datetime]]:
    """Return (enrolment id, last change) of the actor's drafts, to offer to take them up again."""
    rows = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        account_id=actor.account_id or 0,
        kind__in=OF_BASKET,
        status=ProcedureStatus.DRAFT,
    )
    found = rows.order_by("-updated_at").values_list("enrolment_id", "updated_at")
    return [(enrolment_id or 0, at) for enrolment_id, at in found]


def items_of_drafts(drafts: Mapping[int, Mapping[int, bool]]) -> list[OrderItem]:
    """Return the order that these drafts make."""
    return [
        OrderItem(
            enrolment_id=enrolment_id,
            add=frozenset(slot for slot, want in wanted.items() if want),
            remove=frozenset(slot for slot, want in wanted.items() if not want),
        )
        for enrolment_id, wanted in drafts.items()
        if wanted
    ]


def reverse_of(*, view: ProcedureView) -> OrderItem:
    """Return the order that undoes a démarche of reservations."""
    return OrderItem(
        enrolment_id=view.enrolment_id or 0,
        add=frozenset(each.slot_id for each in view.removed),
        remove=frozenset(each.slot_id for each in view.added),
    )


def preview_order(
    *,
    actor: Actor,
    items: Sequence[OrderItem],
    now: datetime,
    with_reason: bool = False,
    enrolments: Mapping[int, BookableEnrolment] | None = None,
) -> Outcome:
    """Return what placing this order would give now, without taking anything (A09-39).

    :param with_reason: as if an agent had given a reason to go past deadlines and capacities.
    :param enrolments: those that the actor may book, when the caller has just read them.
    :raises NotFound: an enrolment or a slot is not the actor's.
    """
    return bookings.preview_change(actor=actor, items=items, now=now, with_reason=with_reason, enrolments=enrolments)


def _numbered(actor: Actor, *, nobody_s: Collection[int] | None = None) -> QuerySet[Procedure]:
    # What was answered is encrypted and long, and stands on the page of the démarche alone.
    rows = Procedure.objects.only(*_OF_VIEW).filter(organisation_id=actor.organisation_id, number__isnull=False)
    if actor.audience == FAMILY:
        rows = without_private(actor=actor, rows=rows.filter(family_id__in=actor.family_ids))
        return without_closed(actor=actor, rows=rows)
    return within_limits(actor=actor, rows=rows, nobody_s=nobody_s)


_OF_VIEW = (
    "organisation_id",
    "number",
    "kind",
    "status",
    "family_id",
    "child_id",
    "enrolment_id",
    "department_id",
    "person",
    "subject",
    "first_on",
    "last_on",
    "on_behalf",
    "submitted_at",
    "decided_at",
    "order_key",
)


def view_of(
    row: Procedure,
    *,
    items: tuple[ProcedureItem, ...] = (),
    hours: tuple[HoursDay, ...] = (),
    timeline: tuple[TimelineLine, ...] = (),
) -> ProcedureView:
    """Return one numbered row as a view; no query."""
    assert row.number is not None  # noqa: S101 -- a database constraint
    assert row.submitted_at is not None  # noqa: S101 -- given with the number
    return ProcedureView(
        number=row.number,
        kind=row.kind,
        status=row.status,
        family_id=row.family_id,
        child_id=row.child_id,
        enrolment_id=row.enrolment_id,
        department_id=row.department_id,
        person=row.person,
        subject=row.subject,
        span=(row.first_on, row.last_on) if row.first_on and row.last_on else (),
        on_behalf=row.on_behalf,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        order_key=row.order_key,
        items=items,
        hours=hours,
        timeline=timeline,
    )
