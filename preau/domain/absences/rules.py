"""Until when an absence is announced, until when it is proven, and which days it leaves due. Pure.

The reasoning is in docs/algorithms/absences.md.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from preau.domain.absences.enums import Effect, ProofState, Why
from preau.kernel.clock_times import read_clock
from preau.kernel.periods import Period
from preau.kernel.time_ranges import TimeRange

MOST_HOURS = 24 * 60
MOST_DAYS = 62  # of one announcement: a summer
BRIDGE = 4  # calendar days between two absences of one illness: a weekend, and a public holiday beside it
MAX_COMMENT = 1000

Key = TypeVar("Key")


class InvalidWindow(ValueError):
    """A « jusqu’à quand » that no rule can read."""


class InvalidDelay(ValueError):
    """A delay of proof that no rule can read."""


class NothingPlanned(Exception):
    """The child is expected nowhere on these days: there is no absence to announce."""


class AllSaid(Exception):
    """Each of these absences was announced before. « Nothing to do » is no refusal."""


class CallTheStructure(Exception):
    """Too late for the portal, for each of these days: the structure is to be called."""


class TooLong(Exception):
    """More than `MOST_DAYS` days in one announcement."""


class ProofTooLate(Exception):
    """The proof is past its day: an agent takes it with a reason, a family no more."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What somebody says: [start, end), a part of each day or all of it, in which enrolments, for which motive.

    `proven_children`: those for whom a proof goes with it.
    """

    enrolment_ids: tuple[int, ...]
    start: date
    end: date
    reason: str
    hours: TimeRange | None = None
    comment: str = ""
    proven_children: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Eve:
    """To the end of the day before: never on the day itself, the structure is called (A11-04)."""


@dataclass(frozen=True, slots=True)
class SameDay:
    """On the day itself, until a minute of it."""

    minute: int


@dataclass(frozen=True, slots=True)
class After:
    """So many hours of the clock after the first moment missed has begun (A11-16)."""

    hours: int


Window = Eve | SameDay | After


def parse_window(data: object) -> Window:
    """Return until when an absence may be announced, as a row keeps it.

    :raises InvalidWindow: none of {"kind": "eve"}, {"kind": "same_day", "at": "8:30"}, {"kind": "after", "hours": 48}.
    """
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if kind == "eve":
        return Eve()
    if kind == "same_day":
        try:
            return SameDay(read_clock(str(data["at"])))  # type: ignore[index]
        except (KeyError, ValueError) as problem:
            raise InvalidWindow(str(data)[:60]) from problem
    hours = data.get("hours") if kind == "after" and isinstance(data, Mapping) else None
    if isinstance(hours, int) and not isinstance(hours, bool) and 0 <= hours <= MOST_HOURS:
        return After(hours)
    raise InvalidWindow(str(data)[:60])


def announced_until(window: Window, *, on: date, starts_minute: int, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which the portal no longer takes the absence of a moment.

    :param on: local day of the moment; `starts_minute` its start in minutes of that day.
    """
    match window:
        case Eve():
            return _at(on, 0, zone)
        case SameDay(minute):
            return _at(on, minute, zone)
        case After(hours):
            return _later(on, starts_minute, hours, zone)


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a proof may wait: hours of the clock after the first moment missed, or whole days after its day."""

    hours: int = 0
    days: int = 0


def parse_delay(data: object) -> Delay | None:
    """Return how long a proof may wait; None when none is asked for ({}).

    :raises InvalidDelay: neither {"hours": 48} nor {"days": 8}.
    """
    if data == {}:
        return None
    if not isinstance(data, Mapping) or len(data) != 1:
        raise InvalidDelay(str(data)[:60])
    [(unit, count)] = data.items()
    is_count = isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MOST_HOURS
    if unit not in ("hours", "days") or not is_count:
        raise InvalidDelay(str(data)[:60])
    return Delay(**{unit: count})


def proof_due_at(delay: Delay, *, on: date, starts_minute: int, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which the proof of an absence is late.

    48 hours are the same time two days later; 8 days run to the end of the eighth day after the first day missed.

    :param on: first day missed; `starts_minute` the start of its first moment.
    """
    if delay.hours:
        return _later(on, starts_minute, delay.hours, zone)
    return _at(on + timedelta(days=delay.days + 1), 0, zone)


