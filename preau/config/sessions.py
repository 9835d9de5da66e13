"""Ends sessions that stayed idle or lasted too long."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from preau.base.sessions import IDLE, PROVED, SEEN, STARTED, WRITE_EVERY, is_over, seconds


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
