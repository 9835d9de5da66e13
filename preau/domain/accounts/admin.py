"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin
from preau.domain.accounts.models import AccessLink, Account, Membership, TermsAcceptance

admin.site.register([Membership, TermsAcceptance], ReadOnlyAdmin)


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Who may log in; what proves it is never shown."""

    exclude = ("password",)


@admin.register(AccessLink)
class AccessLinkAdmin(ReadOnlyAdmin):
    """Links by mail: when they were sent and used; the print of their secret is not shown."""

    exclude = ("secret_hash",)
