"""How long a démarche has waited, and how long its promised answer is off, in words."""

from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _length(span: timedelta, *, in_days: timedelta = DAY) -> str:
    """« 3 jours », « 5 h » or « 12 min », rounded down, never nothing. `in_days`: from when it is counted so."""
    if span >= in_days:
        return ngettext("%s jour", "%s jours", span.days) % span.days
    if span >= HOUR:
        return _("%s h") % (span // HOUR)
    return _("%s min") % max(1, span // timedelta(minutes=1))


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    """« il y a 3 jours »."""
    return _("il y a %s") % _length(now - moment)


@register.filter
def within(moment: datetime, now: datetime) -> str:
    """« dans 4 min », rounded down: it never promises more time than there is left."""
    return _("dans %s") % _length(max(moment - now, timedelta(minutes=1)))


@register.simple_tag
def delay(due_at: datetime | None, now: datetime) -> SafeString:
    """What is left of the promised delay, or by how much it is over, said and not only coloured."""
    if due_at is None:
        return SafeString("")
    if due_at < now:
        return format_html(
            '<b class="small tone nowrap" data-tone="bad">{}</b>', _("en retard de %s") % _length(now - due_at)
        )
    # Of almost two days, « 1 jour » would hide one.
    return format_html(
        '<span class="small mute nowrap">{}</span>', _("reste %s") % _length(due_at - now, in_days=2 * DAY)
    )
