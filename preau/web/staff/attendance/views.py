"""The sheets of a day, one sheet, and a child who was not expected."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.facts import NotFound
from preau.domain.attendance.enums import Act
from preau.domain.attendance.operations.recording import Pointed, record
from preau.domain.attendance.queries.sheets import Roll, RollLine, SheetLine, sheets_on
from preau.domain.attendance.rules import local_minute
from preau.domain.enrolments.queries.files import find_children
from preau.kernel.time_ranges import TimeRange
from preau.web.staff.attendance.asked import (
    Asked,
    address,
    arrival_now,
    new_line,
    open_sheet,
    page_of,
    read_page,
    refusal,
    said,
    shown,
    tap_of,
)
from preau.web.staff.attendance.watch import watched
from preau.web.staff.dates import read_day
from preau.web.staff.lists.care import READERS, care_of
from preau.web.ui.policy import staff_page

MAX_REASON, MAX_TEXT, MOST_FOUND = 240, 80, 30
EVENING = 18 * 60 + 45  # children have left: what is not pointed was forgotten
VIEWS = {
    "": gettext_lazy("Tous"),
    "attente": gettext_lazy("À pointer"),
    "alertes": gettext_lazy("À lire"),
    "departs": gettext_lazy("Départs"),
}

SHOWN = ("", "departs")  # even when nobody is there: their place does not move


@staff_page(*READERS)
@require_safe
def sheets(request: Any, slug: str) -> HttpResponse:
    """The sheets of a day: how many are waited for, there, gone; those that were forgotten."""
    on = read_day(request.GET.get("date"), default=request.today)
    if on is None:
        return render(request, "400.html", status=400)
    lines = sheets_on(actor=request.actor, on=on)
    by_site: dict[str, list[SheetLine]] = {}
    for line in lines:
        by_site.setdefault(line.site, []).append(line)
    context = {
        "on": on,
        "sites": list(by_site.items()),
        "forgotten": [line for line in lines if line.to_point] if _is_over(request, on) else [],
        "watched": watched(request, on),
        "words": {line.key: _words(line, is_today=on == request.today) for line in lines},
    }
    return render(request, "staff/attendance/sheets.html", context)


def _words(line: SheetLine, *, is_today: bool) -> str:
    """« 17 attendus, 5 présents, 2 partis »; once the day is over, who came."""
    tally = line.tally
    if line.needs_booking:
        found = [ngettext("%s attendu", "%s attendus", line.awaited) % line.awaited]
    else:
        found = [ngettext("%s inscrit, sans réservation", "%s inscrits, sans réservation", line.awaited) % line.awaited]
    if is_today and tally.present:
        found.append(ngettext("%s présent", "%s présents", tally.here) % tally.here)
    elif tally.present:
        found.append(ngettext("%s venu", "%s venus", tally.present) % tally.present)
    if is_today and tally.gone:
        found.append(ngettext("%s parti", "%s partis", tally.gone) % tally.gone)
    if tally.unexpected:
        found.append(ngettext("%s sans réservation", "%s sans réservation", tally.unexpected) % tally.unexpected)
    return ", ".join(found)


def _is_over(request: Any, on: date) -> bool:
    """The day is past, or its evening has come: what is not pointed was forgotten."""
    minute = local_minute(request.now, zone=request.actor.zone)
    return on < request.today or (on == request.today and minute >= EVENING)


@staff_page(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: Any, slug: str, sheet: str) -> HttpResponse:
    """One sheet. A script sends each tap and takes back its line; without it, one button keeps the whole sheet."""
    asked, roll = open_sheet(request, sheet)
    if request.method != "POST":
        return _page(request, asked, roll)
    reason = request.POST.get("motif", "").strip()[:MAX_REASON]
    pointed = said(request, asked, roll)
    why = _write(request, asked, pointed, reason=reason) if pointed else ""
    is_part = request.headers.get("X-Part") == "line"
    if why and not is_part:
        messages.error(request, why)
        return _page(request, asked, roll, status=422)
    if is_part:
        return _part(request, sheet, pointed, why)
    _say(request, pointed)
    if request.POST.get("suite") == "verifier":
        return redirect("staff:attendance_check", slug=slug)
    more = {"lot": page_of(request)} if "all" in request.POST and pointed else {}
    return redirect(address(request, asked, voir=request.GET.get("voir", "")[:12], **more))


def _write(request: Any, asked: Asked, pointed: list[Pointed], *, reason: str) -> str:
    return refusal(
        lambda: record(actor=request.actor, key=asked.key, on=asked.on, pointed=pointed, now=request.now, reason=reason)
    )


def _say(request: Any, pointed: list[Pointed]) -> None:
    if not pointed:
        messages.info(request, _("Rien n’a changé."))
        return
    count = len(pointed)
    messages.success(request, ngettext("%s pointage enregistré.", "%s pointages enregistrés.", count) % count)


def _part(request: Any, sheet: str, pointed: list[Pointed], why: str) -> HttpResponse:
    """The line that was tapped, as it is now, and the counts."""
    asked, roll = open_sheet(request, sheet)
    rows = {each.row for each in pointed}
    lines = [line for line in roll.lines if (line.child_id, line.hours.start) in rows]
    counts = {"": len(roll.lines), "attente": roll.to_point, "departs": roll.here}
    context = {**_frame(request, asked, roll, lines), "why": why, "view_counts": counts.items()}
    return render(request, "staff/attendance/_part.html", context, status=422 if why else 200)


def _page(request: Any, asked: Asked, roll: Roll, *, status: int = 200) -> HttpResponse:
    chosen = request.GET.get("voir", "")
    chosen = chosen if chosen in VIEWS else ""
    context = _frame(request, asked, roll, list(roll.lines))
    care = context["care"]
    keeps: dict[str, Callable[[RollLine], bool]] = {
        "": lambda line: True,
        "attente": lambda line: line.needs_pointing and roll.place.needs_booking,
        "alertes": lambda line: line.child_id in care.to_read,
        "departs": lambda line: line.state.is_here,
    }
    counts = {view: sum(map(keep, roll.lines)) for view, keep in keeps.items()}
    batch = read_page(request.GET.get("lot", ""))
    rows = [line for line in roll.lines if keeps[chosen](line)]
    if chosen == "departs":
        rows.sort(key=lambda line: line.hours.end)
    context |= {
        "lines": rows,
        "chosen": chosen,
        "views": [
            (view, words, counts[view])
            for view, words in VIEWS.items()
            if counts[view] or view in SHOWN or view == chosen
        ],
        "batch": batch,
        "batch_count": sum(line.last_tap.startswith(f"{batch}:") for line in roll.lines) if batch else 0,
        "page": uuid4().hex,
        "typed": {line.row: request.POST.get(f"e.{line.row}", "") for line in rows} if status != 200 else {},
        "reason": request.POST.get("motif", "")[:MAX_REASON],
    }
    return render(request, "staff/attendance/sheet.html", context, status=status)


def _frame(request: Any, asked: Asked, roll: Roll, lines: list[RollLine]) -> dict[str, Any]:
    ids = {line.child_id for line in lines}
    return {
        "asked": asked,
        "place": roll.place,
        "roll": roll,
        "lines": lines,
        "shown": {line.row: shown(line) for line in lines},
        "care": care_of(actor=request.actor, child_ids=ids, on=request.today),
        "is_closed_day": asked.is_to_come or (asked.is_past and not request.actor.has_role("agent", "manager")),
    }


@staff_page(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Any, slug: str, sheet: str) -> HttpResponse:
    """A child who came without being expected: looked for by its name, added in one tap."""
    asked, roll = open_sheet(request, sheet)
    text = request.GET.get("q", "").strip()[:MAX_TEXT]
    found = find_children(actor=request.actor, text=text, on=request.today, limit=MOST_FOUND)
    if request.method == "POST":
        return _added(request, asked, roll)
    context = _frame(request, asked, roll, [])
    context |= {
        "text": text,
        "found": [(pk, f"{first_name} {last_name}") for pk, first_name, last_name in found],
        "known": {line.child_id for line in roll.lines},
        "care": care_of(actor=request.actor, child_ids={row[0] for row in found}, on=request.today),
        "page": uuid4().hex,
    }
    return render(request, "staff/attendance/add.html", context)


def _added(request: Any, asked: Asked, roll: Roll) -> HttpResponse:
    child_id = request.POST.get("child", "")
    if not child_id.isascii() or not child_id.isdigit() or len(child_id) > 12:
        raise NotFound("child")
    hours = roll.place.hours or TimeRange(0, 24 * 60)
    known = next((each for each in roll.lines if each.child_id == int(child_id)), None)
    line = known or new_line(int(child_id), hours)
    tap = tap_of(request, line, Act.PRESENT, minute=arrival_now(request, asked), page=page_of(request))
    why = _write(request, asked, [tap], reason=request.POST.get("motif", "").strip()[:MAX_REASON])
    if why:
        messages.error(request, why)
        return redirect(address(request, asked, "attendance_add", q=request.GET.get("q", "")[:MAX_TEXT]))
    messages.success(request, _("L’enfant est sur la feuille, présent. La famille le lira dans sa semaine."))
    return redirect(address(request, asked))
