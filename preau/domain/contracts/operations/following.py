"""What happens by itself: a reminder before the last day to sign, and the end of what nobody signed."""

from datetime import datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotAllowed
from preau.domain.contracts.enums import VersionState
from preau.domain.contracts.models import CareContract, ContractVersion
from preau.domain.contracts.operations.sending import close, contract_words
from preau.domain.contracts.operations.telling import tell_parents
from preau.domain.contracts.rules.acts import REMIND_BEFORE


def remind_signers(*, actor: Actor, now: datetime) -> int:
    """Remind those who have not signed, once, days before the last one; return how many contracts. For the machine.

    :raises NotAllowed: the actor is a person.
    """
    _require_machine(actor)
    today = now.astimezone(actor.zone).date()
    rows = ContractVersion.objects.filter(
        organisation_id=actor.organisation_id,
        state=VersionState.TO_SIGN,
        reminded_at__isnull=True,
        sign_before__gte=today,
        sign_before__lte=today + REMIND_BEFORE,
    )
    waiting = list(rows.select_related("contract__structure__site", "contract__child"))
    for row in waiting:
        with transaction.atomic():
            tell_parents(
                version=row,
                template="contract_to_sign",
                subject=f"Rappel\u00a0: {contract_words(contract=row.contract)}, à signer",
                now=now,
                only_waiting=True,
                key="again",
                is_again=True,
            )
            ContractVersion.objects.filter(pk=row.pk).update(reminded_at=now)
    return len(waiting)


def expire_unsigned(*, actor: Actor, now: datetime) -> int:
    """End what was not signed in time, and tell its parents; return how many. For the machine.

    A paper sent back in time and not read yet keeps its version open: the agent is late, not the parent.

    :raises NotAllowed: the actor is a person.
    """
    _require_machine(actor)
    today, count = now.astimezone(actor.zone).date(), 0
    late = ContractVersion.objects.filter(
        organisation_id=actor.organisation_id, state=VersionState.TO_SIGN, sign_before__lt=today
    ).exclude(signatures__state="to_check")
    for pk, contract_id in list(late.values_list("pk", "contract_id")):
        with transaction.atomic():
            list(CareContract.objects.select_for_update(no_key=True).filter(pk=contract_id).values_list("pk"))
            row = late.filter(pk=pk).select_related("contract__structure__site", "contract__child").first()
            if row is None:
                continue
            close(row=row, state=VersionState.EXPIRED, reason="", now=now)
            journal.record(
                actor=actor, act="contract.expired", at=now, subject_type="child", subject_id=row.contract.child_id
            )
            tell_parents(
                version=row,
                template="contract_expired",
                subject=f"{contract_words(contract=row.contract)}\u00a0: le délai pour signer est passé",
                now=now,
            )
            count += 1
    return count


def _require_machine(actor: Actor) -> None:
    if not actor.is_system:
        raise NotAllowed("following")
