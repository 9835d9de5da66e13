"""Planned presences by day unit, and the places they take."""
