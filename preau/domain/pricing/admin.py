"""Superusers write scales and tariffs in Django's admin, until their screens exist. Incomes are not shown there."""

from django.contrib.admin.sites import site

from preau.base.admin_pages import SettingsAdmin
from preau.domain.pricing.models import PsuScale, Tariff, TariffUse, TariffVersion

site.register([PsuScale, Tariff, TariffUse, TariffVersion], SettingsAdmin)
