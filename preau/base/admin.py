"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin
from preau.base.models import Counter, JournalEntry, OutboxMail, PeriodicJob

admin.site.register([Counter, JournalEntry, PeriodicJob], ReadOnlyAdmin)


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin):
    """Whether a mail has left, and why not: its content holds links that open accounts, and is never shown."""

    exclude = ("context", "to", "subject", "dedupe_key")
