"""Acts on a child of two households: links, calendar of residence, who pays, objections to acts."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.families.enums import Authority, Books
from preau.domain.families.models import (
    Adult,
    Family,
    Guardianship,
    HouseholdChild,
    HouseholdTerm,
    Objection,
    ResidenceCalendar,
)
from preau.domain.families.operations.dated import end_standing, let_stand
from preau.domain.families.operations.household import link_child
from preau.domain.families.queries.children import child_for
from preau.domain.families.rules import check_shares
from preau.kernel.residence import Pattern, pattern_data

MAX_OBJECTION_LENGTH = 2000
MAX_LINK_LENGTH = 20


class LastHousehold(Exception):
    """A child stays in one household at least."""


@transaction.atomic
def set_authority(
    *, actor: Actor, child_id: int, adult_id: int, authority: Authority, link: str, now: datetime
) -> bool:
    """Keep what an adult is to a child: its authority, and « mère », « père », « tuteur »…

    An adult who no longer exercises authority has no days of its own: the calendar of the child is put away,
    which the answer tells.

    :param link: cut at 20 characters.
    :raises NotFound: no such child here, or an adult of none of its households.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    child_for(actor=actor, child_id=child_id)
    here = HouseholdChild.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
    adults = Adult.objects.filter(organisation_id=actor.organisation_id, family_id__in=here.values("family_id"))
    if not adults.filter(pk=adult_id).exists():
        raise NotFound("adult")
    row, _made = Guardianship.objects.get_or_create(
        organisation_id=actor.organisation_id, child_id=child_id, adult_id=adult_id
    )
    mine = _calendars(actor, child_id).filter(Q(adult_a_id=adult_id) | Q(adult_b_id=adult_id), ends_on__isnull=True)
    loses_days = authority != Authority.EXERCISED and mine.exists()
    row.authority, row.link = authority, link.strip()[:MAX_LINK_LENGTH]
    row.save(update_fields=["authority", "link"])
    if loses_days:
        end_standing(rows=_calendars(actor, child_id), on=_today(actor, now))
    journal.record(
        actor=actor,
        act="authority.set",
        at=now,
        subject_type="child",
        subject_id=child_id,
        adult=adult_id,
        authority=str(authority),
    )
    return loses_days


@transaction.atomic
def add_household(
    *, actor: Actor, child_id: int, family_id: int, authority: Authority = Authority.EXERCISED, now: datetime
) -> None:
    """Put a child in one more household; those it has stay. Twice is once.

    :param authority: of the parents there, unless something else is known of them.
    :raises NotFound: the child or the family is unknown here; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    child_for(actor=actor, child_id=child_id)
    if not Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id).exists():
        raise NotFound("family")
    link_child(actor=actor, family_id=family_id, child_id=child_id, authority=authority)
    terms = _terms(actor, child_id).filter(ends_on__isnull=True)
    if terms.exists() and not terms.filter(home__family_id=family_id).exists():
        _set_share(actor, child_id, family_id, share=0, now=now)  # the others keep theirs: 100 in all
    journal.record(
        actor=actor, act="household.added", at=now, subject_type="child", subject_id=child_id, family=family_id
    )


@transaction.atomic
def remove_household(*, actor: Actor, child_id: int, family_id: int, now: datetime) -> None:
    """Take a child out of a household where it was put by mistake, with the links of the adults there.

    The caller has checked that nothing runs there (`procedures.operations.take_from_household`).

    :raises NotFound: the child is not in this household; :raises NotAllowed: neither agent nor manager.
    :raises LastHousehold: it has no other.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    here = HouseholdChild.objects.select_for_update().filter(organisation_id=actor.organisation_id, child_id=child_id)
    rows = {row.family_id: row for row in here.order_by("pk")}
    if family_id not in rows:
        raise NotFound("household")
    if len(rows) == 1:
        raise LastHousehold
    links = Guardianship.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)
    here_lives = Q(adult_a__family_id=family_id) | Q(adult_b__family_id=family_id)
    today = _today(actor, now)
    end_standing(rows=_calendars(actor, child_id).filter(here_lives), on=today)
    links.filter(adult__family_id=family_id).delete()
    end_standing(rows=_terms(actor, child_id), on=today)  # nobody has said who pays its part
    rows[family_id].delete()
    journal.record(
        actor=actor, act="household.removed", at=now, subject_type="child", subject_id=child_id, family=family_id
    )


@transaction.atomic
def set_shares(*, actor: Actor, child_id: int, shares: Mapping[int, int] | None, now: datetime) -> None:
    """Keep what each household of a child pays; None: each pays the whole of what it books.

    :param shares: family id → percent, 100 in all.
    :raises NotFound: the shares are not those of the child's households; :raises NotAllowed: neither agent nor manager.
    :raises SharesNotHundred: the total is not 100.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    child_for(actor=actor, child_id=child_id)
    here = HouseholdChild.objects.select_for_update().filter(organisation_id=actor.organisation_id, child_id=child_id)
    families = {row.family_id for row in here.order_by("pk")}
    if shares is None:
        end_standing(rows=_terms(actor, child_id), on=_today(actor, now))
    else:
        if set(shares) != families:
            raise NotFound("household")
        check_shares(list(shares.values()))
        for family_id, share in shares.items():
            _set_share(actor, child_id, family_id, share=share, now=now)
    journal.record(actor=actor, act="shares.set", at=now, subject_type="child", subject_id=child_id)


@transaction.atomic
def clear_residence(*, actor: Actor, child_id: int, now: datetime) -> None:
    """Put away the calendar of a child: no day is one parent's any more.

    :raises NotFound: no such child here; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    child_for(actor=actor, child_id=child_id)
    end_standing(rows=_calendars(actor, child_id), on=_today(actor, now))
    journal.record(actor=actor, act="residence.cleared", at=now, subject_type="child", subject_id=child_id)


