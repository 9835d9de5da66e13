"""« Aujourd’hui »: what is to be answered first, then who is expected where, then where places run out."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.facts import NotFound
from preau.base.scope import is_limited
from preau.base.sending import lost_mails, send_again
from preau.domain.absences.queries.moments import absent_counts
from preau.domain.accounts.queries import departments_without_agent
from preau.domain.bookings.queries.expected import headcounts, next_expected_day, tensions
from preau.domain.creche.queries.presence import expected_by_section
from preau.domain.enrolments.queries.lists import offers_with_limit
from preau.domain.procedures.queries.inbox import InboxFilter, inbox, queue_counts
from preau.domain.procedures.queries.requests import count_requests
from preau.web.staff.attendance.watch import watched
from preau.web.staff.dates import read_number
from preau.web.staff.home.board import by_day, day_board, without_absent
from preau.web.staff.lists.care import READERS
from preau.web.ui.policy import staff_page

WATCHED_DAYS = 21
FIRST = 5  # démarches shown at once; the others are in the queue
MOST_MAILS = 200


@staff_page()
@require_safe
def home(request: Any, slug: str) -> HttpResponse:
    """The most urgent démarches, today and the next day on which somebody is expected, the places that run out."""
    actor, today = request.actor, request.today
    after = next_expected_day(actor=actor, after=today)
    days = [today] if after is None else [today, after]
    absent = absent_counts(actor=actor, days=days)
    counted = headcounts(actor=actor, days=days).items()
    boards = [day_board(on=day, counts=without_absent(on=day, counts=counts, absent=absent)) for day, counts in counted]
    places = tensions(actor=actor, start=today, end=today + timedelta(days=WATCHED_DAYS))
    context = {"boards": boards, "places": by_day(places), "is_admin": actor.has_role("admin")}
    if request.organisation.has_care and actor.has_role("agent", "manager", "site_staff"):
        context["care_today"] = expected_by_section(actor=actor, on=today)
    context["reads_lists"] = actor.has_role(*READERS)
    context["watched"] = watched(request, today)
    if actor.has_role("agent", "manager"):
        context |= _first(request, today)
        context["care_waiting"] = count_requests(actor=actor) if request.organisation.has_care else 0
    if actor.has_role("admin", "manager"):
        context["unattended"] = departments_without_agent(organisation_id=request.organisation.id)
        if not is_limited(actor=actor):  # of which family a mail is, nothing says: those of all, or none
            context["lost"] = lost_mails(organisation_id=request.organisation.id).count()
    return render(request, "staff/home/page.html", context)


def _first(request: Any, today: date) -> dict[str, Any]:
    """What waits for an answer of this agent."""
    actor = request.actor
    queue = queue_counts(actor=actor, now=request.now)
    shown = inbox(actor=actor, wanted=InboxFilter(), now=request.now, limit=FIRST, total=queue["todo"])
    lists = offers_with_limit(actor=actor, on=today)
    return {
        "queue": queue,
        "rows": shown.rows,
        "due": shown.rows[0].due_at if shown.rows else None,
        "lists": [each for each in lists if each.waiting and each.remaining],
        "now": request.now,
    }


@staff_page("admin", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def mails(request: Any, slug: str) -> HttpResponse:
    """The mails that could not leave, and why; each may be tried again."""
    if is_limited(actor=request.actor):
        raise NotFound("mail")
    if request.method == "POST":
        mail_id = read_number(request.POST.get("courriel")) or 0
        if send_again(organisation_id=request.organisation.id, mail_id=mail_id):
            messages.success(request, _("L’envoi est repris : le courriel part dans la minute."))
        else:
            messages.warning(request, _("Ce courriel est déjà parti, ou déjà repris."))
        return redirect("staff:mails", slug=slug)
    rows = lost_mails(organisation_id=request.organisation.id)[:MOST_MAILS]
    return render(request, "staff/home/mails.html", {"rows": rows})
