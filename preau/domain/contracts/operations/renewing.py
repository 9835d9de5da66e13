"""Renewing contracts for the year after, many at once: drafts with the same weeks, then sent."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from preau.base.actor import Actor
from preau.domain.contracts.operations.drafting import WRITERS, draft_contract
from preau.domain.contracts.operations.sending import send
from preau.domain.contracts.queries.contracts import find_contract
from preau.domain.contracts.queries.renewals import renewals
from preau.domain.contracts.rules.acts import ContractFact
from preau.domain.contracts.rules.terms import TermsInvalid
from preau.domain.pricing.rules.psu import NoScale


@dataclass(slots=True)
class Renewed:
    """What became of each: contracts written, sent, and those that could not be, by the contract that they renew."""

    written: list[int] = field(default_factory=list)
    sent: int = 0
    failed: dict[int, Exception] = field(default_factory=dict)


def renew(*, actor: Actor, contract_ids: Collection[int], sends: bool, on: date, now: datetime) -> Renewed:
    """Write the contracts of the year after, one transaction each; the others go on when one cannot be.

    Twice is once: what is renewed already is left.

    :param sends: send each to its parents at once; one that cannot be sent stays a draft.
    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(*WRITERS)
    found = Renewed()
    for each in renewals(actor=actor, on=on):
        old, terms = each.contract.contract_id, each.terms
        if old not in contract_ids or each.enrolment_id is None or terms is None:
            continue
        try:
            contract_id = draft_contract(
                actor=actor,
                enrolment_id=each.enrolment_id,
                terms=terms,
                note=each.version.note,
                now=now,
                renews_id=old,
            )
            found.written.append(contract_id)
            if sends:
                send(
                    actor=actor, version_id=find_contract(actor=actor, contract_id=contract_id).last.version_id, now=now
                )
                found.sent += 1
        except (ContractFact, TermsInvalid, NoScale) as problem:
            found.failed[old] = problem
    return found
