"""Booking and cancelling on a family's behalf: past a rule only with a reason, always traced."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.bookings.operations import OrderItem, TooManyWishes
from preau.domain.bookings.queries import Board, slot_board
from preau.domain.procedures.operations import place_order
from preau.domain.procedures.queries import ProcedureView
from preau.domain.procedures.rules import NothingToDo
from preau.kernel.periods import month_of, next_month, previous_month
from preau.web.staff.dates import read_day, read_number
from preau.web.staff.refusals import sentence
from preau.web.ui.policy import staff_page

MAX_REASON = 200


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """A month of one enrolment, each slot to tick; the result is told at once."""
    on = read_day(request.POST.get("debut") or request.GET.get("debut"), default=request.today)
    if on is None:
        return render(request, "400.html", status=400)
    month = month_of(on)
    board = slot_board(
        actor=request.actor, enrolment_id=enrolment_id, start=month.start, end=month.end, now=request.now
    )
    reason = " ".join(request.POST.get("motif", "").split())[:MAX_REASON]
    if request.method != "POST":
        return _page(request, board, month, reason="", ticked=None)
    item = _item(request, board)
    if item is None:
        return render(request, "400.html", status=400)
    try:
        placed = place_order(
            actor=request.actor, items=[item], key=request.POST.get("key", "")[:40], now=request.now, reason=reason
        )
    except NothingToDo:
        messages.warning(request, _("Rien n’a changé : cochez ou décochez au moins un moment."))
        return _page(request, board, month, reason=reason, ticked=None, status=422)
    except TooManyWishes:
        return render(request, "413.html", status=413)
    _tell(request, placed.procedures[0])
    return redirect(f"{reverse('staff:family_bookings', args=[slug, enrolment_id])}?debut={month.start.isoformat()}")


def _item(request: Any, board: Board) -> OrderItem | None:
    """What the agent changed, against what each box showed."""
    seen, ticked = {}, set()
    for raw in request.POST.getlist("seen")[:1500]:
        slot_id, _sep, flag = raw.partition(":")
        number = read_number(slot_id)
        if number is None:
            return None
        seen[number] = flag == "1"
    for raw in request.POST.getlist("u")[:1500]:
        number = read_number(raw)
        if number is None or number not in seen:
            return None
        ticked.add(number)
    if not set(seen) <= {slot.slot_id for slot in board.slots}:
        return None
    return OrderItem(
        enrolment_id=board.enrolment.enrolment_id,
        add=frozenset(slot for slot, was in seen.items() if slot in ticked and not was),
        remove=frozenset(slot for slot, was in seen.items() if slot not in ticked and was),
    )


def _tell(request: Any, view: ProcedureView) -> None:
    messages.success(
        request,
        _("Demande n° %(number)s : %(added)s ajout(s), %(removed)s retrait(s).")
        % {"number": view.number, "added": len(view.added), "removed": len(view.removed)},
    )
    for item in view.refused:
        messages.error(request, f"{item.on:%d/%m} {item.unit_name} : {sentence(item.why)}.")


def _page(request: Any, board: Board, month: Any, *, reason: str, ticked: Any, status: int = 200) -> HttpResponse:
    days = [
        {"on": day, "slots": slots, "notes": [sentence(slot.why) if slot.why else "" for slot in slots]}
        for day, slots in board.by_day().items()
    ]
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
    }
    return render(request, "staff/bookings.html", context, status=status)
