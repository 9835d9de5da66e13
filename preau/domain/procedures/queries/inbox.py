"""The agents' inbox: « Démarches à traiter »."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import Actor
from preau.base.search import wanted_words
from preau.domain.accounts.enums import Role
from preau.domain.families.models import SearchWord
from preau.domain.procedures.enums import OF_BASKET, OPEN_STATUSES, ProcedureStatus
from preau.domain.procedures.models import Procedure, ProcedureMessage, ReasonTemplate
from preau.domain.procedures.queries.cases import ProcedureFile, visible

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
    family_id: int = 0  # what one household waits for, answered in one go

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


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a queue, around a démarche: `before` and `after` are the numbers of its neighbours."""

    rows: tuple[InboxRow, ...]
    total: int
    page: int
    before: int | None
    after: int | None


def inbox(
    *,
    actor: Actor,
    wanted: InboxFilter,
    now: datetime,
    limit: int,
    page: int = 1,
    near: ProcedureFile | None = None,
    total: int | None = None,
) -> InboxPage:
    """Return a page of a queue, the most urgent first. Three queries at most, at any size.

    Past the end, the last page is returned.

    :param near: the page is the one where this démarche is, or was before it left the queue; else, its neighbours
        are those of the first row.
    :param total: how many there are, when `queue_counts` has said it: one query less.
    :raises NotAllowed: the actor is neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = _queue(actor, wanted).filter(_narrow(actor, wanted, now))
    total = rows.count() if total is None else total
    if total == 0:
        return InboxPage((), 0, 1, None, None)
    before = _beside(wanted, near, is_before=True) if near else None
    rank = rows.filter(before).count() if before is not None else (max(1, page) - 1) * limit
    start = min(rank, total - 1) // limit * limit
    rank = start if before is None else rank
    first = max(0, start - 1)  # one row more on each side: the neighbours of the first and of the last
    order = _order(wanted)
    # The page is chosen first; names and last words are then read for these few rows only.
    chosen = rows.order_by(*order).values("pk")[first : start + limit + 1]
    mine = Procedure.objects.filter(organisation_id=actor.organisation_id, pk__in=chosen)
    found = [_row(each) for each in _annotated(actor, mine).order_by(*order)]
    place = rank - first
    is_there = place < len(found) and (before is None or near is None or found[place].number == near.view.number)
    after = place + 1 if is_there else place
    return InboxPage(
        rows=tuple(found[start - first : start - first + limit]),
        total=total,
        page=start // limit + 1,
        before=found[place - 1].number if 0 < place <= len(found) else None,
        after=found[after].number if after < len(found) else None,
    )


def next_in_queue(*, actor: Actor, wanted: InboxFilter, now: datetime, near: ProcedureFile) -> int | None:
    """Return the number that follows a démarche in a queue, whether it has left it or not. One query."""
    after = _beside(wanted, near, is_before=False)
    if after is None:
        return None
    rows = _queue(actor, wanted).filter(_narrow(actor, wanted, now), after).order_by(*_order(wanted))
    return rows.values_list("number", flat=True).first()


SOON = timedelta(hours=24)  # due within it: said on the first page of the day


def queue_counts(*, actor: Actor, now: datetime, wanted: InboxFilter | None = None) -> dict[str, int]:
    """Return how many démarches wait in each open queue, how many are late or due within a day,
    how many have no anomaly. One query.

    :param wanted: counted too, as "wanted", when its queue is an open one.
    """
    rows = visible(actor=actor).filter(status__in=OPEN_STATUSES).exclude(kind__in=OF_BASKET)
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
        soon=Count("pk", filter=waits & Q(due_at__gte=now, due_at__lt=now + SOON)),
        clean=Count("pk", filter=waits & Q(is_clean=True, other_parent__in=["", "agreed"])),
        **more,
    )
    return {key: int(value) for key, value in found.items()}


def todo_count(*, actor: Actor) -> int:
    """Return how many démarches wait for an answer of the service: what the menu says. One query."""
    # Not written once: planned for any state, it reads all the démarches of the town; these two are few.
    counted = _queue(actor, InboxFilter()).aggregate(waiting=Count("*"))
    return int(counted["waiting"])


def reason_templates(*, actor: Actor) -> list[tuple[str, str]]:
    """Return (title, text) of the sentences that agents choose from. One query."""
    rows = ReasonTemplate.objects.filter(organisation_id=actor.organisation_id).order_by("position", "title")
    return list(rows.values_list("title", "text"))


def _queue(actor: Actor, wanted: InboxFilter, *, nobody_s: Collection[int] | None = None) -> QuerySet[Procedure]:
    rows = visible(actor=actor, nobody_s=nobody_s).filter(_in_queue(actor, wanted.queue))
    return rows.exclude(kind__in=OF_BASKET)


def _in_queue(actor: Actor, queue: str) -> Q:
    found = Q(status__in=QUEUES[queue])
    if queue != "done":
        found &= Q(held_until__isnull=queue != "held")
    if queue == "mine":
        found &= Q(assignee_id=actor.account_id)
    return found


def _order(wanted: InboxFilter) -> tuple[str, str]:
    return ("-decided_at", "-number") if wanted.queue == "done" else ("due_at", "number")


def _beside(wanted: InboxFilter, near: ProcedureFile, *, is_before: bool) -> Q | None:
    """What is before or after a démarche in the order of a queue; None for what is in no queue."""
    is_done = wanted.queue == "done"
    name, at = ("decided_at", near.view.decided_at) if is_done else ("due_at", near.due_at)
    if at is None:
        return None
    side = "lt" if is_before != is_done else "gt"
    return Q((f"{name}__{side}", at)) | Q((name, at), (f"number__{side}", near.view.number))


def _narrow(actor: Actor, wanted: InboxFilter, now: datetime) -> Q:
    """What the agent's filter keeps of a queue."""
    found = Q()
    for name, value in (
        ("kind", wanted.kind),
        ("status", wanted.state),
        ("department_id", wanted.department_id),
        ("family_id", wanted.family_id),
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
    """Every word begins a name, a telephone or an e-mail of the household, or is the number: as families are found."""
    found = Q()
    for word in wanted_words(text):
        words = SearchWord.objects.filter(organisation_id=actor.organisation_id, word__beginning=word)
        named = Q(family_id__in=words.values("family_id"))
        if word.isdigit():
            named |= Q(number=int(word[:9]))
        found &= named
    return found


def _annotated(actor: Actor, rows: QuerySet[Procedure]) -> QuerySet[Procedure]:
    last = ProcedureMessage.objects.filter(
        organisation_id=actor.organisation_id, procedure=OuterRef("pk"), is_note=False
    ).order_by("-at", "-pk")
    return rows.defer("answers", "wishes", "held", "asked").annotate(
        child_first=F("child__first_name"),
        child_last=F("child__last_name"),
        child_hue=F("child__hue"),
        family_name=F("family__name"),
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
