"""« Aujourd’hui »."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from preau.domain.accounts.queries import departments_without_agent
from preau.domain.bookings.queries.expected import headcounts, tensions
from preau.domain.procedures.queries.inbox import queue_counts
from preau.web.ui.policy import staff_page

WATCHED_DAYS = 21


@staff_page()
@require_safe
def home(request: Any, slug: str) -> HttpResponse:
    """What is to be answered first, counts of today and tomorrow, and where places run out."""
    today = request.today
    tomorrow = today + timedelta(days=3 if today.weekday() == 4 else 1)
    context = {
        "counts": headcounts(actor=request.actor, on=today),
        "tomorrow": tomorrow,
        "tomorrow_counts": headcounts(actor=request.actor, on=tomorrow),
        "tensions": tensions(actor=request.actor, start=today, end=today + timedelta(days=WATCHED_DAYS)),
        "is_admin": request.actor.has_role("admin"),
        "may_search": request.actor.has_role("agent", "manager", "admin"),
    }
    if request.actor.has_role("agent", "manager"):
        context["queue"] = queue_counts(actor=request.actor, now=request.now)
    if request.actor.has_role("admin", "manager"):
        context["unattended"] = departments_without_agent(organisation_id=request.organisation.id)
    return render(request, "staff/home.html", context)
