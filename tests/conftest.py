"""Shared fixtures. Settings of the tests live in tests/settings.py."""
