"""« Modifier les réservations »: list, grid, periodicity. The récapitulatif is in `basket`."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from preau.domain.bookings.enums import Rhythm
from preau.domain.bookings.operations import TooManyWishes
from preau.domain.bookings.queries.board import Board, slot_board
from preau.domain.bookings.queries.facts import bookable_enrolments, find_bookable
from preau.domain.bookings.queries.week import days_held
from preau.domain.bookings.rules import in_rhythm
from preau.domain.creche.queries.enrolments import care_enrolments
from preau.domain.creche.queries.sheets import days_of_care
from preau.domain.procedures.operations.basket import change_basket
from preau.domain.procedures.queries import orders as kept
from preau.domain.procedures.rules import page_changes
from preau.web.family.absences.marks import by_slot, missed_of, seen_of
from preau.web.family.bookings import forms
from preau.web.family.bookings import grid as grids
from preau.web.family.bookings.choosing import by_person
from preau.web.family.refusals import GONE, sentence
from preau.web.ui.policy import family_page


@family_page
@require_safe
def bookings(request: Any, slug: str) -> HttpResponse:
    """A card per child, a line per activity × site × period (A09-02)."""
    rows = bookable_enrolments(actor=request.actor, on=request.today)
    ids = [row.enrolment_id for row in rows]
    days = days_held(actor=request.actor, enrolment_ids=ids, start=request.today)
    cared = care_enrolments(actor=request.actor, on=request.today) if request.organisation.has_care else []
    days |= days_of_care(actor=request.actor, enrolment_ids=[row.enrolment_id for row in cared], start=request.today)
    people = by_person([*rows, *cared], days=days, unsent=dict(kept.open_drafts(actor=request.actor)))
    return render(request, "family/bookings/list.html", {"people": people})


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """Step 1: the boxes. Every button of the page first keeps what was ticked (A09-11 to A09-25)."""
    try:
        if request.method == "POST":
            return _grid_posted(request, enrolment_id)
        view = grids.WEEK if request.GET.get("vue") == grids.WEEK else grids.MONTH
        day = forms.read_day(request.GET.get("debut"), default=request.today)
    except forms.Tampered:
        return render(request, "400.html", status=400)
    except TooManyWishes:
        return render(request, "413.html", status=413)
    return page_of_grid(request, enrolment_id, view, day, is_asked="debut" in request.GET)


def page_of_grid(
    request: Any,
    enrolment_id: int,
    view: str,
    day: date,
    *,
    is_asked: bool,
    gone: Sequence[tuple[date, str, str]] = (),
) -> HttpResponse:
    """Show the calendar of one enrolment.

    :param is_asked: that day was asked for; else the first one where something may be done.
    :param gone: (day, name of the unit, code of the fact) of what was just asked for and cannot be had.
    """
    siblings = bookable_enrolments(actor=request.actor, on=request.today)
    mine = next((row for row in siblings if row.enrolment_id == enrolment_id), None)
    if mine is not None and not is_asked:
        day = max(day, mine.starts_on)  # an activity that starts later opens on its first month
    # Asked for no day, the page opens on the first one where something may be done: it looks some weeks ahead.
    looked = grids.period_of(view, day) if is_asked else grids.looked_at(view, day)
    drawn = grids.shown_weeks(view, looked)
    board = slot_board(
        actor=request.actor,
        enrolment_id=enrolment_id,
        start=drawn.start,
        end=drawn.end,
        now=request.now,
        enrolment=mine,
    )
    period = grids.period_of(view, day if is_asked else grids.first_to_act(board, default=day))
    board = grids.cut(board, grids.shown_weeks(view, period))
    basket = kept.basket(actor=request.actor, on=request.today)
    draft = basket.get(enrolment_id, {})
    shown = {slot.slot_id for slot in board.slots}
    elsewhere = [want for slot, want in draft.items() if slot not in shown]
    elsewhere += [want for other, wishes in basket.items() if other != enrolment_id for want in wishes.values()]
    added = sum(want for wishes in basket.values() for want in wishes.values())
    missed = missed_of(request, start=board.start, end=board.end, enrolment_ids=[enrolment_id])
    seen = seen_of(request, start=board.start, end=min(board.end, request.today + timedelta(days=1)))
    absences = by_slot(missed, seen).get(enrolment_id, {})
    weeks = grids.weeks(board, draft, period=period, today=request.today, absences=absences)
    with_past = (request.POST or request.GET).get("passes") == "1"
    kept_weeks = weeks if with_past else grids.without_past(weeks, today=request.today)
    context = {
        "board": board,
        "enrolment": board.enrolment,
        "weeks": kept_weeks,
        "with_past": with_past,
        "past_weeks": len(weeks) - len(kept_weeks),
        "columns": sorted(int(digit) for digit in board.enrolment.shown_weekdays),
        "view": view,
        "period": period,
        "period_last": period.last,
        "previous": grids.neighbour(view, period, forward=False),
        "next": grids.neighbour(view, period, forward=True),
        "deadline": grids.next_deadline(board),
        "added": added,
        "removed": sum(len(wishes) for wishes in basket.values()) - added,
        "kept": [sum(elsewhere), len(elsewhere) - sum(elsewhere)],
        "nobody": request.GET.get("vide"),
        "choices": grids.choices_of(siblings, enrolment=board.enrolment),
        "blocked": grids.blocked(board),
        "gone": [(on, unit_name, sentence(why)) for on, unit_name, why in gone],
    }
    return render(request, "family/bookings/grid.html", context, status=422 if gone else 200)


def _grid_posted(request: Any, enrolment_id: int) -> HttpResponse:
    actor, act = request.actor, request.POST.get("act", "save")
    view, day = sent_from(request)
    seen, ticked = forms.read_boxes(request.POST)
    enrolment = find_bookable(actor=actor, enrolment_id=enrolment_id, on=request.today)
    whole = act.endswith("_period")
    period = grids.period_of(view, day)
    drawn = grids.shown_weeks(view, period)
    board = slot_board(
        actor=actor,
        enrolment_id=enrolment_id,
        start=min(enrolment.starts_on, drawn.start) if whole else drawn.start,
        end=max(enrolment.ends_on, drawn.end) if whole else drawn.end,
        now=request.now,
    )
    held = {slot.slot_id: slot.is_booked for slot in board.slots}
    if not set(seen) <= set(held):
        raise forms.Tampered("a box of another page")
    gone = [
        slot for slot in board.slots if slot.why in GONE and seen.get(slot.slot_id, False) != (slot.slot_id in ticked)
    ]
    changes = page_changes(seen=seen, ticked=ticked)
    if act.startswith(("all", "none")):
        asked = [slot for slot in board.slots if whole or slot.on in period]
        changes |= {slot.slot_id: act.startswith("all") for slot in asked if slot.can_add or slot.can_remove}
    change_basket(
        actor=actor,
        changes={enrolment_id: changes},
        held={enrolment_id: held},
        forgotten={enrolment_id: [slot.slot_id for slot in gone]},
        now=request.now,
    )
    if act == "keep":  # the page keeps what was just ticked, and stays as it is
        return HttpResponse(status=204)
    if gone:  # the other ticks are kept, and what cannot be had is told here rather than a step later
        told = [(slot.on, slot.unit_name, slot.why) for slot in gone]
        return page_of_grid(request, enrolment_id, view, day, is_asked=True, gone=told)
    return redirect(_after(request, enrolment_id, act=act, view=view, day=day))


def sent_from(request: Any) -> tuple[str, date]:
    """Return the view and the day that a form was shown with.

    :raises Tampered: a day that no page has named.
    """
    view = grids.WEEK if request.POST.get("vue") == grids.WEEK else grids.MONTH
    return view, forms.read_day(request.POST.get("debut"), default=request.today)


def address_of_grid(request: Any, enrolment_id: int, *, view: str, day: date, **more: str) -> str:
    """Return the address of a calendar as it was shown."""
    here = reverse("family:booking_grid", args=[request.organisation.slug, enrolment_id])
    return f"{here}?{urlencode({'vue': view, 'debut': day.isoformat(), **more})}"


def _after(request: Any, enrolment_id: int, *, act: str, view: str, day: Any) -> str:
    args = [request.organisation.slug, enrolment_id]
    here = reverse("family:booking_grid", args=args)
    query = {"vue": view, "debut": day.isoformat()}
    if act == "passes:1" or (act in ("save", "all", "none") and request.POST.get("passes") == "1"):
        query["passes"] = "1"
    if act == "periodicity":
        return f"{reverse('family:booking_periodicity', args=args)}?{urlencode(query)}"
    if act.startswith("vers:"):
        [other] = forms.read_ids([act[5:]])
        return f"{reverse('family:booking_grid', args=[request.organisation.slug, other])}?{urlencode(query)}"
    if act.startswith("go:"):
        query["debut"] = forms.read_day(act[3:], default=request.today).isoformat()
    elif act.startswith("vue:"):
        query["vue"] = grids.WEEK if act == f"vue:{grids.WEEK}" else grids.MONTH
    return f"{here}?{urlencode(query)}"


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def periodicity(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """« Appliquer une périodicité »: choose, look at what would change, apply to the draft (A09-22)."""
    actor = request.actor
    enrolment = find_bookable(actor=actor, enrolment_id=enrolment_id, on=request.today)
    start = max(enrolment.starts_on, request.today)
    board = slot_board(
        actor=actor, enrolment_id=enrolment_id, start=start, end=max(enrolment.ends_on, start), now=request.now
    )
    units = list({slot.unit_code: slot.unit_name for slot in board.slots}.items())
    initial = {"start": start, "end": enrolment.ends_on - timedelta(days=1), "rhythm": "every", "wanted": "1"}
    form = forms.PeriodicityForm(request.POST or None, weekdays=enrolment.weekdays, units=units, initial=initial)
    changes: dict[int, bool] = {}
    preview = None
    if request.method == "POST" and form.is_valid():
        changes, preview = _changes(board, form.cleaned_data)
        if request.POST.get("act") == "apply" and preview and changes:
            change_basket(actor=actor, changes={enrolment_id: changes}, now=request.now)
            first = min(slot.on for slot in preview["changed"])
            return redirect(_grid_at(request, enrolment_id, first.isoformat()))
    context = {
        "form": form,
        "enrolment": enrolment,
        "preview": preview,
        "units": units,
        "back": _grid_at(request, enrolment_id, request.GET.get("debut", "")),
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "family/bookings/periodicity.html", context, status=status)


def _grid_at(request: Any, enrolment_id: int, day: str) -> str:
    """The grid where one was: same view, same month."""
    query = {"vue": request.GET.get("vue", ""), "debut": day}
    here = reverse("family:booking_grid", args=[request.organisation.slug, enrolment_id])
    kept = urlencode({name: value for name, value in query.items() if value})
    return f"{here}?{kept}" if kept else here


def _changes(board: Board, data: dict[str, Any]) -> tuple[dict[int, bool], dict[str, Any]]:
    """What a periodicity would change: only days that may still change, closed days are skipped."""
    wanted = data["wanted"] == "1"
    changed, left = [], []
    for slot in board.slots:
        if not data["start"] <= slot.on <= data["end"]:
            continue
        if str(slot.on.weekday()) not in data["weekdays"] or slot.unit_code not in data["units"]:
            continue
        if not in_rhythm(slot.on, Rhythm(data["rhythm"]), start=data["start"]) or slot.is_booked is wanted:
            continue
        (changed if (slot.can_add if wanted else slot.can_remove) else left).append(slot)
    return {slot.slot_id: wanted for slot in changed}, {"changed": changed, "left": left, "wanted": wanted}
