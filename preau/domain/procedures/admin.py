"""Superusers look at this app in Django's admin, and write the démarches that a collectivité adds as data."""

from typing import ClassVar

from django.contrib import admin

from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.procedures.models import (
    Mailing,
    Procedure,
    ProcedureForm,
    ReasonTemplate,
    TimelineEntry,
)


class ProcedureAdmin(ReadOnlyAdmin):
    """Without what the family wrote: health may stand there."""

    exclude: ClassVar[list[str]] = ["answers"]


admin.site.register([Mailing, TimelineEntry], ReadOnlyAdmin)
admin.site.register([Procedure], ProcedureAdmin)
admin.site.register([ProcedureForm, ReasonTemplate], SettingsAdmin)
