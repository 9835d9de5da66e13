"""Booking and cancelling on a family's behalf: past a rule only with a reason, always traced."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from preau.domain.bookings.operations import OrderItem, TooManyWishes
from preau.domain.bookings.queries.board import Board, slot_board
from preau.domain.bookings.rules import Refusal
from preau.domain.procedures.operations.orders import PlacedOrder, place_order
from preau.domain.procedures.rules import NothingGranted, NothingToDo, ReasonNeeded
from preau.kernel.periods import month_of, next_month, previous_month
from preau.web.staff.dates import read_day, read_number
from preau.web.staff.refusals import sentence
from preau.web.ui.policy import staff_page

MAX_REASON = 200
MAX_BOXES = 1500


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """A month of one enrolment, each slot to tick; the result is told at once."""
    on = read_day(request.POST.get("debut") or request.GET.get("debut"), default=request.today)
    if on is None:
        return render(request, "400.html", status=400)
    board = _board(request, enrolment_id, on)
    reason = " ".join(request.POST.get("motif", "").split())[:MAX_REASON]
    if request.method != "POST":
        return _page(request, board, on, reason="", wanted={})
    wanted = _wanted(request, board)
    if wanted is None:
        return render(request, "400.html", status=400)
    act = request.POST.get("act", "")
    if act.startswith("go:"):
        to = read_day(act[3:], default=request.today)
        if to is None:
            return render(request, "400.html", status=400)
        return _page(request, _board(request, enrolment_id, to), to, reason=reason, wanted=wanted)
    return _order(request, board, on=on, wanted=wanted, reason=reason)


def _order(request: Any, board: Board, *, on: Any, wanted: Mapping[int, bool], reason: str) -> HttpResponse:
    item = OrderItem(
        enrolment_id=board.enrolment.enrolment_id,
        add=frozenset(slot for slot, want in wanted.items() if want),
        remove=frozenset(slot for slot, want in wanted.items() if not want),
    )
    try:
        placed = place_order(
            actor=request.actor,
            items=[item],
            key=request.POST.get("key", "")[:40].replace("\x00", ""),
            now=request.now,
            reason=reason,
        )
    except NothingToDo:
        messages.warning(request, _("Rien n’a changé : cochez ou décochez au moins un moment."))
        return _page(request, board, on, reason=reason, wanted={}, status=422)
    except ReasonNeeded as asked:
        messages.error(request, _("Rien n’est enregistré : donnez d’abord le motif."))
        _tell_refused(request, asked.refused)
        return _page(request, board, on, reason=reason, wanted=wanted, needs_reason=True, status=422)
    except NothingGranted as refused:
        messages.error(request, _("Rien n’est enregistré, et la famille n’est pas prévenue."))
        _tell_refused(request, refused.refused)
        return _page(request, board, on, reason=reason, wanted=wanted, status=422)
    except TooManyWishes:
        return render(request, "413.html", status=413)
    _tell(request, placed)
    path = reverse("staff:family_bookings", args=[request.organisation.slug, item.enrolment_id])
    return redirect(f"{path}?debut={month_of(on).start.isoformat()}")


def _board(request: Any, enrolment_id: int, on: Any) -> Board:
    month = month_of(on)
    return slot_board(actor=request.actor, enrolment_id=enrolment_id, start=month.start, end=month.end, now=request.now)


def _wanted(request: Any, board: Board) -> dict[int, bool] | None:
    """What the agent changed: in the other months (`garde`), then in this one, against what each box showed."""
    kept, seen = _flags(request.POST.getlist("garde")), _flags(request.POST.getlist("seen"))
    ticked = {read_number(raw) for raw in request.POST.getlist("u")[:MAX_BOXES]}
    here = {slot.slot_id: slot.is_booked for slot in board.slots}
    if kept is None or seen is None or not ticked <= set(seen) or not set(seen) <= set(here):
        return None
    wanted = {slot: want for slot, want in kept.items() if slot not in seen}
    wanted |= {slot: slot in ticked for slot, was in seen.items() if (slot in ticked) != was}
    return wanted


def _flags(raw: Iterable[str]) -> dict[int, bool] | None:
    found = {}
    for text in list(raw)[:MAX_BOXES]:
        slot_id, _sep, flag = text.partition(":")
        number = read_number(slot_id)
        if number is None:
            return None
        found[number] = flag == "1"
    return found


def _tell(request: Any, placed: PlacedOrder) -> None:
    view = placed.procedures[0]
    added, removed = len(view.added), len(view.removed)
    parts = [
        ngettext("%(n)s ajout", "%(n)s ajouts", added) % {"n": added} if added else "",
        ngettext("%(n)s retrait", "%(n)s retraits", removed) % {"n": removed} if removed else "",
    ]
    told = ", ".join(part for part in parts if part)
    messages.success(request, _("Demande n° %(number)s : %(told)s.") % {"number": view.number, "told": told})
    _tell_refused(request, placed.refused)


def _tell_refused(request: Any, refused: Iterable[Refusal]) -> None:
    for each in refused:
        messages.error(request, f"{each.facts.on:%d/%m} {each.facts.unit_name} : {sentence(each.fact.code)}.")


def _page(
    request: Any,
    board: Board,
    on: Any,
    *,
    reason: str,
    wanted: Mapping[int, bool],
    needs_reason: bool = False,
    status: int = 200,
) -> HttpResponse:
    month = month_of(on)
    here = {slot.slot_id for slot in board.slots}
    days = [
        {"on": day, "boxes": [{"slot": slot, "shown": wanted.get(slot.slot_id, slot.is_booked)} for slot in slots]}
        for day, slots in board.by_day().items()
    ]
    elsewhere = [f"{slot}:{int(want)}" for slot, want in wanted.items() if slot not in here]
    context = {
        "board": board,
        "enrolment": board.enrolment,
        "days": days,
        "month": month,
        "last": month.end - timedelta(days=1),
        "previous": previous_month(month.start),
        "next": next_month(month.start),
        "key": f"a{request.actor.account_id}-{uuid.uuid4().hex}"[:40],
        "reason": reason,
        "needs_reason": needs_reason,
        "elsewhere": elsewhere,
    }
    return render(request, "staff/bookings.html", context, status=status)
