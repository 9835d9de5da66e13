"""Building a dossier famille, and opening the space of its adults."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.counters import give_numbers
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.accounts.models import Account
from preau.domain.families.enums import AdultPosition, Authority, ContactKind, Residency, Situation
from preau.domain.families.models import Adult, Child, Contact, Family, Guardianship, HouseholdChild, ResidencyFact
from preau.domain.families.operations.dated import let_stand
from preau.domain.families.queries.files import FamilyFile, family_file
from preau.domain.families.queries.people import check_not_forbidden
from preau.domain.families.rules import ADDRESS_LENGTHS, CHILD_TEXTS, cut, lives_in, next_hue
from preau.domain.organisations.queries import territory_of


@transaction.atomic
def create_family(
    *,
    actor: Actor,
    name: str,
    street: str = "",
    postcode: str = "",
    city: str = "",
    residency: Residency | None = None,
    now: datetime,
) -> Family:
    """Open a dossier famille with the next number of the collectivité.

    :param residency: what an agent knows; else what the address says.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    family = Family(
        organisation_id=actor.organisation_id,
        name=name,
        street=street,
        postcode=postcode,
        city=city,
        residency=residency or residency_of(organisation_id=actor.organisation_id, postcode=postcode, city=city),
        residency_since=now.date(),
        created_at=now,
    )
    give_numbers(rows=[family], name="family")
    family.save()
    _date_residency(actor, family, now=now)
    return family


@transaction.atomic
def add_adult(
    *,
    actor: Actor,
    family_id: int,
    position: AdultPosition,
    civility: str,
    first_name: str,
    last_name: str,
    email: str = "",
    phone: str = "",
    mobile: str = "",
    birth_name: str = "",
    birth_date: date | None = None,
    own_address: Mapping[str, str] | None = None,
    account: Account | None = None,
    has_protected_address: bool = False,
) -> Adult:
    """Add a responsable to a household.

    :param own_address: of an adult who lives elsewhere, with the keys of `ADDRESS_LENGTHS`.

    :raises NotFound: no such family here.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    _check_family(actor, family_id)
    return Adult.objects.create(
        organisation_id=actor.organisation_id,
        family_id=family_id,
        account=account,
        position=position,
        civility=civility,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        mobile=mobile,
        birth_name=birth_name,
        birth_date=birth_date,
        own_address=cast(Any, dict(own_address or {})),
        has_protected_address=has_protected_address,
    )


@transaction.atomic
def add_child(
    *,
    actor: Actor,
    family_id: int,
    values: Mapping[str, str],
    birth_date: date | None,
    expected_on: date | None = None,
    parent_ids: Collection[int] | None = None,
) -> Child:
    """Add a new child to a household, with a hue of its own.

    :param values: its texts, by the names of `rules.CHILD_TEXTS`.
    :param parent_ids: the adults who exercise authority on it. None, for an agent or a takeover: the holder and the
        co-holder. A family's declaration names the adult who declares and nobody else: authority of another is given
        by an agent, with a proof (`custody.set_authority`).
    :raises NotFound: no such family here.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    _check_family(actor, family_id)
    organisation_id = actor.organisation_id
    taken = HouseholdChild.objects.filter(organisation_id=organisation_id, family_id=family_id).values_list(
        "child__hue", flat=True
    )
    child = Child.objects.create(
        organisation_id=organisation_id,
        **cut(values, CHILD_TEXTS),
        birth_date=birth_date,
        expected_on=None if birth_date else expected_on,
        hue=next_hue(list(taken)),
    )
    link_child(actor=actor, family_id=family_id, child_id=child.pk, parent_ids=parent_ids)
    return child


