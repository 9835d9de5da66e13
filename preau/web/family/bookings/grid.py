"""From a board and a draft to the boxes of a page. Presentation only: nothing is decided here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext

from preau.domain.bookings.queries.board import Board, SlotView
from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.kernel.french_dates import jj_mm
from preau.kernel.periods import Period, monday_of, month_of, next_month, previous_month, week_of, whole_weeks
from preau.web.family.refusals import SHORT
from preau.web.ui.templatetags.fr import local_day

MONTH, WEEK = "mois", "semaine"
NO_ABSENCE: Mapping[int, str] = {}
FEW_PLACES = 5
LOOK_AHEAD_WEEKS = 8
TOLD = frozenset({"not_open_yet", "no_longer_open", "piece_overdue", "unreadable"})  # told above the grid, once


@dataclass(frozen=True, slots=True)
class Box:
    """One unit of one day, as shown. `shown` is what the tick says; `state` is for the style."""

    slot: SlotView
    is_open: bool
    shown: bool
    state: str
    note: str
    absence: str = ""  # in words: booked, and missed

    @property
    def seen(self) -> str:
        return f"{self.slot.slot_id}:{int(self.shown)}"


@dataclass(frozen=True, slots=True)
class Day:
    """One cell. Days closed for one reason that follow one another are one line where a day is a line.

    `run_last` is the last day of such a run, on its first day; `in_run` is true of the days after it.
    """

    on: date
    boxes: tuple[Box, ...]
    closed: str | None
    is_today: bool
    is_past: bool
    is_outside: bool
    run_last: date | None = None
    in_run: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    number: int
    first: date
    last: date
    days: tuple[Day, ...]


def period_of(view: str, day: date) -> Period:
    """Return what the page shows around a day."""
    return week_of(day) if view == WEEK else month_of(day)


def looked_at(view: str, day: date) -> Period:
    """Return what is read to find the first day where something may be done: the page, and what follows it."""
    period = period_of(view, day)
    if view == WEEK:
        return Period(period.start, period.end + timedelta(weeks=LOOK_AHEAD_WEEKS))
    return Period(period.start, next_month(next_month(period.start)) + timedelta(days=31))


def first_to_act(board: Board, *, default: date) -> date:
    """Return the first day that may still change; without any, the first that opens later; else the default."""
    days = [slot.on for slot in board.slots if slot.can_add or slot.can_remove]
    days = days or [slot.on for slot in board.slots if slot.why == "not_open_yet"]
    return min(days, default=default)


def cut(board: Board, period: Period) -> Board:
    """Return the part of a board that a page draws."""
    return replace(
        board,
        start=period.start,
        end=period.end,
        slots=tuple(slot for slot in board.slots if slot.on in period),
        closures={day: reason for day, reason in board.closures.items() if day in period},
    )


def blocked(board: Board) -> SlotView | None:
    """Return the slot that says why nothing can be booked on a page, when one reason holds for all of it."""
    if any(slot.can_add or slot.can_remove for slot in board.slots):
        return None
    told = [slot for slot in board.slots if slot.why in TOLD]
    return told[0] if told else None


def named(rows: Sequence[BookableEnrolment]) -> list[tuple[BookableEnrolment, str]]:
    """Return each enrolment with what tells it from the others: its activity, then its site, then its period."""
    seen = Counter((row.participant, row.activity) for row in rows)
    same = Counter((row.participant, row.activity, row.site) for row in rows)
    found = []
    for row in rows:
        words = row.activity
        if seen[row.participant, row.activity] > 1:
            words = f"{words}, {row.site}"
        if same[row.participant, row.activity, row.site] > 1:
            words = f"{words}, {jj_mm(row.starts_on)} - {jj_mm(row.ends_on - timedelta(days=1))}"
        found.append((row, words))
    return found


@dataclass(frozen=True, slots=True)
class Choices:
    """Where one may go from a calendar: to another child, to another activity of this one."""

    children: tuple[BookableEnrolment, ...]  # one line per participant: the same activity where it has it
    activities: tuple[tuple[BookableEnrolment, str], ...]


def choices_of(rows: Sequence[BookableEnrolment], *, enrolment: BookableEnrolment) -> Choices:
    """Return the children, then the activities of the one shown."""
    children: dict[str, BookableEnrolment] = {}
    for row in sorted(rows, key=lambda row: row.activity_kind != enrolment.activity_kind):
        children.setdefault(row.participant_key, row)
    children[enrolment.participant_key] = enrolment
    order = dict.fromkeys(row.participant_key for row in rows)
    return Choices(
        children=tuple(children[key] for key in order if key in children),
        activities=tuple(
            (row, words) for row, words in named(rows) if row.participant_key == enrolment.participant_key
        ),
    )


def neighbour(view: str, period: Period, *, forward: bool) -> date:
    """Return the first day of the page before or after."""
    if view == WEEK:
        return period.end if forward else monday_of(period.start - (period.end - period.start))
    return next_month(period.start) if forward else previous_month(period.start)


def shown_weeks(view: str, period: Period) -> Period:
    """Return the whole weeks that the page draws."""
    return period if view == WEEK else whole_weeks(period)


def weeks(
    board: Board, draft: Mapping[int, bool], *, period: Period, today: date, absences: Mapping[int, str] = NO_ABSENCE
) -> list[Week]:
    """Return the weeks of the page, with the columns that the offer shows.

    A week is whole: of a month, its days of the neighbour month have their boxes too.

    :param absences: slot → words of what is missed.
    """
    by_day = board.by_day()
    columns = sorted(int(digit) for digit in board.enrolment.shown_weekdays)
    found = []
    for monday in list(Period(board.start, board.end).days())[::7]:
        each = [monday + timedelta(days=column) for column in columns]
        if not any(on in period for on in each):  # of a month that begins on a Sunday, that Sunday alone
            continue
        days = _runs([_day(board, by_day.get(on, []), draft, on=on, today=today, absences=absences) for on in each])
        days = tuple(replace(day, is_outside=day.on not in period) for day in days)
        found.append(Week(monday.isocalendar().week, days[0].on, days[-1].on, days))
    return found


def without_past(found: Sequence[Week], *, today: date) -> list[Week]:
    """Return the weeks that are not over; all of them when all are over: one has come to see them."""
    return [week for week in found if week.last >= today] or list(found)


def _day(
    board: Board,
    slots: Sequence[SlotView],
    draft: Mapping[int, bool],
    *,
    on: date,
    today: date,
    absences: Mapping[int, str],
) -> Day:
    return Day(
        on=on,
        boxes=tuple(_box(slot, draft, absences.get(slot.slot_id, "")) for slot in slots),
        closed=None if slots else board.closures.get(on, ""),
        is_today=on == today,
        is_past=on < today,
        is_outside=False,
    )


def _runs(days: Sequence[Day]) -> tuple[Day, ...]:
    """The same days, those that follow another one closed for the same reason told as its run."""
    found: list[Day] = []
    first = 0
    for index, day in enumerate(days):
        if index and day.closed is not None and day.closed == days[first].closed:
            found[first] = replace(found[first], run_last=day.on)
            found.append(replace(day, in_run=True))
        else:
            first = index
            found.append(day)
    return tuple(found)


def _box(slot: SlotView, draft: Mapping[int, bool], absence: str) -> Box:
    is_open = (slot.can_add or slot.can_remove) and not absence  # an absence is taken back before its moment changes
    shown = draft.get(slot.slot_id, slot.is_booked) if is_open else slot.is_booked
    state = ""
    if is_open and shown != slot.is_booked:
        state = "add" if shown else "del"
    elif not is_open:
        state = "lock-on" if slot.is_booked else ("full" if slot.why == "full" else "lock")
    return Box(slot, is_open, shown, state, _note(slot, is_open), absence)


def _note(slot: SlotView, is_open: bool) -> str:
    if not is_open and slot.why == "not_open_yet" and slot.opens_at is not None:
        return gettext("ouvre le %s") % jj_mm(local_day(slot.opens_at))
    if not is_open:
        return str(SHORT.get(slot.why, ""))
    if not slot.is_booked and slot.remaining is not None and slot.remaining <= FEW_PLACES:
        return gettext("reste %s") % slot.remaining
    return ""


def next_deadline(board: Board) -> SlotView | None:
    """Return the first slot that may still be booked or cancelled: its deadline is told above the grid."""
    return next((slot for slot in board.slots if slot.can_add or slot.can_remove), None)
