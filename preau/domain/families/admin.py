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
    [Child, HouseholdChild, Guardianship, Contact, Consent, SheetConfirmation, ValidatedDossier],
    ReadOnlyAdmin,
)


@admin.register(Family)
class FamilyAdmin(ReadOnlyAdmin):
    """A household without its address, which may be protected: agents read it on their screen, and it is journaled."""

    exclude = ("street_number", "street", "building", "apartment", "complement", "postcode", "city", "country")


@admin.register(Adult)
class AdultAdmin(ReadOnlyAdmin):
    """An adult without where it lives and works."""

    exclude = ("own_address", "employer")


admin.site.register([ConsentType], SettingsAdmin)
