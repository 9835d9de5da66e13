"""Closed lists of the families app."""

from enum import StrEnum


class AdultPosition(StrEnum):
    """Place of an adult in the dossier famille (A05)."""

    HOLDER = "holder"  # titulaire
    CO_HOLDER = "co_holder"  # co-représentant
    MEMBER = "member"


class Residency(StrEnum):
    """Whether a household lives in the collectivité: what openings and prices go by."""

    UNKNOWN = "unknown"  # nobody has read its address yet: it is given nothing kept for residents
    RESIDENT = "resident"
    OUTSIDE = "outside"


class Authority(StrEnum):
    """Autorité parentale of an adult on a child (Code civil, art. 371-1 s.)."""

    EXERCISED = "exercised"
    HELD = "held"  # holder without its exercise: sees on request
    WITHDRAWN = "withdrawn"
    NONE = "none"


class Books(StrEnum):
    """The days that a parent may book for a child who lives in turn in two homes."""

    OWN_DAYS = "own_days"
    ANY_DAY = "any"


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


class Access(StrEnum):
    """What an adult may do with the sheets of a child (trust-and-ux §2.4)."""

    WRITE = "write"  # exercises authority
    ON_REQUEST = "on_request"  # holds it without exercising it: the service shows
    PRESENCE = "presence"  # lives in the household without authority: identity and school only


class HealthReason(StrEnum):
    """Why an agent opens a health sheet: a short list, shown to the parents."""

    CARE = "care"
    EMERGENCY = "emergency"
    MEALS = "meals"
    OUTING = "outing"
    FILE = "file"


class SheetGap(StrEnum):
    """What is missing or to read again in the sheets of a child."""

    HEALTH = "health"
    CONSENTS = "consents"
    DOCTOR = "doctor"
    VACCINES = "vaccines"
    PAI_EXPIRED = "pai_expired"
    PAI_ENDS_SOON = "pai_ends_soon"


class Alike(StrEnum):
    """What makes two records look like one person."""

    SAME_NAME = "same_name"
    SWAPPED_NAME = "swapped_name"  # first and last name in each other's place
    PART_OF_NAME = "part_of_name"  # « Léa Martin » and « Léa Martin-Dupont »
    ONE_LETTER = "one_letter"  # added, missing, changed, or two in each other's place
    SAME_BIRTH = "same_birth"
    SAME_EMAIL = "same_email"
    SAME_PHONE = "same_phone"


class PersonKind(StrEnum):
    """What may be there twice."""

    ADULT = "adult"
    CHILD = "child"
    FAMILY = "family"
