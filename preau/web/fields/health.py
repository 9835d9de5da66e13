"""What a parent says of the health of a child and of its authorisations: in a dossier, out of it, or on paper."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import Answer
from preau.domain.families.rules import Vaccine
from preau.kernel.bounds import Purpose
from preau.web.fields import basic
from preau.web.fields.answers import AnswersForm
from preau.web.fields.basic import day, long_text, text
from preau.web.ui.typed import TODAY


class Question(Protocol):
    """An authorisation that is asked, with the answer known."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def answer(self) -> str: ...


class HealthForm(AnswersForm):
    """What the team needs from the first day. A diet is a food word: its reason is nobody’s business."""

    pai = forms.ChoiceField(
        label=_("Une allergie ou un traitement demande-t-il un PAI ?"),
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
    doctor_name = text(_("Médecin de l’enfant"), 120)
    doctor_phone = basic.phone(_("Téléphone du médecin"))
    diet = forms.ChoiceField(
        label=_("Ses repas"),
        choices=[
            ("standard", _("Repas ordinaire")),
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
        _("Aide nécessaire au quotidien"),
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


class SheetForm(HealthForm):
    """The health sheet out of any dossier (A20): the same questions, read again when they change."""

    comment = long_text(
        _("Autre chose à savoir"),
        required=False,
        help_text=_("Par exemple : lunettes, appareil auditif, sieste."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("pai") == "signed" and not data.get("pai_until") and "pai_until" not in self.errors:
            self.add_error("pai_until", _("Donnez le dernier jour du PAI. Il est écrit sur le document."))
        if data.get("diet") == "packed" and data.get("pai") == "no":
            self.add_error("diet", _("Le panier-repas demande un PAI. Indiquez-le, ou choisissez un autre repas."))
        return data


class ConsentsForm(AnswersForm):
    """The authorisations out of any dossier: yes, no, or no answer, which a parent may come back to (A21-14)."""

    PREFIX = "c_"
    ANSWERS = [(Answer.YES.value, _("Oui")), (Answer.NO.value, _("Non")), (Answer.NONE.value, _("Sans réponse"))]

    def __init__(self, *args: Any, types: Sequence[Question], **kwargs: Any) -> None:
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

    def lines(self) -> list[tuple[Question, forms.BoundField]]:
        """Return each authorisation with its field."""
        return [(line, self[self.PREFIX + line.code]) for line in self.types]

    def as_values(self) -> dict[str, Any]:
        """Return code of the authorisation → "yes", "no" or ""."""
        return {name.removeprefix(self.PREFIX): value for name, value in self.cleaned_data.items()}


def _vaccine(code: str) -> str:
    """The name of a vaccine, as every screen says it."""
    return render_to_string("papers/words/_vaccine.html", {"code": code}).strip()
