"""Preparing what can be booked: calendars, slots, places."""
