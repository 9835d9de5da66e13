"""What taps make of a presence, whatever the order in which they arrive. Pure.

A tablet may be offline for an hour: two of them may speak of one child, and what they say arrives in any order. Taps
are kept as they were said; the presence is what they make once put in the order in which they were said. Nothing is
lost, and those who contradict what they had not read are shown to somebody.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from preau.domain.attendance.enums import Act, Seen
from preau.kernel.clock_times import DAY

MOST_TAPS = 400  # in one sending: an hour of a large canteen
MOST_SEEN = 32_000  # what a column of counts holds
MAX_WHO, MAX_REASON, MAX_KEY = 120, 240, 64
LATEST_SYNC = timedelta(hours=36)  # how long a tablet may keep taps of a day
LATEST_CORRECTION = timedelta(days=400)


class TooEarly(Exception):
    """The day has not come: nothing has happened yet."""


class DayIsOver(Exception):
    """What happened on a past day is corrected by an agent, who says why."""


class ReasonMissing(Exception):
    """A correction of a past day says why."""


class TooManyTaps(Exception):
    """More than `MOST_TAPS` in one sending."""


class InvalidTap(ValueError):
    """What was sent is no tap: an hour out of the day, a departure with nobody or without hour, a key too long."""


@dataclass(frozen=True, slots=True, order=True)
class SheetKey:
    """Which sheet: a section of a crèche, or a moment of an activity at a site; `moment` "" where nothing is booked."""

    site_id: int = 0
    activity_id: int = 0
    moment: str = ""
    section_id: int = 0

    @property
    def code(self) -> str:
        """Return it as addresses write it, without its moment: « s5 » or « 12-34 »."""
        return f"s{self.section_id}" if self.section_id else f"{self.site_id}-{self.activity_id}"


_CODE = re.compile(r"s([0-9]{1,12})|([0-9]{1,12})-([0-9]{1,12})")


def read_sheet(code: str, *, moment: str = "") -> SheetKey:
    """Return the sheet of an address.

    :raises InvalidTap: it names none.

    >>> read_sheet("s5"), read_sheet("12-34", moment="Midi").code
    (SheetKey(site_id=0, activity_id=0, moment='', section_id=5), '12-34')
    """
    found = _CODE.fullmatch(code)
    if found is None:
        raise InvalidTap(code)
    if found[1]:
        return SheetKey(section_id=int(found[1]))
    return SheetKey(int(found[2]), int(found[3]), moment)


@dataclass(frozen=True, slots=True)
class Tap:
    """One thing said of one child at one moment. `serial`: the order of arrival, from 1.

    `seen`: how many taps of this presence the device had read when it said this. `minute` is of the local day: the
    arrival of who is present, the departure of who left. `is_typed`: somebody wrote the hour.
    """

    key: str
    act: Act
    said_at: datetime
    device: str = ""
    minute: int | None = None
    is_typed: bool = False
    who: str = ""  # with whom the child left
    target: str = ""  # key of the tap that is undone
    seen: int = 0
    serial: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What is known. Minutes of the local day; `left`: the child is gone."""

    seen: Seen = Seen.WAITED
    arrived: int | None = None
    left: int | None = None
    who: str = ""

    @property
    def is_here(self) -> bool:
        return self.seen is Seen.PRESENT and self.left is None


def fold(taps: Iterable[Tap]) -> State:
    """Return what taps make, in whatever order they come."""
    state = State()
    for tap in standing(taps):
        state = _after(state, tap)
    return state


def standing(taps: Iterable[Tap]) -> list[Tap]:
    """Return the taps that were not undone, in the order in which they were said."""
    every = list(taps)
    undone = {tap.target for tap in every if tap.act is Act.UNDO}
    kept = [tap for tap in every if tap.act is not Act.UNDO and tap.key not in undone]
    return sorted(kept, key=lambda tap: (tap.said_at, tap.key))


