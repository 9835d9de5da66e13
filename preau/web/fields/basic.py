"""One field a line, its label first."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.kernel.bounds import Purpose
from preau.web.ui.typed import Day, Name, Phone, Text

CHOOSE = ("", _("Choisir"))
YES_NO = [("oui", _("Oui")), ("non", _("Non"))]
WEEKDAYS = [_("Lundi"), _("Mardi"), _("Mercredi"), _("Jeudi"), _("Vendredi"), _("Samedi"), _("Dimanche")]


def text(label: Any, length: int = 80, *, required: bool = True, help_text: Any = "", **attrs: str) -> Text:
    """One line."""
    widget = forms.TextInput(attrs=attrs)
    return Text(label=label, max_length=length, required=required, help_text=help_text, widget=widget)


def long_text(label: Any, *, required: bool = True, help_text: Any = "") -> Text:
    """Several lines, 4,000 characters at most."""
    widget = forms.Textarea(attrs={"rows": "4"})
    return Text(label=label, max_length=4000, required=required, help_text=help_text, widget=widget)


def name(label: Any, *, required: bool = True, **attrs: str) -> Name:
    """A name of a person."""
    return Name(label=label, max_length=80, required=required, widget=forms.TextInput(attrs=attrs))


def phone(label: Any, *, required: bool = False, **attrs: str) -> Phone:
    """A telephone number."""
    return Phone(label=label, required=required, widget=forms.TextInput(attrs={"type": "tel", **attrs}))


def day(label: Any, *, purpose: Purpose, required: bool = True, help_text: Any = "") -> Day:
    """A day, within what it is for."""
    return Day(label=label, purpose=purpose, required=required, help_text=help_text)


def choice(
    label: Any, choices: Iterable[tuple[Any, Any]], *, required: bool = True, help_text: Any = ""
) -> forms.ChoiceField:
    """One of several, « Choisir » first: nothing is answered for the person."""
    return forms.ChoiceField(label=label, required=required, help_text=help_text, choices=[CHOOSE, *choices])


def yes(label: Any, *, initial: bool = False, help_text: Any = "") -> forms.BooleanField:
    """A box to tick, or not."""
    return forms.BooleanField(label=label, required=False, initial=initial, help_text=help_text)
