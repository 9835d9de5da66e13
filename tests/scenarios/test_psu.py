"""The situations of `psu.md`, judged by the rules of the family share."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from preau.domain.pricing.enums import (
    AeehMode,
    CareScale,
    HalfHours,
    HoursRounding,
    IncomeBasis,
    Missing,
    RateRounding,
    Smoothing,
)
from preau.domain.pricing.operations.scales import PUBLISHED
from preau.domain.pricing.rules.half_hours import extra_minutes
from preau.domain.pricing.rules.psu import (
    Income,
    RateSettings,
    Scale,
    cents_of,
    hourly_rate,
    parse_brackets,
    scale_on,
)
from preau.domain.pricing.rules.smoothing import Reserved, SmoothingSettings, monthly_hours
from preau.kernel.clock_times import read_clock
from preau.kernel.money import hours_words
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange

SETTINGS = {
    "": {},
    "sans arrondi": {"rounding": RateRounding.NONE},
    "tronqué": {"rounding": RateRounding.TRUNCATE},
    "un enfant de plus": {"aeeh_mode": AeehMode.EXTRA_CHILD},
    "confié au plancher": {"foster": Missing.FLOOR},
    "inconnues au plancher": {"not_given": Missing.FLOOR},
    "fixe 1,50": {"fixed": Decimal("1.50")},
    "plafond 6860": {"own_ceiling_cents": 686_000},
    "majoration 50": {"surcharge_percent": 50},
}
SCALES = {"collectif": CareScale.COLLECTIVE, "familial": CareScale.FAMILY}
FORMULAS = {
    "année": Smoothing.YEAR,
    "semaines": Smoothing.WEEKS,
    "forfait": Smoothing.FLAT,
    "base": Smoothing.BASE_DAYS,
    "réservé": Smoothing.BOOKED,
}
ROUNDINGS = {"exact": HoursRounding.EXACT, "heure": HoursRounding.HOUR, "demi-heure": HoursRounding.HALF_HOUR}


def rows(part: str) -> Iterator[list[str]]:
    inside = False
    for line in (Path(__file__).parent / "psu.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            inside = line[3:] == part
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if inside and line.startswith("|") and cells[0] != "Situation" and not cells[0].startswith("---"):
            yield cells


def published() -> list[Scale]:
    return [
        Scale(
            date.fromisoformat(each["from"]),
            int(Decimal(each["floor"]) * 100),
            int(Decimal(each["ceiling"]) * 100),
            {scale: parse_brackets(each[scale.value]) for scale in CareScale},
        )
        for each in json.loads(PUBLISHED.read_text(encoding="utf-8"))
    ]


def income(text: str, children: str, aeeh: str) -> Income:
    counts = {"children": int(children), "aeeh": int(aeeh)}
    kinds = {"confié": IncomeBasis.FOSTER, "inconnues": IncomeBasis.NOT_GIVEN, "urgence": IncomeBasis.UNKNOWN}
    if text in kinds:
        return Income(kinds[text], **counts)
    amount = Decimal(text.removesuffix(" par an"))
    return Income(IncomeBasis.DECLARED, int(amount * (100 if text.endswith("par an") else 1200)), **counts)


@pytest.mark.parametrize("cells", list(rows("Prix d’une heure")), ids=lambda cells: f"{cells[0]} {cells[1]}")
def test_rates(cells):
    _name, day, care, resources, children, aeeh, setting, expected = cells
    settings = RateSettings(scale=SCALES[care], **SETTINGS[setting])
    rate = hourly_rate(
        income(resources, children, aeeh), scale=scale_on(published(), date.fromisoformat(day)), settings=settings
    )
    assert rate.euros == Decimal(expected.replace(",", "."))


def reserved(length: str, hours: Decimal, months: int) -> Reserved:
    """A contract from January, of so many days of so many hours, or of so many weeks of five days."""
    start = date(2025, 1, 1)
    period = Period(start, date(2025 + months // 12, months % 12 + 1, 1))
    count, unit = length.split()
    if unit == "jours":
        minutes = {start + timedelta(days=number): int(hours * 60) for number in range(int(count))}
        return Reserved(period, minutes, [int(hours * 60)] * 5, 1, Fraction(int(count), 5))
    return Reserved(period, {}, [int(hours * 12)] * 5, 1, Fraction(int(count)))


@pytest.mark.parametrize("cells", list(rows("Heures et montant d’un mois")), ids=lambda cells: cells[0])
def test_smoothing(cells):
    _name, formula, length, hours, months, rounding, price, expected_hours, amount = cells
    settings = SmoothingSettings(FORMULAS[formula], ROUNDINGS[rounding])
    found = monthly_hours(reserved(length, Decimal(hours), int(months)), settings)
    assert hours_words(found).replace("\u00a0h", "") == expected_hours
    assert cents_of(found, Decimal(price.replace(",", "."))) == int(Decimal(amount.replace(",", ".")) * 100)


@pytest.mark.parametrize("cells", list(rows("Demi-heures commencées")), ids=lambda cells: cells[0])
def test_half_hours(cells):
    _name, presence, tolerance, by_duration, by_bounds = cells
    booked = (TimeRange(read_clock("8:30"), read_clock("17:00")),)
    made = () if presence == "–" else (TimeRange(*map(read_clock, presence.split("-"))),)
    found = {mode: extra_minutes(booked, made, mode=mode, tolerance=int(tolerance)) for mode in HalfHours}
    assert found == {HalfHours.DURATION: int(by_duration), HalfHours.BOUNDS: int(by_bounds)}
