"""Forms of the démarches that a service decides. What is typed is kept as JSON in the draft."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import ContactKind, Situation
from preau.kernel.bounds import Purpose
from preau.web.ui.typed import Day, Email, Name, Phone, Text, check_postcode

CIVILITIES = [("", _("Choisir")), ("Mme", _("Madame")), ("M.", _("Monsieur"))]


class DraftForm(forms.Form):
    """A form whose answers are JSON, and which gives back what was typed even when it is wrong."""

    def as_values(self) -> dict[str, Any]:
        """Return the cleaned answers, days as ISO text."""
        return {name: _plain(value) for name, value in self.cleaned_data.items()}

    def as_typed(self) -> dict[str, str]:
        """Return what was typed, right or wrong, to be found again."""
        return {name: str(self.data.get(self.add_prefix(name), ""))[:4000] for name in self.fields}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def text(label: Any, length: int = 80, *, required: bool = True, **attrs: str) -> Text:
    return Text(label=label, max_length=length, required=required, widget=forms.TextInput(attrs=attrs))


def long_text(label: Any, *, required: bool = True, help_text: Any = "") -> Text:
    widget = forms.Textarea(attrs={"rows": "4"})
    return Text(label=label, max_length=4000, required=required, help_text=help_text, widget=widget)


def name(label: Any, *, required: bool = True) -> Name:
    return Name(label=label, max_length=80, required=required)


def day(label: Any, *, purpose: Purpose, required: bool = True, help_text: Any = "") -> Day:
    return Day(label=label, purpose=purpose, required=required, help_text=help_text)


class PhoneField(Phone):
    """A telephone number, with its label first."""

    def __init__(self, label: Any, *, required: bool = False) -> None:
        super().__init__(label=label, required=required)


class AddressFields(DraftForm):
    street_number = text(_("Numéro"), 10, required=False)
    street = text(_("Nom de la voie"), 160, autocomplete="address-line1")
    building = text(_("Bâtiment"), 40, required=False)
    apartment = text(_("Appartement"), 40, required=False)
    complement = text(_("Complément"), 120, required=False)
    postcode = text(_("Code postal"), 10, autocomplete="postal-code")
    city = text(_("Ville"), 80, autocomplete="address-level2")
    country = text(_("Pays"), 60)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_postcode(self)
        return data

    ADDRESS = ("street_number", "street", "building", "apartment", "complement", "postcode", "city", "country")

    def address(self) -> list[forms.BoundField]:
        return [self[name] for name in self.ADDRESS]


class MoveForm(AddressFields):
    """« Signaler un déménagement »."""

    field_order = ["moves_on", *AddressFields.ADDRESS]
    moves_on = day(_("À partir du"), purpose=Purpose.ACT)

    def as_values(self) -> dict[str, Any]:
        values = super().as_values()
        values["from"] = values.pop("moves_on")
        return values


class SituationForm(DraftForm):
    """« Changement de situation familiale »."""

    LABELS = {
        Situation.MARRIED: _("Marié(e)"),
        Situation.CIVIL_UNION: _("Pacsé(e)"),
        Situation.COHABITING: _("En union libre"),
        Situation.SEPARATED: _("Séparé(e)"),
        Situation.DIVORCED: _("Divorcé(e)"),
        Situation.SINGLE: _("Célibataire"),
        Situation.WIDOWED: _("Veuf ou veuve"),
    }
    situation = forms.ChoiceField(
        label=_("Votre nouvelle situation"), choices=[("", _("Choisir")), *((k.value, v) for k, v in LABELS.items())]
    )
    since = day(_("Depuis le"), purpose=Purpose.PAST)
    comment = long_text(
        _("Ce que le service doit savoir"),
        required=False,
        help_text=_("Par exemple la garde des enfants. Rien n’est montré à l’autre parent."),
    )

    def as_values(self) -> dict[str, Any]:
        values = super().as_values()
        values["from"] = values.pop("since")
        return values


class PaiForm(DraftForm):
    """« Demande de PAI »."""

    needs = long_text(
        _("Ce dont votre enfant a besoin"),
        help_text=_(
            "Par exemple : allergie à l’arachide, traitement de l’asthme. Seuls les agents du service le lisent."
        ),
    )
    doctor_name = text(_("Médecin qui le suit"), 120)
    doctor_phone = PhoneField(_("Téléphone du médecin"))


class ChildForm(DraftForm):
    """A child to declare, born or not."""

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
    sex = forms.ChoiceField(
        label=_("Sexe"), required=False, choices=[("", _("Choisir")), ("F", _("Fille")), ("M", _("Garçon"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in ("first_name", "birth_date", "expected_on"):  # one or the other is asked: none is « facultatif »
            self.fields[each].is_one_of = True  # type: ignore[attr-defined]

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
                self.add_error("first_name", _("Donnez le prénom de l’enfant."))
        return data


class AdultForm(AddressFields):
    """A co-représentant or another adult of the household, with the fields of the guides (A05-10 to A05-15)."""

    field_order = ["civility", "last_name", "birth_name", "first_name", "birth_date", "email", "phone", "mobile"]
    civility = forms.ChoiceField(label=_("Civilité"), choices=CIVILITIES)
    last_name = name(_("Nom d’usage"))
    birth_name = name(_("Nom de famille"), required=False)
    first_name = name(_("Prénom"))
    birth_date = day(_("Date de naissance"), purpose=Purpose.BIRTH, required=False)
    email = Email(label=_("Courriel"), required=False)
    phone = PhoneField(_("Téléphone"))
    mobile = PhoneField(_("Mobile"))

    def person(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in (*self.ADDRESS, "has_authority")]


class CoHolderForm(AdultForm):
    has_authority = forms.BooleanField(
        label=_("Cette personne exerce l’autorité parentale sur les enfants du foyer"), required=False, initial=True
    )


class ContactForm(DraftForm):
    """A person to call, who may collect the children, or who must not."""

    kind = forms.ChoiceField(
        label=_("Cette personne"),
        choices=[
            ("", _("Choisir")),
            (ContactKind.PICK_UP.value, _("peut venir chercher les enfants")),
            (ContactKind.CALL.value, _("est à prévenir en cas d’urgence")),
            (ContactKind.FORBIDDEN.value, _("ne doit pas venir chercher les enfants (décision de justice)")),
        ],
    )
    last_name = name(_("Nom d’usage"))
    first_name = name(_("Prénom"))
    link = text(_("Lien avec les enfants"), 40, required=False)
    phone = PhoneField(_("Téléphone"))
    mobile = PhoneField(_("Mobile"))
    email = Email(label=_("Courriel"), required=False)
    is_to_call = forms.BooleanField(label=_("À prévenir aussi en cas d’urgence"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        has_number = data.get("phone") or data.get("mobile") or {"phone", "mobile"} & set(self.errors)
        if not has_number and data.get("kind") != ContactKind.FORBIDDEN:
            self.add_error("phone", _("Donnez un numéro : la personne doit pouvoir être jointe."))
        return data


PEOPLE: dict[str, type[DraftForm]] = {
    "co_holder": CoHolderForm,
    "member": AdultForm,
    "child": ChildForm,
    "contact": ContactForm,
}


class AdultCorrection(AdultForm):
    """An adult whom the dossier knows: an empty answer changes nothing, its address included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.ADDRESS:
            self.fields[name].required = False


CORRECTIONS: dict[str, type[DraftForm]] = {"co_holder": AdultCorrection, "member": AdultCorrection}


def form_of(fields: Any) -> type[DraftForm]:
    """Return the form of a démarche that the collectivité has written as data."""
    return type("DataForm", (DraftForm,), {field["code"]: _data_field(field) for field in fields})


def _data_field(field: Any) -> forms.Field:
    label, required = field["label"], bool(field.get("required"))
    match field.get("kind", "text"):
        case "long":
            return long_text(label, required=required, help_text=field.get("help", ""))
        case "date":
            help_text = field.get("help", "")
            return day(label, purpose=Purpose.CALENDAR, required=required, help_text=help_text)
        case "choice":
            choices = [("", _("Choisir")), *((each, each) for each in field.get("choices", ()))]
            return forms.ChoiceField(label=label, required=required, choices=choices)
        case "yes_no":
            choices = [("", _("Choisir")), ("oui", _("Oui")), ("non", _("Non"))]
            return forms.ChoiceField(label=label, required=required, choices=choices)
        case "number":
            return forms.IntegerField(label=label, required=required, min_value=0, max_value=10_000)
        case _:
            return text(label, 200, required=required)
