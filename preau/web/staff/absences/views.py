"""What agents do with absences: note one said by telephone, take a late proof, correct (A11)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from preau.base.facts import NotFound
from preau.domain.absences.operations.taking_back import NothingToTakeBack
from preau.domain.absences.queries.enrolments import AttendedEnrolment, attended, reasons
from preau.domain.absences.rules import AllSaid, NothingPlanned
from preau.domain.enrolments.queries.files import check_child_visible
from preau.domain.families.queries.people import child_file
from preau.domain.families.rules import ActFrozen
from preau.domain.procedures.operations.absences import grant_late, note_absence, withdraw_absence
from preau.domain.procedures.rules import AlreadyDecided, TextMissing, TextTooLong
from preau.web.staff.absences.forms import PhoneForm
from preau.web.staff.dates import read_day
from preau.web.ui.policy import staff_page

LATELY = 31  # days ago an enrolment may have ended of which an absence is still noted


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: Any, slug: str, family_id: int, child_id: int) -> HttpResponse:
    """An absence said by telephone, in two taps: this page from a list, then the motive."""
    check_child_visible(actor=request.actor, child_id=child_id, on=request.today)
    on = read_day(request.GET.get("jour"), default=request.today)
    if on is None:
        return render(request, "400.html", status=400)
    rows = _rows(request, family_id, child_id)
    motives = reasons(actor=request.actor)
    initial = {"first": on, "last": on, "enrolments": [str(row.enrolment_id) for row in rows]}
    form = PhoneForm(request.POST or None, rows=rows, initial=initial)
    reason = request.POST.get("reason", "")
    if request.method == "POST" and form.is_valid() and reason not in {each.code for each in motives}:
        form.add_error(None, _("Choisissez un motif : c’est lui qui enregistre."))
    if request.method == "POST" and form.is_valid():
        done = _noted(request, form, family_id, reason)
        if done is not None:
            return done
    context = {"form": form, "rows": rows, "child": rows[0], "on": on, "motives": motives, "family_id": family_id}
    context["last_name"] = child_file(actor=request.actor, child_id=child_id).last_name
    context["from_list"] = _list_url(request)
    return render(request, "staff/absences/phone.html", context, status=422 if form.errors else 200)


def _rows(request: Any, family_id: int, child_id: int) -> list[AttendedEnrolment]:
    since = date.fromordinal(request.today.toordinal() - LATELY)
    rows = [row for row in attended(actor=request.actor, since=since, family_id=family_id) if row.child_id == child_id]
    if not rows:
        raise NotFound("child")
    return rows


def _noted(request: Any, form: PhoneForm, family_id: int, reason: str) -> HttpResponse | None:
    """Write the absence; None when nothing can be, with why in the form."""
    actor, now = request.actor, request.now
    try:
        sent = note_absence(actor=actor, family_id=family_id, values=form.as_values(reason=reason), now=now)
    except NothingPlanned:
        form.add_error(None, _("Rien n’est prévu à ces dates : il n’y a pas d’absence à noter."))
    except AllSaid:
        form.add_error(None, _("Cette absence est déjà notée : il n’y a rien à refaire."))
    except ActFrozen:
        form.add_error(None, _("Une opposition écrite est enregistrée pour cet enfant : rien ne peut être fait."))
    else:
        numbers = ", ".join(str(number) for number in sent.numbers)
        messages.success(request, _("L’absence est notée, la famille est prévenue : demande n° %s.") % numbers)
        return redirect(_back(request, sent.numbers[0]))
    return None


def _back(request: Any, number: int) -> str:
    """The list from which one came, or the démarche."""
    return _list_url(request) or reverse("staff:procedure", args=[request.organisation.slug, number])


def _list_url(request: Any) -> str:
    """The list of the day from which one came; "" from elsewhere."""
    if request.GET.get("liste") != "jour":
        return ""
    query = urlencode({"date": request.GET.get("jour", ""), "lieu": request.GET.get("lieu", "")})
    return f"{reverse('staff:day', args=[request.organisation.slug])}?{query}"


@staff_page("agent", "manager")
@require_POST
def grant(request: Any, slug: str, number: int) -> HttpResponse:
    """Take a proof past its day, or do without it, with a reason."""
    try:
        grant_late(actor=request.actor, number=number, reason=request.POST.get("motif", ""), now=request.now)
    except TextMissing:
        messages.error(request, _("Dites pourquoi : la famille lit ce motif."))
    except TextTooLong:
        messages.error(request, _("Le motif est trop long : 4 000 caractères au plus."))
    except AlreadyDecided:
        messages.warning(request, _("Demande n° %s : elle a été traitée ou annulée entre-temps.") % number)
    else:
        messages.success(request, _("Demande n° %s : l’absence est justifiée, la famille est prévenue.") % number)
    return redirect("staff:procedure", slug=slug, number=number)


@staff_page("agent", "manager")
@require_POST
def correct(request: Any, slug: str, number: int) -> HttpResponse:
    """The child came: the absence is taken back, days past included, with a reason that is kept."""
    reason = request.POST.get("motif", "").strip()
    if not reason:
        messages.error(request, _("Dites pourquoi l’absence est corrigée : ce motif est gardé."))
        return redirect("staff:procedure", slug=slug, number=number)
    try:
        done = withdraw_absence(actor=request.actor, number=number, now=request.now, reason=reason[:240])
    except NothingToTakeBack:
        messages.warning(request, _("Demande n° %s : cette absence est déjà annulée.") % number)
    else:
        messages.success(request, _("Demande n° %s : l’absence est annulée, la famille est prévenue.") % number)
        if done.lost:
            messages.warning(request, _("Un jour rendu à temps n’a plus de place : il reste annulé."))
    return redirect("staff:procedure", slug=slug, number=number)
