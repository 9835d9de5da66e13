"""« Simulateur de tarifs », for everybody: nothing is kept (A16-08)."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from preau.domain.enrolments.queries.prices import prices_of
from preau.web.fields.simulating import SimulationForm
from preau.web.ui.policy import public_page


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def simulator(request: Any, slug: str) -> HttpResponse:
    """The price of each activity for a household that nobody asks the name of."""
    if not request.organisation.has_tariffs:
        raise Http404
    form = SimulationForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = prices_of(organisation_id=request.organisation.id, on=request.today, situations=form.situations())
    context = {"form": form, "activities": found, "quotient": form.quotient_words() if found is not None else ""}
    return render(request, "public/simulator.html", context, status=422 if form.errors else 200)
