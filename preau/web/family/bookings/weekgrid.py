"""The week (or the month) of all the children as rows and boxes. Presentation only: nothing is decided here."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.utils.translation import gettext

from preau.domain.bookings.queries.board import Board, SlotView
from preau.domain.bookings.queries.copying import Ticks, is_shown
from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.kernel.french_dates import jj_mm
from preau.kernel.periods import Period, month_of, week_of
from preau.web.family.bookings.grid import FEW_PLACES, MONTH, named
from preau.web.family.refusals import SHORT, sentence
from preau.web.ui.templatetags.fr import day_words_short, local_day, moment_words

LOOK_AHEAD_WEEKS = 9
SATURDAY = 5
Absences = Mapping[int, Mapping[int, str]]  # enrolment → slot → words of what is missed
NO_ABSENCES: Absences = {}


@dataclass(frozen=True, slots=True)
class Cell:
    """One moment of one day: a box, a closed one, or nothing when the activity has no such moment that day."""

    on: date
    place: int | None = None  # the column where it begins on a phone; None: the next one
    value: str = ""  # "<enrolment>-<slot>"
    is_open: bool = False
    shown: bool = False
    state: str = ""
    note: str = ""
    remaining: int | None = None
    slot: SlotView | None = None
    href: str = ""  # where its hours are chosen, or the request that waits is read
    words: tuple[str, ...] = ()  # of a day by the hour: its ranges

    @property
    def seen(self) -> str:
        return f"{self.value}:{int(self.shown)}"

    @property
    def places(self) -> str:
        return gettext("reste %s") % self.remaining


@dataclass(frozen=True, slots=True)
class Row:
    """One moment of one activity over the days of the page."""

    enrolment_id: int
    code: str
    label: str
    under: str
    said: str  # the label, with its activity where two moments of the child have the same
    cells: tuple[Cell, ...]

    @property
    def key(self) -> str:
        return f"{self.enrolment_id}:{self.code}"

    @property
    def has_open(self) -> bool:
        return any(cell.is_open for cell in self.cells)

    def at(self, places: Mapping[date, int | None]) -> "Row":
        """Return the row with the columns of the page: its days, and where each begins."""
        return replace(
            self, cells=tuple(replace(cell, place=places[cell.on]) for cell in self.cells if cell.on in places)
        )

    @property
    def is_closed(self) -> bool:
        """Nothing of it can be changed, and nothing is booked: its reason is enough."""
        return not any(cell.is_open or cell.shown or cell.href for cell in self.cells)

    @property
    def reasons(self) -> list[str]:
        return list(dict.fromkeys(cell.note for cell in self.cells if cell.note))


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one child, or of the household itself."""

    key: str
    name: str
    hue: int
    rows: tuple[Row, ...]
    closed: tuple[tuple[str, str], ...]  # (activity, why) of those where nothing can be done and nothing is booked
    models: tuple[tuple[str, str], ...]  # (participant key, first name) of those that it may be booked as


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the page, with what a touch on it tells: each moment, its limit, its places, why it is closed."""

    on: date
    is_today: bool
    place: int | None  # the column where it begins on a phone; None: the next one
    lines: tuple[tuple[str, str, str], ...] = ()  # (child, moment, words)


@dataclass(slots=True)
class Page:
    """All that the week draws."""

    view: str
    period: Period
    columns: list[Column]
    weekdays: int  # how many weekdays have a column
    groups: list[Group]
    hidden_past: int
    closures: list[str] = field(default_factory=list)
    first_limit: SlotView | None = None

    @property
    def seen(self) -> str:
        """What each box showed, in one field: a page of three children for a month has hundreds."""
        return " ".join(cell.seen for group in self.groups for row in group.rows for cell in row.cells if cell.is_open)


def period_of(view: str, day: date) -> Period:
    """Return what the page shows around a day: whole weeks for a week, the days of the month for a month."""
    return month_of(day) if view == MONTH else week_of(day)


def arrival(today: date) -> Period:
    """Return the week where one arrives: on Saturday and Sunday, the one to come."""
    return week_of(today + timedelta(days=2) if today.weekday() >= SATURDAY else today)


def first_to_act(boards: Iterable[Board]) -> date | None:
    """Return the first day that may still be changed; without any, the first one that opens later; else None."""
    slots = [slot for board in boards for slot in board.slots]
    days = [slot.on for slot in slots if slot.can_add or slot.can_remove]
    return min(days or [slot.on for slot in slots if slot.why == "not_open_yet"], default=None)


@dataclass(frozen=True, slots=True)
class HoursLine:
    """The hours of one child in care over some days: one more row of its group."""

    key: str
    name: str
    hue: int
    row: Row


def page_of(
    boards: Sequence[Board],
    ticks: Ticks,
    *,
    view: str,
    period: Period,
    today: date,
    with_past: bool,
    only: str,
    hours: Sequence[HoursLine] = (),
    absences: Absences = NO_ABSENCES,
) -> Page:
    """Lay out a period.

    :param boards: may hold more days than the period.
    :param with_past: draw the days that are over too.
    :param absences: enrolment → slot → words of what is missed.
    :param only: participant key of the child whose rows are drawn, "" for all.
    """
    slots = [(board, slot) for board in boards for slot in board.slots if slot.on in period]
    days = sorted({slot.on for _board, slot in slots} | {cell.on for line in hours for cell in line.row.cells})
    shown = days if with_past else [day for day in days if day >= today]
    every = _with_hours(_groups(boards, ticks, shown, absences), hours, shown)
    drawn = [group for group in every if only in ("", group.key)]
    # A day on which nothing can be done and nothing is booked has no column: its reason is said once, in words.
    cells = [cell for group in drawn for row in group.rows for cell in row.cells]
    used = sorted({cell.on for cell in cells if cell.slot is not None or cell.href or cell.words})
    weekdays = sorted({day.weekday() for day in used})
    places = _places(used, weekdays)
    drawn = [replace(group, rows=tuple(row.at(places) for row in group.rows)) for group in drawn]
    open_slots = [slot for _board, slot in slots if slot.can_add or slot.can_remove]
    return Page(
        view=view,
        period=period,
        columns=[Column(day, day == today, places[day], _lines(day, drawn) if view != MONTH else ()) for day in used],
        weekdays=len(weekdays),
        groups=drawn,
        hidden_past=len(days) - len(shown),
        closures=sorted({why for board in boards for day, why in board.closures.items() if why and day in period}),
        first_limit=min(open_slots, key=lambda slot: (slot.closes_at, slot.on), default=None),
    )


def _with_hours(groups: list[Group], hours: Sequence[HoursLine], days: Sequence[date]) -> list[Group]:
    """The groups with the rows of hours, after the others of each child; a child in care alone has its own group."""
    by_key = {group.key: group for group in groups}
    for line in hours:
        known = {cell.on: cell for cell in line.row.cells}
        row = replace(line.row, cells=tuple(known.get(day, Cell(day)) for day in days))
        group = by_key.get(line.key, Group(line.key, line.name, line.hue, (), (), ()))
        if not row.is_closed:
            by_key[line.key] = replace(group, rows=(*group.rows, row))
    return list(by_key.values())


def _places(days: Sequence[date], weekdays: Sequence[int]) -> dict[date, int | None]:
    """Where each day begins on a phone, when it does not follow the one before: a week with a day off."""
    found: dict[date, int | None] = {}
    following = -1
    for day in days:
        place = weekdays.index(day.weekday())
        found[day] = None if place == following else place
        following = (place + 1) % len(weekdays)
    return found


def _groups(boards: Sequence[Board], ticks: Ticks, days: Collection[date], absences: Absences) -> list[Group]:
    words = {row.enrolment_id: name for row, name in named([board.enrolment for board in boards])}
    by_key: dict[str, list[Board]] = {}
    for board in boards:
        by_key.setdefault(board.enrolment.participant_key, []).append(board)
    rows = {key: _rows(mine, ticks, words, days=days, absences=absences) for key, mine in by_key.items()}
    names = {key: mine[0].enrolment.participant for key, mine in by_key.items() if rows[key]}
    return [
        Group(
            key=key,
            name=names[key],
            hue=by_key[key][0].enrolment.hue,
            rows=tuple(row for row in rows[key] if not row.is_closed),
            closed=_closed(rows[key]),
            models=tuple(_models(key, by_key, names)),
        )
        for key in names
    ]


def _closed(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.is_closed:
            reasons.setdefault(row.under or row.label, []).extend(row.reasons)
    return tuple((words, ", ".join(dict.fromkeys(why))) for words, why in reasons.items())


def _models(key: str, by_key: Mapping[str, list[Board]], names: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Those that a child may be booked as: the children before it on the page that have an activity like its own."""
    mine = {board.enrolment.activity_kind for board in by_key[key]}
    for other in names:
        if other == key:
            return
        if names[other] and mine & {board.enrolment.activity_kind for board in by_key[other]}:
            yield other, names[other]


