"""The agents' inbox: « Démarches à traiter »."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import Actor
from preau.base.search import fold
from preau.domain.accounts.enums import Role
from preau.domain.families.models import Child, Family
from preau.domain.procedures.enums import ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedureMessage, ReasonTemplate
from preau.domain.procedures.queries.cases import visible

WAITING = (ProcedureStatus.SUBMITTED, ProcedureStatus.IN_REVIEW)
QUEUES = ("todo", "mine", "asked", "held", "done")


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What an agent looks at. `queue` is one of QUEUES; 0 and "" mean all."""

    queue: str = "todo"
    kind: str = ""
    department_id: int = 0
    text: str = ""
    clean_only: bool = False

    @property
    def is_whole_queue(self) -> bool:
        """Tell whether nothing narrows the queue: then its count is known."""
        return not (self.kind or self.department_id or self.text or self.clean_only)


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
    is_clean: bool
    other_parent: str
    assignee_id: int | None
    has_message: bool  # the last word is the family's


def inbox(
    *, actor: Actor, wanted: InboxFilter, limit: int, offset: int = 0, total: int | None = None
) -> tuple[list[InboxRow], int]:
    """Return a page of a queue, the most urgent first, and how many there are. Two queries at any size.

    :param total: how many there are, when `queue_counts` has said it: one query less.
    :raises NotAllowed: the actor is neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = _filtered(actor, wanted)
    total = rows.count() if total is None else total
    order = ("-decided_at", "-number") if wanted.queue == "done" else ("due_at", "number")
    page = _annotated(actor, rows).order_by(*order)[offset : offset + limit]
    return [_row(each) for each in page], total


def neighbours(*, actor: Actor, wanted: InboxFilter, number: int) -> tuple[int | None, int | None]:
    """Return the numbers before and after a démarche in a queue. Three queries at most.

    When it has left the queue meanwhile, the next one is the first of the queue.
    """
    rows = _filtered(actor, wanted)
    here = visible(actor=actor).filter(number=number).values_list("due_at", "decided_at").first()
    if here is None:
        return None, None
    if wanted.queue == "done":
        before = rows.filter(number__gt=number).order_by("number")
        after = rows.filter(number__lt=number).order_by("-number")
    else:
        due = here[0]
        before = rows.filter(Q(due_at__lt=due) | Q(due_at=due, number__lt=number)).order_by("-due_at", "-number")
        after = rows.filter(Q(due_at__gt=due) | Q(due_at=due, number__gt=number)).order_by("due_at", "number")
    return before.values_list("number", flat=True).first(), after.values_list("number", flat=True).first()


def queue_counts(*, actor: Actor) -> dict[str, int]:
    """Return how many démarches wait in each open queue. One query."""
    rows = visible(actor=actor).exclude(kind=ProcedureKind.BOOKING)
    held = Q(held_until__isnull=False)
    found = rows.aggregate(
        todo=Count("pk", filter=Q(status__in=WAITING) & ~held),
        mine=Count("pk", filter=Q(status__in=WAITING, assignee_id=actor.account_id) & ~held),
        asked=Count("pk", filter=Q(status=ProcedureStatus.MORE_ASKED) & ~held),
        held=Count("pk", filter=held),
        clean=Count("pk", filter=Q(status__in=WAITING, is_clean=True, other_parent__in=["", "agreed"]) & ~held),
    )
    return {key: int(value) for key, value in found.items()}


def reason_templates(*, actor: Actor) -> list[tuple[str, str]]:
    """Return (title, text) of the sentences that agents choose from. One query."""
    rows = ReasonTemplate.objects.filter(organisation_id=actor.organisation_id).order_by("position", "title")
    return list(rows.values_list("title", "text"))


def _filtered(actor: Actor, wanted: InboxFilter) -> QuerySet[Procedure]:
    rows = visible(actor=actor).filter(number__isnull=False)
    if wanted.queue == "done":
        rows = rows.filter(
            status__in=[ProcedureStatus.ACCEPTED, ProcedureStatus.REFUSED, ProcedureStatus.CANCELLED]
        ).exclude(kind=ProcedureKind.BOOKING)
    elif wanted.queue == "asked":
        rows = rows.filter(status=ProcedureStatus.MORE_ASKED, held_until__isnull=True)
    elif wanted.queue == "held":
        rows = rows.filter(held_until__isnull=False)
    else:
        rows = rows.filter(status__in=WAITING, held_until__isnull=True)
        if wanted.queue == "mine":
            rows = rows.filter(assignee_id=actor.account_id)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.department_id:
        rows = rows.filter(department_id=wanted.department_id)
    if wanted.clean_only:
        rows = rows.filter(is_clean=True, other_parent__in=["", "agreed"])
    return _matching(actor, rows, wanted.text)


def _matching(actor: Actor, rows: QuerySet[Procedure], text: str) -> QuerySet[Procedure]:
    """Every word is in a name of the family or the child, or is the number."""
    organisation_id = actor.organisation_id
    for word in fold(text).split():
        children = Child.objects.filter(organisation_id=organisation_id, search__contains=word)
        families = Family.objects.filter(organisation_id=organisation_id, adults__search__contains=word)
        found = Q(child_id__in=children.values("pk")) | Q(family_id__in=families.values("pk"))
        if word.isdigit():
            found |= Q(number=int(word[:9]))
        rows = rows.filter(found)
    return rows


def _annotated(actor: Actor, rows: QuerySet[Procedure]) -> QuerySet[Procedure]:
    child = Child.objects.filter(organisation_id=actor.organisation_id, pk=OuterRef("child_id"))
    family = Family.objects.filter(organisation_id=actor.organisation_id, pk=OuterRef("family_id"))
    last = ProcedureMessage.objects.filter(
        organisation_id=actor.organisation_id, procedure=OuterRef("pk"), is_note=False
    ).order_by("-at", "-pk")
    return rows.annotate(
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
        is_clean=row.is_clean,
        other_parent=row.other_parent,
        assignee_id=row.assignee_id,
        has_message=found["last_is_staff"] is False,
    )
