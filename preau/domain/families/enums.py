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


class Situation(StrEnum):
    """Family situation of a household, as the guides' forms list it (A05). Parent data."""

    MARRIED = "married"
    CIVIL_UNION = "civil_union"
    COHABITING = "cohabiting"
    SEPARATED = "separated"
    DIVORCED = "divorced"
    SINGLE = "single"
    WIDOWED = "widowed"


class Medium(StrEnum):
    """How an adult prefers to be told (A02-32, A24-11)."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"


class Answer(StrEnum):
    """An authorisation of a child: yes, no, or not answered yet (A21-14)."""

    YES = "yes"
    NO = "no"
    NONE = ""
