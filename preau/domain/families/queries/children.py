"""Reads of one child: who may see it, its sheets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.written import written
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import Answer, Authority, ContactKind, SheetGap
from preau.domain.families.models import (
    Child,
    ChildHealth,
    Consent,
    ConsentType,
    Contact,
    Guardianship,
    HouseholdChild,
    ResidenceCalendar,
    ValidatedDossier,
)
from preau.domain.families.rules import pai_state, sheet_gaps

Row = TypeVar("Row", bound=Model)
Situations = dict[int | None, set[str]]  # child id → why pieces are asked; None is the household


@dataclass(frozen=True, slots=True)
class HealthSheet:
    """The health of a child, as its parents wrote it. Empty when nothing was said yet."""

    values: Mapping[str, Any]
    updated_at: datetime | None
    updated_by: str


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One authorisation and its answer."""

    code: str
    title: str
    help: str
    is_required: bool
    answer: str
    answered_at: datetime | None
    answered_by: str


@dataclass(frozen=True, slots=True)
class SheetState:
    """What lacks in the sheets of a child; `pai_until`, of a PAI that is over or about to be."""

    child_id: int
    lacking: Sequence[SheetGap]
    pai_until: date | None


@dataclass(frozen=True, slots=True)
class ChildFlags:
    """What whoever welcomes a child must know at once: its PAI (`rules.pai_state`), and that somebody must not come."""

    pai: str
    has_forbidden: bool
    has_care: bool = False  # something to avoid, or to take
    diet: str = ""  # one of `rules.DIETS`; "" for the ordinary meal

    @property
    def must_be_read(self) -> bool:
        """Return whether its sheet is to be opened before the child is welcomed."""
        return self.has_forbidden or self.has_care or self.pai in ("signed", "expired")


def child_for(*, actor: Actor, child_id: int, is_writing: bool = False) -> Child:
    """Return a child that the actor may see.

    A parent sees the children of its households on whom somebody there exercises authority; one whose
    authority is only held reads on request, and one from whom it was withdrawn sees nothing (trust, §2.4).
    Agents see those of the collectivité: the caller limits them to what they look after.

    :param is_writing: a parent must exercise authority, staff must be agents or managers.
    :raises NotFound: unknown here, or not the actor's.
    :raises NotAllowed: staff who do not write files.
    """
    if actor.audience != FAMILY:
        child = _known_child(actor, child_id)
        if is_writing:
            actor.require_role(Role.AGENT, Role.MANAGER)
        return child
    links = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, adult_id__in=actor.adult_ids
    ).select_related("child")
    authorities = {link.authority: link.child for link in links}
    if Authority.EXERCISED in authorities:
        return authorities[Authority.EXERCISED]
    homes = homes_in_charge(organisation_id=actor.organisation_id).filter(family_id__in=actor.family_ids)
    if is_writing or authorities or not homes.filter(child_id=child_id).exists():
        raise NotFound("child")
    return _known_child(actor, child_id)


def homes_in_charge(*, organisation_id: int) -> QuerySet[HouseholdChild]:
    """Return the places of children in households where an adult exercises authority on them.

    What a household names or reads counts for these children alone: once nobody there exercises authority any more,
    the child is closed to all of it, and the persons that it named no longer count.
    """
    holder = Guardianship.objects.filter(
        organisation_id=organisation_id,
        child_id=OuterRef("child_id"),
        adult__family_id=OuterRef("family_id"),
        authority=Authority.EXERCISED,
    )
    return HouseholdChild.objects.filter(Exists(holder), organisation_id=organisation_id)


def children_at_homes(*, actor: Actor, family_ids: Collection[int]) -> frozenset[int]:
    """Return the ids of the children of households, for a query that looks for what is theirs. One query.

    No right is drawn from it: the query takes out what is closed to the actor.
    """
    rows = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, family_id__in=family_ids)
    return frozenset(rows.values_list("child_id", flat=True))


