"""The fields of every form: what is typed is cleaned by `base.typed`, a date is bounded by what it is for.

No form of the screens has a bare text, e-mail or date field (tests/architecture).
"""

from contextvars import ContextVar
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from preau.base import typed
from preau.kernel.bounds import Purpose, bounds_of
from preau.kernel.clock_times import DAY, read_clock
from preau.kernel.french_dates import jj_mm_aaaa

# The local day of the request, set by the middleware: what a date may be depends on it.
TODAY: ContextVar[date] = ContextVar("today")

SENTENCES = {
    "name": _("Un nom s’écrit avec des lettres, sans chiffre ni signe d’adresse."),
    "phone": _("Écrivez le numéro avec ses dix chiffres, par exemple 02 61 91 00 00."),
    "phone_abroad": _("Écrivez le numéro avec l’indicatif de son pays, par exemple +32 475 12 34 56."),
    "email": _("Vérifiez le courriel : il contient un signe qui n’existe pas dans une adresse."),
    "postcode": _("Un code postal français a cinq chiffres."),
}


def refusal(problem: typed.Untypable) -> ValidationError:
    """Return the sentence of what cannot be taken."""
    return ValidationError(SENTENCES[problem.code], code=problem.code)


class Text(forms.CharField):
    """One line, cleaned; several with a textarea."""

    def to_python(self, value: Any) -> str:
        found = super().to_python(value)
        return typed.clean(found, lines=isinstance(self.widget, forms.Textarea)) if found else found


class Name(Text):
    """The name of a person."""

    def to_python(self, value: Any) -> str:
        found = super().to_python(value)
        try:
            return typed.name(found) if found else found
        except typed.Untypable as problem:
            raise refusal(problem) from problem


class Phone(Text):
    """A telephone number, French or foreign, kept in one form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel"}))
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> str:
        found = super().to_python(value)
        try:
            return typed.phone(found) if found else found
        except typed.Untypable as problem:
            raise refusal(problem) from problem


class Email(forms.EmailField):
    """An e-mail in the form in which it is sent to and compared."""

    def to_python(self, value: Any) -> str:
        found = super().to_python(value)
        try:
            return typed.email(found) if found else found
        except typed.Untypable as problem:
            raise refusal(problem) from problem


class Secret(forms.CharField):
    """A password: never trimmed, in one Unicode form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        found = super().to_python(value)
        return typed.secret(found) if found else found


class Day(forms.DateField):
    """A day, as browsers send it or as people type it, within what it is for."""

    def __init__(self, *args: Any, purpose: Purpose, **kwargs: Any) -> None:
        self.purpose = purpose
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        kwargs.setdefault("error_messages", {"invalid": _("Écrivez une date, par exemple 03/09/2026.")})
        super().__init__(*args, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        today = TODAY.get(None)
        if value is None or today is None:
            return
        first, last = bounds_of(self.purpose, today=today)
        if not first <= value <= last:
            raise ValidationError(
                _("Vérifiez l’année : cette date va du %(first)s au %(last)s."),
                code="year",
                params={"first": jj_mm_aaaa(first), "last": jj_mm_aaaa(last)},
            )


class Clock(forms.CharField):
    """A time of the day, as browsers send it or as people type it; a minute of the local day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(attrs={"type": "time"}))
        super().__init__(*args, **kwargs)

    def clean(self, value: Any) -> int | None:
        """Return the minute; None when nothing is typed."""
        text = super().clean(value)
        if not text:
            return None
        try:
            minute = read_clock(text)
        except ValueError:
            raise ValidationError(_("Écrivez une heure, par exemple 17:30."), code="clock") from None
        return min(minute, DAY - 1)


def check_postcode(form: forms.Form) -> None:
    """Refuse a French postcode that has not five digits: it is read with the country, asked just after."""
    code = form.cleaned_data.get("postcode")
    if not code or "postcode" in form.errors:
        return
    try:
        form.cleaned_data["postcode"] = typed.postcode(code, country=str(form.cleaned_data.get("country") or ""))
    except typed.Untypable as problem:
        form.add_error("postcode", refusal(problem))


def check_medium(form: forms.Form) -> None:
    """Refuse a preferred means that the person has not given: an SMS without a mobile, a call without a number."""
    data = form.cleaned_data
    if data.get("medium") == "sms" and not data.get("mobile") and "mobile" not in form.errors:
        form.add_error("mobile", _("Donnez un mobile pour recevoir des SMS, ou choisissez un autre moyen."))
    has_number = data.get("phone") or data.get("mobile") or {"phone", "mobile"} & set(form.errors)
    if data.get("medium") == "phone" and not has_number:
        form.add_error("phone", _("Donnez un numéro, ou choisissez un autre moyen."))
