"""Incomes and quotients when two dossiers are found to be one."""

from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.pricing.models import HouseholdIncome, HouseholdQuotient


def merge_incomes(*, actor: Actor, kept_id: int, absorbed_id: int) -> None:
    """Give what a household said that it lives on to the one that absorbs it, in the caller's transaction.

    Where both said it, that of the dossier that is kept stands: two incomes of one household are never mixed.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    for model in (HouseholdIncome, HouseholdQuotient):
        rows = model._default_manager.filter(organisation_id=actor.organisation_id)
        if rows.filter(family_id=kept_id).exists():
            rows.filter(family_id=absorbed_id).delete()
        else:
            rows.filter(family_id=absorbed_id).update(family_id=kept_id)