def _known_child(actor: Actor, child_id: int) -> Child:
    child = Child.objects.filter(organisation_id=actor.organisation_id, pk=child_id).first()
    if child is None:
        raise NotFound("child")
    return child


def without_closed(*, actor: Actor, rows: QuerySet[Row], field: str = "child_id") -> QuerySet[Row]:
    """Return rows about children, less those that a parent may not read: tied to them without exercising authority,
    or of its household when nobody there exercises it any more.

    A parent without its exercise is shown things by the service, on request; one from whom authority was
    withdrawn sees nothing, even in a household that keeps the child (trust, §2.4). No query of its own.

    An actor that knows its closed children, nearly always none, spares the database and Django the search.

    :param field: where the rows name the child.
    """
    if actor.audience != FAMILY or actor.closed_child_ids == frozenset():
        return rows
    if actor.closed_child_ids is not None:
        return rows.exclude(**{f"{field}__in": actor.closed_child_ids})
    links = Guardianship.objects.filter(organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids)
    exercised = links.filter(authority=Authority.EXERCISED).values("child_id")
    closed = links.exclude(authority=Authority.EXERCISED).exclude(child_id__in=exercised).values("child_id")
    here = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, family_id__in=actor.family_ids)
    kept = homes_in_charge(organisation_id=actor.organisation_id).filter(family_id__in=actor.family_ids)
    lost = here.exclude(child_id__in=kept.values("child_id")).exclude(child_id__in=exercised).values("child_id")
    return rows.exclude(**{f"{field}__in": closed}).exclude(**{f"{field}__in": lost})


def health_of(*, actor: Actor, child_id: int) -> HealthSheet:
    """Return the health sheet of one's child. For agents, see the journaled reading (`operations.read_health`).

    :raises NotFound: not a child on whom the actor exercises authority, or an agent.
    """
    if actor.is_staff:
        raise NotFound("health")
    child_for(actor=actor, child_id=child_id, is_writing=True)
    return sheet_of(organisation_id=actor.organisation_id, child_id=child_id)


def sheet_of(*, organisation_id: int, child_id: int) -> HealthSheet:
    """Return a health sheet without asking who reads: for the checked readings of this app only. One query."""
    row = ChildHealth.objects.filter(organisation_id=organisation_id, child_id=child_id).first()
    return HealthSheet(row.sheet, row.updated_at, row.updated_by) if row else HealthSheet({}, None, "")


def consents_of(*, actor: Actor, child_id: int) -> list[ConsentLine]:
    """Return the authorisations that the collectivité asks for, with the answers for a child. Two queries more.

    :raises NotFound: not a child on whom the actor exercises authority.
    """
    child_for(actor=actor, child_id=child_id, is_writing=actor.audience == FAMILY)
    return consent_lines(organisation_id=actor.organisation_id, child_id=child_id)


def consent_lines(*, organisation_id: int, child_id: int) -> list[ConsentLine]:
    """Return authorisations and answers without asking who reads: for the checked readings of this app only.

    Two queries.
    """
    types = ConsentType.objects.filter(organisation_id=organisation_id, is_active=True)
    answers = {
        row.consent_type_id: row for row in Consent.objects.filter(organisation_id=organisation_id, child_id=child_id)
    }
    return [_line(row, answers.get(row.pk)) for row in types.order_by("position", "title")]


def children_with_sheet(*, actor: Actor, child_ids: Collection[int]) -> frozenset[int]:
    """Return those of these children whose health was written once: they are known, and may be enrolled again.

    One query; the caller has checked that the children may be read.
    """
    rows = ChildHealth.objects.filter(organisation_id=actor.organisation_id, child_id__in=child_ids)
    return frozenset(rows.values_list("child_id", flat=True))


def validated_dossiers(*, actor: Actor, child_ids: Collection[int], school_year_id: int) -> dict[int, date]:
    """Return the children whose dossier is validated for a school year, with the day. One query."""
    rows = _validated_rows(organisation_id=actor.organisation_id, child_ids=child_ids, school_year_id=school_year_id)
    return {child_id: validated_at.astimezone(actor.zone).date() for child_id, validated_at in rows}


