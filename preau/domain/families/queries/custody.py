"""Reads of a child of two households: whose day it is, who else decides, who has objected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.domain.accounts.models import Account
from preau.domain.families.enums import Access, Authority, Books
from preau.domain.families.models import (
    Adult,
    Guardianship,
    HouseholdChild,
    HouseholdTerm,
    Objection,
    ResidenceCalendar,
)
from preau.domain.families.queries.children import child_for
from preau.domain.families.rules import ActFrozen
from preau.kernel.periods import Period
from preau.kernel.residence import HalfHolidays, Pattern, Side, leading_side, parse_pattern, pattern_data, whose_day


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days that one household may book for a child: those on which the child sleeps there."""

    side: Side
    pattern: Pattern

    @property
    def needs_holidays(self) -> bool:
        return isinstance(self.pattern, HalfHolidays)

    def holds(self, day: date, holidays: Collection[Period] = ()) -> bool:
        """Tell whether a day is this household's."""
        return whose_day(self.pattern, day, holidays) == self.side


@dataclass(frozen=True, slots=True)
class Ties:
    """A child as one household has it: its days there, whether somebody else decides too, what the reader may do."""

    days: OwnDays | None
    books_any_day: bool
    is_shared: bool
    access: Access | None  # None: the child looks unknown to the reader


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """One written objection. `ended_because` is "" when its author took it back."""

    objection_id: int
    adult_id: int
    who: str
    text: str
    made_at: datetime
    ended_at: datetime | None
    ended_because: str


@dataclass(frozen=True, slots=True)
class HolderLine:
    """An adult of one of the child's households, and its link to the child; "" when nothing is said yet."""

    adult_id: int
    name: str
    position: str
    has_account: bool
    authority: str
    link: str


