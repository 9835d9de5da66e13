"""The hours of the children in care as rows of « La semaine »."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from preau.domain.creche.queries.board import CareBoard, care_boards
from preau.domain.creche.queries.enrolments import CareEnrolment, care_enrolments
from preau.domain.procedures.queries.hours import hours_basket, pending_days
from preau.kernel.periods import Period
from preau.web.family.absences.marks import Missed, missed_of, of_day
from preau.web.family.bookings.grid import named
from preau.web.family.bookings.weekgrid import Cell, HoursLine, Row
from preau.web.family.hours import board as boards


@dataclass(frozen=True, slots=True)
class HoursOfWeek:
    """The rows of hours of a page, and of each day chosen and not sent whether hours are asked for or given back."""

    rows: list[CareEnrolment] = field(default_factory=list)
    lines: list[HoursLine] = field(default_factory=list)
    wanted: list[bool] = field(default_factory=list)


def hours_of_week(request: Any, period: Period) -> HoursOfWeek:
    """Return the hours of a period. No query where no crèche is set up."""
    rows = care_enrolments(actor=request.actor, on=request.today) if request.organisation.has_care else []
    if not rows:
        return HoursOfWeek()
    ids = [row.enrolment_id for row in rows]
    pending = pending_days(actor=request.actor, enrolment_ids=ids, start=period.start)
    basket = hours_basket(actor=request.actor, enrolment_ids=ids)
    found = care_boards(
        actor=request.actor, enrolments=rows, start=period.start, end=period.end, now=request.now, asked=pending.keys()
    )
    words = {row.enrolment_id: name for row, name in named(rows)}
    missed = missed_of(request, start=period.start, end=period.end, enrolment_ids=ids)
    lines = [
        HoursLine(
            key=each.enrolment.participant_key,
            name=each.enrolment.participant,
            hue=each.enrolment.hue,
            row=_row(
                request, each, basket.get(each.enrolment.enrolment_id, {}), pending=pending, words=words, missed=missed
            ),
        )
        for each in found
    ]
    return HoursOfWeek(rows, lines, [bool(ranges) for days in basket.values() for ranges in days.values()])


def _row(request: Any, board: CareBoard, wishes: Any, *, pending: Any, words: dict[int, str], missed: Missed) -> Row:
    enrolment = board.enrolment
    cells = [
        boards.cell_of(
            day,
            wished=wishes.get(day.on),
            pending=pending.get((enrolment.enrolment_id, day.on)),
            today=request.today,
            absence=of_day(missed, enrolment_id=enrolment.enrolment_id, on=day.on, ranges=day.held),
        )
        for day in board.days
        if day.facts.is_covered
    ]
    return Row(
        enrolment_id=enrolment.enrolment_id,
        code="H",
        label=words[enrolment.enrolment_id],
        under="",
        said=words[enrolment.enrolment_id],
        cells=tuple(_cell(request.organisation.slug, enrolment, cell) for cell in cells if not cell.is_closed),
    )


STATES = {"new": "add", "del": "del", "wait": "wait", "lock": "lock"}


def _cell(slug: str, enrolment: CareEnrolment, cell: boards.Cell) -> Cell:
    href = ""
    if cell.number is not None:
        href = reverse("family:procedure", args=[slug, cell.number])
    elif cell.is_open:
        href = reverse("family:hours_day", args=[slug, enrolment.enrolment_id, cell.on.isoformat()])
    state = STATES.get(cell.state, "")
    return Cell(
        on=cell.on,
        state="lock-on" if state == "lock" and cell.ranges else state,
        shown=bool(cell.ranges) and cell.state != "del",
        note=cell.note,
        href=href,
        words=tuple(each.words() for each in cell.ranges) or (("—",) if cell.state == "lock" else ()),
    )
