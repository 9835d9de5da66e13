"""Browsers where an account has logged in before: their own count of tries, and no mail « nouvel appareil ».

A signed cookie names the browser and the accounts that it has seen; it opens nothing by itself.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "navigateur"
LIFETIME = 180 * 24 * 3600  # seconds
MAX_ACCOUNTS = 8  # a family and its neighbours on one machine
SALT = "preau.browser"


def known(request: HttpRequest, account: str) -> str:
    """Return the name of this browser when this account has logged in from it before; "" otherwise."""
    name, accounts = _read(request)
    return name if account in accounts else ""


def last_account(request: HttpRequest) -> str:
    """Return the account that has logged in last from this browser, "" when none has."""
    _name, accounts = _read(request)
    return accounts[0] if accounts else ""


def remember(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Keep that this account has logged in from this browser."""
    name, accounts = _read(request)
    kept = [account, *(each for each in accounts if each != account)][:MAX_ACCOUNTS]
    response.set_cookie(
        COOKIE,
        signing.dumps([name or secrets.token_urlsafe(12), kept], salt=SALT),
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    found: Any
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIFETIME)
        name, accounts = found
    except (signing.BadSignature, TypeError, ValueError):
        return "", []
    return str(name), [str(each) for each in accounts]
