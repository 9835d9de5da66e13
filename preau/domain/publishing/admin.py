"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import SettingsAdmin
from preau.domain.publishing.models import NewsItem

admin.site.register([NewsItem], SettingsAdmin)
