"""What was typed in a form sent after the login had expired, or while new terms wait: kept in the page, sent again.

Nothing of it goes to an address, a log, a session or the database. The page that asks to log in again, or to read
the terms, carries it in a hidden field, encrypted; the page after it gives it back as a form with one button.
Files and passwords are never kept.
"""

import json
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.http import HttpRequest

from preau.base.encryption import seal_text, unseal_text
from preau.web.public.account import browsers

FIELD = "kept"
TAKEN_UP = "repris"  # in the address of a page shown anew: what it held was a password
LIFETIME = 12 * 3600  # seconds: as long as a session can last
MAX_CHARS = 200_000  # far above any form, far below what a page may weigh
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", FIELD, "password", "confirmation", "current"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A form to send again: its address, what was typed, and whether a file has to be chosen again."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_file: bool
    owner: str = ""  # the account that typed it, « account 12 »: nobody else is shown it


def typed(request: HttpRequest) -> Kept | None:
    """Return what a form has just sent; None when there is nothing to keep, or a password among it."""
    names = set(request.POST)
    fields = tuple((name, value) for name in names - NEVER_KEPT for value in request.POST.getlist(name))
    is_long = sum(len(value) for _, value in fields) > MAX_CHARS
    if request.method != "POST" or not fields or holds_secret(request) or is_long:
        return None
    ordered = tuple(sorted(fields, key=lambda each: each[0]))
    return Kept(request.get_full_path(), ordered, bool(request.FILES), _owner(request))


def holds_secret(request: HttpRequest) -> bool:
    """Tell whether a form has sent a password or a sealed text: it is shown again, never kept."""
    return bool(set(request.POST) & (NEVER_KEPT - {"csrfmiddlewaretoken"}))


def seal(kept: Kept) -> str:
    """Return a form as one encrypted text."""
    return seal_text(json.dumps([kept.path, kept.fields, kept.had_file, kept.owner]))


def opened(text: Any, *, slug: str, owner: str) -> Kept | None:
    """Return the form that a sealed text holds, when it is ours, recent, of this collectivité and of this account."""
    try:
        path, fields, had_file, typed_by = json.loads(unseal_text(str(text), lifetime=LIFETIME))
    except (InvalidToken, ValueError):
        return None
    if not path.startswith(f"/{slug}/") or typed_by not in ("", owner):  # "": a browser that nobody is known to use
        return None
    return Kept(path, tuple((name, value) for name, value in fields), had_file, typed_by)


def owner_name(account_id: int | None) -> str:
    """Return how an account is named where what it typed is kept, and in the cookie of its browser."""
    return f"account {account_id}" if account_id else ""


def _owner(request: Any) -> str:
    """Whose form this is: who is logged in, who was a moment ago, or who last was in this browser."""
    user = getattr(request, "user", None)  # a form refused before anybody was read has none
    account_id = user.pk if user is not None and user.is_authenticated else getattr(request, "left_account_id", None)
    return owner_name(account_id) or browsers.last_account(request)


def is_from_here(request: HttpRequest) -> bool:
    """Tell whether the browser says that the form came from one of our own pages."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
