"""The quotient of a household as an agent types it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preau.domain.pricing.enums import Scheme
from preau.domain.pricing.operations.incomes import MAX_SOURCE
from preau.domain.pricing.rules.grids import MOST_QUOTIENT, InvalidGrid
from preau.domain.pricing.rules.pasted import read_figure
from preau.kernel.bounds import Purpose
from preau.web.ui.typed import Day, Text

NOT_GIVEN = "not_given"
SCHEMES = (
    (Scheme.CAF.value, gettext_lazy("Caf")),
    (Scheme.MSA.value, gettext_lazy("MSA")),
    (Scheme.OTHER.value, gettext_lazy("Calculé par le service")),
    (NOT_GIVEN, gettext_lazy("Non communiqué par la famille")),
)


class QuotientForm(forms.Form):
    """A quotient, from a day on."""

    use_required_attribute = False
    scheme_name = forms.ChoiceField(label=gettext_lazy("D’où il vient"), choices=SCHEMES)
    value = Text(
        label=gettext_lazy("Quotient familial"),
        max_length=14,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    starts_on = Day(label=gettext_lazy("À compter du"), purpose=Purpose.ACT)
    until = Day(
        label=gettext_lazy("Valable jusqu’au"),
        purpose=Purpose.CALENDAR,
        required=False,
        help_text=gettext_lazy("Vide : jusqu’au prochain."),
    )
    source = Text(
        label=gettext_lazy("Lu où"),
        max_length=MAX_SOURCE,
        help_text=gettext_lazy("Par exemple : attestation Caf de janvier."),
    )

    @property
    def scheme(self) -> Scheme:
        """Return who works it out, once the form is valid."""
        name = self.cleaned_data["scheme_name"]
        return Scheme.OTHER if name == NOT_GIVEN else Scheme(name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("scheme_name") == NOT_GIVEN:
            data["value"] = None
            return data
        try:
            found = read_figure(data.get("value", ""))
        except InvalidGrid:
            found = Decimal(-1)
        if not 0 <= found <= MOST_QUOTIENT:
            self.add_error("value", _("Écrivez un nombre, par exemple 742 ou 1 049,51."))
        data["value"] = found
        return data
