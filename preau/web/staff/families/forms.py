"""Forms of the file of a family, for agents."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.documents.queries.pieces import TypeView
from preau.domain.families.enums import ContactKind, Medium, Residency, Situation
from preau.kernel.bounds import Purpose
from preau.web.ui.typed import Day, Email, Name, Phone, Text, check_postcode
from preau.web.ui.uploads import Files

SITUATIONS = {
    Situation.MARRIED: _("Marié(e)"),
    Situation.CIVIL_UNION: _("Pacsé(e)"),
    Situation.COHABITING: _("En union libre"),
    Situation.SEPARATED: _("Séparé(e)"),
    Situation.DIVORCED: _("Divorcé(e)"),
    Situation.SINGLE: _("Célibataire"),
    Situation.WIDOWED: _("Veuf ou veuve"),
}
ADDRESS = ("street_number", "street", "building", "apartment", "complement", "postcode", "city", "country")
CHOOSE = ("", _("Choisir"))


class PhoneField(Phone):
    """A telephone number, with its label first."""

    def __init__(self, label: Any, *, required: bool = False) -> None:
        super().__init__(label=label, required=required)


class DayField(Day):
    """A day, with its label first."""

    def __init__(self, label: Any, *, purpose: Purpose, required: bool = True) -> None:
        super().__init__(label=label, purpose=purpose, required=required)


def text(label: Any, length: int = 80, *, required: bool = True) -> Text:
    return Text(label=label, max_length=length, required=required)


class AdultForm(forms.Form):
    """How an adult is reached. The e-mail of a person who has a space is its owner’s business."""

    phone = PhoneField(_("Téléphone"))
    mobile = PhoneField(_("Téléphone portable"))
    email = Email(label=_("Courriel de contact"), required=False)
    preferred_medium = forms.ChoiceField(
        label=_("Moyen de contact préféré"),
        choices=[
            (Medium.EMAIL.value, _("Courriel")),
            (Medium.SMS.value, _("SMS")),
            (Medium.PHONE.value, _("Téléphone")),
            (Medium.POST.value, _("Courrier postal")),
        ],
    )
    has_protected_address = forms.BooleanField(
        label=_("Adresse protégée"),
        required=False,
        help_text=_("L’adresse n’est plus affichée ni imprimée sans une demande, notée au journal."),
    )

    def __init__(self, *args: Any, is_tied: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_tied:
            del self.fields["email"]


class AddressForm(forms.Form):
    """The address of a household."""

    street_number = text(_("Numéro"), 10, required=False)
    street = text(_("Nom de la voie"), 160)
    building = text(_("Bâtiment"), 40, required=False)
    apartment = text(_("Appartement"), 40, required=False)
    complement = text(_("Complément"), 120, required=False)
    postcode = text(_("Code postal"), 10)
    city = text(_("Ville"), 80)
    country = text(_("Pays"), 60)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_postcode(self)
        return data


class ResidencyForm(forms.Form):
    """Whether a household lives in the collectivité, and since when."""

    residency = forms.ChoiceField(
        label=_("La famille"),
        choices=[
            (Residency.RESIDENT.value, _("habite la commune")),
            (Residency.OUTSIDE.value, _("habite ailleurs")),
            (Residency.UNKNOWN.value, _("à vérifier")),
        ],
    )
    since = Day(label=_("Depuis le"), purpose=Purpose.PAST)


class ContactForm(forms.Form):
    """A person of the household’s entourage, named by the service on its behalf."""

    kind = forms.ChoiceField(
        label=_("Cette personne"),
        choices=[
            CHOOSE,
            (ContactKind.PICK_UP.value, _("peut venir chercher l’enfant")),
            (ContactKind.CALL.value, _("est à prévenir en cas d’urgence")),
            (ContactKind.FORBIDDEN.value, _("ne doit pas venir chercher l’enfant (décision de justice)")),
        ],
    )
    child_id = forms.ChoiceField(label=_("Pour"))
    first_name = Name(label=_("Prénom"), max_length=80)
    last_name = Name(label=_("Nom d’usage"), max_length=80)
    link = text(_("Lien avec l’enfant"), 40, required=False)
    phone = PhoneField(_("Téléphone"))
    mobile = PhoneField(_("Téléphone portable"))
    is_to_call = forms.BooleanField(label=_("À prévenir aussi en cas d’urgence"), required=False)

    def __init__(self, *args: Any, children: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("0", _("Tous les enfants")), *((str(pk), name) for pk, name in children)]
        self.fields["child_id"].choices = choices  # type: ignore[attr-defined]


class PieceForm(forms.Form):
    """A paper that the family brought, put in its file."""

    type = forms.ChoiceField(label=_("Type de document"))
    until = DayField(_("Valable jusqu’au"), purpose=Purpose.VALIDITY, required=False)
    file = Files(
        label=_("Fichiers ou photos"),
        help_text=_("PDF, ou photos JPEG ou PNG, de 10 Mo au plus. Ensemble, ils font un seul document, dans l’ordre."),
    )

    def __init__(self, *args: Any, types: list[TypeView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [CHOOSE, *((str(each.type_id), each.title) for each in types)]
        self.fields["type"].choices = choices  # type: ignore[attr-defined]
        dated = [each.title for each in types if each.bears_date]
        if dated:
            self.fields["until"].help_text = _("Seulement pour : %s.") % ", ".join(dated)
        else:
            del self.fields["until"]


class CounterForm(forms.Form):
    """A démarche made at the counter. What is typed is kept as JSON."""

    RENAMED: dict[str, str] = {}

    def as_values(self) -> dict[str, Any]:
        """Return the cleaned answers as a draft keeps them: days as ISO text."""
        return {self.RENAMED.get(name, name): _plain(value) for name, value in self.cleaned_data.items()}


class MoveForm(CounterForm, AddressForm):
    """« Signaler un déménagement »."""

    RENAMED = {"moves_on": "from"}
    field_order = ["moves_on", *ADDRESS]
    moves_on = DayField(_("À partir du"), purpose=Purpose.ACT)


class SituationForm(CounterForm):
    """« Changement de situation familiale »."""

    RENAMED = {"since": "from"}
    situation = forms.ChoiceField(
        label=_("Nouvelle situation"), choices=[CHOOSE, *((code.value, label) for code, label in SITUATIONS.items())]
    )
    since = DayField(_("Depuis le"), purpose=Purpose.PAST)
    comment = Text(
        label=_("Ce que la famille a dit"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text=_("La famille peut lire ce texte. Rien n’est montré à l’autre parent."),
    )


def form_of(fields: Any) -> type[CounterForm]:
    """Return the form of a démarche that the collectivité has written as data."""
    return type("DataForm", (CounterForm,), {field["code"]: _data_field(field) for field in fields})


def _data_field(field: Any) -> forms.Field:
    label, required, kind = field["label"], bool(field.get("required")), field.get("kind", "text")
    if kind == "date":
        return DayField(label, purpose=Purpose.CALENDAR, required=required)
    if kind == "number":
        return forms.IntegerField(label=label, required=required, min_value=0, max_value=10_000)
    if kind == "choice":
        choices = [CHOOSE, *((each, each) for each in field.get("choices", ()))]
        return forms.ChoiceField(label=label, required=required, choices=choices)
    if kind == "yes_no":
        choices = [CHOOSE, ("oui", _("Oui")), ("non", _("Non"))]
        return forms.ChoiceField(label=label, required=required, choices=choices)
    widget = forms.Textarea(attrs={"rows": "4"}) if kind == "long" else forms.TextInput()
    return Text(label=label, max_length=4000 if kind == "long" else 200, required=required, widget=widget)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
