"""Forms of the account screens. They check shapes; operations decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.accounts.rules import MAX_LENGTH, PasswordProblem
from preau.web.fields import basic
from preau.web.fields.address import AddressFields
from preau.web.fields.basic import name, text
from preau.web.fields.person import MEDIA, AdultFields
from preau.web.ui.typed import Email, Secret, Text, check_medium

PASSWORD_SENTENCES = {
    PasswordProblem.TOO_SHORT: _("Ce mot de passe est trop court : il faut 12 caractères au moins."),
    PasswordProblem.TOO_LONG: _("Ce mot de passe est trop long : 256 caractères au plus."),
    PasswordProblem.TOO_WEAK: _("Ce mot de passe est trop simple. Allongez-le ou variez les caractères."),
    PasswordProblem.TOO_COMMON: _("Ce mot de passe est trop connu ou déjà utilisé. Choisissez-en un autre."),
    PasswordProblem.PERSONAL: _("Ce mot de passe contient votre nom ou votre identifiant. Choisissez-en un autre."),
}


def _password(label: Any, autocomplete: str, *, required: bool = True, **attrs: str) -> Text:
    return Secret(
        label=label,
        max_length=MAX_LENGTH,
        required=required,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, **attrs}),
        error_messages={"required": _("Saisissez le mot de passe.")},
    )


class LoginForm(forms.Form):
    username = Text(
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
    username = Text(
        label=_("Identifiant d’utilisateur"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Saisissez un identifiant.")},
    )
    field_order = ("username", "password", "confirmation")


class ForgottenForm(forms.Form):
    email = Text(
        label=_("Courriel ou identifiant"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Saisissez votre courriel ou votre identifiant.")},
    )


class SignUpForm(AddressFields, AdultFields):
    """An adult responsible for a child, whom the service may not know yet."""

    is_own = True
    birth_date = None
    last_name = name(_("Nom d’usage"), autocomplete="family-name")
    first_name = name(_("Prénom"), required=False, autocomplete="given-name")
    email = Email(label=_("Courriel"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = basic.phone(_("Téléphone"), autocomplete="tel")
    medium = forms.ChoiceField(label=_("Comment préférez-vous être prévenu ?"), choices=MEDIA)

    REACH = ("email", "phone", "mobile", "medium")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        check_medium(self)
        return data

    def reach(self) -> list[forms.BoundField]:
        return [self[name] for name in self.REACH]

    def person(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in (*self.ADDRESS, *self.REACH)]


class KeyForm(forms.Form):
    key = text(_("Enfance"), 20, required=False, autocapitalize="characters", spellcheck="false", autocomplete="off")


class EmailForm(forms.Form):
    """A new e-mail, with the password: whoever finds the page open cannot take the account away."""

    email = Email(label=_("Nouveau courriel"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    current = Secret(
        label=_("Mot de passe actuel"),
        max_length=MAX_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class OwnIdentifiersForm(forms.Form):
    current = _password(_("Mot de passe actuel"), "current-password")
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
