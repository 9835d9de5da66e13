"""Superusers look at this app in Django's admin, and publish a new version of the terms."""

from django.contrib import admin

from preau.base.admin_pages import AddOnlyAdmin, SettingsAdmin
from preau.domain.organisations.models import Department, Organisation, Site, TermsVersion

admin.site.register([Organisation, Department, Site], SettingsAdmin)
admin.site.register([TermsVersion], AddOnlyAdmin)
