"""Reads of families."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Window

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.search import typed_birth_date, wanted_words
from preau.base.written import written
from preau.domain.accounts.models import Account, Membership
from preau.domain.accounts.queries import Scope, memberships_in, scope_of
from preau.domain.families.enums import Access, AdultPosition, Authority
from preau.domain.families.models import Adult, Child, Contact, Family, Guardianship, HouseholdChild, SearchWord
from preau.domain.families.queries.children import without_closed
from preau.domain.families.queries.custody import Link, Ties, Turns, ties_of
from preau.domain.families.rules import ADDRESS_LENGTHS

BIGGEST_ID = 2**63  # no row has more, and SQLite refuses to compare one

MAX_WORDS = 6  # of a search: more would not find better


@dataclass(frozen=True, slots=True)
class Households:
    """What an account holds in one collectivité."""

    adult_ids: frozenset[int] = frozenset()
    family_ids: frozenset[int] = frozenset()
    closed_child_ids: frozenset[int] = frozenset()  # see `without_closed`
    child_ids: frozenset[int] = frozenset()
    exercised_child_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class AdultCard:
    adult_id: int
    account_id: int | None
    position: str
    civility: str
    full_name: str
    email: str
    phone: str
    mobile: str = ""
    medium: str = "email"
    is_me: bool = False
    username: str = ""
    is_activated: bool = False
    is_invited: bool = False
    has_protected_address: bool = False  # for agents: to the others, it would say where not to look
    last_seen_at: datetime | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return where the adult may be rung, the mobile last; most parents have that one only."""
        return tuple(number for number in (self.phone, self.mobile) if number)


@dataclass(frozen=True, slots=True)
class ChildCard:
    child_id: int
    first_name: str
    last_name: str
    birth_date: date | None
    hue: int
    sex: str = ""

    @property
    def is_unborn(self) -> bool:
        return self.birth_date is None


@dataclass(frozen=True, slots=True)
class ContactCard:
    contact_id: int
    full_name: str
    kind: str
    link: str
    phone: str
    child: str
    is_to_call: bool = False


