"""From a plan to the boxes of a page: a week with one block per child, a month of one child, its totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from preau.domain.contracts.queries.months import ContractMonth
from preau.domain.pricing.rules.half_hours import extra_minutes
from preau.domain.procedures.enums import PlanState
from preau.domain.procedures.queries.planning import Plan, PlanLine
from preau.kernel.periods import Period, whole_weeks

TONES = {
    PlanState.RESERVED: "info",
    PlanState.PRESENT: "ok",
    PlanState.ABSENT: "bad",
    PlanState.EXCUSED: "warn",
    PlanState.CANCELLED: "mute",
    PlanState.OUTING: "new",
    PlanState.WAITING: "wait",
    PlanState.NOT_ENROLLED: "mute",
    PlanState.TO_VALIDATE: "new",
    PlanState.SURCHARGE: "bad",
    PlanState.CLOSED: "mute",
}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Sign:
    """A state as it is drawn: a letter, its words, a colour that repeats them."""

    letter: str
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn on every page: the signs, today, the public holidays by day."""

    signs: Mapping[PlanState, Sign]
    today: date
    holidays: Mapping[date, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One moment in a box: its states, then its hours."""

    line: PlanLine
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One day of one child."""

    on: date
    entries: tuple[Entry, ...]
    is_outside: bool = False  # of the month
    is_enrolled: bool = True
    is_today: bool = False
    holiday: str = ""  # the name of a public holiday


@dataclass(frozen=True, slots=True)
class Totals:
    """Hours of care of a month, in minutes, with the contract that they are compared with."""

    contract: ContractMonth | None
    booked: int
    made: int
    beyond: int
    excused: int


def signs(labels: Mapping[str, str]) -> dict[PlanState, Sign]:
    """Return how each state is drawn: the collectivité names it « R Réservée », a letter then its words."""
    found = {}
    for state, tone in TONES.items():
        letter, _space, words = labels[f"plan_{state.value}"].partition(" ")
        found[state] = Sign(letter[:2], words or letter, tone)
    return found


def week_days(lines: Sequence[PlanLine], *, monday: date) -> list[date]:
    """Return the days of a week that are drawn: Saturday and Sunday when something happens then."""
    busy = {each.on for each in lines}
    days = [monday + timedelta(days=number) for number in range(7)]
    return [day for day in days if day.weekday() < SATURDAY or day in busy]


def boxes_of(plan: Plan, *, child_id: int, days: Sequence[date], drawn: Drawn) -> list[Box]:
    """Return the boxes of a child for some days."""
    by_day = plan.of_child(child_id)
    return [
        Box(
            on=day,
            entries=tuple(
                Entry(each, tuple(drawn.signs[state] for state in each.states)) for each in by_day.get(day, ())
            ),
            is_enrolled=plan.is_enrolled(child_id, day),
            is_today=day == drawn.today,
            holiday=drawn.holidays.get(day, ""),
        )
        for day in days
    ]


def month_weeks(plan: Plan, *, child_id: int, month: Period, drawn: Drawn) -> list[tuple[int, list[Box]]]:
    """Return the weeks of a month from Monday to Sunday: (ISO week, boxes). Days of other months are empty."""
    days = list(whole_weeks(month).days())
    boxes = boxes_of(plan, child_id=child_id, days=days, drawn=drawn)
    shown = [each if each.on in month else Box(each.on, (), is_outside=True) for each in boxes]
    return [(days[place].isocalendar().week, shown[place : place + 7]) for place in range(0, len(days), 7)]


def totals_of(plan: Plan, *, child_id: int, month: Period, contracts: Sequence[ContractMonth]) -> list[Totals]:
    """Return the hours of care of a month: those of each contract, then those without one; none for no care at all.

    A child of two homes, or of two structures, has a contract in each: what is booked in one is not compared with the
    hours of the other.
    """
    lines = [each for each in plan.lines if each.child_id == child_id and each.is_care and each.on in month]
    # Of two versions of one contract in one month, the last one is what a parent compares with.
    by_enrolment = {each.enrolment_id: each for each in contracts}
    others = [each for each in lines if each.enrolment_id not in by_enrolment]
    found = [
        _total([each for each in lines if each.enrolment_id == enrolment_id], contract)
        for enrolment_id, contract in by_enrolment.items()
    ]
    return [*found, _total(others, None)] if others else found


def _total(lines: Sequence[PlanLine], contract: ContractMonth | None) -> Totals:
    not_held = (PlanState.CANCELLED, PlanState.CLOSED, PlanState.TO_VALIDATE)
    held = [each for each in lines if each.states[0] not in not_held]
    return Totals(
        contract=contract,
        booked=sum(each.hours.minutes for each in held),
        made=sum(each.made.minutes for each in held if each.made),
        beyond=sum(_beyond(each, contract) for each in held),
        excused=sum(each.hours.minutes for each in held if PlanState.EXCUSED in each.states),
    )


def _beyond(line: PlanLine, contract: ContractMonth | None) -> int:
    """Minutes made beyond those that are reserved, counted as the structure counts them."""
    if line.made is None or contract is None:
        return 0
    return extra_minutes((line.hours,), (line.made,), mode=contract.half_hours, tolerance=contract.tolerance)
