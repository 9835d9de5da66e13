"""Reads of families."""

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
    "ContactCard",
    "FamilyFile",
    "FamilyRow",
    "Households",
    "child_card",
    "children_of_family",
    "family_file",
    "find_families",
    "households_of_account",
]
