"""What comes round: the hours of a month, contract by contract; the renewal of September."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from preau.domain.attendance.queries.contract_hours import contract_hours
from preau.domain.contracts.operations.renewing import Renewed, renew
from preau.domain.contracts.queries.renewals import renewals
from preau.domain.contracts.rules.acts import ContractFact
from preau.domain.contracts.rules.terms import TermsInvalid
from preau.kernel.periods import next_month, previous_month
from preau.web.staff.contracts.roles import READERS, WRITERS
from preau.web.staff.contracts.words import problem, sentence
from preau.web.staff.dates import read_day, read_number
from preau.web.ui.policy import staff_page


@staff_page(*READERS)
@require_safe
def hours(request: Any, slug: str) -> HttpResponse:
    """What each contract agrees on, what is booked and made of it, holidays left."""
    asked = request.GET.get("mois", "")
    day = read_day(f"{asked}-01" if asked else "", default=request.today)
    if day is None:
        return render(request, "400.html", status=400)
    month: date = day.replace(day=1)
    rows = contract_hours(actor=request.actor, month=month)
    context = {"rows": rows, "month": month, "previous": previous_month(month), "next": next_month(month)}
    return render(request, "staff/contracts/hours.html", context)


@staff_page(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def renewal(request: Any, slug: str) -> HttpResponse:
    """Contracts that end, ticked to be written anew for the year after."""
    if request.method == "POST":
        return _renewed(request, slug)
    rows = renewals(actor=request.actor, on=request.today)
    context = {
        "ready": [each for each in rows if each.enrolment_id is not None],
        "others": [each for each in rows if each.enrolment_id is None],
    }
    return render(request, "staff/contracts/renewal.html", context)


def _renewed(request: Any, slug: str) -> HttpResponse:
    wanted = {pk for each in request.POST.getlist("contrat") if (pk := read_number(each))}
    if not wanted:
        messages.error(request, _("Cochez au moins un contrat à renouveler."))
        return redirect("staff:contract_renewal", slug=slug)
    found = renew(
        actor=request.actor,
        contract_ids=wanted,
        sends=request.POST.get("act") == "send",
        on=request.today,
        now=request.now,
    )
    _tell(request, found)
    return redirect("staff:contracts", slug=slug)


def _tell(request: Any, found: Renewed) -> None:
    count = len(found.written)
    if count:
        text = ngettext("%s contrat écrit pour l’année suivante.", "%s contrats écrits pour l’année suivante.", count)
        messages.success(request, text % count)
    if found.sent:
        text = ngettext("%s envoyé à ses parents.", "%s envoyés à leurs parents.", found.sent)
        messages.success(request, text % found.sent)
    for why in dict.fromkeys(_why(each) for each in found.failed.values()):
        messages.error(request, why)
    if not count and not found.failed:
        messages.info(request, _("Rien à faire : ces contrats sont déjà renouvelés."))


def _why(fact: Exception) -> str:
    if isinstance(fact, ContractFact):
        return sentence(fact)
    if isinstance(fact, TermsInvalid):
        return problem(fact)
    return _("Aucun barème n’est connu pour l’année suivante : demandez à l’administrateur de l’ajouter.")
