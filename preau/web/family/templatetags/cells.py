"""The cells of a calendar of bookings, in Python: a month has some fifty boxes, and a template took half of the page's
time to write them."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from preau.kernel.french_dates import jj_mm, jj_mm_aaaa
from preau.web.family.bookings.grid import Box, Day
from preau.web.family.bookings.recap import RecapDay
from preau.web.family.bookings.weekgrid import Cell, Group, Row
from preau.web.ui.templatetags.fr import day_words_short, weekday_full, weekday_short
from preau.web.ui.templatetags.ui import icon

register = template.Library()

NOTHING = mark_safe("")


@register.simple_tag
def day_cell(day: Day, with_past: bool) -> SafeString:
    """A day of the calendar: its date, then its boxes, or why it has none."""
    words = day_words_short(day.on)
    return format_html(
        '<td role="cell"{}><div class="dh"><span class="dow">{}</span><time datetime="{}">{}</time>{}</div>{}</td>',
        _marks(day, with_past=with_past),
        weekday_short(day.on),
        day.on.isoformat(),
        jj_mm(day.on),
        format_html('<span class="full">{}</span>', _("au %(last)s") % {"last": jj_mm(day.run_last)})
        if day.run_last
        else NOTHING,
        format_html(
            '<div class="units" role="group" aria-label="{}">{}</div>',
            words,
            mark_safe("".join(_box(box, words) for box in day.boxes)),  # noqa: S308 -- each has been escaped
        )
        if day.boxes
        else format_html('<p class="why-not">{}</p>', day.closed or _("Pas d’activité")),
    )


def _marks(day: Day, *, with_past: bool) -> SafeString:
    marks = [
        ' aria-current="date"' if day.is_today else "",
        ' data-s="closed"' if not day.boxes else (' data-s="out"' if day.is_outside else ""),
        " data-run" if day.in_run else "",
        " data-past" if day.is_past and not with_past else "",
    ]
    return mark_safe("".join(marks))  # noqa: S308 -- our own words


def _box(box: Box, day: str) -> SafeString:
    if box.is_open:
        return _open_box(box, day)
    name, note = box.slot.unit_name, box.note
    if box.slot.why == "full":
        return format_html('<span class="u" data-s="full"><span>{}</span><small>{}</small></span>', name, note)
    if not box.slot.is_booked:
        told = format_html('<small class="why">{}</small>', note)
    else:
        told = format_html('<small>{}</small><span class="vh">, {}</span>', _("réservé"), note)
    return format_html('<span class="u" data-s="{}">{}<span>{}</span>{}</span>', box.state, icon("lock"), name, told)


def _open_box(box: Box, day: str) -> SafeString:
    name, note = box.slot.unit_name, box.note
    on_paper = _on_paper(box)
    return format_html(
        '<input type="hidden" name="seen" value="{}"><label class="u"{}><input type="checkbox" name="u" value="{}"{}'
        ' aria-label="{}"><span>{}</span>{}{}</label>',
        box.seen,
        format_html(' data-s="{}"', box.state) if box.state else NOTHING,
        box.slot.slot_id,
        CHECKED if box.shown else NOTHING,
        ", ".join(filter(None, (name, day, note))),
        name,
        format_html("<small>{}</small>", note) if note else NOTHING,
        format_html('<small class="only-paper">{}</small>', on_paper) if on_paper else NOTHING,
    )


CHECKED = mark_safe(" checked")


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
    said = f"{group.name}, {row.said}"
    return mark_safe("".join(_week_cell(cell, said, is_month=is_month) for cell in row.cells))  # noqa: S308 -- escaped


def _week_cell(cell: Cell, said: str, *, is_month: bool) -> SafeString:
    place = format_html(' class="c{}"', cell.place) if cell.place is not None else NOTHING
    return format_html('<td role="cell"{}>{}</td>', place, _in_week_cell(cell, said, is_month=is_month))


def _in_week_cell(cell: Cell, said: str, *, is_month: bool) -> SafeString:
    day = cell.on.day
    if cell.is_open:
        places = cell.places if cell.remaining is not None else ""
        return format_html(
            '<label class="u"{}><input type="checkbox" name="u" value="{}"{} aria-label="{}"><span>{}</span>{}</label>',
            format_html(' data-s="{}"', cell.state) if cell.state else NOTHING,
            cell.value,
            CHECKED if cell.shown else NOTHING,
            ", ".join(filter(None, (said, day_words_short(cell.on), places))),
            day,
            format_html("<small>{}</small>", places) if places else NOTHING,
        )
    if cell.slot is None:
        return NOTHING
    lock = icon("lock")
    if is_month:
        words = '<span class="u" data-s="{}">{}<span>{}</span><span class="vh"> {}</span></span>'
        return format_html(words, cell.state, lock, day, cell.note)
    return format_html(
        '<button type="button" class="u" data-s="{}" popovertarget="j{}">{}<span>{}</span><small>{}</small>'
        '<span class="vh">, {}</span></button>',
        cell.state,
        f"{cell.on:%Y%m%d}",
        lock,
        day,
        cell.note,
        said,
    )


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
