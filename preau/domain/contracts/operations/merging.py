"""Contracts when two records are found to be one."""

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.contracts.models import CareContract, ContractSignature
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
    waiting = ContractSignature.objects.filter(organisation_id=actor.organisation_id, adult_id=absorbed_id)
    taken = ContractSignature.objects.filter(organisation_id=actor.organisation_id, adult_id=kept_id)
    waiting.exclude(version_id__in=taken.values("version_id")).exclude(state="signed").update(adult_id=kept_id)


def move_contracts(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give the contracts of an enrolment to its twin, in the caller's transaction.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    CareContract.objects.filter(organisation_id=actor.organisation_id, enrolment_id=absorbed_id).update(
        enrolment_id=kept_id
    )
