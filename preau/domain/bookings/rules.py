"""Who gets which place, decided on plain values.

Pure functions: no row, no clock. The reasoning is in docs/algorithms/places.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from preau.domain.bookings.enums import Rhythm
from preau.domain.catalogue.rules import Counter, has_room
from preau.kernel.periods import monday_of


class BookingRefused(Exception):
    """One wish of an order cannot be granted."""

    code = "refused"


class SlotClosed(BookingRefused):
    """The activity does not take place that day."""

    code = "closed"


class SlotPast(BookingRefused):
    """The day or the hour is over: nobody may change it, agents included, from here."""

    code = "past"


class NotOpenYet(BookingRefused):
    """Bookings open later for this public."""

    code = "not_open_yet"


class NoLongerOpen(BookingRefused):
    """The booking window of this public is over."""

    code = "no_longer_open"


class DeadlinePassed(BookingRefused):
    """Too late to book, change or cancel online."""

    code = "deadline_passed"


class SlotFull(BookingRefused):
    """No place is left."""

    code = "full"


class AlreadyBooked(BookingRefused):
    """The participant holds this place already."""

    code = "already_booked"


class NotBooked(BookingRefused):
    """There is nothing to cancel."""

    code = "not_booked"


class HeldByOtherHome(BookingRefused):
    """The child's other home booked this place: it alone gives it back, and a child takes one place."""

    code = "other_home"


class UnitExcluded(BookingRefused):
    """Another unit of the same day cannot go with this one."""

    code = "excluded"


class UnitMissing(BookingRefused):
    """This unit needs another one of the same day."""

    code = "unit_missing"


class UnitNeeded(BookingRefused):
    """Another unit held the same day needs this one: give that one back first."""

    code = "unit_needed"


class NotYourDay(BookingRefused):
    """That day the child is with its other parent, and each parent books its own days."""

    code = "not_your_day"


class PieceOverdue(BookingRefused):
    """A piece « à fournir avant le… » lacks, and its day is past: nothing new is booked until it is sent."""

    code = "piece_overdue"


class ExchangeKept(BookingRefused):
    """Part of an exchange on one day was refused, so the day stays as it was."""

    code = "exchange_kept"


class OfferUnreadable(BookingRefused):
    """A setting of the offer (deadline, opening) cannot be read: nothing is decided until it is mended."""

    code = "unreadable"


class NotEnrolled(BookingRefused):
    """The enrolment does not cover that day."""

    code = "not_enrolled"


REFUSALS: tuple[type[BookingRefused], ...] = (
    SlotClosed,
    SlotPast,
    NotOpenYet,
    NoLongerOpen,
    DeadlinePassed,
    SlotFull,
    AlreadyBooked,
    NotBooked,
    HeldByOtherHome,
    UnitExcluded,
    UnitMissing,
    UnitNeeded,
    NotYourDay,
    PieceOverdue,
    ExchangeKept,
    OfferUnreadable,
    NotEnrolled,
)

# What an agent may go past with a reason; a closed or past slot stays refused.
FORCEABLE: tuple[type[BookingRefused], ...] = (
    DeadlinePassed,
    NotOpenYet,
    NoLongerOpen,
    NotYourDay,
    PieceOverdue,
    OfferUnreadable,
)

# By what is wanted: the facts that say that it is so already. Nothing is to be done, and nothing is refused.
ALREADY_SO: Mapping[bool, tuple[type[BookingRefused], ...]] = {
    True: (AlreadyBooked, HeldByOtherHome),
    False: (NotBooked,),
}

# What groups the moments of one day of one child, whichever of its homes booked them.
DayKey = tuple[str, int, date]  # participant_key, offer id, day


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """All that decides on one slot for one enrolment. Instants are aware, `*_closes_at` are exclusive.

    `counter_ids` are the resource-days the unit takes one place of. `is_covered` says that the
    enrolment's period holds that day; `is_own_day`, that its household books that day for the child;
    `lacks_piece`, that a piece of its dossier is overdue; `is_readable`, that the settings of the offer
    could be read (its moments mean nothing otherwise).
    """

    slot_id: int
    enrolment_id: int
    offer_id: int
    participant_key: str
    on: date
    unit_code: str
    unit_name: str
    position: int
    starts_at: datetime
    closed_reason: str
    is_covered: bool
    opens_at: datetime | None
    window_closes_at: datetime | None
    book_closes_at: datetime
    change_closes_at: datetime | None
    cancel_closes_at: datetime
    counter_ids: tuple[int, ...]
    excludes: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    is_own_day: bool = True
    lacks_piece: bool = False
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """Take (`wanted`) or give back one slot."""

    facts: SlotFacts
    wanted: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """One wish that cannot be granted, and the fact that says why."""

    facts: SlotFacts
    wanted: bool
    fact: type[BookingRefused]


