"""Two records of one person, or of one household, made one: what this app holds of them.

Each `absorb_…` moves or settles the rows of this app and writes what the agent chose; the apps above move theirs, then
`forget_…` deletes the absorbed record. `procedures.operations.merging` does all of it in one transaction. How
conflicts are settled is in docs/algorithms/merging.md; what loses is kept, encrypted, in `Merger.archive`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar, cast

from django.db import models

from preau.base import files, journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.models import DatedFact
from preau.base.search import fold
from preau.domain.accounts.enums import Role
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.accounts.operations.opening import leave_as_family
from preau.domain.families.enums import AdultPosition, PersonKind
from preau.domain.families.models import (
    AccessKey,
    Adult,
    Child,
    ChildHealth,
    Consent,
    Contact,
    Family,
    Guardianship,
    HealthFact,
    HouseholdChild,
    Merger,
    NotDuplicate,
    Objection,
    ResidenceCalendar,
    ResidencyFact,
    SearchWord,
    SheetConfirmation,
    ValidatedDossier,
)
from preau.domain.families.operations.dated import end_standing
from preau.domain.families.queries.duplicates import ADULT_FIELDS, CHILD_FIELDS
from preau.domain.families.rules import ADDRESS_LENGTHS, DATED_HEALTH, fuller_sheet, kept_authority

Row = TypeVar("Row", bound=models.Model)
POSITIONS = (AdultPosition.HOLDER, AdultPosition.CO_HOLDER, AdultPosition.MEMBER)


class NotSameHousehold(Exception):
    """Two adults of different households: it is their dossiers that are merged."""


def absorb_child(*, actor: Actor, kept_id: int, absorbed_id: int, values: Mapping[str, Any], now: datetime) -> None:
    """Move what this app holds of a child to another record of it, in the caller's transaction.

    :param values: what the agent chose for `CHILD_FIELDS`; a field left out stays as the kept record has it.
    :raises NotFound: one is unknown here; :raises NotAllowed: neither agent nor manager.
    """
    kept, absorbed = _pair(actor, Child, kept_id, absorbed_id)
    archive: dict[str, Any] = {"record": _fields(absorbed)}
    _move_homes(actor, kept, absorbed)
    for link in Guardianship.objects.filter(organisation_id=actor.organisation_id, child=absorbed):
        _move_link(link, child=kept)
    _move_dated(ResidenceCalendar, {"child": kept}, {"child": absorbed})
    for name in DATED_HEALTH:
        _move_dated(HealthFact, {"child": kept, "name": name}, {"child": absorbed, "name": name})
    Objection.objects.filter(organisation_id=actor.organisation_id, child=absorbed).update(child=kept)
    Contact.objects.filter(organisation_id=actor.organisation_id, child=absorbed).update(child=kept)
    _one_contact_each(actor, child=kept)
    archive["health"] = _merge_health(actor, kept, absorbed)
    archive["consents"] = _merge_consents(actor, kept, absorbed)
    for model in (SheetConfirmation, ValidatedDossier):
        _first_of_each_year(actor, cast(Any, model), kept, absorbed)
    _write(kept, values, CHILD_FIELDS)
    kept.expected_on = None if kept.birth_date else (kept.expected_on or absorbed.expected_on)
    kept.save()
    _record(actor, PersonKind.CHILD, kept_id=kept_id, absorbed_id=absorbed_id, archive=archive, now=now)


def absorb_adult(
    *,
    actor: Actor,
    kept_id: int,
    absorbed_id: int,
    values: Mapping[str, Any],
    keeps_other_login: bool,
    now: datetime,
) -> None:
    """Move what this app holds of an adult to another record of it in the same household, in the caller's transaction.

    When both have a login, one is kept for the household; the other stops opening it, and the collectivité when it
    opens nothing else there. The contact e-mail is that of the login kept, if there is one. Both are told by mail.

    :param keeps_other_login: the login of the absorbed record is the one to keep.
    :raises NotFound: one is unknown here; :raises NotAllowed: neither agent nor manager.
    :raises NotSameHousehold: their dossiers must be merged first.
    """
    kept, absorbed = _pair(actor, Adult, kept_id, absorbed_id)
    if kept.family_id != absorbed.family_id:
        raise NotSameHousehold(absorbed_id)
    organisation_id = actor.organisation_id
    archive: dict[str, Any] = {"record": _fields(absorbed)}
    for link in Guardianship.objects.filter(organisation_id=organisation_id, adult=absorbed):
        _move_link(link, adult=kept)
    for side in ("adult_a", "adult_b"):
        ResidenceCalendar.objects.filter(organisation_id=organisation_id, **{side: absorbed}).update(**{side: kept})
    Objection.objects.filter(organisation_id=organisation_id, adult=absorbed).update(adult=kept)
    AccessKey.objects.filter(organisation_id=organisation_id, adult=absorbed, used_at=None, cancelled_at=None).update(
        cancelled_at=now
    )
    AccessKey.objects.filter(organisation_id=organisation_id, adult=absorbed).update(adult=kept)
    login, lost, email = kept.account, absorbed.account, kept.email
    if login is None or (keeps_other_login and lost is not None):
        login, lost, email = lost, login, absorbed.email
    _write(kept, values, ADULT_FIELDS)
    if login is not None:
        kept.email = email
    kept.position = min(kept.position, absorbed.position, key=lambda each: POSITIONS.index(AdultPosition(each)))
    kept.has_protected_address = kept.has_protected_address or absorbed.has_protected_address
    kept.own_address = kept.own_address or absorbed.own_address
    absorbed.account = None
    absorbed.save(update_fields=["account"])
    kept.account = login
    kept.save()
    if lost is not None and lost != login:
        archive["login"] = lost.username
        _end_login(actor, lost.pk, now)
        for account in (login, lost):
            _tell_joined(actor, account, is_kept=account == login, absorbed_id=absorbed_id, now=now)
    _record(actor, PersonKind.ADULT, kept_id=kept_id, absorbed_id=absorbed_id, archive=archive, now=now)


def _tell_joined(actor: Actor, account: Any, *, is_kept: bool, absorbed_id: int, now: datetime) -> None:
    """Tell a login that it opens more, or no longer this household. Of the other login nothing is said."""
    if account is None or account.activated_at is None:
        return
    post_letter(
        organisation_id=actor.organisation_id,
        reader=account,
        template="records_joined",
        subject="Deux fiches à votre nom sont réunies",
        key=f"joined-{actor.organisation_id}-{absorbed_id}-{account.pk}",
        now=now,
        route="public:home",
        username=account.username,
        is_kept=is_kept,
    )


def absorb_family(*, actor: Actor, kept_id: int, absorbed_id: int, now: datetime) -> None:
    """Move what this app holds of a household to another, in the caller's transaction: adults, children, contacts.

    There stays one holder: that of the absorbed dossier becomes a co-représentant. Nobody loses rights on a child.
    Number, name and address are the kept dossier's; what it leaves blank is taken from the other.

    :raises NotFound: one is unknown here; :raises NotAllowed: neither agent nor manager.
    """
    kept, absorbed = _pair(actor, Family, kept_id, absorbed_id)
    organisation_id = actor.organisation_id
    has_holder = kept.adults.filter(position=AdultPosition.HOLDER).exists()
    mine = {adult.account_id: adult for adult in kept.adults.all() if adult.account_id}
    for adult in absorbed.adults.all():
        if has_holder and adult.position == AdultPosition.HOLDER:
            adult.position = AdultPosition.CO_HOLDER
        if adult.account_id in mine:  # the same person in both: the login cannot stand twice in one household
            adult.account = None
        adult.family = kept
        adult.save()
    for home in HouseholdChild.objects.filter(organisation_id=organisation_id, family=absorbed):
        if HouseholdChild.objects.filter(organisation_id=organisation_id, family=kept, child=home.child_id).exists():
            home.delete()
        else:
            home.family = kept
            home.save()
    Contact.objects.filter(organisation_id=organisation_id, family=absorbed).update(family=kept)
    SearchWord.objects.filter(organisation_id=organisation_id, family=absorbed).update(family=kept)
    _one_contact_each(actor, family=kept)
    # Whose turn it is, and who pays what, has no sense left in one household.
    in_one = ResidenceCalendar.objects.filter(adult_a__family=kept, adult_b__family=kept)
    end_standing(rows=in_one, on=now.astimezone(actor.zone).date())
    _move_dated(ResidencyFact, {"family": kept}, {"family": absorbed})
    archive = {"record": _fields(absorbed)}
    if not kept.street:
        for name in (*ADDRESS_LENGTHS, "residency", "residency_since"):
            setattr(kept, name, getattr(absorbed, name))
    kept.situation = kept.situation or absorbed.situation
    kept.created_at = min(kept.created_at, absorbed.created_at)
    kept.save()
    _record(actor, PersonKind.FAMILY, kept_id=kept_id, absorbed_id=absorbed_id, archive=archive, now=now)


def forget_child(*, actor: Actor, child_id: int) -> None:
    """Delete the record of a child that was absorbed; the database refuses when anything is still tied to it."""
    Child.objects.get(organisation_id=actor.organisation_id, pk=child_id).delete()


def forget_adult(*, actor: Actor, adult_id: int) -> None:
    """Delete the record of an adult that was absorbed; the database refuses when anything is still tied to it."""
    Adult.objects.get(organisation_id=actor.organisation_id, pk=adult_id).delete()


def forget_family(*, actor: Actor, family_id: int) -> None:
    """Delete a household that was absorbed; the database refuses when anything is still tied to it."""
    Family.objects.get(organisation_id=actor.organisation_id, pk=family_id).delete()


def archive_more(*, actor: Actor, kind: PersonKind, absorbed_id: int, more: Mapping[str, Any]) -> None:
    """Add to what is kept of a merge what the apps above set aside; in the caller's transaction."""
    merger = Merger.objects.get(organisation_id=actor.organisation_id, kind=kind, absorbed_id=absorbed_id)
    merger.archive = cast(Any, {**merger.archive, **{name: value for name, value in more.items() if value}})
    merger.save(update_fields=["archive"])


