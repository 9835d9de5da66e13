"""The days of a household as rows and boxes: all its children, all their activities. Presentation only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from preau.domain.bookings.queries.board import Board, SlotView
from preau.domain.catalogue.rules import place_name
from preau.web.staff.bookings.reading import Changes, Place

SHUT = ("past", "closed", "not_enrolled", "other_home")  # no reason opens these


@dataclass(frozen=True, slots=True)
class Cell:
    """One moment of one day; `value` is "" where the activity has none. `note`: what stands against it, in a word."""

    on: date
    value: str = ""
    is_open: bool = False
    is_booked: bool = False
    shown: bool = False
    note: str = ""

    @property
    def state(self) -> str:
        if not self.is_open:
            return "lock-on" if self.is_booked else "lock"
        return ("add" if self.shown else "del") if self.shown != self.is_booked else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One moment of one activity of one child."""

    enrolment_id: int
    label: str
    under: str
    shared: tuple[str, str]  # the same moment of the same activity, whoever the child is
    cells: tuple[Cell, ...]

    @property
    def said(self) -> str:
        return f"{self.label}, {self.under}"


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one child, or of the household itself."""

    name: str
    hue: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A moment that several children have: one touch takes it, or gives it back, for them all."""

    key: str
    label: str
    under: str
    cells: tuple[tuple[date, bool, bool], ...]  # (day, may be touched, is ticked for all)


@dataclass(frozen=True, slots=True)
class Page:
    """All that the grid draws."""

    place: Place
    days: tuple[date, ...]
    groups: tuple[Group, ...]
    shared: tuple[Shared, ...]
    forces: bool  # deadlines and places may be gone past, with a reason

    @property
    def seen(self) -> str:
        """What each box showed, in one field."""
        cells = [cell for group in self.groups for row in group.rows for cell in row.cells if cell.is_open]
        return " ".join(f"{cell.value}:{int(cell.shown)}" for cell in cells)

    def cells_of(self, key: str, day: date) -> list[Cell]:
        """Return the boxes that a shared moment stands for on a day."""
        return [
            cell
            for group in self.groups
            for row in group.rows
            for cell in row.cells
            if _key(row.shared) == key and cell.on == day and cell.is_open
        ]


def page_of(boards: Sequence[Board], changes: Changes, *, place: Place, today: date, forces: bool) -> Page:
    """Lay out a period. Days that are over are left out, unless the whole period is."""
    slots = [slot for board in boards for slot in board.slots if slot.why != "not_enrolled"]
    every = sorted({slot.on for slot in slots})
    days = tuple([day for day in every if day >= today] or every)
    groups = _groups(boards, changes, days, forces=forces)
    return Page(place, days, groups, _shared(groups, days), forces)


def _groups(boards: Sequence[Board], changes: Changes, days: Sequence[date], *, forces: bool) -> tuple[Group, ...]:
    by_key: dict[str, list[Board]] = {}
    for board in boards:
        by_key.setdefault(board.enrolment.participant_key, []).append(board)
    return tuple(
        Group(
            mine[0].enrolment.participant,
            mine[0].enrolment.hue,
            tuple(row for board in mine for row in _rows(board, changes, days, forces=forces)),
        )
        for mine in by_key.values()
    )


def _rows(board: Board, changes: Changes, days: Sequence[date], *, forces: bool) -> list[Row]:
    by_code: dict[str, dict[date, SlotView]] = {}
    for slot in board.slots:
        if slot.on in days and slot.why != "not_enrolled":
            by_code.setdefault(slot.unit_code, {})[slot.on] = slot
    enrolment = board.enrolment
    return [
        Row(
            enrolment.enrolment_id,
            next(iter(slots.values())).unit_name,
            place_name(activity=enrolment.activity, site=enrolment.site),
            (enrolment.activity, next(iter(slots.values())).unit_name),
            tuple(_cell(enrolment.enrolment_id, slots.get(day), changes, on=day, forces=forces) for day in days),
        )
        for slots in by_code.values()
    ]


def _cell(
    enrolment_id: int, slot: SlotView | None, changes: Mapping[tuple[int, int], bool], *, on: date, forces: bool
) -> Cell:
    if slot is None:
        return Cell(on)
    is_open = slot.can_add or slot.can_remove or (forces and slot.why not in SHUT)
    return Cell(
        on=on,
        value=f"{enrolment_id}-{slot.slot_id}",
        is_open=is_open,
        is_booked=slot.is_booked,
        shown=changes.get((enrolment_id, slot.slot_id), slot.is_booked) if is_open else slot.is_booked,
        note=_note(slot),
    )


def _note(slot: SlotView) -> str:
    words = {
        "past": gettext("passé"),
        "closed": gettext("fermé"),
        "other_home": gettext("autre foyer"),
        "not_your_day": gettext("jour de l’autre parent"),
        "full": gettext("complet"),
        "deadline_passed": gettext("délai passé"),
        "not_open_yet": gettext("pas encore ouvert"),
        "no_longer_open": gettext("terminé"),
        "piece_overdue": gettext("pièce attendue"),
        "unreadable": gettext("réglage à corriger"),
    }
    if slot.why in words:
        return words[slot.why]
    return gettext("reste %s") % slot.remaining if slot.can_add and slot.remaining is not None else ""


def _shared(groups: Sequence[Group], days: Sequence[date]) -> tuple[Shared, ...]:
    rows: dict[tuple[str, str], list[Row]] = {}
    children: dict[tuple[str, str], set[int]] = {}
    for place, group in enumerate(groups):
        for row in group.rows:
            rows.setdefault(row.shared, []).append(row)
            children.setdefault(row.shared, set()).add(place)
    return tuple(
        Shared(_key(shared), shared[1], shared[0], tuple(_all_of(mine, day) for day in days))
        for shared, mine in rows.items()
        if len(children[shared]) > 1
    )


def _all_of(rows: Sequence[Row], day: date) -> tuple[date, bool, bool]:
    cells = [cell for row in rows for cell in row.cells if cell.on == day and cell.is_open]
    return (day, bool(cells), bool(cells) and all(cell.shown for cell in cells))


def _key(shared: tuple[str, str]) -> str:
    return "|".join(shared)
