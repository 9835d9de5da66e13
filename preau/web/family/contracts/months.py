"""« Annoncer le planning » of a month, where a contract says hours and not a week: a line of hours by day."""

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
from preau.domain.contracts.queries.announcing import MonthInDays, find_month
from preau.domain.contracts.rules.acts import HoursWrong, MonthChanged, NotAnnounced, TooLateToAnnounce
from preau.web.fields.month import CHANGED, DONE, WRONG, DayLine, day_lines, mark_wrong, read_lines
from preau.web.ui.policy import family_page


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
    data = request.POST if request.method == "POST" else None
    lines, status = day_lines(found.openings(), standing=found.now, data=data), 200
    if data is not None:
        lines, status = _announced(request, found, lines)
        if status == DONE:
            return redirect("family:contract", slug=slug, contract_id=contract_id)
    context = {
        "found": found,
        "lines": lines,
        "is_over": request.today > found.until,
        "is_changed": status == CHANGED,
        "problems": [each for each in lines if each.problem],
    }
    return render(request, "family/contracts/month.html", context, status=status)


def _announced(request: Any, found: MonthInDays, lines: list[DayLine]) -> tuple[list[DayLine], int]:
    """What is typed, kept if it can be: the lines with what is wrong, and the status of the answer."""
    days, told = read_lines(lines)
    if any(each.problem for each in told):
        return told, WRONG
    try:
        missed = announce_month(
            actor=request.actor,
            contract_id=found.contract_id,
            month=found.month,
            days=days,
            seen=request.POST.get("seen", ""),
            now=request.now,
        )
    except HoursWrong as wrong:
        return mark_wrong(lines, wrong.days, rules=found.enrolment.rules), WRONG
    except MonthChanged:
        return lines, CHANGED
    except TooLateToAnnounce:
        messages.error(request, _("Le délai est passé : la semaine habituelle s’applique. Appelez la structure."))
        return lines, DONE
    messages.success(request, _("Le planning du mois est enregistré."))
    if missed:
        text = ngettext(
            "%s jour n’a plus de place à ces heures : appelez la structure.",
            "%s jours n’ont plus de place à ces heures : appelez la structure.",
            len(missed),
        )
        messages.warning(request, text % len(missed))
    return lines, DONE
