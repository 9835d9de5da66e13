"""Ending a contract before its term: the notice, the days given back, what is left to put right."""

from datetime import date, datetime

from django.db import transaction

from preau.base import journal, typed
from preau.base.actor import Actor, system_actor
from preau.base.facts import NotAllowed
from preau.domain.contracts.enums import WAITING, VersionState
from preau.domain.contracts.models import CareContract, ContractVersion, UnbookedDay
from preau.domain.contracts.operations.drafting import hold_contract, standing_row
from preau.domain.contracts.operations.sending import contract_words
from preau.domain.contracts.operations.telling import tell_parents
from preau.domain.contracts.queries.quotes import structure_terms
from preau.domain.contracts.rules.acts import EndOutside, NoticeShort, VersionOpen, WordsMissing, notice_end
from preau.domain.creche.operations import give_back_hours
from preau.domain.creche.queries.enrolments import hold_care
from preau.kernel.french_dates import day_words

MAX_REASON = 200


@transaction.atomic
def end_contract(
    *, actor: Actor, contract_id: int, ends_on: date, reason: str, now: datetime, is_short: bool = False
) -> int:
    """End a contract on a day, excluded; the days after are given back, the parents told. Return how many hours' rows.

    :param is_short: the agent lets it end before the end of the notice.
    :raises NotFound: it is not the agent's; :raises NotAllowed: neither agent nor manager.
    :raises NotInForce, VersionOpen, EndOutside, NoticeShort, WordsMissing: see each.
    """
    contract = hold_contract(actor=actor, contract_id=contract_id)
    version = standing_row(contract=contract)
    if contract.versions.filter(state__in=("draft", "to_sign", "to_countersign")).exists():
        raise VersionOpen
    first = contract.versions.order_by("starts_on").values_list("starts_on", flat=True)[0]
    if not max(first, version.starts_on) < ends_on < version.ends_on:
        raise EndOutside
    settings = structure_terms(organisation_id=actor.organisation_id, structure_ids=[contract.structure_id])[
        contract.structure_id
    ]
    earliest = notice_end(now.astimezone(actor.zone).date(), settings.notice_months)
    if ends_on < earliest and not is_short:
        raise NoticeShort(earliest)
    words = typed.clean(reason)[:MAX_REASON]
    if not words:
        raise WordsMissing
    CareContract.objects.filter(pk=contract.pk).update(ends_on=ends_on, ended_reason=words)
    ContractVersion.objects.filter(pk=version.pk).update(stood_until=ends_on)
    journal.record(
        actor=actor,
        act="contract.ended",
        at=now,
        subject_type="child",
        subject_id=contract.child_id,
        on=ends_on.isoformat(),
    )
    version.refresh_from_db()
    tell_parents(
        version=version,
        template="contract_ended",
        subject=f"{contract_words(contract=contract)}\u00a0: fin le {day_words(ends_on)}",
        now=now,
        key=ends_on.isoformat(),
        ends_on=day_words(ends_on),
        reason=words,
    )
    return _give_back(actor, contract, version, ends_on, now=now)


def _give_back(actor: Actor, contract: CareContract, version: ContractVersion, start: date, *, now: datetime) -> int:
    hold_care(actor=actor, enrolment_ids=[contract.enrolment_id])
    UnbookedDay.objects.filter(version=version, on__gte=start).delete()
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    return give_back_hours(
        actor=machine, enrolment_id=contract.enrolment_id, start=start, now=now, reason="Fin du contrat"
    )


def cut_contracts(*, actor: Actor, enrolment_id: int, ends_on: date, reason: str, now: datetime) -> int:
    """End the contracts of an enrolment that ends on a day, in the caller's transaction; return how many.

    What waited to be signed waits for nobody any more; what had not begun never stands.

    :raises NotAllowed: the actor is a person: it has checked the act that this follows.
    """
    if not actor.is_system:
        raise NotAllowed("cut_contracts")
    rows = CareContract.objects.filter(organisation_id=actor.organisation_id, enrolment_id=enrolment_id)
    held = list(rows.select_for_update(no_key=True).order_by("pk"))
    versions = ContractVersion.objects.filter(contract__in=held)
    versions.filter(state__in=WAITING).update(
        state=VersionState.WITHDRAWN, closed_at=now, closed_reason=reason[:MAX_REASON]
    )
    cut = versions.filter(state=VersionState.ACTIVE, ends_on__gt=ends_on)
    count = 0
    for row in cut:
        CareContract.objects.filter(pk=row.contract_id).update(ends_on=ends_on, ended_reason=reason[:MAX_REASON])
        count += ContractVersion.objects.filter(pk=row.pk).update(stood_until=max(ends_on, row.starts_on))
    return count


def close_ended(*, actor: Actor, now: datetime) -> int:
    """Write that versions whose last day is over are ended; return how many. For the machine.

    :raises NotAllowed: the actor is a person.
    """
    if not actor.is_system:
        raise NotAllowed("close_ended")
    today = now.astimezone(actor.zone).date()
    rows = ContractVersion.objects.filter(organisation_id=actor.organisation_id, state=VersionState.ACTIVE)
    over = rows.filter(stood_until__isnull=True, ends_on__lte=today) | rows.filter(stood_until__lte=today)
    return over.update(state=VersionState.ENDED)
