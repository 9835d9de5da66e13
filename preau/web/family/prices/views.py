"""« Tarifs » : what activities cost to the household, and why; « Simulation des tarifs » (A16)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from preau.domain.enrolments.queries.prices import household_prices, prices_of
from preau.web.fields.simulating import SimulationForm
from preau.web.ui.policy import family_page


@family_page
@require_safe
def tariffs(request: Any, slug: str) -> HttpResponse:
    """The price of each moment of each activity, for each child of each household of the reader (A16-01 to A16-03)."""
    found = [
        household_prices(actor=request.actor, family_id=family_id, on=request.today)
        for family_id in sorted(request.actor.family_ids)
    ]
    context = {"households": [(each, each.line.is_over(request.today) if each.line else False) for each in found]}
    return render(request, "family/prices/tariffs.html", context)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def simulation(request: Any, slug: str) -> HttpResponse:
    """Prices in another situation; nothing is kept (A16-09)."""
    form = SimulationForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = prices_of(organisation_id=request.actor.organisation_id, on=request.today, situations=form.situations())
    context = {"form": form, "activities": found, "quotient": form.quotient_words() if found is not None else ""}
    return render(request, "family/prices/simulation.html", context, status=422 if form.errors else 200)
