"""Reads of families."""

from preau.domain.families.queries.children import (
    ConsentLine,
    HealthSheet,
    child_for,
    consents_of,
    health_of,
    situations_of,
    validated_dossiers,
)
from preau.domain.families.queries.files import (
    AdultCard,
    ChildCard,
    ContactCard,
    FamilyFile,
    FamilyRow,
    Households,
    child_card,
    children_of_family,
    family_file,
    find_families,
    households_of_account,
)

__all__ = [
    "AdultCard",
    "ChildCard",
    "ConsentLine",
    "ContactCard",
    "FamilyFile",
    "FamilyRow",
    "HealthSheet",
    "Households",
    "child_card",
    "child_for",
    "children_of_family",
    "consents_of",
    "family_file",
    "find_families",
    "health_of",
    "households_of_account",
    "situations_of",
    "validated_dossiers",
]
