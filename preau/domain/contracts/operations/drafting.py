"""Writing a contract, an amendment, another version of what was refused."""

import json
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from preau.base import journal, typed
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.contracts.enums import IN_FORCE, WAITING, VersionKind, VersionState
from preau.domain.contracts.models import CareContract, ContractVersion
from preau.domain.contracts.queries.contracts import contract_rows
from preau.domain.contracts.queries.quotes import check_fits
from preau.domain.contracts.rules.acts import (
    AmendmentOutside,
    ContractOverlaps,
    DraftChanged,
    NotInForce,
    NotRegular,
    VersionFrozen,
    VersionOpen,
)
from preau.domain.contracts.rules.terms import Terms, check, terms_data
from preau.domain.creche.enums import CareType
from preau.domain.creche.queries.enrolments import CareEnrolment, find_care, hold_care

MAX_NOTE = 400
WRITERS = (Role.AGENT, Role.MANAGER)


@transaction.atomic
def draft_contract(
    *, actor: Actor, enrolment_id: int, terms: Terms, note: str, now: datetime, renews_id: int | None = None
) -> int:
    """Write the first version of the contract of an admitted child; return the contract. Nobody is told yet.

    :raises NotFound: the enrolment is not the agent's; :raises NotAllowed: neither agent nor manager.
    :raises TermsInvalid: see `rules.terms.check` and `queries.quotes.check_fits`.
    :raises NotRegular, ContractOverlaps: see each.
    """
    actor.require_role(*WRITERS)
    hold_care(actor=actor, enrolment_ids=[enrolment_id])
    enrolment = find_care(actor=actor, enrolment_id=enrolment_id)
    _check_terms(enrolment, terms)
    if enrolment.rules.care not in (CareType.REGULAR, CareType.VARIABLE):
        raise NotRegular
    row = CareContract.objects.create(
        organisation_id=actor.organisation_id,
        number=0,
        enrolment_id=enrolment.enrolment_id,
        family_id=enrolment.family_id,
        child_id=enrolment.child_id,
        structure_id=enrolment.structure_id,
        renews_id=renews_id,
        created_at=now,
    )
    check_place(row=_write(actor, row, terms, note, rank=1, kind=VersionKind.INITIAL, now=now), terms=terms)
    journal.record(actor=actor, act="contract.drafted", at=now, subject_type="child", subject_id=row.child_id)
    return row.pk


@transaction.atomic
def redraft(*, actor: Actor, version_id: int, terms: Terms, note: str, seen: str, now: datetime) -> None:
    """Write a draft again.

    :param seen: `mark_of` the draft that was shown.
    :raises NotFound, NotAllowed, TermsInvalid: as in `draft_contract`.
    :raises VersionFrozen, DraftChanged, ContractOverlaps, AmendmentOutside: see each.
    """
    row = hold_version(actor=actor, version_id=version_id)
    if row.state != VersionState.DRAFT:
        raise VersionFrozen
    if seen != mark_of(terms=row.terms, note=row.note):
        raise DraftChanged
    enrolment = find_care(actor=actor, enrolment_id=row.contract.enrolment_id)
    _check_terms(enrolment, terms)
    check_place(row=row, terms=terms)
    ContractVersion.objects.filter(pk=row.pk).update(
        starts_on=terms.period.start, ends_on=terms.period.end, terms=terms_data(terms), note=_note(note)
    )


@transaction.atomic
def amend(*, actor: Actor, contract_id: int, terms: Terms, note: str, now: datetime) -> int:
    """Write an amendment (avenant) to a contract in force, as a draft; return the version.

    It begins after the first day of what it changes: what was signed stands until then.

    :raises NotFound, NotAllowed, TermsInvalid: as in `draft_contract`.
    :raises NotInForce, VersionOpen, AmendmentOutside: see each.
    """
    row = hold_contract(actor=actor, contract_id=contract_id)
    standing = standing_row(contract=row)
    _check_amendment(standing, terms)
    _check_terms(find_care(actor=actor, enrolment_id=row.enrolment_id), terms)
    version = _next(actor, row, terms, note, kind=VersionKind.AMENDMENT, now=now)
    journal.record(actor=actor, act="contract.amendment", at=now, subject_type="child", subject_id=row.child_id)
    return version.pk


@transaction.atomic
def draft_again(*, actor: Actor, contract_id: int, now: datetime) -> int:
    """Write again, as a draft, the last version that was refused, withdrawn or not signed in time; return the version.

    :raises NotFound, NotAllowed: as in `draft_contract`.
    :raises VersionOpen: another is written or waits; :raises VersionFrozen: the last one was signed by all.
    """
    row = hold_contract(actor=actor, contract_id=contract_id)
    last = row.versions.order_by("-rank")[0]
    if last.state in (VersionState.DRAFT, *WAITING):
        raise VersionOpen
    if last.state in IN_FORCE:
        raise VersionFrozen
    copied = ContractVersion(
        organisation_id=actor.organisation_id,
        contract=row,
        rank=last.rank + 1,
        kind=last.kind,
        starts_on=last.starts_on,
        ends_on=last.ends_on,
        terms=last.terms,
        note=last.note,
        created_at=now,
        created_by=actor.display_name[:120],
    )
    copied.save()
    return copied.pk


