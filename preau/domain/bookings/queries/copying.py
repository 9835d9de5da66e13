"""Ticks that come from other ticks: last week's, a brother's, week after week. Read from boards, without a query.

A place is what a tick stands for, whatever the slot: this enrolment, that unit, that day. What a copy cannot have is
told, never dropped in silence; nothing is ever unticked by a copy.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from preau.domain.bookings.enums import Rhythm
from preau.domain.bookings.queries.board import Board, SlotView
from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.domain.bookings.rules import in_rhythm
from preau.kernel.periods import Period, monday_of

Place = tuple[int, str, date]  # enrolment id, unit code, day
Ticks = Mapping[int, Mapping[int, bool]]  # enrolment id → slot id → wanted


@dataclass(slots=True)
class Fit:
    """What a copy gives: the ticks to add by enrolment, and the moments that cannot be had, each with its board.

    `same` counts what was ticked or booked already; `absent`, the days without such a moment (closed, holidays).
    """

    changes: dict[int, dict[int, bool]] = field(default_factory=dict)
    left: list[tuple[BookableEnrolment, SlotView]] = field(default_factory=list)
    same: int = 0
    absent: int = 0

    @property
    def count(self) -> int:
        """Return how many ticks are added."""
        return sum(len(wanted) for wanted in self.changes.values())


def is_shown(*, slot: SlotView, draft: Mapping[int, bool]) -> bool:
    """Tell whether a page shows this moment as ticked: what is booked, and what the basket changes of it."""
    if not (slot.can_add or slot.can_remove):
        return slot.is_booked
    return draft.get(slot.slot_id, slot.is_booked)


def ticked_places(*, boards: Iterable[Board], ticks: Ticks, period: Period) -> set[Place]:
    """Return what is shown as ticked over a period."""
    return {
        (board.enrolment.enrolment_id, slot.unit_code, slot.on)
        for board in boards
        for slot in board.slots
        if slot.on in period and is_shown(slot=slot, draft=ticks.get(board.enrolment.enrolment_id, {}))
    }


def fit(*, boards: Iterable[Board], ticks: Ticks, wanted: Collection[Place]) -> Fit:
    """Return what a basket gains to hold these places, and what it cannot have."""
    found, places = Fit(), set(wanted)
    for board in boards:
        enrolment_id = board.enrolment.enrolment_id
        draft = ticks.get(enrolment_id, {})
        for slot in board.slots:
            place = (enrolment_id, slot.unit_code, slot.on)
            if place not in places:
                continue
            places.discard(place)
            if is_shown(slot=slot, draft=draft):
                found.same += 1
            elif slot.can_add or slot.can_remove:
                found.changes.setdefault(enrolment_id, {})[slot.slot_id] = True
            else:
                found.left.append((board.enrolment, slot))
    found.absent = len(places)
    return found


def moved(*, places: Iterable[Place], weeks: int) -> set[Place]:
    """Return the same places some weeks later (earlier when negative)."""
    return {(enrolment_id, code, on + timedelta(weeks=weeks)) for enrolment_id, code, on in places}


def repeated(*, places: Collection[Place], until: date, rhythm: Rhythm) -> set[Place]:
    """Return the places of one week in each week of a rhythm after it, up to a day included."""
    if not places:
        return set()
    first = monday_of(min(on for _enrolment, _code, on in places))
    found: set[Place] = set()
    for weeks in range(1, (until - first).days // 7 + 1):
        if in_rhythm(first + timedelta(weeks=weeks), rhythm, start=first):
            found |= {place for place in moved(places=places, weeks=weeks) if place[2] <= until}
    return found


def as_another(*, places: Iterable[Place], rows: Sequence[BookableEnrolment], source: str, target: str) -> set[Place]:
    """Return the places of one participant as another one would have them: same activity, same moment, same day.

    The activity is matched by its name, else by its kind; the enrolment is one that covers the day.

    :param source: participant_key of who is copied; `target` of who copies.
    """
    by_id = {row.enrolment_id: row for row in rows}
    theirs = [row for row in rows if row.participant_key == target]
    found: set[Place] = set()
    for enrolment_id, code, on in places:
        model = by_id.get(enrolment_id)
        if model is None or model.participant_key != source:
            continue
        covering = [row for row in theirs if row.starts_on <= on < row.ends_on]
        alike = [row for row in covering if row.activity == model.activity]
        alike = alike or [row for row in covering if row.activity_kind == model.activity_kind]
        if alike:
            found.add((alike[0].enrolment_id, code, on))
    return found
