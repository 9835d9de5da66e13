"""Reads of démarches."""
