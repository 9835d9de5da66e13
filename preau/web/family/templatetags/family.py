"""Tags of the families' screens."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from preau.domain.families.queries.custody import OwnDays
from preau.web.family.bookings import recap
from preau.web.family.children import residence
from preau.web.family.statuses import STATUSES
from preau.web.ui.templatetags.ui import status

register = template.Library()


@register.simple_tag
def procedure_status(code: str) -> SafeString:
    """The state of a démarche, in words."""
    tone, text = STATUSES[code]
    return status(tone, str(text))


@register.filter
def own_days_words(days: OwnDays) -> str:
    """« Chez vous les semaines paires »."""
    return residence.own_days_words(days)


@register.filter
def by_month(days: Sequence[Any]) -> list[recap.Month]:
    """The months of a long list of days; nothing when it is short."""
    return recap.by_month(days)
