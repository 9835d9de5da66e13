"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin
from preau.domain.families.models import Adult, Child, Contact, Family, Guardianship, HouseholdChild

admin.site.register([Family, Adult, Child, HouseholdChild, Guardianship, Contact], ReadOnlyAdmin)
