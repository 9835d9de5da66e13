"""Logging in and out, and the way back for who forgot."""

from typing import Any

from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base import throttle
from preau.domain.accounts import rules
from preau.domain.accounts.enums import LinkPurpose
from preau.domain.accounts.operations import identifiers
from preau.domain.accounts.queries import account_for_login, factors_of, find_link, scope_in
from preau.domain.families.operations.invitations import ask_for_link
from preau.web.public.account import browsers, kept, second
from preau.web.public.account.entering import enter, note_sign_in, safe_next, throttled_name
from preau.web.public.account.forms import ForgottenForm, LoginForm, NewPasswordForm
from preau.web.public.account.openings import ACTIVATED
from preau.web.ui.policy import public_page


@public_page
@sensitive_post_parameters("password", kept.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def login_page(request: Any, slug: str) -> HttpResponse:
    """Log in; the answer is the same for an unknown identifiant and a wrong password."""
    form = LoginForm(request.POST or None)
    next_url = request.POST.get("next") or request.GET.get("next", "")
    if request.method != "POST":
        if request.actor is not None and kept.TAKEN_UP in request.GET:  # logged in meanwhile, in another tab
            return redirect(safe_next(request, next_url, is_staff=request.actor.audience == "staff"))
        known = {"username": request.session.get(ACTIVATED, "")}
        return _login_answer(request, LoginForm(initial=known), next_url)
    if not form.is_valid():
        return _login_answer(request, form, next_url, status=422)
    name = form.cleaned_data["username"]
    named = account_for_login(identifier=name)
    counted = throttled_name(name, named)
    browser = browsers.known(request, counted)
    if not throttle.attempt(request, "login", counted, browser=browser):
        note_sign_in(request, "account.blocked", counted)
        form.add_error(None, _("Trop d’essais. Attendez 15 minutes, ou demandez un nouveau mot de passe."))
        return _login_answer(request, form, next_url, status=429)
    account: Any = _authenticated(request, name, form.cleaned_data["password"], named)
    scope = scope_in(account_id=account.pk, organisation_id=request.organisation.id) if account else None
    if account is None or scope is None or not scope.roles or not account.activated_at:
        note_sign_in(request, "account.refused", counted)
        form.add_error(
            None,
            _("L’identifiant ou le mot de passe ne correspond pas. Vérifiez les majuscules, puis recommencez."),
        )
        return _login_answer(request, form, next_url, status=422)
    throttle.done(request, "login", counted, browser=browser)
    remember, sealed = form.cleaned_data["remember"], request.POST.get(kept.FIELD, "")
    step = {"is_staff": scope.is_staff, "remember": remember, "next_url": next_url, "sealed": sealed}
    if factors_of(account_id=account.pk):
        return second.ask(request, account, **step)
    return enter(request, account, has_shown=False, **step)


def _authenticated(request: Any, name: str, password: str, named: Any) -> Any:
    """The account of these identifiers. A provisional password pasted with a space or a line end is the same.

    :param named: the account that the name means, or None.
    """
    account = authenticate(request, username=name, password=password, account=named)
    if account is None and password != password.strip():
        found: Any = authenticate(request, username=name, password=password.strip(), account=named)
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


@public_page
@require_POST
def logout_page(request: Any, slug: str) -> HttpResponse:
    logout(request)
    response = redirect("public:home", slug=slug)
    # Not the storage: what a tablet could not send yet waits there, in numbers. Pages kept there leave by preau.js.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password(request: Any, slug: str) -> HttpResponse:
    """Ask for a link. The answer never says whether an account exists."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["email"]
        if throttle.attempt(request, "reset", wanted):
            ask_for_link(organisation_id=request.organisation.id, wanted=wanted)
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
            account = identifiers.reset_password(
                organisation_id=organisation_id, secret=token, password=form.cleaned_data["password"], now=request.now
            )
            throttle.forget("login", throttled_name(account.username, account))
        except rules.WeakPassword as weak:
            form.refuse(weak.problems)
        else:
            request.session[ACTIVATED] = account.username
            return redirect("account:password_changed", slug=slug)
    status = 422 if form.is_bound else 200
    return render(request, "account/reset.html", {"form": form, "username": link.account.username}, status=status)
