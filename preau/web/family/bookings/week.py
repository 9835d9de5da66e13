"""« La semaine »: every child, every activity, one basket; each button first keeps what was ticked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from preau.domain.bookings.queries.board import Board, SlotView, slot_boards
from preau.domain.bookings.queries.facts import BookableEnrolment, bookable_enrolments
from preau.domain.procedures.operations.basket import change_basket
from preau.domain.procedures.queries import orders as kept
from preau.domain.procedures.rules import page_changes
from preau.kernel.periods import Period, next_month, previous_month
from preau.web.family.absences.marks import by_slot, missed_of, seen_of
from preau.web.family.bookings import forms, shortcuts
from preau.web.family.bookings import weekgrid as grids
from preau.web.family.bookings.grid import MONTH, WEEK
from preau.web.family.hours.week import hours_of_week
from preau.web.family.refusals import GONE, sentence
from preau.web.ui.policy import family_page

AHEAD = timedelta(weeks=grids.LOOK_AHEAD_WEEKS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one is: the view, a day of it, the child alone, the days past."""

    view: str
    day: date | None  # None: where one arrives
    only: str
    with_past: bool

    def query(self, **changes: str) -> str:
        """Return the address of the page with some changes."""
        words = {
            "vue": self.view if self.view == MONTH else "",
            "semaine": self.day.isoformat() if self.day else "",
            "enfant": self.only,
            "passes": "1" if self.with_past else "",
            **changes,
        }
        return urlencode({name: value for name, value in words.items() if value})


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def week(request: Any, slug: str) -> HttpResponse:
    """Step 1 for all the children at once (promise 1)."""
    try:
        place = place_of(request, request.POST if request.method == "POST" else request.GET)
        if request.method == "POST":
            return _posted(request, place)
    except forms.Tampered:
        return render(request, "400.html", status=400)
    return page_of_week(request, place)


def place_of(request: Any, data: Any) -> Place:
    """Return where one is, as the address or the form says.

    :raises Tampered: a day or a child that no page has named.
    """
    text = data.get("semaine", "")
    return Place(
        view=MONTH if data.get("vue") == MONTH else WEEK,
        day=forms.read_day(text, default=request.today) if text else None,
        only=forms.read_key(data.get("enfant", "")),
        with_past=data.get("passes") == "1",
    )


def page_of_week(request: Any, place: Place, *, gone: Any = (), status: int = 200) -> HttpResponse:
    """Show the week.

    :param gone: (enrolment, day, name of the unit, code of the fact) of what was just asked for and cannot be had.
    """
    rows = bookable_enrolments(actor=request.actor, on=request.today)
    boards, period = _boards(request, rows, place)
    basket = kept.basket(actor=request.actor, on=request.today)
    cared = hours_of_week(request, period)
    page = grids.page_of(
        boards,
        basket,
        view=place.view,
        period=period,
        today=request.today,
        with_past=place.with_past,
        only=place.only if place.only in {row.participant_key for row in (*rows, *cared.rows)} else "",
        hours=cared.lines,
        absences=_marks(request, period) if rows else {},
    )
    drawn = {cell.value for group in page.groups for row in group.rows for cell in row.cells if cell.is_open}
    elsewhere = [want for pk, wishes in basket.items() for slot, want in wishes.items() if f"{pk}-{slot}" not in drawn]
    elsewhere += cared.wanted
    added = sum(want for wishes in basket.values() for want in wishes.values()) + sum(cared.wanted)
    is_month = place.view == MONTH
    context = {
        "page": page,
        "place": place,
        "rows": [*rows, *cared.rows],
        "has_hours": bool(cared.rows),
        "children": list({row.participant_key: row for row in (*rows, *cared.rows)}.values()),
        "day": period.start,
        "last": period.last if is_month else max((column.on for column in page.columns), default=period.last),
        "first": period.start if is_month else min((column.on for column in page.columns), default=period.start),
        "previous": previous_month(period.start) if is_month else period.start - timedelta(days=7),
        "next": next_month(period.start) if is_month else period.end,
        "is_month": is_month,
        "is_empty_basket": not basket and not cared.wanted,
        "added": added,
        "removed": sum(len(wishes) for wishes in basket.values()) + len(cared.wanted) - added,
        "kept": [sum(elsewhere), len(elsewhere) - sum(elsewhere)],
        "nobody": request.GET.get("vide"),
        "gone": [(enrolment, on, unit_name, sentence(why)) for enrolment, on, unit_name, why in gone],
        "next_opening": _next_opening(request, rows, page, period),
        "usual": shortcuts.usual_weeks_of(request),
        "rhythms": forms.RHYTHMS,
        "repeat_until": max((row.ends_on for row in rows), default=request.today) - timedelta(days=1),
    }
    return render(request, "family/bookings/week.html", context, status=status)


