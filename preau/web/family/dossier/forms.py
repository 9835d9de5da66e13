"""The parts of a dossier administratif, as forms whose answers are kept in the draft."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.documents.queries.publications import RegulationView
from preau.domain.families.queries.children import ConsentLine
from preau.web.fields import basic
from preau.web.fields.answers import AnswersForm
from preau.web.fields.basic import text


class HouseholdForm(AnswersForm):
    """What is the same for all the children: said once."""

    address_is_right = forms.BooleanField(label=_("L’adresse et les personnes du foyer sont exactes"))
    phone = basic.phone(_("Téléphone en cas d’urgence"), required=True)
    direct_debit = forms.BooleanField(
        label=_("Je souhaite payer par prélèvement automatique"),
        required=False,
        help_text=_("Le mandat et le RIB vous seront demandés dans les documents."),
    )


class IdentityForm(AnswersForm):
    identity_is_right = forms.BooleanField(label=_("Le nom, le prénom et la date de naissance sont exacts"))
    school = text(_("École à la rentrée"), 120, required=False)
    level = text(_("Classe à la rentrée"), 40, required=False)


class ConsentsForm(AnswersForm):
    """One question per authorisation: yes, no, or nothing yet where it is not required."""

    def __init__(self, *args: Any, lines: list[ConsentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            choices: list[tuple[str, Any]] = [("yes", _("Oui")), ("no", _("Non"))]
            if not line.is_required:
                choices.append(("", _("Sans réponse")))
            self.fields[line.code] = forms.ChoiceField(
                label=line.title,
                help_text=line.help,
                required=line.is_required,
                choices=choices,
                widget=forms.RadioSelect,
                error_messages={"required": _("Répondez oui ou non.")},
            )


class RulesForm(forms.Form):
    def __init__(self, *args: Any, rules: list[RegulationView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in rules:
            if rule.accepted_at is None:
                self.fields[f"r{rule.regulation_id}"] = forms.BooleanField(
                    label=_("J’ai lu et j’accepte : %s") % rule.title,
                    error_messages={"required": _("Cochez pour accepter ce règlement.")},
                )
