"""Files at rest: outside the web root, under random names, encrypted (AES-256-GCM).

The key of a file is derived from the first of PREAU_ENCRYPTION_KEYS and the name of the file; the others
still open what they sealed, so that keys can rotate. The row is written after the file: an act rolled back
leaves an unreadable file behind, never a row without its file.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from preau.base.models import StoredFile
from preau.base.uploads import CleanFile

NONCE_BYTES = 12


class FileGone(Exception):
    """The row is there but the file is not, or no key opens it: a backup was restored by halves."""


@transaction.atomic
def keep(*, organisation_id: int, file: CleanFile, name: str, now: datetime) -> StoredFile:
    """Write a clean file to disk, encrypted, and return its row.

    :param name: what its owner called it; kept encrypted, 120 characters at most.
    """
    key = secrets.token_hex(20)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(_secrets()[0], key)).encrypt(nonce, file.content, key.encode())
    default_storage.save(_path(key), ContentFile(nonce + sealed))
    return StoredFile.objects.create(
        organisation_id=organisation_id,
        key=key,
        media_type=file.media_type,
        extension=file.extension,
        size=len(file.content),
        pages=file.pages,
        sha256=hashlib.sha256(file.content).hexdigest(),
        name=cast(Any, {"name": name[-120:]}),
        created_at=now,
    )


def read(*, organisation_id: int, file_id: int) -> tuple[StoredFile, bytes]:
    """Return a file of a collectivité with its content.

    :raises FileGone: it cannot be read any more.
    """
    row = StoredFile.objects.filter(organisation_id=organisation_id, pk=file_id).first()
    if row is None:
        raise FileGone(file_id)
    try:
        with default_storage.open(_path(row.key)) as found:
            sealed = found.read()
    except OSError as missing:
        raise FileGone(file_id) from missing
    for secret in _secrets():
        try:
            opened = AESGCM(_key(secret, row.key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.key.encode())
        except InvalidTag:
            continue
        return row, opened
    raise FileGone(file_id)


def _secrets() -> list[str]:
    return [str(each) for each in settings.PREAU_ENCRYPTION_KEYS]


def _key(secret: str, name: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"file:{name}".encode()).derive(secret.encode())


def _path(key: str) -> str:
    return f"{key[:2]}/{key}"
