"""Superusers write the scales in Django's admin, until the settings screens exist. Incomes are not shown there."""

from django.contrib.admin.sites import site

from preau.base.admin_pages import SettingsAdmin
from preau.domain.pricing.models import PsuScale

site.register([PsuScale], SettingsAdmin)
