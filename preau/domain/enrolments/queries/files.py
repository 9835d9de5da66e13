"""Which files of families an agent opens: those enrolled in what the agent looks after."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.scope import is_limited, limited
from preau.base.search import wanted_words
from preau.domain.accounts.enums import Role
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.families.models import Child, Family, SearchWord
from preau.domain.families.queries.files import MAX_WORDS, FamilyRow, find_families

MOST_LOOKED_AT = 500  # children of one name, before those of the agent are told apart


def visible_families(*, actor: Actor) -> QuerySet[Family] | None:
    """Return the families whose file an agent limited to departments or sites may open; None when not limited.

    Those enrolled in what the agent looks after, and those not enrolled anywhere yet: somebody must
    welcome them (DESIGN §4, roles).
    """
    if not is_limited(actor=actor):
        return None
    enrolled = Enrolment.objects.filter(organisation_id=actor.organisation_id, family_id=OuterRef("pk"))
    mine = limited(enrolled, actor=actor, department="offer__activity__department", site="offer__site")
    return Family.objects.filter(organisation_id=actor.organisation_id).filter(Exists(mine) | ~Exists(enrolled))


def search_families(*, actor: Actor, text: str, on: date, limit: int, offset: int = 0) -> tuple[list[FamilyRow], int]:
    """Return the files an agent opens where each word begins a name (`find_families`), and how many.

    A file may be opened and one of its children not: a child of two homes, enrolled by the other one in what the
    agent does not look after. Its name is not said here either. Six queries at most.
    """
    rows, total = find_families(actor=actor, text=text, limit=limit, offset=offset, among=visible_families(actor=actor))
    mine = visible_children(actor=actor, child_ids=[child_id for row in rows for child_id in row.children], on=on)
    known = [{child_id: name for child_id, name in row.children.items() if child_id in mine} for row in rows]
    return [replace(row, children=children) for row, children in zip(rows, known, strict=True)], total


def find_children(*, actor: Actor, text: str, on: date, limit: int) -> list[tuple[int, str, str]]:
    """Return (child, first name, last name) of those an agent opens whose names begin with each word, by name.

    Whoever welcomes children looks for one so; nothing else of a file is read. Five queries at most.

    :raises NotAllowed: the actor is not an agent who welcomes children.
    """
    actor.require_role(Role.AGENT, Role.MANAGER, Role.SITE_STAFF)
    words = wanted_words(text)
    if not words:
        return []
    rows = Child.objects.filter(organisation_id=actor.organisation_id)
    for word in words[:MAX_WORDS]:
        named = SearchWord.objects.filter(organisation_id=actor.organisation_id, word__beginning=word)
        rows = rows.filter(pk__in=named.filter(home__isnull=False).values("home__child_id"))
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_LOOKED_AT])
    mine = visible_children(actor=actor, child_ids=ids, on=on)
    found = rows.filter(pk__in=mine).order_by(*by_name("last_name"), *by_name("first_name"), "pk")
    return list(found.values_list("pk", "first_name", "last_name")[:limit])


def check_family_visible(*, actor: Actor, family_id: int) -> None:
    """Refuse the file of a family that a limited agent does not look after.

    :raises NotFound: it must look like it does not exist.
    """
    visible = visible_families(actor=actor)
    if visible is not None and not visible.filter(pk=family_id).exists():
        raise NotFound("family")


def visible_children(*, actor: Actor, child_ids: Collection[int], on: date) -> frozenset[int]:
    """Return which of these children an agent opens: the one rule of pages, links, pieces and lists of a child.

    Two queries at most, none without limits. An agent looks after the children enrolled, now or later, in its
    departments and sites, and welcomes those not enrolled anywhere; site staff only the children of their sites, by
    class or by enrolment.
    """
    asked = frozenset(child_ids)
    if not asked or not is_limited(actor=actor):
        return asked
    enrolled = Enrolment.objects.filter(organisation_id=actor.organisation_id, child_id__in=asked, ends_on__gt=on)
    found = dict.fromkeys((child_id for child_id in enrolled.values_list("child_id", flat=True) if child_id), False)
    mine = limited(enrolled, actor=actor, department="offer__activity__department", site="offer__site")
    found.update(dict.fromkeys((pk for pk in mine.values_list("child_id", flat=True) if pk), True))
    seen = {child_id for child_id, is_mine in found.items() if is_mine}
    if actor.site_ids:
        schooled = Schooling.objects.filter(organisation_id=actor.organisation_id, child_id__in=asked, ends_on__gt=on)
        in_class = limited(schooled, actor=actor, site="school_class__site")
        seen |= set(in_class.values_list("child_id", flat=True))
    if actor.has_role(Role.AGENT, Role.MANAGER):
        seen |= asked - set(found)
    return frozenset(seen)


def check_child_visible(*, actor: Actor, child_id: int, on: date) -> None:
    """Refuse a child that a limited agent does not look after (`visible_children`).

    :raises NotFound: it must look like it does not exist.
    """
    if child_id not in visible_children(actor=actor, child_ids=[child_id], on=on):
        raise NotFound("child")
