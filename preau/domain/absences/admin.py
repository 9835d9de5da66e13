"""Superusers write the rules of absences in Django's admin, until the settings screens exist."""

from django.contrib.admin.sites import site

from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.absences.models import (
    Absence,
    AbsenceDay,
    AbsencePolicy,
    AbsenceReason,
    AbsenceRule,
    ClosedMoment,
    Closure,
    MinimumService,
    MinimumServiceAnswer,
)

site.register([AbsencePolicy, AbsenceReason, AbsenceRule], SettingsAdmin)
site.register([Absence, AbsenceDay, Closure, ClosedMoment, MinimumService, MinimumServiceAnswer], ReadOnlyAdmin)
