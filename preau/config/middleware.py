"""From an address to an actor: clock, collectivité, membership, policy, forced steps."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from preau.base import journal, sessions
from preau.base.actor import FAMILY, STAFF, Actor
from preau.base.facts import NotAllowed, NotFound
from preau.config import clock, errors
from preau.config.entrance import enter
from preau.domain.accounts import queries as accounts
from preau.domain.families.queries import files
from preau.domain.families.rules import ActFrozen
from preau.web.public.account.login import log_in_again
from preau.web.public.account.openings import terms_first
from preau.web.public.account.own import ask_proof
from preau.web.ui import policy as policies

GetResponse = Callable[[HttpRequest], HttpResponse]
MAX_BODY = 64 * 1024 * 1024  # bytes; the proxy has the same limit (deploy/nginx.conf)
TERMS_SESSION_KEY = "terms"  # {slug: version accepted}: spares a query on each page


class BodyLimitMiddleware:
    """Refuses, before a byte of it is read, what is larger than twenty photos and a form."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = str(request.META.get("CONTENT_LENGTH") or "0")
        if said.isascii() and said.isdigit() and int(said) <= MAX_BODY:
            return self.get_response(request)
        response = HttpResponse(render_to_string("413.html"), status=413)
        response.headers["Connection"] = "close"  # nobody reads the rest
        return response


class ClockMiddleware:
    """Gives the instant of the request, so that nothing below reads a clock."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = clock.now()  # type: ignore[attr-defined]
        request.today = request.now.date()  # type: ignore[attr-defined]
        request.organisation = None  # type: ignore[attr-defined]
        request.actor = None  # type: ignore[attr-defined]
        return self.get_response(request)


class TenantMiddleware:
    """Finds the collectivité of the address and the actor in it, then asks the view's policy.

    Whatever is not the actor's looks like it does not exist: 404.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self, request: Any, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if "slug" in kwargs:
            enter(request, str(kwargs["slug"]))
        if request.actor is not None and "child_id" in kwargs and len(request.actor.family_ids) > 1:
            request.actor = files.at_home_of(actor=request.actor, child_id=int(kwargs["child_id"]))
        policy = getattr(view, "policy", None)
        if policy is None:
            if request.path.startswith("/admin/"):
                if sessions.LOCKED in request.session:
                    return _locked(request)
                return _before_admin(request)
            raise Http404("no policy declared")
        if policy.audience == policies.PUBLIC:
            return None
        if sessions.LOCKED in request.session and not policy.opens_locked:
            return _locked(request)
        return self._refusal(request, policy)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, NotFound):
            return HttpResponse(render_to_string("404.html", request=request), status=404)
        if isinstance(problem, NotAllowed):
            return HttpResponseForbidden(render_to_string("403.html", request=request))
        if isinstance(problem, ActFrozen):
            context = {"child_id": problem.child_id}
            return HttpResponse(render_to_string("staff/frozen.html", context, request=request), status=409)
        if isinstance(problem, OverflowError):  # a number of the address that no row can have (SQLite)
            return HttpResponse(render_to_string("404.html", request=request), status=404)
        if isinstance(problem, OperationalError):
            return errors.busy(request, problem)
        return None

    def _refusal(self, request: Any, policy: policies.Policy) -> HttpResponse | None:
        slug = request.organisation.slug if request.organisation else None
        if slug is None:
            raise Http404("no collectivité")
        if not request.user.is_authenticated:
            unsent = log_in_again(request)
            if unsent is not None:
                return unsent
            return redirect(f"{reverse('account:login', args=[slug])}?{urlencode({'next': request.get_full_path()})}")
        if request.actor is None:
            note_refused(request)
            raise Http404("no membership here")
        # A step that is forced waits for the code.
        is_locked = policy.opens_locked and sessions.LOCKED in request.session
        if policy.audience != policies.ACCOUNT and not is_locked:
            forced = forced_step(request)
            if forced:
                return terms_first(request, forced) or redirect(forced)
        if not _is_admitted(request.actor, policy):
            note_refused(request)
            raise Http404("families only, agents only, or another role")
        return ask_proof(request) if _lacks_proof(request, policy) else None


def _locked(request: Any) -> HttpResponse:
    """Ask for the code of the tablet. A form that was being written elsewhere asks to log in: nothing of it is lost."""
    slug = request.session[sessions.LOCKED]
    if request.method == "POST" and "X-Part" not in request.headers and request.organisation is not None:
        request.left_account_id = request.user.pk
        logout(request)
        request.actor = None
        return log_in_again(request) or redirect("account:login", slug=slug)
    return redirect("staff:attendance_unlock", slug=slug)


def _before_admin(request: Any) -> HttpResponse | None:
    """Lead a superuser without a second factor to the page that sets one; Django's admin does the rest."""
    is_one = request.user.is_authenticated and request.user.is_superuser
    if not is_one or not settings.PREAU_ADMIN_SECOND_FACTOR or _has_shown(request):
        return None
    towns = accounts.towns_of(account_id=request.user.pk)
    if not towns:
        raise Http404("a superuser of no collectivité")
    return redirect("account:factors", slug=towns[0][0])


def _lacks_proof(request: Any, policy: policies.Policy) -> bool:
    """Tell whether the password has to be typed again before this page."""
    if not policy.proof:
        return False
    is_recent = policy.proof == policies.RECENT
    return not sessions.is_proved(request.session, at=sessions.seconds(), is_recent=is_recent)


def _is_admitted(actor: Actor, policy: policies.Policy) -> bool:
    if policy.audience == policies.FAMILY:
        return actor.audience == FAMILY
    if policy.audience == policies.STAFF:
        return actor.audience == STAFF and (not policy.roles or actor.has_role(*policy.roles))
    return True


def note_refused(request: Any) -> None:
    """Keep who was refused which page: its name, never its address, which may hold a link that opens."""
    journal.record(
        actor=Actor(organisation_id=request.organisation.id, audience="account", account_id=request.user.pk),
        act="access.refused",
        at=request.now,
        page=request.resolver_match.view_name,
    )


def forced_step(request: Any) -> str | None:
    """Return the address of the step a person must pass before any other page, or None."""
    organisation, user = request.organisation, request.user
    if user.must_change_password:
        if user.password_expires_at and user.password_expires_at <= request.now:
            logout(request)
            return reverse("account:login", args=[organisation.slug])
        return reverse("account:identifiers", args=[organisation.slug])
    if organisation.asks_agents_second_factor and request.actor.audience == STAFF and not _has_shown(request):
        return reverse("account:factors", args=[organisation.slug])
    version = organisation.terms_version
    if version is None:
        return None
    known = request.session.get(TERMS_SESSION_KEY, {})
    if known.get(organisation.slug, 0) >= version:
        return None
    accepted = accounts.terms_accepted_version(account_id=user.pk, organisation_id=organisation.id)
    if accepted < version:
        return reverse("account:terms", args=[organisation.slug])
    request.session[TERMS_SESSION_KEY] = {**known, organisation.slug: accepted}
    return None


def _has_shown(request: Any) -> bool:
    return bool(request.session.get(sessions.SECOND))


class ButtonMiddleware:
    """Says in words, in the clothes of the town, that the address of a button is no page: Django answers nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content or request.method != "GET":
            return response
        said = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        said.headers["Allow"] = response.headers["Allow"]
        return said


class SecurityHeadersMiddleware:
    """Headers that every answer carries, and no copy kept of a private page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
