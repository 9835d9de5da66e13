"""The récapitulatif: one line per day, what is added, taken away, refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from preau.domain.bookings.rules import Decision
from preau.domain.procedures.queries.orders import ProcedureView
from preau.web.family.refusals import sentence

READ_AT_ONCE = 15  # days that one reads without folding them


@dataclass(slots=True)
class RecapDay:
    on: date
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """The days of one month, folded in a long list. `on`: the first of its days; `is_open`: one of them is refused."""

    on: date
    days: list[Any]
    is_open: bool
    added: int = 0
    removed: int = 0


def by_month(days: Sequence[Any]) -> list[Month]:
    """Return a long list of days month by month, or nothing when it is short enough to be read at once."""
    months = [list(group) for _key, group in groupby(days, key=lambda day: (day.on.year, day.on.month))]
    if len(days) <= READ_AT_ONCE or len(months) < 2:
        return []
    return [
        Month(
            group[0].on,
            group,
            is_open=any(getattr(day, "refused", ()) for day in group),
            added=sum(len(getattr(day, "added", ())) for day in group),
            removed=sum(len(getattr(day, "removed", ())) for day in group),
        )
        for group in months
    ]


def recap_days(decision: Decision) -> list[RecapDay]:
    """Return a decision by day, in order."""
    days: dict[date, RecapDay] = {}
    for facts in decision.added:
        _day(days, facts.on).added.append(facts.unit_name)
    for facts in decision.removed:
        _day(days, facts.on).removed.append(facts.unit_name)
    for refusal in decision.refused:
        _day(days, refusal.facts.on).refused.append((refusal.facts.unit_name, sentence(refusal.fact.code)))
    return [days[on] for on in sorted(days)]


def procedure_days(view: ProcedureView) -> list[RecapDay]:
    """Return a numbered démarche by day, in order."""
    days: dict[date, RecapDay] = {}
    for item in view.added:
        _day(days, item.on).added.append(item.unit_name)
    for item in view.removed:
        _day(days, item.on).removed.append(item.unit_name)
    for item in view.refused:
        _day(days, item.on).refused.append((item.unit_name, sentence(item.why)))
    return [days[on] for on in sorted(days)]


def _day(days: dict[date, RecapDay], on: date) -> RecapDay:
    return days.setdefault(on, RecapDay(on))
