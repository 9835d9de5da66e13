"""Error pages in French, whatever went wrong."""

import logging
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode

from preau.config.entrance import enter
from preau.web.public.account import kept

logger = logging.getLogger(__name__)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return HttpResponse(render_to_string(f"{status}.html", request=request), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What cannot be read, or a name that is not the site's: then nothing of the page may need one."""
    if isinstance(exception, DisallowedHost):
        return HttpResponse(render_to_string("unknown_name.html"), status=400)
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A lost page keeps the collectivité and the menu of its reader, where the address begins with them."""
    if request.resolver_match is None and hasattr(request, "now"):
        with suppress(Http404):
            enter(request, request.path_info.lstrip("/").partition("/")[0])
    return _page(request, 404)


def busy(request: HttpRequest, problem: OperationalError) -> HttpResponse | None:
    """Answer whoever waited too long for its turn to write, with what was typed to be sent again by one button.

    None when the database does not answer at all: that is a breakdown.
    """
    logger.error("The database kept somebody waiting too long: %s", type(problem).__name__, exc_info=problem)
    try:
        page = render_to_string("503.html", {"unsent": kept.typed(request)}, request=request)
    except DatabaseError:
        return None
    return HttpResponse(page, status=503, headers={"Retry-After": "5"})


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither database nor context: it is shown when they fail."""
    return HttpResponse(render_to_string("500.html", _clothes(request)), status=500)


def _clothes(request: HttpRequest) -> dict[str, str]:
    """The name, colours and telephone of the collectivité, where they are already in memory."""
    clothes = {}
    with suppress(ValueError):  # a stylesheet that was not collected
        clothes["sheet"] = static("ui/preau.css")
    organisation = getattr(request, "organisation", None)
    if organisation is not None:
        clothes |= {
            "town": organisation.name,
            "home_url": reverse("public:home", args=[organisation.slug]),
            "theme_url": reverse("public:theme", args=[organisation.slug]),
            "contact": organisation.contact_phone,
        }
    return clothes


def csrf_failure(request: HttpRequest, reason: str = "", **_: Any) -> HttpResponse:
    """A form without its key: cookies refused, or a page left open while one logged in again elsewhere.

    When the browser says that the form is ours, what was typed is given back with a new key, to be sent again. A form
    that holds a password is shown anew, never the password: logged in elsewhere meanwhile, the login page leads on.
    """
    if kept.is_from_here(request) and kept.holds_secret(request):
        return redirect(f"{request.path}?{urlencode({kept.TAKEN_UP: 1})}")
    unsent = kept.typed(request) if kept.is_from_here(request) else None
    if unsent is not None:
        page = render_to_string("account/send_again.html", {"unsent": unsent}, request=request)
        return HttpResponse(page, status=403)
    context = {"is_plain": settings.CSRF_COOKIE_SECURE and not request.is_secure()}
    return HttpResponse(render_to_string("csrf.html", context, request=request), status=403)
