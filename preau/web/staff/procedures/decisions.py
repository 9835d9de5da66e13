"""What an agent does with a case: take, decide, take back, write, accept many."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from preau.base.files import FileGone
from preau.domain.documents.rules import AlreadyChecked, ReasonMissing
from preau.domain.families.rules import ActFrozen
from preau.domain.procedures.operations import decisions
from preau.domain.procedures.operations import messages as messages_acts
from preau.domain.procedures.queries.cases import find_case, pieces_of
from preau.domain.procedures.queries.inbox import InboxFilter, inbox, next_in_queue
from preau.domain.procedures.rules import AlreadyDecided, TextMissing, TextTooLong, WaitsForOtherParent
from preau.web.staff.dates import read_number
from preau.web.staff.procedures.forms import ACCEPT, ASK, query_of, read_filter
from preau.web.staff.procedures.views import decision_form, next_to_check, page
from preau.web.staff.templatetags.inbox import within
from preau.web.ui.policy import staff_page
from preau.web.ui.templatetags.fr import clock

MAX_BULK = 100


@staff_page("agent", "manager")
@require_POST
def decide(request: Any, slug: str, number: int) -> HttpResponse:
    """Decide a case, then show the next one of the queue."""
    actor = request.actor
    case = find_case(actor=actor, number=number)
    form = decision_form(request, case)
    if not form.is_valid():
        return page(request, case=case, form=form)
    after = next_in_queue(actor=actor, wanted=read_filter(request.GET), now=request.now, near=case)
    held = None
    try:
        held = _decide(request, number, form.cleaned_data)
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : elle a été traitée ou annulée entre-temps.") % number)
    except ActFrozen:
        messages.error(request, _("Une opposition écrite est enregistrée pour cet enfant : rien ne peut être accepté."))
        return _to(request, number)
    except WaitsForOtherParent:
        messages.error(request, _("L’autre parent doit d’abord donner son accord."))
        return _to(request, number)
    return _to(request, after, held=held)


def _decide(request: Any, number: int, data: dict[str, Any]) -> int | None:
    """Do what the agent has chosen; return the number when the decision may still be taken back."""
    actor, now = request.actor, request.now
    if data["decision"] == ASK:
        decisions.ask_more(actor=actor, number=number, text=data["words"], types=data["types"], now=now)
        messages.success(request, _("Demande n° %s : le complément est demandé à la famille.") % number)
        return None
    accept = data["decision"] == ACCEPT
    without = data["without"] if accept else []
    decided = decisions.decide(
        actor=actor,
        numbers=[number],
        accept=accept,
        reason=data["words"],
        without=without,
        joins=data["joins"] if accept else {},
        now=now,
    )
    _tell(request, number, accept=accept, is_partial=bool(without), until=decided.applies_at)
    if accept and data["joins"]:
        messages.warning(
            request,
            _("Demande n° %s : un enfant connu est rattaché. Dites ensuite l’autorité parentale, depuis cette demande.")
            % number,
        )
    return number if decided.applies_at else None


def _tell(request: Any, number: int, *, accept: bool, is_partial: bool, until: datetime | None) -> None:
    words = _("Demande n° %s : acceptée.") if accept else _("Demande n° %s : refusée.")
    if is_partial:
        words = _("Demande n° %s : acceptée en partie.")
    later = _("La famille est prévenue %(left)s, à %(at)s : vous pouvez encore reprendre votre décision.")
    told = [words % number]
    if until is not None:
        told.append(later % {"left": within(until, request.now), "at": clock(until)})
    messages.success(request, " ".join(told))


def _to(
    request: Any, number: int | None, *, held: int | None = None, see: int | None = None, anchor: str = ""
) -> HttpResponseRedirect:
    """Go to a case of the same queue, or to the queue when there is none left. `see`: the piece to show there."""
    slug, query = (
        request.organisation.slug,
        query_of(read_filter(request.GET)),
    )
    path = reverse("staff:procedure", args=[slug, number]) if number else reverse("staff:procedures", args=[slug])
    query = "&".join(part for part in (query, f"tenu={held}" if held else "", f"voir={see}" if see else "") if part)
    return HttpResponseRedirect((f"{path}?{query}" if query else path) + (f"#{anchor}" if anchor else ""))


@staff_page("agent", "manager")
@require_POST
def take_back(request: Any, slug: str, number: int) -> HttpResponse:
    """Take back a decision that is still held."""
    try:
        decisions.take_back(actor=request.actor, number=number, now=request.now)
    except AlreadyDecided:
        messages.warning(request, _("La décision est déjà appliquée et la famille prévenue."))
    else:
        messages.success(request, _("Demande n° %s : la décision est reprise, la famille n’en a rien su.") % number)
    return _to(request, number)


@staff_page("agent", "manager")
@require_POST
def take_back_many(request: Any, slug: str) -> HttpResponse:
    """Take back together what was accepted together, as far as it is still held."""
    numbers = [found for each in request.POST.getlist("n")[:MAX_BULK] if (found := read_number(each))]
    done = decisions.take_back_many(actor=request.actor, numbers=numbers, now=request.now)
    if done:
        words = ngettext(
            "%s décision reprise, la famille n’en a rien su.",
            "%s décisions reprises, les familles n’en ont rien su.",
            len(done),
        )
        messages.success(request, words % len(done))
    if len(done) < len(set(numbers)):
        messages.warning(request, _("Les autres sont déjà appliquées, et les familles prévenues."))
    return redirect("staff:procedures_clean", slug=slug)


@staff_page("agent", "manager")
@require_POST
def no_more(request: Any, slug: str, number: int) -> HttpResponse:
    """Ask the family no more for what was asked by mistake."""
    try:
        decisions.withdraw_request(actor=request.actor, number=number, now=request.now)
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : la famille n’a plus rien à envoyer.") % number)
    else:
        messages.success(
            request, _("Demande n° %s : la famille est prévenue qu’elle n’a plus rien à envoyer.") % number
        )
    return _to(request, number)


@staff_page("agent", "manager")
@require_POST
def apply_now(request: Any, slug: str, number: int) -> HttpResponse:
    """Apply a held decision without waiting."""
    if decisions.apply_held(actor=request.actor, number=number, now=request.now):
        messages.success(request, _("Demande n° %s : la décision est appliquée et la famille prévenue.") % number)
    else:
        messages.warning(request, _("Demande n° %s : elle n’a pas pu être appliquée. Relisez-la.") % number)
    return _to(request, number)


@staff_page("agent", "manager")
@require_POST
def take(request: Any, slug: str, number: int) -> HttpResponse:
    """Take a case, or give it to a colleague."""
    try:
        decisions.take(
            actor=request.actor,
            number=number,
            assignee_id=read_number(request.POST.get("colleague")),
            now=request.now,
        )
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : elle a été traitée ou annulée entre-temps.") % number)
    return _to(request, number)


@staff_page("agent", "manager")
@require_POST
def write(request: Any, slug: str, number: int) -> HttpResponse:
    """Write to the family, or a note for colleagues."""
    is_note, text = request.POST.get("act") == "note", request.POST.get("text", "")
    try:
        messages_acts.write_message(actor=request.actor, number=number, text=text, is_note=is_note, now=request.now)
    except (TextMissing, TextTooLong) as fact:
        oops = {"what": "note" if is_note else "message", "text": text, "why": _too(fact)}
        return page(request, case=find_case(actor=request.actor, number=number), oops=oops)
    messages.success(request, _("La note est gardée.") if is_note else _("Le message est envoyé à la famille."))
    return _to(request, number)


def _too(fact: Exception) -> str:
    if isinstance(fact, TextTooLong):
        return _("C’est trop long : 4 000 caractères au plus.")
    return _("Écrivez quelque chose avant d’envoyer.")


@staff_page("agent", "manager")
@require_POST
def check_piece(request: Any, slug: str, number: int, document_id: int) -> HttpResponse:
    """Validate or refuse one piece of a case."""
    accept, reason = request.POST.get("act") == "accept", request.POST.get("reason", "")
    try:
        decisions.check_piece(
            actor=request.actor,
            number=number,
            document_id=document_id,
            accept=accept,
            reason=reason,
            now=request.now,
        )
    except ReasonMissing:
        oops = {"what": "piece", "piece": document_id, "why": _("Dites à la famille pourquoi la pièce est refusée.")}
        return page(request, case=find_case(actor=request.actor, number=number), oops=oops)
    except FileGone:
        messages.warning(request, _("Le fichier de cette pièce est perdu : refusez-la et demandez-la de nouveau."))
    except (AlreadyChecked, AlreadyDecided):
        messages.warning(request, _("La pièce a été remplacée, ou la demande traitée, entre-temps."))
    else:
        messages.success(request, _("La pièce est validée.") if accept else _("La pièce est refusée."))
    after = next_to_check(pieces_of(actor=request.actor, number=number, on=request.today), document_id)
    return _to(request, number, see=after, anchor=f"piece-{after}" if after else "h-pieces")


@staff_page("agent", "manager")
@require_POST
def check_again(request: Any, slug: str, number: int) -> HttpResponse:
    """Let the machine look again."""
    try:
        is_clean = decisions.check_again(actor=request.actor, number=number, now=request.now)
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : elle a été traitée ou annulée entre-temps.") % number)
    else:
        messages.success(
            request, _("Vérifié : rien à signaler.") if is_clean else _("Vérifié : des points restent à regarder.")
        )
    return _to(request, number)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def accept_clean(request: Any, slug: str) -> HttpResponse:
    """Accept together the démarches in which the machine found nothing."""
    actor = request.actor
    if request.method == "POST":
        numbers = [found for each in request.POST.getlist("n")[:MAX_BULK] if (found := read_number(each))]
        decided = decisions.decide(actor=actor, numbers=numbers, accept=True, clean_only=True, now=request.now)
        if decided.numbers:
            words = ngettext("%s demande acceptée.", "%s demandes acceptées.", len(decided.numbers))
            messages.success(request, words % len(decided.numbers))
        for number in decided.left_out:
            messages.warning(request, _("Demande n° %s : laissée de côté, à regarder une par une.") % number)
        if not numbers:
            messages.warning(request, _("Cochez au moins une demande."))
        path = reverse("staff:procedures_clean", args=[slug])
        held = ",".join(map(str, decided.numbers)) if decided.applies_at else ""
        return HttpResponseRedirect(f"{path}?tenues={held}" if held else path)
    shown = inbox(actor=actor, wanted=InboxFilter(clean_only=True), now=request.now, limit=MAX_BULK)
    held = [found for each in request.GET.get("tenues", "").split(",")[:MAX_BULK] if (found := read_number(each))]
    return render(request, "staff/procedures/clean.html", {"rows": shown.rows, "total": shown.total, "held": held})
