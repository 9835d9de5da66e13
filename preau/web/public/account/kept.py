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

FIELD = "kept"
LIFETIME = 12 * 3600  # seconds: as long as a session can last
MAX_CHARS = 200_000  # far above any form, far below what a page may weigh
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", FIELD, "password", "confirmation", "current"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A form to send again: its address, what was typed, and whether a file has to be chosen again."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_file: bool


def typed(request: HttpRequest) -> Kept | None:
    """Return what a form has just sent; None when there is nothing to keep, or a password among it."""
    names = set(request.POST)
    fields = tuple((name, value) for name in names - NEVER_KEPT for value in request.POST.getlist(name))
    has_secret = bool(names & (NEVER_KEPT - {"csrfmiddlewaretoken"}))
    if request.method != "POST" or not fields or has_secret or sum(len(value) for _, value in fields) > MAX_CHARS:
        return None
    return Kept(request.get_full_path(), tuple(sorted(fields, key=lambda each: each[0])), bool(request.FILES))


def seal(kept: Kept) -> str:
    """Return a form as one encrypted text."""
    return seal_text(json.dumps([kept.path, kept.fields, kept.had_file]))


def opened(text: Any, *, slug: str) -> Kept | None:
    """Return the form that a sealed text holds, when it is ours, recent and of this collectivité."""
    try:
        path, fields, had_file = json.loads(unseal_text(str(text), lifetime=LIFETIME))
    except InvalidToken:
        return None
    if not path.startswith(f"/{slug}/"):
        return None
    return Kept(path, tuple((name, value) for name, value in fields), had_file)


def is_from_here(request: HttpRequest) -> bool:
    """Tell whether the browser says that the form came from one of our own pages."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
