"""« Ajouter une clé » : the service gave it after the space was created (A02-48)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from preau.base import throttle
from preau.domain.families.operations.keys import use_access_key
from preau.domain.families.rules import KeyInvalid
from preau.web.ui.policy import family_page


@family_page
@require_POST
def add_key(request: Any, slug: str) -> HttpResponse:
    """Tie the dossier of a key to this account; eight tries a quarter of an hour."""
    name = f"account-{request.user.pk}"
    if not throttle.attempt(request, "key", name):
        return render(request, "429.html", status=429)
    try:
        use_access_key(
            organisation_id=request.organisation.id,
            account_id=request.user.pk,
            text=request.POST.get("key", "")[:40],
            now=request.now,
        )
    except KeyInvalid:
        messages.error(request, _("Cette clé n’ouvre aucun dossier. Vérifiez-la avec le service."))
    else:
        messages.success(request, _("Votre dossier est rattaché à votre espace."))
    return redirect("family:profile", slug=slug)
