"""What fills many boxes at once: a whole row, last week, a brother, week after week, one's own weeks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from preau.domain.bookings.enums import Rhythm
from preau.domain.bookings.operations import TooManyWeeks, drop_usual_week, keep_usual_week
from preau.domain.bookings.queries import copying, usual
from preau.domain.bookings.queries.board import Board, SlotView, slot_boards
from preau.domain.bookings.queries.copying import Fit, Place
from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.domain.procedures.operations.basket import change_basket
from preau.domain.procedures.queries import orders as kept
from preau.kernel.periods import Period, monday_of
from preau.web.family.bookings import forms
from preau.web.family.refusals import sentence
from preau.web.ui.templatetags.fr import day_words, day_words_short

TOLD = 4  # moments named one by one; the others are counted
BACK_WEEKS = 5  # « comme la semaine dernière » looks for the last week with something in it


def usual_weeks_of(request: Any) -> list[usual.UsualWeekView]:
    """Return the weeks that the reader has kept."""
    return usual.usual_weeks(actor=request.actor)


def apply(request: Any, *, name: str, value: str, boards: Sequence[Board], period: Period) -> None:
    """Do what a button asks for, and say what came of it. Nothing for « Enregistrer », or a button of no page.

    :raises Tampered: a value that no button holds.
    """
    acts = {
        "row": _whole_row,
        "like": _like_another,
        "before": _like_last_week,
        "repeat": _repeat,
        "usual": _usual,
        "usual_keep": _keep_usual,
        "usual_drop": _drop_usual,
    }
    if name in acts:
        acts[name](request, value, boards, period)


def _ticks(request: Any) -> Mapping[int, Mapping[int, bool]]:
    return kept.basket(actor=request.actor, on=request.today)


def _whole_row(request: Any, value: str, boards: Sequence[Board], period: Period) -> None:
    """« Tout »: tick the moment on every day of the page; untick it where all of them are ticked."""
    enrolment_id, _sep, code = value.partition(":")
    [pk] = forms.read_ids([enrolment_id])
    slots = [slot for board in boards if board.enrolment.enrolment_id == pk for slot in board.slots]
    row = [slot for slot in slots if slot.unit_code == code and (slot.can_add or slot.can_remove)]
    draft = _ticks(request).get(pk, {})
    wanted = not all(copying.is_shown(slot=slot, draft=draft) for slot in row)
    changes = {slot.slot_id: wanted for slot in row if slot.on >= request.today}
    held = {slot.slot_id: slot.is_booked for slot in row}
    change_basket(actor=request.actor, changes={pk: changes} if changes else {}, held={pk: held}, now=request.now)


def _like_another(request: Any, value: str, boards: Sequence[Board], period: Period) -> None:
    target, _sep, source = value.partition(":")
    target, source = forms.read_key(target), forms.read_key(source)
    ticks, rows = _ticks(request), _rows(boards)
    places = copying.ticked_places(boards=boards, ticks=ticks, period=period)
    wanted = copying.as_another(places=places, rows=rows, source=source, target=target)
    _fill(request, boards, wanted, nothing=_("Rien n’est coché pour cet enfant : il n’y a rien à reprendre."))


def _like_last_week(request: Any, value: str, boards: Sequence[Board], period: Period) -> None:
    """The last week with something in it: after holidays, the one before them."""
    start = period.start - timedelta(weeks=BACK_WEEKS)
    before = slot_boards(actor=request.actor, enrolments=_rows(boards), start=start, end=period.start, now=request.now)
    places = copying.ticked_places(boards=before, ticks=_ticks(request), period=Period(start, period.start))
    if places:
        model = monday_of(max(on for _pk, _code, on in places))
        places = {place for place in places if monday_of(place[2]) == model}
        weeks = (monday_of(period.start) - model).days // 7
        messages.info(request, _("Comme la semaine du %s.") % day_words(model))
        places = copying.moved(places=places, weeks=weeks)
    _fill(request, boards, places, nothing=_("Rien n’était réservé les semaines d’avant : il n’y a rien à reprendre."))


def _repeat(request: Any, value: str, boards: Sequence[Board], period: Period) -> None:
    form = forms.RepeatForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return
    until = form.cleaned_data["until"]
    places = copying.ticked_places(boards=boards, ticks=_ticks(request), period=period)
    rows = _rows(boards)
    last = max((row.ends_on for row in rows), default=period.end)
    if until < period.end:
        messages.error(request, _("Cette date est avant la fin de la semaine montrée. Choisissez une date plus loin."))
        return
    until = min(until, last - timedelta(days=1))
    wanted = copying.repeated(places=places, until=until, rhythm=Rhythm(form.cleaned_data["rhythm"]))
    later = slot_boards(
        actor=request.actor,
        enrolments=rows,
        start=period.end,
        end=max(until + timedelta(days=1), period.end),
        now=request.now,
    )
    _fill(request, later, wanted, nothing=_("Cochez d’abord la semaine à répéter."))


def _usual(request: Any, value: str, boards: Sequence[Board], period: Period) -> None:
    [week_id] = forms.read_ids([value])
    week = usual.find_usual_week(actor=request.actor, week_id=week_id)
    wanted = usual.places_of(week=week, rows=_rows(boards), monday=monday_of(period.start))
    _fill(request, boards, wanted, nothing=_("Aucune activité de cette semaine n’a lieu ici."))


def _keep_usual(request: Any, value: str, boards: Sequence[Board], period: Period) -> None:
    form = forms.UsualWeekForm(request.POST)
    places = copying.ticked_places(boards=boards, ticks=_ticks(request), period=period)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
    elif not places:
        messages.error(request, _("Cochez d’abord la semaine à garder."))
    else:
        by_id = {row.enrolment_id: row for row in _rows(boards)}
        moments = {(by_id[pk].participant_key, by_id[pk].activity, code, on.weekday()) for pk, code, on in places}
        name = form.cleaned_data["name"]
        try:
            keep_usual_week(actor=request.actor, name=name, moments=moments, now=request.now)
        except TooManyWeeks:
            messages.error(request, _("Vous gardez déjà huit semaines. Supprimez-en une d’abord."))
            return
        messages.success(request, _("« %s » est gardée : un geste la coche dans une autre semaine.") % name)


def _drop_usual(request: Any, value: str, boards: Sequence[Board], period: Period) -> None:
    [week_id] = forms.read_ids([value])
    drop_usual_week(actor=request.actor, week_id=week_id)
    messages.info(request, _("Cette semaine type est supprimée. Vos réservations n’ont pas changé."))


def _rows(boards: Sequence[Board]) -> list[BookableEnrolment]:
    return [board.enrolment for board in boards]


def _fill(request: Any, boards: Sequence[Board], wanted: set[Place], *, nothing: str) -> None:
    """Tick what can be had of these places, and say what cannot."""
    if not wanted:
        messages.warning(request, nothing)
        return
    found = copying.fit(boards=boards, ticks=_ticks(request), wanted=wanted)
    change_basket(actor=request.actor, changes=found.changes, now=request.now)
    _tell(request, found)


def _tell(request: Any, found: Fit) -> None:
    told = ngettext("%(n)s moment coché.", "%(n)s moments cochés.", found.count) % {"n": found.count}
    if not found.count:
        told = _("Rien de plus à cocher.")
    messages.info(request, told)
    for enrolment, slot in found.left[:TOLD]:
        messages.warning(request, _left_words(enrolment, slot))
    more = len(found.left) - TOLD
    if more > 0:
        words = ngettext("Et %(n)s autre moment impossible.", "Et %(n)s autres moments impossibles.", more)
        messages.warning(request, words % {"n": more})


def _left_words(enrolment: BookableEnrolment, slot: SlotView) -> str:
    who = ", ".join(part for part in (day_words_short(slot.on), slot.unit_name, enrolment.participant) if part)
    return f"{who[:1].upper()}{who[1:]}. {sentence(slot.why)}"
