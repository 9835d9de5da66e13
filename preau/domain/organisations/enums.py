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


class SchoolZone(StrEnum):
    """Which national calendar of school holidays is followed; OWN where the académie decides (Corse, overseas)."""

    A = "A"
    B = "B"
    C = "C"
    OWN = "-"


class HolidayRegion(StrEnum):
    """Where public holidays differ from those of the mainland: codes of départements or of communities overseas."""

    MAINLAND = ""
    MOSELLE = "57"
    BAS_RHIN = "67"
    HAUT_RHIN = "68"
    GUADELOUPE = "971"
    MARTINIQUE = "972"
    GUYANE = "973"
    REUNION = "974"
    MAYOTTE = "976"
    SAINT_BARTHELEMY = "BL"
    SAINT_MARTIN = "MF"
    NEW_CALEDONIA = "NC"
    POLYNESIA = "PF"
    SAINT_PIERRE = "PM"
    WALLIS = "WF"