@dataclass(slots=True)
class Decision:
    """What an order gives: slots taken, given back, refused; and the counters after it.

    `idle` are wishes that are already so (booked by this home or the other, or no longer booked): nothing to do,
    which is no refusal.
    """

    added: list[SlotFacts] = field(default_factory=list)
    removed: list[SlotFacts] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    idle: list[Refusal] = field(default_factory=list)
    forced_counter_ids: set[int] = field(default_factory=set)


def refusal_of_time(
    facts: SlotFacts, *, wanted: bool, now: datetime, is_change: bool = False
) -> type[BookingRefused] | None:
    """Return the fact of the calendar or the clock that refuses a wish, or None.

    A change (another unit of the same day moves the other way) follows the change deadline where the
    offer has one. From the very instant of a deadline the answer is no.
    """
    if not facts.is_covered:
        return NotEnrolled
    if now >= facts.starts_at:
        return SlotPast
    if wanted and facts.closed_reason:
        return SlotClosed
    if not facts.is_readable:
        return OfferUnreadable
    if not facts.is_own_day:
        return NotYourDay
    if wanted and facts.lacks_piece:
        return PieceOverdue
    if wanted and facts.opens_at is not None and now < facts.opens_at:
        return NotOpenYet
    if wanted and facts.window_closes_at is not None and now >= facts.window_closes_at:
        return NoLongerOpen
    closes_at = facts.book_closes_at if wanted else facts.cancel_closes_at
    if is_change and facts.change_closes_at is not None:
        closes_at = facts.change_closes_at
    return DeadlinePassed if now >= closes_at else None


def decide_order(
    wishes: Sequence[Wish],
    *,
    held: Mapping[str, Mapping[int, int]],
    held_units: Mapping[DayKey, frozenset[str]],
    requirements: Mapping[tuple[int, str], frozenset[str]],
    counters: Mapping[int, Counter],
    now: datetime,
    may_force: bool = False,
) -> Decision:
    """Decide every wish of one order: places given back first, then exchanges, then new places.

    A refused wish refuses nothing else, with one exception: on a day where units are exchanged
    (Matin for Journée), a refused addition keeps what was to be given back, for nobody gives a place
    up for nothing. Counters are updated in place, so that two wishes of one order cannot both take
    the last place.

    A child of two homes is one participant: what excludes or needs what is judged over both, and each
    home gives back only what it booked.

    :param held: participant_key → slot held now → enrolment that holds it.
    :param held_units: (participant_key, offer id, day) → codes of the units held that day.
    :param requirements: (offer id, unit code) → codes of the units it needs the same day.
    :param may_force: an agent with a reason: deadlines, windows and capacity do not refuse; closed
        and past slots still do. Forced counters are told in `forced_counter_ids`.
    """
    ledger = _Ledger(
        slots={key: dict(slots) for key, slots in held.items()},
        units={key: set(codes) for key, codes in held_units.items()},
        requirements=requirements,
        counters=counters,
        now=now,
        may_force=may_force,
    )
    days: dict[tuple[int, DayKey], list[Wish]] = {}
    for wish in sorted(wishes, key=_rank):
        days.setdefault((wish.facts.enrolment_id, day_key(wish.facts)), []).append(wish)

    exchanges = [group for group in days.values() if len({wish.wanted for wish in group}) == 2]
    others = [wish for group in days.values() if len({wish.wanted for wish in group}) == 1 for wish in group]
    for wish in others:
        if not wish.wanted:
            ledger.give_back(wish.facts)
    for group in exchanges:
        ledger.exchange(group)
    for wish in others:
        if wish.wanted:
            ledger.take(wish.facts)
    return ledger.decision


def day_key(facts: SlotFacts) -> DayKey:
    """Return what groups the units of one day of one child in one offer, both homes together."""
    return (facts.participant_key, facts.offer_id, facts.on)


def _rank(wish: Wish) -> tuple[date, int, bool, int, int]:
    """Days in order; inside a day, a unit that needs another one is given back before it and taken after it."""
    needs_another = bool(wish.facts.requires)
    return (
        wish.facts.on,
        wish.facts.enrolment_id,
        needs_another if wish.wanted else not needs_another,
        wish.facts.position,
        wish.facts.slot_id,
    )


