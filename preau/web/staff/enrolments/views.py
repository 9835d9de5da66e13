"""The enrolments of a family: made and ended by the service."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.enrolments.queries.files import check_family_visible
from preau.domain.enrolments.queries.lists import enrolments_of_family, find_enrolment, offers_to_enrol
from preau.domain.enrolments.rules import AlreadyEnrolled, EnrolmentOver, OfferFull, PeriodOutsideOffer
from preau.domain.procedures.operations.changes import enrol_for_family, leave
from preau.domain.procedures.queries.enrolments import enrolment_row
from preau.web.staff.enrolments.forms import EndForm, EnrolForm
from preau.web.staff.enrolments.words import FOR_FAMILIES, reason_words
from preau.web.staff.families.corrections import open_file
from preau.web.ui.policy import staff_page

ONE_DAY = timedelta(days=1)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def family_enrolments(request: Any, slug: str, family_id: int) -> HttpResponse:
    """What the children are enrolled in, and a form to enrol one (A08-12)."""
    actor = request.actor
    file = open_file(request, family_id)
    children = file.children
    offers = offers_to_enrol(actor=actor, on=request.today)
    form = EnrolForm(
        request.POST if request.method == "POST" else None,
        children=[(child.child_id, child.first_name) for child in children],
        offers=[(offer.offer_id, offer.label) for offer in offers],
    )
    if request.method == "POST" and form.is_valid() and _enrol(request, family_id, form):
        return redirect("staff:family_enrolments", slug=slug, family_id=family_id)
    context = {
        "form": form,
        "file": file,
        "lines": enrolments_of_family(actor=actor, family_id=family_id, on=request.today),
    }
    return render(request, "staff/enrolments/family.html", context, status=422 if form.errors else 200)


def _enrol(request: Any, family_id: int, form: EnrolForm) -> bool:
    """Enrol, or say on the form why not."""
    data = form.cleaned_data
    warnings = _warnings(request, family_id, data)
    if warnings and not data["over"]:
        form.add_error(
            "over",
            _("À vérifier : %(reasons)s. Cochez cette case pour inscrire quand même.")
            % {"reasons": ", ".join(warnings)},
        )
        return False
    try:
        made = enrol_for_family(
            actor=request.actor,
            family_id=family_id,
            child_id=data["child_id"],
            offer_id=data["offer_id"],
            starts_on=data["starts"],
            ends_on=data["ends"] + ONE_DAY if data["ends"] else None,
            over_capacity=data["over"],
            now=request.now,
        )
    except AlreadyEnrolled:
        form.add_error("offer_id", _("Cet enfant a déjà cette inscription, ou l’attend, sur une partie de la période."))
    except PeriodOutsideOffer:
        form.add_error("starts", _("Ces dates sortent de la période de l’activité."))
    except OfferFull:
        form.add_error("over", _("C’est complet, sans liste d’attente. Cochez cette case pour inscrire quand même."))
    else:
        if made.status == "waiting":
            messages.warning(request, _("C’est complet : l’enfant est sur la liste d’attente."))
        else:
            messages.success(request, _("L’inscription est enregistrée."))
        return True
    return False


def _warnings(request: Any, family_id: int, data: Any) -> list[str]:
    """What would stop a family, that an agent should have seen; a full activity with a list just waits."""
    row = enrolment_row(
        actor=request.actor,
        family_id=family_id,
        child_id=data["child_id"],
        offer_id=data["offer_id"],
        now=request.now,
    )
    option = next(each for each in row.options if each.offer_id == data["offer_id"])
    quiet = {*FOR_FAMILIES, "full_waiting_list", "already_enrolled", "waiting"}
    codes = dict.fromkeys(reason.code for reason in option.reasons if reason.code not in quiet)
    return [reason_words(code) for code in codes]


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """End an enrolment; what it holds after the last day is given back."""
    line = find_enrolment(actor=request.actor, enrolment_id=enrolment_id)
    check_family_visible(actor=request.actor, family_id=line.family_id)
    initial = {"last": request.today}
    form = EndForm(request.POST if request.method == "POST" else None, initial=initial, today=request.today)
    if request.method == "POST" and form.is_valid():
        last, reason = form.cleaned_data["last"], " ".join(form.cleaned_data["reason"].split())
        try:
            count = leave(
                actor=request.actor, enrolment_id=enrolment_id, on=last + ONE_DAY, now=request.now, reason=reason
            )
        except EnrolmentOver:
            form.add_error("last", _("L’inscription se termine déjà avant ce jour."))
        else:
            messages.success(request, _("L’inscription est terminée. Réservations annulées : %(n)s.") % {"n": count})
            return redirect("staff:family_enrolments", slug=slug, family_id=line.family_id)
    context = {"form": form, "line": line}
    return render(request, "staff/enrolments/end.html", context, status=422 if form.errors else 200)