def keep_apart(*, actor: Actor, kind: PersonKind, one_id: int, other_id: int, now: datetime) -> None:
    """« Ce ne sont pas les mêmes » : the pair is not shown any more. Twice is once.

    :raises NotFound: one is unknown here; :raises NotAllowed: neither agent nor manager.
    """
    model: Any = Adult if kind == PersonKind.ADULT else Child
    _pair(actor, model, one_id, other_id)
    first, second = sorted((one_id, other_id))
    NotDuplicate.objects.get_or_create(
        organisation_id=actor.organisation_id,
        kind=kind,
        first_id=first,
        second_id=second,
        defaults={"said_at": now, "account_id": actor.account_id},
    )
    journal.record(
        actor=actor, act="duplicate.dismissed", at=now, subject_type=kind.value, subject_id=first, other=second
    )


def _pair(actor: Actor, model: type[Row], kept_id: int, absorbed_id: int) -> tuple[Row, Row]:
    """Both records, locked in the order of their ids."""
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = model._default_manager.select_for_update().filter(
        organisation_id=actor.organisation_id, pk__in=[kept_id, absorbed_id]
    )
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) != 2:
        raise NotFound(model.__name__)
    return found[kept_id], found[absorbed_id]


def _fields(row: models.Model) -> dict[str, Any]:
    """Every column of a record, days and instants as text."""
    found = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def _write(row: models.Model, values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name in values:
            setattr(row, name, values[name])


def _move_homes(actor: Actor, kept: Child, absorbed: Child) -> None:
    mine = set(kept.households.values_list("family_id", flat=True))
    for home in HouseholdChild.objects.filter(organisation_id=actor.organisation_id, child=absorbed):
        if home.family_id in mine:
            home.delete()
        else:
            home.child = kept
            home.save()


def _move_link(link: Guardianship, *, adult: Adult | None = None, child: Child | None = None) -> None:
    """Move a link, or settle it with the one that is there: see `rules.kept_authority`."""
    links = Guardianship.objects.filter(organisation_id=link.organisation_id)
    twin = links.filter(adult=adult or link.adult_id, child=child or link.child_id).first()
    if twin is None:
        link.adult, link.child = adult or link.adult, child or link.child
        link.save()
        return
    twin.authority = kept_authority(twin.authority, link.authority)
    twin.link = twin.link or link.link
    twin.save()
    link.delete()


def _move_dated(model: type[DatedFact], kept: Mapping[str, Any], absorbed: Mapping[str, Any]) -> None:
    """Give the dated facts of a record to another that has none; else its own stand, and the others go with it."""
    rows = model._default_manager
    if not rows.filter(**kept).exists():
        rows.filter(**absorbed).update(**kept)
    else:
        rows.filter(**absorbed).delete()


def _one_contact_each(actor: Actor, **whose: Any) -> None:
    """Of persons named twice alike, keep one with the numbers of both. One taken away does not hide one who stands."""
    seen: dict[tuple[Any, ...], Contact] = {}
    rows = Contact.objects.filter(organisation_id=actor.organisation_id, removed_at=None, **whose)
    for row in rows.order_by("pk"):
        key = (row.family_id, row.child_id, row.kind, fold(row.first_name), fold(row.last_name))
        first = seen.setdefault(key, row)
        if first is row:
            continue
        for name in ("phone", "mobile", "email", "link", "photo_id"):
            setattr(first, name, getattr(first, name) or getattr(row, name))
        first.is_to_call = first.is_to_call or row.is_to_call
        first.save()
        row.delete()
        if row.photo_id and row.photo_id != first.photo_id:
            files.forget(organisation_id=actor.organisation_id, file_id=row.photo_id)


def _merge_health(actor: Actor, kept: Child, absorbed: Child) -> dict[str, Any]:
    """One sheet out of two, and both as they were, for the archive."""
    rows = ChildHealth.objects.filter(organisation_id=actor.organisation_id, child__in=[kept, absorbed])
    sheets = sorted(rows, key=lambda row: row.updated_at)
    before = {str(row.child_id): row.sheet for row in sheets}
    if not sheets:
        return before
    latest, older = sheets[-1], sheets[0]
    ChildHealth.objects.filter(pk__in=[row.pk for row in sheets]).delete()
    ChildHealth.objects.create(
        organisation_id=actor.organisation_id,
        child=kept,
        sheet=cast(Any, fuller_sheet(latest.sheet, older.sheet)),
        updated_at=latest.updated_at,
        updated_by=latest.updated_by,
    )
    return before


def _merge_consents(actor: Actor, kept: Child, absorbed: Child) -> dict[str, str]:
    """The latest answer to each authorisation; those of the absorbed record, for the archive."""
    mine = {row.consent_type_id: row for row in Consent.objects.filter(child=kept)}
    before = {}
    for row in Consent.objects.filter(organisation_id=actor.organisation_id, child=absorbed):
        before[str(row.consent_type_id)] = row.answer
        other = mine.get(row.consent_type_id)
        if other is not None and (other.answered_at >= row.answered_at or not row.answer):
            row.delete()
            continue
        if other is not None:
            other.delete()
        row.child = kept
        row.save(update_fields=["child"])
    return before


def _first_of_each_year(actor: Actor, model: Any, kept: Child, absorbed: Child) -> None:
    """What was confirmed or validated for a year stays so; twice is once."""
    years = set(model.objects.filter(child=kept).values_list("school_year_id", flat=True))
    rows = model.objects.filter(organisation_id=actor.organisation_id, child=absorbed)
    rows.filter(school_year_id__in=years).delete()
    rows.update(child=kept)


def _end_login(actor: Actor, account_id: int, now: datetime) -> None:
    if not Adult.objects.filter(organisation_id=actor.organisation_id, account_id=account_id).exists():
        leave_as_family(actor=actor, account_id=account_id, now=now)


def _record(
    actor: Actor, kind: PersonKind, *, kept_id: int, absorbed_id: int, archive: dict[str, Any], now: datetime
) -> None:
    mergers = Merger.objects.filter(organisation_id=actor.organisation_id, kind=kind)
    mergers.filter(kept_id=absorbed_id).update(kept_id=kept_id)
    merger = Merger(
        organisation_id=actor.organisation_id,
        kind=kind,
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        merged_at=now,
        account_id=actor.account_id,
    )
    merger.archive = cast(Any, archive)
    merger.save()
    NotDuplicate.objects.filter(
        models.Q(first_id=absorbed_id) | models.Q(second_id=absorbed_id),
        organisation_id=actor.organisation_id,
        kind=kind,
    ).delete()
    act = {PersonKind.ADULT: "adults.merged", PersonKind.CHILD: "children.merged"}.get(kind, "families.merged")
    journal.record(actor=actor, act=act, at=now, subject_type=kind.value, subject_id=kept_id, absorbed=absorbed_id)
