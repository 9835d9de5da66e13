"""Requests for hours, each beside the curve of its day: accept, propose, refuse, several at once."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from preau.domain.bookings.queries.exceptions import may_force
from preau.domain.creche.operations import RefusedDay
from preau.domain.creche.queries.board import care_boards
from preau.domain.creche.queries.enrolments import CareEnrolment
from preau.domain.creche.queries.presence import (
    Present,
    SectionDay,
    StructureView,
    days_of_sections,
    staff_needed,
    structures_of,
)
from preau.domain.families.rules import ActFrozen
from preau.domain.procedures.enums import DayState, ProcedureStatus
from preau.domain.procedures.operations import answering_hours as acts
from preau.domain.procedures.queries.hours import HoursDay
from preau.domain.procedures.queries.requests import QUEUES, care_requests, find_request
from preau.domain.procedures.rules import AlreadyDecided
from preau.kernel.clock_times import clock_words
from preau.kernel.time_ranges import TimeRange, presence
from preau.web.staff.creche.curve import Curve, curve_of
from preau.web.staff.creche.forms import AnswerForm, first_form, read_answer
from preau.web.staff.dates import read_day, read_number
from preau.web.staff.refusals import sentence
from preau.web.ui.policy import staff_page
from preau.web.ui.templatetags.fr import day_words_short


@staff_page("agent", "manager")
@require_safe
def requests(request: Any, slug: str) -> HttpResponse:
    """The requests that wait, the answer promised first; the first one beside them."""
    return _page(request, number=None)


@staff_page("agent", "manager")
@require_safe
def one_request(request: Any, slug: str, number: int) -> HttpResponse:
    """One request beside its queue and the curve of its day."""
    return _page(request, number=number)


def _page(request: Any, *, number: int | None, form: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    actor = request.actor
    queue = request.GET.get("file", "todo")
    queue = queue if queue in QUEUES else "todo"
    structures = structures_of(actor=actor)
    site_id = read_number(request.GET.get("lieu"))
    rows = care_requests(actor=actor, now=request.now, queue=queue, site_id=site_id)
    shown = number if number is not None else (rows[0].number if rows else None)
    context = {
        "rows": rows,
        "queue": queue,
        "structures": structures,
        "site_id": site_id,
        "now": request.now,
        "is_item": number is not None,
        "possible": sum(bool(row.fits) for row in rows),
        "query": f"file={queue}" + (f"&lieu={site_id}" if site_id else ""),
    }
    if shown is not None:
        context |= _detail(request, shown, structures, form)
    return render(request, "staff/creche/requests.html", context, status=status)


def _detail(request: Any, number: int, structures: Sequence[StructureView], form: AnswerForm | None) -> dict[str, Any]:
    row, enrolment, outcome = find_request(actor=request.actor, number=number, now=request.now)
    refused = {each.wish.on: each for each in outcome.refused}
    open_days = [day for day in row.days if day.state in (DayState.WAITING, DayState.PROPOSED)]
    asked = read_day(request.GET.get("jour"), default=request.today)
    chosen = next((day for day in row.days if day.on == asked), None) or next(
        (day for day in open_days if day.on in refused), (open_days or list(row.days))[0]
    )
    found: dict[str, Any] = {
        "row": row,
        "enrolment": enrolment,
        "chosen": chosen,
        "days": [(day, _mark(day, refused.get(day.on))) for day in row.days],
        "open_days": open_days,
        "may_force": may_force(actor=request.actor),
    }
    if enrolment is not None:
        found |= _curve(request, enrolment, chosen, structures)
        fitting = [day.on for day in open_days if day.on not in refused]
        found["form"] = form or first_form(open_days, fitting=fitting)
        found["refused"] = {on: why_of(each) for on, each in refused.items()}
    return found


def _mark(day: HoursDay, refused: RefusedDay | None) -> tuple[str, str]:
    """The tone and the word of a day of the request."""
    if day.state == DayState.ACCEPTED:
        return "ok", _("Accepté")
    if day.state == DayState.REFUSED:
        return "mute", _("Refusé")
    if day.state == DayState.PROPOSED:
        return "wait", _("Proposé")
    if refused is None:
        return "ok", _("Possible")
    most = max((each.present - each.places for each in refused.crowds), default=0)
    return "bad", (_("%s de trop") % most if most else _("Impossible"))


def why_of(refused: RefusedDay) -> str:
    """Return why a day cannot be accepted as it is, with the hours and the counts."""
    if not refused.crowds:
        return sentence(refused.fact.code)
    return ", ".join(
        _("%(present)s pour %(places)s places de %(start)s à %(end)s")
        % {
            "present": each.present,
            "places": each.places,
            "start": clock_words(each.hours.start),
            "end": clock_words(each.hours.end),
        }
        for each in refused.crowds
    )


def _curve(
    request: Any, enrolment: CareEnrolment, chosen: HoursDay, structures: Sequence[StructureView]
) -> dict[str, Any]:
    """The day of a request drawn: those present without this child's hours of that day, then with what it asks for."""
    structure = next((each for each in structures if each.structure_id == enrolment.structure_id), None)
    section = enrolment.section_on(chosen.on)
    if structure is None or section is None:
        return {}
    days = days_of_sections(
        actor=request.actor, structures=[structure], start=chosen.on, end=chosen.on + timedelta(days=1)
    )
    day = days[section.section_id][0]
    return {"section": section, "structure": structure, "curve": _drawn(day, enrolment, chosen)}


