"""One child of a sheet: who collects it, what was recorded, what is corrected."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from preau.domain.attendance.enums import Act, Seen
from preau.domain.attendance.operations.recording import Pointed, record
from preau.domain.attendance.queries.roster import SheetPlace
from preau.domain.attendance.queries.sheets import RollLine, history_of
from preau.domain.attendance.rules import MAX_REASON, MAX_WHO, local_minute
from preau.domain.catalogue.queries import school_holidays_between
from preau.domain.enrolments.queries.files import visible_children
from preau.domain.families.queries.custody import adult_of_day
from preau.domain.families.queries.people import ContactLine, contacts_of_child, holders_of_child
from preau.kernel.clock_times import clock_words
from preau.kernel.french_dates import hour_words
from preau.web.staff.attendance.asked import (
    Asked,
    address,
    find_line,
    open_sheet,
    page_of,
    refusal,
    seen_on_page,
    tap_of,
)
from preau.web.staff.lists.care import READERS, care_of
from preau.web.ui.policy import staff_page
from preau.web.ui.typed import Clock, Text

NURSERY = ("TPS", "PS", "MS", "GS")
SOMEBODY, ALONE = "autre", "seul"
STATES = [
    ("present", gettext_lazy("Présent")),
    ("absent", gettext_lazy("Absent")),
]


class LeaveForm(forms.Form):
    """With whom a child leaves, and when."""

    who = Text(
        label=gettext_lazy("Qui vient chercher l’enfant"),
        max_length=20,
        error_messages={"required": gettext_lazy("Dites avec qui l’enfant part.")},
    )
    name = Text(label=gettext_lazy("Nom, si c’est quelqu’un d’autre"), max_length=MAX_WHO, required=False)
    at = Clock(label=gettext_lazy("Heure de départ"))

    def clean(self) -> dict[str, Any]:
        """Somebody else has a name."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("who") == SOMEBODY and not found.get("name"):
            self.add_error("name", _("Écrivez le nom de la personne : il est gardé avec l’heure."))
        return found


class CorrectionForm(forms.Form):
    """What really happened, said later."""

    state = forms.ChoiceField(label=gettext_lazy("L’enfant était"), choices=STATES, widget=forms.RadioSelect)
    arrived = Clock(label=gettext_lazy("Arrivée"), required=False)
    left = Clock(label=gettext_lazy("Départ"), required=False)
    reason = Text(label=gettext_lazy("Pourquoi cette correction ?"), max_length=MAX_REASON)

    def clean(self) -> dict[str, Any]:
        """A child leaves after it came."""
        found: dict[str, Any] = super().clean() or {}
        arrived, left = found.get("arrived"), found.get("left")
        if arrived is not None and left is not None and left <= arrived:
            self.add_error("left", _("Le départ vient après l’arrivée."))
        return found


@staff_page(*READERS)
@require_safe
def line(request: Any, slug: str, sheet: str, child_id: int) -> HttpResponse:
    """Who may collect the child, who must not, what to know; what was recorded of it."""
    return _page(request, sheet, child_id)


@staff_page(*READERS)
@require_POST
def leave(request: Any, slug: str, sheet: str, child_id: int) -> HttpResponse:
    """The child leaves with somebody."""
    asked, _place, found = _opened(request, sheet, child_id)
    form = LeaveForm(request.POST)
    people = _people(request, child_id)
    if form.is_valid():
        who = _who(form, people, _parents(request, child_id), may_leave_alone=_may_leave_alone(asked, found))
        arrived = found.state.arrived if found.state.is_here else None
        if arrived is not None and form.cleaned_data["at"] < arrived:
            form.add_error("at", _("Le départ vient après l’arrivée, à %s.") % hour_words(arrived))
        elif who is None:
            form.add_error("who", _("Choisissez une personne de la liste, ou « quelqu’un d’autre »."))
        else:
            tap = tap_of(
                request,
                found,
                Act.LEFT,
                minute=form.cleaned_data["at"],
                who=who,
                page=page_of(request),
                seen=seen_on_page(request),
            )
            if not (why := _write(request, asked, [tap])):
                messages.success(request, _gone_words(found, form.cleaned_data["at"], who))
                return redirect(address(request, asked, voir="departs"))
            form.add_error(None, why)
    return _page(request, sheet, child_id, leaving=form)


@staff_page("agent", "manager")
@require_POST
def correct(request: Any, slug: str, sheet: str, child_id: int) -> HttpResponse:
    """What was recorded is corrected, with a reason that stays."""
    asked, _place, found = _opened(request, sheet, child_id)
    form = CorrectionForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        if not (why := _write(request, asked, _corrected(request, found, values), reason=values["reason"])):
            messages.success(request, _("La correction est enregistrée, avec votre motif."))
            return redirect(address(request, asked, "attendance_line", child_id, debut=str(found.hours.start)))
        form.add_error(None, why)
    return _page(request, sheet, child_id, correcting=form)


def _corrected(request: Any, found: RollLine, values: dict[str, Any]) -> list[Pointed]:
    page, seen = page_of(request), seen_on_page(request)
    if values["state"] == "absent":
        return [tap_of(request, found, Act.ABSENT, page=page, seen=seen)]
    taps = [tap_of(request, found, Act.PRESENT, minute=values["arrived"], is_typed=True, page=page, seen=seen)]
    if values["left"] is not None:
        who = found.state.who
        gone = tap_of(request, found, Act.LEFT, minute=values["left"], is_typed=True, who=who, page=page, seen=seen)
        taps[0] = _before(taps[0])  # the arrival is said just before the departure
        taps.append(gone)
    return taps


