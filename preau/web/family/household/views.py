"""Profil, Identifiants, Entourage."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base import throttle
from preau.domain.accounts import rules
from preau.domain.accounts.operations import change_identifiers
from preau.domain.families.enums import Medium
from preau.domain.families.operations import AlreadyActive, NoEmail, ask_new_email, change_details, invite_adult
from preau.domain.families.queries import family_file
from preau.web.family.household.forms import DetailsForm, EmailForm, OwnIdentifiersForm
from preau.web.ui.policy import family_page

PROBLEMS = {
    rules.PasswordProblem.TOO_SHORT: gettext_lazy("Ce mot de passe est trop court : il faut 12 caractères au moins."),
    rules.PasswordProblem.TOO_LONG: gettext_lazy("Ce mot de passe est trop long : 256 caractères au plus."),
    rules.PasswordProblem.TOO_WEAK: gettext_lazy(
        "Ce mot de passe est trop simple. Allongez-le ou variez les caractères."
    ),
    rules.PasswordProblem.TOO_COMMON: gettext_lazy("Ce mot de passe est trop connu. Choisissez-en un autre."),
    rules.PasswordProblem.PERSONAL: gettext_lazy("Ce mot de passe contient votre nom ou votre identifiant."),
}


def _files(actor: Any) -> list[Any]:
    return [family_file(actor=actor, family_id=family_id) for family_id in sorted(actor.family_ids)]


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Any, slug: str) -> HttpResponse:
    """Own contact details, and the medium one prefers (A02-32, A04-04)."""
    files = _files(request.actor)
    me = next((file.me for file in files if file.me), None)
    initial = {"phone": me.phone, "mobile": me.mobile, "medium": me.medium} if me else {}
    form = DetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and me:
        change_details(
            actor=request.actor,
            adult_id=me.adult_id,
            phone=form.cleaned_data["phone"],
            mobile=form.cleaned_data["mobile"],
            medium=Medium(form.cleaned_data["medium"]),
            now=request.now,
        )
        messages.success(request, _("Vos coordonnées sont enregistrées."))
        return redirect("family:profile", slug=slug)
    context = {"form": form, "me": me, "family": files[0] if files else None}
    return render(request, "family/household/profile.html", context, status=422 if form.errors else 200)


@family_page
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
            account = change_identifiers(
                actor=request.actor,
                current_password=data["current"],
                username=data["username"],
                new_password=data["password"],
                now=request.now,
            )
        except rules.WrongPassword:
            form.add_error("current", _("Le mot de passe actuel ne correspond pas."))
        except rules.WeakPassword as weak:
            for problem in weak.problems:
                form.add_error("password", PROBLEMS[problem])
        except rules.UsernameTaken:
            form.add_error("username", _("Cet identifiant est déjà pris. Choisissez-en un autre."))
        except rules.UsernameInvalid:
            form.add_error("username", _("L’identifiant doit compter de 3 à 150 caractères, sans espace."))
        else:
            throttle.done(request, "current", counted)
            update_session_auth_hash(request, account)
            messages.success(request, _("Vos identifiants sont modifiés. Vos autres appareils sont déconnectés."))
            return redirect("family:identifiers", slug=slug)
    return render(request, "family/household/identifiers.html", {"form": form}, status=422 if form.errors else 200)


@family_page
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
            return redirect("family:profile", slug=slug)
    return render(request, "family/household/email.html", {"form": form}, status=422 if form.errors else 200)


@family_page
@require_POST
def invite(request: Any, slug: str, adult_id: int) -> HttpResponse:
    """The titulaire gives the co-représentant its own login. Whether that e-mail already logs in is never said."""
    name = str(request.user.pk)
    if not throttle.attempt(request, "invite", name):
        return render(request, "429.html", status=429)
    try:
        invite_adult(actor=request.actor, adult_id=adult_id, now=request.now)
    except NoEmail:
        messages.error(request, _("Le dossier n’a pas le courriel de cette personne. Ajoutez-le avec « Corriger »."))
    except AlreadyActive:
        messages.info(request, _("Cette personne se connecte déjà à ce dossier."))
    else:
        messages.success(request, _("L’invitation est partie, à l’adresse du dossier. Elle dure 72 heures."))
    return redirect("family:entourage", slug=slug)


@family_page
@require_safe
def entourage(request: Any, slug: str) -> HttpResponse:
    """The people of the household (A05), to read."""
    return render(request, "family/household/entourage.html", {"files": _files(request.actor)})
