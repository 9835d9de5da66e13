"""« Quotient et tarifs » of a household: what it said, dated, and what activities cost it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.enrolments.queries.prices import household_prices
from preau.domain.pricing.operations.incomes import IncomeStands, journal_reading
from preau.domain.pricing.operations.quotients import QuotientInvalid, say_quotient
from preau.domain.pricing.queries.quotients import quotients_of
from preau.domain.pricing.rules.tariff_words import quotient_words
from preau.web.staff.prices.forms import QuotientForm
from preau.web.ui.policy import staff_page


@staff_page("agent", "manager", "regisseur")
@require_http_methods(["GET", "HEAD", "POST"])
def quotient(request: Any, slug: str, family_id: int) -> HttpResponse:
    """The quotients of a household, the last first; saying another one; its prices of today with why."""
    prices = household_prices(actor=request.actor, family_id=family_id, on=request.today)
    form = QuotientForm(request.POST or None, initial={"starts_on": request.today})
    if request.method == "POST" and form.is_valid() and _said(request, form, family_id):
        messages.success(request, _("Quotient enregistré. Les prix en tiennent compte à compter de ce jour-là."))
        return redirect("staff:quotient", slug=slug, family_id=family_id)
    journal_reading(actor=request.actor, family_id=family_id, now=request.now)
    lines = quotients_of(actor=request.actor, family_id=family_id)
    context = {
        "prices": prices,
        "is_over": prices.line.is_over(request.today) if prices.line else False,
        "lines": [
            (line, quotient_words(line.value) if line.value is not None else "", line.is_over(request.today))
            for line in reversed(lines)
        ],
        "form": form,
    }
    return render(request, "staff/prices/quotient.html", context, status=422 if form.errors else 200)


def _said(request: Any, form: QuotientForm, family_id: int) -> bool:
    data = form.cleaned_data
    try:
        say_quotient(
            actor=request.actor,
            family_id=family_id,
            value=data["value"],
            scheme=form.scheme,
            until=data["until"],
            source=data["source"],
            starts_on=data["starts_on"],
            now=request.now,
        )
    except IncomeStands:
        form.add_error("starts_on", _("Un quotient plus récent compte déjà. Choisissez un jour après lui."))
    except QuotientInvalid:
        form.add_error("until", _("Vérifiez le quotient et son dernier jour : il vient après le premier."))
    return not form.errors
