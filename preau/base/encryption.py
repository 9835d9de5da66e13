"""Fields encrypted at rest with the rotating keys of PREAU_ENCRYPTION_KEYS."""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=1)
def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.PREAU_ENCRYPTION_KEYS])


def seal_text(text: str) -> str:
    """Return a text encrypted with the first key: what a page carries and its reader cannot change."""
    return _cipher().encrypt(text.encode()).decode()


def unseal_text(sealed: str, *, lifetime: int | None) -> str:
    """Return a text sealed at most `lifetime` seconds ago; None: whenever it was.

    :raises cryptography.fernet.InvalidToken: not ours, changed, or too old.
    """
    return _cipher().decrypt(sealed.encode(), ttl=lifetime).decode()


class EncryptedJSONField(models.TextField[Any, Any]):
    """JSON kept as one encrypted text: it can be neither searched nor read in a dump."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        if not value:
            return {}
        return json.loads(_cipher().decrypt(value.encode()))

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str:
        if not value:
            return ""
        return _cipher().encrypt(json.dumps(value, default=str).encode()).decode()


class EncryptedTextField(models.TextField[str, str]):
    """A text kept encrypted; an empty one stays empty."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return _cipher().decrypt(value.encode()).decode() if value else ""

    def get_prep_value(self, value: Any) -> str:
        return _cipher().encrypt(str(value).encode()).decode() if value else ""
