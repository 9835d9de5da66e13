"""Reads of a child's file: what the reader may do with it, who may collect, who has read its health sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from preau.base import journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.search import fold
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import Access, Answer, Authority, ContactKind, PersonKind, SheetGap
from preau.domain.families.models import (
    Adult,
    Child,
    ChildHealth,
    Consent,
    ConsentType,
    Contact,
    Family,
    Guardianship,
    HouseholdChild,
    Merger,
    SheetConfirmation,
)
from preau.domain.families.queries.children import (
    ConsentLine,
    HealthSheet,
    child_for,
    consent_lines,
    homes_in_charge,
    sheet_of,
    without_closed,
)
from preau.domain.families.queries.files import ChildCard, child_card
from preau.domain.families.rules import (
    BLOCKING_GAPS,
    CHILD_TEXTS,
    PersonForbidden,
    access_to_sheets,
    pai_state,
    sheet_gaps,
)
from preau.domain.organisations.queries import list_departments, list_sites

HEALTH_READ = "health.read"
FORBIDDEN_FIRST = (ContactKind.FORBIDDEN, ContactKind.PICK_UP, ContactKind.CALL)
ADULT_TO_CORRECT = ("civility", "last_name", "first_name")
TO_CORRECT = {
    "child": (*CHILD_TEXTS, "birth_date", "expected_on"),
    "contact": ("kind", "last_name", "first_name", "link", "phone", "mobile", "email", "is_to_call"),
}
READERS = (Role.AGENT, Role.MANAGER, Role.SITE_STAFF)


@dataclass(frozen=True, slots=True)
class ChildFile:
    """Who a child is, and what the reader may do with its sheets."""

    child_id: int
    first_name: str
    last_name: str
    birth_date: date | None
    expected_on: date | None
    texts: Mapping[str, str]  # by the names of `rules.CHILD_TEXTS`
    hue: int
    access: str

    @property
    def sex(self) -> str:
        return self.texts["sex"]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """« J’ai renseigné mes fiches » : when, and by whom."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class HealthReading:
    """One reading of a health sheet by the collectivité: never who, but when, where from and why."""

    at: datetime
    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChildOverview:
    """The first page of a child: who it is, what is missing in its sheets, who said that they are complete."""

    child: ChildFile
    gaps: tuple[SheetGap, ...]
    confirmation: Confirmation | None

    @property
    def may_confirm(self) -> bool:
        return not BLOCKING_GAPS & set(self.gaps)


@dataclass(frozen=True, slots=True)
class HealthFile:
    """The health page of a child. Nothing of health when the reader may not read it."""

    child: ChildFile
    sheet: HealthSheet
    readings: tuple[HealthReading, ...]


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A person named for a child. Another household's has neither numbers nor e-mail (trust-and-ux §2.4)."""

    contact_id: int
    first_name: str
    last_name: str
    kind: str
    link: str
    phone: str
    mobile: str
    email: str
    is_to_call: bool
    is_for_all: bool
    is_mine: bool
    has_photo: bool = False
    is_holder: bool = False  # forbidden by one home, and yet exercising authority: the judgement is not seen


@dataclass(frozen=True, slots=True)
class ChildDossier:
    """All the sheets of a child, as one parent sees them."""

    child: ChildFile
    sheet: HealthSheet
    consents: tuple[ConsentLine, ...]
    contacts: tuple[ContactLine, ...]


def child_file(*, actor: Actor, child_id: int) -> ChildFile:
    """Return a child and what the reader may do with it. Three queries at most.

    :raises NotFound: unknown here, not the actor's, or its authority was withdrawn.
    """
    return _file(*_opened(actor, child_id))


def child_overview(*, actor: Actor, child_id: int, school_year_id: int | None, on: date) -> ChildOverview:
    """Return the first page of a child's file. Five queries at most.

    :raises NotFound: unknown here, not the actor's, or its authority was withdrawn.
    """
    child, access = _opened(actor, child_id)
    if access != Access.WRITE:
        return ChildOverview(_file(child, access), (), None)
    unanswered = ConsentType.objects.filter(
        organisation_id=actor.organisation_id, is_active=True, is_required=True
    ).exclude(answers__in=Consent.objects.filter(child_id=child_id).exclude(answer=Answer.NONE))
    gaps = sheet_gaps(sheet=_sheet(child).values, born=child.birth_date, unanswered=unanswered.count(), on=on)
    row = SheetConfirmation.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, school_year_id=school_year_id or 0
    ).first()
    confirmation = Confirmation(row.confirmed_at, row.confirmed_by) if row else None
    return ChildOverview(_file(child, access), tuple(gaps), confirmation)


