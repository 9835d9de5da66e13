"""« Abonnement »: what it books; changing it from a day, suspending or stopping it, with what that does ahead."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from preau.base.facts import NotFound
from preau.domain.bookings.operations import Outcome
from preau.domain.enrolments.enums import Weeks
from preau.domain.enrolments.queries.subscriptions import SubscriptionView, subscription_of
from preau.domain.enrolments.rules import PatternLine
from preau.domain.procedures.operations.subscriptions import Revision, preview_revision, revise_subscription
from preau.kernel.bounds import Purpose
from preau.web.family.enrolments.forms import WEEKS
from preau.web.family.refusals import sentence
from preau.web.fields.basic import WEEKDAYS, day
from preau.web.ui.policy import family_page

CHANGE, SUSPEND, STOP = "changer", "suspendre", "arreter"
MAX_LINES = 42


@dataclass(frozen=True, slots=True)
class Effect:
    """One day of what a revision does; `why` when it cannot be."""

    on: Any
    unit: str
    is_added: bool
    why: str = ""


class RevisionForm(forms.Form):
    """One of three acts, on a period that begins today or later and ends with the enrolment at the latest."""

    starts = day(gettext_lazy("À partir du"), purpose=Purpose.CALENDAR)
    until = day(gettext_lazy("Jusqu’au, inclus"), purpose=Purpose.CALENDAR)
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Jours réservés chaque semaine"), required=False, widget=forms.CheckboxSelectMultiple
    )
    weeks = forms.ChoiceField(label=gettext_lazy("Semaines"), choices=WEEKS, required=False)

    def __init__(self, *args: Any, act: str, view: SubscriptionView, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act, self.view, self.today = act, view, today
        if act != SUSPEND:
            del self.fields["until"]
        if act == CHANGE:
            boxes = [(f"{each}-{code}", f"{WEEKDAYS[each]}, {name}") for each, code, name in view.moments]
            self.fields["days"].choices = boxes  # type: ignore[attr-defined]
        else:
            del self.fields["days"], self.fields["weeks"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, until, end = data.get("starts"), data.get("until"), self.view.enrolment.ends_on
        if starts and not self.today <= starts < end:
            self.add_error("starts", _("Choisissez un jour à partir d’aujourd’hui, avant la fin de l’inscription."))
        if starts and until and not starts <= until < end:
            self.add_error("until", _("Choisissez un jour après le début, avant la fin de l’inscription."))
        if self.act == CHANGE and not data.get("days"):
            self.add_error("days", _("Cochez au moins un jour. Pour ne plus rien réserver, arrêtez l’abonnement."))
        return data

    def revision(self) -> Revision:
        """Return what is asked."""
        data, end = self.cleaned_data, self.view.enrolment.ends_on
        if self.act == SUSPEND:
            return Revision(data["starts"], data["until"] + timedelta(days=1))
        weeks = Weeks(data.get("weeks") or Weeks.EVERY)
        chosen = [each.partition("-") for each in data.get("days", ())[:MAX_LINES]]
        return Revision(data["starts"], end, tuple(PatternLine(int(at), code, weeks) for at, _sep, code in chosen))


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """The « abonnement » and its three acts; each is read again, day by day, before it is written."""
    view = subscription_of(actor=request.actor, enrolment_id=enrolment_id, on=request.today)
    asked = request.POST.get("quoi", "")
    if request.method == "POST" and asked not in (CHANGE, SUSPEND, STOP):
        return render(request, "400.html", status=400)
    made = _forms(request, view, asked)
    if request.method == "POST" and made[asked].is_valid():
        try:
            if request.POST.get("act") == "valider":
                return _write(request, view, made[asked])
            return _recap(request, view, made[asked])
        except NotFound:
            made[asked].add_error("starts", _("Cet abonnement a changé entre-temps. Le voici tel qu’il est."))
    context = {"view": view, "periods": _told(view), "forms": made, "asked": asked}
    return render(request, "family/enrolments/subscription.html", context, status=422 if asked else 200)


def _forms(request: Any, view: SubscriptionView, asked: str) -> dict[str, RevisionForm]:
    tomorrow = request.today + timedelta(days=1)
    now = view.pattern_on(max(tomorrow, view.enrolment.starts_on))
    initial = {
        "starts": max(tomorrow, view.enrolment.starts_on),
        "days": [f"{each.weekday}-{each.unit_code}" for each in now],
        "weeks": now[0].weeks if now else Weeks.EVERY.value,
    }
    return {
        act: RevisionForm(
            request.POST if act == asked else None, act=act, view=view, today=request.today, initial=initial
        )
        for act in (CHANGE, SUSPEND, STOP)
    }


def _told(view: SubscriptionView) -> list[dict[str, Any]]:
    """Each period to come with its days in words; those without any are said too: the « abonnement » is suspended."""
    found: list[dict[str, Any]] = []
    last = None
    for each in view.periods:
        if last is not None and last < each.starts_on:
            found.append({"starts_on": last, "ends_on": each.starts_on, "lines": []})
        found.append({"starts_on": each.starts_on, "ends_on": each.ends_on, "lines": _words(view, each.lines)})
        last = each.ends_on
    return found


def _words(view: SubscriptionView, lines: Any) -> list[str]:
    weeks = dict(WEEKS)
    told = []
    for each in lines:
        words = f"{WEEKDAYS[each.weekday]}, {view.name_of(each.unit_code)}"
        told.append(words if each.weeks == Weeks.EVERY else f"{words}, {weeks[each.weeks.value]}")
    return told


def _recap(request: Any, view: SubscriptionView, form: RevisionForm) -> HttpResponse:
    revision = form.revision()
    enrolment_id = view.enrolment.enrolment_id
    outcome = preview_revision(actor=request.actor, enrolment_id=enrolment_id, revision=revision, now=request.now)
    context = {
        "view": view,
        "form": form,
        "revision": revision,
        "last": revision.end - timedelta(days=1),
        "lines": _words(view, revision.lines),
        "effects": _effects(outcome) if outcome else [],
        "key": uuid.uuid4().hex,
        "sent": [(name, value) for name in ("starts", "until", "weeks") if (value := request.POST.get(name))],
        "days": request.POST.getlist("days")[:MAX_LINES],
    }
    return render(request, "family/enrolments/subscription_recap.html", context)


def _effects(outcome: Outcome) -> list[Effect]:
    """Each day that changes, and those that cannot, with why, in order."""
    decision = outcome.decision
    found = [Effect(each.on, each.unit_name, True) for each in decision.added]
    found += [Effect(each.on, each.unit_name, False) for each in decision.removed]
    found += [
        Effect(each.facts.on, each.facts.unit_name, each.wanted, sentence(each.fact.code)) for each in decision.refused
    ]
    return sorted(found, key=lambda each: (each.on, each.unit))


def _write(request: Any, view: SubscriptionView, form: RevisionForm) -> HttpResponse:
    enrolment_id = view.enrolment.enrolment_id
    key = f"r{request.actor.account_id}-{request.POST.get('key', '')}"[:40].replace("\x00", "")
    placed = revise_subscription(
        actor=request.actor, enrolment_id=enrolment_id, revision=form.revision(), key=key, now=request.now
    )
    slug = request.organisation.slug
    if placed is None:
        messages.success(request, _("L’abonnement est changé. Aucun jour réservé ne change."))
        return redirect("family:subscription", slug=slug, enrolment_id=enrolment_id)
    messages.success(
        request, _("L’abonnement est changé : demande n° %s, un courriel la confirme.") % placed.first_number
    )
    return redirect(f"{reverse('family:subscription', args=[slug, enrolment_id])}")
