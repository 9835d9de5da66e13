"""A value sealed when the installation was opened: the keys that no longer read it are not the keys of its data."""

import hashlib

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils.crypto import constant_time_compare

from preau.base.encryption import seal_text, unseal_text
from preau.base.models import KeyWitness

WORDS = "préau"
SHOWN = 12  # hexadecimal digits of a print: enough to tell keys apart, nothing to find one by


class WrongKeys(Exception):
    """None of PREAU_ENCRYPTION_KEYS reads what this installation has sealed."""


def key_prints() -> list[str]:
    """Return a print of each encryption key, in order: it may be written beside a backup, the key may not."""
    return [print_of(key) for key in settings.PREAU_ENCRYPTION_KEYS]


def print_of(key: str) -> str:
    """Return the print of one key."""
    return hashlib.sha256(b"preau:" + key.encode()).hexdigest()[:SHOWN]


def leave_witness() -> None:
    """Seal the witness, where there is none yet. Twice is once."""
    KeyWitness.objects.get_or_create(pk=1, defaults={"sealed": seal_text(WORDS)})


def check_witness() -> bool:
    """Pass when the keys read the witness; tell whether there is one.

    :raises WrongKeys: they do not.
    """
    row = KeyWitness.objects.filter(pk=1).first()
    if row is None:
        return False
    try:
        found = unseal_text(row.sealed, lifetime=None)
    except InvalidToken as other:
        raise WrongKeys from other
    if not constant_time_compare(found, WORDS):
        raise WrongKeys
    return True
