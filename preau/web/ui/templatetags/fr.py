"""Dates and counts as the French write them."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from preau.kernel import french_dates

register = template.Library()

register.filter("day_words", french_dates.day_words)
register.filter("day_short", french_dates.day_short)
register.filter("month_words", french_dates.month_words)
register.filter("jj_mm", french_dates.jj_mm)
register.filter("jj_mm_aaaa", french_dates.jj_mm_aaaa)
register.filter("hour_words", french_dates.hour_words)
register.filter("span_words", french_dates.span_words)


@register.filter
def day_words_short(day: date) -> str:
    """« lundi 12 mai », without the year."""
    return french_dates.day_words(day, year=False)


@register.filter
def weekday_short(day: date) -> str:
    return french_dates.WEEKDAYS_SHORT[day.weekday()]


@register.filter
def clock(moment: datetime) -> str:
    """The local hour of an instant, « 8 h 30 »."""
    return french_dates.clock_words(timezone.localtime(moment))


@register.filter
def local_day(moment: datetime) -> date:
    """The local day of an instant."""
    return timezone.localtime(moment).date()


@register.filter
def moment_words(moment: datetime) -> str:
    """« mardi 3 novembre à 8 h 12 »; midnight is told as the evening before."""
    local = timezone.localtime(moment)
    return f"{french_dates.day_words(local.date(), year=False)} à {french_dates.clock_words(local)}"


@register.simple_tag
def period_words(starts_on: date, ends_on: date) -> str:
    """A half-open period told by its last day included: « du 01/09/2026 au 07/07/2027 »."""
    return french_dates.period_words(starts_on, ends_on - timezone.timedelta(days=1))


@register.filter
def weekday_full(day: date) -> str:
    """« Lundi »."""
    return french_dates.WEEKDAYS[day.weekday()].capitalize()
