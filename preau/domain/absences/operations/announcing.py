"""Announcing an absence: what is still in time is given back, the rest is kept as missed, with what it becomes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from preau.base import journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.domain.absences.enums import Effect, Fate, ProofState, Source, Why
from preau.domain.absences.models import Absence, AbsenceDay
from preau.domain.absences.operations.judging import recount
from preau.domain.absences.queries.enrolments import AttendedEnrolment, ReasonView, load_attended, reasons
from preau.domain.absences.queries.judging import Material, read_material
from preau.domain.absences.queries.moments import Moment, expected_moments, missed_moments, misses
from preau.domain.absences.rules import (
    MAX_COMMENT,
    MOST_DAYS,
    AllSaid,
    Announcement,
    CallTheStructure,
    Judged,
    NothingPlanned,
    TooLong,
    announced_until,
    proof_due_at,
)
from preau.domain.accounts.enums import Role
from preau.domain.bookings.operations import OrderItem, Outcome, change_bookings, preview_change
from preau.domain.catalogue.queries import holiday_dates
from preau.domain.catalogue.rules import InvalidDeadline, closing_moment, parse_deadline
from preau.domain.creche.operations import DayWish, book_days
from preau.domain.creche.queries.enrolments import hold_care
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange

HOLIDAYS_BEFORE = timedelta(days=45)  # how far back the working days of a deadline may be counted


@dataclass(frozen=True, slots=True)
class MomentPlan:
    """One planned moment and what announcing does to it: as things stand, and once the proof is validated."""

    moment: Moment
    fate: Fate
    judged: Judged | None = None
    proven: Judged | None = None


@dataclass(slots=True)
class Plan:
    """All that an announcement does. `proof_due_at`: by enrolment, the first instant at which its proof is late."""

    enrolments: Mapping[int, AttendedEnrolment]
    reason: ReasonView
    moments: list[MomentPlan] = field(default_factory=list)
    proof_due_at: dict[int, datetime] = field(default_factory=dict)

    def of(self, fate: Fate, enrolment_id: int | None = None) -> list[Moment]:
        """Return the moments of one fate, of one enrolment or of all."""
        return [
            each.moment
            for each in self.moments
            if each.fate is fate and enrolment_id in (None, each.moment.enrolment_id)
        ]

    @property
    def asks_proof(self) -> bool:
        return bool(self.proof_due_at)


@dataclass(frozen=True, slots=True)
class Announced:
    """What was written: an absence by enrolment, and the bookings that were still in time (enrolment, slot → id)."""

    plan: Plan
    absences: Mapping[int, int]  # enrolment → absence
    cancelled: Mapping[tuple[int, int], int]


def preview_absence(*, actor: Actor, said: Announcement, now: datetime) -> Plan:
    """Tell what announcing would do now, without lock nor write: it is said before one validates.

    :raises NotFound: an enrolment or the motive is not the actor's; :raises TooLong: more than `MOST_DAYS` days.
    """
    return _plan(actor, said, now=now)


@transaction.atomic
def announce(*, actor: Actor, said: Announcement, now: datetime) -> Announced:
    """Announce an absence: the moments still in time are cancelled, the others missed (A11).

    The enrolments are held: two parents, two tabs, a second click come one after the other, and what was said before
    is not said again.

    :raises NotFound: an enrolment or the motive is not the actor's; :raises TooLong: more than `MOST_DAYS` days.
    :raises NothingPlanned, AllSaid, CallTheStructure: nothing is written.
    """
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    enrolments = load_attended(actor=actor, enrolment_ids=said.enrolment_ids)
    cared = [pk for pk, each in enrolments.items() if each.is_by_hours]
    hold_care(actor=actor, enrolment_ids=cared, others=sorted(set(enrolments) - set(cared)))
    plan = _plan(actor, said, now=now)
    _check_something(plan)
    cancelled = _give_back(actor, plan, now=now)
    absences = _write(actor, said, plan, cancelled=cancelled, now=now)
    recount(actor=actor, enrolments=[plan.enrolments[pk] for pk in absences], start=said.start, end=said.end)
    return Announced(plan, absences, cancelled)


def _check_something(plan: Plan) -> None:
    fates = {each.fate for each in plan.moments}
    if not fates:
        raise NothingPlanned
    if fates & {Fate.FREE, Fate.ABSENT}:
        return
    raise CallTheStructure if Fate.TOO_LATE in fates else AllSaid


def _plan(actor: Actor, said: Announcement, *, now: datetime) -> Plan:
    reason = next((each for each in reasons(actor=actor) if each.code == said.reason), None)
    if reason is None:
        raise NotFound("reason")
    if (said.end - said.start).days > MOST_DAYS:
        raise TooLong
    enrolments = load_attended(actor=actor, enrolment_ids=said.enrolment_ids)
    plan = Plan(enrolments, reason)
    moments = _concerned(actor, said, enrolments)
    missed = missed_moments(actor=actor, start=said.start, end=said.end, enrolment_ids=enrolments)
    closes = _cancel_closes(actor, enrolments, moments)
    fates: dict[Moment, Fate] = {}
    for moment in moments:
        is_said = misses(missed=missed, enrolment_id=moment.enrolment_id, on=moment.on, hours=moment.hours) is not None
        fates[moment] = Fate.SAID if is_said else _fate(actor, plan, said, moment, limit=closes[moment], now=now)
    for moment in _not_given_back(actor, fates, now=now):
        fates[moment] = Fate.ABSENT
    material = read_material(actor=actor, enrolments=enrolments.values(), start=said.start, end=said.end)
    plan.moments = [MomentPlan(moment, fate) for moment, fate in fates.items()]
    _judge(actor, plan, said, material)
    return plan


def _concerned(actor: Actor, said: Announcement, enrolments: Mapping[int, AttendedEnrolment]) -> list[Moment]:
    """What is planned on these days; of a part of the day, hours of care are cut and units taken whole."""
    found = []
    for moment in expected_moments(actor=actor, enrolments=enrolments.values(), start=said.start, end=said.end):
        if said.hours is None:
            found.append(moment)
        elif said.hours.meets(moment.hours):
            found.append(moment if moment.range_id is None else _cut(moment, said.hours))
    return found


def _cut(moment: Moment, hours: TimeRange) -> Moment:
    part = TimeRange(max(moment.hours.start, hours.start), min(moment.hours.end, hours.end))
    return Moment(moment.enrolment_id, moment.on, part, moment.name, range_id=moment.range_id)


def _cancel_closes(
    actor: Actor, enrolments: Mapping[int, AttendedEnrolment], moments: Collection[Moment]
) -> dict[Moment, datetime | None]:
    """By moment, until when it may be given back; None when the setting cannot be read."""
    if not moments:
        return {}
    first, last = min(each.on for each in moments), max(each.on for each in moments)
    holidays = holiday_dates(
        organisation_id=actor.organisation_id, start=first - HOLIDAYS_BEFORE, end=last + timedelta(days=1)
    )
    found: dict[Moment, datetime | None] = {}
    for moment in moments:
        try:
            deadline = parse_deadline(enrolments[moment.enrolment_id].cancel_deadline)
        except InvalidDeadline:
            found[moment] = None
            continue
        found[moment] = closing_moment(
            deadline, day=moment.on, starts_minute=moment.hours.start, holidays=holidays, zone=actor.zone
        )
    return found


def _fate(
    actor: Actor, plan: Plan, said: Announcement, moment: Moment, *, limit: datetime | None, now: datetime
) -> Fate:
    enrolment, starts = plan.enrolments[moment.enrolment_id], moment.hours.start
    if actor.audience == FAMILY:
        window = enrolment.window
        if window is None or now >= announced_until(window, on=moment.on, starts_minute=starts, zone=actor.zone):
            return Fate.TOO_LATE
    is_whole = moment.range_id is None or said.hours is None
    is_in_time = enrolment.frees and moment.is_booked and is_whole and limit is not None and now < limit
    return Fate.FREE if is_in_time else Fate.ABSENT


def _not_given_back(actor: Actor, fates: Mapping[Moment, Fate], *, now: datetime) -> list[Moment]:
    """The moments that a rule keeps all the same: another unit of the day needs them, the day is the other home's."""
    free = [moment for moment, fate in fates.items() if fate is Fate.FREE and moment.slot_id is not None]
    if not free:
        return []
    outcome = preview_change(actor=actor, items=_items(free), now=now)
    return [each for each in free if (each.enrolment_id, each.slot_id) not in _removed(outcome)]


