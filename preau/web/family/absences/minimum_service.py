"""« Service minimum d’accueil » : a parent says who comes on the days of a strike."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.absences.operations.minimum_service import answer
from preau.domain.absences.queries.minimum_service import ServiceView, find_for_family
from preau.domain.absences.rules import AnswersClosed
from preau.web.ui.policy import family_page


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def minimum_service(request: Any, slug: str, service_id: int) -> HttpResponse:
    """Each child and each day: comes, or does not. Changed until the hour; read after."""
    view = find_for_family(actor=request.actor, service_id=service_id, today=request.today)
    if request.method == "POST":
        _answered(request, view)
        return redirect("family:minimum_service", slug=slug, service_id=service_id)
    rows = [
        (pupil, [(_name(pupil.child_id, day), day, view.said.get((pupil.child_id, day))) for day in view.days])
        for pupil in view.pupils
    ]
    context = {"service": view, "rows": rows, "is_over": request.now > view.answers_until}
    return render(request, "family/absences/minimum_service.html", context)


def _name(child_id: int, day: date) -> str:
    return f"r.{child_id}.{day.isoformat()}"


def _answered(request: Any, view: ServiceView) -> None:
    """Keep what the reader changed: what its page showed is sent with it, the other parent may have answered since."""
    keys = {_name(pupil.child_id, day): (pupil.child_id, day) for pupil in view.pupils for day in view.days}
    chosen = {name: value for name in keys if (value := request.POST.get(name, "")) in ("0", "1")}
    changed = {keys[name]: value == "1" for name, value in chosen.items() if value != request.POST.get(f"w{name}", "")}
    try:
        count = answer(actor=request.actor, service_id=view.service_id, comes=changed, now=request.now)
    except AnswersClosed:
        messages.error(request, _("L’heure est passée : votre réponse n’est pas enregistrée. Appelez la mairie."))
        return
    if count:
        words = _("Merci. Votre réponse est enregistrée ; vous pouvez la changer jusqu’à l’heure dite.")
        messages.success(request, words)
    elif chosen:
        messages.info(request, _("Rien n’a changé : votre réponse était déjà celle-là."))
    else:
        messages.error(request, _("Choisissez « Vient » ou « Ne vient pas » pour chaque enfant."))
