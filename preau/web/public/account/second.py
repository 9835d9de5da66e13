"""The second step of logging in, for an account that has a second factor."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from preau.base import sessions, throttle
from preau.domain.accounts.operations import factors
from preau.domain.accounts.operations.factors import shown_code
from preau.domain.accounts.operations.passkeys import Place, check_passkey, question
from preau.domain.accounts.queries import account_by_id
from preau.domain.accounts.rules import WrongCode
from preau.web.public.account import kept
from preau.web.public.account.entering import enter, note_sign_in
from preau.web.ui.policy import public_page
from preau.web.ui.typed import Text

PENDING, CHALLENGE = "pending", "challenge"
LIFETIME = 10 * 60  # seconds between the password and the second proof


class CodeForm(forms.Form):
    code = Text(
        label=gettext_lazy("Code à six chiffres, ou code de secours"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "autofocus": ""}
        ),
        error_messages={"required": gettext_lazy("Écrivez le code que montre votre application.")},
    )


def place_of(request: Any) -> Place | None:
    """Return where passkeys would serve; None where browsers have none: no encryption, or a bare address."""
    host = request.get_host().rsplit(":", 1)[0]
    is_bare = host.replace(".", "").isdigit() or host.startswith("[")
    if is_bare or not (request.is_secure() or host == "localhost"):
        return None
    return Place(host, f"{request.scheme}://{request.get_host()}")


def ask(request: Any, account: Any, *, is_staff: bool, remember: bool, next_url: str, sealed: str) -> HttpResponse:
    """Answer a good password of an account that has a second factor: nobody is logged in yet."""
    if request.user.is_authenticated:
        logout(request)
    request.session.cycle_key()
    step = {"account": account.pk, "at": sessions.seconds(), "remember": remember, "is_staff": is_staff}
    request.session[PENDING] = step
    return _page(request, account.pk, form=CodeForm(), next_url=next_url, sealed=sealed)


@public_page
@sensitive_post_parameters("code", "credential", kept.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: Any, slug: str) -> HttpResponse:
    """Take the code of an application, a recovery code or a passkey, and open the session."""
    pending = request.session.get(PENDING)
    account = account_by_id(account_id=pending["account"]) if pending else None
    if pending is None or account is None or sessions.seconds() - pending["at"] > LIFETIME:
        request.session.pop(PENDING, None)
        return redirect("account:login", slug=slug)
    next_url, sealed = request.POST.get("next", ""), request.POST.get(kept.FIELD, "")
    if request.method != "POST":
        return _page(request, account.pk, form=CodeForm(), next_url=next_url, sealed=sealed)
    form, counted = CodeForm(request.POST), kept.owner_name(account.pk)
    credential = request.POST.get("credential", "")
    if not credential and not form.is_valid():
        return _page(request, account.pk, form=form, next_url=next_url, sealed=sealed, status=422)
    if not throttle.attempt(request, "second", counted):
        note_sign_in(request, "account.blocked", counted)
        form.add_error(None, _("Trop d’essais. Attendez 15 minutes, puis recommencez."))
        return _page(request, account.pk, form=form, next_url=next_url, sealed=sealed, status=429)
    try:
        _check(request, account.pk, credential, form)
    except WrongCode:
        note_sign_in(request, "account.refused", counted)
        _refuse(form, is_key=bool(credential))
        return _page(request, account.pk, form=form, next_url=next_url, sealed=sealed, status=422)
    throttle.done(request, "second", counted)
    request.session.pop(PENDING, None)
    kind = {"is_staff": pending["is_staff"], "remember": pending["remember"]}
    return enter(request, account, next_url=next_url, sealed=sealed, has_shown=True, **kind)


def _check(request: Any, account_id: int, credential: str, form: CodeForm) -> None:
    if not credential:
        code = form.cleaned_data["code"]
        factors.check_code(account_id=account_id, code=code, at=sessions.seconds(), now=request.now)
        return
    place, challenge = place_of(request), request.session.pop(CHALLENGE, None)
    if place is None or challenge is None:
        raise WrongCode
    check_passkey(place=place, account_id=account_id, challenge=challenge, answer=credential, now=request.now)


def _refuse(form: CodeForm, *, is_key: bool) -> None:
    if is_key:
        form.errors.clear()
        form.add_error(None, _("Cette clé n’a pas été reconnue. Recommencez, ou servez-vous d’un code."))
    else:
        form.add_error("code", _("Ce code ne convient pas, ou il a déjà servi. Attendez le suivant et recommencez."))


def _page(
    request: Any, account_id: int, *, form: CodeForm, next_url: str, sealed: str, status: int = 200
) -> HttpResponse:
    place = place_of(request)
    asked = question(place=place, account_id=account_id) if place else None
    if asked:
        request.session[CHALLENGE] = asked[1]
    context = {"form": form, "next": next_url, "kept": sealed, "question": asked[0] if asked else ""}
    if settings.DEMO:  # nobody has the telephone of the people of a demonstration
        context["demo_code"] = shown_code(account_id=account_id, at=sessions.seconds())
    return render(request, "account/second_step.html", context, status=status)