@dataclass(slots=True)
class _Ledger:
    """The state of one decision while its wishes are read one by one."""

    slots: dict[str, dict[int, int]]  # participant → slot → the enrolment that holds it
    units: dict[DayKey, set[str]]
    requirements: Mapping[tuple[int, str], frozenset[str]]
    counters: Mapping[int, Counter]
    now: datetime
    may_force: bool
    decision: Decision = field(default_factory=Decision)

    def give_back(self, facts: SlotFacts, *, is_change: bool = False) -> bool:
        fact = self._refusal_of_giving_back(facts, is_change=is_change)
        if fact is not None:
            self._not_done(Refusal(facts, False, fact))
            return False
        self._release(facts)
        self.decision.removed.append(facts)
        return True

    def take(self, facts: SlotFacts, *, is_change: bool = False) -> bool:
        fact = self._refusal_of_taking(facts, is_change=is_change)
        if fact is not None:
            self._not_done(Refusal(facts, True, fact))
            return False
        self._occupy(facts)
        self.decision.added.append(facts)
        return True

    def exchange(self, group: Sequence[Wish]) -> None:
        returned = [w.facts for w in group if not w.wanted and self.give_back(w.facts, is_change=True)]
        # Nothing given back, no exchange: what is added follows the deadline of what is added.
        is_change = bool(returned)
        refused_before = len(self.decision.refused)
        taken = [w.facts for w in group if w.wanted and self.take(w.facts, is_change=is_change)]
        if len(self.decision.refused) == refused_before:
            return
        for facts in taken:
            self._release(facts)
            self.decision.added.remove(facts)
            self.decision.refused.append(Refusal(facts, True, ExchangeKept))
        for facts in returned:
            self._occupy(facts)
            self.decision.removed.remove(facts)
            self.decision.refused.append(Refusal(facts, False, ExchangeKept))

    def _not_done(self, refusal: Refusal) -> None:
        is_idle = refusal.fact in (ALREADY_SO[refusal.wanted])
        (self.decision.idle if is_idle else self.decision.refused).append(refusal)

    def _refusal_of_giving_back(self, facts: SlotFacts, *, is_change: bool) -> type[BookingRefused] | None:
        holder = self._holder(facts)
        if holder is None:
            return NotBooked
        if holder != facts.enrolment_id:
            return HeldByOtherHome
        others = self.units.get(day_key(facts), set()) - {facts.unit_code}
        if any(facts.unit_code in self.requirements.get((facts.offer_id, code), ()) for code in others):
            return UnitNeeded
        return self._refusal_of_time(facts, wanted=False, is_change=is_change)

    def _refusal_of_taking(self, facts: SlotFacts, *, is_change: bool) -> type[BookingRefused] | None:
        holder = self._holder(facts)
        if holder is not None:
            return AlreadyBooked if holder == facts.enrolment_id else HeldByOtherHome
        fact = self._refusal_of_time(facts, wanted=True, is_change=is_change)
        if fact is not None:
            return fact
        same_day = self.units.get(day_key(facts), set())
        if facts.excludes & same_day:
            return UnitExcluded
        if not facts.requires <= same_day:
            return UnitMissing
        if self.may_force or has_room(self.counters[i] for i in facts.counter_ids):
            return None
        return SlotFull

    def _refusal_of_time(self, facts: SlotFacts, *, wanted: bool, is_change: bool) -> type[BookingRefused] | None:
        fact = refusal_of_time(facts, wanted=wanted, now=self.now, is_change=is_change)
        return None if self.may_force and fact in FORCEABLE else fact

    def _holder(self, facts: SlotFacts) -> int | None:
        """The enrolment that holds this place for this child, of one home or the other."""
        return self.slots.get(facts.participant_key, {}).get(facts.slot_id)

    def _occupy(self, facts: SlotFacts) -> None:
        self.slots.setdefault(facts.participant_key, {})[facts.slot_id] = facts.enrolment_id
        self.units.setdefault(day_key(facts), set()).add(facts.unit_code)
        for counter_id in facts.counter_ids:
            counter = self.counters[counter_id]
            counter.booked += 1
            if counter.is_blocking and counter.booked > counter.capacity + counter.extra:
                counter.extra = counter.booked - counter.capacity
                self.decision.forced_counter_ids.add(counter_id)

    def _release(self, facts: SlotFacts) -> None:
        del self.slots[facts.participant_key][facts.slot_id]
        self.units[day_key(facts)].discard(facts.unit_code)
        for counter_id in facts.counter_ids:
            self.counters[counter_id].booked -= 1


def in_rhythm(day: date, rhythm: Rhythm, *, start: date) -> bool:
    """Tell whether the week of a day belongs to a rhythm.

    Even and odd are ISO week numbers, as on calendars: week 53 is odd, and so is the week 1 after it.
    One week in two counts from the week of `start`, whatever its number.

    >>> in_rhythm(date(2026, 12, 28), Rhythm.ODD, start=date(2026, 12, 1))
    True
    """
    if rhythm is Rhythm.EVEN:
        return day.isocalendar().week % 2 == 0
    if rhythm is Rhythm.ODD:
        return day.isocalendar().week % 2 == 1
    if rhythm is Rhythm.ONE_IN_TWO:
        return ((monday_of(day) - monday_of(start)).days // 7) % 2 == 0
    return True
