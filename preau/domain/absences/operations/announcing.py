"""Announcing an absence: what is still in time is given back, the rest is kept as missed, with what it becomes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from django.db import transaction

from preau.base import journal
from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.domain.absences.enums import Effect, Fate, ProofState, Source, Why
from preau.domain.absences.models import Absence, AbsenceDay
from preau.domain.absences.operations.judging import recount
from preau.domain.absences.queries.enrolments import AttendedEnrolment, ReasonView, load_attended, reasons
from preau.domain.absences.queries.judging import Material, read_material
from preau.domain.absences.queries.limits import cancel_limits
from preau.domain.absences.queries.moments import (
    MissedMoment,
    Moment,
    expected_moments,
    missed_moments,
    misses,
    still_expected,
)
from preau.domain.absences.rules import (
    MAX_COMMENT,
    MOST_DAYS,
    AllSaid,
    Announcement,
    CallTheStructure,
    Delay,
    Judged,
    NothingPlanned,
    TooLong,
    announced_until,
    proof_due_at,
)
from preau.domain.accounts.enums import Role
from preau.domain.bookings.operations import OrderItem, Outcome, change_bookings, preview_change
from preau.domain.creche.operations import DayWish, book_days
from preau.domain.creche.queries.enrolments import hold_care
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange


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
    may_prove: set[int] = field(
        default_factory=set
    )  # enrolments whose proof would free no day: it may come all the same

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
    cancelled, refused = _give_back(actor, plan, now=now)
    if refused:  # the structure’s hours have changed: these days stay, and are missed
        plan = _plan(actor, said, now=now, kept=refused)
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


def _plan(actor: Actor, said: Announcement, *, now: datetime, kept: Collection[tuple[int, date]] = ()) -> Plan:
    reason = next((each for each in reasons(actor=actor) if each.code == said.reason), None)
    if reason is None:
        raise NotFound("reason")
    if (said.end - said.start).days > MOST_DAYS:
        raise TooLong
    enrolments = load_attended(actor=actor, enrolment_ids=said.enrolment_ids)
    plan = Plan(enrolments, reason)
    missed = missed_moments(actor=actor, start=said.start, end=said.end, enrolment_ids=enrolments)
    concerned = _concerned(actor, said, enrolments, missed)
    closes = cancel_limits(actor=actor, enrolments=enrolments, moments=concerned)
    fates: dict[Moment, Fate] = {}
    for moment, how in concerned.items():
        is_kept = how is _Part.SOME or (moment.enrolment_id, moment.on) in kept
        limit = None if is_kept else closes[moment]
        fates[moment] = Fate.SAID if how is _Part.NONE else _fate(actor, plan, moment, limit=limit, now=now)
    for moment in _not_given_back(actor, fates, now=now):
        fates[moment] = Fate.ABSENT
    material = read_material(actor=actor, enrolments=enrolments.values(), start=said.start, end=said.end)
    plan.moments = [MomentPlan(moment, fate) for moment, fate in fates.items()]
    _judge(actor, plan, said, material, now=now)
    return plan


class _Part(Enum):
    """How much of a planned moment is left to announce."""

    ALL = "all"
    SOME = "some"  # of hours of care: never given back, a part of them stays
    NONE = "none"  # it was said before


def _concerned(
    actor: Actor,
    said: Announcement,
    enrolments: Mapping[int, AttendedEnrolment],
    missed: Mapping[tuple[int, date], Collection[MissedMoment]],
) -> dict[Moment, _Part]:
    """What is planned on these days, less what was said before; of a part of the day, hours of care are cut and units
    taken whole.
    """
    found: dict[Moment, _Part] = {}
    for moment in expected_moments(actor=actor, enrolments=enrolments.values(), start=said.start, end=said.end):
        if said.hours is not None and not said.hours.meets(moment.hours):
            continue
        if moment.range_id is None:
            what: Any = {"enrolment_id": moment.enrolment_id, "on": moment.on, "hours": moment.hours}
            found[moment] = _Part.ALL if misses(missed=missed, **what) is None else _Part.NONE
            continue
        asked = moment if said.hours is None else _cut(moment, said.hours)
        what = {"enrolment_id": moment.enrolment_id, "on": moment.on, "hours": asked.hours}
        left = still_expected(missed=missed, **what)
        if not left:
            found[asked] = _Part.NONE
        is_whole = left == (moment.hours,)
        found |= {_cut(moment, part): _Part.ALL if is_whole else _Part.SOME for part in left}
    return found


def _cut(moment: Moment, hours: TimeRange) -> Moment:
    part = TimeRange(max(moment.hours.start, hours.start), min(moment.hours.end, hours.end))
    return Moment(moment.enrolment_id, moment.on, part, moment.name, range_id=moment.range_id)


def _fate(actor: Actor, plan: Plan, moment: Moment, *, limit: datetime | None, now: datetime) -> Fate:
    """:param limit: until when it may be given back; None: it may not."""
    enrolment, starts = plan.enrolments[moment.enrolment_id], moment.hours.start
    if actor.audience == FAMILY:
        window = enrolment.window
        if window is None or now >= announced_until(window, on=moment.on, starts_minute=starts, zone=actor.zone):
            return Fate.TOO_LATE
    is_in_time = enrolment.frees and moment.is_booked and limit is not None and now < limit
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


def _judge(actor: Actor, plan: Plan, said: Announcement, material: Material, *, now: datetime) -> None:
    """Say of each moment missed what it becomes, now and once proven, with what was missed before and after it."""
    period = Period(said.start, said.end)
    for pk in plan.enrolments:
        group = (pk, plan.reason.reason_id)
        absent = plan.of(Fate.ABSENT, pk)
        if not any(each.is_booked for each in absent):
            continue
        first = min(absent, key=lambda each: (each.on, each.hours))
        proven = material.with_more(group, absent, period, ProofState.VALID).judged(group)
        unproven = material.with_more(group, absent, period, ProofState.MISSED).judged(group)
        is_of_use = any(proven[_key(each)].effect != unproven[_key(each)].effect for each in absent)
        since = first.on - timedelta(days=max(proven[_key(first)].rank - 1, 0))  # the rule of its first day holds
        if delay := material.delay_on(group, since):
            if is_of_use:
                plan.proof_due_at[pk] = _due(actor, delay, first, now=now)
            else:
                plan.may_prove.add(pk)
        now_state = _proof_state(plan, said, pk)
        as_now = material.with_more(group, absent, period, now_state).judged(group)
        plan.moments = [
            each
            if each.moment.enrolment_id != pk or each.fate is not Fate.ABSENT or not each.moment.is_booked
            else MomentPlan(each.moment, each.fate, as_now[_key(each.moment)], proven[_key(each.moment)])
            for each in plan.moments
        ]


def _due(actor: Actor, delay: Delay, first: Moment, *, now: datetime) -> datetime:
    """Until when the proof may come; said by the service, or after that, it has its whole delay from now."""
    due = proof_due_at(delay, on=first.on, starts_minute=first.hours.start, zone=actor.zone)
    if actor.audience == FAMILY and due > now:
        return due
    here = now.astimezone(actor.zone)
    return max(due, proof_due_at(delay, on=here.date(), starts_minute=here.hour * 60 + here.minute, zone=actor.zone))


def _key(moment: Moment) -> tuple[int, date, int]:
    return moment.enrolment_id, moment.on, moment.hours.start


def _proof_state(plan: Plan, said: Announcement, enrolment_id: int) -> ProofState:
    """Where an agent answers each absence, it is to be looked at as a proof is."""
    enrolment = plan.enrolments[enrolment_id]
    if enrolment_id in plan.proof_due_at:
        return ProofState.RECEIVED if enrolment.child_id in said.proven_children else ProofState.AWAITED
    if enrolment_id in plan.may_prove and enrolment.child_id in said.proven_children:
        return ProofState.RECEIVED
    is_missed = any(each.is_booked for each in plan.of(Fate.ABSENT, enrolment_id))
    return ProofState.RECEIVED if enrolment.is_reviewed and is_missed else ProofState.NOT_ASKED


def _give_back(actor: Actor, plan: Plan, *, now: datetime) -> tuple[dict[tuple[int, int], int], set[tuple[int, date]]]:
    """Cancel what is still in time; return the bookings by enrolment and slot, and the days of care that stay."""
    free = plan.of(Fate.FREE)
    found: dict[tuple[int, int], int] = {}
    if items := _items(free):
        found = dict(change_bookings(actor=actor, items=items, now=now).bookings)
    ranges = [each for each in free if each.range_id is not None]
    refused: set[tuple[int, date]] = set()
    if ranges:
        outcome = book_days(actor=actor, wishes=_kept_hours(actor, plan, ranges), now=now, answers=True)
        refused = {(each.wish.enrolment_id, each.wish.on) for each in outcome.refused}
    return found, refused


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
