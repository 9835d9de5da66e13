"""Who a person is, and how it is reached."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import ContactKind, Medium, Situation
from preau.kernel.bounds import Purpose
from preau.web.fields import basic
from preau.web.fields.answers import AnswersForm
from preau.web.fields.basic import choice, day, long_text, name, text, yes
from preau.web.ui.typed import Email

CIVILITIES = [("Mme", _("Madame")), ("M.", _("Monsieur"))]
SEXES = [("F", _("Fille")), ("M", _("Garçon"))]
MEDIA = [
    (Medium.EMAIL.value, _("Courriel")),
    (Medium.SMS.value, _("SMS")),
    (Medium.PHONE.value, _("Téléphone")),
    (Medium.POST.value, _("Courrier")),
]
SITUATIONS = {
    Situation.MARRIED: _("Marié(e)"),
    Situation.CIVIL_UNION: _("Pacsé(e)"),
    Situation.COHABITING: _("En union libre"),
    Situation.SEPARATED: _("Séparé(e)"),
    Situation.DIVORCED: _("Divorcé(e)"),
    Situation.SINGLE: _("Célibataire"),
    Situation.WIDOWED: _("Veuf ou veuve"),
}
PARTS = [
    (ContactKind.PICK_UP.value, _("peut venir chercher l’enfant")),
    (ContactKind.CALL.value, _("est à prévenir, mais ne vient pas chercher l’enfant")),
    (ContactKind.FORBIDDEN.value, _("ne doit pas venir chercher l’enfant (décision de justice)")),
]


class SituationForm(AnswersForm):
    """« Changement de situation familiale »."""

    RENAMED = {"since": "from"}
    situation = choice(_("Votre nouvelle situation"), [(code.value, label) for code, label in SITUATIONS.items()])
    since = day(_("Depuis le"), purpose=Purpose.PAST)
    comment = long_text(
        _("Ce que le service doit savoir"),
        required=False,
        help_text=_("Par exemple la garde des enfants. Rien n’est montré à l’autre parent."),
    )


class ContactFields(AnswersForm):
    """A person to call, who may collect the child, or who must not (A21-04, A21-05)."""

    needs_number: ClassVar[bool] = True

    kind = choice(_("Cette personne"), PARTS)
    last_name = name(_("Nom d’usage"))
    first_name = name(_("Prénom"), required=False)  # whoever has one name gives one
    link = text(
        _("Lien avec l’enfant"),
        40,
        required=False,
        help_text=_("Par exemple : grand-mère, assistante maternelle, voisin."),
    )
    phone = basic.phone(_("Téléphone"))
    mobile = basic.phone(_("Mobile"))
    email = Email(label=_("Courriel"), required=False)
    is_to_call = yes(_("À prévenir aussi en cas d’urgence"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        has_number = data.get("phone") or data.get("mobile") or {"phone", "mobile"} & set(self.errors)
        if self.needs_number and not has_number and data.get("kind") != ContactKind.FORBIDDEN:
            self.add_error("phone", _("Donnez un numéro : la personne doit pouvoir être jointe."))
        return data


class ChildFields(AnswersForm):
    """A child, born or not: the fields of `families.rules.CHILD_FIELDS`."""

    last_name = name(_("Nom de famille"))
    first_name = name(_("Prénom"), required=False)
    birth_date = day(_("Date de naissance"), purpose=Purpose.CHILD_BIRTH, required=False)
    expected_on = day(
        _("Ou naissance prévue le"),
        purpose=Purpose.EXPECTED,
        required=False,
        help_text=_("Pour un enfant à naître."),
    )
    birth_place = text(_("Lieu de naissance"), required=False)
    sex = choice(_("Sexe"), SEXES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in ("first_name", "birth_date", "expected_on"):  # one or the other is asked: none is « facultatif »
            self.fields[each].is_one_of = True  # type: ignore[attr-defined]
        if self.initial.get("first_name") == str(_("À naître")):  # said for the family, which has not chosen yet
            self.initial["first_name"] = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        born, expected = data.get("birth_date"), data.get("expected_on")
        if not born and not expected and not self.errors:
            self.add_error("birth_date", _("Donnez la date de naissance, ou celle qui est prévue."))
        if born and expected:
            self.add_error("expected_on", _("Donnez la naissance, ou celle qui est prévue : pas les deux."))
        if not data.get("first_name"):
            if expected and not born:
                data["first_name"] = str(_("À naître"))
            elif "first_name" not in self.errors:
                self.add_error(
                    "first_name", _("Donnez le prénom de l’enfant. S’il n’a qu’un nom, écrivez-le dans les deux cases.")
                )
        return data


class AdultFields(forms.Form):
    """Who an adult is, with the fields of the guides (A05-10 to A05-15)."""

    civility = choice(_("Civilité"), CIVILITIES)
    last_name = name(_("Nom d’usage"))
    birth_name = name(_("Nom de famille"), required=False)
    first_name = name(_("Prénom"), required=False)  # whoever has one name gives one
    birth_date = day(_("Date de naissance"), purpose=Purpose.BIRTH, required=False)
    email = Email(label=_("Courriel"), required=False)
    phone = basic.phone(_("Téléphone"))
    mobile = basic.phone(_("Mobile"))


def label_of(field: str) -> Any:
    """Return what a field of an adult or of a child is called, wherever it is shown."""
    known = {**ChildFields.base_fields, **AdultFields.base_fields}
    return known[field].label if field in known else _("Employeur")
