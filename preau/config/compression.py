"""Answers compressed, but where a stranger could choose words that stand beside what is private (ADR 0014)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

SHRINKS = ("text/", "application/json", "application/javascript", "image/svg+xml")


class CompressionMiddleware(GZipMiddleware):
    """Django's, which adds a length drawn at random to each answer, for the answers that may be compressed."""

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponse:
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith(SHRINKS) or not may_compress(request):
            return response  # type: ignore[no-any-return]
        return super().process_response(request, response)


def may_compress(request: HttpRequest) -> bool:
    """Tell whether the length of an answer says nothing to who made the reader's browser ask for it.

    A stranger chooses what stands after the « ? » of an address to which it leads somebody who is logged in. A form
    sent from elsewhere comes without the session (SameSite), and a browser says where a request comes from.
    """
    is_somebody_s = settings.SESSION_COOKIE_NAME in request.COOKIES
    has_words = request.method in ("GET", "HEAD") and bool(request.META.get("QUERY_STRING"))
    return not is_somebody_s or not has_words or request.headers.get("Sec-Fetch-Site") == "same-origin"
