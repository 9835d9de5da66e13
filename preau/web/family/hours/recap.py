"""The hours of a récapitulatif and of a démarche: a column per day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from preau.domain.creche.operations import CareOutcome, RefusedDay
from preau.domain.creche.queries.enrolments import CareEnrolment
from preau.domain.procedures.operations.answering_hours import DECLINED, WITHDRAWN
from preau.domain.procedures.queries.hours import HoursBasket, HoursDay
from preau.kernel.clock_times import clock_words
from preau.kernel.time_ranges import Ranges, total_minutes
from preau.web.family.refusals import sentence


@dataclass(frozen=True, slots=True)
class Told:
    """One day: the hours asked for, those held before, why it cannot be, what became of it."""

    on: date
    ranges: Ranges
    before: Ranges
    why: str = ""
    state: str = ""
    proposed: Ranges = ()
    reason: str = ""
    is_given_up: bool = False  # by the family itself

    @property
    def words(self) -> str:
        return ", ".join(each.words() for each in self.ranges)


@dataclass(frozen=True, slots=True)
class HoursPart:
    """What the récapitulatif says of one child in care."""

    enrolment: CareEnrolment
    days: list[Told]
    idle: int

    @property
    def minutes(self) -> int:
        return sum(total_minutes(day.ranges) for day in self.days if not day.why)


def hours_parts(rows: Sequence[CareEnrolment], outcome: CareOutcome) -> list[HoursPart]:
    """Return a part for each enrolment of which something is asked."""
    found = []
    for row in rows:
        pk = row.enrolment_id
        days = [
            Told(wish.on, wish.ranges, outcome.before.get(wish.key, ()))
            for wish in (*outcome.granted, *outcome.pending)
            if wish.enrolment_id == pk
        ]
        days += [
            Told(each.wish.on, each.wish.ranges, outcome.before.get(each.wish.key, ()), why=why_of(each))
            for each in outcome.refused
            if each.wish.enrolment_id == pk
        ]
        idle = sum(wish.enrolment_id == pk for wish in outcome.idle)
        if days or idle:
            found.append(HoursPart(row, sorted(days, key=lambda day: day.on), idle))
    return found


def why_of(refused: RefusedDay) -> str:
    """Return why a day cannot be had: its fact, and at which hours there is no room."""
    if not refused.crowds:
        return sentence(refused.fact.code)
    hours = ", ".join(f"{clock_words(each.hours.start)}-{clock_words(each.hours.end)}" for each in refused.crowds)
    return _("Plus de place de %s. Essayez d’autres horaires, ou appelez la structure.") % hours


def told_of(days: Sequence[HoursDay]) -> list[Told]:
    """Return the days of a démarche as they are read."""
    return [
        Told(
            on=day.on,
            ranges=day.given if day.given is not None else day.asked,
            before=day.before,
            why=sentence(day.why) if day.why else "",
            state=day.state,
            proposed=day.proposed or (),
            reason=day.reason,
            is_given_up=day.why in (DECLINED, WITHDRAWN),
        )
        for day in days
    ]


def write_hours(basket: HoursBasket) -> str:
    """Return the hours of a basket in one line: a récapitulatif is tied to what it showed."""
    return " ".join(
        f"{pk}@{on.isoformat()}={'+'.join(f'{each.start}-{each.end}' for each in ranges)}"
        for pk, days in sorted(basket.items())
        for on, ranges in sorted(days.items())
    )
