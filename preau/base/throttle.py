"""Limits on guesses, counted in the cache that every process shares. Never a permanent lock."""

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 15 * 60
PER_ACCOUNT = 8
PER_ADDRESS = 60  # a school or a town hall may share one address


def is_blocked(request: HttpRequest, kind: str, name: str) -> bool:
    """Tell whether this name, or this address, has failed too often in the last quarter of an hour."""
    keys = _keys(request, kind, name)
    counts = cache.get_many(keys)
    return bool(counts.get(keys[0], 0) >= PER_ACCOUNT or counts.get(keys[1], 0) >= PER_ADDRESS)


def count(request: HttpRequest, kind: str, name: str) -> None:
    """Count one failure, or one mail asked for."""
    for key in _keys(request, kind, name):
        if not cache.add(key, 1, WINDOW):
            try:
                cache.incr(key)
            except ValueError:
                cache.add(key, 1, WINDOW)


def forget(request: HttpRequest, kind: str, name: str) -> None:
    """Forget the failures of a name that has just succeeded; those of the address stay."""
    cache.delete(_keys(request, kind, name)[0])


def _keys(request: HttpRequest, kind: str, name: str) -> list[str]:
    digest = hashlib.sha256(name.strip().lower().encode()).hexdigest()[:32]
    return [f"throttle:{kind}:name:{digest}", f"throttle:{kind}:addr:{address_of(request)}"]


def address_of(request: HttpRequest) -> str:
    """Return the client's address, counting only the proxies that the installation trusts (ASVS 4.1.3)."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.PREAU_TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return str(hops[-trusted])
    return str(request.META.get("REMOTE_ADDR", ""))
