"""Closed lists of the organisations app."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    COMMUNE = "commune"
    SYNDICAT = "syndicat"
    COMMUNAUTE = "communaute"


class IdentifierPolicy(StrEnum):
    """How the identifiant of a new account is proposed (A28-08)."""

    FREE = "free"
    LOCAL_PART = "local_part"
    EMAIL = "email"


class SiteKind(StrEnum):
    SCHOOL = "school"
    CANTEEN = "canteen"
    LEISURE = "leisure"
    CRECHE = "creche"


class Navigation(StrEnum):
    """Which menu the family space shows (A28-15)."""

    TILES = "tiles"
    MENU = "menu"
