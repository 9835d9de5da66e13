"""Superusers look at this app in Django's admin."""

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin
from preau.domain.procedures.models import Procedure, ProcedureCounter, TimelineEntry

admin.site.register([ProcedureCounter, Procedure, TimelineEntry], ReadOnlyAdmin)
