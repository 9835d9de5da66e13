"""What a contract would reserve and cost, worked out from its terms: before it is written as after it is signed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Protocol

from preau.base.actor import Actor, system_actor
from preau.domain.contracts.enums import TemplateKind
from preau.domain.contracts.models import AnnouncedMonth, CareTerms
from preau.domain.contracts.rules.agreed import Agreed, with_announced
from preau.domain.contracts.rules.terms import Terms, TermsInvalid, planned_days
from preau.domain.creche.queries.board import load_day_facts
from preau.domain.creche.queries.enrolments import CareEnrolment
from preau.domain.creche.rules import problems_of
from preau.domain.pricing.enums import (
    AeehMode,
    CareScale,
    HalfHours,
    HoursRounding,
    Missing,
    RateRounding,
    Smoothing,
)
from preau.domain.pricing.queries.scales import IncomeLine, incomes_for, scales_of
from preau.domain.pricing.rules.explaining import Step, explain_hours, explain_rate
from preau.domain.pricing.rules.psu import Rate, RateSettings, Scale, cents_of, rate_series
from preau.domain.pricing.rules.smoothing import (
    Closing,
    Month,
    Reserved,
    SmoothingSettings,
    closing,
    monthly_hours,
    months_of,
    plan,
    weekly_hours,
)
from preau.kernel.periods import Period, month_of
from preau.kernel.time_ranges import Ranges, read_ranges, total_minutes


@dataclass(frozen=True, slots=True)
class StructureTerms:
    """What a structure has decided for its contracts. `care_terms_id` None: nothing was set, the defaults hold."""

    care_terms_id: int | None
    rate: RateSettings
    outside_percent: int
    smoothing: SmoothingSettings
    half_hours: HalfHours
    tolerance: int
    notice_months: int
    least_months: int
    announce_day: int
    both_parents: bool
    days_to_sign: int
    regulation: str

    def rate_for(self, *, is_resident: bool) -> RateSettings:
        """Return the settings of the rate of a household, that of outside with its surcharge."""
        return self.rate if is_resident else replace(self.rate, surcharge_percent=self.outside_percent)


def structure_terms(*, organisation_id: int, structure_ids: Sequence[int]) -> dict[int, StructureTerms]:
    """Return by structure what it has decided for its contracts. One query."""
    rows = CareTerms.objects.filter(organisation_id=organisation_id, structure_id__in=structure_ids)
    known = {row.structure_id: row for row in rows}
    return {pk: _structure_terms(known.get(pk) or CareTerms(structure_id=pk)) for pk in structure_ids}


def _structure_terms(row: CareTerms) -> StructureTerms:
    return StructureTerms(
        care_terms_id=row.pk,
        rate=RateSettings(
            scale=CareScale(row.scale),
            rounding=RateRounding(row.rate_rounding),
            aeeh_mode=AeehMode(row.aeeh_mode),
            own_ceiling_cents=row.own_ceiling_cents,
            not_given=Missing(row.not_given),
            foster=Missing(row.foster),
            fixed=row.fixed_rate,
        ),
        outside_percent=row.outside_percent,
        smoothing=SmoothingSettings(
            Smoothing(row.smoothing), HoursRounding(row.hours_rounding), frozenset(row.unbilled_months)
        ),
        half_hours=HalfHours(row.half_hours),
        tolerance=row.tolerance,
        notice_months=row.notice_months,
        least_months=row.least_months,
        announce_day=row.announce_day,
        both_parents=row.both_parents,
        days_to_sign=row.days_to_sign,
        regulation=row.regulation,
    )


@dataclass(frozen=True, slots=True)
class Quote:
    """A contract worked out: its days, its hours, its rates, what each month costs, and why."""

    terms: Terms
    settings: StructureTerms
    days: Mapping[date, Ranges]
    reserved: Reserved
    rates: tuple[tuple[Period, Rate], ...]
    months: tuple[Month, ...]
    rate_settings: RateSettings
    settling_minutes: int
    income_lines: tuple[IncomeLine, ...]
    agreed: Agreed

    @property
    def weekly_hours(self) -> Fraction:
        return weekly_hours(self.reserved)

    @property
    def monthly_hours(self) -> Fraction:
        return monthly_hours(self.reserved, self.settings.smoothing)

    @property
    def hour_steps(self) -> list[Step]:
        return explain_hours(self.reserved, self.settings.smoothing)

    @property
    def rate_steps(self) -> list[tuple[Period, Rate, list[Step]]]:
        """Return each rate with how it is found."""
        return [(period, rate, explain_rate(rate, self.rate_settings)) for period, rate in self.rates]

    @property
    def settling_cents(self) -> int:
        """Return what the hours of settling in cost, at the rate of the first day."""
        return cents_of(Fraction(self.settling_minutes, 60), self.rates[0][1].euros)

    @property
    def total_cents(self) -> int:
        return sum(each.cents for each in self.months) + self.settling_cents

    def closing(self, ends_on: date, *, announced: Mapping[date, Mapping[date, Ranges]]) -> Closing:
        """Return what is left to put right when it stops on a day, excluded: hours reserved less hours paid for.

        :param announced: months that were announced, by their first day: they hold what was announced.
        """
        period = self.terms.smoothed
        days = with_announced(self.days, announced if self.terms.is_announced else {})
        minutes = {day: total_minutes(ranges) for day, ranges in days.items() if day in period}
        held = replace(self.reserved, minutes=minutes, agreed_minutes=None)
        paid = [each for each in self.months if max(each.first, period.start) < ends_on]
        rate = next((rate for part, rate in self.rates if ends_on <= part.end), self.rates[-1][1])
        return closing(held, ends_on=ends_on, paid=paid, rate=rate)

    @property
    def thin_ends(self) -> list[tuple[date, int, int]]:
        """Return the first or last month when it holds less than a quarter of what is paid for it.

        Each with its days of care and its cents. A base of twenty days puts its own end right.
        """
        if self.settings.smoothing.formula is Smoothing.BASE_DAYS and self.reserved.agreed_minutes is None:
            return []
        found = []
        for month in {each.first: each for each in (self.months[:1] + self.months[-1:]) if each.cents}.values():
            within = month_of(month.first)
            days = {day: minutes for day, minutes in self.reserved.minutes.items() if day in within and minutes}
            if Fraction(sum(days.values()), 60) * 4 < month.hours:
                found.append((month.first, len(days), month.cents))
        return found

    @property
    def usual_cents(self) -> int:
        """Return what the first whole month costs: the figure that a parent asks for."""
        paid = [each.cents for each in self.months if each.cents]
        return paid[1] if len(paid) > 1 else paid[0] if paid else 0


class Payer(Protocol):
    """A household that pays for care in a structure."""

    @property
    def family_id(self) -> int: ...
    @property
    def structure_id(self) -> int: ...


class PriceSource:
    """What prices contracts of one collectivité, read once: scales, incomes and settings of structures."""

    def __init__(self, *, organisation_id: int, payers: Iterable[Payer]) -> None:
        """:param payers: enrolments or contracts: whose household pays, in which structure."""
        found = list(payers)
        self.scales: list[Scale] = scales_of(organisation_id=organisation_id)
        self.incomes = incomes_for(organisation_id=organisation_id, family_ids={each.family_id for each in found})
        self.settings = structure_terms(
            organisation_id=organisation_id, structure_ids=sorted({each.structure_id for each in found})
        )


def open_days(
    *, organisation_id: int, zone: str, enrolments: Sequence[CareEnrolment], period: Period, now: datetime
) -> dict[int, frozenset[date]]:
    """Return by enrolment the days of a period that it covers and on which its structure is open. One query."""
    machine = system_actor(organisation_id, time_zone=zone)
    facts = load_day_facts(actor=machine, enrolments=enrolments, days=list(period.days()), now=now)
    found: dict[int, set[date]] = {each.enrolment_id: set() for each in enrolments}
    for (enrolment_id, on), day in facts.items():
        if day.opening is not None and day.is_covered:
            found[enrolment_id].add(on)
    return {pk: frozenset(days) for pk, days in found.items()}


def quote(
    *,
    actor: Actor,
    enrolment: CareEnrolment,
    terms: Terms,
    source: PriceSource,
    now: datetime,
    opened: frozenset[date] | None = None,
) -> Quote:
    """Return a contract worked out. One query for the open days, none when they are given.

    :param enrolment: just read, for an actor who may read the price.
    :raises NoScale: no scale is known on its first day.
    """
    if opened is None:
        opened = open_days(
            organisation_id=actor.organisation_id,
            zone=actor.time_zone,
            enrolments=[enrolment],
            period=terms.period,
            now=now,
        )[enrolment.enrolment_id]
    settings = source.settings[enrolment.structure_id]
    days = planned_days(terms, within=terms.period, is_open=opened.__contains__)
    agreed = Agreed(
        days=days,
        weeks=_weeks_of_care(terms, days),
        smoothing=settings.smoothing,
        rate=settings.rate_for(is_resident=enrolment.is_resident),
    )
    return quote_agreed(terms=terms, agreed=agreed, payer=enrolment, source=source)


def quote_agreed(*, terms: Terms, agreed: Agreed, payer: Payer, source: PriceSource) -> Quote:
    """Return a version worked out from what it agreed on, at the rates of now. No query.

    :raises NoScale: no scale is known on its first day.
    """
    lines = source.incomes.get(payer.family_id, [])
    rates = rate_series(
        [(each.starts_on, each.income) for each in lines],
        scales=source.scales,
        settings=agreed.rate,
        period=terms.period,
    )
    reserved = _reserved(terms, agreed)
    settling = {day: ranges for day, ranges in agreed.days.items() if day not in terms.smoothed}
    return Quote(
        terms=terms,
        settings=replace(source.settings[payer.structure_id], smoothing=agreed.smoothing),
        days=agreed.days,
        reserved=reserved,
        rates=tuple(rates),
        months=tuple(plan(reserved, settings=agreed.smoothing, rates=rates)),
        rate_settings=agreed.rate,
        settling_minutes=sum(total_minutes(ranges) for ranges in settling.values()),
        income_lines=tuple(lines),
        agreed=agreed,
    )


def _weeks_of_care(terms: Terms, days: Mapping[date, Ranges]) -> Fraction:
    """As many as was said, or as the days hold."""
    if terms.weeks_of_care is not None:
        return terms.weeks_of_care
    minutes = sum(total_minutes(ranges) for day, ranges in days.items() if day in terms.smoothed)
    return Fraction(minutes) / Fraction(sum(terms.usual_days), len(terms.weeks))


def _reserved(terms: Terms, agreed: Agreed) -> Reserved:
    """What is smoothed: the days after those of settling in."""
    period = terms.smoothed
    return Reserved(
        period=period,
        minutes={day: total_minutes(ranges) for day, ranges in agreed.days.items() if day in period},
        usual_days=terms.usual_days,
        usual_weeks=len(terms.weeks),
        weeks=agreed.weeks,
        agreed_minutes=_agreed_minutes(terms, period),
    )


def _agreed_minutes(terms: Terms, period: Period) -> int | None:
    """Minutes of the whole contract, where it is said in hours: so many a month, or as many in all."""
    if terms.minutes is not None and terms.kind is TemplateKind.VARIABLE:
        return terms.minutes * len(months_of(period))
    return terms.minutes


def check_fits(*, enrolment: CareEnrolment, terms: Terms) -> None:
    """Refuse terms that the enrolment or the structure cannot hold.

    :raises TermsInvalid: outside the enrolment, on a day when the structure is closed, or at hours that its offer
        does not let one choose.
    """
    if terms.period.start < enrolment.starts_on or terms.period.end > enrolment.ends_on:
        raise TermsInvalid("outside_enrolment")
    for week in terms.weeks:
        for weekday, ranges in week.items():
            opening = (enrolment.hours or {}).get(weekday)
            if opening is None or str(weekday) not in enrolment.weekdays:
                raise TermsInvalid("closed_weekday", str(weekday))
            for problem in problems_of(ranges, opening=opening, rules=enrolment.rules):
                raise TermsInvalid(f"hours_{problem.code}", str(weekday))
    for day, ranges in terms.settling.items():
        opening = enrolment.opening_on(day)
        if ranges and (opening is None or any(each.start < opening.start or each.end > opening.end for each in ranges)):
            raise TermsInvalid("settling_hours", day.isoformat())


def announced_of(*, organisation_id: int, contract_ids: Sequence[int]) -> dict[int, dict[date, dict[date, Ranges]]]:
    """Return what was announced for the months of contracts: by contract and first day of the month. One query."""
    rows = AnnouncedMonth.objects.filter(organisation_id=organisation_id, contract_id__in=contract_ids)
    found: dict[int, dict[date, dict[date, Ranges]]] = {}
    for row in rows.filter(is_usual=False):
        found.setdefault(row.contract_id, {})[row.month] = {
            date.fromisoformat(day): read_ranges(ranges) for day, ranges in row.days.items()
        }
    return found
