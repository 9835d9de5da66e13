"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin
from preau.domain.enrolments.models import Enrolment, Schooling

admin.site.register([Schooling, Enrolment], ReadOnlyAdmin)
