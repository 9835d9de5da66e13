"""« Mon compte »: what a person or an agent changes of its own login, and the proof that is asked again first."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from preau.base import sessions, throttle
from preau.domain.accounts import rules
from preau.domain.accounts.operations import identifiers as identifiers_acts
from preau.domain.accounts.queries import devices_of, factors_of
from preau.domain.families.operations.profile import ask_new_email
from preau.web.public.account import kept
from preau.web.public.account.entering import keep_session, safe_next
from preau.web.public.account.forms import EmailForm, OwnIdentifiersForm
from preau.web.public.account.openings import refuse_identifiers
from preau.web.ui.policy import account_page
from preau.web.ui.typed import Secret


class ProofForm(forms.Form):
    password = Secret(
        label=gettext_lazy("Mot de passe"),
        max_length=rules.MAX_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": ""}),
    )


def own_page(request: Any, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer with a page that families and agents both have, each in its own shell."""
    shell = "ui/family.html" if request.actor.audience == "family" else "ui/staff.html"
    return render(request, template, {"shell": shell, **context}, status=status)


@account_page
@require_safe
def own(request: Any, slug: str) -> HttpResponse:
    """Identifiant, e-mail, second factor and devices on one page."""
    context = {
        "factors": factors_of(account_id=request.user.pk),
        "devices": devices_of(account_id=request.user.pk, session_key=request.session.session_key),
        "is_family": request.actor.audience == "family",
    }
    return own_page(request, "account/own.html", context)


@account_page
@sensitive_post_parameters("current", "password", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def identifiers(request: Any, slug: str) -> HttpResponse:
    """Own identifiant and password (A04-05)."""
    form = OwnIdentifiersForm(request.POST or None, initial={"username": request.user.username})
    if request.method == "POST" and form.is_valid():
        data, counted = form.cleaned_data, str(request.user.pk)
        if not throttle.attempt(request, "current", counted):
            return render(request, "429.html", status=429)
        try:
            account = identifiers_acts.change_identifiers(
                actor=request.actor,
                current_password=data["current"],
                username=data["username"],
                new_password=data["password"],
                now=request.now,
            )
        except rules.WrongPassword:
            form.add_error("current", _("Le mot de passe actuel ne correspond pas."))
        except (rules.WeakPassword, rules.UsernameTaken, rules.UsernameInvalid) as refusal:
            refuse_identifiers(form, refusal)
        else:
            throttle.done(request, "current", counted)
            update_session_auth_hash(request, account)
            keep_session(request, account.pk)
            messages.success(request, _said(account.username, has_new_password=bool(data["password"])))
            return redirect("account:own", slug=slug)
    return own_page(request, "account/own_identifiers.html", {"form": form}, status=422 if form.errors else 200)


def _said(username: str, *, has_new_password: bool) -> str:
    """Say the identifiant that the account now has: it may have got a number."""
    if has_new_password:
        words = _(
            "Vos identifiants sont modifiés : votre identifiant est %(username)s. Vos autres appareils sont "
            "déconnectés."
        )
    else:
        words = _("Votre identifiant est maintenant %(username)s.")
    return words % {"username": username}


@account_page
@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: Any, slug: str) -> HttpResponse:
    """« Changer de courriel » : nothing changes before the link sent to the new one is used."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = str(request.user.pk)
        if not throttle.attempt(request, "current", name):
            return render(request, "429.html", status=429)
        wanted = form.cleaned_data["email"]
        try:
            ask_new_email(
                actor=request.actor, email=wanted, current_password=form.cleaned_data["current"], now=request.now
            )
        except rules.WrongPassword:
            form.add_error("current", _("Le mot de passe actuel ne correspond pas."))
        else:
            messages.success(request, _("Un courriel vient de partir à la nouvelle adresse. Ouvrez son lien."))
            return redirect("account:own", slug=slug)
    return own_page(request, "account/own_email.html", {"form": form}, status=422 if form.errors else 200)


@account_page
@sensitive_post_parameters("password", kept.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: Any, slug: str) -> HttpResponse:
    """Type the password again before what is intimate; then the page asked for, or what was typed."""
    form, counted = ProofForm(request.POST or None), str(request.user.pk)
    next_url = request.POST.get("next") or request.GET.get("next", "")
    if request.method != "POST" or not form.is_valid():
        return _proof_page(
            request,
            form,
            next_url=next_url,
            sealed=request.POST.get(kept.FIELD, ""),
            status=422 if form.is_bound else 200,
        )
    if not throttle.attempt(request, "current", counted):
        return render(request, "429.html", status=429)
    if not request.user.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("Ce n’est pas votre mot de passe. Vérifiez les majuscules, puis recommencez."))
        return _proof_page(request, form, next_url=next_url, sealed=request.POST.get(kept.FIELD, ""), status=422)
    throttle.done(request, "current", counted)
    sessions.prove(request)
    owner = kept.owner_name(request.user.pk)
    unsent = kept.opened(request.POST.get(kept.FIELD), slug=slug, owner=owner)
    if unsent is not None:
        return render(request, "account/send_again.html", {"unsent": unsent})
    return redirect(safe_next(request, next_url, is_staff=request.actor.audience == "staff"))


def ask_proof(request: Any) -> HttpResponse:
    """Answer a page that asks for the password again: nothing typed is lost."""
    unsent = kept.typed(request)
    next_url = unsent.path if unsent else request.get_full_path() if request.method in ("GET", "HEAD") else ""
    return _proof_page(request, ProofForm(), next_url=next_url, sealed=kept.seal(unsent) if unsent else "", status=403)


def _proof_page(request: Any, form: ProofForm, *, next_url: str, sealed: str, status: int) -> HttpResponse:
    return own_page(request, "account/proof.html", {"form": form, "next": next_url, "kept": sealed}, status=status)
