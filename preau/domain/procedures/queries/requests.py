"""Requests for hours of care, as a structure answers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.creche.operations import CareOutcome, DayWish, preview_each
from preau.domain.creche.queries.enrolments import CareEnrolment, is_active, known_care
from preau.domain.procedures.enums import OPEN_STATUSES, DayState, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.queries.cases import visible
from preau.domain.procedures.queries.hours import HoursDay, hours_of
from preau.kernel.time_ranges import total_minutes

TO_ANSWER = (ProcedureStatus.SUBMITTED, ProcedureStatus.IN_REVIEW)
QUEUES: Mapping[str, tuple[ProcedureStatus, ...]] = {
    "todo": TO_ANSWER,
    "proposed": (ProcedureStatus.PROPOSED,),
    "done": (ProcedureStatus.ACCEPTED, ProcedureStatus.REFUSED, ProcedureStatus.CANCELLED),
}
SHOWN = 60  # requests of one queue
LATE = 30  # of what is done


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request of a queue. `fits`: every day that waits has room now; None when nothing of it waits."""

    number: int
    status: str
    child_id: int
    person: str
    last_name: str
    hue: int
    subject: str
    enrolment_id: int
    site_id: int | None
    submitted_at: datetime
    due_at: datetime | None
    days: tuple[HoursDay, ...]
    fits: bool | None

    @property
    def waiting(self) -> list[HoursDay]:
        """Return the days that the structure has not answered."""
        return [day for day in self.days if day.state == DayState.WAITING]

    @property
    def span(self) -> tuple[date, ...]:
        return tuple(day.on for day in self.days)

    @property
    def minutes(self) -> int:
        """Return how much longer the child would be there, in minutes; below zero when it leaves hours."""
        return sum(total_minutes(day.asked) - total_minutes(day.before) for day in self.days)


def count_requests(*, actor: Actor) -> int:
    """Return how many requests wait for an answer of the structures that an agent looks after. One query."""
    return _requests(actor).filter(status__in=TO_ANSWER).count()


def _requests(actor: Actor) -> QuerySet[Procedure]:
    """Those of the structures that an agent looks after, and of no other, even where nobody does: as their children."""
    return visible(actor=actor, nobody_s=()).filter(kind=ProcedureKind.HOURS)


def care_requests(*, actor: Actor, now: datetime, queue: str = "todo", site_id: int | None = None) -> list[RequestRow]:
    """Return the requests of a queue, the answer promised first. Nine queries at most, at any size.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = _requests(actor).filter(status__in=QUEUES[queue], number__isnull=False)
    if site_id is not None:
        rows = rows.filter(site_id=site_id)
    order = ("-decided_at", "-number") if queue == "done" else ("due_at", "number")
    found = list(rows.select_related("child").order_by(*order)[: LATE if queue == "done" else SHOWN])
    days = hours_of(rows=found)
    outcomes = _outcomes(actor, found, days, now=now) if queue == "todo" else {}
    return [_row(row, days[row.pk], outcomes.get(row.number or 0)) for row in found]


def find_request(*, actor: Actor, number: int, now: datetime) -> tuple[RequestRow, CareEnrolment | None, CareOutcome]:
    """Return one request, its enrolment while it may be cared for, and what accepting the rest of it would give now.

    :raises NotFound: no such request, or not this agent's; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    row = _requests(actor).filter(number=number).select_related("child").first()
    if row is None:
        raise NotFound("procedure")
    days = hours_of(rows=[row])
    enrolments = known_care(actor=actor, enrolment_ids=[row.enrolment_id or 0])
    if not enrolments:
        if is_active(actor=actor, enrolment_id=row.enrolment_id or 0):
            raise NotFound("enrolment")  # it is another agent's now
        return _row(row, days[row.pk], None), None, CareOutcome({})
    wishes = {number: _wishes(row, days[row.pk])}
    outcome = preview_each(actor=actor, requests=wishes, enrolments=enrolments, now=now)[number]
    return _row(row, days[row.pk], outcome), enrolments[row.enrolment_id or 0], outcome


def _outcomes(
    actor: Actor, rows: Sequence[Procedure], days: Mapping[int, tuple[HoursDay, ...]], *, now: datetime
) -> dict[int, CareOutcome]:
    known = known_care(actor=actor, enrolment_ids={row.enrolment_id for row in rows if row.enrolment_id})
    wishes = {row.number or 0: _wishes(row, days[row.pk]) for row in rows if row.enrolment_id in known}
    return preview_each(actor=actor, requests=wishes, enrolments=known, now=now)


def _wishes(row: Procedure, days: Sequence[HoursDay]) -> list[DayWish]:
    return [DayWish(row.enrolment_id or 0, day.on, day.asked) for day in days if day.state == DayState.WAITING]


def _row(row: Procedure, days: tuple[HoursDay, ...], outcome: CareOutcome | None) -> RequestRow:
    assert row.number is not None  # noqa: S101 -- filtered
    assert row.submitted_at is not None  # noqa: S101 -- given with the number
    return RequestRow(
        number=row.number,
        status=row.status,
        child_id=row.child_id or 0,
        person=row.person,
        last_name=row.child.last_name if row.child else "",
        hue=row.child.hue if row.child else 0,
        subject=row.subject,
        enrolment_id=row.enrolment_id or 0,
        site_id=row.site_id,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        days=days,
        fits=None if outcome is None or row.status not in OPEN_STATUSES else not outcome.refused,
    )
