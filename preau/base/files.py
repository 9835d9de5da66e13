"""Files at rest: outside the web root, under random names, encrypted (AES-256-GCM).

The key of a file is derived from the first of PREAU_ENCRYPTION_KEYS and the name of the file; the others
still open what they sealed, so that keys can rotate. The row is written after the file: an act rolled back
leaves an unreadable file behind, never a row without its file.
"""

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
from preau.base.scanning import ScanState, scan
from preau.base.uploads import CleanFile

NONCE_BYTES = 12
SCANNED_AT_ONCE = 50


class FileGone(Exception):
    """The row is there but the file is not, or no key opens it: a backup was restored by halves."""


class FileNotSafe(Exception):
    """The antivirus has not seen this file yet, or has found something in it since."""

    def __init__(self, scan_state: str) -> None:
        super().__init__(scan_state)
        self.is_infected = scan_state == ScanState.INFECTED


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
        sha256=file.sha256,
        name=cast(Any, {"name": name[-120:]}),
        scan=file.scan,
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


def is_there(*, key: str) -> bool:
    """Whether a file is on disk, unopened."""
    return default_storage.exists(_path(key))


def forget(*, organisation_id: int, file_id: int) -> None:
    """Erase a file that nothing names any more: its row now, its content once the transaction is kept."""
    row = StoredFile.objects.filter(organisation_id=organisation_id, pk=file_id).first()
    if row is None:
        return
    path = _path(row.key)
    row.delete()
    transaction.on_commit(lambda: default_storage.delete(path))


def check_safe(*, file: StoredFile, by_its_sender: bool) -> None:
    """Pass when a file may be given to somebody.

    A file that the antivirus could not see goes back to who sent it, and to nobody else until it has been seen,
    unless the installation says otherwise (`PREAU_UNSCANNED_READABLE`).

    :raises FileNotSafe: it may not.
    """
    if file.scan == ScanState.INFECTED:
        raise FileNotSafe(file.scan)
    if file.scan == ScanState.UNAVAILABLE and not by_its_sender and not settings.PREAU_UNSCANNED_READABLE:
        raise FileNotSafe(file.scan)


def scan_again() -> int:
    """Have the files looked at that the antivirus could not see; return how many it has now seen.

    It stops at the first that still cannot be: the antivirus is down for all.
    """
    seen = 0
    for row in list(StoredFile.objects.filter(scan=ScanState.UNAVAILABLE).order_by("pk")):
        try:
            _row, content = read(organisation_id=row.organisation_id, file_id=row.pk)
        except FileGone:
            continue
        state = scan(content)
        if state == ScanState.UNAVAILABLE:
            break
        StoredFile.objects.filter(pk=row.pk).update(scan=state)
        seen += 1
        if seen == SCANNED_AT_ONCE:
            break
    return seen


def _secrets() -> list[str]:
    return [str(each) for each in settings.PREAU_ENCRYPTION_KEYS]


def _key(secret: str, name: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"file:{name}".encode()).derive(secret.encode())


def _path(key: str) -> str:
    return f"{key[:2]}/{key}"
