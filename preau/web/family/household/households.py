"""Of several households, the one whose pages are shown: chosen, never guessed, kept with the log-in."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from preau.web.ui.policy import family_page

CHOSEN = "household"  # in the session: {slug: family id}


@family_page
@require_POST
def choose(request: Any, slug: str) -> HttpResponse:
    """Show another of one's households. Any other number is left unheard."""
    text = request.POST.get("foyer", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    if wanted in request.actor.family_ids:
        request.session[CHOSEN] = {**request.session.get(CHOSEN, {}), slug: wanted}
    return redirect("family:home", slug=slug)
