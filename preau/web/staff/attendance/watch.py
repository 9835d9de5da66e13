"""What somebody has to look at: alerts of the day, and what two tablets contradict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from preau.domain.attendance.enums import Alert
from preau.domain.attendance.queries.alerts import Conflict, Said, conflicts, count_conflicts, day_alerts
from preau.domain.attendance.rules import SheetKey, local_minute
from preau.kernel.clock_times import DAY
from preau.web.staff.lists.care import READERS
from preau.web.ui.policy import staff_page

WORDS = {
    Alert.LATE: gettext_lazy("Pas arrivé"),
    Alert.AWAY: gettext_lazy("Attendu, pas venu"),
    Alert.UNBOOKED: gettext_lazy("Venu sans réservation"),
}
TONES = {Alert.LATE: "bad", Alert.AWAY: "warn", Alert.UNBOOKED: "warn"}


@dataclass(frozen=True, slots=True)
class Watched:
    """One line to look at, in words, with the page that settles it."""

    url: str
    child: str
    hue: int
    place: str
    word: str
    tone: str
    is_told: bool = False


def watched(request: Any, on: date) -> list[Watched]:
    """Return what is to be looked at today, by place and hour; nothing of another day: it is corrected, not watched."""
    if on != request.today or not request.actor.has_role(*READERS):
        return []
    minute = local_minute(request.now, zone=request.actor.zone)
    found = day_alerts(actor=request.actor, on=on, minute=minute)
    count = count_conflicts(actor=request.actor, today=on)
    check = reverse("staff:attendance_check", args=[request.organisation.slug])
    to_check = [Watched(check, "", 0, _("Deux tablettes, deux réponses"), _to_check(count), "bad")] if count else []
    sheets = [
        Watched(_sheet(request, key), "", 0, f"{site}, {what}", _not_begun(count), "bad")
        for key, site, what, count in found.not_begun
    ]
    lines = [
        Watched(
            _line(request, line.key, on, (line.child_id, line.starts_minute)),
            line.child,
            line.hue,
            f"{line.site}, {line.what}",
            str(WORDS[line.kind]),
            TONES[line.kind],
            line.is_told,
        )
        for line in found.lines
        if line.kind != Alert.CONFLICT  # counted above, with those of other days
    ]
    return to_check + sheets + lines


def _to_check(count: int) -> str:
    return _("%s à vérifier") % count


def _not_begun(count: int) -> str:
    return _("Feuille à pointer, %s en attente") % count


def _sheet(request: Any, key: SheetKey, on: date | None = None) -> str:
    asked = {"moment": key.moment} if key.moment else {}
    if on is not None and on != request.today:
        asked["date"] = on.isoformat()
    path = reverse("staff:attendance_sheet", args=[request.organisation.slug, key.code])
    return f"{path}?{urlencode(asked)}" if asked else path


def _line(request: Any, key: SheetKey, on: date, child: tuple[int, int]) -> str:
    """The page of a child on a sheet. `child`: its id and the minute at which its moment starts."""
    child_id, starts_minute = child
    asked = {"moment": key.moment} if key.moment else {}
    asked |= {"date": on.isoformat(), "debut": str(starts_minute)}
    path = reverse("staff:attendance_line", args=[request.organisation.slug, key.code, child_id])
    return f"{path}?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Row:
    """A contradiction as its page shows it."""

    each: Conflict
    said: list[tuple[str, Said]]  # « Tablette A », what it said
    line_url: str
    sheet_url: str
    is_settled_here: bool  # by one button: nobody was said to have left, and this agent writes that day

    @property
    def name(self) -> str:
        """Return what names the line in the form of its sheet."""
        return f"{self.each.child_id}.{self.each.starts_minute % DAY}"


@staff_page(*READERS)
@require_safe
def to_check(request: Any, slug: str) -> HttpResponse:
    """What two tablets contradict, with what each said: somebody who was there says what is true."""
    rows = [_row(request, each) for each in conflicts(actor=request.actor, today=request.today)]
    corrects = request.actor.has_role("agent", "manager")
    return render(request, "staff/attendance/to_check.html", {"rows": rows, "corrects": corrects})


def _row(request: Any, each: Conflict) -> Row:
    return Row(
        each,
        _said(each.said),
        _line(request, each.key, each.on, (each.child_id, each.starts_minute)),
        _sheet(request, each.key, each.on),
        is_settled_here=not each.has_left and (each.on == request.today or request.actor.has_role("agent", "manager")),
    )


def _said(taps: Iterable[Said]) -> list[tuple[str, Said]]:
    letters: dict[str, str] = {}
    found = []
    for tap in taps:
        letter = letters.setdefault(tap.device, chr(ord("A") + len(letters) % 26))
        found.append((letter, tap))
    return found
