"""Dates and hours in words, in the reader's language. Figures (JJ/MM) are the same in both."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from types import ModuleType

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from preau.kernel import clock_times, english_dates, french_dates, french_words, money

register = template.Library()
register.filter("jj_mm", french_dates.jj_mm)
register.filter("jj_mm_aaaa", french_dates.jj_mm_aaaa)
register.filter("euros", money.euros_words)
register.filter("rate", money.rate_words)
register.filter("decimal_hours", money.hours_words)
register.filter("long_words", money.minutes_words)
register.filter("hh_mm", clock_times.clock_words)  # « 09:30 », as time fields write it


def _dates() -> ModuleType:
    return english_dates if (get_language() or "fr").startswith("en") else french_dates


@register.filter
def of(name: str) -> str:
    """« de Lina », « d’Oscar »."""
    return french_words.of(name) if _dates() is french_dates else f"of {name}"


@register.filter
def of_the(name: str) -> str:
    """« de la Mairie de Saint-Loup », « du Syndicat du Val »."""
    return french_words.of_the(name) if _dates() is french_dates else f"of {name}"


@register.filter
def day_words(day: date) -> str:
    """« lundi 12 mai 2025 »."""
    return str(_dates().day_words(day))


@register.filter
def day_words_short(day: date) -> str:
    """« lundi 12 mai », without the year."""
    return str(_dates().day_words(day, year=False))


@register.filter
def day_short(day: date) -> str:
    """« 25 févr. 2025 »."""
    return str(_dates().day_short(day))


@register.filter
def month_words(day: date) -> str:
    """« Mai 2025 »."""
    return str(_dates().month_words(day))


@register.filter
def weekday_short(day: date) -> str:
    """« lun. »."""
    is_english = _dates() is english_dates
    return english_dates.WEEKDAYS[day.weekday()][:3] if is_english else french_dates.WEEKDAYS_SHORT[day.weekday()]


@register.filter
def weekday_full(day: date) -> str:
    """« Lundi »."""
    return str(_dates().WEEKDAYS[day.weekday()]).capitalize()


@register.simple_tag
def weekday_name(number: int) -> str:
    """Return a day of the week in full, Monday being 0: « Lundi »."""
    return str(_dates().WEEKDAYS[number]).capitalize()


@register.filter
def hour_words(minute: int) -> str:
    """« 8 h 30 »."""
    return str(_dates().hour_words(minute))


@register.filter
def span_words(days: Sequence[date]) -> str:
    """« du 12 au 16/05/2025 »."""
    return str(_dates().span_words(days))


@register.filter
def clock(moment: datetime) -> str:
    """The local hour of an instant."""
    return str(_dates().clock_words(timezone.localtime(moment)))


@register.filter
def local_day(moment: datetime) -> date:
    """The local day of an instant."""
    return timezone.localtime(moment).date()


@register.filter
def moment_words(moment: datetime) -> str:
    """« mardi 3 novembre à 8 h 12 »; midnight is the end of the evening before: « 23 h 59 » cannot be read as the night
    before."""
    local, dates = timezone.localtime(moment), _dates()
    if dates is not english_dates:
        return french_dates.limit_words(local)
    if (local.hour, local.minute) == (0, 0):
        return f"{dates.day_words(local.date() - timedelta(days=1), year=False)}, 23:59"
    return f"{dates.day_words(local.date(), year=False)} at {dates.clock_words(local)}"


@register.filter
def weight(size: int) -> str:
    """The size of a file: « 120 Ko », « 1,2 Mo »."""
    is_english = _dates() is english_dates
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}\u00a0{'KB' if is_english else 'Ko'}"
    figure = f"{size / 1_000_000:.1f}"
    return f"{figure}\u00a0MB" if is_english else f"{figure.replace('.', ',')}\u00a0Mo"


@register.simple_tag
def period_words(starts_on: date, ends_on: date) -> str:
    """A half-open period told by its last day included: « du 01/09/2026 au 07/07/2027 »."""
    return str(_dates().period_words(starts_on, ends_on - timedelta(days=1)))


@register.filter
def iso_day(text: str) -> str:
    """Say a day kept as ISO text, « 05/11/2026 »; what cannot be read is shown as it was typed."""
    try:
        return french_dates.jj_mm_aaaa(date.fromisoformat(text))
    except (TypeError, ValueError):
        return str(text or "")
