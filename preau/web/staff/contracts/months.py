"""The months of a contract that says hours and not a week: what was announced, and typing it for a parent who calls."""

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
from preau.domain.contracts.queries.announcing import MonthInDays, SaidMonth, find_month, said_months
from preau.domain.contracts.queries.contracts import ContractView
from preau.domain.contracts.rules.acts import HoursWrong, MonthChanged, NotAnnounced
from preau.domain.families.rules import ActFrozen
from preau.kernel.periods import next_month
from preau.web.fields.month import CHANGED, DONE, WRONG, DayLine, day_lines, mark_wrong, read_lines
from preau.web.staff.contracts.roles import WRITERS
from preau.web.staff.contracts.words import OBJECTION
from preau.web.ui.policy import staff_page

SHOWN = 3  # this month and the two next


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month that may be typed, with what was said of it."""

    month: date
    said: SaidMonth | None


def month_lines(*, request: Any, contract: ContractView) -> list[MonthLine]:
    """Return those of this month and the two next whose days are announced. One query, none for none."""
    months = [request.today.replace(day=1)]
    while len(months) < SHOWN:
        months.append(next_month(months[-1]))
    announced = [each for each in months if contract.is_announced_in(each)]
    if not announced:
        return []
    said = said_months(actor=request.actor, contract_id=contract.contract_id, start=months[0])
    return [MonthLine(each, said.get(each)) for each in announced]


@staff_page(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: Any, slug: str, contract_id: int, month: str) -> HttpResponse:
    """The days of a month, from today on, typed for a parent; what stands now is written already."""
    try:
        first = date.fromisoformat(f"{month}-01")
        found = find_month(actor=request.actor, contract_id=contract_id, month=first, now=request.now)
    except ValueError as problem:
        raise NotFound("month") from problem
    except NotAnnounced:
        messages.info(request, _("Ce contrat n’a pas de planning à annoncer pour ce mois."))
        return redirect("staff:contract", slug=slug, contract_id=contract_id)
    data = request.POST if request.method == "POST" else None
    lines, status = day_lines(found.openings(start=request.today), standing=found.now, data=data), 200
    if data is not None:
        lines, status = _announced(request, found, lines)
        if status == DONE:
            return redirect("staff:contract", slug=slug, contract_id=contract_id)
    context = {
        "found": found,
        "lines": lines,
        "is_late": request.today > found.until,
        "is_changed": status == CHANGED,
        "problems": [each for each in lines if each.problem],
    }
    return render(request, "staff/contracts/month.html", context, status=status)


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
    except ActFrozen:
        messages.error(request, OBJECTION)
        return lines, DONE
    messages.success(request, _("Le planning du mois est enregistré. La famille le lit dans son calendrier."))
    if missed:
        text = ngettext(
            "%s jour n’a pas de place à ces heures : réglez-le ci-dessous.",
            "%s jours n’ont pas de place à ces heures : réglez-les ci-dessous.",
            len(missed),
        )
        messages.warning(request, text % len(missed))
    return lines, DONE
