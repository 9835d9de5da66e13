"""Superusers write what structures have decided in Django's admin, until the settings screens exist."""

from django.contrib.admin.sites import site

from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.contracts.models import AnnouncedMonth, CareContract, CareTerms, UnbookedDay

site.register([CareTerms], SettingsAdmin)
site.register([CareContract, UnbookedDay, AnnouncedMonth], ReadOnlyAdmin)
