"""Step 2 of a booking: all that was ticked, read again, then validated in one order."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from preau.domain.bookings.operations import TooManyWishes
from preau.domain.bookings.queries.facts import BookableEnrolment, bookable_enrolments, find_bookable
from preau.domain.bookings.rules import Decision
from preau.domain.creche.operations import CareOutcome, TooManyDays
from preau.domain.creche.queries.enrolments import CareEnrolment, care_enrolments
from preau.domain.procedures.operations import orders
from preau.domain.procedures.operations.basket import copy_draft, empty_basket
from preau.domain.procedures.queries import orders as kept
from preau.domain.procedures.queries.hours import HoursBasket, hours_basket, preview_hours, wishes_of
from preau.domain.procedures.rules import NothingToDo
from preau.web.family.bookings import forms
from preau.web.family.bookings.recap import RecapDay, recap_days
from preau.web.family.bookings.since import Basket, Change, changes_since, write_shown
from preau.web.family.bookings.ticks import Ticked, keep_ticks
from preau.web.family.bookings.views import address_of_grid, page_of_grid, sent_from
from preau.web.family.bookings.week import page_of_week, place_of
from preau.web.family.hours.recap import hours_parts, write_hours
from preau.web.ui.policy import family_page

MAX_KEY = 40


@dataclass(frozen=True, slots=True)
class Cared:
    """The hours of care of a basket; nothing where no crèche is set up."""

    rows: list[CareEnrolment]
    basket: HoursBasket


@dataclass(frozen=True, slots=True)
class Part:
    """What the récapitulatif says of one child and activity."""

    enrolment: BookableEnrolment
    days: list[RecapDay]
    idle: int  # moments that are already so


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def recap(request: Any, slug: str, enrolment_id: int | None = None) -> HttpResponse:
    """Read again all that is ticked, for every child, then « Valider » (A09-39 to A09-46).

    It is also the answer to the ticks of step 1, which come with what the page showed.

    :param enrolment_id: the calendar that one comes from; None: the week of all the children.
    """
    if request.method == "POST" and "vue" in request.POST:  # sent by a page of step 1
        return _answer_to_ticks(request, enrolment_id)
    basket = kept.basket(actor=request.actor, on=request.today)
    cared = _cared(request)
    if enrolment_id is not None and enrolment_id not in basket:
        find_bookable(actor=request.actor, enrolment_id=enrolment_id, on=request.today)
    if request.method == "POST":
        return _posted(request, enrolment_id, basket, cared)
    if not basket and not cared.basket:
        return redirect(_back(slug, enrolment_id))
    return _page(request, enrolment_id, basket, cared)


def _cared(request: Any) -> Cared:
    """The hours of care that were chosen. No query where no crèche is set up."""
    rows = care_enrolments(actor=request.actor, on=request.today) if request.organisation.has_care else []
    found = hours_basket(actor=request.actor, enrolment_ids=[row.enrolment_id for row in rows])
    return Cared(rows, found)


def _previewed(request: Any, cared: Cared) -> CareOutcome:
    """What sending the hours of a basket would give now."""
    enrolments = {row.enrolment_id: row for row in cared.rows}
    return preview_hours(
        actor=request.actor, basket=cared.basket, enrolments=enrolments, now=request.now, today=request.today
    )


def _answer_to_ticks(request: Any, enrolment_id: int | None) -> HttpResponse:
    try:
        if enrolment_id is None:
            seen, ticked = forms.read_week(request.POST)
        else:
            shown, on = forms.read_boxes(request.POST)
            seen, ticked = {enrolment_id: shown}, {enrolment_id: on}
        found = keep_ticks(request, seen=seen, ticked=ticked)
        cared = _cared(request)
        if found.gone or not (found.basket or cared.basket):
            return _step_one_again(request, enrolment_id, found)
    except forms.Tampered:
        return render(request, "400.html", status=400)
    except TooManyWishes:
        return render(request, "413.html", status=413)
    return _page(request, enrolment_id, found.basket, cared, found=found)


def _step_one_again(request: Any, enrolment_id: int | None, found: Ticked) -> HttpResponse:
    """What can no longer be had is told where it was ticked, the other ticks kept; and so that nothing is ticked."""
    told = [(each.facts.enrolment_id, each.facts.on, each.facts.unit_name, each.fact.code) for each in found.gone]
    if enrolment_id is None:
        place = place_of(request, request.POST)
        rows = {row.enrolment_id: row for row in found.rows}
        if found.gone:
            return page_of_week(request, place, gone=[(rows[pk], *each) for pk, *each in told], status=422)
        return redirect(f"{_back(request.organisation.slug, None)}?{place.query(vide='1')}")
    view, day = sent_from(request)
    if found.gone:
        return page_of_grid(request, enrolment_id, view, day, is_asked=True, gone=[(*each,) for _pk, *each in told])
    return redirect(address_of_grid(request, enrolment_id, view=view, day=day, vide="1"))


def _back(slug: str, enrolment_id: int | None) -> str:
    """Step 1, as one came from it."""
    if enrolment_id is None:
        return reverse("family:booking_week", args=[slug])
    return reverse("family:booking_grid", args=[slug, enrolment_id])


def _posted(request: Any, enrolment_id: int | None, basket: Basket, cared: Cared) -> HttpResponse:
    slug, key = request.organisation.slug, request.POST.get("key", "")[:MAX_KEY].replace("\x00", "")
    try:
        same = forms.read_ids(request.POST.getlist("same"))
    except forms.Tampered:
        return render(request, "400.html", status=400)
    if not basket and not cared.basket:
        if kept.find_order(actor=request.actor, key=key):
            return _validated(request, enrolment_id, basket, cared, key=key)  # a double click: the answer of the first
        messages.warning(request, _("Il ne reste rien à valider : votre demande a été validée ou annulée ailleurs."))
        return redirect("family:procedures", slug=slug)
    shown = request.POST.get("lu", "")
    if shown != write_shown(basket) or request.POST.get("lues", "") != write_hours(cared.basket):
        return _page(request, enrolment_id, basket, cared, read=shown)
    if same and enrolment_id is not None:
        for sibling in same:
            copy_draft(actor=request.actor, source_id=enrolment_id, enrolment_id=sibling, now=request.now)
        messages.info(request, _("Rien n’est encore enregistré. Relisez la demande de chaque enfant, puis validez."))
        return redirect("family:booking_recap", slug=slug, enrolment_id=enrolment_id)
    return _validated(request, enrolment_id, basket, cared, key=key)


def _validated(request: Any, enrolment_id: int | None, basket: Basket, cared: Cared, *, key: str) -> HttpResponse:
    slug = request.organisation.slug
    try:
        placed = orders.place_order(
            actor=request.actor,
            items=kept.items_of_drafts(basket),
            hours=wishes_of(basket=cared.basket),
            key=key,
            now=request.now,
        )
    except NothingToDo:
        messages.info(request, _("Rien à faire : vos réservations sont déjà ainsi."))
        return redirect(_back(slug, enrolment_id))
    except (TooManyWishes, TooManyDays):
        return render(request, "413.html", status=413)
    return redirect("family:booking_done", slug=slug, number=placed.first_number)


def _page(
    request: Any,
    enrolment_id: int | None,
    basket: Basket,
    cared: Cared,
    *,
    read: str | None = None,
    found: Ticked | None = None,
) -> HttpResponse:
    """Show the récapitulatif.

    :param read: what the page that was sent had shown, when the basket is no longer that; None otherwise.
    :param found: the ticks that it answers, with what was read and decided for them.
    """
    try:
        rows, decision = (found.rows, found.decision) if found else _read_again(request, basket)
    except TooManyWishes:
        return render(request, "413.html", status=413)
    parts = [_part(row, decision) for row in rows if row.enrolment_id in basket]
    outcome = _previewed(request, cared)
    is_given = bool(outcome.granted or outcome.pending)
    enrolment = next((row for row in rows if row.enrolment_id == enrolment_id), None)
    context = {
        "back": _back(request.organisation.slug, enrolment_id),
        "parts": parts,
        "decision": decision,
        "hours": hours_parts(cared.rows, outcome),
        "is_idle": not (decision.added or decision.removed or decision.refused or is_given or outcome.refused),
        "is_refused": bool(decision.refused or outcome.refused),
        "is_given": bool(decision.added or decision.removed or is_given),
        "waits": bool(outcome.pending),
        "shown_hours": write_hours(cared.basket),
        "has_changed": read is not None,
        "changes": _changes(request, read, basket, rows) if read is not None else [],
        "key": f"{request.actor.account_id}-{uuid.uuid4().hex}"[:MAX_KEY],
        "shown": write_shown(basket),
        "siblings": _siblings(rows, enrolment, basket) if enrolment and enrolment_id in basket else [],
    }
    return render(request, "family/bookings/recap.html", context, status=200 if read is None else 409)


def _read_again(request: Any, basket: Basket) -> tuple[list[BookableEnrolment], Decision]:
    if not basket:
        return [], Decision()
    rows = bookable_enrolments(actor=request.actor, on=request.today)
    outcome = kept.preview_order(
        actor=request.actor,
        items=kept.items_of_drafts(basket),
        now=request.now,
        enrolments={row.enrolment_id: row for row in rows},
    )
    return rows, outcome.decision


def _part(row: BookableEnrolment, decision: Decision) -> Part:
    mine = Decision(
        added=[each for each in decision.added if each.enrolment_id == row.enrolment_id],
        removed=[each for each in decision.removed if each.enrolment_id == row.enrolment_id],
        refused=[each for each in decision.refused if each.facts.enrolment_id == row.enrolment_id],
    )
    idle = sum(each.facts.enrolment_id == row.enrolment_id for each in decision.idle)
    return Part(row, recap_days(mine), idle)


def _changes(request: Any, read: str, basket: Basket, rows: list[BookableEnrolment]) -> list[Change]:
    enrolments = {row.enrolment_id: row for row in rows}
    return changes_since(actor=request.actor, shown=read, basket=basket, enrolments=enrolments)


def _siblings(rows: list[BookableEnrolment], enrolment: BookableEnrolment, basket: Basket) -> list[BookableEnrolment]:
    """Other children of the households with the same kind of activity over that period, not asked for yet."""
    return [
        row
        for row in rows
        if row.activity_kind == enrolment.activity_kind
        and row.participant_key != enrolment.participant_key
        and row.enrolment_id not in basket
        and row.starts_on < enrolment.ends_on
        and enrolment.starts_on < row.ends_on
    ]


@family_page
@require_POST
def discard(request: Any, slug: str) -> HttpResponse:
    """« Annuler la démarche »: all that was ticked is forgotten, what is booked stays."""
    if empty_basket(actor=request.actor):
        messages.info(request, _("Ce que vous aviez coché est oublié. Vos réservations n’ont pas changé."))
    return redirect("family:booking_week", slug=slug)
