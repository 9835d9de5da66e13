"""« Création d’un espace personnel » : identity, services, verification of the e-mail, password (A02-44 to A02-56)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from preau.base import throttle
from preau.domain.accounts import rules
from preau.domain.accounts.operations.passwords import proposed_username
from preau.domain.families.operations import signup
from preau.domain.families.rules import KeyInvalid
from preau.web.public.account import towns
from preau.web.public.account.forms import IdentifiersForm, KeyForm, SignUpForm
from preau.web.public.account.openings import refuse_identifiers
from preau.web.ui.policy import public_page

SIGN_UP = "sign_up"


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: Any, slug: str) -> HttpResponse:
    """Step 1: who you are, where you live, how to reach you. What was typed is found again on the way back."""
    organisation = request.organisation
    if not organisation.allows_sign_up:
        return render(request, "account/sign_up_closed.html")
    known = _known(request)
    data = None
    if known:
        data = signup.sign_up_data(organisation_id=organisation.id, sign_up_id=known, now=request.now)
    form = SignUpForm(request.POST if request.method == "POST" else None, initial=data or {"country": "France"})
    if request.method == "POST" and form.is_valid():
        made = signup.begin_sign_up(
            organisation_id=organisation.id,
            data=form.cleaned_data,
            now=request.now,
            sign_up_id=known if data is not None else None,
        )
        request.session[SIGN_UP] = {slug: made}
        return redirect("account:sign_up_services", slug=slug)
    return render(request, "account/sign_up.html", {"form": form}, status=422 if form.errors else 200)


def _known(request: Any) -> int | None:
    kept = request.session.get(SIGN_UP, {})
    return kept.get(request.organisation.slug) if isinstance(kept, dict) else None


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def services(request: Any, slug: str) -> HttpResponse:
    """Step 2, « SERVICES » : a key, or none. A key that opens nothing has one answer, whatever the reason."""
    sign_up_id = _known(request)
    if sign_up_id is None:
        return redirect("account:sign_up", slug=slug)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        without, key = request.POST.get("act") == "none", form.cleaned_data["key"]
        if without and key:  # never thrown away without a word
            form.add_error("key", _("Vous avez écrit une clé : validez-la, ou effacez-la pour continuer sans."))
            return render(request, "account/sign_up_services.html", {"form": form}, status=422)
        if _has_tried_too_often(request, sign_up_id, key):
            return render(request, "429.html", status=429)
        try:
            signup.send_sign_up(
                organisation_id=request.organisation.id, sign_up_id=sign_up_id, key=key, now=request.now
            )
        except KeyInvalid:
            form.add_error("key", _("Cette clé n’ouvre aucun dossier. Vérifiez-la avec le service, ou continuez sans."))
        except rules.LinkInvalid:
            return redirect("account:sign_up", slug=slug)
        else:
            return redirect("account:sign_up_sent", slug=slug)
    return render(request, "account/sign_up_services.html", {"form": form}, status=422 if form.errors else 200)


def _has_tried_too_often(request: Any, sign_up_id: int, key: str) -> bool:
    """Count a key that is tried, and a mail that is asked for: by creation, by e-mail and by address."""
    data = signup.sign_up_data(organisation_id=request.organisation.id, sign_up_id=sign_up_id, now=request.now)
    email = str((data or {}).get("email", ""))
    counted = [("sign_up", email), *([("key", email)] if key else [])]
    return not all([throttle.attempt(request, kind, name) for kind, name in counted])


@public_page
@require_safe
def sent(request: Any, slug: str) -> HttpResponse:
    """The same page whether the address is known or not."""
    return render(request, "account/sign_up_sent.html")


@public_page
@sensitive_post_parameters("password", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: Any, slug: str, token: str) -> HttpResponse:
    """Step 3, from the mail: identifiant and password, or the login one already has. The GET changes nothing."""
    organisation = request.organisation
    row = signup.find_sign_up(organisation_id=organisation.id, secret=token, now=request.now)
    if row is None:
        return render(request, "account/link_invalid.html", status=404)
    known = signup.known_accounts(organisation_id=organisation.id, secret=token, now=request.now)
    chosen = request.POST.get("account", "")
    if request.method == "POST" and chosen in {str(account_id) for account_id, _username in known}:
        return _join(request, token, int(chosen))
    data = row.data
    proposal = proposed_username(
        organisation_id=organisation.id,
        first_name=data["first_name"],
        last_name=data["last_name"],
        email=data["email"],
    )
    form = IdentifiersForm(request.POST if request.method == "POST" else None, initial={"username": proposal})
    if request.method == "POST" and form.is_valid():
        try:
            account = signup.finish_sign_up(
                organisation_id=organisation.id,
                secret=token,
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                now=request.now,
            )
        except (rules.WeakPassword, rules.UsernameTaken, rules.UsernameInvalid) as refusal:
            refuse_identifiers(form, refusal)
        except (rules.LinkInvalid, KeyInvalid):
            return render(request, "account/link_invalid.html", status=404)
        else:
            request.session.pop(SIGN_UP, None)
            messages.success(request, _said(account.username))
            return redirect("account:login", slug=slug)
    context = {"form": form, "first_name": data["first_name"], "known": known}
    return render(request, "account/sign_up_verify.html", context, status=422 if form.errors else 200)


def _said(username: str) -> str:
    """Say the identifiant of the new space: it may have got a number."""
    words = _("Félicitations, vous venez de créer votre espace. Connectez-vous avec l’identifiant %(username)s.")
    return words % {"username": username}


def _join(request: Any, token: str, account_id: int) -> HttpResponse:
    """Go on with the login of another collectivité: the mail has shown whose it is, the password is asked next."""
    slug = request.organisation.slug
    try:
        signup.join_sign_up(
            organisation_id=request.organisation.id, secret=token, account_id=account_id, now=request.now
        )
    except (rules.LinkInvalid, KeyInvalid):
        return render(request, "account/link_invalid.html", status=404)
    request.session.pop(SIGN_UP, None)
    messages.success(request, _("Votre espace est créé. Il s’ouvre avec le même identifiant."))
    if request.user.is_authenticated and request.user.pk == account_id:
        towns.remember(request)
        return redirect("family:home", slug=slug)
    return redirect("account:login", slug=slug)
