"""Months that families announce: where their contract says hours, and not a week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.contracts.enums import TemplateKind, VersionState
from preau.domain.contracts.models import ContractVersion
from preau.domain.contracts.queries.contracts import contract_rows
from preau.domain.contracts.queries.quotes import announced_of, open_days, structure_terms
from preau.domain.contracts.rules.acts import NotAnnounced, announce_until
from preau.domain.contracts.rules.terms import Terms, parse_terms, planned_days
from preau.domain.creche.queries.enrolments import CareEnrolment, known_care
from preau.kernel.periods import Period, month_of, next_month
from preau.kernel.time_ranges import Ranges


@dataclass(frozen=True, slots=True)
class MonthToAnnounce:
    """A month of a contract: what stands now for each of its open days, and until when it may be announced."""

    contract_id: int
    version_id: int
    number: int
    child_id: int
    child_first_name: str
    hue: int
    site: str
    month: date
    until: date
    is_announced: bool
    agreed_minutes: int | None  # of the month, where the contract says so
    terms: Terms
    enrolment: CareEnrolment | None = None
    days: tuple[date, ...] = ()  # those that may hold care
    usual: Mapping[date, Ranges] | None = None
    now: Mapping[date, Ranges] | None = None


def months_to_announce(*, actor: Actor, on: date) -> list[MonthToAnnounce]:
    """Return the months to come that a family may still announce and has not. Three queries, one for none."""
    month = next_month(on)
    rows = _rows(actor, month)
    if not rows:
        return []
    said = announced_of(organisation_id=actor.organisation_id, contract_ids=[row.contract_id for row in rows])
    settings = structure_terms(
        organisation_id=actor.organisation_id, structure_ids=sorted({row.contract.structure_id for row in rows})
    )
    found = []
    for row in rows:
        terms = parse_terms(row.terms)
        until = announce_until(month, settings[row.contract.structure_id].announce_day)
        if terms.is_announced and on <= until and month not in said.get(row.contract_id, {}):
            found.append(_view(row, terms, month, until, is_announced=False))
    return found


def find_month(*, actor: Actor, contract_id: int, month: date, now: datetime) -> MonthToAnnounce:
    """Return a month of a contract, with what stands for each of its days. Eight queries.

    :raises NotFound: it is not the actor's; :raises NotAnnounced: see the fact.
    """
    if not contract_rows(actor=actor).filter(pk=contract_id).exists():
        raise NotFound("contract")
    row = next((each for each in _rows(actor, month) if each.contract_id == contract_id), None)
    if row is None or not parse_terms(row.terms).is_announced:
        raise NotAnnounced
    terms, enrolment_id = parse_terms(row.terms), row.contract.enrolment_id
    enrolment = known_care(actor=actor, enrolment_ids=[enrolment_id]).get(enrolment_id)
    if enrolment is None:
        raise NotAnnounced
    period = _within(month, terms)
    opened = open_days(
        organisation_id=actor.organisation_id, zone=actor.time_zone, enrolments=[enrolment], period=period, now=now
    )[enrolment_id]
    said = announced_of(organisation_id=actor.organisation_id, contract_ids=[contract_id]).get(contract_id, {})
    settings = structure_terms(organisation_id=actor.organisation_id, structure_ids=[row.contract.structure_id])[
        row.contract.structure_id
    ]
    usual = planned_days(terms, within=period, is_open=opened.__contains__)
    until = announce_until(month, settings.announce_day)
    seen = _view(row, terms, month, until, is_announced=month in said)
    return MonthToAnnounce(
        **{name: getattr(seen, name) for name in _KEPT},
        enrolment=enrolment,
        days=tuple(sorted(opened)),
        usual=usual,
        now=planned_days(terms, within=period, is_open=opened.__contains__, announced=said),
    )


_KEPT = (
    *("contract_id", "version_id", "number", "child_id", "child_first_name", "hue", "site", "month", "until"),
    *("is_announced", "agreed_minutes", "terms"),
)


def _rows(actor: Actor, month: date) -> list[ContractVersion]:
    period = month_of(month)
    rows = ContractVersion.objects.filter(
        organisation_id=actor.organisation_id,
        state=VersionState.ACTIVE,
        starts_on__lt=period.end,
        ends_on__gt=period.start,
        contract__in=contract_rows(actor=actor),
    ).exclude(stood_until__lte=period.start)
    return list(rows.select_related("contract__child", "contract__structure__site").defer("paper", "price_paper"))


def _within(month: date, terms: Terms) -> Period:
    period = month_of(month)
    return Period(max(period.start, terms.period.start), min(period.end, terms.period.end))


def _view(row: ContractVersion, terms: Terms, month: date, until: date, *, is_announced: bool) -> MonthToAnnounce:
    contract = row.contract
    return MonthToAnnounce(
        contract_id=row.contract_id,
        version_id=row.pk,
        number=contract.number,
        child_id=contract.child_id,
        child_first_name=contract.child.first_name,
        hue=contract.child.hue,
        site=contract.structure.site.name,
        month=month,
        until=until,
        is_announced=is_announced,
        agreed_minutes=terms.minutes if terms.kind is TemplateKind.VARIABLE else None,
        terms=terms,
    )
