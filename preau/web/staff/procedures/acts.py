"""What an agent does with a case: take, decide, take back, write, accept many."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from preau.domain.procedures import operations as acts
from preau.domain.procedures.queries import InboxFilter, inbox, neighbours, reason_templates
from preau.domain.procedures.rules import AlreadyDecided, TextMissing, TextTooLong, WaitsForOtherParent
from preau.web.staff.dates import read_number
from preau.web.staff.procedures.forms import ACCEPT, ASK, DecisionForm, query_of, read_filter
from preau.web.staff.procedures.views import page
from preau.web.ui.policy import staff_page

MAX_BULK = 100


@staff_page("agent", "manager")
@require_POST
def decide(request: Any, slug: str, number: int) -> HttpResponse:
    """Decide a case, then show the next one of the queue."""
    actor = request.actor
    form = DecisionForm(request.POST, templates=dict(reason_templates(actor=actor)))
    if not form.is_valid():
        return page(request, number=number, form=form)
    data = form.cleaned_data
    _before, after = neighbours(actor=actor, wanted=read_filter(request.GET), number=number)
    held = None
    try:
        if data["decision"] == ASK:
            acts.ask_more(actor=actor, number=number, text=data["words"], types={}, now=request.now)
            messages.success(request, _("Demande n° %s : le complément est demandé à la famille.") % number)
        else:
            accept = data["decision"] == ACCEPT
            decided = acts.decide(actor=actor, numbers=[number], accept=accept, reason=data["words"], now=request.now)
            held = number if decided.applies_at else None
            _tell(request, number, accept=accept, is_held=held is not None)
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : elle a été traitée ou annulée entre-temps.") % number)
    except WaitsForOtherParent:
        messages.error(request, _("L’autre parent doit d’abord donner son accord."))
        return _to(request, number)
    return _to(request, after, held=held)


def _tell(request: Any, number: int, *, accept: bool, is_held: bool) -> None:
    words = _("Demande n° %s : acceptée.") if accept else _("Demande n° %s : refusée.")
    later = " " + _("La famille est prévenue dans quelques minutes : vous pouvez encore revenir sur votre décision.")
    messages.success(request, words % number + (later if is_held else ""))


def _to(request: Any, number: int | None, *, held: int | None = None) -> HttpResponseRedirect:
    """Go to a case of the same queue, or to the queue when there is none left."""
    slug, query = request.organisation.slug, query_of(read_filter(request.GET))
    path = reverse("staff:procedure", args=[slug, number]) if number else reverse("staff:procedures", args=[slug])
    query = "&".join(part for part in (query, f"tenu={held}" if held else "") if part)
    return HttpResponseRedirect(f"{path}?{query}" if query else path)


@staff_page("agent", "manager")
@require_POST
def take_back(request: Any, slug: str, number: int) -> HttpResponse:
    """Take back a decision that is still held."""
    try:
        acts.take_back(actor=request.actor, number=number, now=request.now)
    except AlreadyDecided:
        messages.warning(request, _("La décision est déjà appliquée et la famille prévenue."))
    else:
        messages.success(request, _("Demande n° %s : la décision est reprise, la famille n’en a rien su.") % number)
    return _to(request, number)


@staff_page("agent", "manager")
@require_POST
def apply_now(request: Any, slug: str, number: int) -> HttpResponse:
    """Apply a held decision without waiting."""
    if acts.apply_held(actor=request.actor, number=number, now=request.now):
        messages.success(request, _("Demande n° %s : la décision est appliquée et la famille prévenue.") % number)
    else:
        messages.warning(request, _("Demande n° %s : elle n’a pas pu être appliquée. Relisez-la.") % number)
    return _to(request, number)


@staff_page("agent", "manager")
@require_POST
def take(request: Any, slug: str, number: int) -> HttpResponse:
    """Take a case, or give it to a colleague."""
    try:
        acts.take(
            actor=request.actor,
            number=number,
            assignee_id=read_number(request.POST.get("colleague")),
            now=request.now,
        )
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : elle a été traitée ou annulée entre-temps.") % number)
    return _to(request, number)


@staff_page("agent", "manager")
@require_POST
def write(request: Any, slug: str, number: int) -> HttpResponse:
    """Write to the family, or a note for colleagues."""
    is_note = request.POST.get("act") == "note"
    try:
        acts.write_message(
            actor=request.actor,
            number=number,
            text=request.POST.get("text", ""),
            is_note=is_note,
            now=request.now,
        )
    except TextMissing:
        messages.error(request, _("Écrivez quelque chose avant d’envoyer."))
    except TextTooLong:
        messages.error(request, _("C’est trop long : 4 000 caractères au plus."))
    else:
        messages.success(request, _("La note est gardée.") if is_note else _("Le message est envoyé à la famille."))
    return _to(request, number)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def accept_clean(request: Any, slug: str) -> HttpResponse:
    """Accept together the démarches in which the machine found nothing."""
    actor = request.actor
    if request.method == "POST":
        numbers = [found for each in request.POST.getlist("n")[:MAX_BULK] if (found := read_number(each))]
        decided = acts.decide(actor=actor, numbers=numbers, accept=True, clean_only=True, now=request.now)
        if decided.numbers:
            words = ngettext("%s demande acceptée.", "%s demandes acceptées.", len(decided.numbers))
            messages.success(request, words % len(decided.numbers))
        for number in decided.left_out:
            messages.warning(request, _("Demande n° %s : laissée de côté, à regarder une par une.") % number)
        if not numbers:
            messages.warning(request, _("Cochez au moins une demande."))
        return redirect("staff:procedures_clean", slug=slug)
    rows, total = inbox(actor=actor, wanted=InboxFilter(clean_only=True), limit=MAX_BULK)
    return render(request, "staff/procedures/clean.html", {"rows": rows, "total": total})
