"""Superusers look at this app in Django's admin, and write the authorisations that are asked for.

Health sheets, objections and keys are not registered: an installation's superuser has no business there.
"""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.families.models import (
    Adult,
    Child,
    Consent,
    ConsentType,
    Contact,
    Family,
    Guardianship,
    HouseholdChild,
    SheetConfirmation,
    ValidatedDossier,
)

admin.site.register(
    [Family, Adult, Child, HouseholdChild, Guardianship, Contact, Consent, SheetConfirmation, ValidatedDossier],
    ReadOnlyAdmin,
)
admin.site.register([ConsentType], SettingsAdmin)
