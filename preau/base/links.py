"""Addresses written in mails."""

from django.conf import settings


def absolute(path: str) -> str:
    """Return the full address of a path of this installation."""
    return str(settings.PREAU_BASE_URL).rstrip("/") + path
