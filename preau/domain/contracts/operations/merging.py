"""Contracts when two records are found to be one."""

from preau.base import files
from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.contracts.enums import SignatureState
from preau.domain.contracts.models import CareContract, ContractSignature
from preau.domain.contracts.operations.signing import settle
from preau.domain.families.enums import PersonKind


def merge_contracts(*, actor: Actor, kind: PersonKind, kept_id: int, absorbed_id: int) -> None:
    """Give the contracts of a record to another record of the same person, in the caller's transaction.

    What was signed keeps the name that it was signed under.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    if kind is not PersonKind.ADULT:
        rows = CareContract.objects.filter(organisation_id=actor.organisation_id)
        rows.filter(**{f"{kind}_id": absorbed_id}).update(**{f"{kind}_id": kept_id})
        return
    _merge_signatures(actor.organisation_id, kept_id=kept_id, absorbed_id=absorbed_id)


def _merge_signatures(organisation_id: int, *, kept_id: int, absorbed_id: int) -> None:
    """One person signs a version once: what it signed stays, what it was asked for twice is asked for once."""
    rows = ContractSignature.objects.filter(organisation_id=organisation_id)
    signed = SignatureState.SIGNED
    for row in rows.filter(adult_id=absorbed_id).select_related("version"):
        twin = rows.filter(version_id=row.version_id, adult_id=kept_id).first()
        if twin is not None and twin.state != signed:
            _drop(twin)
            twin = None
        if twin is None:
            rows.filter(pk=row.pk).update(adult_id=kept_id)
        elif row.state == signed:
            rows.filter(pk=row.pk).update(adult_id=None)  # both signed: its name and its evidence stay
        else:
            _drop(row)
        settle(version=row.version)


def _drop(row: ContractSignature) -> None:
    """Forget a signature that nobody gave, with the paper that was sent for it."""
    organisation_id, version_id, scan_id = row.organisation_id, row.version_id, row.scan_id
    row.delete()
    if scan_id and not ContractSignature.objects.filter(version_id=version_id, scan_id=scan_id).exists():
        files.forget(organisation_id=organisation_id, file_id=scan_id)


def move_contracts(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the contracts of an enrolment to its twin, in the caller's transaction.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    CareContract.objects.filter(organisation_id=actor.organisation_id, enrolment_id=absorbed_id).update(
        enrolment_id=kept_id
    )
