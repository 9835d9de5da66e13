"""Rates and months of care by the hour, whatever the figures."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from preau.domain.pricing.enums import AeehMode, CareScale, HoursRounding, IncomeBasis, Smoothing
from preau.domain.pricing.rules.explaining import explain_hours, explain_rate
from preau.domain.pricing.rules.psu import (
    Income,
    InvalidScale,
    NoScale,
    RateSettings,
    Scale,
    cents_of,
    effort_rate,
    hourly_rate,
    parse_brackets,
    rate_series,
    scale_on,
)
from preau.domain.pricing.rules.smoothing import (
    Reserved,
    SmoothingSettings,
    billed_months,
    closing,
    monthly_hours,
    months_of,
    plan,
)
from preau.kernel.money import hours_words, rate_words
from preau.kernel.periods import Period

BRACKETS = parse_brackets([[1, "0.0619"], [2, "0.0516"], [3, "0.0413"], [7, "0.0310"], [99, "0.0206"]])
FAMILY = parse_brackets([[1, "0.0516"], [2, "0.0413"], [5, "0.0310"], [99, "0.0206"]])
RATES = {CareScale.COLLECTIVE: BRACKETS, CareScale.FAMILY: FAMILY}
OLD = Scale(date(2025, 1, 1), 80_100, 700_000, RATES)
NEW = Scale(date(2025, 9, 1), 80_100, 850_000, RATES)
days_of_contract = st.integers(1, 500).flatmap(
    lambda count: st.dates(date(2023, 1, 1), date(2028, 12, 31)).map(
        lambda start: Period(start, start + timedelta(days=count))
    )
)


def contract(period: Period, *, hours: int = 9, agreed: int | None = None) -> Reserved:
    minutes = {day: hours * 60 for day in period.days() if day.weekday() < 5}
    weeks = Fraction(len(minutes), 5)
    return Reserved(period, minutes, [hours * 60] * 5, 1, weeks, agreed)


def rates_of(period: Period, *, monthly: int = 280_000, children: int = 2):
    income = Income(IncomeBasis.DECLARED, monthly * 12, children)
    return rate_series([(period.start, income)], scales=[Scale(date(2018, 1, 1), 80_100, 850_000, RATES)],
                       settings=RateSettings(), period=period)  # fmt: skip


def test_a_ceiling_that_changes_inside_a_contract_gives_two_rates():
    period = Period(date(2025, 8, 1), date(2026, 7, 1))
    found = rate_series(
        [(date(2025, 1, 1), Income(IncomeBasis.DECLARED, 750_000 * 12, 1))],
        scales=[OLD, NEW],
        settings=RateSettings(),
        period=period,
    )
    assert [(part.start, rate.euros) for part, rate in found] == [
        (date(2025, 8, 1), Decimal("4.33")),
        (date(2025, 9, 1), Decimal("4.64")),
    ]
    months = plan(contract(period), settings=SmoothingSettings(), rates=found)
    assert [[line.rate.euros for line in month.lines] for month in months[:2]] == [[Decimal("4.33")], [Decimal("4.64")]]


def test_a_scale_that_changes_nothing_for_a_household_cuts_nothing():
    period = Period(date(2025, 8, 1), date(2026, 7, 1))
    found = rate_series(
        [(date(2025, 1, 1), Income(IncomeBasis.DECLARED, 280_000 * 12, 2))],
        scales=[OLD, NEW],
        settings=RateSettings(),
        period=period,
    )
    assert [part for part, _rate in found] == [period]


def test_before_anything_is_said_the_rate_is_that_of_who_gives_nothing():
    period = Period(date(2025, 9, 1), date(2025, 12, 1))
    found = rate_series(
        [(date(2025, 10, 1), Income(IncomeBasis.DECLARED, 280_000 * 12, 2))],
        scales=[NEW],
        settings=RateSettings(),
        period=period,
    )
    assert [rate.basis for _part, rate in found] == [IncomeBasis.NOT_GIVEN, IncomeBasis.DECLARED]
    assert found[0][1].bound == "ceiling"


def test_no_scale_is_said_and_never_priced():
    with pytest.raises(NoScale):
        scale_on([NEW], date(2020, 1, 1))


@pytest.mark.parametrize(
    "data",
    [None, [], {}, "x", [[1]], [[1, "x"]], [[2, "0.05"], [1, "0.04"]], [[1, "0.04"], [20, "0.05"]], [[1, "2"]],
     [[3, "0.05"]], [[0, "0.05"], [99, "0.04"]], [[1, "NaN"], [99, "0.01"]]],
)  # fmt: skip
def test_brackets_that_cannot_be_read(data):
    with pytest.raises(InvalidScale):
        parse_brackets(data)


@given(st.integers(1, 15), st.integers(0, 8), st.sampled_from(AeehMode))
def test_a_disabled_child_never_raises_the_rate(children, aeeh, mode):
    assume(aeeh <= children)
    found = effort_rate(BRACKETS, children=children, aeeh=aeeh, mode=mode)
    assert found <= effort_rate(BRACKETS, children=children)
    assert found >= BRACKETS[-1][1]


@given(st.integers(0, 3_000_000), st.integers(0, 3_000_000), st.integers(1, 10))
def test_more_resources_never_cost_less(one, other, children):
    low, high = sorted((one, other))
    rates = [
        hourly_rate(Income(IncomeBasis.DECLARED, each * 12, children), scale=NEW, settings=RateSettings()).euros
        for each in (low, high)
    ]
    assert rates[0] <= rates[1]
    assert (
        rates[1] <= hourly_rate(Income(IncomeBasis.NOT_GIVEN, None, children), scale=NEW, settings=RateSettings()).euros
    )


@given(days_of_contract, st.sampled_from([Smoothing.WEEKS, Smoothing.YEAR, Smoothing.BOOKED]), st.integers(1, 11))
def test_months_sum_up_to_the_contract(period, formula, hours):
    """Leap years, week 53, a single day: what is paid for is what is reserved, to the minute."""
    reserved = contract(period, hours=hours)
    assume(reserved.minutes)
    months = plan(reserved, settings=SmoothingSettings(formula), rates=rates_of(period))
    assert sum((each.hours for each in months), Fraction(0)) == Fraction(reserved.total, 60)
    lines = [line for each in months for line in each.lines]
    whole = cents_of(Fraction(reserved.total, 60), lines[0].rate.euros)
    assert abs(sum(each.cents for each in months) - whole) <= len(lines)


@given(days_of_contract, st.integers(1, 11))
def test_a_base_of_twenty_days_is_put_right_by_the_end(period, hours):
    reserved = contract(period, hours=hours)
    months = plan(reserved, settings=SmoothingSettings(Smoothing.BASE_DAYS), rates=rates_of(period))
    assert sum((each.hours for each in months), Fraction(0)) == Fraction(reserved.total, 60)


@given(days_of_contract, st.sampled_from(HoursRounding), st.integers(60, 60_000))
def test_hours_of_a_month_are_never_rounded_down(period, rounding, agreed):
    reserved = contract(period, agreed=agreed)
    found = monthly_hours(reserved, SmoothingSettings(rounding=rounding))
    exact = Fraction(agreed, 60 * len(months_of(period)))
    step = {HoursRounding.EXACT: 0, HoursRounding.HALF_HOUR: Fraction(1, 2), HoursRounding.HOUR: 1}[rounding]
    assert exact <= found <= exact + step


@given(days_of_contract, days_of_contract, st.sampled_from(Smoothing))
def test_ended_early_what_was_paid_and_the_adjustment_are_what_was_reserved(period, other, formula):
    ends_on = period.start + (other.end - other.start) % (period.end - period.start)
    reserved = contract(period)
    rates = rates_of(period)
    months = plan(reserved, settings=SmoothingSettings(formula), rates=rates)
    paid = [each for each in months if each.first < ends_on]
    found = closing(reserved, ends_on=ends_on, paid=paid, rate=rates[-1][1])
    until = sum(minutes for day, minutes in reserved.minutes.items() if day < ends_on)
    assert found.hours + sum((each.hours for each in paid), Fraction(0)) == Fraction(until, 60)
    assert found.cents == cents_of(found.hours, rates[-1][1].euros)


def test_an_amendment_in_the_middle_of_a_month_cuts_it_by_what_is_reserved_on_each_side():
    period = Period(date(2026, 1, 1), date(2026, 3, 1))
    income = [
        (date(2026, 1, 1), Income(IncomeBasis.DECLARED, 280_000 * 12, 2)),
        (date(2026, 1, 19), Income(IncomeBasis.DECLARED, 140_000 * 12, 2)),
    ]
    rates = rate_series(income, scales=[NEW], settings=RateSettings(), period=period)
    month = plan(contract(period), settings=SmoothingSettings(Smoothing.YEAR), rates=rates)[0]
    assert [line.rate.euros for line in month.lines] == [Decimal("1.44"), Decimal("0.72")]
    before, after = (line.hours for line in month.lines)
    assert before / after == Fraction(12, 10)  # twelve week days before Monday 19 January, ten after


def test_months_that_are_not_paid_for_are_spread_over_the_others():
    period = Period(date(2025, 9, 1), date(2026, 9, 1))
    settings = SmoothingSettings(Smoothing.YEAR, unbilled=frozenset({8}))
    months = plan(contract(period), settings=settings, rates=rates_of(period))
    assert [each.first.month for each in months if not each.cents] == [8]
    assert len(billed_months(period, {8})) == 11
    assert len(billed_months(Period(date(2026, 8, 1), date(2026, 9, 1)), {8})) == 1


def test_a_month_where_nothing_is_reserved_is_cut_by_its_days():
    period = Period(date(2026, 1, 1), date(2026, 3, 1))
    reserved = Reserved(period, {}, [540] * 5, 1, Fraction(8), agreed_minutes=6000)
    rates = rates_of(Period(date(2026, 1, 1), date(2026, 1, 16))) + rates_of(
        Period(date(2026, 1, 16), date(2026, 3, 1)), children=3
    )
    month = plan(reserved, settings=SmoothingSettings(), rates=rates)[0]
    assert [line.hours for line in month.lines] == [Fraction(50) * 15 / 31, Fraction(50) * 16 / 31]


def test_the_explanation_says_each_figure():
    income = Income(IncomeBasis.DECLARED, 2_800_00 * 12, 2, 1)
    steps = explain_rate(hourly_rate(income, scale=NEW, settings=RateSettings()), RateSettings())
    said = [f"{each.name} = {each.reckoning} = {each.result}".replace("\u00a0", " ") for each in steps]
    assert said == [
        "Ressources d’un mois = 33 600,00 € par an ÷ 12 = 2 800,00 €",
        "Taux d’effort = 2 enfants à charge, dont 1 avec l’AEEH = 0,0413 %",
        "Prix d’une heure = 2 800,00 € × 0,0413 % = 1,16 €",
    ]


def test_the_explanation_says_why_a_bound_is_kept():
    capped = hourly_rate(Income(IncomeBasis.DECLARED, 900_000 * 12, 1), scale=NEW, settings=RateSettings())
    unknown = hourly_rate(Income(IncomeBasis.NOT_GIVEN), scale=NEW, settings=RateSettings())
    assert "plafond du lundi 1er septembre 2025" in explain_rate(capped, RateSettings())[1].reckoning
    assert explain_rate(unknown, RateSettings())[0].reckoning == "ressources non communiquées"


def test_hours_are_explained_by_their_formula():
    period = Period(date(2025, 9, 1), date(2026, 9, 1))
    steps = explain_hours(contract(period, hours=8), SmoothingSettings())
    assert steps[-1].reckoning.replace("\u00a0", " ") == "52,2 semaines × 40 h ÷ 12 mois"
    assert (hours_words(Fraction(470, 3)), rate_words(Decimal("1.512"))) == ("156,67\u00a0h", "1,512\u00a0€")
