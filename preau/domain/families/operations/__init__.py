"""Acts on families: building a dossier famille, opening the space of its adults."""

from preau.domain.families.operations.household import (
    ADDRESS_LENGTHS,
    AlreadyActive,
    NoEmail,
    add_adult,
    add_child,
    add_contact,
    change_address,
    change_details,
    change_situation,
    create_family,
    give_authority,
    invite_adult,
    link_child,
    read_protected_address,
)

__all__ = [
    "ADDRESS_LENGTHS",
    "AlreadyActive",
    "NoEmail",
    "add_adult",
    "add_child",
    "add_contact",
    "change_address",
    "change_details",
    "change_situation",
    "create_family",
    "give_authority",
    "invite_adult",
    "link_child",
    "read_protected_address",
]
