"""« Calendrier des inscriptions » : the week of all children, the month of each, in letters (A18)."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from preau.base.facts import NotFound
from preau.base.links import absolute
from preau.domain.catalogue.queries import holiday_names
from preau.domain.contracts.queries.months import contracts_in
from preau.domain.families.queries.files import ChildCard
from preau.domain.families.queries.people import my_children
from preau.domain.procedures.operations.diaries import close_diary, open_diary
from preau.domain.procedures.queries.diaries import diaries_of
from preau.domain.procedures.queries.planning import plan_of
from preau.kernel.periods import Period, monday_of, month_of, next_month, previous_month, week_of
from preau.web.family.bookings.forms import Tampered, read_day
from preau.web.family.planning import layout
from preau.web.ui.policy import family_page, sensitive

EVERY_CHILD = "tous"
NEW = "new_diary"


@family_page
@require_safe
def week(request: Any, slug: str) -> HttpResponse:
    """One block per child: each day with its moments (A18-05)."""
    try:
        day = read_day(request.GET.get("semaine"), default=request.today)
    except Tampered:
        return render(request, "400.html", status=400)
    period = week_of(day)
    children = my_children(actor=request.actor)
    plan = plan_of(
        actor=request.actor,
        child_ids=[each.child_id for each in children],
        start=period.start,
        end=period.end,
        today=request.today,
    )
    drawn = _drawn(request, period)
    days = layout.week_days(plan.lines, monday=period.start)
    blocks = [(child, layout.boxes_of(plan, child_id=child.child_id, days=days, drawn=drawn)) for child in children]
    context = {
        "blocks": [(child, boxes, any(box.entries for box in boxes)) for child, boxes in blocks],
        "monday": period.start,
        "last": period.last,
        "previous": period.start - timedelta(days=7),
        "next": period.end,
        "is_this_week": monday_of(request.today) == period.start,
        "drawn": list(drawn.signs.values()),
    }
    return render(request, "family/planning/week.html", context)


@family_page
@require_safe
def month(request: Any, slug: str, child_id: int) -> HttpResponse:
    """« Planning mensuel » : a month of one child, from Monday to Sunday, and its totals (A18-06 to A18-11)."""
    try:
        day = read_day(_first_of(request.GET.get("mois")), default=request.today)
    except Tampered:
        return render(request, "400.html", status=400)
    period = month_of(day)
    children = my_children(actor=request.actor)
    child = _child(children, child_id)
    plan = plan_of(actor=request.actor, child_ids=[child_id], start=period.start, end=period.end, today=request.today)
    contracts = []
    if request.organisation.has_care:
        contracts = contracts_in(actor=request.actor, child_id=child_id, start=period.start, end=period.end)
    drawn = _drawn(request, period)
    weeks = layout.month_weeks(plan, child_id=child_id, month=period, drawn=drawn)
    context = {
        "child": child,
        "children": children,
        "weeks": weeks,
        "totals": layout.totals_of(plan, child_id=child_id, month=period, contracts=contracts),
        "month": period.start,
        "previous": previous_month(period.start),
        "next": next_month(period.start),
        "is_this_month": period.start == request.today.replace(day=1),
        "is_empty": not any(box.entries for _, boxes in weeks for box in boxes),
        "drawn": list(drawn.signs.values()),
    }
    return render(request, "family/planning/month.html", context)


def _drawn(request: Any, period: Period) -> layout.Drawn:
    holidays = holiday_names(organisation_id=request.actor.organisation_id, start=period.start, end=period.end)
    return layout.Drawn(layout.signs(request.organisation.labels), request.today, holidays)


def _first_of(text: str | None) -> str | None:
    """« 2026-11 » as the first day of that month."""
    return f"{text}-01" if text and len(text) == 7 else text


def _child(children: list[ChildCard], child_id: int) -> ChildCard:
    for each in children:
        if each.child_id == child_id:
            return each
    raise NotFound("child")


@family_page
@require_safe
def diary(request: Any, slug: str) -> HttpResponse:
    """« S’abonner dans mon agenda » : private addresses, for all or for a child, each of which may be closed."""
    context = {
        "children": my_children(actor=request.actor),
        "diaries": diaries_of(actor=request.actor),
        "fresh": request.session.pop(NEW, ""),
    }
    return render(request, "family/planning/diary.html", context)


@sensitive
@family_page
@require_POST
def diary_open(request: Any, slug: str) -> HttpResponse:
    """Make a private address; it is shown once."""
    chosen = request.POST.get("enfant", "")
    if chosen != EVERY_CHILD and not (chosen.isdecimal() and len(chosen) < 12):
        messages.error(request, _("Choisissez parmi les enfants de la liste."))
        return redirect("family:diary", slug=slug)
    child_id = None if chosen == EVERY_CHILD else int(chosen)
    secret = open_diary(actor=request.actor, child_id=child_id, now=request.now)
    request.session[NEW] = absolute(reverse("public:diary", args=[slug, secret]))
    messages.success(request, _("L’adresse est prête. Copiez-la maintenant : elle ne sera plus montrée."))
    return redirect("family:diary", slug=slug)


@family_page
@require_POST
def diary_close(request: Any, slug: str, diary_id: int) -> HttpResponse:
    """Close a private address: diaries that read it get nothing any more."""
    close_diary(actor=request.actor, diary_id=diary_id, now=request.now)
    messages.success(request, _("Cette adresse ne donne plus rien."))
    return redirect("family:diary", slug=slug)
