"""« Fermetures » : close with a preview of who is touched, open again as simply."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.domain.absences.operations.closing import MAX_KEY, close
from preau.domain.absences.operations.reopening import AlreadyOpen, open_again
from preau.domain.absences.queries.closures import (
    closable,
    closures,
    families_of,
    find_closure,
    households_to_call,
    reach_of,
)
from preau.web.staff.closures.forms import ClosureForm
from preau.web.staff.dates import read_day
from preau.web.ui.policy import staff_page

LATELY = timedelta(days=120)


@staff_page("agent", "manager")
@require_safe
def list_closures(request: Any, slug: str) -> HttpResponse:
    """The closures to come and lately past."""
    rows = closures(actor=request.actor, since=request.today - LATELY)
    context = {
        "coming": [row for row in rows if row.last_on >= request.today and row.undone_at is None],
        "past": [row for row in rows if row.last_on < request.today or row.undone_at is not None],
    }
    return render(request, "staff/closures/list.html", context)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, slug: str) -> HttpResponse:
    """What to close; then who is touched; then the closing itself, one page after the other."""
    on = read_day(request.GET.get("jour"), default=request.today)
    if on is None:
        return render(request, "400.html", status=400)
    choices = closable(actor=request.actor, on=request.today)
    initial = {"first": on, "site": request.GET.get("lieu", "")[:12]}
    form = ClosureForm(request.POST or None, choices=choices, initial=initial)
    act = request.POST.get("act", "")
    if request.method == "POST" and form.is_valid() and act != "edit":
        wish = form.wish()
        if act == "close":
            key = request.POST.get("key", "")[:MAX_KEY].replace("\x00", "")
            pk = close(actor=request.actor, wish=wish, key=key or uuid.uuid4().hex, now=request.now)
            messages.success(request, _("C’est fermé. Cette page dit qui est prévenu, et qui appeler."))
            return redirect("staff:closure", slug=slug, closure_id=pk)
        reach = reach_of(actor=request.actor, wish=wish)
        context = {
            "form": form,
            "wish": wish,
            "last": wish.end - timedelta(days=1),
            "reach": reach,
            "key": uuid.uuid4().hex,
            "to_call": households_to_call(actor=request.actor, family_ids=reach.families),
            "said": _said(form),
            "has_nothing": not (reach.unit_ids or reach.unbooked_offer_ids),
            "is_past": wish.start < request.today,
        }
        return render(request, "staff/closures/preview.html", context)
    return render(request, "staff/closures/new.html", {"form": form}, status=422 if form.errors else 200)


def _said(form: ClosureForm) -> list[tuple[Any, str]]:
    """Each answer in words, for who reads it again."""
    found = []
    for name in ("kind", "site", "activity", "school_class"):
        words = dict(form.fields[name].choices)  # type: ignore[attr-defined]
        found.append((form.fields[name].label, str(words.get(form.cleaned_data[name], ""))))
    moments = ", ".join(form.cleaned_data["moments"])
    return [*found, (form.fields["moments"].label, moments)] if moments else found


@staff_page("agent", "manager")
@require_safe
def closure(request: Any, slug: str, closure_id: int) -> HttpResponse:
    """One closure: what it took, whom no mail reaches, and the way back."""
    row = find_closure(actor=request.actor, closure_id=closure_id)
    family_ids = families_of(actor=request.actor, closure_id=closure_id)
    to_call = households_to_call(actor=request.actor, family_ids=family_ids)
    context = {"row": row, "to_call": to_call, "told": max(len(family_ids) - len(to_call), 0)}
    return render(request, "staff/closures/closure.html", context)


@staff_page("agent", "manager")
@require_POST
def undo(request: Any, slug: str, closure_id: int) -> HttpResponse:
    """Open again: what was booked is booked, and families are told."""
    try:
        done = open_again(actor=request.actor, closure_id=closure_id, now=request.now)
    except AlreadyOpen:
        messages.warning(request, _("Cette fermeture est déjà annulée."))
    else:
        words = ngettext(
            "La fermeture est annulée : %s moment est de nouveau prévu.",
            "La fermeture est annulée : %s moments sont de nouveau prévus.",
            done.back,
        )
        messages.success(request, words % done.back)
        if done.kept:
            words = ngettext(
                "%s moment reste fermé : une autre fermeture le garde.",
                "%s moments restent fermés : une autre fermeture les garde.",
                done.kept,
            )
            messages.warning(request, words % done.kept)
        if left := done.left:
            words = ngettext(
                "%s moment n’est pas rétabli : l’inscription a pris fin, ou la famille a réservé de nouveau.",
                "%s moments ne sont pas rétablis : l’inscription a pris fin, ou la famille a réservé de nouveau.",
                left,
            )
            messages.warning(request, words % left)
    return redirect("staff:closure", slug=slug, closure_id=closure_id)
