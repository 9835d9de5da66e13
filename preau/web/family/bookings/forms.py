"""What the booking pages send, read without trust."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from preau.domain.bookings.enums import Rhythm
from preau.kernel.bounds import Purpose
from preau.kernel.french_dates import WEEKDAYS
from preau.web.ui.typed import Day, Text

MAX_BOXES = 1500
MAX_PARTICIPANT = 13


class Tampered(Exception):
    """The page sent something that it never held."""


def read_day(text: str | None, *, default: date) -> date:
    """Return a day of an address.

    :raises Tampered: not a date, or out of any school year one may look at.
    """
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise Tampered(text) from problem
    if abs((day - default).days) > 1100:
        raise Tampered(text)
    return day


def read_boxes(data: QueryDict) -> tuple[dict[int, bool], frozenset[int]]:
    """Return what each box showed, and which came back ticked.

    :raises Tampered: ids that are not numbers, or more than any month holds.
    """
    seen_raw, ticked_raw = data.getlist("seen"), data.getlist("u")
    if len(seen_raw) > MAX_BOXES or len(ticked_raw) > MAX_BOXES:
        raise Tampered("too many boxes")
    seen = {}
    for item in seen_raw:
        slot_id, _sep, flag = item.partition(":")
        seen[_number(slot_id)] = flag == "1"
    ticked = frozenset(_number(item) for item in ticked_raw)
    if not ticked <= set(seen):
        raise Tampered("a tick without its box")
    return seen, ticked


def read_week(data: QueryDict) -> tuple[dict[int, dict[int, bool]], dict[int, frozenset[int]]]:
    """Return, by enrolment, what each box of the week showed, and which came back ticked.

    The page says what it showed in one field, « 12-3456:1 12-3457:0 »; a tick is « 12-3456 ».

    :raises Tampered: anything else, a tick without its box, or more than any month holds.
    """
    seen, raw = read_shown(data.get("seen", "")), data.getlist("u")
    if len(raw) > MAX_BOXES:
        raise Tampered("too many boxes")
    ticked: dict[int, set[int]] = {}
    for box in raw:
        enrolment_id, slot_id = _box(box)
        if slot_id not in seen.get(enrolment_id, {}):
            raise Tampered("a tick without its box")
        ticked.setdefault(enrolment_id, set()).add(slot_id)
    return seen, {pk: frozenset(slots) for pk, slots in ticked.items()}


def read_shown(text: str, *, at_most: int = MAX_BOXES) -> dict[int, dict[int, bool]]:
    """Return by enrolment and slot what a page said that it showed, « 12-3456:1 12-3457:0 ».

    :raises Tampered: anything else, or more than any month holds.
    """
    shown = text.split()
    if len(shown) > at_most:
        raise Tampered("too many boxes")
    seen: dict[int, dict[int, bool]] = {}
    for item in shown:
        box, _sep, flag = item.partition(":")
        enrolment_id, slot_id = _box(box)
        seen.setdefault(enrolment_id, {})[slot_id] = flag == "1"
    return seen


def _box(text: str) -> tuple[int, int]:
    enrolment_id, _sep, slot_id = text.partition("-")
    return _number(enrolment_id), _number(slot_id)


def read_key(text: str) -> str:
    """Return the key of a participant (« c12 »), or "".

    :raises Tampered: anything else.
    """
    if text and not (text[:1] in "caf" and text[1:].isascii() and text[1:].isdigit() and len(text) <= MAX_PARTICIPANT):
        raise Tampered(text)
    return text


def read_ids(values: Iterable[str]) -> list[int]:
    """Return ids sent by a form.

    :raises Tampered: not numbers.
    """
    return [_number(value) for value in values]


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise Tampered(text)
    return int(text)


RHYTHMS = [
    (Rhythm.EVERY.value, _("toutes les semaines")),
    (Rhythm.EVEN.value, _("semaines paires")),
    (Rhythm.ODD.value, _("semaines impaires")),
    (Rhythm.ONE_IN_TWO.value, _("une semaine sur deux, à partir de la première")),
]


class RepeatForm(forms.Form):
    """« Toutes les semaines jusqu’au … », from the week shown."""

    until = Day(label=_("Jusqu’au"), purpose=Purpose.CALENDAR)
    rhythm = forms.ChoiceField(label=_("Semaines"), choices=RHYTHMS)


class UsualWeekForm(forms.Form):
    name = Text(
        label=_("Nom de la semaine"),
        max_length=40,
        error_messages={"required": _("Donnez un nom à cette semaine, par exemple « Semaine de papa ».")},
    )


class PeriodicityForm(forms.Form):
    weekdays = forms.MultipleChoiceField(
        label=_("Jours"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins un jour.")},
    )
    units = forms.MultipleChoiceField(
        label=_("Moments"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins un moment.")},
    )
    start = Day(label=_("Du"), purpose=Purpose.CALENDAR)
    end = Day(label=_("Au"), purpose=Purpose.CALENDAR)
    rhythm = forms.ChoiceField(
        label=_("Semaines"),
        choices=RHYTHMS,
    )
    wanted = forms.ChoiceField(
        label=_("Ce que je veux"), choices=[("1", _("réserver")), ("0", _("annuler"))], initial="1"
    )

    def __init__(self, *args: Any, weekdays: str, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekdays"].choices = [(digit, WEEKDAYS[int(digit)]) for digit in sorted(weekdays)]  # type: ignore[attr-defined]
        self.fields["units"].choices = units  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] < data["start"]:
            self.add_error("end", _("La fin est avant le début. Corrigez l’une des deux dates."))
        return data
