"""Superusers write the types of pieces; the pieces themselves are not shown here."""

from django.contrib import admin

from preau.base.admin_pages import SettingsAdmin
from preau.domain.documents.models import DocumentType

admin.site.register([DocumentType], SettingsAdmin)