def _items(moments: Iterable[Moment]) -> list[OrderItem]:
    slots: dict[int, set[int]] = {}
    for each in moments:
        if each.slot_id is not None:
            slots.setdefault(each.enrolment_id, set()).add(each.slot_id)
    return [OrderItem(pk, remove=frozenset(ids)) for pk, ids in sorted(slots.items())]


def _removed(outcome: Outcome) -> set[tuple[int, int | None]]:
    return {(each.enrolment_id, each.slot_id) for each in outcome.decision.removed}


def _judge(actor: Actor, plan: Plan, said: Announcement, material: Material) -> None:
    """Say of each moment missed what it becomes, now and once proven, with what was missed before and after it."""
    period = Period(said.start, said.end)
    for pk in plan.enrolments:
        group = (pk, plan.reason.reason_id)
        absent = plan.of(Fate.ABSENT, pk)
        if not any(each.is_booked for each in absent):
            continue
        first = min(absent, key=lambda each: (each.on, each.hours))
        if delay := material.delay_on(group, first.on):
            plan.proof_due_at[pk] = proof_due_at(delay, on=first.on, starts_minute=first.hours.start, zone=actor.zone)
        now_state = _proof_state(plan, said, pk)
        as_now = material.with_more(group, absent, period, now_state).judged(group)
        proven = material.with_more(group, absent, period, ProofState.VALID).judged(group)
        plan.moments = [
            each
            if each.moment.enrolment_id != pk or each.fate is not Fate.ABSENT or not each.moment.is_booked
            else MomentPlan(each.moment, each.fate, as_now[_key(each.moment)], proven[_key(each.moment)])
            for each in plan.moments
        ]


