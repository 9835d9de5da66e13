"""What a simulator of prices asks: a quotient, or what it is worked out from; where one lives; how many children."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preau.domain.pricing.enums import Scheme
from preau.domain.pricing.rules.family_quotient import family_quotient, parts_of
from preau.domain.pricing.rules.grids import MOST_QUOTIENT, InvalidGrid
from preau.domain.pricing.rules.pasted import read_figure
from preau.domain.pricing.rules.tariff_words import quotient_words
from preau.domain.pricing.rules.tariffs import Quotient, Situation
from preau.web.ui.typed import Text

MOST_CHILDREN = 8
MOST_ANNUAL = Decimal(10_000_000)
HOMES = (("dedans", gettext_lazy("Dans la collectivité")), ("dehors", gettext_lazy("Ailleurs")))
SCHEMES = ((Scheme.CAF.value, gettext_lazy("Caf")), (Scheme.MSA.value, gettext_lazy("MSA ou autre")))


class SimulationForm(forms.Form):
    """Nothing of it is kept."""

    use_required_attribute = False
    quotient = Text(
        label=gettext_lazy("Quotient familial"),
        max_length=14,
        required=False,
        help_text=gettext_lazy("Celui de votre attestation Caf ou MSA. Vide : les prix sans quotient."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    annual = Text(
        label=gettext_lazy("Revenus du foyer sur une année, en euros"),
        max_length=16,
        required=False,
        help_text=gettext_lazy("Avant déductions, ceux de l’avis d’imposition."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    benefits = Text(
        label=gettext_lazy("Prestations familiales d’un mois, en euros"),
        max_length=14,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    home = forms.ChoiceField(label=gettext_lazy("Où habitez-vous ?"), choices=HOMES, initial="dedans")
    scheme = forms.ChoiceField(label=gettext_lazy("Votre caisse"), choices=SCHEMES, initial=Scheme.CAF.value)
    children = forms.IntegerField(
        label=gettext_lazy("Enfants à charge"), min_value=1, max_value=MOST_CHILDREN, initial=1
    )
    disabled = forms.IntegerField(
        label=gettext_lazy("Dont en situation de handicap (AEEH)"),
        min_value=0,
        max_value=MOST_CHILDREN,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["quotient"] = self._figure(data, "quotient", MOST_QUOTIENT)
        data["annual"] = self._figure(data, "annual", MOST_ANNUAL)
        data["benefits"] = self._figure(data, "benefits", MOST_QUOTIENT)
        if (data.get("disabled") or 0) > (data.get("children") or MOST_CHILDREN):
            self.add_error("disabled", _("Ce nombre est au plus celui des enfants à charge."))
        return data

    def _figure(self, data: dict[str, Any], name: str, most: Decimal) -> Decimal | None:
        text = data.get(name, "")
        if not text:
            return None
        try:
            found = read_figure(text)
        except InvalidGrid:
            found = Decimal(-1)
        if not 0 <= found <= most:
            self.add_error(name, _("Écrivez un nombre, par exemple 742 ou 1 049,51."))
            return None
        return found

    def quotient_found(self) -> Decimal | None:
        """Return the quotient that was typed, or the one that resources give; None: not known."""
        data = self.cleaned_data
        typed: Decimal | None = data["quotient"]
        if typed is not None or data["annual"] is None:
            return typed
        return family_quotient(
            annual=data["annual"],
            monthly_benefits=data["benefits"] or Decimal(0),
            parts=parts_of(children=data["children"], disabled=data["disabled"] or 0),
        )

    def quotient_words(self) -> str:
        """Return the quotient that counts, as it is read; "" when it is not known."""
        found = self.quotient_found()
        return quotient_words(found) if found is not None else ""

    def situations(self) -> list[tuple[str, Situation]]:
        """Return the situation of each child, the eldest first, once the form is valid."""
        data, value = self.cleaned_data, self.quotient_found()
        quotient = Quotient(value, Scheme(data["scheme"])) if value is not None else None
        count = data["children"]
        return [
            (
                _("1er enfant") if rank == 1 else _("%se enfant") % rank,
                Situation(quotient, is_resident=data["home"] == "dedans", rank=rank, present=count, enrolled=count),
            )
            for rank in range(1, count + 1)
        ]