def _later(on: date, minute: int, hours: int, zone: ZoneInfo) -> datetime:
    """People read the clock on the wall: 48 hours after is the same time two days after."""
    return _local(on, minute, zone, timedelta(hours=hours))


def _at(on: date, minute: int, zone: ZoneInfo) -> datetime:
    return _local(on, minute, zone, timedelta())


def _local(on: date, minute: int, zone: ZoneInfo, more: timedelta) -> datetime:
    local = datetime.combine(on, time()) + timedelta(minutes=minute) + more
    return local.replace(tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class EffectRule:
    """What a motive does in a service, from a day on.

    :param waiting_days: calendar days that stay due at the start of an absence that is proven, or needs no proof:
        the carence (PSU: the first day and the two that follow, Cnaf, conditions particulières).
    :param unproven_waiting_days: the same without proof; None: without proof, all stays due.
    :param most_days: calendar days of one absence, from its first, past which nothing is deducted; None: no such bound.
    """

    deducts: bool
    asks_proof: bool = False
    waiting_days: int = 0
    unproven_waiting_days: int | None = None
    most_days: int | None = None


def problem_of(rule: EffectRule) -> str:
    """Return the code of what contradicts itself in a rule, "" when nothing does."""
    unproven = rule.unproven_waiting_days
    if not rule.asks_proof and unproven is not None:
        return "unproven_without_proof"
    if unproven is not None and unproven < rule.waiting_days:
        return "proof_costs_more"
    if rule.most_days is not None and rule.most_days <= rule.waiting_days:
        return "never_deducts"
    return ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one planned moment becomes, and why. `rank` is its calendar day in the absence, from 1."""

    effect: Effect
    why: Why
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Missed:
    """One planned moment that is missed for a motive: its day, and where the proof stands."""

    on: date
    proof: ProofState


RuleOn = Callable[[date], EffectRule | None]


def judge(
    missed: Mapping[Key, Missed],
    *,
    said: Collection[Period],
    expected: Collection[date],
    rule_on: RuleOn,
    also: Collection[date] = (),
) -> dict[Key, Judged]:
    """Return what each moment missed for one motive in one enrolment becomes.

    It depends on what is missed, never on the order in which it was said: announcements that follow one another are
    one absence (`spells`), whose days are counted from its first.

    :param said: the days of each announcement, as they were said: a child that comes on Wednesdays alone, ill from one
        to the next, has one absence.
    :param expected: days on which the child is expected all the same: it came back, and a new absence begins after.
    :param also: days of the absence that are not to be judged: given back in time, or closed meanwhile.
    :param rule_on: the rule in force on a day; that of the first day of an absence holds to its end.
    """
    found: dict[Key, Judged] = {}
    first_of: dict[date, date] = {}
    for spell in spells({each.on for each in missed.values()} | set(also), said=said, expected=expected):
        first_of |= dict.fromkeys(spell, spell[0])
    for key, each in missed.items():
        first = first_of[each.on]
        found[key] = _judge_one(rule_on(first), rank=(each.on - first).days + 1, proof=each.proof)
    return found


def spells(days: Collection[date], *, said: Collection[Period], expected: Collection[date]) -> list[Sequence[date]]:
    """Return the days missed, one list for each absence, in order.

    Two days are of one absence when the child was expected on no day between them, and either at most `BRIDGE` days
    part them (Friday and Monday are one illness) or the days between were announced too.
    """
    back = set(expected) - set(days)
    whole = _joined(said)
    found: list[list[date]] = []
    for day in sorted(set(days)):
        last = found[-1][-1] if found else None
        if last is None or not _goes_on(last, day, whole) or any(last < each < day for each in back):
            found.append([])
        found[-1].append(day)
    return [tuple(each) for each in found]


def _goes_on(last: date, day: date, whole: Sequence[Period]) -> bool:
    return (day - last).days <= BRIDGE or any(last in each and day in each for each in whole)


def _joined(periods: Collection[Period]) -> list[Period]:
    """The same days in as few periods: those that meet or touch are one."""
    found: list[Period] = []
    for each in sorted(periods):
        if found and each.start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return found


def _judge_one(rule: EffectRule | None, *, rank: int, proof: ProofState) -> Judged:
    if rule is None:
        return Judged(Effect.DUE, Why.NO_RULE, rank)
    if not rule.deducts:
        return Judged(Effect.DUE, Why.NOT_DEDUCTED, rank)
    is_proven = not rule.asks_proof or proof == ProofState.VALID
    waiting = rule.waiting_days if is_proven else rule.unproven_waiting_days
    if waiting is None:
        is_useless = proof == ProofState.NOT_ASKED and rank <= rule.waiting_days  # due with a proof or without
        return Judged(Effect.DUE, Why.WAITING if is_useless else _LACKING.get(proof, Why.PROOF_AWAITED), rank)
    if rank <= waiting:
        why = Why.WAITING if is_proven or rank <= rule.waiting_days else _LACKING.get(proof, Why.PROOF_AWAITED)
        return Judged(Effect.DUE, why, rank)
    if rule.most_days is not None and rank > rule.most_days:
        return Judged(Effect.DUE, Why.BEYOND, rank)
    return Judged(Effect.DEDUCTED, Why.PROVEN if rule.asks_proof and is_proven else Why.GRANTED, rank)


_LACKING: Mapping[ProofState, Why] = {
    ProofState.RECEIVED: Why.PROOF_RECEIVED,
    ProofState.REFUSED: Why.PROOF_REFUSED,
    ProofState.MISSED: Why.PROOF_MISSED,
}


def is_excused(*, effect: Effect, proof: ProofState) -> bool:
    """Tell whether an absence is « excusée » (A18-04): proven, or not due.

    >>> is_excused(effect=Effect.DUE, proof=ProofState.VALID), is_excused(effect=Effect.DUE, proof=ProofState.AWAITED)
    (True, False)
    """
    return proof == ProofState.VALID or effect in (Effect.FREED, Effect.DEDUCTED)


class AnswersTooLate(ValueError):
    """Answers to a minimum service are taken after now, and before its first day begins."""


class AnswersClosed(Exception):
    """The hour until which families answer has passed: one telephones."""


GROUP = 15  # pupils: the State pays the minimum service by group that begins (code de l’éducation, L133-8)
MOST_SERVICE_DAYS = 10


def started_groups(pupils: int) -> int:
    """Return how many groups of fifteen begin.

    >>> [started_groups(n) for n in (0, 1, 15, 16, 40)]
    [0, 1, 1, 2, 3]
    """
    return -(-pupils // GROUP)


def days_of_service(*, start: date, end: date, closed: Sequence[date]) -> list[date]:
    """Return the days of [start, end) on which a minimum service is held: those on which something closed.

    Where nothing was booked, those from Monday to Friday, or all of them; `MOST_SERVICE_DAYS` at most.

    :param closed: in order.
    """
    period = list(Period(start, end).days())
    days = list(closed) or [day for day in period if day.weekday() < 5] or period
    return days[:MOST_SERVICE_DAYS]


def check_answers_until(until: datetime, *, now: datetime, first: date, zone: ZoneInfo) -> None:
    """:raises AnswersTooLate: already past, or once the first day has begun."""
    if not now < until <= _at(first, 0, zone):
        raise AnswersTooLate