@transaction.atomic
def link_child(
    *,
    actor: Actor,
    family_id: int,
    child_id: int,
    authority: Authority = Authority.EXERCISED,
    parent_ids: Collection[int] | None = None,
) -> None:
    """Put a child in a (second) household, with the authority of its parents there (Code civil, art. 372).

    :param parent_ids: those of the household's adults; None: its holder and co-holder.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    organisation_id = actor.organisation_id
    HouseholdChild.objects.get_or_create(organisation_id=organisation_id, family_id=family_id, child_id=child_id)
    adults = Adult.objects.filter(organisation_id=organisation_id, family_id=family_id)
    if parent_ids is None:
        parents = adults.filter(position__in=[AdultPosition.HOLDER, AdultPosition.CO_HOLDER])
    else:
        parents = adults.filter(pk__in=parent_ids)
    Guardianship.objects.bulk_create(
        [
            Guardianship(organisation_id=organisation_id, adult=adult, child_id=child_id, authority=authority)
            for adult in parents
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def change_address(
    *, actor: Actor, family_id: int, address: Mapping[str, str], now: datetime, since: date | None = None
) -> None:
    """Write the new address of a household; texts longer than their field are cut (A22-03).

    In another commune, who lives in the collectivité is read again: nobody keeps what is kept for residents.

    :raises NotFound: no such family here.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    _check_family(actor, family_id)
    wanted = {name: address[name].strip()[:length] for name, length in ADDRESS_LENGTHS.items() if name in address}
    family = Family.objects.select_for_update().get(organisation_id=actor.organisation_id, pk=family_id)
    place = {name: wanted.get(name, getattr(family, name)) for name in ("postcode", "city")}
    if any(value != getattr(family, name) for name, value in place.items()):
        family.residency = residency_of(organisation_id=actor.organisation_id, **place)
        family.residency_since = since or now.date()
        _date_residency(actor, family, now=now)
    for name, value in wanted.items():
        setattr(family, name, value)
    family.save(update_fields=[*wanted, "residency", "residency_since"])
    journal.record(actor=actor, act="family.moved", at=now, subject_type="family", subject_id=family_id)


def residency_of(*, organisation_id: int, postcode: str, city: str) -> Residency:
    """Return what an address says of a household, by the communes of the collectivité. One query."""
    return lives_in(territory=territory_of(organisation_id=organisation_id), postcode=postcode, city=city)


@transaction.atomic
def decide_residency(*, actor: Actor, family_id: int, residency: Residency, since: date, now: datetime) -> None:
    """Write whether a household lives in the collectivité, as an agent has seen it.

    :raises NotFound: no such family here.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    _check_family(actor, family_id)
    family = Family.objects.select_for_update().get(organisation_id=actor.organisation_id, pk=family_id)
    family.residency, family.residency_since = residency, since
    family.save(update_fields=["residency", "residency_since"])
    _date_residency(actor, family, now=now)
    journal.record(
        actor=actor,
        act="family.residency",
        at=now,
        subject_type="family",
        subject_id=family_id,
        residency=str(residency),
        since=since.isoformat(),
    )


@transaction.atomic
def change_situation(*, actor: Actor, family_id: int, situation: Situation, now: datetime) -> None:
    """Write the family situation of a household (A22-07).

    :raises NotFound: no such family here.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    _check_family(actor, family_id)
    Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id).update(situation=situation)
    journal.record(actor=actor, act="family.situation", at=now, subject_type="family", subject_id=family_id)


@transaction.atomic
def add_contact(
    *,
    actor: Actor,
    family_id: int,
    kind: ContactKind,
    first_name: str,
    last_name: str,
    link: str = "",
    phone: str = "",
    mobile: str = "",
    email: str = "",
    is_to_call: bool = False,
    child_id: int | None = None,
    now: datetime,
    by: str = "",
) -> Contact:
    """Add a person to call, allowed to collect, or forbidden.

    :param by: who says so, when the machine writes for somebody.
    :raises NotFound: no such family here.
    :raises PersonForbidden: allowed to collect, though one of the child's homes says that it must not.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    _check_family(actor, family_id)
    check_not_forbidden(
        actor=actor,
        family_id=family_id,
        child_id=child_id,
        kind=kind,
        first_name=first_name,
        last_name=last_name,
    )
    return Contact.objects.create(
        organisation_id=actor.organisation_id,
        family_id=family_id,
        child_id=child_id,
        kind=kind,
        first_name=first_name,
        last_name=last_name,
        link=link,
        phone=phone,
        mobile=mobile,
        email=email,
        is_to_call=is_to_call or kind == ContactKind.CALL,
        said_at=now,
        said_by=(by or actor.display_name)[:120],
    )


def read_protected_address(*, actor: Actor, family_id: int, now: datetime) -> FamilyFile:
    """Return a dossier with its protected address, and write the reading in the journal (Code civil, art. 515-11).

    :raises NotFound: no such family here.
    :raises NotAllowed: the actor is neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    file = family_file(actor=actor, family_id=family_id, show_protected_address=True)
    journal.record(actor=actor, act="address.read", at=now, subject_type="family", subject_id=family_id)
    return file


def _date_residency(actor: Actor, family: Family, *, now: datetime) -> None:
    """Keep the residency of a household from the day that it holds; before, what was known stays."""
    since = family.residency_since or now.date()
    fact = ResidencyFact(family=family, residency=family.residency)
    let_stand(actor=actor, fact=fact, among=family.residencies.all(), on=since, now=now)


def _check_family(actor: Actor, family_id: int) -> None:
    if not Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id).exists():
        raise NotFound("family")
