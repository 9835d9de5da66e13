"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import SettingsAdmin
from preau.domain.publishing.models import NewsItem, Question

admin.site.register([NewsItem, Question], SettingsAdmin)