def _after(state: State, tap: Tap) -> State:
    if tap.act is Act.ABSENT:
        return State(Seen.ABSENT)
    if tap.act is Act.LEFT:
        return replace(state, seen=Seen.PRESENT, left=tap.minute, who=tap.who)
    is_said_again = state.is_here and state.arrived is not None and not tap.is_typed
    return State(Seen.PRESENT, state.arrived if is_said_again else tap.minute)


def last_standing(taps: Iterable[Tap]) -> Tap | None:
    """Return the tap that an undo takes back: the last said that stands."""
    kept = standing(taps)
    return kept[-1] if kept else None


def unread_by(tap: Tap, *, before: Sequence[Tap]) -> list[Tap]:
    """Return what other devices had said of this presence, and that its own had not read.

    :param before: the taps of the same presence that arrived earlier.
    """
    return [each for each in before if each.serial > tap.seen and each.device != tap.device]


def contradicts(tap: Tap, *, unread: Sequence[Tap]) -> bool:
    """Tell whether a tap says something else than what its device had not read: here and away, or gone with two people.

    >>> noon = datetime(2026, 11, 3, 12)
    >>> here, away = Tap("a", Act.PRESENT, noon), Tap("b", Act.ABSENT, noon)
    >>> contradicts(away, unread=[here]), contradicts(here, unread=[here])
    (True, False)
    """
    if tap.act is Act.UNDO or not standing(unread):
        return False
    said, other = fold([tap]), fold(unread)
    both_left = said.left is not None and other.left is not None
    return said.seen is not other.seen or (both_left and said.who != other.who)


def is_under_way(*, pointed: int, waited: int) -> bool:
    """Tell whether a sheet says enough for a child who is not pointed to be looked for: at least half of it is pointed.

    Before, nobody has begun it, or it was forgotten: no family is to be frightened.

    >>> is_under_way(pointed=0, waited=1), is_under_way(pointed=9, waited=2), is_under_way(pointed=2, waited=9)
    (False, True, False)
    """
    return pointed > 0 and pointed >= waited


def after_own(tap: Tap, *, before: Iterable[Tap]) -> datetime:
    """Return when a tap was said, put after what its own device had said before.

    A device sends in the order in which it says; how long each sending took blurs the hours by some seconds.

    :param before: the taps of the same presence that arrived earlier.
    """
    mine = [each.said_at for each in before if tap.device and each.device == tap.device]
    return max([tap.said_at, *(each + timedelta(microseconds=1) for each in mine)])


def true_time(said_at: datetime, *, sent_at: datetime, received_at: datetime) -> datetime:
    """Return when a tap was said by the clock here: that of a tablet may be wrong, its own lengths of time are not.

    Never after it arrived.
    """
    return min(said_at + (received_at - sent_at), received_at)


def local_minute(at: datetime, *, zone: ZoneInfo) -> int:
    """Return the minute of the local day of an instant."""
    there = at.astimezone(zone)
    return there.hour * 60 + there.minute


def check_tap(tap: Tap) -> None:
    """:raises InvalidTap: it cannot be kept."""
    is_long = len(tap.key) > MAX_KEY or len(tap.who) > MAX_WHO or len(tap.target) > MAX_KEY
    is_strange = not (tap.key + tap.target + tap.who).isprintable()
    is_out = tap.minute is not None and not 0 <= tap.minute < DAY
    lacks = (tap.act is Act.UNDO and not tap.target) or (tap.act is Act.LEFT and tap.minute is None)
    if not tap.key or is_long or is_strange or is_out or lacks:
        raise InvalidTap(tap.key[:MAX_KEY])


def check_day(on: date, *, today: date, corrects: bool, reason: str) -> None:
    """Refuse to write a day that has not come, or that is over.

    :param corrects: whether the actor corrects past days, with a reason.
    :raises TooEarly, DayIsOver, ReasonMissing: see each.
    """
    if on > today:
        raise TooEarly
    if on == today:
        return
    if not corrects or on < today - LATEST_CORRECTION:
        raise DayIsOver
    if not reason:
        raise ReasonMissing
