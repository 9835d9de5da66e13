"""Reads sessions, with what the page needs to know of its collectivité, and ends those that are over."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import get_random_string

from preau.base.sessions import IDLE, PROVED, SEEN, STARTED, WRITE_EVERY, is_over, seconds
from preau.domain.accounts.queries import entrance_of

SLUG = re.compile(r"[a-z0-9-]{1,100}")


class SessionStore(DatabaseStore):
    """Django's, in the database, but for its reading: one query tells the session and where the collectivité stands.

    `revision` is None until a session was read; see `base.revisions`.
    """

    slug = ""
    revision: str | None = None

    def _get_new_session_key(self) -> str:
        """Drawn among 32 signs, and refused by the database if it were there: nothing to ask first."""
        return get_random_string(32, VALID_KEY_CHARS)

    def load(self) -> dict[str, Any]:
        found = entrance_of(session_key=self.session_key or "", slug=self.slug, at=timezone.now())
        if found is None:
            self._session_key = None
            return {}
        self.revision = found.revision
        return self.decode(found.content)


class SessionReadMiddleware(SessionMiddleware):
    """Django's, whose store knows the address: its first part names the collectivité, if any.

    What cannot be a name is asked of no database: PostgreSQL refuses some signs.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        first = request.path_info.lstrip("/").partition("/")[0]
        request.session.slug = first if SLUG.fullmatch(first) else ""  # type: ignore[attr-defined]


class SessionAgeMiddleware:
    """Reads the session once; writes it only every few minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        session, now = request.session, seconds()
        if STARTED in session:
            if is_over(session, at=now):
                request.left_account_id = request.user.pk  # whose unsent form it is
                logout(request)
            else:
                if now - session[SEEN] > IDLE:  # remembered, and left alone: whoever finds it may not be its owner
                    session.pop(PROVED, None)
                if now - session[SEEN] > WRITE_EVERY:
                    session[SEEN] = now
        return self.get_response(request)