def health_file(*, actor: Actor, child_id: int, limit: int = 20) -> HealthFile:
    """Return the health sheet of one's child and who has read it: day, service and reason. Six queries at most.

    For agents, see the journaled reading (`operations.read_health`).

    :raises NotFound: unknown here, not the actor's, or an agent.
    """
    if actor.is_staff:
        raise NotFound("health")
    child, access = _opened(actor, child_id)
    if access != Access.WRITE:
        return HealthFile(_file(child, access), HealthSheet({}, None, ""), ())
    return HealthFile(_file(child, access), _sheet(child), tuple(_readings(actor, child_id, limit)))


def child_dossier(*, actor: Actor, child_id: int) -> ChildDossier:
    """Return all the sheets of a child, to be printed by a parent. Five queries.

    :raises NotFound: not a child on whom the actor exercises authority, or an agent.
    """
    if actor.is_staff:
        raise NotFound("health")
    child, access = _opened(actor, child_id)
    if access != Access.WRITE:
        raise NotFound("child")
    consents = consent_lines(organisation_id=actor.organisation_id, child_id=child_id)
    return ChildDossier(_file(child, access), _sheet(child), tuple(consents), tuple(_contact_lines(actor, child_id)))


def my_children(*, actor: Actor) -> list[ChildCard]:
    """Return the children whose file a parent may open, eldest first. One query."""
    links = Guardianship.objects.filter(organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids)
    lost = links.filter(authority__in=[Authority.WITHDRAWN, Authority.NONE]).values("child_id")
    kept = links.filter(authority__in=[Authority.EXERCISED, Authority.HELD]).values("child_id")
    homes = homes_in_charge(organisation_id=actor.organisation_id).filter(family_id__in=actor.family_ids)
    here = homes.values("child_id")
    rows = Child.objects.filter(organisation_id=actor.organisation_id).filter(
        Q(pk__in=kept) | (Q(pk__in=here) & ~Q(pk__in=lost))
    )
    return [child_card(row) for row in rows.order_by(F("birth_date").asc(nulls_last=True), "pk")]


def children_in_charge(*, actor: Actor) -> list[ChildCard]:
    """Return the children on whom a parent exercises authority, eldest first: it may have their papers. One query."""
    links = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids, authority=Authority.EXERCISED
    )
    rows = Child.objects.filter(organisation_id=actor.organisation_id, pk__in=links.values("child_id"))
    return [child_card(row) for row in rows.order_by(F("birth_date").asc(nulls_last=True), "pk")]


def contacts_of_child(*, actor: Actor, child_id: int) -> list[ContactLine]:
    """Return the persons named for a child: forbidden ones first, then who collects, then who is called.

    A parent reads its own household's list; of the other household's, only who may collect or be called,
    without numbers: what that household declared of a court decision is not for the other (trust-and-ux §2.4).

    :raises NotFound: not a child on whom the actor exercises authority.
    """
    child_for(actor=actor, child_id=child_id, is_writing=actor.audience == FAMILY)
    return _contact_lines(actor, child_id)


def holders_of_child(*, actor: Actor, child_id: int) -> list[tuple[int, str]]:
    """Return (adult, name) of those who exercise authority on a child, for who welcomes it. One query.

    The caller has checked that the agent opens the child.
    """
    if actor.audience == FAMILY:
        raise NotFound("child")
    rows = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, authority=Authority.EXERCISED
    ).select_related("adult")
    return [(row.adult_id, row.adult.full_name) for row in rows.order_by("adult_id")]


def _contact_lines(actor: Actor, child_id: int) -> list[ContactLine]:
    found = [_line(row, _is_mine(actor, row)) for row in _contacts(actor, child_id)]
    shown = [line for line in found if line.is_mine or line.kind != ContactKind.FORBIDDEN]
    if actor.is_staff:
        shown = _with_bans(actor, child_id, shown)
    return sorted(shown, key=lambda line: (FORBIDDEN_FIRST.index(ContactKind(line.kind)), fold(line.last_name)))


