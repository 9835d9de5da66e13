"""What waits for a family: drafts to take up again, complements asked for, the other parent's acts to agree to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import Actor
from preau.base.facts import NotAllowed, NotFound
from preau.domain.catalogue.models import Activity
from preau.domain.catalogue.queries import current_school_year, years_to_prepare
from preau.domain.documents.queries import DuePiece, pieces_due
from preau.domain.families.enums import Authority
from preau.domain.families.models import Child, Guardianship, HouseholdChild, ValidatedDossier
from preau.domain.families.queries import ChildCard, without_closed
from preau.domain.procedures.enums import OPEN_STATUSES, OtherParent, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ToFinish:
    """One thing that waits. `what` is "draft", "asked", "agreement", "dossier", "piece", "overdue" or "declare"."""

    what: str
    kind: str
    number: int | None
    draft_id: int | None
    child_id: int | None
    first_name: str
    hue: int
    subject: str
    at: datetime | None
    enrolment_id: int | None = None  # of reservations ticked and not sent
    day: date | None = None  # last day of a piece that may wait


def waiting_for_family(*, actor: Actor) -> list[ToFinish]:
    """Return the drafts and the démarches that wait for a family, and the acts that wait for its agreement. One query.

    Reservations ticked and not sent are those of the actor alone; twenty lines at most, latest first.
    Of an act of the other household, only what is the child's is given (trust, §2.4).
    """
    drafts = Q(status=ProcedureStatus.DRAFT) & (~Q(kind=ProcedureKind.BOOKING) | Q(account_id=actor.account_id))
    mine = Q(family_id__in=actor.family_ids) & (drafts | Q(status=ProcedureStatus.MORE_ASKED))
    rows = Procedure.objects.filter(mine | _to_agree(actor), organisation_id=actor.organisation_id)
    rows = without_closed(actor=actor, rows=rows)
    child = Child.objects.filter(organisation_id=actor.organisation_id, pk=OuterRef("child_id"))
    rows = rows.annotate(first=Subquery(child.values("first_name")[:1]), hue=Subquery(child.values("hue")[:1]))
    return [_line(actor, row) for row in rows.order_by("-updated_at")[:20]]


def dossiers_to_begin(*, actor: Actor, on: date) -> list[ToFinish]:
    """Return the children whose dossier of the year is neither validated, sent nor begun. One query.

    Nothing where no activity asks for one.
    """
    organisation_id = actor.organisation_id
    year = years_to_prepare(organisation_id=organisation_id, on=on)
    here = HouseholdChild.objects.filter(organisation_id=organisation_id, family_id__in=actor.family_ids)
    here = without_closed(actor=actor, rows=here)
    asked = Activity.objects.filter(organisation_id=organisation_id, requires_dossier=True)
    validated = ValidatedDossier.objects.filter(
        organisation_id=organisation_id, child=OuterRef("pk"), school_year_id=OuterRef("year_id")
    )
    begun = Procedure.objects.filter(
        organisation_id=organisation_id,
        child_id=OuterRef("pk"),
        kind=ProcedureKind.DOSSIER,
        status__in=[ProcedureStatus.DRAFT, *OPEN_STATUSES],
    )
    children = Child.objects.annotate(year_id=Subquery(year.values("pk")[:1]), year=Subquery(year.values("label")[:1]))
    rows = children.filter(
        Exists(asked),
        ~Exists(validated),
        ~Exists(begun),
        organisation_id=organisation_id,
        pk__in=here.values("child_id"),
        year_id__isnull=False,
    ).order_by("birth_date", "pk")
    return [
        ToFinish("dossier", ProcedureKind.DOSSIER, None, None, row.pk, row.first_name, row.hue, row.year, None)
        for row in rows
    ]


def pieces_to_send(*, actor: Actor, family_id: int, children: Collection[ChildCard], on: date) -> list[ToFinish]:
    """Return the pieces « à fournir avant le… » of a household that are overdue or due within `SOON`, soonest first.

    One query where nothing may wait, three otherwise.

    :param children: those whose dossier of the year is begun: the others' dossiers ask for their pieces.
    :raises NotFound: not the actor's household.
    """
    if not children:
        return []
    by_id = {child.child_id: child for child in children}
    due = pieces_due(actor=actor, family_id=family_id, child_ids=list(by_id), on=on)
    return [
        _piece(each, by_id.get(each.child_id or 0))
        for each in sorted(due, key=lambda each: each.due_on)
        if each.due_on <= on + SOON
    ]


def _piece(due: DuePiece, child: ChildCard | None) -> ToFinish:
    what = "overdue" if due.is_overdue else "piece"
    name, hue = (child.first_name, child.hue) if child else ("", 0)
    return ToFinish(what, what, None, None, due.child_id, name, hue, due.title, None, day=due.due_on)


def households_with_dossier(*, actor: Actor, on: date) -> dict[int, list[int]]:
    """Return the households of the children whose dossier of the current school year is sent or validated.

    Two queries: family id → child ids. Reserved to the machine, which reminds them of what they may send later.

    :raises NotAllowed: the actor is a person.
    """
    if not actor.is_system:
        raise NotAllowed("households_with_dossier")
    organisation_id = actor.organisation_id
    year = current_school_year(organisation_id=organisation_id, on=on)
    if year is None:
        return {}
    sent = Procedure.objects.filter(
        organisation_id=organisation_id, kind=ProcedureKind.DOSSIER, status__in=OPEN_STATUSES, payload__year=year.pk
    )
    done = ValidatedDossier.objects.filter(organisation_id=organisation_id, school_year_id=year.pk)
    rows = HouseholdChild.objects.filter(
        Q(child_id__in=done.values("child_id")) | Q(child_id__in=sent.values("child_id")),
        organisation_id=organisation_id,
    )
    found: dict[int, list[int]] = {}
    for family_id, child_id in rows.order_by("family_id", "child_id").values_list("family_id", "child_id"):
        found.setdefault(family_id, []).append(child_id)
    return found


def act_to_agree(*, actor: Actor, number: int) -> ToFinish:
    """Return an act of the other household that waits for this parent's agreement. One query.

    :raises NotFound: no such act waits for them.
    """
    row = (
        Procedure.objects.filter(_to_agree(actor), organisation_id=actor.organisation_id, number=number)
        .annotate(first=_child("first_name"), hue=_child("hue"))
        .first()
    )
    if row is None:
        raise NotFound("procedure")
    return _line(actor, row)


def _to_agree(actor: Actor) -> Q:
    holds: QuerySet[Any] = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids, authority=Authority.EXERCISED
    )
    waits = Q(other_parent=OtherParent.WAITING, status__in=OPEN_STATUSES, child_id__in=holds.values("child_id"))
    return waits & ~Q(family_id__in=actor.family_ids)


def _child(name: str) -> Subquery:
    return Subquery(Child.objects.filter(pk=OuterRef("child_id")).values(name)[:1])


def _line(actor: Actor, row: Procedure) -> ToFinish:
    found = vars(row)
    is_mine = row.family_id in actor.family_ids
    what = "draft" if row.status == ProcedureStatus.DRAFT else "asked"
    return ToFinish(
        what=what if is_mine else "agreement",
        kind=row.kind,
        number=row.number,
        draft_id=row.pk if what == "draft" else None,
        child_id=row.child_id,
        first_name=found["first"] or "",
        hue=found["hue"] or 0,
        subject=row.subject,
        at=row.updated_at,
        enrolment_id=row.enrolment_id,
    )
