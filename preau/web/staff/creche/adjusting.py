"""Hours changed on behalf of a family, or as the structure decides; a child put in another section."""

import uuid
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.bookings.queries.exceptions import may_force
from preau.domain.creche.operations import place_child
from preau.domain.creche.queries.board import care_boards
from preau.domain.creche.queries.enrolments import CareEnrolment, find_care
from preau.domain.families.rules import ActFrozen
from preau.domain.procedures.operations import hours as acts
from preau.domain.procedures.rules import TextMissing, TextTooLong
from preau.kernel.time_ranges import TimeRange
from preau.web.fields.hours import DayForm, form_of, judge, read_form
from preau.web.staff.creche.views import why_of
from preau.web.staff.dates import read_day, read_number
from preau.web.staff.refusals import sentence
from preau.web.ui.policy import staff_page

MAX_KEY = 40


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: Any, slug: str, enrolment_id: int, day: str) -> HttpResponse:
    """Change the hours of a child on behalf of its family, or as the structure decides, with a reason."""
    enrolment = find_care(actor=request.actor, enrolment_id=enrolment_id)
    on = read_day(day, default=request.today)
    if on is None:
        raise NotFound("day")
    [board] = care_boards(
        actor=request.actor, enrolments=[enrolment], start=on, end=on + timedelta(days=1), now=request.now
    )
    found, section = board.days[0], enrolment.section_on(on)
    context = {
        "enrolment": enrolment,
        "found": found,
        "section": section,
        "form": form_of(found.held or (TimeRange(9 * 60, 17 * 60),)),
        "reason": "",
        "exceeds": False,
        "key": f"adj-{request.actor.account_id}-{uuid.uuid4().hex}"[:MAX_KEY],
        "may_force": may_force(actor=request.actor),
        "sections": enrolment.sections,
    }
    if request.method == "POST" and request.POST.get("act") == "section":
        return _moved(request, enrolment, on)
    if request.method == "POST":
        return _adjusted(request, context)
    return render(request, "staff/creche/adjust.html", context)


def _moved(request: Any, enrolment: CareEnrolment, on: date) -> HttpResponse:
    section_id = read_number(request.POST.get("section")) or 0
    place_child(actor=request.actor, enrolment_id=enrolment.enrolment_id, section_id=section_id, on=on, now=request.now)
    messages.success(request, _("%s change de section à partir de ce jour.") % enrolment.participant)
    return redirect(
        "staff:care_adjust", slug=request.organisation.slug, enrolment_id=enrolment.enrolment_id, day=on.isoformat()
    )


def _adjusted(request: Any, context: dict[str, Any]) -> HttpResponse:
    enrolment, found = context["enrolment"], context["found"]
    form = read_form(request.POST)
    if found.opening is None:
        form = DayForm(form.typed, sentence("closed"))
    else:
        form = judge(form, opening=found.opening, rules=enrolment.rules)
    reason, exceeds = request.POST.get("motif", ""), bool(request.POST.get("depasse"))
    if form.is_valid:
        form = _written(request, context, form, reason, exceeds=exceeds)
        if form is None:
            messages.success(request, _("C’est enregistré. La famille est prévenue par courriel."))
            section = context["section"]
            if section is None:
                return redirect("staff:care_week", slug=request.organisation.slug)
            return redirect(
                "staff:care_sheet",
                slug=request.organisation.slug,
                section_id=section.section_id,
                day=found.on.isoformat(),
            )
    key = request.POST.get("cle", "")[:MAX_KEY].replace("\x00", "") or context["key"]
    context |= {"form": form, "reason": reason[: acts.MAX_REASON], "exceeds": exceeds, "key": key}
    return render(request, "staff/creche/adjust.html", context, status=422)


def _key(request: Any, form: DayForm) -> str:
    """Of this page and these hours: a second click is the same act, other hours from the same page are another."""
    sent = request.POST.get("cle", "")
    return sha256(f"{sent} {form.ranges}".encode()).hexdigest()[:MAX_KEY] if sent else ""


def _written(request: Any, context: dict[str, Any], form: DayForm, reason: str, *, exceeds: bool) -> DayForm | None:
    """Write the hours; return the form with what is wrong, or None when it is done."""
    found = context["found"]
    try:
        answered = acts.adjust_hours(
            actor=request.actor,
            enrolment_id=context["enrolment"].enrolment_id,
            changes={found.on: form.ranges},
            reason=reason,
            exceeds=exceeds and context["may_force"],
            key=_key(request, form) or context["key"],
            now=request.now,
        )
    except TextMissing:
        return DayForm(form.typed, _("Dites pourquoi : la famille lit ce motif."))
    except TextTooLong:
        return DayForm(form.typed, _("Le motif est trop long : %s caractères au plus.") % acts.MAX_REASON)
    except ActFrozen:
        return DayForm(form.typed, _("Une opposition écrite est enregistrée pour cet enfant : rien ne peut être fait."))
    if answered.refused:
        return DayForm(form.typed, why_of(answered.refused[0]))
    if not answered.status:
        return DayForm(form.typed, _("Rien à faire : ces horaires sont déjà ceux de l’enfant."))
    return None
