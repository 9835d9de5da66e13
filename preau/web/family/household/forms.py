"""Forms of the profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preau.web.fields import basic
from preau.web.fields.person import MEDIA
from preau.web.ui.typed import check_medium


class DetailsForm(forms.Form):
    """How to reach an adult, and what it likes best."""

    phone = basic.phone(_("Téléphone"), autocomplete="tel")
    mobile = basic.phone(_("Mobile"))
    medium = forms.ChoiceField(label=_("Comment préférez-vous être prévenu ?"), choices=MEDIA)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_medium(self)
        return data