def _key(moment: Moment) -> tuple[int, date, int]:
    return moment.enrolment_id, moment.on, moment.hours.start


def _proof_state(plan: Plan, said: Announcement, enrolment_id: int) -> ProofState:
    """Where an agent answers each absence, it is to be looked at as a proof is."""
    enrolment = plan.enrolments[enrolment_id]
    if enrolment_id in plan.proof_due_at:
        return ProofState.RECEIVED if enrolment.child_id in said.proven_children else ProofState.AWAITED
    is_missed = any(each.is_booked for each in plan.of(Fate.ABSENT, enrolment_id))
    return ProofState.RECEIVED if enrolment.is_reviewed and is_missed else ProofState.NOT_ASKED


def _give_back(actor: Actor, plan: Plan, *, now: datetime) -> dict[tuple[int, int], int]:
    """Cancel what is still in time; return the bookings by enrolment and slot."""
    free = plan.of(Fate.FREE)
    found: dict[tuple[int, int], int] = {}
    if items := _items(free):
        found = dict(change_bookings(actor=actor, items=items, now=now).bookings)
    ranges = [each for each in free if each.range_id is not None]
    if ranges:
        book_days(actor=actor, wishes=_kept_hours(actor, plan, ranges), now=now, answers=True)
    return found


def _kept_hours(actor: Actor, plan: Plan, gone: Sequence[Moment]) -> list[DayWish]:
    """The hours that stay on each day of which some are given back."""
    cared = [plan.enrolments[pk] for pk in sorted({each.enrolment_id for each in gone})]
    first, last = min(each.on for each in gone), max(each.on for each in gone)
    ids = {each.range_id for each in gone}
    kept: dict[tuple[int, date], list[TimeRange]] = {(each.enrolment_id, each.on): [] for each in gone}
    for moment in expected_moments(actor=actor, enrolments=cared, start=first, end=last + timedelta(days=1)):
        key = (moment.enrolment_id, moment.on)
        if key in kept and moment.range_id is not None and moment.range_id not in ids:
            kept[key].append(moment.hours)
    return [DayWish(pk, on, tuple(ranges)) for (pk, on), ranges in sorted(kept.items())]


