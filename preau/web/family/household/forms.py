"""Forms of the profile."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.accounts.rules import MAX_LENGTH
from preau.domain.families.enums import Medium

PHONE = re.compile(r"\+?[0-9 .()-]{10,30}")


def _phone(label: Any, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "tel", **attrs})
    return forms.CharField(label=label, max_length=30, required=False, widget=widget)


class DetailsForm(forms.Form):
    """How to reach an adult, and what it likes best."""

    phone = _phone(_("Téléphone"), autocomplete="tel")
    mobile = _phone(_("Mobile"))
    medium = forms.ChoiceField(
        label=_("Comment préférez-vous être prévenu ?"),
        choices=[
            (Medium.EMAIL.value, _("Courriel")),
            (Medium.SMS.value, _("SMS")),
            (Medium.PHONE.value, _("Téléphone")),
            (Medium.POST.value, _("Courrier")),
        ],
    )

    def clean_phone(self) -> str:
        return _checked(self.cleaned_data["phone"])

    def clean_mobile(self) -> str:
        return _checked(self.cleaned_data["mobile"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("medium") == Medium.SMS and not data.get("mobile") and "mobile" not in self.errors:
            self.add_error("mobile", _("Donnez un mobile pour recevoir des SMS, ou choisissez un autre moyen."))
        if data.get("medium") == Medium.PHONE and not (data.get("phone") or data.get("mobile")) and not self.errors:
            self.add_error("phone", _("Donnez un numéro, ou choisissez un autre moyen."))
        return data


def _checked(number: str) -> str:
    found = number.strip()
    if found and not PHONE.fullmatch(found):
        raise forms.ValidationError(_("Écrivez le numéro avec ses dix chiffres, par exemple 02 61 91 00 00."))
    return found


class EmailForm(forms.Form):
    """A new e-mail, with the password: whoever finds the page open cannot take the account away."""

    email = forms.EmailField(
        label=_("Nouveau courriel"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    current = forms.CharField(
        label=_("Mot de passe actuel"),
        max_length=MAX_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _password(label: Any, autocomplete: str, *, required: bool, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MAX_LENGTH,
        strip=False,
        required=required,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, **attrs}),
    )


class OwnIdentifiersForm(forms.Form):
    current = _password(_("Mot de passe actuel"), "current-password", required=True)
    username = forms.CharField(
        label=_("Identifiant d’utilisateur"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("Nouveau mot de passe"), "new-password", required=False, **{"data-rules": "regles"})
    confirmation = _password(_("Confirmation du nouveau mot de passe"), "new-password", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password", "") != data.get("confirmation", ""):
            self.add_error("confirmation", _("Les deux mots de passe sont différents. Saisissez le même."))
        return data
