"""Months that families announce: where their contract says hours, and not a week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.contracts.enums import TemplateKind, VersionState
from preau.domain.contracts.models import AnnouncedMonth, ContractVersion
from preau.domain.contracts.queries.contracts import contract_rows
from preau.domain.contracts.queries.quotes import announced_of, open_days, structure_terms
from preau.domain.contracts.rules.acts import NotAnnounced, announce_until
from preau.domain.contracts.rules.terms import Terms, parse_terms, planned_days
from preau.domain.creche.queries.enrolments import CareEnrolment, known_care
from preau.kernel.periods import Period, month_of, next_month
from preau.kernel.time_ranges import Ranges, TimeRange, total_minutes

UNSAID = "0"  # a month that nobody announced yet


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


@dataclass(frozen=True, slots=True)
class SaidMonth:
    """A month as it was announced: who said it and when. `is_usual`: nobody did in time."""

    month: date
    said_at: datetime
    said_by: str
    is_usual: bool


@dataclass(frozen=True, slots=True)
class MonthInDays(MonthToAnnounce):
    """The same with what stands for each of its days."""

    enrolment: CareEnrolment
    days: tuple[date, ...]  # those whose hours may be announced
    now: Mapping[date, Ranges]
    said: SaidMonth | None

    @property
    def seen(self) -> str:
        """Return what tells this reading of the month from a later one: who writes it gives it back."""
        return self.said.said_at.isoformat() if self.said else UNSAID

    @property
    def minutes(self) -> int:
        """Return what stands for the whole month, in minutes."""
        return sum(total_minutes(ranges) for ranges in self.now.values())

    def openings(self, *, start: date | None = None) -> list[tuple[date, TimeRange]]:
        """Return the open days of the month with their hours, from a day on."""
        found = []
        for day in self.days:
            opening = self.enrolment.opening_on(day)
            if opening is not None and (start is None or day >= start):
                found.append((day, opening))
        return found


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
            found.append(MonthToAnnounce(**_facts(row, terms, month, until, is_announced=False)))
    return found


def said_months(*, actor: Actor, contract_id: int, start: date) -> dict[date, SaidMonth]:
    """Return what was announced of the months of a contract, from the first day of one on. One query."""
    rows = AnnouncedMonth.objects.filter(
        organisation_id=actor.organisation_id,
        contract_id=contract_id,
        contract__in=contract_rows(actor=actor),
        month__gte=start,
    )
    return {row.month: SaidMonth(row.month, row.said_at, row.said_by, row.is_usual) for row in rows.order_by("month")}


def find_month(*, actor: Actor, contract_id: int, month: date, now: datetime) -> MonthInDays:
    """Return a month of a contract, with what stands for each of its days. Nine queries.

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
    until = announce_until(month, settings.announce_day)
    return MonthInDays(
        **_facts(row, terms, month, until, is_announced=month in said),
        enrolment=enrolment,
        days=tuple(sorted(filter(terms.may_announce, opened))),
        now=planned_days(terms, within=period, is_open=opened.__contains__, announced=said),
        said=said_months(actor=actor, contract_id=contract_id, start=month).get(month),
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


def _facts(row: ContractVersion, terms: Terms, month: date, until: date, *, is_announced: bool) -> dict[str, Any]:
    contract = row.contract
    return {
        "contract_id": row.contract_id,
        "version_id": row.pk,
        "number": contract.number,
        "child_id": contract.child_id,
        "child_first_name": contract.child.first_name,
        "hue": contract.child.hue,
        "site": contract.structure.site.name,
        "month": month,
        "until": until,
        "is_announced": is_announced,
        "agreed_minutes": terms.minutes if terms.kind is TemplateKind.VARIABLE else None,
    }
