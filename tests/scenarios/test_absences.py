"""The situations of `absences.md`, read as a director reads them and judged by the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from preau.domain.absences.enums import Effect, ProofState
from preau.domain.absences.rules import EffectRule, Missed, judge
from preau.kernel.periods import Period

RULES = {
    "maladie": EffectRule(deducts=True, asks_proof=True, waiting_days=3),
    "hospitalisation": EffectRule(deducts=True, asks_proof=True),
    "éviction": EffectRule(deducts=True, asks_proof=True),
    "fermeture": EffectRule(deducts=True),
    "congés": EffectRule(deducts=False),
    "maladie 72 h": EffectRule(deducts=True, asks_proof=True, unproven_waiting_days=2, most_days=10),
    "enseignant absent": EffectRule(deducts=True),
    "grève": EffectRule(deducts=True),
    "autre": EffectRule(deducts=False),
}
PROOFS = {
    "validé": ProofState.VALID,
    "attendu": ProofState.AWAITED,
    "refusé": ProofState.REFUSED,
    "jamais reçu": ProofState.MISSED,
    "non demandé": ProofState.NOT_ASKED,
}
UNITS = {"Multi-accueil": (9, Decimal("1.44")), "Restauration": (1, Decimal("3.20"))}


@dataclass(frozen=True)
class Situation:
    name: str
    service: str
    reason: str
    planned: tuple[date, ...]
    said: tuple[tuple[tuple[date, ...], ProofState], ...]  # announcements, the earlier ones first
    due: tuple[date, ...]
    deducted: tuple[date, ...]
    units: int
    amount: Decimal


def days(text: str) -> tuple[date, ...]:
    return () if text == "–" else tuple(date(2026, 12, int(day)) for day in text.split())


def situations() -> Iterator[Situation]:
    service, before = "", ()
    for line in (Path(__file__).parent / "absences.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            service = line[3:].split(" :")[0].strip()
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or cells[0] == "Situation" or cells[0].startswith("---"):
            continue
        name, reason, planned, absent, proof, due, deducted, units, amount = cells
        said = (*(before if name.startswith("+") else ()), (days(absent), PROOFS[proof]))
        before = said
        yield Situation(
            name, service, reason, days(planned), said, days(due), days(deducted), int(units),
            Decimal(amount.replace(",", ".")),
        )  # fmt: skip


ALL = list(situations())


def judged(each: Situation, said):
    missed = {day: Missed(day, proof) for absent, proof in said for day in absent}
    periods = [Period(min(absent), max(absent) + timedelta(days=1)) for absent, _proof in said]
    back = set(each.planned) - set(missed)
    return judge(missed, said=periods, expected=back, rule_on=lambda _day: RULES[each.reason])


@pytest.mark.parametrize("each", ALL, ids=lambda each: f"{each.service} – {each.name}")
def test_a_situation(each):
    for said in (each.said, each.said[::-1]):
        found = judged(each, said)
        due = tuple(sorted(day for day, fate in found.items() if fate.effect is Effect.DUE))
        deducted = tuple(sorted(day for day, fate in found.items() if fate.effect is Effect.DEDUCTED))
        assert (due, deducted) == (each.due, each.deducted)
        units, price = UNITS[each.service]
        assert (len(deducted) * units, len(deducted) * units * price) == (each.units, each.amount)


def test_each_line_of_the_file_is_read():
    assert len(ALL) == 24
    assert {each.service for each in ALL} == set(UNITS)
