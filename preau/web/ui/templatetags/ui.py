"""Components. Each refuses a variant it does not know, so that a mistake is seen at once."""

from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from preau.web.ui.palette import HEX, Palette, palette_of
from preau.web.ui.prose import html_of

register = template.Library()

TONES = frozenset({"ok", "warn", "bad", "info", "wait", "new", "mute"})
KID_SIZES = frozenset({"", "sm", "lg", "xl"})
NOTICE_ICONS = {
    "ok": "circle-check",
    "warn": "triangle-alert",
    "bad": "triangle-alert",
    "info": "info",
    "wait": "hourglass",
    "new": "calendar-days",
    "mute": "info",
}
HUES = range(9)
DEFAULT_BRAND = "#1f6b57"  # that of tokens.css
MOST_NAMED_STEPS = 4  # more names than that do not stand on one line of a desk
DRAWINGS = frozenset({"sun", "plate", "tree", "blocks", "ball"})


def _known(value: str, allowed: Any, tag: str) -> str:
    if value not in allowed:
        raise template.TemplateSyntaxError(f"{tag}: unknown variant {value!r}")
    return value


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite, decorative: the text beside it says what it means.

    Kept for the life of the process, as the address of the sprite is: a page holds forty of them.
    """
    return format_html('<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("ui/icons.svg"), name)


@register.simple_tag
def kid(name: str, hue: int, size: str = "") -> SafeString:
    """A child: an arch with its hue (0 for a household) and its initial."""
    _known(size, KID_SIZES, "kid")
    if hue not in HUES:
        raise template.TemplateSyntaxError(f"kid: unknown hue {hue!r}")
    return format_html(
        '<span class="kid {}" {} aria-hidden="true">{}</span>',
        size,
        format_html('data-child="{}"', hue) if hue else SafeString('data-tone="mute"'),
        (name or "F")[0].upper(),
    )


@register.simple_tag
@cache
def drawing(name: str) -> SafeString:
    """A drawing that stands in an arch, decorative: the text under it says what it means."""
    _known(name, DRAWINGS, "drawing")
    return format_html(
        '<svg viewBox="0 0 120 96" aria-hidden="true"><use href="{}#d-{}"/></svg>', static("ui/drawings.svg"), name
    )


@register.simple_tag
def status(tone: str, text: str, icon_name: str = "") -> SafeString:
    """A state in words, with a colour and an icon that repeat it."""
    _known(tone, TONES, "status")
    return format_html(
        '<span class="tag" data-tone="{}">{}{}</span>', tone, icon(icon_name or NOTICE_ICONS[tone]), text
    )


@register.simple_block_tag
def oneline(content: str) -> SafeString:
    """Words written over several lines of a template, put in one: only the spaces inside a line are kept."""
    return SafeString("".join(line.strip() for line in content.splitlines()))


@register.simple_block_tag
def notice(content: str, *, tone: str, role: str = "") -> str:
    """A message the reader must not miss.

    {% notice tone="ok" %}C’est enregistré.{% endnotice %}
    """
    _known(tone, TONES, "notice")
    return render_to_string(
        "ui/components/notice.html", {"content": content, "tone": tone, "role": role, "icon_name": NOTICE_ICONS[tone]}
    )


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, **extra: Any) -> dict[str, Any]:
    """A field with its label, its help and its error, tied by aria attributes."""
    described = []
    if bound.errors:
        described.append(f"{bound.auto_id}-e")
    if bound.help_text:
        described.append(f"{bound.auto_id}-a")
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attrs),
        "is_checkbox": isinstance(bound.field.widget, CheckboxInput),
        **extra,
    }


@register.inclusion_tag("ui/components/choices.html")
def choices(bound: BoundField) -> dict[str, Any]:
    """A question with a few answers to tick, in a fieldset whose legend is the question."""
    return {"field": bound}


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form, one link per field; nothing when all is well.

    A browser never gives a file back with the page: whoever had chosen one is told to choose it again.
    """
    return {
        "errors": [(bound, error) for bound in form for error in bound.errors],
        "general": form.non_field_errors(),
        "is_bound": form.is_bound and bool(form.errors),
        "had_file": bool(form.files),
    }


@register.inclusion_tag("ui/components/steps.html")
def steps(current: int, *names: Any) -> dict[str, Any]:
    """The steps of a démarche, as hopscotch squares. `current` counts from 1; a name may be a list of names.

    Where the names do not fit, the current one is said alone: « 4 sur 7, Santé ».
    """
    words = [word for name in names for word in (name if isinstance(name, list | tuple) else (name,))]
    return {
        "steps": [(word, number, number < current) for number, word in enumerate(words, 1)],
        "current": current,
        "here": words[current - 1] if 0 < current <= len(words) else "",
        "is_long": len(words) > MOST_NAMED_STEPS,
    }


@register.inclusion_tag("ui/components/pagination.html", takes_context=True)
def pagination(context: dict[str, Any], page: Page[Any]) -> dict[str, Any]:
    """Previous and next, with what the address asks for besides the page."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    return {"page": page, "query": query.urlencode()}


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """Read a key that is not an identifier."""
    return mapping.get(key)


@register.filter
def prose(text: str) -> SafeString:
    """Markdown of a collectivité as safe HTML."""
    return html_of(text)


@register.filter
def palette(brand: str) -> dict[str, Palette]:
    """The colours of a collectivité for a page without stylesheet (a mail), by day and by night.

    One whose colour is unknown or wrong wears that of the product.
    """
    known = brand if HEX.fullmatch(brand or "") else DEFAULT_BRAND
    return {"light": palette_of(known), "dark": palette_of(known, dark=True)}
