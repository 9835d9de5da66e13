"""Profil and Entourage."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base import throttle
from preau.domain.families.enums import Medium
from preau.domain.families.operations.invitations import AlreadyActive, NoEmail, invite_adult
from preau.domain.families.operations.profile import change_details
from preau.domain.families.queries.files import family_file
from preau.web.family.household.forms import DetailsForm
from preau.web.ui.policy import family_page, sensitive


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


@sensitive
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
