"""The récapitulatif: one line per day, what is added, taken away, refused."""

from dataclasses import dataclass, field
from datetime import date

from preau.domain.bookings.rules import Decision
from preau.domain.procedures.queries.orders import ProcedureView
from preau.web.family.refusals import sentence


@dataclass(slots=True)
class RecapDay:
    on: date
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


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