def _with_bans(actor: Actor, child_id: int, lines: list[ContactLine]) -> list[ContactLine]:
    """A ban holds in all the homes of a child: who must not come is in no other list of the team.

    A parent whose authority is exercised is not banned by the word of the other: the judgement is to be seen first.
    """
    holders = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, authority=Authority.EXERCISED
    ).select_related("adult")
    named = {fold(row.adult.full_name) for row in holders}
    banned = {fold(f"{line.first_name} {line.last_name}") for line in lines if line.kind == ContactKind.FORBIDDEN}
    found = []
    for line in lines:
        name = fold(f"{line.first_name} {line.last_name}")
        if line.kind == ContactKind.FORBIDDEN:
            found.append(replace(line, is_holder=name in named))
        elif name not in banned:
            found.append(line)
    return found


def check_not_forbidden(
    *, actor: Actor, family_id: int, child_id: int | None, kind: str, first_name: str, last_name: str
) -> None:
    """Refuse to let somebody collect a child, or be called for it, whom one of its homes says must not come.

    :param child_id: None: for all the children of the household.
    :raises PersonForbidden: it is not told which home said so.
    """
    if kind == ContactKind.FORBIDDEN:
        return
    here = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, family_id=family_id)
    children = list(here.values_list("child_id", flat=True)) if child_id is None else [child_id]
    homes = homes_in_charge(organisation_id=actor.organisation_id).filter(child_id__in=children)
    bans = Contact.objects.filter(
        Q(child_id__in=children) | Q(child_id=None),
        organisation_id=actor.organisation_id,
        family_id__in=homes.values("family_id"),
        kind=ContactKind.FORBIDDEN,
        removed_at=None,
    )
    name = fold(f"{first_name} {last_name}")
    if any(fold(f"{row.first_name} {row.last_name}") == name for row in bans):
        raise PersonForbidden


def person_to_correct(*, actor: Actor, family_id: int, role: str, target_id: int) -> dict[str, Any]:
    """Return what the form of a correction starts from: an adult’s name, the rest is not for the other parent.

    :param role: "co_holder", "member", "child" or "contact".
    :raises NotFound: no such person in the actor's dossier.
    """
    actor.require_family(family_id)
    here = {"organisation_id": actor.organisation_id, "family_id": family_id}
    row: Any = None
    if role in ("co_holder", "member"):
        row = Adult.objects.filter(**here, pk=target_id, position=role).first()
    elif role == "child":
        links = without_closed(actor=actor, rows=HouseholdChild.objects.filter(**here, child_id=target_id))
        link = links.select_related("child").first()
        row = link.child if link else None
    elif role == "contact":
        row = Contact.objects.filter(**here, pk=target_id, removed_at=None).first()
    if row is None:
        raise NotFound("person")
    return {name: getattr(row, name) for name in TO_CORRECT.get(role, ADULT_TO_CORRECT)}


def adult_identity(*, actor: Actor, family_id: int, adult_id: int) -> dict[str, Any]:
    """Return who an adult of a household is, as an agent corrects it: names, civility, birth date.

    :raises NotFound: no such adult there; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Adult.objects.filter(organisation_id=actor.organisation_id, family_id=family_id, pk=adult_id)
    found = rows.values("civility", "last_name", "birth_name", "first_name", "birth_date").first()
    if found is None:
        raise NotFound("adult")
    return dict(found)


def find_contact(*, actor: Actor, child_id: int, contact_id: int, is_removed: bool = False) -> ContactLine:
    """Return one person of the actor's own household, to be changed, or put back when `is_removed`.

    :raises NotFound: another household's, or unknown.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    row = _contacts(actor, child_id, is_removed=is_removed).filter(pk=contact_id).first()
    if row is None or not _is_mine(actor, row):
        raise NotFound("contact")
    return _line(row, True)


def health_readings(*, actor: Actor, child_id: int, limit: int = 20) -> list[HealthReading]:
    """Return the readings of a child's health sheet by the collectivité, latest first. Three queries more.

    The name of the agent stays in the journal.

    :raises NotFound: not a child on whom the actor exercises authority.
    """
    child_for(actor=actor, child_id=child_id, is_writing=actor.audience == FAMILY)
    return _readings(actor, child_id, limit)