@transaction.atomic
def set_residence(
    *,
    actor: Actor,
    child_id: int,
    pattern: Pattern,
    adult_a_id: int,
    adult_b_id: int,
    now: datetime,
    may_book_any_day: bool = False,
) -> None:
    """Keep where a child lives in turn, from today (Code civil, art. 373-2-9).

    :param may_book_any_day: each parent books on the other's days too; by default on its own days only.
    :raises NotFound: a child unknown here, two adults of one household, or without authority exercised on the child.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    child_for(actor=actor, child_id=child_id)
    links = Guardianship.objects.select_for_update(of=("self",)).filter(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        adult_id__in=[adult_a_id, adult_b_id],
        authority=Authority.EXERCISED,
    )
    rows = {row.adult_id: row for row in links.select_related("adult").order_by("pk")}
    if len({row.adult.family_id for row in rows.values()}) != 2:
        raise NotFound("two households")
    let_stand(
        actor=actor,
        fact=ResidenceCalendar(
            child_id=child_id,
            calendar=pattern_data(pattern),
            books=Books.ANY_DAY if may_book_any_day else Books.OWN_DAYS,
            adult_a_id=adult_a_id,
            adult_b_id=adult_b_id,
        ),
        among=_calendars(actor, child_id),
        on=_today(actor, now),
        now=now,
    )
    journal.record(actor=actor, act="residence.set", at=now, subject_type="child", subject_id=child_id)


@transaction.atomic
def object_to_acts(*, actor: Actor, child_id: int, adult_id: int, text: str, now: datetime) -> int:
    """Keep the written objection of a holder of authority, and return its id (Code civil, art. 372-2).

    A parent objects for itself; an agent records the letter of a parent. The text is cut at 2,000 characters.
    While one of an adult stands, another of the same adult is that one: twice is once.

    :raises NotFound: not the actor's child, or an adult who does not exercise authority on it.
    :raises NotAllowed: staff who are neither agent nor manager.
    """
    child_for(actor=actor, child_id=child_id, is_writing=True)
    if not actor.is_staff and not actor.is_system and adult_id not in actor.adult_ids:
        raise NotFound("adult")
    link = Guardianship.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, adult_id=adult_id, authority=Authority.EXERCISED
    )
    if not link.select_for_update().first():  # the lock lets two clicks meet here, one after the other
        raise NotFound("guardianship")
    standing = Objection.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, adult_id=adult_id, lifted_at__isnull=True
    ).first()
    if standing is not None:
        return standing.pk
    row = Objection(organisation_id=actor.organisation_id, child_id=child_id, adult_id=adult_id, made_at=now)
    row.text = {"text": text.strip()[:MAX_OBJECTION_LENGTH]}
    row.save()
    journal.record(actor=actor, act="objection.made", at=now, subject_type="child", subject_id=child_id)
    return row.pk


@transaction.atomic
def lift_objection(*, actor: Actor, objection_id: int, reason: str, now: datetime) -> int:
    """End an objection, with a reason kept beside its text, encrypted as it is; return the child's id.

    :raises NotFound: unknown here, or lifted before.
    :raises NotAllowed: neither agent nor manager.
    :raises ValueError: no reason.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if not reason.strip():
        raise ValueError("a reason is needed")
    rows = Objection.objects.select_for_update().filter(organisation_id=actor.organisation_id, lifted_at__isnull=True)
    row = rows.filter(pk=objection_id).first()
    if row is None:
        raise NotFound("objection")
    row.text = {**row.text, "lifted_because": reason.strip()[:MAX_OBJECTION_LENGTH]}
    row.lifted_at = now
    row.save(update_fields=["text", "lifted_at"])
    journal.record(actor=actor, act="objection.lifted", at=now, subject_type="child", subject_id=row.child_id)
    return row.child_id


@transaction.atomic
def withdraw_objection(*, actor: Actor, objection_id: int, now: datetime) -> int:
    """Take back one's own objection; return the child's id.

    :raises NotFound: not the actor's own, or ended before.
    """
    rows = Objection.objects.select_for_update().filter(
        organisation_id=actor.organisation_id, adult_id__in=actor.adult_ids, lifted_at__isnull=True
    )
    row = rows.filter(pk=objection_id).first()
    if row is None:
        raise NotFound("objection")
    row.lifted_at = now
    row.save(update_fields=["lifted_at"])
    journal.record(actor=actor, act="objection.withdrawn", at=now, subject_type="child", subject_id=row.child_id)
    return row.child_id


def _calendars(actor: Actor, child_id: int) -> QuerySet[ResidenceCalendar]:
    return ResidenceCalendar.objects.filter(organisation_id=actor.organisation_id, child_id=child_id)


def _terms(actor: Actor, child_id: int) -> QuerySet[HouseholdTerm]:
    return HouseholdTerm.objects.filter(organisation_id=actor.organisation_id, home__child_id=child_id)


def _set_share(actor: Actor, child_id: int, family_id: int, *, share: int, now: datetime) -> None:
    home = HouseholdChild.objects.get(organisation_id=actor.organisation_id, child_id=child_id, family_id=family_id)
    term = HouseholdTerm(home=home, payer_share_percent=share)
    let_stand(actor=actor, fact=term, among=home.terms.all(), on=_today(actor, now), now=now)


def _today(actor: Actor, now: datetime) -> date:
    return now.astimezone(actor.zone).date()
