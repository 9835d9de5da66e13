"""Forms of the profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.accounts.rules import MAX_LENGTH
from preau.domain.families.enums import Medium
from preau.web.ui.typed import Email, Phone, Secret, Text, check_medium


class DetailsForm(forms.Form):
    """How to reach an adult, and what it likes best."""

    phone = Phone(label=_("Téléphone"), widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    mobile = Phone(label=_("Mobile"))
    medium = forms.ChoiceField(
        label=_("Comment préférez-vous être prévenu ?"),
        choices=[
            (Medium.EMAIL.value, _("Courriel")),
            (Medium.SMS.value, _("SMS")),
            (Medium.PHONE.value, _("Téléphone")),
            (Medium.POST.value, _("Courrier")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_medium(self)
        return data


class EmailForm(forms.Form):
    """A new e-mail, with the password: whoever finds the page open cannot take the account away."""

    email = Email(label=_("Nouveau courriel"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    current = Secret(
        label=_("Mot de passe actuel"),
        max_length=MAX_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _password(label: Any, autocomplete: str, *, required: bool, **attrs: str) -> Text:
    return Secret(
        label=label,
        max_length=MAX_LENGTH,
        required=required,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, **attrs}),
    )


class OwnIdentifiersForm(forms.Form):
    current = _password(_("Mot de passe actuel"), "current-password", required=True)
    username = Text(
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
