"""Reads of absences."""
