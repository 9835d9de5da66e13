"""The board of one enrolment: every slot of a period, and what may be done with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.base.written import written
from preau.domain.bookings.queries.facts import (
    DEADLINE_REACH,
    BookableEnrolment,
    Held,
    find_bookable,
    held_by_participant,
    lacking_piece,
    load_held,
)
from preau.domain.bookings.queries.slots import OF_SLOT, SlotRow, load_facts
from preau.domain.bookings.rules import (
    DayKey,
    HeldByOtherHome,
    SlotFacts,
    SlotFull,
    day_key,
    refusal_of_time,
)
from preau.domain.catalogue import queries as catalogue_queries
from preau.domain.catalogue.models import Offer, Slot
from preau.domain.catalogue.rules import Counter, has_room, remaining_in
from preau.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class SlotView:
    """One box of the grid. `why` is the code of the fact that forbids the act that is left, or "".

    `is_booked` says that the child holds this place; when its other home booked it, `why` says so.
    `remaining` is None when nothing limits the places; `closes_at` is the last instant (excluded) of the
    act that is possible now: cancelling when booked, booking otherwise.
    """

    slot_id: int
    on: date
    unit_code: str
    unit_name: str
    is_booked: bool
    can_add: bool
    can_remove: bool
    why: str
    closed_reason: str
    remaining: int | None
    opens_at: datetime | None
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """Slots of one enrolment in [start, end), and why the other days have none."""

    enrolment: BookableEnrolment
    start: date
    end: date
    slots: tuple[SlotView, ...]
    closures: Mapping[date, str]  # day without slot → reason in words

    def by_day(self) -> dict[date, list[SlotView]]:
        """Return the slots of each day that has some, units in order."""
        days: dict[date, list[SlotView]] = {}
        for slot in self.slots:
            days.setdefault(slot.on, []).append(slot)
        return days


def slot_board(
    *,
    actor: Actor,
    enrolment_id: int,
    start: date,
    end: date,
    now: datetime,
    enrolment: BookableEnrolment | None = None,
) -> Board:
    """Return all slots of an enrolment in [start, end) with what may be done (A09-10 to A09-21).

    The number of queries does not depend on the number of days. Agents see what a family would see:
    what they may force is decided when the order is placed.

    :param enrolment: that enrolment when the caller has just read it for this actor.
    :raises NotFound: the enrolment is not the actor's.
    """
    if enrolment is None or enrolment.enrolment_id != enrolment_id:
        today = now.astimezone(actor.zone).date()
        enrolment = find_bookable(actor=actor, enrolment_id=enrolment_id, on=max(start, today))
    return slot_boards(actor=actor, enrolments=[enrolment], start=start, end=end, now=now)[0]


def slot_boards(
    *, actor: Actor, enrolments: Sequence[BookableEnrolment], start: date, end: date, now: datetime
) -> list[Board]:
    """Return the board of each enrolment in [start, end), in their order: the week of all the children.

    The number of queries depends neither on the days nor on the enrolments: calendars, slots, counters, bookings
    held, and the overdue pieces of each household that has to send some.

    :param enrolments: just read for this actor.
    """
    if not enrolments:
        return []
    offers = {each.offer_id: _offer_of(each) for each in enrolments}
    calendars = catalogue_queries.load_calendars(
        organisation_id=actor.organisation_id, offers=offers.values(), start=start - DEADLINE_REACH, end=end
    )
    found = _slot_rows(organisation_id=actor.organisation_id, offer_ids=offers.keys(), start=start, end=end)
    rows = [SlotRow(*row) for row in found]
    days = {row.on for row in rows}
    resource_ids = {resource_id for row in rows for resource_id in row.resource_ids}
    counters = catalogue_queries.counters_of(
        organisation_id=actor.organisation_id, resource_ids=resource_ids, days=days
    )
    held = load_held(actor=actor, participant_keys={each.participant_key for each in enrolments}, days=days)
    asking: dict[int, list[int]] = {}
    for each in enrolments:
        asking.setdefault(each.offer_id, []).append(each.enrolment_id)
    calendar = next(iter(calendars.values()))  # holidays are those of the collectivité
    facts = load_facts(
        actor=actor,
        enrolments={each.enrolment_id: each for each in enrolments},
        slots=rows,
        enrolment_of_slot={row.slot_id: asking[row.offer_id] for row in rows},
        counter_ids=counters.ids,
        holidays=frozenset(calendar.public_holidays),
        school_holidays=[Period(first, after) for first, after, _name in calendar.school_holidays],
        lacking_piece=lacking_piece(actor=actor, enrolments=enrolments, on=now.astimezone(actor.zone).date()),
    )
    slots = _slots_by_enrolment(facts, held, counters.by_id, now=now)
    return [
        _board(
            each,
            tuple(slots.get(each.enrolment_id, ())),
            catalogue_queries.closures_of(
                offer=_offer_of(each), calendar=calendars[each.offer_id], start=start, end=end
            ),
            start=start,
            end=end,
        )
        for each in enrolments
    ]


@written
def _slot_rows(*, organisation_id: int, offer_ids: Collection[int], start: date, end: date) -> QuerySet[Slot, Any]:
    rows = Slot.objects.filter(organisation_id=organisation_id, offer_id__in=offer_ids, on__gte=start, on__lt=end)
    return rows.order_by("on", "unit__position", "pk").values_list(*OF_SLOT)


def _offer_of(enrolment: BookableEnrolment) -> Offer:
    """The offer as this enrolment sees it: over its own period."""
    return Offer(
        pk=enrolment.offer_id,
        site_id=enrolment.site_id,
        weekdays=enrolment.weekdays,
        open_on=enrolment.open_on,
        starts_on=enrolment.starts_on,
        ends_on=enrolment.ends_on,
    )


def _board(
    enrolment: BookableEnrolment, slots: tuple[SlotView, ...], closures: Mapping[date, str], *, start: date, end: date
) -> Board:
    days = {slot.on for slot in slots}
    return Board(
        enrolment=enrolment,
        start=start,
        end=end,
        slots=slots,
        closures=_with_uncovered_days(closures, days, start=start, end=end),
    )


def _slots_by_enrolment(
    facts: list[SlotFacts], held: list[Held], counters: Mapping[int, Counter], *, now: datetime
) -> dict[int, list[SlotView]]:
    found: dict[int, list[SlotView]] = {}
    for each, view in zip(facts, _slot_views(facts, held, counters, now=now), strict=True):
        found.setdefault(each.enrolment_id, []).append(view)
    return found


def _slot_views(
    facts: list[SlotFacts], held: list[Held], counters: Mapping[int, Counter], *, now: datetime
) -> list[SlotView]:
    slots, _units = held_by_participant(held)
    freed: dict[DayKey, set[int]] = {}  # counters of which this home holds a place that day: it may exchange it
    changeable = set()  # days of which this home may give something back
    for each in facts:
        if slots.get(each.participant_key, {}).get(each.slot_id) == each.enrolment_id:
            freed.setdefault(day_key(each), set()).update(each.counter_ids)
            changeable.add(day_key(each))
    return [
        _slot_view(
            each,
            holder=slots.get(each.participant_key, {}).get(each.slot_id),
            is_change=day_key(each) in changeable,
            is_full=not has_room(counters[i] for i in set(each.counter_ids) - freed.get(day_key(each), set())),
            remaining=remaining_in(counters[i] for i in each.counter_ids),
            now=now,
        )
        for each in facts
    ]


def _slot_view(
    facts: SlotFacts, *, holder: int | None, is_change: bool, is_full: bool, remaining: int | None, now: datetime
) -> SlotView:
    is_booked = holder is not None
    is_exchange = is_change and facts.change_closes_at is not None
    fact = refusal_of_time(facts, wanted=not is_booked, now=now)
    if fact is not None and is_exchange:
        fact = refusal_of_time(facts, wanted=not is_booked, now=now, is_change=True)
    closes_at = facts.cancel_closes_at if is_booked else facts.book_closes_at
    if is_exchange and facts.change_closes_at is not None:
        closes_at = max(closes_at, facts.change_closes_at)
    if holder not in (None, facts.enrolment_id):
        fact = HeldByOtherHome
    why = fact.code if fact is not None else (SlotFull.code if is_full and not is_booked else "")
    return SlotView(
        slot_id=facts.slot_id,
        on=facts.on,
        unit_code=facts.unit_code,
        unit_name=facts.unit_name,
        is_booked=is_booked,
        can_add=not is_booked and not why,
        can_remove=is_booked and not why,
        why=why,
        closed_reason=facts.closed_reason,
        remaining=remaining,
        opens_at=facts.opens_at,
        closes_at=closes_at,
    )


def _with_uncovered_days(closures: Mapping[date, str], days: set[date], *, start: date, end: date) -> dict[date, str]:
    found = {day: reason for day, reason in closures.items() if day not in days}
    day = start
    while day < end:
        if day not in days and day not in found:
            found[day] = ""
        day += timedelta(days=1)
    return found