@dataclass(frozen=True, slots=True)
class HomeLine:
    """One household of a child: its adults, and what it pays of the child, in percent."""

    family_id: int
    number: int
    name: str
    holders: tuple[HolderLine, ...]
    share: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar of a child who lives in turn in two homes. Side "a" is `adult_a_id`."""

    pattern: Pattern
    adult_a_id: int
    adult_b_id: int
    books_any_day: bool

    def adult_of(self, side: Side) -> int:
        return self.adult_a_id if side == "a" else self.adult_b_id

    @property
    def has_halves(self) -> bool:
        return isinstance(self.pattern, HalfHolidays)

    @property
    def rest(self) -> Pattern:
        """The calendar outside school holidays shared by halves."""
        return self.pattern.rest if isinstance(self.pattern, HalfHolidays) else self.pattern

    @property
    def kind(self) -> str:
        """The code of `kernel.residence` for the calendar outside holidays."""
        return str(pattern_data(self.rest)["kind"])

    @property
    def leading(self) -> Side:
        """Who is named first: the parent of even weeks, of the first turn, or of the days that no date names."""
        return leading_side(self.rest)


@dataclass(frozen=True, slots=True)
class CustodyFile:
    """Who answers for a child, where it lives, who pays: for agents only."""

    homes: tuple[HomeLine, ...]
    calendar: Calendar | None
    objections: tuple[ObjectionLine, ...]

    @property
    def holders(self) -> list[HolderLine]:
        return [line for home in self.homes for line in home.holders]

    @property
    def exercising(self) -> list[HolderLine]:
        return [line for line in self.holders if line.authority == Authority.EXERCISED]

    @property
    def standing(self) -> list[ObjectionLine]:
        return [line for line in self.objections if line.ended_at is None]

    @property
    def each_pays_own(self) -> bool:
        """Tell whether each household pays the whole of what it books: nothing is shared."""
        return all(home.share == 100 for home in self.homes)

    def name_of(self, adult_id: int) -> str:
        return next((line.name for line in self.holders if line.adult_id == adult_id), "")


def own_days(*, side: Side, calendar: Mapping[str, Any]) -> OwnDays:
    """Return a calendar of residence as one of its two homes has it. No query.

    :raises PatternInvalid: what is kept was not written by `operations.custody.set_residence`.
    """
    return OwnDays(side, parse_pattern(calendar))


def standing_calendars(*, organisation_id: int) -> QuerySet[ResidenceCalendar]:
    """Return the calendars that stand, one per child at most: to be read inside another query."""
    return ResidenceCalendar.objects.filter(organisation_id=organisation_id, ends_on__isnull=True)


def adult_of_day(*, actor: Actor, child_id: int, on: date, holidays: Collection[Period]) -> int | None:
    """Return the parent whose day it is, for who welcomes a child of two homes; None when no calendar says. One query.

    :param child_id: a child that the agent opens.
    :param holidays: the school holidays around the day.
    """
    rows = standing_calendars(organisation_id=actor.organisation_id).filter(child_id=child_id)
    row = rows.first() if actor.is_staff else None
    if row is None:
        return None
    found = _calendar(row)
    return found.adult_of(whose_day(found.pattern, on, holidays))


@dataclass(frozen=True, slots=True)
class Link:
    """A `Guardianship` as a plain value, with the household of its adult."""

    adult_id: int
    family_id: int
    authority: str


@dataclass(frozen=True, slots=True)
class Turns:
    """The calendar of a child that stands, as a plain value, with the two households that it is about."""

    calendar: Mapping[str, Any]
    books: str
    family_a_id: int
    family_b_id: int


def ties_of(*, actor: Actor, family_id: int, links: Collection[Link], turns: Turns | None) -> Ties:
    """Return what ties a child to a household and to the reader, from all its links in the order of their keys.

    No query: the links are read plainly with the children and sorted out here. Told as subqueries, they cost ten
    times as much to write down for the database as to read.
    """
    exercised = [link for link in links if link.authority == Authority.EXERCISED]
    is_here = turns is not None and family_id in (turns.family_a_id, turns.family_b_id)
    side: Side = "a" if turns and turns.family_a_id == family_id else "b"
    return Ties(
        days=own_days(side=side, calendar=turns.calendar) if turns and is_here else None,
        books_any_day=bool(turns and is_here and turns.books == Books.ANY_DAY),
        is_shared=any(link.adult_id not in actor.adult_ids for link in exercised),
        access=_access(
            actor,
            {link.authority for link in links if link.adult_id in actor.adult_ids},
            is_in_charge=any(link.family_id == family_id for link in exercised),
        ),
    )


def _access(actor: Actor, authorities: Collection[str], *, is_in_charge: bool) -> Access | None:
    """What the reader's own links to a child of its household let it do; None closes the child altogether.

    :param is_in_charge: somebody of the household exercises authority on the child.
    """
    if actor.audience != FAMILY or Authority.EXERCISED in authorities:
        return Access.WRITE
    if not authorities:
        return Access.WRITE if is_in_charge else None
    return Access.ON_REQUEST if Authority.HELD in authorities else None


def custody_file(*, actor: Actor, child_id: int) -> CustodyFile:
    """Return the households, adults, calendar and objections of a child, for agents. Six queries.

    :raises NotFound: no such child here; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role("agent", "manager")
    child_for(actor=actor, child_id=child_id)
    organisation_id = actor.organisation_id
    links = {
        row.adult_id: row for row in Guardianship.objects.filter(organisation_id=organisation_id, child_id=child_id)
    }
    here = HouseholdChild.objects.filter(organisation_id=organisation_id, child_id=child_id)
    adults = Adult.objects.filter(organisation_id=organisation_id, family_id__in=here.values("family_id"))
    by_family: dict[int, list[Adult]] = {}
    for adult in adults.order_by("pk"):
        by_family.setdefault(adult.family_id, []).append(adult)
    stands = HouseholdTerm.objects.filter(home=OuterRef("pk"), ends_on__isnull=True)
    rows = here.annotate(share=Subquery(stands.values("payer_share_percent")[:1])).select_related("family")
    homes = [_home(row, by_family.get(row.family_id, []), links) for row in rows.order_by("family__number")]
    calendar = standing_calendars(organisation_id=organisation_id).filter(child_id=child_id).first()
    return CustodyFile(tuple(homes), _calendar(calendar) if calendar else None, tuple(_objections(actor, child_id)))


def my_objections(*, actor: Actor, child_id: int) -> list[ObjectionLine]:
    """Return the objections that a parent has written for a child, latest first: never those of the other parent.

    :raises NotFound: not a child on whom the actor exercises authority, or not a parent.
    """
    if actor.audience != FAMILY:
        raise NotFound("objections")
    child_for(actor=actor, child_id=child_id, is_writing=True)
    return [line for line in _objections(actor, child_id) if line.adult_id in actor.adult_ids]


def my_holder_id(*, actor: Actor, child_id: int) -> int:
    """Return the id of the actor's own adult who exercises authority on a child. One query.

    :raises NotFound: none does.
    """
    rows = Guardianship.objects.filter(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        adult_id__in=actor.adult_ids,
        authority=Authority.EXERCISED,
    )
    found = rows.order_by("pk").values_list("adult_id", flat=True).first()
    if found is None:
        raise NotFound("guardianship")
    return found


