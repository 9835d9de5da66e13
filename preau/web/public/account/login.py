"""Logging in and out, and the way back for who forgot."""

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base import journal, sessions, throttle
from preau.base.actor import Actor
from preau.domain.accounts import operations, rules
from preau.domain.accounts.enums import LinkPurpose
from preau.domain.accounts.queries import account_for_login, find_link, is_agent, scope_in
from preau.domain.families.operations import open_by_reset
from preau.web.public.account import browsers, kept, towns
from preau.web.public.account.forms import ForgottenForm, LoginForm, NewPasswordForm
from preau.web.ui.policy import public_page


@public_page
@sensitive_post_parameters("password", kept.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def login_page(request: Any, slug: str) -> HttpResponse:
    """Log in; the answer is the same for an unknown identifiant and a wrong password."""
    form = LoginForm(request.POST or None)
    next_url = request.POST.get("next") or request.GET.get("next", "")
    if request.method != "POST":
        return _login_answer(request, LoginForm(), next_url)
    if not form.is_valid():
        return _login_answer(request, form, next_url, status=422)
    name = form.cleaned_data["username"]
    counted = throttled_name(name)
    browser = browsers.known(request, counted)
    if not throttle.attempt(request, "login", counted, browser=browser):
        note_sign_in(request, "account.blocked", counted)
        form.add_error(None, _("Trop d’essais. Attendez 15 minutes, ou demandez un nouveau mot de passe."))
        return _login_answer(request, form, next_url, status=429)
    account: Any = _authenticated(request, name, form.cleaned_data["password"])
    scope = scope_in(account_id=account.pk, organisation_id=request.organisation.id) if account else None
    if account is None or scope is None or not scope.roles or not account.activated_at:
        note_sign_in(request, "account.refused", counted)
        form.add_error(
            None,
            _("L’identifiant ou le mot de passe ne correspond pas. Vérifiez les majuscules, puis recommencez."),
        )
        return _login_answer(request, form, next_url, status=422)
    throttle.done(request, "login", counted, browser=browser)
    previous = account.last_login
    login(request, account)
    note_sign_in(request, "account.logged_in", counted)
    operations.note_login(account_id=account.pk, previous=previous, now=request.now)
    # Agent somewhere on the installation, agent everywhere: the strictest role of any town rules the session.
    sessions.begin(request, is_short=is_agent(account_id=account.pk), remember=form.cleaned_data["remember"])
    towns.remember(request)
    unsent = kept.opened(request.POST.get(kept.FIELD), slug=slug)
    response: HttpResponse
    if unsent is not None:
        response = render(request, "account/send_again.html", {"unsent": unsent, "name": account.full_name})
    else:
        response = redirect(_safe_next(request, next_url, is_staff=scope.is_staff))
    if not browser:
        operations.tell_new_browser(account_id=account.pk, organisation_id=request.organisation.id, now=request.now)
    browsers.remember(request, response, counted)
    return response


def note_sign_in(request: Any, act: str, counted: str) -> None:
    """Keep that somebody has logged in, failed or been stopped: which account if it is one, never what was typed."""
    known = counted.removeprefix("account ") if counted.startswith("account ") else ""
    account_id = int(known) if known else None
    journal.record(
        actor=Actor(organisation_id=request.organisation.id, audience="account", account_id=account_id),
        act=act,
        at=request.now,
    )


def throttled_name(name: str) -> str:
    """What the tries at a name are counted under: the account that it means, however it is written."""
    found = account_for_login(identifier=name)
    return f"account {found.pk}" if found is not None else name


def _authenticated(request: Any, name: str, password: str) -> Any:
    """The account of these identifiers. A provisional password pasted with a space or a line end is the same."""
    account = authenticate(request, username=name, password=password)
    if account is None and password != password.strip():
        found: Any = authenticate(request, username=name, password=password.strip())
        account = found if found is not None and found.must_change_password else None
    return account


def _login_answer(request: HttpRequest, form: LoginForm, next_url: str, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": next_url, "kept": request.POST.get(kept.FIELD, "")}
    return render(request, "account/login.html", context, status=status)


def log_in_again(request: Any) -> HttpResponse | None:
    """Answer a form sent after the login had expired: log in, nothing typed is lost. None: nothing to keep."""
    unsent = kept.typed(request)
    if unsent is None:
        return None
    context = {"form": LoginForm(), "next": unsent.path, "kept": kept.seal(unsent), "had_file": unsent.had_file}
    return render(request, "account/log_in_again.html", context, status=403)


def _safe_next(request: Any, next_url: str, *, is_staff: bool) -> str:
    """Only an address of this very collectivité is followed."""
    slug = request.organisation.slug
    is_ours = url_has_allowed_host_and_scheme(next_url, allowed_hosts={request.get_host()})
    if is_ours and next_url.startswith(f"/{slug}/"):
        return next_url
    return reverse("staff:home" if is_staff else "family:home", args=[slug])


@public_page
@require_POST
def logout_page(request: Any, slug: str) -> HttpResponse:
    logout(request)
    response = redirect("public:home", slug=slug)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password(request: Any, slug: str) -> HttpResponse:
    """Ask for a link. The answer never says whether an account exists."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["email"]
        if throttle.attempt(request, "reset", wanted):
            operations.request_reset(organisation_id=request.organisation.id, email_or_username=wanted, now=request.now)
            open_by_reset(organisation_id=request.organisation.id, email=wanted, now=request.now)
        return redirect("account:link_sent", slug=slug)
    status = 422 if form.is_bound else 200
    return render(request, "account/forgot_password.html", {"form": form}, status=status)


@public_page
@require_safe
def link_sent(request: Any, slug: str) -> HttpResponse:
    return render(request, "account/link_sent.html")


@public_page
@sensitive_post_parameters("password", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: Any, slug: str, token: str) -> HttpResponse:
    """Choose a new password with a link; opening the page uses nothing up."""
    organisation_id = request.organisation.id
    link = find_link(secret=token, purpose=LinkPurpose.RESET, organisation_id=organisation_id, now=request.now)
    if link is None:
        return render(request, "account/link_invalid.html", status=404)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = operations.reset_password(
                organisation_id=organisation_id, secret=token, password=form.cleaned_data["password"], now=request.now
            )
            throttle.forget("login", throttled_name(account.username))
        except rules.WeakPassword as weak:
            form.refuse(weak.problems)
        else:
            return redirect("account:password_changed", slug=slug)
    status = 422 if form.is_bound else 200
    return render(request, "account/reset.html", {"form": form, "username": link.account.username}, status=status)
