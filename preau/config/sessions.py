"""Ends sessions that stayed idle or lasted too long."""

import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from preau.base.sessions import SEEN, STARTED, WRITE_EVERY, is_over


class SessionAgeMiddleware:
    """Reads the session once; writes it only every few minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        session, now = request.session, int(time.time())
        if STARTED in session:
            if is_over(session, at=now):
                logout(request)
            elif now - session[SEEN] > WRITE_EVERY:
                session[SEEN] = now
        return self.get_response(request)
