"""Records that may be one person: pairs of adults and of children that look alike, and two of them side by side."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import name_key
from preau.base.search import email_word, fold, phone_word
from preau.domain.accounts.enums import Role
from preau.domain.accounts.models import Account
from preau.domain.families.enums import Alike, PersonKind
from preau.domain.families.models import Adult, Child, Family, HouseholdChild, NotDuplicate, SearchWord
from preau.domain.families.rules import ADULT_TEXTS, CHILD_TEXTS, Traits, likeness, strength

CHILD_FIELDS = (*CHILD_TEXTS, "birth_date")
ADULT_FIELDS = (*ADULT_TEXTS, "birth_date", "employer")
MOST = 5_000  # records looked at in one go; the surest pairs are shown first
CROWD_OF_A_DAY = 40  # more who share a birth date were given it by an import
CROWD = 12  # more records that share a telephone are an institution, not a person


@dataclass(frozen=True, slots=True)
class Home:
    """A household of a person."""

    family_id: int
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One record of a pair."""

    person_id: int
    full_name: str
    born: date | None
    homes: tuple[Home, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that look alike, the older first."""

    kind: PersonKind
    first: PersonLine
    second: PersonLine
    why: tuple[Alike, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of two records. Days are days, the rest is text."""

    name: str
    first: Any
    second: Any

    @property
    def is_asked(self) -> bool:
        return bool(self.first != self.second)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records side by side. Logins are identifiants, "" without a space."""

    pair: Pair
    fields: tuple[Difference, ...]
    first_login: str = ""
    second_login: str = ""


def list_duplicates(*, actor: Actor, limit: int, among: QuerySet[Family] | None = None) -> tuple[list[Pair], int]:
    """Return the pairs of records that look like one person, the surest first, and how many there are.

    Nine queries whatever the size. A pair that an agent has set apart is left out.

    :param among: only these households, for an agent limited to departments or sites: both records must be of one.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    apart = set(
        NotDuplicate.objects.filter(organisation_id=actor.organisation_id).values_list("kind", "first_id", "second_id")
    )
    (adults, of_adults), (children, of_children) = _adults(actor), _children(actor)
    homes = _homes(actor, adults=[row.pk for row in adults], children=[row.pk for row in children], among=among)
    pairs = [
        *_pairs(PersonKind.ADULT, adults, homes, apart, crowds=of_adults),
        *_pairs(PersonKind.CHILD, children, homes, apart, crowds=of_children),
    ]
    pairs.sort(key=lambda pair: (-strength(pair.why), name_key(pair.first.full_name), pair.first.person_id))
    return pairs[:limit], len(pairs)


def pair_of(*, actor: Actor, kind: PersonKind, one_id: int, other_id: int) -> Pair:
    """Return two records side by side, the older first, alike or not. Four queries.

    :raises NotFound: one is unknown here, or both are the same.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    model: Any = Adult if kind == PersonKind.ADULT else Child
    rows = list(model.objects.filter(organisation_id=actor.organisation_id, pk__in=[one_id, other_id]).order_by("pk"))
    if len(rows) != 2:
        raise NotFound(kind)
    ids = [row.pk for row in rows]
    is_adult = kind == PersonKind.ADULT
    homes = _homes(actor, adults=ids if is_adult else [], children=[] if is_adult else ids, among=None)
    first, second = (_line(kind, row, homes) for row in rows)
    together = bool({home.family_id for home in first.homes} & {home.family_id for home in second.homes})
    why = likeness(one=_traits(rows[0]), other=_traits(rows[1]), live_together=together)
    return Pair(kind, first, second, why)


def find_records(
    *, actor: Actor, kind: PersonKind, sought: Sequence[tuple[str, date | None]], among: QuerySet[Family] | None
) -> list[PersonLine]:
    """Return the records of these persons, by their whole name; of children, those born on the same day.

    Three queries at most, whatever the number of persons.

    :param sought: full name, accents or not, and birth date.
    :param among: only these households, for an agent limited to departments or sites.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    model: Any = Adult if kind == PersonKind.ADULT else Child
    who = Q(pk=None)
    for name, born in sought:
        who |= Q(name_key=fold(name)) & (Q() if kind == PersonKind.ADULT else Q(birth_date=born))
    rows = list(model.objects.filter(who, organisation_id=actor.organisation_id).order_by("pk")[:CROWD])
    ids = [row.pk for row in rows]
    is_adult = kind == PersonKind.ADULT
    homes = _homes(actor, adults=ids if is_adult else [], children=[] if is_adult else ids, among=among)
    return [line for line in (_line(kind, row, homes) for row in rows) if line.homes]


def compare(*, actor: Actor, kind: PersonKind, one_id: int, other_id: int) -> Comparison:
    """Return what two records say of one person, the older first. Five queries.

    The e-mail of whoever has a space follows the login: it is not among the fields.

    :raises NotFound: one is unknown here, or both are the same.
    :raises NotAllowed: neither agent nor manager.
    """
    pair = pair_of(actor=actor, kind=kind, one_id=one_id, other_id=other_id)
    model: Any = Adult if kind == PersonKind.ADULT else Child
    rows = model.objects.filter(organisation_id=actor.organisation_id).in_bulk([one_id, other_id])
    first, second = rows[pair.first.person_id], rows[pair.second.person_id]
    if kind == PersonKind.CHILD:
        return Comparison(pair, _differences(first, second, CHILD_FIELDS))
    logins = dict(Account.objects.filter(adults__in=[first, second]).values_list("adults", "username"))
    names = [name for name in ADULT_FIELDS if not (logins and name == "email")]
    return Comparison(pair, _differences(first, second, names), logins.get(first.pk, ""), logins.get(second.pk, ""))


def _differences(first: Any, second: Any, names: Iterable[str]) -> tuple[Difference, ...]:
    return tuple(Difference(name, getattr(first, name), getattr(second, name)) for name in names)


def _adults(actor: Actor) -> tuple[list[Adult], frozenset[date]]:
    """Those who share an e-mail, a telephone, or a birth date and a name, with another; the dates of a crowd."""
    mine = Adult.objects.filter(organisation_id=actor.organisation_id)
    emails = _shared(mine.exclude(email="").annotate(value=Lower("email")))
    words = SearchWord.objects.filter(
        organisation_id=actor.organisation_id, adult__isnull=False, word__beginning="0"
    ).annotate(value=F("word"))
    by_phone = SearchWord.objects.filter(
        organisation_id=actor.organisation_id, adult__isnull=False, word__in=_shared(words)
    )
    born, crowds = _share_birth(mine)
    found = [
        *mine.annotate(low=Lower("email")).filter(low__in=emails)[:MOST],
        *mine.filter(Q(pk__in=by_phone.values("adult_id")) | Q(pk__in=born))[:MOST],
    ]
    return list({row.pk: row for row in found}.values()), crowds


def _children(actor: Actor) -> tuple[list[Child], frozenset[date]]:
    """Those who share a birth date and a name with another, or a whole name when one has no birth date yet."""
    mine = Child.objects.filter(organisation_id=actor.organisation_id)
    unborn = mine.filter(birth_date=None).values("name_key")
    born, crowds = _share_birth(mine)
    return list(mine.filter(Q(pk__in=born) | Q(name_key__in=unborn))[:MOST]), crowds


def _shared(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The values that several rows have, and not a crowd."""
    counted: QuerySet[Any] = rows.values("value").annotate(n=Count("pk")).filter(n__gt=1, n__lte=CROWD)
    return counted.values("value")


def _share_birth(rows: QuerySet[Any]) -> tuple[list[int], frozenset[date]]:
    """Those born on the same day as another who has a word of its names, whatever its accents and capitals; one query.

    A date that a crowd shares is none: an import wrote it for all those whose own was not known. Only who has the
    same whole name is then looked at. With it, these dates.
    """
    days: defaultdict[date, list[tuple[int, str]]] = defaultdict(list)
    for pk, born, name in rows.exclude(birth_date=None).values_list("pk", "birth_date", "name_key"):
        days[born].append((pk, name))
    found: set[int] = set()
    crowds = frozenset(born for born, people in days.items() if len(people) > CROWD_OF_A_DAY)
    for born, people in days.items():
        alike: defaultdict[str, list[int]] = defaultdict(list)
        for pk, name in people if len(people) > 1 else ():
            for word in {name} if born in crowds else set(name.split()):
                alike[word].append(pk)
        found.update(pk for group in alike.values() if len(group) > 1 for pk in group)
    return sorted(found)[:MOST], crowds


def _homes(
    actor: Actor, *, adults: Sequence[int], children: Sequence[int], among: QuerySet[Family] | None
) -> dict[tuple[PersonKind, int], tuple[Home, ...]]:
    """The households of these records that the agent may open."""
    organisation_id = actor.organisation_id
    links = [
        *((PersonKind.ADULT, pk, home) for pk, home in _links(Adult, organisation_id, "pk", adults)),
        *((PersonKind.CHILD, pk, home) for pk, home in _links(HouseholdChild, organisation_id, "child_id", children)),
    ]
    if among is not None:
        seen = set(among.filter(pk__in={home.family_id for _kind, _pk, home in links}).values_list("pk", flat=True))
        links = [link for link in links if link[2].family_id in seen]
    found: dict[tuple[PersonKind, int], tuple[Home, ...]] = {}
    for kind, pk, home in links:
        found[(kind, pk)] = (*found.get((kind, pk), ()), home)
    return found


def _links(model: Any, organisation_id: int, name: str, ids: Sequence[int]) -> Iterable[tuple[int, Home]]:
    if not ids:
        return []
    rows = model.objects.filter(organisation_id=organisation_id, **{f"{name}__in": ids}).order_by("family_id")
    return [
        (pk, Home(family_id, number, family))
        for pk, family_id, number, family in rows.values_list(name, "family_id", "family__number", "family__name")
    ]


def _pairs(
    kind: PersonKind,
    rows: Sequence[Adult] | Sequence[Child],
    homes: Mapping[tuple[PersonKind, int], tuple[Home, ...]],
    apart: set[tuple[str, int, int]],
    *,
    crowds: Collection[date],
) -> list[Pair]:
    """Compare those who share something, and only those.

    :param crowds: birth dates that say nothing of anybody.
    """
    known = [row for row in rows if (kind, row.pk) in homes]
    traits = {row.pk: _traits(row) for row in known}
    traits = {pk: replace(each, born=None) if each.born in crowds else each for pk, each in traits.items()}
    by_id: dict[int, Any] = {row.pk: row for row in known}
    found: dict[tuple[int, int], Pair] = {}
    for group in _groups(traits):
        for one, other in combinations(sorted(group), 2):
            if (one, other) in found or (kind, one, other) in apart:
                continue
            first, second = _line(kind, by_id[one], homes), _line(kind, by_id[other], homes)
            together = bool({home.family_id for home in first.homes} & {home.family_id for home in second.homes})
            why = likeness(one=traits[one], other=traits[other], live_together=together)
            if why:
                found[(one, other)] = Pair(kind, first, second, why)
    return list(found.values())


def _groups(traits: Mapping[int, Traits]) -> list[list[int]]:
    keys: list[Callable[[Traits], Iterable[Hashable]]] = [
        lambda each: each.emails,
        lambda each: each.phones,
        lambda each: [each.born] if each.born else [],
        lambda each: [(each.first, each.last)],
    ]
    groups: list[list[int]] = []
    for key in keys:
        found: defaultdict[Hashable, list[int]] = defaultdict(list)
        for pk, each in traits.items():
            for value in key(each):
                found[value].append(pk)
        groups += [group for group in found.values() if len(group) > 1]
    return groups


def _traits(row: Adult | Child) -> Traits:
    first, last = fold(row.first_name), fold(row.last_name)
    if isinstance(row, Child):
        return Traits(first, last, row.birth_date)
    emails = frozenset({email_word(row.email)} - {""})
    phones = frozenset({phone_word(row.phone), phone_word(row.mobile)} - {""})
    return Traits(first, last, row.birth_date, emails, phones)


def _line(kind: PersonKind, row: Any, homes: Mapping[tuple[PersonKind, int], tuple[Home, ...]]) -> PersonLine:
    return PersonLine(row.pk, row.full_name, row.birth_date, homes.get((kind, row.pk), ()))
