"""Forms of the profile."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.accounts.rules import MAX_LENGTH

PHONE = re.compile(r"\+?[0-9 .]{10,20}")


class DetailsForm(forms.Form):
    phone = forms.CharField(
        label=_("Téléphone"),
        max_length=30,
        required=False,
        help_text=_("Pour vous joindre si votre enfant a besoin de vous."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError(_("Écrivez le numéro avec ses dix chiffres, par exemple 02 61 91 00 00."))
        return phone


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
