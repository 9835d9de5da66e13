"""Months that families announce: where their contract says hours, and not a week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.domain.contracts.enums import IN_FORCE, TemplateKind
from preau.domain.contracts.models import AnnouncedMonth, CareContract, ContractVersion
from preau.domain.contracts.queries.contracts import contract_rows
from preau.domain.contracts.queries.quotes import announced_of, open_days, structure_terms
from preau.domain.contracts.rules.acts import NotAnnounced, announce_until
from preau.domain.contracts.rules.terms import parse_terms, planned_days
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
    by_contract = _rows(actor, month)
    if not by_contract:
        return []
    said = announced_of(organisation_id=actor.organisation_id, contract_ids=sorted(by_contract))
    settings = structure_terms(
        organisation_id=actor.organisation_id,
        structure_ids=sorted({rows[0].contract.structure_id for rows in by_contract.values()}),
    )
    found = []
    for contract_id, rows in by_contract.items():
        until = announce_until(month, settings[rows[0].contract.structure_id].announce_day)
        if on <= until and month not in said.get(contract_id, {}):
            found.append(MonthToAnnounce(**_facts(rows[-1], month, until, is_announced=False)))
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

    Two versions may share a month: each stands for its own days.

    :raises NotFound: it is not the actor's; :raises NotAnnounced: see the fact.
    """
    if not _mine(actor).filter(pk=contract_id).exists():
        raise NotFound("contract")
    rows = _rows(actor, month, contract_id=contract_id).get(contract_id, [])
    if not rows:
        raise NotAnnounced
    contract = rows[-1].contract
    enrolment = known_care(actor=actor, enrolment_ids=[contract.enrolment_id]).get(contract.enrolment_id)
    if enrolment is None:
        raise NotAnnounced
    opened = open_days(
        organisation_id=actor.organisation_id,
        zone=actor.time_zone,
        enrolments=[enrolment],
        period=month_of(month),
        now=now,
    )[contract.enrolment_id]
    announced = announced_of(organisation_id=actor.organisation_id, contract_ids=[contract_id]).get(contract_id, {})
    days: set[date] = set()
    standing: dict[date, Ranges] = {}
    for row in rows:
        terms, period = parse_terms(row.terms), _within(row, month)
        days |= {day for day in opened if day in period and terms.may_announce(day)}
        standing |= planned_days(terms, within=period, is_open=opened.__contains__, announced=announced)
    settings = structure_terms(organisation_id=actor.organisation_id, structure_ids=[contract.structure_id])
    until = announce_until(month, settings[contract.structure_id].announce_day)
    return MonthInDays(
        **_facts(rows[-1], month, until, is_announced=month in announced),
        enrolment=enrolment,
        days=tuple(sorted(days)),
        now=standing,
        said=said_months(actor=actor, contract_id=contract_id, start=month).get(month),
    )


def _mine(actor: Actor) -> QuerySet[CareContract]:
    """Contracts whose months the actor may say: those that its household pays, or that it looks after."""
    rows = contract_rows(actor=actor)
    return rows.filter(family_id__in=actor.family_ids) if actor.audience == FAMILY else rows


def _rows(actor: Actor, month: date, *, contract_id: int | None = None) -> dict[int, list[ContractVersion]]:
    """By contract, the versions that stand in a month, in order; contracts where none is announced are left out."""
    period = month_of(month)
    contracts = _mine(actor) if contract_id is None else _mine(actor).filter(pk=contract_id)
    rows = ContractVersion.objects.alias(over_on=Coalesce(F("stood_until"), F("ends_on"))).filter(
        organisation_id=actor.organisation_id,
        state__in=IN_FORCE,
        starts_on__lt=period.end,
        over_on__gt=period.start,
        contract__in=contracts,
    )
    rows = rows.select_related("contract__child", "contract__structure__site").defer("paper", "price_paper", "agreed")
    found: dict[int, list[ContractVersion]] = {}
    for row in rows.order_by("starts_on", "rank"):
        if _within(row, month).start < _within(row, month).end:
            found.setdefault(row.contract_id, []).append(row)
    return {pk: each for pk, each in found.items() if any(parse_terms(row.terms).is_announced for row in each)}


def _within(row: ContractVersion, month: date) -> Period:
    """The days of a month for which a version stands."""
    period = month_of(month)
    start = max(period.start, row.starts_on)
    return Period(start, max(start, min(period.end, row.stood_until or row.ends_on)))


def _facts(row: ContractVersion, month: date, until: date, *, is_announced: bool) -> dict[str, Any]:
    contract, terms = row.contract, parse_terms(row.terms)
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
