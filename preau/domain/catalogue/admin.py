"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.catalogue.models import (
    Activity,
    ClosedDay,
    Offer,
    PublicHoliday,
    Resource,
    ResourceDay,
    SchoolClass,
    SchoolHoliday,
    SchoolYear,
    Slot,
    Unit,
)

admin.site.register([SchoolYear, SchoolHoliday, PublicHoliday, SchoolClass, Activity, Offer], SettingsAdmin)
admin.site.register([Resource, Unit, ClosedDay, Slot, ResourceDay], ReadOnlyAdmin)
