"""Superusers look at this app in Django's admin, and publish a new version of the terms."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from preau.base.admin_fields import PartsField
from preau.base.admin_pages import AddOnlyAdmin, SettingsAdmin
from preau.domain.organisations.models import Department, Organisation, Site, TermsVersion
from preau.domain.organisations.rules import DEFAULT_LABELS, MAX_LABEL

admin.site.register([Department, Site], SettingsAdmin)
admin.site.register([TermsVersion], AddOnlyAdmin)


def _words_of(value: Any) -> Sequence[Any]:
    return [value.get(code, "") if isinstance(value, dict) else "" for code in DEFAULT_LABELS]


def _own_words(parts: Sequence[Any]) -> dict[str, str]:
    return {code: text for code, text in zip(DEFAULT_LABELS, parts, strict=False) if text}


class OrganisationForm(forms.ModelForm[Organisation]):
    website = forms.URLField(label=_("Site de la collectivité"), required=False, assume_scheme="https")
    labels = PartsField(
        label=_("Mots de la collectivité"),
        parts=[
            (code, text, forms.CharField(required=False, max_length=MAX_LABEL)) for code, text in DEFAULT_LABELS.items()
        ],
        read=_words_of,
        write=_own_words,
        help_text=_("Vide : le mot écrit au-dessus de la case."),
    )


@admin.register(Organisation)
class OrganisationAdmin(SettingsAdmin):
    form = OrganisationForm
