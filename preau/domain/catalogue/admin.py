"""Superusers set up what can be booked in Django's admin; slots and counters are made by the operation."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.sites import site
from django.db.models import QuerySet
from django.http import HttpRequest

from preau.base.actor import system_actor
from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.catalogue.models import (
    Activity,
    ClosedDay,
    Offer,
    PublicHoliday,
    Resource,
    ResourceDay,
    SchoolClass,
    SchoolHoliday,
    SchoolYear,
    Slot,
    Unit,
)
from preau.domain.catalogue.operations import open_offer

site.register([SchoolYear, SchoolHoliday, PublicHoliday, SchoolClass, Activity, Resource, Unit], SettingsAdmin)
site.register([ClosedDay, Slot, ResourceDay], ReadOnlyAdmin)


@admin.register(Offer)
class OfferAdmin(SettingsAdmin):
    """An offer, and the act that opens its slots."""

    actions = ("open_slots",)

    @admin.action(description="Ouvrir les créneaux selon le calendrier")
    def open_slots(self, request: HttpRequest, offers: QuerySet[Offer]) -> None:
        """Create the slots that are missing; those that exist stay as they are."""
        for offer in offers:
            count: Any = open_offer(actor=system_actor(offer.organisation_id), offer_id=offer.pk)
            self.message_user(request, f"{offer} : {count} créneaux ouverts.")
