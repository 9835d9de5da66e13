"""The antivirus, as the product sees it: a function named by the settings, and four answers.

The floor that talks to the outside stands above this one: hence the dotted path, `PREAU_SCANNER`.
"""

from enum import StrEnum

from django.conf import settings
from django.utils.module_loading import import_string


class ScanState(StrEnum):
    """What is known of a file."""

    NOT_SCANNED = "not_scanned"  # the installation has no antivirus
    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"  # there is one, and it did not answer: asked again later


def scan(content: bytes) -> ScanState:
    """Have a file looked at. Never raises: an antivirus that fails is « unavailable »."""
    if not settings.PREAU_SCANNER:
        return ScanState.NOT_SCANNED
    return ScanState(import_string(settings.PREAU_SCANNER)(content))
