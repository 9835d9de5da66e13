"""Acts on families: building a dossier famille, opening the space of its adults."""

from preau.domain.families.operations.children import (
    answer_consents,
    confirm_sheets,
    keep_health,
    save_health,
    validate_dossier,
)
from preau.domain.families.operations.contacts import (
    TooManyContacts,
    name_contact,
    remove_contact,
    restore_contact,
    save_contact,
)
from preau.domain.families.operations.corrections import (
    StillNeeded,
    correct_adult,
    correct_child,
    correct_contact,
    remove_person,
)
from preau.domain.families.operations.health import read_health
from preau.domain.families.operations.household import (
    ADDRESS_LENGTHS,
    add_adult,
    add_child,
    add_contact,
    change_address,
    change_situation,
    create_family,
    link_child,
    read_protected_address,
)
from preau.domain.families.operations.invitations import AlreadyActive, NoEmail, invite_adult, open_by_reset
from preau.domain.families.operations.keys import create_access_key, find_access_key, use_access_key
from preau.domain.families.operations.merging import (
    NotSameHousehold,
    absorb_adult,
    absorb_child,
    absorb_family,
    archive_more,
    forget_adult,
    forget_child,
    forget_family,
    keep_apart,
)
from preau.domain.families.operations.photos import Photo, open_photo, receive_photo
from preau.domain.families.operations.profile import ask_new_email, change_details, confirm_new_email
from preau.domain.families.operations.reach import EmailTied, correct_reach
from preau.domain.families.operations.signup import (
    begin_sign_up,
    find_sign_up,
    finish_sign_up,
    join_sign_up,
    known_accounts,
    send_sign_up,
    sign_up_data,
)

__all__ = [
    "ADDRESS_LENGTHS",
    "AlreadyActive",
    "EmailTied",
    "NoEmail",
    "NotSameHousehold",
    "Photo",
    "StillNeeded",
    "TooManyContacts",
    "absorb_adult",
    "absorb_child",
    "absorb_family",
    "add_adult",
    "add_child",
    "add_contact",
    "answer_consents",
    "archive_more",
    "ask_new_email",
    "begin_sign_up",
    "change_address",
    "change_details",
    "change_situation",
    "confirm_new_email",
    "confirm_sheets",
    "correct_adult",
    "correct_child",
    "correct_contact",
    "correct_reach",
    "create_access_key",
    "create_family",
    "find_access_key",
    "find_sign_up",
    "finish_sign_up",
    "forget_adult",
    "forget_child",
    "forget_family",
    "invite_adult",
    "join_sign_up",
    "keep_apart",
    "keep_health",
    "known_accounts",
    "link_child",
    "name_contact",
    "open_by_reset",
    "open_photo",
    "read_health",
    "read_protected_address",
    "receive_photo",
    "remove_contact",
    "remove_person",
    "restore_contact",
    "save_contact",
    "save_health",
    "send_sign_up",
    "sign_up_data",
    "use_access_key",
    "validate_dossier",
]
