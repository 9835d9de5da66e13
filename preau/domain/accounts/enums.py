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


class FactorKind(StrEnum):
    """What proves, beside the password, who logs in."""

    TOTP = "totp"  # a code of six digits that an application shows (RFC 6238)
    PASSKEY = "passkey"  # a key of the device or of a token (WebAuthn)


class LinkPurpose(StrEnum):
    ACTIVATION = "activation"
    RESET = "reset"
    EMAIL = "email"
