"""The form of an agent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.accounts.enums import Role
from preau.domain.accounts.rules import SiteMissing, check_staff_scope
from preau.web.ui.typed import Email, Name

ROLE_LABELS = [
    (Role.SITE_STAFF.value, _("Animateur de site : listes de ses sites")),
    (Role.AGENT.value, _("Agent : dossiers et réservations de ses services")),
    (Role.MANAGER.value, _("Responsable : décide, passe les délais, règle le service")),
    (Role.REGISSEUR.value, _("Régisseur")),
    (Role.ADMIN.value, _("Administrateur : réglages et agents")),
]


class ScopeForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Rôles"),
        choices=ROLE_LABELS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins un rôle.")},
    )
    departments = forms.MultipleChoiceField(label=_("Services"), required=False, widget=forms.CheckboxSelectMultiple)
    sites = forms.MultipleChoiceField(label=_("Sites"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, departments: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].choices = [(str(pk), name) for pk, name in departments]  # type: ignore[attr-defined]
        self.fields["sites"].choices = [(str(pk), name) for pk, name in sites]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            check_staff_scope(roles=data.get("roles", ()), site_ids=data.get("sites", ()))
        except SiteMissing:
            self.add_error("sites", _("Un animateur de site ne voit que ses sites : cochez-en au moins un."))
        return data

    def scope(self) -> dict[str, Any]:
        """Return what the operations ask for."""
        data = self.cleaned_data
        return {
            "roles": data["roles"],
            "department_ids": [int(each) for each in data["departments"]],
            "site_ids": [int(each) for each in data["sites"]],
        }


class AgentForm(ScopeForm):
    civility = forms.ChoiceField(label=_("Civilité"), choices=[("Mme", "Mme"), ("M.", "M.")])
    first_name = Name(label=_("Prénom"), max_length=80)
    last_name = Name(label=_("Nom"), max_length=80)
    email = Email(label=_("Courriel professionnel"))
    field_order = ("civility", "first_name", "last_name", "email", "roles", "departments", "sites")