def _drawn(day: SectionDay, enrolment: CareEnrolment, chosen: HoursDay) -> Curve | None:
    if day.opening is None:
        return None
    others = tuple(each for each in day.children if each.enrolment_id != enrolment.enrolment_id)
    mine = next((each for each in day.children if each.enrolment_id == enrolment.enrolment_id), None)
    months = mine.months if mine else day.ratio.walks_from_months
    child = Present(enrolment.enrolment_id, enrolment.child_id, "", "", enrolment.hue, months, chosen.wanted)
    after = (*others, child)
    return curve_of(
        opening=day.opening,
        before=day.present,
        after=presence(hours for each in after for hours in each.ranges),
        limits=day.limits,
        staff=staff_needed(children=after, ratio=day.ratio),
    )


@staff_page("agent", "manager")
@require_POST
def answer(request: Any, slug: str, number: int) -> HttpResponse:
    """Answer the days of a request, then show the next one."""
    row, enrolment, _outcome = find_request(actor=request.actor, number=number, now=request.now)
    open_days = [day for day in row.days if day.state in (DayState.WAITING, DayState.PROPOSED)]
    if enrolment is None:
        return _answer_ended(request, number, open_days)
    openings = _openings(request, enrolment, open_days)
    form = read_answer(request.POST, days=open_days, openings=openings, rules=enrolment.rules)
    if open_days and not form.is_valid:
        return _page(request, number=number, form=form, status=422)
    try:
        answered = acts.answer_hours(
            actor=request.actor,
            number=number,
            answers=form.answers,
            now=request.now,
            exceeds=form.exceeds if may_force(actor=request.actor) else "",
        )
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : elle a été traitée ou annulée entre-temps.") % number)
        return redirect("staff:care_requests", slug=slug)
    except ActFrozen:
        messages.error(request, _("Une opposition écrite est enregistrée pour cet enfant : rien ne peut être accepté."))
        return redirect("staff:care_request", slug=slug, number=number)
    if answered.refused:
        for each in answered.refused:
            words = {"day": day_words_short(each.wish.on), "why": why_of(each)}
            messages.error(request, _("%(day)s n’est pas accepté : %(why)s. Ce jour attend encore.") % words)
        return redirect("staff:care_request", slug=slug, number=number)
    if answered.status == ProcedureStatus.IN_REVIEW:
        words = _("C’est enregistré. La famille sera prévenue quand tous les jours auront une réponse.")
        messages.success(request, words)
        return redirect("staff:care_request", slug=slug, number=number)
    messages.success(request, _("Demande n° %s : la réponse est envoyée à la famille.") % number)
    return redirect("staff:care_requests", slug=slug)


def _openings(request: Any, enrolment: CareEnrolment, days: Sequence[HoursDay]) -> dict[date, TimeRange | None]:
    if not days:
        return {}
    [board] = care_boards(
        actor=request.actor,
        enrolments=[enrolment],
        start=days[0].on,
        end=days[-1].on + timedelta(days=1),
        now=request.now,
    )
    return {each.on: each.opening for each in board.days}


def _answer_ended(request: Any, number: int, days: Sequence[HoursDay]) -> HttpResponse:
    """The enrolment has ended: what waits is refused, with that reason."""
    reason = _("L’inscription est terminée.")
    answers = [acts.DayAnswer(day.on, "refuse", reason=reason) for day in days]
    try:
        acts.answer_hours(actor=request.actor, number=number, answers=answers, now=request.now)
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : elle a été traitée ou annulée entre-temps.") % number)
    else:
        messages.success(request, _("Demande n° %s : la réponse est envoyée à la famille.") % number)
    return redirect("staff:care_requests", slug=request.organisation.slug)


@staff_page("agent", "manager")
@require_POST
def accept_many(request: Any, slug: str) -> HttpResponse:
    """« Accepter les demandes cochées »: each judged again with what the ones before have taken."""
    numbers = [number for text in request.POST.getlist("n")[:100] if (number := read_number(text))]
    if not numbers:
        messages.error(request, _("Cochez au moins une demande."))
        return redirect("staff:care_requests", slug=slug)
    done, left = acts.accept_many(actor=request.actor, numbers=numbers, now=request.now)
    if done:
        words = ngettext(
            "%s demande acceptée, la famille est prévenue.",
            "%s demandes acceptées, les familles sont prévenues.",
            len(done),
        )
        messages.success(request, words % len(done))
    if left:
        words = _("Sans place suffisante, ou traitées entre-temps : n° %s. Ouvrez-les pour répondre.")
        messages.warning(request, words % ", ".join(str(number) for number in left))
    return redirect("staff:care_requests", slug=slug)