@written
def _validated_rows(
    *, organisation_id: int, child_ids: Collection[int], school_year_id: int
) -> QuerySet[ValidatedDossier, Any]:
    rows = ValidatedDossier.objects.filter(
        organisation_id=organisation_id, child_id__in=child_ids, school_year_id=school_year_id
    )
    return rows.values_list("child_id", "validated_at")


def situations_of(*, actor: Actor, family_id: int, child_ids: Collection[int]) -> Situations:
    """Return what each child's situation asks pieces for: "pai", "alternate", "forbidden". One query.

    A person that one household forbids asks nothing of the other: it would tell it so (trust, §2.4).

    :raises NotFound: not the actor's household.
    """
    actor.require_family(family_id)
    rows = _situation_rows(organisation_id=actor.organisation_id, family_id=family_id, child_ids=child_ids)
    return {None: set(), **{child_id: set() for child_id in child_ids}, **{row.pk: _situation(row) for row in rows}}


@written
def _situation_rows(*, organisation_id: int, family_id: int, child_ids: Collection[int]) -> QuerySet[Child]:
    return _with_situation(organisation_id, family_id, child_ids)


def sheets_of_children(
    *, actor: Actor, family_id: int, child_ids: Collection[int], on: date
) -> tuple[list[SheetState], Situations]:
    """Return what lacks in the sheets of children, and `situations_of` them, which the same rows tell. One query.

    Where the collectivité asks for no authorisation it asks for no sheet: only a PAI is told.
    For no child, no query.

    :param child_ids: those whose sheets the actor may write.
    :raises NotFound: not the actor's household.
    """
    if not child_ids:
        return [], {}
    actor.require_family(family_id)
    rows = _sheet_rows(organisation_id=actor.organisation_id, family_id=family_id, child_ids=child_ids)
    return [_sheet_state(row, on) for row in rows], {None: set(), **{row.pk: _situation(row) for row in rows}}


@written
def _sheet_rows(*, organisation_id: int, family_id: int, child_ids: Collection[int]) -> QuerySet[Child]:
    here = {"organisation_id": organisation_id}
    found = _with_situation(organisation_id, family_id, child_ids)
    types = ConsentType.objects.filter(**here, is_active=True, is_required=True)
    said = Consent.objects.filter(**here, child_id=OuterRef("pk"), consent_type__in=types).exclude(answer=Answer.NONE)
    return found.annotate(asked=_count(types), said=_count(said, "child_id"))


def _with_situation(organisation_id: int, family_id: int, child_ids: Collection[int]) -> QuerySet[Child]:
    mine = {"organisation_id": organisation_id, "child_id": OuterRef("pk")}
    alternate = ResidenceCalendar.objects.filter(**mine, ends_on__isnull=True)
    forbidden = Contact.objects.filter(
        Q(child_id=OuterRef("pk")) | Q(child_id__isnull=True),
        organisation_id=organisation_id,
        family_id=family_id,
        kind=ContactKind.FORBIDDEN,
        removed_at=None,
    )
    rows = Child.objects.filter(organisation_id=organisation_id, pk__in=child_ids).select_related("health")
    return rows.annotate(is_alternate=Exists(alternate), has_forbidden=Exists(forbidden))


def _count(rows: QuerySet[Any], name: str = "organisation_id") -> Subquery:
    """How many rows, read along with others; 0 comes as None."""
    return Subquery(rows.order_by().values(name).annotate(n=Count("pk")).values("n"))


def _situation(row: Child) -> set[str]:
    facts = {
        "pai": _sheet(row).get("pai", "no") != "no",
        "alternate": vars(row)["is_alternate"],
        "forbidden": vars(row)["has_forbidden"],
    }
    return {code for code, is_so in facts.items() if is_so}


