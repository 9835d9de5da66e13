"""The planning of children: all that is booked, asked for, announced, closed and seen, moment by moment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from preau.base.actor import Actor
from preau.domain.absences.enums import ClosureKind
from preau.domain.absences.queries.closures import closed_moments
from preau.domain.absences.queries.moments import MissedMoment, missed_moments, misses
from preau.domain.attendance.queries.families import SeenMoment, seen_moments
from preau.domain.bookings.enums import BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.queries.children import without_closed
from preau.domain.procedures.enums import PlanState
from preau.domain.procedures.queries.hours import pending_days
from preau.domain.procedures.rules import plan_states
from preau.kernel.time_ranges import TimeRange

OF_BOOKING = {
    BookingStatus.BOOKED: PlanState.RESERVED,
    BookingStatus.REQUESTED: PlanState.TO_VALIDATE,
    BookingStatus.WAITING: PlanState.WAITING,
    BookingStatus.CLOSED: PlanState.CLOSED,
    BookingStatus.CANCELLED: PlanState.CANCELLED,
}
OF_RANGE = {
    RangeStatus.BOOKED: PlanState.RESERVED,
    RangeStatus.CLOSED: PlanState.CLOSED,
    RangeStatus.CANCELLED: PlanState.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One moment of one day of a child. Minutes of the local day; `made` is what was pointed, if anything was."""

    child_id: int
    enrolment_id: int | None
    on: date
    activity: str
    site: str
    name: str  # of the unit; "" by hours
    hours: TimeRange
    states: tuple[PlanState, ...]
    is_care: bool
    words: str = ""  # why it is closed
    made: TimeRange | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines of some children in [start, end), and the periods over which each is enrolled somewhere."""

    lines: tuple[PlanLine, ...]
    enrolled: Mapping[int, tuple[tuple[date, date], ...]]

    def of_child(self, child_id: int) -> dict[date, list[PlanLine]]:
        """Return the lines of a child by day, in the order of the clock."""
        found: dict[date, list[PlanLine]] = {}
        for each in self.lines:
            if each.child_id == child_id:
                found.setdefault(each.on, []).append(each)
        return found

    def is_enrolled(self, child_id: int, on: date) -> bool:
        """Tell whether a child is enrolled in something on a day."""
        return any(start <= on < end for start, end in self.enrolled.get(child_id, ()))


def plan_of(*, actor: Actor, child_ids: Collection[int], start: date, end: date, today: date) -> Plan:
    """Return the planning of children of a family actor in [start, end). Seven queries at most, whatever their number.

    Each reads those of its households, the other home's moments included: presences are child data. What is closed to
    the actor is left out.

    :param child_ids: children that the actor may read; the others are left out.
    """
    wanted = frozenset(child_ids) & frozenset(actor.child_ids if actor.child_ids is not None else child_ids)
    if not wanted:
        return Plan((), {})
    enrolments = list(_enrolments(actor, wanted, start, end))
    known = {row["pk"]: row for row in enrolments}
    missed = missed_moments(actor=actor, start=start, end=end, enrolment_ids=known.keys())
    seen = _seen(actor, start=start, end=end, today=today)
    lines = [*_units(actor, known, start, end), *_ranges(actor, known, start, end)]
    lines += _pending(actor, known, lines, start=start, end=end)
    lines = [_told(each, missed, seen) for each in _closed(actor, lines, start=start, end=end)]
    lines += _unbooked(seen, lines, wanted)
    enrolled: dict[int, list[tuple[date, date]]] = {}
    for row in enrolments:
        if row["status"] == EnrolmentStatus.ACTIVE:
            enrolled.setdefault(row["child_id"], []).append((row["starts_on"], row["ends_on"]))
    ordered = sorted(lines, key=lambda each: (each.on, each.hours, each.activity, each.enrolment_id or 0))
    return Plan(tuple(ordered), {pk: tuple(periods) for pk, periods in enrolled.items()})


def _enrolments(actor: Actor, child_ids: Collection[int], start: date, end: date) -> QuerySet[Enrolment, Any]:
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id, child_id__in=child_ids, starts_on__lt=end, ends_on__gt=start
    )
    return without_closed(actor=actor, rows=rows).values(
        "pk",
        "child_id",
        "starts_on",
        "ends_on",
        "status",
        activity=F("offer__activity__name"),
        activity_id=F("offer__activity_id"),
        site=F("offer__site__name"),
    )


def _units(actor: Actor, known: Mapping[int, Any], start: date, end: date) -> list[PlanLine]:
    """What is booked by units; what was cancelled, only where nothing else is said of that moment."""
    rows = Booking.objects.filter(
        organisation_id=actor.organisation_id, enrolment_id__in=known, on__gte=start, on__lt=end
    ).values_list("enrolment_id", "on", "status", "slot_id", *_UNIT)
    found: dict[tuple[int, int], PlanLine] = {}
    for enrolment_id, on, status, slot_id, name, starts, ends in rows.order_by("pk"):
        state = OF_BOOKING[BookingStatus(status)]
        key = (enrolment_id, slot_id)
        if state is PlanState.CANCELLED and key in found and found[key].states[0] is not PlanState.CANCELLED:
            continue
        row = known[enrolment_id]
        found[key] = PlanLine(
            row["child_id"],
            enrolment_id,
            on,
            row["activity"],
            row["site"],
            name,
            TimeRange(starts, ends),
            (state,),
            False,
        )
    return list(found.values())


_UNIT = ("slot__unit__name", "slot__unit__starts_minute", "slot__unit__ends_minute")


def _ranges(actor: Actor, known: Mapping[int, Any], start: date, end: date) -> list[PlanLine]:
    """Hours of care; those that were cancelled, only on days that hold none any more, the last ones."""
    rows = CareRange.objects.filter(
        organisation_id=actor.organisation_id,
        enrolment_id__in=known,
        on__gte=start,
        on__lt=end,
    ).values_list("enrolment_id", "on", "status", "starts_minute", "ends_minute", "cancelled_at")
    found: dict[tuple[int, date], list[PlanLine]] = {}
    gone: dict[tuple[int, date], list[tuple[Any, PlanLine]]] = {}
    for enrolment_id, on, status, starts, ends, cancelled_at in rows.order_by("on", "starts_minute", "pk"):
        row, state = known[enrolment_id], OF_RANGE[RangeStatus(status)]
        line = PlanLine(
            row["child_id"], enrolment_id, on, row["activity"], row["site"], "", TimeRange(starts, ends), (state,), True
        )
        if state is PlanState.CANCELLED:
            gone.setdefault((enrolment_id, on), []).append((cancelled_at, line))
        else:
            found.setdefault((enrolment_id, on), []).append(line)
    for key, lines in gone.items():
        if key not in found:
            last = max(at for at, _line in lines)
            found[key] = [line for at, line in lines if at == last]
    return [line for lines in found.values() for line in lines]


def _pending(
    actor: Actor, known: Mapping[int, Any], lines: Collection[PlanLine], *, start: date, end: date
) -> list[PlanLine]:
    """Hours that were asked for and wait for an answer, beside those that are held."""
    asked = pending_days(actor=actor, enrolment_ids=known.keys(), start=start)
    held = {(each.enrolment_id, each.on, each.hours) for each in lines if each.states[0] is not PlanState.CANCELLED}
    return [
        PlanLine(
            known[pk]["child_id"],
            pk,
            on,
            known[pk]["activity"],
            known[pk]["site"],
            "",
            hours,
            (PlanState.TO_VALIDATE,),
            True,
        )
        for (pk, on), day in asked.items()
        if on < end
        for hours in day.asked
        if (pk, on, hours) not in held
    ]


def _closed(actor: Actor, lines: list[PlanLine], *, start: date, end: date) -> list[PlanLine]:
    """The same lines, those that a closure took with its reason; what it took and nothing booked is added."""
    taken = {
        (each.enrolment_id, each.on, each.starts_minute): each
        for each in closed_moments(actor=actor, start=start, end=end)
    }
    found = []
    for line in lines:
        closure = taken.get((line.enrolment_id or 0, line.on, line.hours.start))
        if closure is None or line.states[0] is not PlanState.CLOSED:
            found.append(line)
            continue
        state = PlanState.OUTING if closure.kind == ClosureKind.OUTING else PlanState.CLOSED
        found.append(replace(line, states=(state,), words=closure.words))
    return found


Key = tuple[int, date, int]


def _seen(actor: Actor, *, start: date, end: date, today: date) -> dict[Key, SeenMoment]:
    if start > today:
        return {}
    return {
        (each.enrolment_id or -each.activity_id, each.on, each.starts_minute): each
        for each in seen_moments(actor=actor, start=start, end=end)
    }


def _told(
    line: PlanLine, missed: Mapping[tuple[int, date], Collection[MissedMoment]], seen: Mapping[Key, SeenMoment]
) -> PlanLine:
    """A line with what was announced and seen of it."""
    enrolment_id = line.enrolment_id or 0
    pointed = seen.get((enrolment_id, line.on, line.hours.start))
    absence = misses(missed=missed, enrolment_id=enrolment_id, on=line.on, hours=line.hours)
    states = plan_states(
        line.states[0],
        is_missed=absence is not None,
        is_excused=absence is not None and absence.is_excused,
        is_present=pointed.is_present if pointed else None,
    )
    return replace(line, states=states, made=_made(pointed, line.hours))


def _made(pointed: SeenMoment | None, hours: TimeRange) -> TimeRange | None:
    if pointed is None or not pointed.is_present:
        return None
    start = hours.start if pointed.arrived is None else pointed.arrived
    return TimeRange(start, max(start, hours.end if pointed.left is None else pointed.left))


def _unbooked(
    seen: Mapping[Key, SeenMoment], lines: Collection[PlanLine], child_ids: Collection[int]
) -> list[PlanLine]:
    """Who came without having booked: present, and more to pay where the tariff says so."""
    known = {(each.child_id, each.on, each.hours.start) for each in lines}
    return [
        PlanLine(
            each.child_id,
            each.enrolment_id,
            each.on,
            each.moment,
            "",
            each.moment,
            TimeRange(each.starts_minute, max(each.starts_minute, each.left or each.starts_minute)),
            (PlanState.PRESENT, PlanState.SURCHARGE),
            False,
        )
        for each in seen.values()
        if each.is_present
        and not each.is_expected
        and each.child_id in child_ids
        and (each.child_id, each.on, each.starts_minute) not in known
    ]
