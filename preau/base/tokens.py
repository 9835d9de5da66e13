"""Secrets of single-use links: only their hash is ever stored."""

import hashlib
import secrets

SECRET_BYTES = 24  # 192 bits


def new_secret() -> str:
    """Return a fresh secret that can stand in an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """Return what is stored of a secret. It has 192 bits of its own, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