def _rows(
    boards: Sequence[Board], ticks: Ticks, words: Mapping[int, str], *, days: Collection[date], absences: Absences
) -> list[Row]:
    """The moments of one participant, in the order of its activities."""
    found: list[tuple[Board, str, dict[date, SlotView]]] = []
    for board in boards:
        by_code: dict[str, dict[date, SlotView]] = {}
        for slot in board.slots:
            if slot.on in days and slot.why != "not_enrolled":
                by_code.setdefault(slot.unit_code, {})[slot.on] = slot
        found += [(board, code, slots) for code, slots in by_code.items()]
    per_enrolment = Counter(board.enrolment.enrolment_id for board, _code, _slots in found)
    rows = []
    for board, code, slots in found:
        enrolment, unit = board.enrolment, next(iter(slots.values())).unit_name
        is_alone = per_enrolment[enrolment.enrolment_id] == 1
        draft = ticks.get(enrolment.enrolment_id, {})
        missed = absences.get(enrolment.enrolment_id, {})
        rows.append(
            Row(
                enrolment_id=enrolment.enrolment_id,
                code=code,
                label=words[enrolment.enrolment_id] if is_alone else unit,
                under="" if is_alone else words[enrolment.enrolment_id],
                said="",
                cells=tuple(_cell(day, enrolment, slots.get(day), draft=draft, missed=missed) for day in days),
            )
        )
    seen = Counter(row.label for row in rows)
    return [replace(row, said=f"{row.label}, {row.under}" if seen[row.label] > 1 else row.label) for row in rows]


