"""« Créer les réservations » of a crèche: the month, the hours of a day, the answer to hours proposed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base.facts import NotFound
from preau.domain.creche.operations import TooManyDays
from preau.domain.creche.queries.board import CareBoard, CareDay, care_boards
from preau.domain.creche.queries.enrolments import CareEnrolment, care_enrolments
from preau.domain.creche.rules import MOST_DAYS, DayKept, NoRoom, problems_of, refusal_of_day, same_hours
from preau.domain.procedures.operations import hours as acts
from preau.domain.procedures.operations.answering_hours import answer_proposal
from preau.domain.procedures.queries.hours import hours_basket, pending_days
from preau.domain.procedures.rules import AlreadyDecided
from preau.kernel.clock_times import read_clock
from preau.kernel.periods import Period
from preau.kernel.time_ranges import Ranges, TimeRange
from preau.web.family.absences.marks import missed_of, of_day, seen_of
from preau.web.family.bookings import grid as grids
from preau.web.family.bookings.forms import Tampered, read_day
from preau.web.family.hours import board as boards
from preau.web.family.refusals import sentence
from preau.web.fields.hours import DayForm, form_of, judge, read_form
from preau.web.ui.policy import family_page
from preau.web.ui.templatetags.fr import day_words, day_words_short

USUAL = TimeRange(9 * 60, 17 * 60)  # shown first on a day without hours


def _mine(request: Any, enrolment_id: int) -> tuple[CareEnrolment, list[CareEnrolment]]:
    """The enrolment asked for, and all those in care of the households."""
    rows = care_enrolments(actor=request.actor, on=request.today)
    found = next((row for row in rows if row.enrolment_id == enrolment_id), None)
    if found is None:
        raise NotFound("enrolment")
    return found, rows


@family_page
@require_safe
def month(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """Step 1: the hours of each day, by week or month (A09-11 to A09-36)."""
    enrolment, rows = _mine(request, enrolment_id)
    view = grids.WEEK if request.GET.get("vue") == grids.WEEK else grids.MONTH
    try:
        day = read_day(request.GET.get("debut"), default=max(request.today, enrolment.starts_on))
    except Tampered:
        return render(request, "400.html", status=400)
    is_asked = "debut" in request.GET
    looked = grids.shown_weeks(view, grids.period_of(view, day) if is_asked else grids.looked_at(view, day))
    pending = pending_days(actor=request.actor, enrolment_ids=[enrolment_id], start=looked.start)
    [board] = care_boards(
        actor=request.actor,
        enrolments=[enrolment],
        start=looked.start,
        end=looked.end,
        now=request.now,
        asked=pending.keys(),
        with_room=True,
    )
    period = grids.period_of(view, day if is_asked else boards.first_to_act(board, default=day))
    basket = hours_basket(actor=request.actor, enrolment_ids=[row.enrolment_id for row in rows])
    wishes = basket.get(enrolment_id, {})
    absences = _absences(request, board)
    weeks = boards.weeks_of(board, wishes, pending, view=view, period=period, today=request.today, absences=absences)
    with_past = request.GET.get("passes") == "1"
    kept = weeks if with_past else boards.without_past(weeks, today=request.today)
    next_day = next((each for each in board.days if each.is_open and each.on in period), None)
    context = {
        "enrolment": enrolment,
        "weeks": kept,
        "past_weeks": len(weeks) - len(kept),
        "with_past": with_past,
        "columns": sorted(int(digit) for digit in enrolment.shown_weekdays),
        "view": view,
        "period": period,
        "period_last": period.last,
        "previous": grids.neighbour(view, period, forward=False),
        "next": grids.neighbour(view, period, forward=True),
        "deadline": next_day,
        "changed": sum(len(days) for days in basket.values()),
        "minutes": boards.minutes_of(weeks, period=period),
        "choices": grids.choices_of(rows, enrolment=enrolment),
        "blocked": _blocked(board, period),
        "room": _room(board, period),
        "nobody": request.GET.get("vide"),
    }
    return render(request, "family/hours/month.html", context)


def _blocked(board: CareBoard, period: Period) -> CareDay | None:
    """The day that says why nothing can be asked for, when one reason holds for all the page."""
    days = [day for day in board.days if day.on in period and day.opening is not None]
    if not days or any(day.is_open for day in days):
        return None
    return next((day for day in days if day.why in grids.TOLD), None)


def _room(board: CareBoard, period: Period) -> list[CareDay]:
    """The next days with free hours, of the care that is booked at once."""
    return [day for day in board.days if day.is_open and day.room and day.on in period][:10]


def _absences(request: Any, board: CareBoard) -> dict[date, str]:
    """Day → words, of the days that are held and missed."""
    pk = board.enrolment.enrolment_id
    first, last = board.days[0].on, board.days[-1].on
    missed = missed_of(request, start=first, end=last + timedelta(days=1), enrolment_ids=[pk])
    found = {day.on: of_day(missed, enrolment_id=pk, on=day.on, ranges=day.held) for day in board.days if day.held}
    for each in seen_of(request, start=first, end=last + timedelta(days=1)):
        if each.enrolment_id == pk and each.is_present:
            found[each.on] = _("présent")
    return {on: words for on, words in found.items() if words}


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def day(request: Any, slug: str, enrolment_id: int, day: str) -> HttpResponse:
    """« Modifier les plages horaires » of one day; a page of its own, and a sheet over the month (A09-27 to A09-34)."""
    enrolment, _rows = _mine(request, enrolment_id)
    try:
        on = date.fromisoformat(day)
        read_day(day, default=request.today)
    except (ValueError, Tampered) as problem:
        raise NotFound("day") from problem
    start = on - timedelta(days=on.weekday() + 7)
    pending = pending_days(actor=request.actor, enrolment_ids=[enrolment_id], start=start)
    [board] = care_boards(
        actor=request.actor,
        enrolments=[enrolment],
        start=start,
        end=max(enrolment.ends_on, start + timedelta(days=21))
        if request.method == "POST"
        else start + timedelta(days=21),
        now=request.now,
        asked=pending.keys(),
        with_room=True,
    )
    found = board.day(on)
    if found is None or not found.is_open or found.opening is None:
        return _shut(request, enrolment, found, on)
    wishes = hours_basket(actor=request.actor, enrolment_ids=[enrolment_id]).get(enrolment_id, {})
    if request.method == "POST":
        return _posted(request, board, found, wishes)
    return _page(request, board, found, form=_first_form(request, found, wishes), wishes=wishes)


def _shut(request: Any, enrolment: CareEnrolment, found: CareDay | None, on: date) -> HttpResponse:
    """A day that can no longer be changed: why, and what was typed is not lost, for it stands in the page."""
    why = sentence(found.why if found and found.why else "closed")
    if request.method != "POST":
        messages.warning(request, f"{day_words(on).capitalize()}. {why}")
        return redirect(_month_at(enrolment, request.organisation.slug, on))
    context = {"enrolment": enrolment, "on": on, "why": why, "form": read_form(request.POST)}
    return render(request, "family/hours/shut.html", context, status=409)


def _first_form(request: Any, found: CareDay, wishes: Mapping[date, Ranges]) -> DayForm:
    shown = wishes.get(found.on, found.held)
    if not shown and "de" in request.GET:
        try:
            shown = (TimeRange(read_clock(request.GET["de"]), read_clock(request.GET.get("a", ""))),)
        except ValueError:
            shown = ()
    return form_of(shown or _usual(found))


def _usual(found: CareDay) -> Ranges:
    """What is shown first on a day without hours: the longest free hours where they are told, else a usual day."""
    if found.room:
        return (max(found.room, key=lambda each: each.minutes),)
    opening = found.opening or USUAL
    usual = TimeRange(max(USUAL.start, opening.start), min(USUAL.end, opening.end))
    return (usual if usual.minutes > 0 else opening,)


def _posted(request: Any, board: CareBoard, found: CareDay, wishes: Mapping[date, Ranges]) -> HttpResponse:
    act, form = request.POST.get("act", "valider"), read_form(request.POST)
    opening, rules = found.opening or USUAL, board.enrolment.rules
    name, _sep, value = act.partition(":")
    if name == "plus":
        return _page(request, board, found, form=form_of_more(form, opening), wishes=wishes)
    if name == "retirer":
        left = [each for each in form.typed if str(each.number) != value]
        return _page(request, board, found, form=DayForm(tuple(_numbered(left))), wishes=wishes)
    if name == "veille":
        _on, before = _day_before(board, found, wishes)
        return _page(request, board, found, form=form_of(before) if before else form, wishes=wishes)
    form = judge(form, opening=opening, rules=rules)
    ranges = form.ranges
    fact = None
    if form.is_valid:
        fact = refusal_of_day(
            found.facts,
            before=found.held,
            after=ranges,
            elsewhere=found.elsewhere,
            rules=rules,
            now=request.now,
        )
    if fact is None and form.is_valid and _is_full(board.enrolment, found, ranges):
        fact = NoRoom
    if fact is DayKept:
        form = DayForm(form.typed, _kept_day(board.enrolment))
    elif fact is not None and tuple(ranges) != found.held:
        form = DayForm(form.typed, sentence(fact.code))
    if not form.is_valid:
        return _page(request, board, found, form=form, wishes=wishes, status=422)
    return _keep(request, board, found, ranges, wishes=wishes)


def _is_full(enrolment: CareEnrolment, found: CareDay, ranges: Ranges) -> bool:
    """Whether some hours have no place now, in care that is booked at once; what is held already is judged later."""
    if enrolment.is_reviewed or found.held:
        return False
    return any(not any(free.start <= each.start and each.end <= free.end for free in found.room) for each in ranges)


def _kept_day(enrolment: CareEnrolment) -> str:
    words = _("Une journée réservée ne s’annule pas en retirant ses horaires : signalez l’absence à la structure")
    return f"{words} ({enrolment.phone})." if enrolment.phone else f"{words}."


def form_of_more(form: DayForm, opening: TimeRange) -> DayForm:
    """Return the form with one range more, after the last one where there is room."""
    last = max((each.end for each in form.ranges), default=opening.start)
    start = min(last + 60, opening.end - 60) if form.ranges else max(opening.start, USUAL.start)
    fresh = form_of([TimeRange(start, min(start + 120, opening.end))]).typed
    return DayForm(tuple(_numbered([*form.typed, *fresh])))


def _numbered(typed: Any) -> list[Any]:
    return [type(each)(number, each.start, each.end) for number, each in enumerate(typed, start=1)]


def _day_before(board: CareBoard, found: CareDay, wishes: Mapping[date, Ranges]) -> tuple[date | None, Ranges]:
    """« Comme la veille »: the last day before that has hours, and these hours."""
    for each in reversed([each for each in board.days if each.on < found.on]):
        if shown := wishes.get(each.on, each.held):
            return each.on, shown
    return None, ()


def _keep(
    request: Any, board: CareBoard, found: CareDay, ranges: Ranges, *, wishes: Mapping[date, Ranges]
) -> HttpResponse:
    """Keep the hours of a day in the basket, and the same for the days asked for; what cannot be is told."""
    changes, left = _copies(request, board, found, ranges)
    held = {each.on: each.held for each in board.days}
    try:
        acts.change_hours(
            actor=request.actor,
            enrolment_id=board.enrolment.enrolment_id,
            changes={found.on: ranges, **changes},
            held=held,
            now=request.now,
        )
    except TooManyDays:
        problem = _("Au plus %s jours dans une demande : répétez jusqu’à une date plus proche.") % MOST_DAYS
        return _page(request, board, found, form=DayForm(form_of(ranges).typed, problem), wishes=wishes, status=422)
    if left:
        days = ", ".join(day_words_short(on) for on in sorted(left)[:12])
        messages.warning(request, _("Les mêmes horaires ne sont pas possibles ces jours-là : %s.") % days)
    if _is_sheet(request):
        return HttpResponse(status=204)  # the page goes back to its month by itself
    return redirect(_month_at(board.enrolment, request.organisation.slug, found.on))


def _copies(request: Any, board: CareBoard, found: CareDay, ranges: Ranges) -> tuple[dict[date, Ranges], list[date]]:
    """The same hours on other days: those that may have them, and those that may not."""
    known = {each.on: each for each in board.days}
    asked = [on for text in request.POST.getlist("copier")[:31] if (on := _iso(text)) in known]
    until = _until(request, board.enrolment) if request.POST.get("tous") else None
    wanted = same_hours(ranges, of=found.on, days=[on for on in asked if on], until=until)
    done, left = {}, []
    for on in sorted(wanted):
        each = known.get(on)
        if each is None or each.opening is None:
            continue  # closed: nobody expects the same hours there
        rules = board.enrolment.rules
        bad = problems_of(ranges, opening=each.opening, rules=rules) or refusal_of_day(
            each.facts, before=each.held, after=ranges, elsewhere=each.elsewhere, rules=rules, now=request.now
        )
        if bad:
            left.append(on)
        else:
            done[on] = ranges
    return done, left


def _until(request: Any, enrolment: CareEnrolment) -> date:
    """Until when hours are repeated: the day that was chosen, the last one of the enrolment at most."""
    last = enrolment.ends_on - timedelta(days=1)
    return min(_iso(request.POST.get("jusqu", "")) or last, last)


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _month_at(enrolment: CareEnrolment, slug: str, on: date) -> str:
    here = reverse("family:hours", args=[slug, enrolment.enrolment_id])
    return f"{here}?{urlencode({'debut': on.isoformat()})}#j{on:%Y%m%d}"


def _page(
    request: Any,
    board: CareBoard,
    found: CareDay,
    *,
    form: DayForm,
    wishes: Mapping[date, Ranges],
    status: int = 200,
) -> HttpResponse:
    opening = found.opening or USUAL
    scale = TimeRange(opening.start // 60 * 60, -(-opening.end // 60) * 60)  # whole hours: the ticks stand evenly
    week = [each for each in board.days if each.on.isocalendar()[:2] == found.on.isocalendar()[:2]]
    before_on, before = _day_before(board, found, wishes)
    context = {
        "enrolment": board.enrolment,
        "found": found,
        "form": form,
        "opening": opening,
        "scale": scale,
        "ticks": range(scale.start // 60, scale.end // 60 + 1),
        "step_seconds": board.enrolment.rules.step * 60,
        "others": [each for each in week if each.is_open and each.on != found.on],
        "last": board.enrolment.ends_on - timedelta(days=1),
        "until": _until(request, board.enrolment),
        "repeats": request.POST.get("tous"),
        "copied": {_iso(text) for text in request.POST.getlist("copier")[:31]},
        "before": before,
        "before_on": before_on,
        "eve": found.on - timedelta(days=1),
        "can_add": len(form.typed) < board.enrolment.rules.most_ranges,
        "back": _month_at(board.enrolment, request.organisation.slug, found.on),
        "is_sheet": _is_sheet(request),
    }
    template = "family/hours/_day.html" if context["is_sheet"] else "family/hours/day.html"
    return render(request, template, context, status=status)


def _is_sheet(request: Any) -> bool:
    """Whether the day is opened over its month, and not as a page."""
    return (request.POST or request.GET).get("feuille") == "1"


@family_page
@require_POST
def answer(request: Any, slug: str, number: int) -> HttpResponse:
    """Take or leave, in one click, the hours that a structure proposes."""
    accept = request.POST.get("reponse") == "oui"
    try:
        answered = answer_proposal(actor=request.actor, number=number, accept=accept, now=request.now)
    except AlreadyDecided:
        messages.warning(request, _("Ces horaires ne vous sont plus proposés : voici où en est votre demande."))
    else:
        if any(each.fact is NoRoom for each in answered.refused):
            taken = _(
                "Ces horaires ont été pris entre-temps. Votre demande retourne à la structure, qui vous répondra."
            )
            messages.warning(request, taken)
        elif answered.refused:
            over = _("Ces horaires ne sont plus possibles : %s")
            messages.warning(request, over % sentence(answered.refused[0].fact.code))
        elif accept:
            messages.success(request, _("C’est noté : ces horaires sont réservés."))
        else:
            messages.success(request, _("C’est noté : ces horaires ne sont pas retenus."))
    return redirect("family:procedure", slug=slug, number=number)
