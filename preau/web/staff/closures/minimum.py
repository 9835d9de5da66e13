"""« Service minimum d’accueil » : asked of the parents of a school on strike, read as a list."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from preau.domain.absences.operations.minimum_service import (
    MAX_WORDS,
    NoStrike,
    PlaceMissing,
    answer,
    open_service,
)
from preau.domain.absences.queries.closures import ClosureView, find_closure
from preau.domain.absences.queries.minimum_service import Pupil, ServiceView, service_of
from preau.domain.absences.rules import AnswersTooLate
from preau.domain.catalogue.rules import instant_of
from preau.kernel.bounds import Purpose
from preau.kernel.clock_times import clock_words
from preau.web.ui.policy import staff_page
from preau.web.ui.typed import Clock, Day, Text

VIEWS = {
    "viennent": gettext_lazy("Viennent"),
    "attente": gettext_lazy("Sans réponse"),
    "tous": gettext_lazy("Tous"),
}


class ServiceForm(forms.Form):
    """Where, and until when parents answer."""

    words = Text(
        label=gettext_lazy("Où et à quelles heures"),
        max_length=MAX_WORDS,
        help_text=gettext_lazy("Par exemple : à l’école, de 8 h 30 à 16 h 30. Apportez un pique-nique."),
    )
    day = Day(label=gettext_lazy("Réponses jusqu’au"), purpose=Purpose.ACT)
    hour = Clock(label=gettext_lazy("À"), initial="12:00")

    def until(self, zone: Any) -> datetime:
        """Return the instant until which families answer."""
        return instant_of(self.cleaned_data["day"], self.cleaned_data["hour"], zone)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def minimum(request: Any, slug: str, closure_id: int) -> HttpResponse:
    """The list of who comes; before, the form that asks parents."""
    row = find_closure(actor=request.actor, closure_id=closure_id)
    view = service_of(actor=request.actor, closure_id=closure_id)
    if request.method == "POST" and request.POST.get("act") == "answers" and view is not None:
        return _answered(request, view)
    form = ServiceForm(request.POST or None, initial=_known(request, view))
    if request.method == "POST" and form.is_valid() and _opened(request, form, row):
        messages.success(
            request, _("Les parents concernés ont la question, et un courriel. Leurs réponses viennent ici.")
        )
        return redirect("staff:closure_minimum", slug=slug, closure_id=closure_id)
    context = {"row": row, "service": view, "form": form, **(_list(request, view) if view else {})}
    return render(request, "staff/closures/minimum.html", context, status=422 if form.errors else 200)


def _known(request: Any, view: ServiceView | None) -> dict[str, Any]:
    if view is None:
        return {}
    until = view.answers_until.astimezone(request.actor.zone)
    return {"words": view.words, "day": until.date(), "hour": clock_words(until.hour * 60 + until.minute)}


def _opened(request: Any, form: ServiceForm, row: ClosureView) -> bool:
    until = form.until(request.actor.zone)
    try:
        open_service(
            actor=request.actor,
            closure_id=row.closure_id,
            until=until,
            words=form.cleaned_data["words"],
            now=request.now,
        )
    except AnswersTooLate:
        form.add_error("day", _("Choisissez une heure à venir, et avant le premier jour de grève."))
    except NoStrike:
        form.add_error(
            None, _("Le service minimum est celui d’une grève. Cette fermeture en est une autre, ou est annulée.")
        )
    except PlaceMissing:
        form.add_error("words", _("Dites où et à quelles heures les enfants sont accueillis."))
    return not form.errors


def _list(request: Any, view: ServiceView) -> dict[str, Any]:
    waiting = {child_id for child_id, _day in view.waiting}
    coming = {each.child_id for day in view.days for each in view.coming(day)}
    kept = {
        "viennent": [each for each in view.pupils if each.child_id in coming],
        "attente": [each for each in view.pupils if each.child_id in waiting],
        "tous": list(view.pupils),
    }
    chosen = request.GET.get("voir", "")
    chosen = chosen if chosen in VIEWS else "viennent"
    return {
        "chosen": chosen,
        "views": [(name, words, len(kept[name])) for name, words in VIEWS.items()],
        "rows": [(each, _cells(view, each)) for each in kept[chosen]],
        "days": [(day, len(view.coming(day)), view.groups(day)) for day in view.days],
        "has_sites": len({each.site for each in view.pupils}) > 1,
        "is_over": request.now > view.answers_until,
    }


def _cells(view: ServiceView, pupil: Pupil) -> list[tuple[str, Any, str]]:
    """One cell by day: the name of its field, the day, what is known."""
    words = {True: "1", False: "0", None: ""}
    return [
        (f"r.{pupil.child_id}.{day.isoformat()}", day, words[view.said.get((pupil.child_id, day))]) for day in view.days
    ]


def _answered(request: Any, view: ServiceView) -> HttpResponse:
    """An agent writes what families said by telephone: what changed on the page, and nothing else."""
    comes = {}
    for pupil in view.pupils:
        for name, day, _known_value in _cells(view, pupil):
            value = request.POST.get(name, "")
            if value in ("0", "1") and value != request.POST.get(f"w{name}", ""):
                comes[pupil.child_id, day] = value == "1"
    count = answer(actor=request.actor, service_id=view.service_id, comes=comes, now=request.now)
    if count:
        messages.success(request, ngettext("%s réponse notée.", "%s réponses notées.", count) % count)
    else:
        messages.info(request, _("Rien n’a changé."))
    response = redirect("staff:closure_minimum", slug=request.organisation.slug, closure_id=view.closure_id)
    chosen = request.GET.get("voir", "")
    if chosen in VIEWS:
        response["Location"] += f"?voir={chosen}"
    return response
