"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin
from preau.base.models import JournalEntry, OutboxMail, PeriodicJob

admin.site.register([JournalEntry, OutboxMail, PeriodicJob], ReadOnlyAdmin)
