"""Superusers look at this app in Django's admin, and write the school sectors there."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.enrolments.models import Enrolment, Schooling, SchoolSector, Subscription

admin.site.register([Schooling, Enrolment, Subscription], ReadOnlyAdmin)
admin.site.register([SchoolSector], SettingsAdmin)
