"""Forms of the profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import Medium
from preau.web.ui.typed import Phone, check_medium


class DetailsForm(forms.Form):
    """How to reach an adult, and what it likes best."""

    phone = Phone(label=_("Téléphone"), widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    mobile = Phone(label=_("Mobile"))
    medium = forms.ChoiceField(
        label=_("Comment préférez-vous être prévenu ?"),
        choices=[
            (Medium.EMAIL.value, _("Courriel")),
            (Medium.SMS.value, _("SMS")),
            (Medium.PHONE.value, _("Téléphone")),
            (Medium.POST.value, _("Courrier")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_medium(self)
        return data