@dataclass(frozen=True, slots=True)
class FamilyFile:
    """One dossier famille on one screen. `address` is empty when it is protected and not asked for."""

    family_id: int
    number: int
    name: str
    address: tuple[str, ...]
    has_protected_address: bool
    residency: str
    residency_since: date | None
    adults: tuple[AdultCard, ...]
    children: tuple[ChildCard, ...]
    contacts: tuple[ContactCard, ...]
    address_fields: Mapping[str, str] = field(default_factory=dict)  # as a form writes it; empty when hidden
    situation: str = ""
    ties: Mapping[int, Ties] = field(default_factory=dict)  # child id → its days here, who decides too
    on_request: tuple[ChildCard, ...] = ()  # whose things the service tells on request
    created_at: datetime | None = None

    @property
    def holder(self) -> AdultCard | None:
        return next((adult for adult in self.adults if adult.position == AdultPosition.HOLDER), None)

    @property
    def is_told(self) -> bool:
        """Return whether somebody of this household has a space: nobody else is told of what the service does."""
        return any(adult.is_activated for adult in self.adults)

    @property
    def me(self) -> AdultCard | None:
        return next((adult for adult in self.adults if adult.is_me), None)


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """One line of a search. Children by id: `enrolments.queries.search_families` takes out those not to be known of."""

    family_id: int
    number: int
    name: str
    adults: str
    children: Mapping[int, str]

    @property
    def child_names(self) -> str:
        return ", ".join(self.children.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account is in a collectivité. `account` is None where it is nothing: it was not read."""

    account: Account | None
    scope: Scope
    homes: Households


def standing_in(*, account_id: int, organisation_id: int) -> Standing:
    """Return what an account is in a collectivité: its roles, its households, the children closed to it. One query."""
    found = _standing_rows(account_id=account_id, organisation_id=organisation_id)
    account = Account.from_db(connection.alias, _OF_ACCOUNT, found[0][_ROLES:]) if found else None
    rows = [row[:_ROLES] for row in found]
    scope = scope_of(posts=[(role, department, site) for role, department, site, *_rest in rows])
    if scope.is_staff:
        return Standing(account, scope, Households())
    tied = {row[5] for row in rows if row[5] is not None}
    exercised = {row[5] for row in rows if row[6] == Authority.EXERCISED}
    here_too = {row[7] for row in rows if row[7] is not None}
    kept = {row[7] for row in rows if row[8]}
    homes = Households(
        adult_ids=frozenset(row[3] for row in rows if row[3] is not None),
        family_ids=frozenset(row[4] for row in rows if row[4] is not None),
        # Tied without exercising authority; or of a household where nobody exercises it any more.
        closed_child_ids=frozenset((tied | (here_too - kept)) - exercised),
        child_ids=frozenset(here_too),
        exercised_child_ids=frozenset(exercised),
    )
    return Standing(account, scope, homes)


def parent_actor(*, account_id: int, organisation_id: int, time_zone: str) -> Actor | None:
    """Return the actor that an account is as a parent, without its session: for what reads in its name. One query.

    :return: None when the account is closed, or has no household here any more.
    """
    standing = standing_in(account_id=account_id, organisation_id=organisation_id)
    account, homes = standing.account, standing.homes
    if account is None or not account.is_active or standing.scope.is_staff or not homes.family_ids:
        return None
    return Actor(
        organisation_id=organisation_id,
        audience=FAMILY,
        account_id=account_id,
        display_name=account.full_name,
        time_zone=time_zone,
        roles=standing.scope.roles,
        family_ids=homes.family_ids,
        adult_ids=homes.adult_ids,
        closed_child_ids=homes.closed_child_ids,
        child_ids=homes.child_ids,
        exercised_child_ids=homes.exercised_child_ids,
    )


_ROLES = 9  # how many columns say what the account is here; the others are the account
_OF_ACCOUNT = [field.attname for field in Account._meta.concrete_fields]


@written
def _standing_rows(*, account_id: int, organisation_id: int) -> QuerySet[Membership, Any]:
    here = Q(account__adults__organisation_id=organisation_id)
    return (
        memberships_in(account_id=account_id, organisation_id=organisation_id)
        .annotate(person=FilteredRelation("account__adults", condition=here))
        .annotate(child_here=F("person__family__household_children__child_id"))
        .annotate(
            is_in_charge=Exists(
                Guardianship.objects.filter(
                    child_id=OuterRef("child_here"),
                    adult__family_id=OuterRef("person__family_id"),
                    authority=Authority.EXERCISED,
                )
            )
        )
        .values_list(
            "role",
            "limit_department",
            "limit_site",
            "person__id",
            "person__family_id",
            "person__guardianships__child_id",
            "person__guardianships__authority",
            "child_here",
            "is_in_charge",
            *(f"account__{name}" for name in _OF_ACCOUNT),
        )
    )


def family_file(*, actor: Actor, family_id: int, show_protected_address: bool = False) -> FamilyFile:
    """Return a dossier famille with its people (A04, A05). Three queries, one more without any adult.

    A family sees its own address; an agent sees a protected one only when asked for, which the
    caller journals.

    :raises NotFound: unknown, or not the actor's.
    """
    file = household_file(actor=actor, family_id=family_id, show_protected_address=show_protected_address)
    return replace(file, contacts=tuple(_contacts(actor, family_id)))


def household_file(*, actor: Actor, family_id: int, show_protected_address: bool = False) -> FamilyFile:
    """Return a dossier famille without its contacts, for the pages that do not name them. Two queries.

    See `family_file`.
    """
    actor.require_family(family_id)
    adults = _adult_rows(organisation_id=actor.organisation_id, family_id=family_id)
    family = adults[0].family if adults else _lone_family(actor, family_id)
    is_protected = any(adult.has_protected_address for adult in adults)
    children = _children_with_ties(actor, family_id)
    cards, ties = list(children), {card.child_id: each for card, each in children.items()}
    hidden = is_protected and actor.is_staff and not show_protected_address
    return FamilyFile(
        family_id=family.pk,
        number=family.number,
        name=family.name,
        address=() if hidden else _address_lines(family),
        has_protected_address=is_protected,
        residency=family.residency,
        residency_since=family.residency_since,
        adults=tuple(sorted((_adult_card(adult, actor) for adult in adults), key=_position_rank)),
        children=tuple(card for card in cards if ties[card.child_id].access == Access.WRITE),
        contacts=(),
        address_fields={} if hidden else {name: str(getattr(family, name)) for name in ADDRESS_LENGTHS},
        situation=family.situation,
        ties={child_id: each for child_id, each in ties.items() if each.access == Access.WRITE},
        on_request=tuple(card for card in cards if ties[card.child_id].access == Access.ON_REQUEST),
        created_at=family.created_at,
    )


@written
def _adult_rows(*, organisation_id: int, family_id: int) -> QuerySet[Adult]:
    rows = Adult.objects.filter(organisation_id=organisation_id, family_id=family_id)
    return rows.select_related("account", "family")


def _lone_family(actor: Actor, family_id: int) -> Family:
    family = Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id).first()
    if family is None:
        raise NotFound("family")
    return family


def children_of_family(*, actor: Actor, family_id: int) -> list[ChildCard]:
    """Return the children of a household, eldest first. One query.

    A parent does not get those whose things are closed to them (`without_closed`).

    :raises NotFound: not the actor's.
    """
    actor.require_family(family_id)
    rows = without_closed(actor=actor, rows=_child_rows(actor.organisation_id, family_id))
    return [child_card(row.child) for row in rows]


def _children_with_ties(actor: Actor, family_id: int) -> dict[ChildCard, Ties]:
    """The children of a household, eldest first, each with what ties it: one row by link, one query."""
    links: dict[ChildCard, list[Link]] = {}
    calendars: dict[ChildCard, Turns] = {}
    for row in _tied_rows(organisation_id=actor.organisation_id, family_id=family_id):
        card = ChildCard(*row[:6])
        of_child = links.setdefault(card, [])
        if row[6] is not None:
            of_child.append(Link(*row[6:9]))
        if row[9] is not None:
            calendars[card] = Turns(*row[9:])
    return {
        card: ties_of(actor=actor, family_id=family_id, links=found, turns=calendars.get(card))
        for card, found in links.items()
    }


@written
def _tied_rows(*, organisation_id: int, family_id: int) -> QuerySet[HouseholdChild, Any]:
    stands = FilteredRelation("child__calendars", condition=Q(child__calendars__ends_on=None))
    rows = _child_rows(organisation_id, family_id).annotate(turns=stands)
    return rows.order_by("child__birth_date", "child_id", "child__guardianships__pk").values_list(
        *(f"child__{name}" for name in ("id", "first_name", "last_name", "birth_date", "hue", "sex")),
        *(f"child__guardianships__{name}" for name in ("adult_id", "adult__family_id", "authority")),
        *(f"turns__{name}" for name in ("calendar", "books", "adult_a__family_id", "adult_b__family_id")),
    )


def _child_rows(organisation_id: int, family_id: int) -> QuerySet[HouseholdChild]:
    rows = HouseholdChild.objects.filter(organisation_id=organisation_id, family_id=family_id)
    return rows.select_related("child").order_by("child__birth_date", "child_id")


def child_card(child: Child) -> ChildCard:
    """Return what every page shows of a child; no query."""
    return ChildCard(child.pk, child.first_name, child.last_name, child.birth_date, child.hue, child.sex)


def at_home_of(*, actor: Actor, child_id: int) -> Actor:
    """Return a parent of several households in the one where a child lives, the one chosen first. One query."""
    homes = HouseholdChild.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, family_id__in=actor.family_ids
    )
    found = set(homes.values_list("family_id", flat=True)) if child_id < BIGGEST_ID else set()
    if not found or actor.family_id in found:
        return actor
    return replace(actor, chosen_family_id=min(found))


def household_names(*, actor: Actor) -> list[tuple[int, str]]:
    """Return (id, « n° 12, Dupré ») of the households of a person, oldest first. One query."""
    rows = Family.objects.filter(organisation_id=actor.organisation_id, pk__in=actor.family_ids).order_by("pk")
    return [(pk, f"n° {number}, {name}") for pk, number, name in rows.values_list("pk", "number", "name")]


def find_families(
    *, actor: Actor, text: str, limit: int, offset: int = 0, among: QuerySet[Family] | None = None
) -> tuple[list[FamilyRow], int]:
    """Return the families where each word begins a name, a telephone or an e-mail, or is the number; and how many.

    Accents, case and hyphens do not count; a telephone may be spaced in any way. Four queries: the words are
    looked for once, the page and its count together; a page past the end counts apart.

    :param among: only these, for an agent limited to departments or sites (`enrolments.queries.search_families`).
    :raises NotAllowed: the actor is not an agent.
    """
    actor.require_role("agent", "manager", "admin", "regisseur")
    rows = Family.objects.filter(organisation_id=actor.organisation_id)
    if among is not None:
        rows = rows.filter(pk__in=among.values("pk"))
    words = wanted_words(text)
    if text.strip() and not words:  # signs only: nobody is called so
        return [], 0
    for word in words[:MAX_WORDS]:
        rows = rows.filter(_with_word(actor, word))
    counted = rows.annotate(total=Window(Count("pk"))).order_by(*by_name("name"), "number")
    page = list(counted[offset : offset + limit].prefetch_related("adults", "household_children__child"))
    total = page[0].total if page else rows.count() if offset else 0
    return [_family_row(family) for family in page], total


def _with_word(actor: Actor, word: str) -> Q:
    """What a word finds: the beginning of a name, a telephone, an e-mail, the number of a file, a birth date."""
    words = SearchWord.objects.filter(organisation_id=actor.organisation_id, word__beginning=word)
    found = Q(pk__in=words.values("family_id"))
    if word.isdigit() and len(word) < 9:
        found |= Q(number=int(word))
    if (born := typed_birth_date(word)) is not None:
        homes = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, child__birth_date=born)
        found |= Q(pk__in=homes.values("family_id"))
    return found


def _family_row(family: Family) -> FamilyRow:
    return FamilyRow(
        family_id=family.pk,
        number=family.number,
        name=family.name,
        adults=", ".join(adult.full_name for adult in family.adults.all()),
        children={link.child_id: link.child.first_name for link in family.household_children.all()},
    )


def _address_lines(family: Family) -> tuple[str, ...]:
    street = f"{family.street_number} {family.street}".strip()
    inside = ", ".join(part for part in (family.building, family.apartment, family.complement) if part)
    lines = (street, inside, f"{family.postcode} {family.city}".strip())
    return tuple(line for line in lines if line)


def _adult_card(adult: Adult, actor: Actor) -> AdultCard:
    account: Account | None = adult.account
    is_me = adult.pk in actor.adult_ids
    private = actor.is_staff or actor.is_system or is_me
    return AdultCard(
        adult_id=adult.pk,
        account_id=adult.account_id,
        position=adult.position,
        civility=adult.civility,
        full_name=adult.full_name,
        # Contact details are parent data: never shown to the other parent (trust-and-ux, CADA 20175488).
        email=adult.email if private else "",
        phone=adult.phone if private else "",
        mobile=adult.mobile if private else "",
        medium=adult.preferred_medium if private else "",
        is_me=is_me,
        username=account.username if account and private else "",
        is_activated=bool(account and account.activated_at),
        is_invited=bool((account or adult.invited_at) and not (account and account.activated_at)),
        has_protected_address=adult.has_protected_address and actor.is_staff,
        last_seen_at=account.last_login if account and actor.is_staff else None,
    )


def _position_rank(adult: AdultCard) -> tuple[int, int]:
    order = [AdultPosition.HOLDER, AdultPosition.CO_HOLDER, AdultPosition.MEMBER]
    return (order.index(AdultPosition(adult.position)), adult.adult_id)


@written
def _contact_rows(*, organisation_id: int, family_id: int) -> QuerySet[Contact]:
    rows = Contact.objects.filter(organisation_id=organisation_id, family_id=family_id, removed_at=None)
    return rows.select_related("child").order_by("kind", *by_name("last_name", "first_name"))


def _contacts(actor: Actor, family_id: int) -> list[ContactCard]:
    rows = _contact_rows(organisation_id=actor.organisation_id, family_id=family_id)
    return [
        ContactCard(
            contact_id=row.pk,
            full_name=f"{row.first_name} {row.last_name}".strip(),
            kind=row.kind,
            link=row.link,
            phone=row.phone,
            child=row.child.first_name if row.child else "",
            is_to_call=row.is_to_call,
        )
        for row in rows
    ]
