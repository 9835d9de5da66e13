"""Forms of a child's sheets: health, authorisations, persons. Shared with the dossier administratif."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import Answer, ContactKind
from preau.domain.families.queries import ConsentLine
from preau.domain.families.rules import MAX_HEALTH_TEXT, Vaccine, compulsory_vaccines
from preau.web.family.procedures.forms import DraftForm, PhoneField, day, text

VACCINES = {
    Vaccine.DTP: _("Diphtérie, tétanos, poliomyélite (DTP)"),
    Vaccine.PERTUSSIS: _("Coqueluche"),
    Vaccine.HIB: _("Haemophilus influenzae b (Hib)"),
    Vaccine.HEPATITIS_B: _("Hépatite B"),
    Vaccine.PNEUMOCOCCUS: _("Pneumocoque"),
    Vaccine.MENINGOCOCCUS_C: _("Méningocoque C"),
    Vaccine.MENINGOCOCCUS_ACWY: _("Méningocoques ACWY"),
    Vaccine.MENINGOCOCCUS_B: _("Méningocoque B"),
    Vaccine.MMR: _("Rougeole, oreillons, rubéole (ROR)"),
}


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": "3"})
    return forms.CharField(label=label, max_length=MAX_HEALTH_TEXT, required=False, help_text=help_text, widget=widget)


class HealthForm(DraftForm):
    """The health sheet of a child (A20). Bears the compulsory vaccines of its birth date."""

    avoid = _words(_("Allergies et intolérances"), _("Ce que l’enfant ne doit ni manger, ni toucher."))
    diet = forms.ChoiceField(
        label=_("Repas"),
        choices=[
            ("standard", _("Repas ordinaire")),
            ("no_pork", _("Sans porc")),
            ("no_meat", _("Sans viande")),
            ("vegetarian", _("Végétarien")),
            ("packed", _("Panier-repas prévu par le PAI")),
        ],
    )
    pai = forms.ChoiceField(
        label=_("Projet d’accueil individualisé (PAI)"),
        choices=[("no", _("Pas de PAI")), ("asked", _("PAI demandé, pas encore signé")), ("signed", _("PAI signé"))],
    )
    pai_until = day(_("PAI valable jusqu’au"), required=False, help_text=_("Dernier jour, écrit sur le PAI."))
    treatments = _words(_("Traitements en cours"), _("Aucun médicament n’est donné sans ordonnance."))
    support = _words(
        _("Aide dont l’enfant a besoin"),
        _("Par exemple : un adulte à ses côtés, une rampe, des pauses. N’écrivez pas pourquoi."),
    )
    comment = _words(_("Autre chose à savoir"), _("Par exemple : lunettes, appareil auditif, sieste."))
    doctor_name = text(_("Médecin traitant"), 120, required=False)
    doctor_phone = PhoneField(_("Téléphone du médecin"))
    vaccines = forms.MultipleChoiceField(label=_("Vaccins à jour"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, born: date | None, initial: Any = None, **kwargs: Any) -> None:
        known = {"diet": "standard", "pai": "no", **(initial or {})}
        super().__init__(*args, initial=known, **kwargs)
        choices = [(each.value, VACCINES[each]) for each in compulsory_vaccines(born=born)]
        self.fields["vaccines"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("pai") == "signed" and not data.get("pai_until") and "pai_until" not in self.errors:
            self.add_error("pai_until", _("Donnez le dernier jour du PAI. Il est écrit sur le document."))
        if data.get("diet") == "packed" and data.get("pai") == "no":
            self.add_error("diet", _("Le panier-repas demande un PAI. Indiquez-le, ou choisissez un autre repas."))
        return data


class ConsentsForm(DraftForm):
    """The authorisations that the collectivité asks for: yes, no, or no answer (A21-07 to A21-15)."""

    PREFIX = "c_"
    ANSWERS = [(Answer.YES.value, _("Oui")), (Answer.NO.value, _("Non")), (Answer.NONE.value, _("Sans réponse"))]

    def __init__(self, *args: Any, types: Sequence[ConsentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = types
        for line in types:
            self.fields[self.PREFIX + line.code] = forms.ChoiceField(
                label=line.title,
                help_text=line.help,
                choices=self.ANSWERS,
                required=False,
                initial=(self.initial or {}).get(line.code, line.answer),
                widget=forms.RadioSelect,
            )

    def lines(self) -> list[tuple[ConsentLine, forms.BoundField]]:
        """Return each authorisation with its field."""
        return [(line, self[self.PREFIX + line.code]) for line in self.types]

    def as_values(self) -> dict[str, Any]:
        """Return code of the authorisation → "yes", "no" or ""."""
        return {name.removeprefix(self.PREFIX): value for name, value in self.cleaned_data.items()}


class ContactForm(DraftForm):
    """« Personnes autorisées » : who may collect, whom to call, who must not come (A21-04, A21-05)."""

    kind = forms.ChoiceField(
        label=_("Cette personne"),
        choices=[
            ("", _("Choisir")),
            (ContactKind.PICK_UP.value, _("peut venir chercher l’enfant")),
            (ContactKind.CALL.value, _("est à prévenir, mais ne vient pas chercher l’enfant")),
            (ContactKind.FORBIDDEN.value, _("ne doit pas venir chercher l’enfant (décision de justice)")),
        ],
    )
    last_name = text(_("Nom"))
    first_name = text(_("Prénom"))
    link = text(_("Qualité"), 40, required=False)
    phone = PhoneField(_("Téléphone"))
    mobile = PhoneField(_("Mobile"))
    email = forms.EmailField(label=_("Courriel"), required=False)
    is_to_call = forms.BooleanField(label=_("À prévenir aussi en cas d’urgence"), required=False)
    is_for_all = forms.BooleanField(label=_("Pour tous les enfants du foyer"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["link"].help_text = _("Par exemple : grand-mère, assistante maternelle, voisin.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_reachable = data.get("phone") or data.get("mobile")
        is_forbidden = data.get("kind") == ContactKind.FORBIDDEN
        if not is_reachable and not is_forbidden and not {"phone", "mobile"} & set(self.errors):
            self.add_error("mobile", _("Donnez un numéro : la personne doit pouvoir être jointe."))
        return data