def check_not_frozen(*, actor: Actor, child_ids: Collection[int]) -> None:
    """Refuse a usual act of the service while a written objection stands (Code civil, art. 372-2). One query.

    A parent's own acts pass here: what needs the service waits for it in its queue.

    :raises ActFrozen: a holder of authority objects for one of these children. It is not told who.
    """
    if not actor.is_staff:
        return
    rows = Objection.objects.filter(
        organisation_id=actor.organisation_id, child_id__in=child_ids, lifted_at__isnull=True
    )
    found = rows.order_by("pk").first()
    if found is not None:
        raise ActFrozen(found.child_id)


def closed_to(*, organisation_id: int, child_id: int) -> QuerySet[Any]:
    """Return the ids of the accounts to which a child is closed, as a subquery.

    They are tied to it without exercising authority, or live in a household where nobody exercises it any more.
    """
    links = Guardianship.objects.filter(organisation_id=organisation_id, child_id=child_id)
    exercised = links.filter(authority=Authority.EXERCISED)
    in_charge = exercised.filter(adult__family_id=OuterRef("family_id"))
    adults = Adult.objects.filter(organisation_id=organisation_id, account__isnull=False)
    tied = adults.filter(guardianships__child_id=child_id)
    there = adults.filter(~Exists(in_charge), family__household_children__child_id=child_id)
    closed = adults.filter(Q(pk__in=tied.values("pk")) | Q(pk__in=there.values("pk")))
    return closed.exclude(account_id__in=exercised.exclude(adult__account=None).values("adult__account_id")).values(
        "account_id"
    )


def closed_pairs(*, organisation_id: int, family_id: int) -> set[tuple[int, int]]:
    """Return (account id, child id) of a household's adults tied to a child without exercising authority. One query."""
    rows = Guardianship.objects.filter(
        organisation_id=organisation_id, adult__family_id=family_id, adult__account__isnull=False
    )
    return {
        (account_id or 0, child_id)
        for account_id, child_id, authority in rows.values_list("adult__account_id", "child_id", "authority")
        if authority != Authority.EXERCISED
    }


def may_be_told(*, organisation_id: int, account_id: int, child_id: int | None) -> bool:
    """Tell whether an account may be told of a child by mail. One query, none without a child."""
    if child_id is None:
        return True
    return not closed_to(organisation_id=organisation_id, child_id=child_id).filter(account_id=account_id).exists()


def parents_elsewhere(*, organisation_id: int, child_id: int, family_id: int) -> list[Account]:
    """Return the accounts of those who exercise authority on a child in another household than this one. One query.

    For mails, whose words are the child's only.
    """
    rows = Guardianship.objects.filter(
        organisation_id=organisation_id,
        child_id=child_id,
        authority=Authority.EXERCISED,
        adult__account__activated_at__isnull=False,
        adult__account__is_active=True,
    ).exclude(adult__family_id=family_id)
    accounts = {}
    for row in rows.select_related("adult__account").order_by("pk"):
        account: Account | None = row.adult.account
        if account is not None:
            accounts[account.pk] = account
    return list(accounts.values())


def has_objection(*, actor: Actor, child_id: int) -> bool:
    """Tell whether a holder's written objection stands against acts for a child. One query.

    Who objected and why is not told: the other parent may ask.
    """
    return Objection.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, lifted_at__isnull=True
    ).exists()


def _home(row: HouseholdChild, adults: Collection[Adult], links: Mapping[int, Guardianship]) -> HomeLine:
    share = vars(row)["share"]
    return HomeLine(
        family_id=row.family_id,
        number=row.family.number,
        name=row.family.name,
        holders=tuple(_holder(adult, links.get(adult.pk)) for adult in adults),
        share=100 if share is None else share,
    )


def _holder(adult: Adult, row: Guardianship | None) -> HolderLine:
    return HolderLine(
        adult_id=adult.pk,
        name=adult.full_name,
        position=adult.position,
        has_account=adult.account_id is not None,
        authority=row.authority if row else "",
        link=row.link if row else "",
    )


def _calendar(row: ResidenceCalendar) -> Calendar:
    return Calendar(parse_pattern(row.calendar), row.adult_a_id, row.adult_b_id, row.books == Books.ANY_DAY)


def _objections(actor: Actor, child_id: int) -> list[ObjectionLine]:
    rows = Objection.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
    return [
        ObjectionLine(
            objection_id=row.pk,
            adult_id=row.adult_id,
            who=row.adult.full_name,
            text=str(row.text.get("text", "")),
            made_at=row.made_at,
            ended_at=row.lifted_at,
            ended_because=str(row.text.get("lifted_because", "")),
        )
        for row in rows.select_related("adult").order_by("-made_at", "-pk")
    ]