def care_state(*, actor: Actor, child_id: int, on: date) -> str:
    """Return what the team must know of a PAI at a glance (`rules.pai_state`), and nothing else of health.

    :raises NotFound: unknown here.
    :raises NotAllowed: neither site staff nor agent nor manager.
    """
    actor.require_role(*READERS)
    child_for(actor=actor, child_id=child_id)
    return pai_state(sheet=sheet_of(organisation_id=actor.organisation_id, child_id=child_id).values, on=on)


def households_of_child(*, actor: Actor, child_id: int) -> list[tuple[int, int, str]]:
    """Return (family id, number, name) of the households of a child; a parent gets its own only. One query more.

    :raises NotFound: not the actor's child.
    """
    child_for(actor=actor, child_id=child_id)
    rows = Family.objects.filter(organisation_id=actor.organisation_id, household_children__child_id=child_id)
    if actor.audience == FAMILY:
        rows = rows.filter(pk__in=actor.family_ids)
    return list(rows.order_by("number").values_list("pk", "number", "name"))


def _opened(actor: Actor, child_id: int) -> tuple[Child, Access]:
    rows = Child.objects.filter(organisation_id=actor.organisation_id, pk=child_id)
    child = rows.select_related("health").first()
    access = _access(actor, child_id) if child else None
    if child is None or access is None:
        raise NotFound("child")
    return child, access


def _access(actor: Actor, child_id: int) -> Access | None:
    if actor.audience != FAMILY:
        return Access.WRITE
    links = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, adult_id__in=actor.adult_ids
    )
    authorities = set(links.values_list("authority", flat=True))
    homes = homes_in_charge(organisation_id=actor.organisation_id)
    here = homes.filter(child_id=child_id, family_id__in=actor.family_ids)
    return access_to_sheets(authorities=authorities, lives_there=not authorities and here.exists())


def _file(child: Child, access: Access) -> ChildFile:
    return ChildFile(
        child_id=child.pk,
        first_name=child.first_name,
        last_name=child.last_name,
        birth_date=child.birth_date,
        expected_on=child.expected_on,
        texts={name: getattr(child, name) for name in CHILD_TEXTS},
        hue=child.hue,
        access=access,
    )


def _sheet(child: Child) -> HealthSheet:
    row: ChildHealth | None = getattr(child, "health", None)
    return HealthSheet(row.sheet, row.updated_at, row.updated_by) if row else HealthSheet({}, None, "")


def _readings(actor: Actor, child_id: int, limit: int) -> list[HealthReading]:
    before = Merger.objects.filter(organisation_id=actor.organisation_id, kind=PersonKind.CHILD, kept_id=child_id)
    rows = journal.readings(
        actor=actor,
        act=HEALTH_READ,
        subject_type="child",
        subject_id=child_id,
        limit=limit,
        also=before.values("absorbed_id"),
    )
    if not rows:
        return []
    departments = dict(list_departments(organisation_id=actor.organisation_id))
    sites = dict(list_sites(organisation_id=actor.organisation_id))
    return [
        HealthReading(row.at, _service(row.detail, sites, departments), str(row.detail.get("reason", "")))
        for row in rows
    ]


def _contacts(actor: Actor, child_id: int, *, is_removed: bool = False) -> QuerySet[Contact]:
    homes = homes_in_charge(organisation_id=actor.organisation_id).filter(child_id=child_id)
    return Contact.objects.filter(
        Q(child_id=child_id) | Q(child_id=None),
        organisation_id=actor.organisation_id,
        family_id__in=homes.values("family_id"),
        removed_at__isnull=not is_removed,
    )


def _is_mine(actor: Actor, row: Contact) -> bool:
    return actor.audience != FAMILY or row.family_id in actor.family_ids


def _line(row: Contact, is_mine: bool) -> ContactLine:
    return ContactLine(
        contact_id=row.pk,
        first_name=row.first_name,
        last_name=row.last_name,
        kind=row.kind,
        link=row.link,
        phone=row.phone if is_mine else "",
        mobile=row.mobile if is_mine else "",
        email=row.email if is_mine else "",
        is_to_call=row.is_to_call,
        is_for_all=row.child_id is None,
        is_mine=is_mine,
        has_photo=row.photo_id is not None and is_mine,
    )


def _service(detail: Mapping[str, Any], sites: Mapping[int, str], departments: Mapping[int, str]) -> str:
    names = [sites[pk] for pk in detail.get("sites", ()) if pk in sites]
    names = names or [departments[pk] for pk in detail.get("departments", ()) if pk in departments]
    return ", ".join(names)