@transaction.atomic
def discard(*, actor: Actor, version_id: int, now: datetime) -> None:
    """Throw a draft away, and its contract when it was its only version.

    :raises NotFound, NotAllowed: as in `draft_contract`; :raises VersionFrozen: it was sent.
    """
    row = hold_version(actor=actor, version_id=version_id)
    if row.state != VersionState.DRAFT:
        raise VersionFrozen
    contract = row.contract
    row.delete()
    if not contract.versions.exists():
        contract.delete()
    journal.record(actor=actor, act="contract.discarded", at=now, subject_type="child", subject_id=contract.child_id)


def hold_contract(*, actor: Actor, contract_id: int) -> CareContract:
    """Hold a contract that an agent may write, to the end of the transaction.

    :raises NotFound: it is not the agent's; :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(*WRITERS)
    mine = contract_rows(actor=actor).filter(pk=contract_id)
    row = CareContract.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=mine.values("pk")).first()
    if row is None:
        raise NotFound("contract")
    return row


def hold_version(*, actor: Actor, version_id: int) -> ContractVersion:
    """Hold the contract of a version that an agent may write, and return the version as it is then.

    :raises NotFound: it is not the agent's; :raises NotAllowed: neither agent nor manager.
    """
    found = ContractVersion.objects.filter(organisation_id=actor.organisation_id, pk=version_id)
    contract_id = found.values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotFound("version")
    hold_contract(actor=actor, contract_id=contract_id)
    return found.select_related("contract").get()


def standing_row(*, contract: CareContract) -> ContractVersion:
    """Return the version of a contract that was signed last and still runs.

    :raises NotInForce: there is none.
    """
    row = contract.versions.filter(state=VersionState.ACTIVE).order_by("-rank").first()
    if row is None:
        raise NotInForce
    return row


def mark_of(*, terms: object, note: str) -> str:
    """Return a short print of a draft: two that differ have two."""
    return sha256(json.dumps([terms, note], sort_keys=True).encode()).hexdigest()[:16]


def _check_terms(enrolment: CareEnrolment, terms: Terms) -> None:
    check(terms)
    check_fits(enrolment=enrolment, terms=terms)


def _check_amendment(standing: ContractVersion, terms: Terms) -> None:
    if not standing.starts_on < terms.period.start < (standing.stood_until or standing.ends_on):
        raise AmendmentOutside


def check_place(*, row: ContractVersion, terms: Terms) -> None:
    """Refuse terms for which nothing that was written or signed elsewhere leaves a place.

    :raises ContractOverlaps: the child has another contract there over a part of the period.
    :raises NotInForce, AmendmentOutside: what an amendment changes does not stand then.
    """
    if row.kind == VersionKind.AMENDMENT:
        _check_amendment(standing_row(contract=row.contract), terms)
    contract = row.contract
    rows = ContractVersion.objects.filter(
        organisation_id=row.organisation_id,
        contract__child_id=contract.child_id,
        contract__structure_id=contract.structure_id,
        contract__family_id=contract.family_id,
        state__in=(VersionState.DRAFT, *WAITING, *IN_FORCE),
    ).exclude(contract_id=contract.pk)
    ends = Coalesce(F("stood_until"), F("contract__ends_on"), F("ends_on"))
    rows = rows.alias(over_on=ends).filter(Q(starts_on__lt=terms.period.end, over_on__gt=terms.period.start))
    if rows.exists():
        raise ContractOverlaps


def _next(
    actor: Actor, row: CareContract, terms: Terms, note: str, *, kind: VersionKind, now: datetime
) -> ContractVersion:
    last = row.versions.order_by("-rank")[0]
    if last.state in (VersionState.DRAFT, *WAITING):
        raise VersionOpen
    return _write(actor, row, terms, note, rank=last.rank + 1, kind=kind, now=now)


def _write(
    actor: Actor, row: CareContract, terms: Terms, note: str, *, rank: int, kind: VersionKind, now: datetime
) -> ContractVersion:
    return ContractVersion.objects.create(
        organisation_id=actor.organisation_id,
        contract=row,
        rank=rank,
        kind=kind,
        starts_on=terms.period.start,
        ends_on=terms.period.end,
        terms=terms_data(terms),
        note=_note(note),
        created_at=now,
        created_by=actor.display_name[:120],
    )


def _note(text: str) -> str:
    return typed.clean(text)[:MAX_NOTE]
