"""What an agent reads before writing: what each tick gives, what needs a reason, what cannot be had."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from preau.domain.bookings.operations import Outcome
from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.domain.bookings.rules import Refusal, SlotFacts
from preau.web.staff.refusals import short


@dataclass(frozen=True, slots=True)
class Line:
    """One moment of one day. `why` is "" for what is had without more ado."""

    on: date
    unit: str
    is_added: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one child in one activity."""

    enrolment: BookableEnrolment
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Recap:
    """`granted` as it is; `forced` with a reason; `refused` whatever one says; `idle`: so already."""

    granted: tuple[Part, ...]
    forced: tuple[Part, ...]
    refused: tuple[Part, ...]
    idle: int

    @property
    def is_empty(self) -> bool:
        return not (self.granted or self.forced)


def recap_of(*, plain: Outcome, forced: Outcome) -> Recap:
    """Return the récapitulatif of an order from what it gives without a reason, and with one."""
    mine = {_key(facts) for facts in (*plain.decision.added, *plain.decision.removed)}
    why = {_key(each.facts): short(each.fact.code) for each in plain.decision.refused}
    had = _lines(forced)
    granted = [(facts, line) for facts, line in had if _key(facts) in mine]
    needing = [
        (facts, Line(line.on, line.unit, line.is_added, why.get(_key(facts), "")))
        for facts, line in had
        if _key(facts) not in mine
    ]
    refused = [(each.facts, _refused(each)) for each in forced.decision.refused]
    return Recap(
        granted=_parts(granted, forced),
        forced=_parts(needing, forced),
        refused=_parts(refused, forced),
        idle=len(forced.decision.idle),
    )


def _key(facts: SlotFacts) -> tuple[int, int]:
    return (facts.enrolment_id, facts.slot_id)


def _lines(outcome: Outcome) -> list[tuple[SlotFacts, Line]]:
    added = [(facts, Line(facts.on, facts.unit_name, True)) for facts in outcome.decision.added]
    return added + [(facts, Line(facts.on, facts.unit_name, False)) for facts in outcome.decision.removed]


def _refused(each: Refusal) -> Line:
    return Line(each.facts.on, each.facts.unit_name, each.wanted, short(each.fact.code))


def _parts(rows: Iterable[tuple[SlotFacts, Line]], outcome: Outcome) -> tuple[Part, ...]:
    found: dict[int, list[Line]] = {}
    for facts, line in rows:
        found.setdefault(facts.enrolment_id, []).append(line)
    return tuple(
        Part(outcome.enrolments[pk], tuple(sorted(lines, key=lambda line: line.on))) for pk, lines in found.items()
    )
