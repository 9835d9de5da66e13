"""What waits for a family: drafts to take up again, complements asked for, the other parent's acts to agree to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value

from preau.base.actor import Actor
from preau.base.facts import NotAllowed, NotFound
from preau.base.written import written
from preau.domain.catalogue.models import Activity, SchoolYear
from preau.domain.catalogue.queries import BEFORE_SUMMER, current_school_year, years_to_prepare
from preau.domain.documents.queries.folders import LackingPiece, lacking_pieces
from preau.domain.families.enums import Authority
from preau.domain.families.models import (
    Child,
    Guardianship,
    HouseholdChild,
    ValidatedDossier,
)
from preau.domain.families.queries.children import SheetState, Situations, without_closed
from preau.domain.families.queries.files import ChildCard
from preau.domain.procedures.enums import OF_BASKET, OPEN_STATUSES, OtherParent, ProcedureKind, ProcedureStatus
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.queries.visibility import without_private

SOON = timedelta(days=30)
TOLD_DURING = timedelta(days=30)  # a refusal that nobody asks again
MAX_LINES = 40


@dataclass(frozen=True, slots=True)
class ToFinish:
    """One thing that waits for a family.

    `what` is "asked", "proposed", "refused", "agreement", "overdue", "draft", "piece", "resend", "missing", "dossier"
    or "declare"; "pending" waits for the service, until `at`.
    """

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
    # Of reservations not sent, slot id → wanted; of hours, day (ordinal) → whether some are asked for.
    wishes: Mapping[int, bool] = field(default_factory=dict)


def waiting_for_family(*, actor: Actor, children: Collection[ChildCard], on: date) -> list[ToFinish]:
    """Return the drafts and the démarches that wait for a family, and the acts that wait for its agreement.

    With them, what the service has refused lately and nobody has asked again, and what it is looking at.
    Reservations ticked and not sent are those of the actor alone; forty lines at most, latest first.
    Of an act of the other household, only what is the child's is given (trust, §2.4).
    One query, one more when a child is in none of the actor's households.

    :param children: known already: their names are not read again.
    """
    since = datetime.combine(on - TOLD_DURING, time(), tzinfo=actor.zone)
    return _lines(actor, _waiting_rows(actor=actor, since=since), children)


@written
def _waiting_rows(*, actor: Actor, since: datetime) -> QuerySet[Procedure]:
    drafts = Q(status=ProcedureStatus.DRAFT) & (~Q(kind__in=OF_BASKET) | Q(account_id=actor.account_id))
    answered = Q(status=ProcedureStatus.MORE_ASKED) | ~Q(kind=ProcedureKind.BOOKING) & (
        Q(status__in=OPEN_STATUSES) | _refused_since(actor, since)
    )
    mine = Q(family_id__in=actor.family_ids) & (drafts | answered)
    rows = Procedure.objects.only(*_SHOWN).filter(mine | _to_agree(actor), organisation_id=actor.organisation_id)
    rows = without_closed(actor=actor, rows=without_private(actor=actor, rows=rows))
    return rows.order_by("-updated_at")[:MAX_LINES]


_SHOWN = (
    "number",
    "kind",
    "status",
    "family_id",
    "child_id",
    "subject",
    "updated_at",
    "due_at",
    "enrolment_id",
    "kept_at",
    "wishes",
)


def _refused_since(actor: Actor, since: datetime) -> Q:
    """What was refused and nobody has asked again since: the family has to read why."""
    again = Procedure.objects.filter(
        organisation_id=actor.organisation_id,
        family_id=OuterRef("family_id"),
        kind=OuterRef("kind"),
        updated_at__gt=OuterRef("decided_at"),
    ).filter(*(Q(**{name: OuterRef(name)}) | Q(**{f"{name}__isnull": True}) for name in ("child_id", "activity_id")))
    # A piece that was refused is among the pieces to send again.
    is_refused = Q(status=ProcedureStatus.REFUSED, decided_at__gte=since) & ~Q(kind=ProcedureKind.DOCUMENT)
    return is_refused & ~Q(Exists(again.exclude(pk=OuterRef("pk"))))


def dossiers_to_begin(*, actor: Actor, children: Collection[ChildCard], on: date) -> list[ToFinish]:
    """Return the children whose dossier of the year is neither validated, sent nor begun. One query.

    Nothing where no activity asks for one.

    :param children: of the actor's household, whose things it may read.
    """
    if not children:
        return []
    year, done = _dossiers_done(
        _dossier_rows(
            organisation_id=actor.organisation_id,
            child_ids=[child.child_id for child in children],
            on=on,
            soon=on + BEFORE_SUMMER,
        )
    )
    return [
        ToFinish("dossier", ProcedureKind.DOSSIER, None, None, child.child_id, child.first_name, child.hue, year, None)
        for child in children
        if year and child.child_id not in done and not child.is_unborn
    ]


@written
def _dossier_rows(
    *, organisation_id: int, child_ids: Collection[int], on: date, soon: date
) -> QuerySet[SchoolYear, tuple[int, str]]:
    """The year to prepare, the dossiers validated and those begun, one after another in the same answer."""
    asked = Activity.objects.filter(organisation_id=organisation_id, requires_dossier=True)
    years = years_to_prepare(organisation_id=organisation_id, on=on, soon=soon)
    mine = {"organisation_id": organisation_id, "child_id__in": child_ids}
    validated = ValidatedDossier.objects.filter(**mine, school_year_id=Subquery(years.values("pk")[:1]))
    begun = Procedure.objects.filter(
        **mine, kind=ProcedureKind.DOSSIER, status__in=[ProcedureStatus.DRAFT, *OPEN_STATUSES]
    )
    year = SchoolYear.objects.filter(Exists(asked), pk=Subquery(years.values("pk")[:1]))
    return year.values_list(Value(0), "label").union(
        validated.values_list("child_id", Value("")), begun.values_list("child_id", Value("")), all=True
    )


def _dossiers_done(rows: Iterable[tuple[int, str]]) -> tuple[str, set[int]]:
    """The label of the year to prepare, "" where nothing asks for a dossier, and the children who have one."""
    label, done = "", set()
    for child_id, words in rows:
        label = words or label
        done.add(child_id)
    return label, done


def sheets_to_fill(*, children: Collection[ChildCard], sheets: Collection[SheetState]) -> list[ToFinish]:
    """Return what lacks in the sheets of the children: a health sheet, answers to authorisations, a PAI that is over.

    :param sheets: see `families.queries.children.sheets_of_children`.
    """
    by_id = {child.child_id: child for child in children}
    return [line for sheet in sheets for line in _sheet_lines(by_id[sheet.child_id], sheet)]


def _sheet_lines(child: ChildCard, sheet: SheetState) -> Iterable[ToFinish]:
    who = (None, None, child.child_id, child.first_name, child.hue, "", None)
    if sheet.pai_until is not None:
        yield ToFinish("pai", ProcedureKind.PAI, *who, day=sheet.pai_until)
    if sheet.lacking:
        yield ToFinish("sheets", " ".join(sheet.lacking), *who)


def pieces_to_send(
    *, actor: Actor, family_id: int, children: Collection[ChildCard], situations: Situations, on: date
) -> list[ToFinish]:
    """Return the pieces of a household to send, or to send again, the soonest day first.

    A piece that may wait is told when it is overdue or due within `SOON`; one that was refused or is over, at once.
    One query, which is that of `documents.queries.folders.lacking_pieces`.

    :param children: those whose dossier of the year is begun: the others' dossiers ask for their pieces.
    :param situations: of these children, read already (`families.queries.children`).
    :raises NotFound: not the actor's household.
    """
    if not children:
        return []
    by_id = {child.child_id: child for child in children}
    lacking = lacking_pieces(actor=actor, family_id=family_id, child_ids=list(by_id), situations=situations, on=on)
    told = [each for each in lacking if each.due_on is None or each.why != "missing" or each.due_on <= on + SOON]
    return [
        _piece(each, by_id.get(each.child_id or 0), on=on)
        for each in sorted(told, key=lambda each: each.due_on or date.max)
    ]


def _piece(piece: LackingPiece, child: ChildCard | None, *, on: date) -> ToFinish:
    what = "missing" if piece.why == "missing" else "resend"
    if piece.due_on is not None:
        what = "overdue" if on > piece.due_on else ("piece" if what == "missing" else what)
    name, hue = (child.first_name, child.hue) if child else ("", 0)
    return ToFinish(what, piece.why, None, None, piece.child_id, name, hue, piece.title, None, day=piece.due_on)


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
        organisation_id=organisation_id, kind=ProcedureKind.DOSSIER, status__in=OPEN_STATUSES, school_year_id=year.pk
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


def own_declaration(*, actor: Actor, on: date) -> ToFinish | None:
    """Return where the declaration of a household's persons is: begun, with the service, refused. One query."""
    waiting = waiting_for_family(actor=actor, children=(), on=on)
    return next((each for each in waiting if each.kind == ProcedureKind.ENTOURAGE and each.what != "agreement"), None)


