"""What versions cost, worked out from what they agreed on, at dated rates; what is left when they stop."""

from datetime import datetime

from preau.base.actor import Actor
from preau.domain.contracts.queries.contracts import ContractView, VersionView
from preau.domain.contracts.queries.quotes import PriceSource, Quote, announced_of, quote, quote_agreed
from preau.domain.contracts.rules.agreed import parse_agreed
from preau.domain.creche.queries.enrolments import known_care
from preau.domain.pricing.rules.psu import NoScale
from preau.domain.pricing.rules.smoothing import Closing


def quote_of(*, actor: Actor, contract: ContractView, version: VersionView, now: datetime) -> Quote | None:
    """Return a version worked out, for an actor who may read its price. Some eight queries for a draft, three if sent.

    What was sent is worked out from what it agreed on, at the rates of now; a draft, from the calendar of now.

    :return: None when no scale is known, or for a draft whose enrolment has ended.
    """
    try:
        if version.agreed:
            return _signed(PriceSource(organisation_id=actor.organisation_id, payers=[contract]), contract, version)
        found = known_care(actor=actor, enrolment_ids=[contract.enrolment_id], with_sections=False)
        enrolment = found.get(contract.enrolment_id)
        if enrolment is None:
            return None
        source = PriceSource(organisation_id=actor.organisation_id, payers=[enrolment])
        return quote(actor=actor, enrolment=enrolment, terms=version.terms, source=source, now=now)
    except NoScale:
        return None


def closings_of(*, actor: Actor, contract: ContractView) -> list[tuple[VersionView, Closing]]:
    """Return what is left to put right of the versions that stopped before their term, for who may read their price.

    Four queries, whatever their number; none for nothing.
    """
    cut = [each for each in contract.versions if each.agreed and (each.stood_until or each.starts_on) > each.starts_on]
    if not cut:
        return []
    source = PriceSource(organisation_id=actor.organisation_id, payers=[contract])
    said = announced_of(organisation_id=actor.organisation_id, contract_ids=[contract.contract_id])
    announced = said.get(contract.contract_id, {})
    found = []
    for each in cut:
        assert each.stood_until is not None  # noqa: S101 -- chosen above
        try:
            made = _signed(source, contract, each)
        except NoScale:
            continue
        found.append((each, made.closing(each.stood_until, announced=announced)))
    return found


def _signed(source: PriceSource, contract: ContractView, version: VersionView) -> Quote:
    return quote_agreed(terms=version.terms, agreed=parse_agreed(version.agreed), payer=contract, source=source)
