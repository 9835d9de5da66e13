"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin
from preau.domain.bookings.models import Booking

admin.site.register([Booking], ReadOnlyAdmin)
