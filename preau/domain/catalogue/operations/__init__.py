"""Preparing what can be booked: calendars, slots, places."""

from preau.domain.catalogue.operations.places import close_days, open_offer, set_capacity
from preau.domain.catalogue.operations.seeding import reseed_calendar, seed_calendar

__all__ = ["close_days", "open_offer", "reseed_calendar", "seed_calendar", "set_capacity"]
