"""The parts of a dossier administratif, as forms whose answers are kept in the draft."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from preau.domain.documents.queries.publications import RegulationView
from preau.domain.families.queries.children import ConsentLine
from preau.domain.families.rules import Vaccine
from preau.kernel.bounds import Purpose
from preau.web.fields import basic
from preau.web.fields.answers import AnswersForm
from preau.web.fields.basic import day, long_text, text
from preau.web.ui.typed import TODAY


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


class HealthForm(AnswersForm):
    """What the team needs from the first day. A diet is a food word: its reason is nobody’s business."""

    pai = forms.ChoiceField(
        label=_("A-t-il une allergie ou un traitement qui demande un PAI ?"),
        choices=[
            ("no", _("Non")),
            ("asked", _("Oui, un PAI est en préparation")),
            ("signed", _("Oui, un PAI est signé")),
        ],
        widget=forms.RadioSelect,
    )
    pai_until = day(_("PAI valable jusqu’au"), purpose=Purpose.VALIDITY, required=False)
    avoid = long_text(
        _("Ce qu’il ne doit ni manger ni toucher"),
        required=False,
        help_text=_("Par exemple : arachide, œuf, piqûre de guêpe."),
    )
    treatments = long_text(_("Traitements"), required=False)
    doctor_name = text(_("Médecin qui le suit"), 120)
    doctor_phone = basic.phone(_("Téléphone du médecin"))
    diet = forms.ChoiceField(
        label=_("Ses repas"),
        choices=[
            ("standard", _("Standard")),
            ("no_pork", _("Sans porc")),
            ("no_meat", _("Sans viande")),
            ("vegetarian", _("Végétarien")),
            ("packed", _("Panier apporté, avec un PAI")),
        ],
    )
    vaccines = forms.MultipleChoiceField(
        label=_("Vaccins obligatoires à jour"), required=False, widget=forms.CheckboxSelectMultiple
    )
    support = long_text(
        _("Aide dont il a besoin au quotidien"),
        required=False,
        help_text=_("Par exemple : un adulte à table. La raison ne nous regarde pas."),
    )

    def __init__(self, *args: Any, compulsory: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vaccines"].choices = [(code, _vaccine(code)) for code in compulsory]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("pai") in ("asked", "signed") and not data.get("avoid") and not data.get("treatments"):
            self.add_error("avoid", _("Écrivez au moins un mot : ce qu’il doit éviter, ou son traitement."))
        until, on = data.get("pai_until"), TODAY.get(None)
        if data.get("pai") == "signed" and until and on and until < on:
            self.add_error(
                "pai_until",
                _("Ce PAI n’est plus valable : faites-le renouveler, et répondez « en préparation » d’ici là."),
            )
        if data.get("pai") == "no":
            data["pai_until"] = None  # a date without its « oui » says nothing
        return data

    def as_typed(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().as_typed()
        typed["vaccines"] = [each for each in self.data.getlist("vaccines") if each in set(Vaccine)]
        if typed["pai"] not in ("no", "asked", "signed"):
            typed["pai"] = "no"
        return typed


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


def _vaccine(code: str) -> str:
    """The name of a vaccine, as every screen says it."""
    return render_to_string("papers/words/_vaccine.html", {"code": code}).strip()
