"""The address of a household or of an adult, and a move to another."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.families.rules import ADDRESS_LENGTHS
from preau.kernel.bounds import Purpose
from preau.web.fields.answers import AnswersForm
from preau.web.fields.basic import day, text
from preau.web.ui.typed import check_postcode

# What a browser may fill in by itself, where the address is that of who types.
AUTOCOMPLETE = {"street": "address-line1", "postcode": "postal-code", "city": "address-level2"}


def _line(name: str, label: Any, *, required: bool = False) -> forms.Field:
    return text(label, ADDRESS_LENGTHS[name], required=required)


class AddressFields(forms.Form):
    """The fields of an address, in the order of an envelope."""

    ADDRESS: ClassVar[tuple[str, ...]] = tuple(ADDRESS_LENGTHS)
    is_own: ClassVar[bool] = False

    street_number = _line("street_number", _("Numéro"))
    street = _line("street", _("Nom de la voie"), required=True)
    building = _line("building", _("Bâtiment"))
    apartment = _line("apartment", _("Appartement"))
    complement = _line("complement", _("Complément"))
    postcode = _line("postcode", _("Code postal"), required=True)
    city = _line("city", _("Ville"), required=True)
    country = _line("country", _("Pays"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_own:
            for name, hint in AUTOCOMPLETE.items():
                self.fields[name].widget.attrs["autocomplete"] = hint

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_postcode(self)
        return data

    def address(self) -> list[forms.BoundField]:
        """Return the fields of the address, to be laid out together."""
        return [self[name] for name in self.ADDRESS]


class MoveForm(AddressFields, AnswersForm):
    """« Signaler un déménagement »."""

    RENAMED = {"moves_on": "from"}
    field_order = ["moves_on", *ADDRESS_LENGTHS]
    moves_on = day(_("À partir du"), purpose=Purpose.ACT)
