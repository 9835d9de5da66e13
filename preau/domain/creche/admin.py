"""Superusers set up crèches in Django's admin, until the settings screens exist; hours are made by the operations."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.sites import site
from django.utils.translation import gettext_lazy as _

from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.creche.models import CareOffer, CareRange, DaySheet, Placement, Section, Structure
from preau.kernel.french_dates import WEEKDAYS

site.register(CareOffer, SettingsAdmin)
site.register([CareRange, DaySheet, Placement], ReadOnlyAdmin)

ONE = _("Une ligne par jour : lundi 7:30-18:30")
STEPS = _("Une ligne par tranche : 01234 7:30-9:00 8 (jours de 0, lundi, à 6 ; heures ; places)")


class HoursField(forms.CharField):
    """Opening hours, a weekday a line: kept as a mapping, judged by the rule of the column."""

    widget = forms.Textarea(attrs={"rows": 7})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return "\n".join(f"{WEEKDAYS[int(day)]} {start}-{end}" for day, (start, end) in sorted(value.items()))

    def clean(self, value: Any) -> Any:
        found: dict[str, list[str]] = {}
        for line in str(super().clean(value)).splitlines():
            name, _sep, hours = line.strip().partition(" ")
            start, _dash, end = hours.partition("-")
            if name.lower() not in WEEKDAYS:
                raise forms.ValidationError(_("Ce jour n’existe pas : %s") % name)
            found[str(WEEKDAYS.index(name.lower()))] = [start.strip(), end.strip()]
        return found


class PlacesField(forms.CharField):
    """Places by hour, a step a line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{each['weekdays']} {each['from']}-{each['to']} {each['places']}" for each in value)

    def clean(self, value: Any) -> Any:
        found = []
        for line in str(super().clean(value) or "").splitlines():
            try:
                weekdays, hours, places = line.split()
                start, end = hours.split("-")
                found.append({"weekdays": weekdays, "from": start, "to": end, "places": int(places)})
            except ValueError as problem:
                raise forms.ValidationError(_("Cette ligne ne se lit pas : %s") % line) from problem
        return found


class StructureForm(forms.ModelForm[Structure]):
    hours = HoursField(label=_("Heures d’ouverture"), help_text=ONE)


class SectionForm(forms.ModelForm[Section]):
    places_by_hour = PlacesField(label=_("Places selon l’heure"), help_text=STEPS, required=False)


@admin.register(Structure)
class StructureAdmin(SettingsAdmin):
    form = StructureForm


@admin.register(Section)
class SectionAdmin(SettingsAdmin):
    form = SectionForm
