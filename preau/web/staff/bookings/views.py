"""Booking for a family: all its children and activities in one grid, one récapitulatif, one order, one mail."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.bookings.operations import TooManyWishes
from preau.domain.bookings.queries.board import slot_boards
from preau.domain.bookings.queries.exceptions import may_force
from preau.domain.bookings.queries.facts import bookable_enrolments
from preau.domain.bookings.rules import Refusal
from preau.domain.enrolments.queries.files import check_family_visible
from preau.domain.families.queries.files import family_file
from preau.domain.procedures.operations.orders import PlacedOrder, place_order
from preau.domain.procedures.queries.orders import preview_order
from preau.domain.procedures.rules import NothingGranted, NothingToDo, ReasonNeeded
from preau.web.staff.bookings.layout import Page, page_of
from preau.web.staff.bookings.reading import (
    MONTH,
    WEEK,
    Changes,
    Place,
    items_of,
    read_changes,
    read_place,
    written,
)
from preau.web.staff.bookings.recap import recap_of
from preau.web.staff.dates import read_day
from preau.web.staff.refusals import sentence
from preau.web.ui.policy import staff_page

MAX_REASON = 200


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def week(request: Any, slug: str, family_id: int) -> HttpResponse:
    """The grid of a household; « Relire » shows what each tick gives, « Enregistrer » places the order."""
    check_family_visible(actor=request.actor, family_id=family_id)
    place = read_place(request.POST if request.method == "POST" else request.GET, today=request.today)
    changes = read_changes(request.POST) if request.method == "POST" else {}
    if place is None or changes is None:
        return render(request, "400.html", status=400)
    act, _sep, what = request.POST.get("act", "").partition(":")
    if act == "save":
        return _order(request, family_id, place, changes)
    if act == "recap":
        return _recap(request, family_id, place, changes)
    moved = _moved(place, act, what, today=request.today)
    if moved is None:
        return render(request, "400.html", status=400)
    if act == "all":
        changes = _for_all(request, family_id, place=place, changes=changes, what=what)
    return _grid(request, family_id, moved, changes)


def _moved(place: Place, act: str, what: str, *, today: date) -> Place | None:
    if act == "vue":
        return replace(place, view=MONTH if what == MONTH else WEEK)
    if act != "go":
        return place
    to = read_day(what, default=today)
    return None if to is None else replace(place, day=to)


def _for_all(request: Any, family_id: int, *, place: Place, changes: Changes, what: str) -> Changes:
    """Tick a moment of a day for all the children who have it; untick it when it is ticked for them all."""
    key, _sep, day = what.rpartition(":")
    on = read_day(day, default=request.today)
    cells = _page(request, family_id, place, changes).cells_of(key, on) if on else []
    want = not all(cell.shown for cell in cells)
    found = dict(changes)
    for cell in cells:
        enrolment, _sep, slot = cell.value.partition("-")
        mine = (int(enrolment), int(slot))
        found.pop(mine, None)
        if want != cell.is_booked:
            found[mine] = want
    return found


def _page(request: Any, family_id: int, place: Place, changes: Changes) -> Page:
    actor, period = request.actor, place.period
    enrolments = bookable_enrolments(actor=actor, on=min(request.today, period.start), family_id=family_id)
    boards = slot_boards(actor=actor, enrolments=enrolments, start=period.start, end=period.end, now=request.now)
    return page_of(boards, changes, place=place, today=request.today, forces=may_force(actor=actor))


def _grid(request: Any, family_id: int, place: Place, changes: Changes, *, status: int = 200) -> HttpResponse:
    page = _page(request, family_id, place, changes)
    here = {cell.value for group in page.groups for row in group.rows for cell in row.cells if cell.is_open}
    kept = written(changes)
    elsewhere = [each.endswith(":1") for each in kept if each.partition(":")[0] not in here]
    context = {
        "file": family_file(actor=request.actor, family_id=family_id),
        "page": page,
        "place": place,
        "is_month": place.view == MONTH,
        "kept": kept,
        "elsewhere": len(elsewhere),
        "counted": [sum(elsewhere), len(elsewhere) - sum(elsewhere)],  # added and given back, for the script
        "reason": _reason(request),
    }
    return render(request, "staff/bookings/week.html", context, status=status)


def _recap(
    request: Any, family_id: int, place: Place, changes: Changes, *, is_asked: bool = False, status: int = 200
) -> HttpResponse:
    """What each tick gives, and what it takes to have the rest: read before anything is written."""
    if not changes:
        messages.warning(request, _("Rien n’a changé : cochez ou décochez au moins un moment."))
        return _grid(request, family_id, place, changes, status=422)
    actor, items = request.actor, items_of(changes)
    _check_family(request, family_id, changes)
    try:
        plain = preview_order(actor=actor, items=items, now=request.now)
        forces = may_force(actor=actor)
        forced = preview_order(actor=actor, items=items, now=request.now, with_reason=True) if forces else plain
    except TooManyWishes:
        return render(request, "413.html", status=413)
    context = {
        "file": family_file(actor=actor, family_id=family_id),
        "place": place,
        "kept": written(changes),
        "recap": recap_of(plain=plain, forced=forced),
        "key": request.POST.get("key") or f"a{actor.account_id}-{uuid.uuid4().hex}"[:40],
        "reason": _reason(request),
        "is_asked": is_asked,
        "forces": forces,
    }
    return render(request, "staff/bookings/recap.html", context, status=status)


def _check_family(request: Any, family_id: int, changes: Changes) -> None:
    """Refuse a change of another household: what an agent signs is written on this page’s family."""
    mine = bookable_enrolments(actor=request.actor, on=request.today, family_id=family_id)
    if not {enrolment for enrolment, _slot in changes} <= {each.enrolment_id for each in mine}:
        raise NotFound("enrolment")


def _order(request: Any, family_id: int, place: Place, changes: Changes) -> HttpResponse:
    _check_family(request, family_id, changes)
    try:
        placed = place_order(
            actor=request.actor,
            items=items_of(changes),
            key=request.POST.get("key", "")[:40].replace("\x00", ""),
            now=request.now,
            reason=_reason(request),
        )
    except NothingToDo:
        messages.warning(request, _("Rien n’a changé : cochez ou décochez au moins un moment."))
        return _grid(request, family_id, place, {}, status=422)
    except ReasonNeeded:
        return _recap(request, family_id, place, changes, is_asked=True, status=422)
    except NothingGranted as refused:
        messages.error(request, _("Rien n’est enregistré, et la famille n’est pas prévenue."))
        _tell_refused(request, refused.refused)
        return _grid(request, family_id, place, changes, status=422)
    except TooManyWishes:
        return render(request, "413.html", status=413)
    _tell(request, placed)
    path = reverse("staff:family_week", args=[request.organisation.slug, family_id])
    return HttpResponseRedirect(f"{path}?{place.query()}")


def _reason(request: Any) -> str:
    return " ".join(request.POST.get("motif", "").replace("\x00", "").split())[:MAX_REASON]


def _tell(request: Any, placed: PlacedOrder) -> None:
    added = sum(len(view.added) for view in placed.procedures)
    removed = sum(len(view.removed) for view in placed.procedures)
    parts = [
        ngettext("%(n)s ajout", "%(n)s ajouts", added) % {"n": added} if added else "",
        ngettext("%(n)s retrait", "%(n)s retraits", removed) % {"n": removed} if removed else "",
    ]
    told = ", ".join(part for part in parts if part)
    numbers = [view.number for view in placed.procedures]
    words = ngettext("Demande n° %(numbers)s : %(told)s.", "Demandes n° %(numbers)s : %(told)s.", len(numbers))
    messages.success(request, words % {"numbers": _joined(numbers), "told": told})
    _tell_refused(request, placed.refused)


def _joined(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _tell_refused(request: Any, refused: Iterable[Refusal]) -> None:
    for each in refused:
        messages.error(request, f"{each.facts.on:%d/%m} {each.facts.unit_name}\u00a0: {sentence(each.fact.code)}.")
