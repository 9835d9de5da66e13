"""The agents' inbox: « Démarches à traiter »."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import Actor
from preau.base.search import fold
from preau.domain.accounts.enums import Role
from preau.domain.families.models import Child, Family
from preau.domain.procedures.enums import OPEN_STATUSES, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedureMessage, ReasonTemplate
from preau.domain.procedures.queries.cases import visible

WAITING = (ProcedureStatus.SUBMITTED, ProcedureStatus.IN_REVIEW)
CLOSED = (ProcedureStatus.ACCEPTED, ProcedureStatus.REFUSED, ProcedureStatus.CANCELLED)
# Each queue with the states that may be in it.
QUEUES: Mapping[str, tuple[ProcedureStatus, ...]] = {
    "todo": WAITING,
    "mine": WAITING,
    "asked": (ProcedureStatus.MORE_ASKED,),
    "held": OPEN_STATUSES,
    "done": CLOSED,
}
NOBODY = -1


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What an agent looks at. `queue` is one of QUEUES; 0 and "" mean all.

    `assignee_id` is an account, or NOBODY for what no one has taken.
    """

    queue: str = "todo"
    kind: str = ""
    state: str = ""
    department_id: int = 0
    assignee_id: int = 0
    is_late: bool = False
    text: str = ""
    clean_only: bool = False

    @property
    def is_whole_queue(self) -> bool:
        """Tell whether nothing narrows the queue: then its count is known."""
        return self == InboxFilter(queue=self.queue)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the queue."""

    number: int
    kind: str
    status: str
    subject: str
    family_name: str
    child_name: str
    hue: int
    submitted_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    is_clean: bool
    other_parent: str
    assignee_id: int | None
    has_message: bool  # the last word is the family's


def inbox(
    *, actor: Actor, wanted: InboxFilter, now: datetime, limit: int, offset: int = 0, total: int | None = None
) -> tuple[list[InboxRow], int]:
    """Return a page of a queue, the most urgent first, and how many there are. Two queries at any size.

    Past the end, the last page is returned.

    :param total: how many there are, when `queue_counts` has said it: one query less.
    :raises NotAllowed: the actor is neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = _queue(actor, wanted).filter(_narrow(actor, wanted, now))
    total = rows.count() if total is None else total
    if total == 0:
        return [], 0
    order = ("-decided_at", "-number") if wanted.queue == "done" else ("due_at", "number")
    start = min(offset, (total - 1) // limit * limit)
    # The page is chosen first; names and last words are then read for these few rows only.
    chosen = rows.order_by(*order).values("pk")[start : start + limit]
    page = _annotated(actor, Procedure.objects.filter(organisation_id=actor.organisation_id, pk__in=chosen))
    return [_row(each) for each in page.order_by(*order)], total


def neighbours(*, actor: Actor, wanted: InboxFilter, now: datetime, number: int) -> tuple[int | None, int | None]:
    """Return the numbers before and after a démarche in a queue. Three queries at most.

    When it has left the queue meanwhile, they are those around the place that it had.
    """
    rows = _queue(actor, wanted).filter(_narrow(actor, wanted, now))
    here = visible(actor=actor).filter(number=number).values_list("due_at", "decided_at").first()
    is_done = wanted.queue == "done"
    if here is None or here[is_done] is None:  # an order of reservations is in no queue
        return None, None
    if is_done:
        at = here[1]
        before = rows.filter(Q(decided_at__gt=at) | Q(decided_at=at, number__gt=number)).order_by(
            "decided_at", "number"
        )
        after = rows.filter(Q(decided_at__lt=at) | Q(decided_at=at, number__lt=number)).order_by(
            "-decided_at", "-number"
        )
    else:
        due = here[0]
        before = rows.filter(Q(due_at__lt=due) | Q(due_at=due, number__lt=number)).order_by("-due_at", "-number")
        after = rows.filter(Q(due_at__gt=due) | Q(due_at=due, number__gt=number)).order_by("due_at", "number")
    return before.values_list("number", flat=True).first(), after.values_list("number", flat=True).first()


def queue_counts(*, actor: Actor, now: datetime, wanted: InboxFilter | None = None) -> dict[str, int]:
    """Return how many démarches wait in each open queue, how many are late, how many have no anomaly. One query.

    :param wanted: counted too, as "wanted", when its queue is an open one.
    """
    rows = visible(actor=actor).filter(status__in=OPEN_STATUSES).exclude(kind=ProcedureKind.BOOKING)
    waits = _in_queue(actor, "todo")
    more = {}
    if wanted is not None and wanted.queue != "done":
        more["wanted"] = Count("pk", filter=_in_queue(actor, wanted.queue) & _narrow(actor, wanted, now))
    found = rows.aggregate(
        todo=Count("pk", filter=waits),
        mine=Count("pk", filter=_in_queue(actor, "mine")),
        asked=Count("pk", filter=_in_queue(actor, "asked")),
        held=Count("pk", filter=_in_queue(actor, "held")),
        late=Count("pk", filter=waits & Q(due_at__lt=now)),
        clean=Count("pk", filter=waits & Q(is_clean=True, other_parent__in=["", "agreed"])),
        **more,
    )
    return {key: int(value) for key, value in found.items()}


def reason_templates(*, actor: Actor) -> list[tuple[str, str]]:
    """Return (title, text) of the sentences that agents choose from. One query."""
    rows = ReasonTemplate.objects.filter(organisation_id=actor.organisation_id).order_by("position", "title")
    return list(rows.values_list("title", "text"))


def _queue(actor: Actor, wanted: InboxFilter) -> QuerySet[Procedure]:
    return visible(actor=actor).filter(_in_queue(actor, wanted.queue)).exclude(kind=ProcedureKind.BOOKING)


def _in_queue(actor: Actor, queue: str) -> Q:
    found = Q(status__in=QUEUES[queue])
    if queue != "done":
        found &= Q(held_until__isnull=queue != "held")
    if queue == "mine":
        found &= Q(assignee_id=actor.account_id)
    return found


def _narrow(actor: Actor, wanted: InboxFilter, now: datetime) -> Q:
    """What the agent's filter keeps of a queue."""
    found = Q()
    for name, value in (
        ("kind", wanted.kind),
        ("status", wanted.state),
        ("department_id", wanted.department_id),
        ("assignee_id", max(0, wanted.assignee_id)),
    ):
        if value:
            found &= Q((name, value))
    if wanted.assignee_id == NOBODY:
        found &= Q(assignee_id__isnull=True)
    if wanted.is_late:
        found &= Q(due_at__lt=now)
    if wanted.clean_only:
        found &= Q(is_clean=True, other_parent__in=["", "agreed"])
    return found & _named(actor, wanted.text)


def _named(actor: Actor, text: str) -> Q:
    """Every word is in a name of the family or the child, or is the number."""
    organisation_id, found = actor.organisation_id, Q()
    for word in fold(text).split():
        children = Child.objects.filter(organisation_id=organisation_id, search__contains=word)
        families = Family.objects.filter(organisation_id=organisation_id, adults__search__contains=word)
        named = Q(child_id__in=children.values("pk")) | Q(family_id__in=families.values("pk"))
        if word.isdigit():
            named |= Q(number=int(word[:9]))
        found &= named
    return found


def _annotated(actor: Actor, rows: QuerySet[Procedure]) -> QuerySet[Procedure]:
    child = Child.objects.filter(organisation_id=actor.organisation_id, pk=OuterRef("child_id"))
    family = Family.objects.filter(organisation_id=actor.organisation_id, pk=OuterRef("family_id"))
    last = ProcedureMessage.objects.filter(
        organisation_id=actor.organisation_id, procedure=OuterRef("pk"), is_note=False
    ).order_by("-at", "-pk")
    return rows.defer("answers", "payload", "held", "asked").annotate(
        child_first=Subquery(child.values("first_name")[:1]),
        child_last=Subquery(child.values("last_name")[:1]),
        child_hue=Subquery(child.values("hue")[:1]),
        family_name=Subquery(family.values("name")[:1]),
        last_is_staff=Subquery(last.values("is_staff")[:1]),
    )


def _row(row: Procedure) -> InboxRow:
    found = vars(row)
    assert row.number is not None  # noqa: S101 -- filtered
    assert row.submitted_at is not None  # noqa: S101 -- given with the number
    name = " ".join(part for part in (found["child_first"], found["child_last"]) if part)
    return InboxRow(
        number=row.number,
        kind=row.kind,
        status=row.status,
        subject=row.subject,
        family_name=found["family_name"] or "",
        child_name=name,
        hue=found["child_hue"] or 0,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        decided_at=row.decided_at,
        is_clean=row.is_clean,
        other_parent=row.other_parent,
        assignee_id=row.assignee_id,
        has_message=found["last_is_staff"] is False,
    )
