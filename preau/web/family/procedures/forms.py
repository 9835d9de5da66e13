"""Forms of the démarches that a service decides. What is typed is kept as JSON in the draft."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import ContactKind
from preau.web.fields import address
from preau.web.fields.answers import AnswersForm
from preau.web.fields.basic import choice, long_text, phone, text
from preau.web.fields.person import AdultFields, ChildFields, ContactFields


class MoveForm(address.MoveForm):
    """« Signaler un déménagement », by who moves."""

    is_own = True


class PaiForm(AnswersForm):
    """« Demande de PAI »."""

    needs = long_text(
        _("Ce dont votre enfant a besoin"),
        help_text=_(
            "Par exemple : allergie à l’arachide, traitement de l’asthme. Seuls les agents du service le lisent."
        ),
    )
    doctor_name = text(_("Médecin de l’enfant"), 120)
    doctor_phone = phone(_("Téléphone du médecin"))


class AdultForm(address.AddressFields, AdultFields, AnswersForm):
    """A co-représentant or another adult of the household."""

    def person(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in (*self.ADDRESS, "has_authority")]


class CoHolderForm(AdultForm):
    has_authority = forms.BooleanField(
        label=_("Cette personne exerce l’autorité parentale sur les enfants du foyer"), required=False, initial=True
    )


class AdultCorrection(AdultForm):
    """An adult whom the dossier knows: an empty answer changes nothing, its address included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.ADDRESS:
            self.fields[name].required = False


class HouseholdContact(ContactFields):
    """A contact of every child of the household."""

    kind = choice(
        _("Cette personne"),
        [
            (ContactKind.PICK_UP.value, _("peut venir chercher les enfants")),
            (ContactKind.CALL.value, _("est à prévenir en cas d’urgence")),
            (ContactKind.FORBIDDEN.value, _("ne doit pas venir chercher les enfants (décision de justice)")),
        ],
    )
    link = text(_("Lien avec les enfants"), 40, required=False)


PEOPLE: dict[str, type[AnswersForm]] = {
    "co_holder": CoHolderForm,
    "member": AdultForm,
    "child": ChildFields,
    "contact": HouseholdContact,
}
CORRECTIONS: dict[str, type[AnswersForm]] = {"co_holder": AdultCorrection, "member": AdultCorrection}
