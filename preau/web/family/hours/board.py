"""From the days of a child in care to the boxes of a page. Presentation only: nothing is decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from preau.domain.creche.queries.board import CareBoard, CareDay
from preau.domain.creche.queries.sheets import Day
from preau.domain.procedures.queries.hours import PendingDay
from preau.kernel.periods import Period
from preau.kernel.time_ranges import Ranges, TimeRange, total_minutes
from preau.web.family.bookings.grid import MONTH
from preau.web.family.refusals import SHORT

WIDTH = 120  # of the small drawing of a day
Wishes = Mapping[date, Ranges]
NO_ABSENCE: Mapping[date, str] = {}


@dataclass(frozen=True, slots=True)
class Bar:
    """A range in the small drawing of a day."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: what is shown of it. `state` is for the style; `note` is said when nothing may be changed."""

    on: date
    state: str
    ranges: Ranges
    bars: tuple[Bar, ...]
    note: str = ""
    is_today: bool = False
    is_outside: bool = False
    number: int | None = None  # of the request that waits
    room: Ranges = ()

    @property
    def is_open(self) -> bool:
        return self.state in ("on", "new", "del", "off")

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"


@dataclass(frozen=True, slots=True)
class Week:
    number: int
    first: date
    last: date
    days: tuple[Cell, ...]


def cell_of(day: CareDay, *, wished: Ranges | None, pending: PendingDay | None, today: date, absence: str = "") -> Cell:
    """Return the box of a day.

    :param wished: hours chosen and not sent yet; empty: the day is given back; None: nothing was chosen.
    :param absence: in words: the day is held, and missed; it is taken back before its hours change.
    """
    state, ranges, note, number = _state(day, wished, pending)
    if absence and state != "wait":
        state, ranges, note = "lock", day.held, absence
    return Cell(
        on=day.on,
        state=state,
        ranges=ranges,
        bars=bars_of(ranges, opening=day.opening),
        note=note,
        is_today=day.on == today,
        number=number,
        room=day.room if day.is_open else (),
    )


def _state(day: CareDay, wished: Ranges | None, pending: PendingDay | None) -> tuple[str, Ranges, str, int | None]:
    if pending is not None:
        said = _("en attente de réponse") if pending.proposed is None else _("proposé : à vous de répondre")
        return "wait", pending.proposed or pending.asked, said, pending.number
    if day.opening is None and not day.held:
        return "closed", (), day.facts.closed_reason or _("Pas d’accueil"), None
    if not day.is_open:
        return "lock", day.held, str(SHORT.get(day.why, "")), None
    if wished is not None and wished != day.held:
        return ("new" if wished else "del"), wished or day.held, "", None
    return ("on" if day.held else "off"), day.held, "", None


def bars_of(ranges: Ranges, *, opening: TimeRange | None) -> tuple[Bar, ...]:
    """Return where ranges stand in the opening hours of a day."""
    if opening is None:
        return ()
    scale = WIDTH / opening.minutes
    return tuple(
        Bar(max(0, round((each.start - opening.start) * scale)), max(2, round(each.minutes * scale))) for each in ranges
    )


def weeks_of(
    board: CareBoard,
    wishes: Wishes,
    pending: Mapping[Day, PendingDay],
    *,
    view: str,
    period: Period,
    today: date,
    absences: Mapping[date, str] = NO_ABSENCE,
) -> list[Week]:
    """Return the weeks of a page, with the columns that the offer shows."""
    days = {each.on: each for each in board.days}
    columns = sorted(int(digit) for digit in board.enrolment.shown_weekdays)
    found = []
    monday = period.start - timedelta(days=period.start.weekday())
    while monday < period.end:
        shown = [monday + timedelta(days=column) for column in columns]
        if any(on in period for on in shown):
            cells = tuple(
                _outside(
                    cell_of(
                        days[on],
                        wished=wishes.get(on),
                        pending=pending.get((board.enrolment.enrolment_id, on)),
                        today=today,
                        absence=absences.get(on, ""),
                    ),
                    is_outside=view == MONTH and on not in period,
                )
                for on in shown
                if on in days
            )
            found.append(Week(monday.isocalendar().week, shown[0], shown[-1], cells))
        monday += timedelta(days=7)
    return found


def _outside(cell: Cell, *, is_outside: bool) -> Cell:
    return Cell(**{**{name: getattr(cell, name) for name in cell.__slots__}, "is_outside": is_outside})


def without_past(weeks: Sequence[Week], *, today: date) -> list[Week]:
    """Return the weeks that are not over; all of them when all are over."""
    return [week for week in weeks if week.last >= today] or list(weeks)


def first_to_act(board: CareBoard, *, default: date) -> date:
    """Return the first day that may still change; without any, the first that opens later; else the default."""
    open_days = [day.on for day in board.days if day.is_open]
    return min(open_days or [day.on for day in board.days if day.why == "not_open_yet"], default=default)


def minutes_of(weeks: Sequence[Week], *, period: Period) -> int:
    """Return how long the child is expected over a period, with what was chosen and not sent yet."""
    cells = [cell for week in weeks for cell in week.days if cell.on in period and cell.state not in ("del", "closed")]
    return sum(total_minutes(cell.ranges) for cell in cells)