def _cell(
    on: date,
    enrolment: BookableEnrolment,
    slot: SlotView | None,
    *,
    draft: Mapping[int, bool],
    missed: Mapping[int, str],
) -> Cell:
    if slot is None:
        return Cell(on)
    absence = missed.get(slot.slot_id, "")
    is_open = (slot.can_add or slot.can_remove) and not absence  # it is taken back before its moment changes
    shown = is_shown(slot=slot, draft=draft)
    state = ""
    if is_open and shown != slot.is_booked:
        state = "add" if shown else "del"
    elif not is_open:
        state = "lock-on" if slot.is_booked else ("full" if slot.why == "full" else "lock")
    is_scarce = is_open and not slot.is_booked and slot.remaining is not None and slot.remaining <= FEW_PLACES
    return Cell(
        on=on,
        value=f"{enrolment.enrolment_id}-{slot.slot_id}",
        is_open=is_open,
        shown=shown,
        state=state,
        note="" if is_open else (absence or gettext("réservé") if slot.is_booked else _why(slot)),
        remaining=slot.remaining if is_scarce else None,
        slot=slot,
    )


def _why(slot: SlotView) -> str:
    if slot.why == "not_open_yet" and slot.opens_at is not None:
        return gettext("ouvre le %s") % jj_mm(local_day(slot.opens_at))
    return str(SHORT.get(slot.why, ""))


def _lines(day: date, groups: Sequence[Group]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (group.name, f"{row.label}, {row.under}" if row.under else row.label, _told(cell, row))
        for group in groups
        for row in group.rows
        for cell in row.cells
        if cell.on == day and cell.slot is not None
    )


def _told(cell: Cell, row: Row) -> str:
    """What a family reads of one moment: until when, how many places, or why not, and what is free beside it."""
    slot = cell.slot
    if slot is None:
        return ""
    if cell.is_open:
        limit = moment_words(slot.closes_at)
        said = gettext("réservé, modifiable jusqu’au %s") if slot.is_booked else gettext("réservable jusqu’au %s")
        words = [said % limit]
        if not slot.is_booked and slot.remaining is not None:
            words.append(gettext("places restantes : %s") % slot.remaining)
        return ", ".join(words)
    if slot.why == "not_open_yet" and slot.opens_at is not None:
        return gettext("ouvre le %s") % moment_words(slot.opens_at)
    words = [gettext("réservé.")] if slot.is_booked else []
    words.append(sentence(slot.why))
    if slot.why == "full":
        free = [day_words_short(each.on) for each in row.cells if each.is_open and not each.shown]
        if free:
            words.append(gettext("Encore libre : %s.") % ", ".join(free))
    return " ".join(words)
