"""The cells of a calendar of bookings, in Python: a month has some fifty boxes, and a template took half of the page's
time to write them."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from preau.kernel.french_dates import jj_mm, jj_mm_aaaa
from preau.web.family.bookings.grid import Box, Day
from preau.web.family.bookings.recap import RecapDay
from preau.web.family.bookings.weekgrid import Cell, Group, Row
from preau.web.ui.templatetags.fr import day_words_short, weekday_full, weekday_short
from preau.web.ui.templatetags.ui import icon

register = template.Library()


@register.simple_tag
def day_cell(day: Day, with_past: bool) -> SafeString:
    """A day of the calendar: its date, then its boxes, or why it has none."""
    words = _words_of(day.on)
    last = f'<span class="full">{_("au %(last)s") % {"last": jj_mm(day.run_last)}}</span>' if day.run_last else ""
    if day.boxes:
        boxes = "".join(_box(box, words) for box in day.boxes)
        inside = f'<div class="units" role="group" aria-label="{words}">{boxes}</div>'
    else:
        inside = f'<p class="why-not">{_safe(day.closed or _("Pas d’activité"))}</p>'
    return _whole(
        f'<td role="cell"{_marks(day, with_past=with_past)}><div class="dh"><span class="dow">{weekday_short(day.on)}'
        f'</span><time datetime="{day.on.isoformat()}">{jj_mm(day.on)}</time>{last}</div>{inside}</td>'
    )


def _marks(day: Day, *, with_past: bool) -> str:
    outside = ' data-s="out"' if day.is_outside else ""
    return (
        (' aria-current="date"' if day.is_today else "")
        + (outside if day.boxes else ' data-s="closed"')
        + (" data-run" if day.in_run else "")
        + (" data-past" if day.is_past and not with_past else "")
    )


def _box(box: Box, day: str) -> str:
    """One moment; the words of the collectivité in it are escaped once for all (`_safe`)."""
    name, note = _safe(box.slot.unit_name), _safe(box.note)
    if box.is_open:
        label = f"{name}, {day}, {note}" if note else f"{name}, {day}"
        checked, on_paper = " checked" if box.shown else "", _on_paper(box)
        return (
            f'<input type="hidden" name="seen" value="{box.seen}"><label class="u"{_state(box.state)}><input '
            f'type="checkbox" name="u" value="{box.slot.slot_id}"{checked} aria-label="{label}">'
            f"<span>{name}</span>{_small(note)}{_small(on_paper, 'only-paper')}</label>"
        )
    if box.slot.why == "full":
        return f'<span class="u" data-s="full"><span>{name}</span><small>{note}</small></span>'
    held = f'<small>{_safe(box.absence) or _("réservé")}</small><span class="vh">, {note}</span>'
    told = held if box.slot.is_booked else _small(note, "why")
    return f'<span class="u" data-s="{box.state}">{icon("lock")}<span>{name}</span>{told}</span>'


def _on_paper(box: Box) -> str:
    """What ink alone cannot show of a tick."""
    if box.state == "add":
        return _("à valider")
    if box.state == "del":
        return _("à annuler")
    return _("réservé") if box.shown else ""


@register.simple_tag
def week_row(row: Row, group: Group, is_month: bool) -> SafeString:
    """The cells of one moment of a child over the days of the page."""
    said = _safe(f"{group.name}, {row.said}")
    return _whole("".join(_week_cell(cell, said, is_month=is_month) for cell in row.cells))


def _week_cell(cell: Cell, said: str, *, is_month: bool) -> str:
    place = f' class="c{cell.place}"' if cell.place is not None else ""
    return f'<td role="cell"{place}>{_in_week_cell(cell, said, is_month=is_month)}</td>'


def _in_week_cell(cell: Cell, said: str, *, is_month: bool) -> str:
    day = cell.on.day
    if cell.is_open:
        places = _safe(cell.places) if cell.remaining is not None else ""
        label = f"{said}, {_words_of(cell.on)}" + (f", {places}" if places else "")
        return (
            f'<label class="u"{_state(cell.state)}><input type="checkbox" name="u" value="{cell.value}"'
            f'{" checked" if cell.shown else ""} aria-label="{label}"><span>{day}</span>{_small(places)}</label>'
        )
    if cell.href or cell.words:
        return _hours_cell(cell, said)
    if cell.slot is None:
        return ""
    lock, note = icon("lock"), _safe(cell.note)
    if is_month:
        return f'<span class="u" data-s="{cell.state}">{lock}<span>{day}</span><span class="vh"> {note}</span></span>'
    return (
        f'<button type="button" class="u" data-s="{cell.state}" popovertarget="j{cell.on:%Y%m%d}">{lock}<span>{day}'
        f'</span><small>{note}</small><span class="vh">, {said}</span></button>'
    )


def _hours_cell(cell: Cell, said: str) -> str:
    """A day by the hour: its ranges, and the way to choose others."""
    label = f"{said}, {_words_of(cell.on)}, {_safe(cell.note)}"
    ranges = "".join(f"<small>{_safe(words)}</small>" for words in cell.words) or f"<small>{icon('plus')}</small>"
    inside = f'<span>{cell.on.day}</span>{ranges}<span class="vh">, {label}</span>'
    if not cell.href:
        return f'<span class="u by-hour" data-s="{cell.state}">{inside}</span>'
    sheet = "" if cell.state == "wait" else " data-sheet"
    held = " data-held" if cell.shown and not cell.state else ""
    return f'<a class="u by-hour"{_state(cell.state)}{held}{sheet} href="{_safe(cell.href)}">{inside}</a>'


def _state(state: str) -> str:
    return f' data-s="{state}"' if state else ""


def _small(words: str, kind: str = "") -> str:
    """Words under a moment, already safe; nothing when there are none."""
    if not words:
        return ""
    return f'<small class="{kind}">{words}</small>' if kind else f"<small>{words}</small>"


@lru_cache(maxsize=4096)
def _safe(words: str) -> str:
    """Words of a collectivité or of a person, escaped: the same few come back in each box."""
    return str(escape(words))


def _words_of(day: date) -> str:
    return str(day_words_short(day))


def _whole(html: str) -> SafeString:
    """What the functions of this module have put together from `_safe` words, codes and numbers of ours."""
    return mark_safe(html)  # noqa: S308 -- see above


@register.simple_tag
def change_rows(days: Iterable[RecapDay]) -> SafeString:
    """The lines of a récapitulatif: a day, what is added, taken away, refused."""
    return mark_safe("".join(_change_row(day) for day in days))  # noqa: S308 -- each has been escaped


def _change_row(day: RecapDay) -> SafeString:
    added = format_html_join(" ", ADDED, ((name, _("ajouté")) for name in day.added))
    removed = format_html_join(" ", REMOVED, ((name, _("retiré")) for name in day.removed))
    refused = format_html_join("", REFUSED, ((icon("ban"), name, why) for name, why in day.refused))
    return format_html(
        '<tr><th scope="row">{} {}</th><td>{} {} {}</td></tr>',
        weekday_full(day.on).lower(),
        jj_mm_aaaa(day.on),
        added,
        removed,
        refused,
    )


ADDED = '<span class="u" data-s="add"><b aria-hidden="true">+</b>{}<span class="vh"> {}</span></span>'
REMOVED = '<span class="u" data-s="del">{}<span class="vh"> {}</span></span>'
REFUSED = '<p class="oops tone" data-tone="bad">{}<span>{} : {}</span></p>'
