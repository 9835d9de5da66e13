"""Closed lists of the accounts app."""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do in one collectivité (DESIGN §4)."""

    FAMILY = "family"
    SITE_STAFF = "site_staff"
    AGENT = "agent"
    MANAGER = "manager"
    REGISSEUR = "regisseur"
    ADMIN = "admin"


STAFF_ROLES = frozenset({Role.SITE_STAFF, Role.AGENT, Role.MANAGER, Role.REGISSEUR, Role.ADMIN})


class LinkPurpose(StrEnum):
    ACTIVATION = "activation"
    RESET = "reset"
    EMAIL = "email"
