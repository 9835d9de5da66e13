"""« Annoncer le planning » of a month, where a contract says hours and not a week: a line of hours by day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.contracts.operations.announcing import announce_month
from preau.domain.contracts.queries.announcing import MonthToAnnounce, find_month
from preau.domain.contracts.rules.acts import HoursWrong, NotAnnounced, TooLateToAnnounce
from preau.kernel.periods import month_of
from preau.kernel.time_ranges import Ranges, TimeRange, total_minutes
from preau.web.fields import hours as words
from preau.web.fields.lines import Unreadable, read_hours, write_hours
from preau.web.ui.policy import family_page

MAX_LINE = 80


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day with what is typed for it, and what is wrong with it."""

    on: date
    typed: str
    opening: TimeRange
    problem: str = ""

    @property
    def name(self) -> str:
        return f"j{self.on.day}"


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: Any, slug: str, contract_id: int, month: str) -> HttpResponse:
    """The days of a month, each with its hours; what stands now is written already."""
    try:
        first = date.fromisoformat(f"{month}-01")
        found = find_month(actor=request.actor, contract_id=contract_id, month=first, now=request.now)
    except ValueError as problem:
        raise NotFound("month") from problem
    except NotAnnounced:
        messages.info(request, _("Ce contrat n’a pas de planning à annoncer pour ce mois."))
        return redirect("family:contract", slug=slug, contract_id=contract_id)
    lines = _lines(found, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        lines, done = _announced(request, found, lines)
        if done:
            return redirect("family:contract", slug=slug, contract_id=contract_id)
    is_bad = any(each.problem for each in lines)
    context = {
        "found": found,
        "lines": lines,
        "total": sum(total_minutes(ranges) for ranges in (found.now or {}).values()),
        "is_over": request.today > found.until,
        "problems": [each for each in lines if each.problem],
        "last": month_of(first).last,
    }
    return render(request, "family/contracts/month.html", context, status=422 if is_bad else 200)


def _lines(found: MonthToAnnounce, data: Any) -> list[DayLine]:
    rows = []
    for day in found.days:
        opening = found.enrolment.opening_on(day) if found.enrolment else None
        if opening is None:
            continue
        name = f"j{day.day}"
        typed = write_hours((found.now or {}).get(day, ())) if data is None else data.get(name, "")
        rows.append(DayLine(day, typed.replace("\x00", "").strip()[:MAX_LINE], opening))
    return rows


def _announced(request: Any, found: MonthToAnnounce, lines: list[DayLine]) -> tuple[list[DayLine], bool]:
    days, told = _read(lines)
    if any(each.problem for each in told) or found.enrolment is None:
        return told, False
    try:
        missed = announce_month(
            actor=request.actor, contract_id=found.contract_id, month=found.month, days=days, now=request.now
        )
    except HoursWrong as wrong:
        rules = found.enrolment.rules
        return [
            DayLine(
                each.on,
                each.typed,
                each.opening,
                words.sentence(wrong.days[each.on], opening=each.opening, rules=rules),
            )
            if each.on in wrong.days
            else each
            for each in lines
        ], False
    except TooLateToAnnounce:
        messages.error(request, _("Le délai est passé : la semaine habituelle s’applique. Appelez la structure."))
        return lines, True
    messages.success(request, _("Le planning du mois est enregistré."))
    if missed:
        text = ngettext(
            "%s jour n’a plus de place à ces heures : appelez la structure.",
            "%s jours n’ont plus de place à ces heures : appelez la structure.",
            len(missed),
        )
        messages.warning(request, text % len(missed))
    return lines, True


def _read(lines: list[DayLine]) -> tuple[dict[date, Ranges], list[DayLine]]:
    days, told = {}, []
    for each in lines:
        try:
            days[each.on] = read_hours(each.typed)
        except Unreadable:
            problem = _("Écrivez ces heures comme 8:30-17:00, ou laissez vide.")
            told.append(DayLine(each.on, each.typed, each.opening, problem))
        else:
            told.append(each)
    return days, told