def _before(each: Pointed) -> Pointed:
    return replace(each, tap=replace(each.tap, said_at=each.tap.said_at - timedelta(microseconds=1)))


def _opened(request: Any, sheet: str, child_id: int) -> tuple[Asked, SheetPlace, RollLine]:
    asked, roll = open_sheet(request, sheet)
    return asked, roll.place, find_line(roll.lines, child_id, request.GET.get("debut", "")[:4])


def _write(request: Any, asked: Asked, taps: list[Pointed], *, reason: str = "") -> str:
    return refusal(
        lambda: record(actor=request.actor, key=asked.key, on=asked.on, pointed=taps, now=request.now, reason=reason)
    )


def _people(request: Any, child_id: int) -> list[ContactLine]:
    """The persons named for the child; none for who does not open its sheet."""
    if child_id not in visible_children(actor=request.actor, child_ids=[child_id], on=request.today):
        return []
    return contacts_of_child(actor=request.actor, child_id=child_id)


def _parents(request: Any, child_id: int) -> list[tuple[str, str]]:
    """Those who exercise authority on the child, for who opens its sheet."""
    if child_id not in visible_children(actor=request.actor, child_ids=[child_id], on=request.today):
        return []
    found = holders_of_child(actor=request.actor, child_id=child_id)
    return [(f"p{adult_id}", name) for adult_id, name in found]


def _turn(request: Any, asked: Asked, child_id: int, parents: list[tuple[str, str]]) -> str:
    """The choice of the parent whose day it is, where a calendar says so; "" else."""
    if len(parents) < 2:
        return ""
    end = asked.on + timedelta(days=1)
    holidays = school_holidays_between(organisation_id=request.organisation.id, start=asked.on, end=end)
    adult_id = adult_of_day(actor=request.actor, child_id=child_id, on=asked.on, holidays=holidays)
    return f"p{adult_id}" if adult_id else ""


def _gone_words(found: RollLine, minute: int, who: str) -> str:
    words = {"child": f"{found.first_name} {found.last_name}", "at": hour_words(minute), "who": who}
    return _("Départ de %(child)s à %(at)s : %(who)s.") % words


def _may_leave(asked: Asked, found: RollLine) -> bool:
    """Who is there, or may be though nobody pointed it; neither who has left, nor who is said to be away."""
    is_away = found.state.seen is Seen.ABSENT or (found.is_announced and found.state.seen is Seen.WAITED)
    return not asked.is_past and not asked.is_to_come and found.state.left is None and not is_away


def _may_leave_alone(asked: Asked, found: RollLine) -> bool:
    """Neither a baby nor a pupil of a nursery school leaves alone, whatever a family has signed."""
    return not asked.key.section_id and found.level not in NURSERY


def _who(
    form: LeaveForm, people: list[ContactLine], parents: list[tuple[str, str]], *, may_leave_alone: bool
) -> str | None:
    """The name that is kept; None when the choice is nobody of the list."""
    chosen = form.cleaned_data["who"]
    if chosen in dict(parents):
        return dict(parents)[chosen][:MAX_WHO]
    if chosen == ALONE:
        return _("sans accompagnant") if may_leave_alone else None
    if chosen == SOMEBODY:
        return str(form.cleaned_data["name"])
    for person in people:
        if str(person.contact_id) == chosen and person.kind == "pick_up":
            return f"{person.first_name} {person.last_name}"[:MAX_WHO]
    return None


def _page(
    request: Any,
    sheet: str,
    child_id: int,
    *,
    leaving: LeaveForm | None = None,
    correcting: CorrectionForm | None = None,
) -> HttpResponse:
    asked, place, found = _opened(request, sheet, child_id)
    people, parents = _people(request, child_id), _parents(request, child_id)
    state = found.state
    has_errors = bool((leaving and leaving.errors) or (correcting and correcting.errors))
    now = clock_words(local_minute(request.now, zone=request.actor.zone))
    known = {
        "state": "" if state.seen == "waited" or found.has_conflict else state.seen,  # nothing is assumed of a doubt
        "arrived": clock_words(state.arrived) if state.arrived is not None else "",
        "left": clock_words(state.left) if state.left is not None else "",
    }
    context = {
        "asked": asked,
        "place": place,
        "line": found,
        "banned": [person for person in people if person.kind == "forbidden"],
        "parents": parents,
        "turn": _turn(request, asked, child_id, parents),
        "people": [person for person in people if person.kind == "pick_up"],
        "care": care_of(actor=request.actor, child_ids={child_id}, on=request.today),
        "leaving": leaving or LeaveForm(initial={"at": now}),
        "correcting": correcting or CorrectionForm(initial=known),
        "traces": history_of(actor=request.actor, place=place, on=asked.on, line=found),
        "may_correct": request.actor.has_role("agent", "manager") and not asked.is_to_come,
        "may_leave": _may_leave(asked, found),
        "may_leave_alone": _may_leave_alone(asked, found),
        "page": uuid4().hex,
    }
    return render(request, "staff/attendance/line.html", context, status=422 if has_errors else 200)