def _write(
    actor: Actor, said: Announcement, plan: Plan, *, cancelled: Mapping[tuple[int, int], int], now: datetime
) -> dict[int, int]:
    """Write an absence for each enrolment of which something is missed, and its moments. Two queries."""
    concerned = [pk for pk in sorted(plan.enrolments) if plan.of(Fate.FREE, pk) or plan.of(Fate.ABSENT, pk)]
    rows = [_row(actor, said, plan, pk, now=now) for pk in concerned]
    Absence.objects.bulk_create(rows)
    by_enrolment = {row.enrolment_id: row for row in rows}
    AbsenceDay.objects.bulk_create(
        [
            _day(actor, by_enrolment[each.moment.enrolment_id], each, cancelled)
            for each in plan.moments
            if each.fate in (Fate.FREE, Fate.ABSENT)
        ],
        batch_size=500,
    )
    for row in rows:
        journal.record(
            actor=actor,
            act="absence.announced",
            at=now,
            subject_type="child",
            subject_id=row.child_id,
            start=said.start.isoformat(),
            end=said.end.isoformat(),
        )
    return {row.enrolment_id: row.pk for row in rows}


def _row(actor: Actor, said: Announcement, plan: Plan, enrolment_id: int, *, now: datetime) -> Absence:
    due = plan.proof_due_at.get(enrolment_id)
    proof = _proof_state(plan, said, enrolment_id)
    return Absence(
        organisation_id=actor.organisation_id,
        enrolment_id=enrolment_id,
        child_id=plan.enrolments[enrolment_id].child_id,
        reason_id=plan.reason.reason_id,
        starts_on=said.start,
        ends_on=said.end,
        starts_minute=said.hours.start if said.hours else None,
        ends_minute=said.hours.end if said.hours else None,
        comment=" ".join(said.comment.replace("\x00", "").split())[:MAX_COMMENT],
        source=Source.SERVICE if actor.is_staff else Source.FAMILY,
        said_at=now,
        said_by=actor.display_name[:120],
        account_id=actor.account_id,
        proof=proof,
        proof_due_at=due,
    )


def _day(actor: Actor, absence: Absence, each: MomentPlan, cancelled: Mapping[tuple[int, int], int]) -> AbsenceDay:
    moment = each.moment
    if each.fate is Fate.FREE:
        effect, why = Effect.FREED, Why.IN_TIME
    elif each.judged is not None:
        effect, why = each.judged.effect, each.judged.why
    else:
        effect, why = Effect.NOTED, Why.UNBOOKED
    return AbsenceDay(
        organisation_id=actor.organisation_id,
        absence=absence,
        enrolment_id=moment.enrolment_id,
        on=moment.on,
        starts_minute=moment.hours.start,
        ends_minute=moment.hours.end,
        name=moment.name,
        booking_id=cancelled.get((moment.enrolment_id, moment.slot_id or 0), moment.booking_id),
        care_range_id=moment.range_id,
        effect=effect,
        why=why,
        rank=each.judged.rank if each.judged else 0,
    )
