"""Ending a contract before its term: the notice, the days given back, what is left to put right."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import DateField, F, Value
from django.db.models.functions import Coalesce, Greatest

from preau.base import journal, typed
from preau.base.actor import Actor, system_actor
from preau.base.facts import NotAllowed
from preau.domain.contracts.enums import IN_FORCE, WAITING, VersionState
from preau.domain.contracts.models import CareContract, ContractVersion, UnbookedDay
from preau.domain.contracts.operations.drafting import hold_contract, standing_row
from preau.domain.contracts.operations.sending import contract_words
from preau.domain.contracts.operations.telling import tell_parents
from preau.domain.contracts.queries.quotes import announced_of, structure_terms
from preau.domain.contracts.rules.acts import EndOutside, NoticeShort, VersionOpen, WordsMissing, notice_end
from preau.domain.contracts.rules.agreed import parse_agreed, with_announced
from preau.domain.contracts.rules.terms import parse_terms
from preau.domain.creche.operations import give_back_hours
from preau.domain.creche.queries.enrolments import hold_care
from preau.kernel.french_dates import day_words

MAX_REASON = 200


@transaction.atomic
def end_contract(
    *, actor: Actor, contract_id: int, ends_on: date, reason: str, now: datetime, is_short: bool = False
) -> int:
    """End a contract on a day, excluded; the days after are given back, the parents told. Return how many hours' rows.

    An amendment that would begin later never stands. Said twice, it is done once; an end already said may come
    earlier, not later.

    :param is_short: the agent lets it end before the end of the notice.
    :raises NotFound: it is not the agent's; :raises NotAllowed: neither agent nor manager.
    :raises NotInForce, VersionOpen, EndOutside, NoticeShort, WordsMissing: see each.
    """
    contract = hold_contract(actor=actor, contract_id=contract_id)
    version = standing_row(contract=contract)
    if contract.ends_on == ends_on:
        return 0
    if contract.versions.filter(state__in=("draft", "to_sign", "to_countersign")).exists():
        raise VersionOpen
    standing = _standing(contract, on=now.astimezone(actor.zone).date())
    if not standing.starts_on < ends_on < min(contract.ends_on or date.max, version.stood_until or version.ends_on):
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
    days = _planned_after(contract, ends_on)
    cut = _cut(contract, ends_on)
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
    hold_care(actor=actor, enrolment_ids=[contract.enrolment_id])
    UnbookedDay.objects.filter(version_id__in=cut, on__gte=ends_on).delete()
    machine = system_actor(actor.organisation_id, time_zone=actor.time_zone)
    return give_back_hours(
        actor=machine,
        enrolment_id=contract.enrolment_id,
        start=ends_on,
        days=days,
        now=now,
        reason="Fin du contrat",
    )


def _standing(contract: CareContract, *, on: date) -> ContractVersion:
    """The version in force on a day, else the first that was signed."""
    rows = list(contract.versions.filter(state__in=IN_FORCE).order_by("starts_on", "rank"))
    return next((each for each in rows if each.starts_on <= on < (each.stood_until or each.ends_on)), rows[0])


def _planned_after(contract: CareContract, ends_on: date) -> set[date]:
    """The days that the versions of a contract planned from a day on: those of another contract are not its own."""
    said = announced_of(organisation_id=contract.organisation_id, contract_ids=[contract.pk]).get(contract.pk, {})
    found: set[date] = set()
    for each in contract.versions.filter(state__in=IN_FORCE):
        if each.agreed:
            months = said if parse_terms(each.terms).is_announced else {}
            planned = with_announced(parse_agreed(each.agreed).days, months)
            stood = each.stood_until or each.ends_on
            found |= {day for day in planned if ends_on <= day < stood}
    return found


def _cut(contract: CareContract, ends_on: date) -> list[int]:
    """Let no version of a contract stand on that day or after; return those that did.

    One that an earlier end kept from ever standing has nothing left to lose.
    """
    rows = contract.versions.filter(state__in=IN_FORCE).alias(over_on=Coalesce(F("stood_until"), F("ends_on")))
    rows = rows.filter(over_on__gt=ends_on).exclude(over_on__lte=F("starts_on"))
    cut = list(rows.values_list("pk", flat=True))
    last = Greatest(Value(ends_on, output_field=DateField()), F("starts_on"))
    ContractVersion.objects.filter(pk__in=cut).update(stood_until=last)
    return cut


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
    count = 0
    for contract in held:
        if _cut(contract, ends_on):
            CareContract.objects.filter(pk=contract.pk).update(ends_on=ends_on, ended_reason=reason[:MAX_REASON])
            count += 1
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
