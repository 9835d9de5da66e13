"""Superusers look at this app in Django's admin."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from preau.base.admin_pages import ReadOnlyAdmin
from preau.base.models import Counter, JournalEntry, OutboxMail, PeriodicJob
from preau.base.sending import send_again

admin.site.register([Counter, JournalEntry, PeriodicJob], ReadOnlyAdmin)


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin):
    """Whether a mail has left, and why not: its content holds links that open accounts, and is never shown."""

    exclude = ("context", "to", "subject", "dedupe_key")
    list_display = ("template", "created_at", "sent_at", "attempts", "given_up_at", "last_problem")
    list_filter = ("given_up_at", "template")
    actions = ("try_again",)

    @admin.action(description="Essayer de nouveau les courriels abandonnés")
    def try_again(self, request: HttpRequest, rows: QuerySet[OutboxMail]) -> None:
        tried = sum(
            send_again(organisation_id=row.organisation_id, mail_id=row.pk) for row in rows.exclude(given_up_at=None)
        )
        messages.success(request, f"{tried} courriel(s) vont repartir.")
