"""« Double vérification » and « Appareils connectés » of one's own account."""

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from preau.base import sessions
from preau.base.encryption import seal_text, unseal_text
from preau.domain.accounts.operations import devices
from preau.domain.accounts.operations import factors as factors_acts
from preau.domain.accounts.operations.passkeys import add_passkey, registration
from preau.domain.accounts.queries import asks_for_factor, factors_of, recovery_codes_left
from preau.domain.accounts.rules import FactorNeeded, WrongCode, bare_code
from preau.web.public.account.own import own_page
from preau.web.public.account.second import CHALLENGE, place_of
from preau.web.ui.policy import account_page, sensitive
from preau.web.ui.typed import Text

ATTEMPT = "factor"  # in the session, sealed, until a first code proves that an application knows it


class TotpForm(forms.Form):
    code = Text(
        label=gettext_lazy("Code à six chiffres que montre l’application"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Écrivez le code que montre votre application.")},
    )


@sensitive
@account_page
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def totp(request: Any, slug: str) -> HttpResponse:
    """Add an application: a QR code, its secret to type where there is no camera, and a first code."""
    form = TotpForm(request.POST or None)
    secret = _secret(request)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors_acts.add_totp(
                actor=request.actor,
                secret=secret,
                code=bare_code(form.cleaned_data["code"]),
                name=_("Application d’authentification"),
                at=sessions.seconds(),
                now=request.now,
            )
        except WrongCode:
            form.add_error("code", _("Ce code ne convient pas. Attendez le suivant, et vérifiez l’heure du téléphone."))
        except FactorNeeded:
            form.add_error(None, _("Vous avez déjà huit moyens de vérification. Retirez-en un d’abord."))
        else:
            return _added(request, codes)
    address = factors_acts.totp_address(
        secret=secret, username=request.user.username, organisation_name=request.organisation.name
    )
    context = {
        "form": form,
        "qr": segno.make(address, error="m").svg_inline(border=3, omitsize=True, svgclass=None, lineclass=None),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }
    return own_page(request, "account/totp.html", context, status=422 if form.errors else 200)


def _secret(request: Any) -> str:
    """The secret of this attempt: the same from one page to the next, or the code would never be right."""
    if ATTEMPT not in request.session or request.method != "POST":
        request.session[ATTEMPT] = seal_text(factors_acts.new_totp_secret())
    return unseal_text(request.session[ATTEMPT], lifetime=None)


def _added(request: Any, codes: list[str]) -> HttpResponse:
    request.session.pop(ATTEMPT, None)
    request.session[sessions.SECOND] = True
    if codes:  # the first one: whoever is logged in elsewhere has not shown it
        devices.close_other_sessions(actor=request.actor, session_key=request.session.session_key, now=request.now)
    messages.success(request, _("La double vérification est en place."))
    if codes:
        return own_page(request, "account/recovery_codes.html", {"codes": codes})
    return redirect("account:factors", slug=request.organisation.slug)


@sensitive
@account_page
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: Any, slug: str) -> HttpResponse:
    """Add a key of this device, or of a token."""
    place = place_of(request)
    if place is None:
        messages.error(request, _("Ce site n’accepte pas de clé d’accès ici : il faut une adresse en https."))
        return redirect("account:factors", slug=slug)
    if request.method == "POST":
        challenge = request.session.pop(CHALLENGE, None) or {}
        answer = request.POST.get("credential", "")
        try:
            codes = add_passkey(
                actor=request.actor,
                place=place,
                challenge=challenge,
                answer=answer,
                name=_("Clé d’accès"),
                now=request.now,
            )
        except (WrongCode, FactorNeeded):
            messages.error(request, _("La clé n’a pas été enregistrée. Recommencez, ou choisissez une application."))
            return redirect("account:passkey", slug=slug)
        return _added(request, codes)
    user = request.user
    asked, request.session[CHALLENGE] = registration(
        place=place, account_id=user.pk, username=user.username, full_name=user.full_name
    )
    return own_page(request, "account/passkey.html", {"question": asked})


@account_page
@require_http_methods(["GET", "HEAD"])
def factors(request: Any, slug: str) -> HttpResponse:
    """The means one has, and those one may add. An agent who must have one is led here first."""
    if request.user.must_change_password:
        return redirect("account:identifiers", slug=slug)
    found = factors_of(account_id=request.user.pk)
    context = {
        "factors": found,
        "codes_left": recovery_codes_left(account_id=request.user.pk) if found else 0,
        "is_asked": _is_asked(request),
        "has_passkeys": place_of(request) is not None,
    }
    return own_page(request, "account/factors.html", context)


def _is_asked(request: Any) -> bool:
    """A town where one is an agent asks for a second factor, or the installation does of its superusers."""
    is_super = request.user.is_superuser and settings.PREAU_ADMIN_SECOND_FACTOR
    return bool(is_super) or asks_for_factor(account_id=request.user.pk)


@sensitive
@account_page
@require_POST
def remove(request: Any, slug: str, factor_id: int) -> HttpResponse:
    try:
        factors_acts.remove_factor(
            actor=request.actor, factor_id=factor_id, is_needed=_is_asked(request), now=request.now
        )
    except FactorNeeded:
        messages.error(request, _("Votre collectivité demande ce deuxième pas : ajoutez un autre moyen d’abord."))
    else:
        messages.success(request, _("Ce moyen de vérification est retiré."))
    return redirect("account:factors", slug=slug)


@sensitive
@account_page
@require_POST
def recovery(request: Any, slug: str) -> HttpResponse:
    """New recovery codes: those of before are worth nothing any more."""
    if not factors_of(account_id=request.user.pk):
        return redirect("account:factors", slug=slug)
    codes = factors_acts.new_recovery_codes(actor=request.actor, now=request.now)
    return own_page(request, "account/recovery_codes.html", {"codes": codes})


@account_page
@require_POST
def close(request: Any, slug: str, open_session_id: int) -> HttpResponse:
    """Log out of one device."""
    devices.close_session(actor=request.actor, open_session_id=open_session_id, now=request.now)
    messages.success(request, _("Cet appareil est déconnecté."))
    return redirect("account:own", slug=slug)


@account_page
@require_POST
def close_others(request: Any, slug: str) -> HttpResponse:
    """Log out of every other device."""
    devices.close_other_sessions(actor=request.actor, session_key=request.session.session_key, now=request.now)
    messages.success(request, _("Vos autres appareils sont déconnectés."))
    return redirect("account:own", slug=slug)
