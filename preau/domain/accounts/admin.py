"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin
from preau.domain.accounts.models import AccessLink, Account, Membership, TermsAcceptance

admin.site.register([Account, Membership, AccessLink, TermsAcceptance], ReadOnlyAdmin)