def _sheet_state(row: Child, on: date) -> SheetState:
    asked, said = (int(vars(row)[name] or 0) for name in ("asked", "said"))
    sheet = _sheet(row)
    gaps = sheet_gaps(sheet=sheet, born=row.birth_date, unanswered=asked - said, on=on)
    is_over = SheetGap.PAI_EXPIRED in gaps or SheetGap.PAI_ENDS_SOON in gaps
    return SheetState(
        child_id=row.pk,
        lacking=[gap for gap in (SheetGap.HEALTH, SheetGap.CONSENTS) if asked and gap in gaps],
        pai_until=date.fromisoformat(str(sheet["pai_until"])) if is_over else None,
    )


def _sheet(row: Child) -> Mapping[str, Any]:
    return row.health.sheet if hasattr(row, "health") else {}


def situations_of_households(
    *, organisation_id: int, households: Mapping[int, Collection[int]]
) -> dict[int, Situations]:
    """Return `situations_of` for many households at once, for the checked readings of this domain only. Three queries.

    :param households: family id → ids of its children.
    """
    ids = {child_id for children in households.values() for child_id in children}
    here = {"organisation_id": organisation_id}
    with_pai = {row.child_id for row in ChildHealth.objects.filter(**here) if row.sheet.get("pai", "no") != "no"}
    alternate = set(ResidenceCalendar.objects.filter(**here, ends_on__isnull=True).values_list("child_id", flat=True))
    bans = Contact.objects.filter(**here, kind=ContactKind.FORBIDDEN, removed_at=None)
    forbidden = set(bans.values_list("family_id", "child_id"))

    def of(family_id: int, child_id: int) -> set[str]:
        facts = {
            "pai": child_id in with_pai,
            "alternate": child_id in alternate,
            "forbidden": not forbidden.isdisjoint({(family_id, child_id), (family_id, None)}),
        }
        return {code for code, is_so in facts.items() if is_so}

    return {
        family_id: {None: set(), **{child_id: of(family_id, child_id) for child_id in children if child_id in ids}}
        for family_id, children in households.items()
    }


def flags_of_children(*, actor: Actor, child_ids: Collection[int], on: date) -> dict[int, ChildFlags]:
    """Return the vital flags of children, and nothing else of health: who reads more says why. One query.

    :raises NotAllowed: neither site staff nor agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER, Role.SITE_STAFF)
    rows = _flag_rows(organisation_id=actor.organisation_id, child_ids=child_ids)
    return {row.pk: _flags(row, on) for row in rows}


@written
def _flag_rows(*, organisation_id: int, child_ids: Collection[int]) -> QuerySet[Child]:
    homes = homes_in_charge(organisation_id=organisation_id).filter(child_id=OuterRef(OuterRef("pk")))
    forbidden = Contact.objects.filter(
        Q(child_id=OuterRef("pk")) | Q(child_id__isnull=True),
        family_id__in=homes.values("family_id"),
        organisation_id=organisation_id,
        kind=ContactKind.FORBIDDEN,
        removed_at=None,
    )
    rows = Child.objects.filter(organisation_id=organisation_id, pk__in=child_ids).select_related("health")
    return rows.annotate(is_kept=Exists(forbidden))


def _flags(row: Child, on: date) -> ChildFlags:
    sheet = _sheet(row)
    diet = str(sheet.get("diet", ""))
    return ChildFlags(
        pai=pai_state(sheet=sheet, on=on),
        has_forbidden=vars(row)["is_kept"],
        has_care=any(sheet.get(name) for name in ("avoid", "treatments")),
        diet="" if diet == "standard" else diet,
    )


def _line(row: ConsentType, answer: Consent | None) -> ConsentLine:
    return ConsentLine(
        code=row.code,
        title=row.title,
        help=row.help,
        is_required=row.is_required,
        answer=answer.answer if answer else "",
        answered_at=answer.answered_at if answer else None,
        answered_by=answer.answered_by if answer else "",
    )
