"""Closed lists of the families app."""

from enum import StrEnum


class AdultPosition(StrEnum):
    """Place of an adult in the dossier famille (A05)."""

    HOLDER = "holder"  # titulaire
    CO_HOLDER = "co_holder"  # co-représentant
    MEMBER = "member"


class Authority(StrEnum):
    """Autorité parentale of an adult on a child (Code civil, art. 371-1 s.)."""

    EXERCISED = "exercised"
    HELD = "held"  # holder without its exercise: sees on request
    WITHDRAWN = "withdrawn"
    NONE = "none"


class Residence(StrEnum):
    USUAL = "usual"
    ALTERNATE = "alternate"
    VISITS = "visits"


class ContactKind(StrEnum):
    PICK_UP = "pick_up"
    CALL = "call"
    FORBIDDEN = "forbidden"