def _boards(request: Any, rows: list[BookableEnrolment], place: Place) -> tuple[list[Board], Period]:
    """The boards of the page. Asked for no day, the first one where one can act: it looks some weeks ahead."""
    period = grids.arrival(request.today) if place.day is None else grids.period_of(place.view, place.day)

    def read(start: date, end: date) -> list[Board]:
        return slot_boards(actor=request.actor, enrolments=rows, start=start, end=end, now=request.now)

    boards = read(period.start, period.end)
    if place.day is None:
        day = grids.first_to_act(boards)
        if day is None or not any(slot.can_add or slot.can_remove for board in boards for slot in board.slots):
            boards = read(period.start, period.end + AHEAD)
            day = grids.first_to_act(boards)
        period = grids.period_of(place.view, day or period.start)
        if place.view == MONTH:
            boards = read(period.start, period.end)
    return boards, period


def _next_opening(request: Any, rows: list[BookableEnrolment], page: grids.Page, period: Period) -> date | None:
    """Where to go from a page on which nothing can be done: the first day that can be changed after it."""
    if page.first_limit is not None or not rows:
        return None
    start = max(period.start, request.today)
    boards = slot_boards(actor=request.actor, enrolments=rows, start=start, end=start + AHEAD, now=request.now)
    day = grids.first_to_act(boards)
    return day if day is not None and day not in period else None


def _posted(request: Any, place: Place) -> HttpResponse:
    act = request.POST.get("act", "save")
    seen, ticked = forms.read_week(request.POST)
    rows = bookable_enrolments(actor=request.actor, on=request.today)
    period = grids.period_of(place.view, place.day or request.today)
    boards = slot_boards(actor=request.actor, enrolments=rows, start=period.start, end=period.end, now=request.now)
    slots = {board.enrolment.enrolment_id: {slot.slot_id: slot for slot in board.slots} for board in boards}
    if any(not set(flags) <= set(slots.get(pk, {})) for pk, flags in seen.items()):
        raise forms.Tampered("a box of another page")
    changes = {pk: page_changes(seen=flags, ticked=ticked.get(pk, frozenset())) for pk, flags in seen.items()}
    gone = _gone(boards, changes)
    change_basket(
        actor=request.actor,
        changes=changes,
        held={pk: {slot_id: slot.is_booked for slot_id, slot in found.items()} for pk, found in slots.items()},
        forgotten=_by_enrolment(gone),
        now=request.now,
    )
    if act == "keep":  # the page keeps what was just ticked, and stays as it is
        return HttpResponse(status=204)
    if gone:  # the other ticks are kept, and what cannot be had is told here rather than a step later
        told = [(enrolment, slot.on, slot.unit_name, slot.why) for enrolment, slot in gone]
        return page_of_week(request, place, gone=told, status=422)
    return _after(request, place, act=act, boards=boards, period=period)


def _gone(boards: list[Board], changes: Mapping[int, Mapping[int, bool]]) -> list[tuple[BookableEnrolment, SlotView]]:
    return [
        (board.enrolment, slot)
        for board in boards
        for slot in board.slots
        if slot.why in GONE and slot.slot_id in changes.get(board.enrolment.enrolment_id, {})
    ]


def _by_enrolment(gone: list[tuple[BookableEnrolment, SlotView]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for enrolment, slot in gone:
        found.setdefault(enrolment.enrolment_id, []).append(slot.slot_id)
    return found


def _after(request: Any, place: Place, *, act: str, boards: list[Board], period: Period) -> HttpResponse:
    slug = request.organisation.slug
    here = reverse("family:booking_week", args=[slug])
    name, _sep, value = act.partition(":")
    if name == "go":
        day = forms.read_day(value, default=request.today)
        return redirect(f"{here}?{place.query(semaine=day.isoformat(), passes='')}")
    if name == "vue":
        return redirect(f"{here}?{place.query(vue=MONTH if value == MONTH else '')}")
    if name == "enfant":
        return redirect(f"{here}?{place.query(enfant=forms.read_key(value))}")
    if name == "passes":
        return redirect(f"{here}?{place.query(passes=value)}")
    shortcuts.apply(request, name=name, value=value, boards=boards, period=period)
    return redirect(f"{here}?{place.query()}")


def _marks(request: Any, period: Period) -> dict[int, dict[int, str]]:
    days = {"start": period.start, "end": period.end}
    return by_slot(missed_of(request, **days), seen_of(request, **days))
