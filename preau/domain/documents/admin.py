"""Superusers write the types of pieces and publish règlements; the pieces themselves are not shown here."""

from django.contrib import admin

from preau.base.admin_pages import AddOnlyAdmin, SettingsAdmin
from preau.domain.documents.models import DocumentType, Regulation

admin.site.register([DocumentType], SettingsAdmin)
admin.site.register([Regulation], AddOnlyAdmin)
