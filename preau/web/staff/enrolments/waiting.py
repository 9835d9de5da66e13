"""Waiting lists: who waits for what, and giving a place."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from preau.domain.enrolments.queries.lists import offer_line, offers_with_limit, waiting_list
from preau.domain.enrolments.rules import EnrolmentOver, NobodyWaits, OfferFull
from preau.domain.procedures.operations.changes import promote
from preau.web.staff.dates import read_number
from preau.web.ui.policy import staff_page


@staff_page("agent", "manager")
@require_safe
def lists(request: Any, slug: str) -> HttpResponse:
    """The offers whose places are counted, with who waits."""
    offers = offers_with_limit(actor=request.actor, on=request.today)
    return render(request, "staff/enrolments/lists.html", {"offers": offers})


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: Any, slug: str, offer_id: int) -> HttpResponse:
    """One waiting list in its order; a place goes to the first, or to another by the agent's choice."""
    offer = offer_line(actor=request.actor, offer_id=offer_id, on=request.today)
    if request.method == "POST":
        _promote(request, offer_id)
        return redirect("staff:waiting_list", slug=slug, offer_id=offer_id)
    context = {"offer": offer, "lines": waiting_list(actor=request.actor, offer_id=offer_id)}
    return render(request, "staff/enrolments/waiting.html", context)


def _promote(request: Any, offer_id: int) -> None:
    try:
        line = promote(
            actor=request.actor,
            offer_id=offer_id,
            now=request.now,
            enrolment_id=read_number(request.POST.get("inscription")),
            over_capacity=request.POST.get("quand-meme") == "1",
        )
    except NobodyWaits:
        messages.warning(request, _("Personne n’attend plus de place ici."))
    except OfferFull:
        messages.error(request, _("Aucune place n’est libre. Cochez « au-delà de la capacité » pour en ajouter une."))
    except EnrolmentOver:
        messages.error(request, _("La période de cette inscription est passée."))
    else:
        messages.success(
            request, _("%(name)s a une place. La famille est prévenue par courriel.") % {"name": line.participant}
        )