def act_to_agree(*, actor: Actor, number: int) -> ToFinish:
    """Return an act of the other household that waits for this parent's agreement. Two queries.

    :raises NotFound: no such act waits for them.
    """
    rows = Procedure.objects.filter(_to_agree(actor), organisation_id=actor.organisation_id, number=number)
    found = _lines(actor, rows, ())
    if not found:
        raise NotFound("procedure")
    return found[0]


def _to_agree(actor: Actor) -> Q:
    """The acts of another household about a child of this parent. Its children are given where they are known:
    looked for inside, all the démarches that are open in the town would be read."""
    children: Any = actor.exercised_child_ids
    if children is None:
        holds = Guardianship.objects.filter(
            organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids, authority=Authority.EXERCISED
        )
        children = holds.values("child_id")
    waits = Q(other_parent=OtherParent.WAITING, status__in=OPEN_STATUSES, child_id__in=children)
    return waits & ~Q(family_id__in=actor.family_ids)


def _lines(actor: Actor, rows: Iterable[Procedure], children: Collection[ChildCard]) -> list[ToFinish]:
    found = list(rows)
    known = {child.child_id: (child.first_name, child.hue) for child in children}
    unknown = {row.child_id for row in found if row.child_id} - known.keys()
    if unknown:
        names = Child.objects.filter(organisation_id=actor.organisation_id, pk__in=unknown)
        known |= {pk: (first_name, hue) for pk, first_name, hue in names.values_list("pk", "first_name", "hue")}
    return [_line(actor, row, *known.get(row.child_id or 0, ("", 0))) for row in found]


def _line(actor: Actor, row: Procedure, first_name: str, hue: int) -> ToFinish:
    is_mine = row.family_id in actor.family_ids
    what = "kept" if row.kept_at else _WHAT.get(row.status, "pending")
    return ToFinish(
        what=what if is_mine else "agreement",
        kind=row.kind,
        number=row.number,
        draft_id=row.pk if what in ("draft", "kept") else None,
        child_id=row.child_id,
        first_name=first_name,
        hue=hue,
        subject=row.subject,
        at=row.due_at if what == "pending" else row.updated_at,
        enrolment_id=row.enrolment_id,
        wishes=_wishes(row),
    )


def _wishes(row: Procedure) -> dict[int, bool]:
    if row.kind == ProcedureKind.HOURS:
        return {date.fromisoformat(on).toordinal(): bool(ranges) for on, ranges in row.wishes.items()}
    return {int(slot): bool(want) for slot, want in row.wishes.items()}


_WHAT: dict[str, str] = {
    ProcedureStatus.DRAFT: "draft",
    ProcedureStatus.MORE_ASKED: "asked",
    ProcedureStatus.PROPOSED: "proposed",
    ProcedureStatus.REFUSED: "refused",
}
