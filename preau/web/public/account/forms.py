"""Forms of the account screens. They check shapes; operations decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.accounts.rules import MAX_LENGTH, PasswordProblem

PASSWORD_SENTENCES = {
    PasswordProblem.TOO_SHORT: _("Ce mot de passe est trop court : il faut 12 caractères au moins."),
    PasswordProblem.TOO_LONG: _("Ce mot de passe est trop long : 256 caractères au plus."),
    PasswordProblem.TOO_WEAK: _("Ce mot de passe est trop simple. Allongez-le ou variez les caractères."),
    PasswordProblem.TOO_COMMON: _("Ce mot de passe est trop connu ou déjà utilisé. Choisissez-en un autre."),
    PasswordProblem.PERSONAL: _("Ce mot de passe contient votre nom ou votre identifiant. Choisissez-en un autre."),
}


def _password(label: Any, autocomplete: str, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MAX_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, **attrs}),
        error_messages={"required": _("Saisissez le mot de passe.")},
    )


class LoginForm(forms.Form):
    username = forms.CharField(
        label=_("Identifiant ou courriel"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Saisissez votre identifiant.")},
    )
    password = _password(_("Mot de passe"), "current-password")
    remember = forms.BooleanField(label=_("Se souvenir de moi sur cet appareil, 30 jours"), required=False)


class NewPasswordForm(forms.Form):
    password = _password(_("Mot de passe"), "new-password", **{"data-rules": "regles"})
    confirmation = _password(_("Confirmation du mot de passe"), "new-password")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("confirmation") and data["password"] != data["confirmation"]:
            self.add_error("confirmation", _("Les deux mots de passe sont différents. Saisissez le même."))
        return data

    def refuse(self, problems: Any) -> None:
        """Say what the rule found wrong."""
        for problem in problems:
            self.add_error("password", PASSWORD_SENTENCES[problem])


class IdentifiersForm(NewPasswordForm):
    username = forms.CharField(
        label=_("Identifiant d’utilisateur"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Saisissez un identifiant.")},
    )
    field_order = ("username", "password", "confirmation")


class ForgottenForm(forms.Form):
    email = forms.CharField(
        label=_("Courriel ou identifiant"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Saisissez votre courriel ou votre identifiant.")},
    )
