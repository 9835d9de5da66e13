"""Superusers read what was recorded; only the sheets write it."""

from django.contrib.admin.sites import site

from preau.base.admin_pages import ReadOnlyAdmin
from preau.domain.attendance.models import Presence, PresenceTap

site.register([Presence, PresenceTap], ReadOnlyAdmin)
