"""Closed lists of the documents app."""

from enum import StrEnum


class Subject(StrEnum):
    """Whose piece it is (A12-03, A12-09)."""

    FAMILY = "family"
    ADULT = "adult"  # of the person who sends it: its own household alone does not read it
    CHILD = "child"


class Validity(StrEnum):
    """Until when a piece is good."""

    SCHOOL_YEAR = "school_year"
    MONTHS = "months"
    DATE = "date"  # until the day written on it: titre de séjour, jugement, PAI
    FOREVER = "forever"
    EVENT = "event"  # proves one thing, an absence: each stands alone, none is asked for by itself


class DocumentState(StrEnum):
    TO_CHECK = "to_check"  # À vérifier
    VALID = "valid"  # Validé
    REFUSED = "refused"  # Refusé
    REPLACED = "replaced"  # a newer one took its place


class Need(StrEnum):
    """What asks for a piece (A07-08 to A07-14)."""

    DOSSIER = "dossier"  # every dossier administratif
    PAI = "pai"
    ALTERNATE = "alternate"  # garde alternée
    DIRECT_DEBIT = "direct_debit"
    FORBIDDEN = "forbidden"  # a person who must not collect the child


class Category(StrEnum):
    """What a document given to download is (A13-01 to A13-04)."""

    RULES = "rules"  # règlement
    FORM = "form"  # formulaire à remplir : mandat, autorisation
    FLYER = "flyer"  # plaquette, calendrier
