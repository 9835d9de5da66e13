"""« Créer une inscription » : what each child may be enrolled in, and asking for it (A08)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base.facts import NotFound
from preau.domain.catalogue.rules import level_of_birth
from preau.domain.enrolments.enums import OfferState
from preau.domain.enrolments.operations.enrolling import end_enrolment
from preau.domain.enrolments.queries.lists import find_enrolment
from preau.domain.enrolments.queries.offers import ChildOffers, OfferRow
from preau.domain.enrolments.rules import EnrolmentOver
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.queries.cases import draft_about, find_case
from preau.domain.procedures.queries.enrolments import about_row, enrolment_choices, enrolment_row
from preau.domain.procedures.queries.to_finish import own_declaration
from preau.domain.procedures.rules import NotOpenForYou
from preau.web.family.enrolments.forms import EnrolmentForm
from preau.web.family.enrolments.words import ICONS, MENDED_AT, conditions, place_words
from preau.web.family.procedures.places import my_family
from preau.web.ui.policy import family_page

OPEN = (OfferState.OPEN, OfferState.FULL)
ASKED = (*OPEN, OfferState.AFTER_DOSSIER)
HELD = (OfferState.ENROLLED, OfferState.WAITING, OfferState.REQUESTED)


@family_page
@require_safe
def enrolments(request: Any, slug: str) -> HttpResponse:
    """One child at a time: open, soon, not for this child and why, already enrolled (A08-06)."""
    found = enrolment_choices(actor=request.actor, family_id=my_family(request.actor), now=request.now)
    shown = _shown(found, request.GET.get("enfant", ""))
    groups = _groups(shown, slug) if shown else {}
    dossiers = _dossiers_first(shown) if shown else []
    context = {
        "children": [(each, each.count(*OPEN)) for each in found],
        "shown": shown,
        "groups": groups,
        "dossiers": dossiers,
        "first_offer_id": None if dossiers else _first(groups.get("open", [])),
        "may_book": bool(shown) and any(row.state is OfferState.ENROLLED and row.needs_booking for row in shown.rows),
        "entourage": None if shown else own_declaration(actor=request.actor, on=request.today),
        "is_of_school_age": bool(shown) and _is_of_school_age(shown, request.today),
    }
    return render(request, "family/enrolments/list.html", context)


def _shown(found: list[ChildOffers], wanted: str) -> ChildOffers | None:
    """The child of the address, or the first for whom something is open."""
    for each in found:
        if wanted == str(each.child.child_id):
            return each
    return max(found, key=lambda each: each.count(*OPEN) > 0, default=None)


def _is_of_school_age(shown: ChildOffers, today: date) -> bool:
    """Whether a school may take the child this civil year: nothing is said of classes to a baby."""
    born = shown.child.birth_date
    return bool(shown.school or (born and level_of_birth(born, school_year=today.year)))


def _dossiers_first(shown: ChildOffers) -> list[str]:
    """The school years whose dossier administratif must be validated before anything opens (A07-01)."""
    return sorted({row.year for row in shown.rows for each in row.best.reasons if each.code == "dossier_missing"})


def _groups(shown: ChildOffers, slug: str) -> dict[str, list[dict[str, Any]]]:
    names = {
        OfferState.AFTER_DOSSIER: "after",
        OfferState.SOON: "soon",
        OfferState.BY_SERVICE: "by_service",
        **dict.fromkeys(OPEN, "open"),
        **dict.fromkeys(HELD, "held"),
    }
    groups: dict[str, list[dict[str, Any]]] = {
        "open": [],
        "after": [],
        "soon": [],
        "by_service": [],
        "held": [],
        "closed": [],
    }
    for row in shown.rows:
        groups[names.get(row.state, "closed")].append(_line(row, shown, slug))
    return groups


def _first(lines: list[dict[str, Any]]) -> int | None:
    """The one act of the page, when only one is open: among several, none is more to be done than another."""
    may_enrol = [line["option"].offer_id for line in lines if line["option"].state is OfferState.OPEN]
    return may_enrol[0] if len(may_enrol) == 1 else None


def _line(row: OfferRow, shown: ChildOffers, slug: str) -> dict[str, Any]:
    # The dossier has its own line, above: it is not asked for again at each activity.
    codes = [reason.code for reason in row.best.reasons if reason.code not in ("dossier_missing", "dossier_sent")]
    mends = [MENDED_AT[code] for code in codes if code in MENDED_AT]
    return {
        "row": row,
        "option": row.best,
        "place": place_words(row.best, row.activity),
        "is_by_service": any(reason.code == "by_service_only" for reason in row.best.reasons),
        "icon": ICONS.get(row.activity_kind, "users"),
        "conditions": conditions(row.best, shown.child, row.year),
        "mend": (reverse(mends[0][0], args=[slug]), mends[0][1]) if mends else None,
    }


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Any, slug: str, child_id: int, offer_id: int) -> HttpResponse:
    """Step 1 of one request: where, from when, which days; kept as a draft, then the récapitulatif."""
    actor, family_id = request.actor, my_family(request.actor)
    row = enrolment_row(actor=actor, family_id=family_id, child_id=child_id, offer_id=offer_id, now=request.now)
    if row.state not in ASKED:
        return _not_open(request, row)
    draft = draft_about(actor=actor, kind=ProcedureKind.ENROLMENT, family_id=family_id, about=about_row(row=row))
    initial = _initial(row, draft.answers if draft else {}, offer_id)
    form = EnrolmentForm(
        request.POST if request.method == "POST" else None, initial=initial, row=row, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        made = _save(request, row, family_id, form, entry=offer_id)
        if request.POST.get("act") == "later":
            messages.success(request, _("Votre brouillon est gardé. Reprenez-le quand vous voulez."))
            return redirect("family:acts", slug=slug)
        return redirect("family:draft_recap", slug=slug, draft_id=made)
    context = {"form": form, "row": row, "draft": draft, "child": row.child}
    return render(request, "family/enrolments/ask.html", context, status=422 if form.errors else 200)


def _not_open(request: Any, row: OfferRow) -> HttpResponse:
    """Nothing to ask: the list of this child says why."""
    if row.requested:
        messages.info(request, _("Cette demande est déjà envoyée. La voici."))
        return redirect("family:procedure", slug=request.organisation.slug, number=row.requested)
    messages.warning(
        request, _("Cette inscription n’est pas possible pour l’instant. La raison est écrite ci-dessous.")
    )
    return redirect(f"{reverse('family:enrolments', args=[request.organisation.slug])}?enfant={row.child_id}")


def _initial(row: OfferRow, answers: Any, offer_id: int) -> dict[str, Any]:
    """What was typed before, or what may be guessed: the child's own school, or else the only place."""
    choice, pattern = answers.get("choice", {}), answers.get("pattern", {})
    own = next((each.offer_id for each in row.choices if each.is_own_school), None)
    guess = own or (offer_id if any(each.offer_id == offer_id for each in row.choices) else row.choices[0].offer_id)
    return {
        "offer_id": choice.get("offer_id") or guess,
        "starts": choice.get("from", ""),
        "days": [f"{line['weekday']}-{line['unit']}" for line in pattern.get("lines", ())],
        "weeks": pattern.get("weeks", "every"),
    }


def _save(request: Any, row: OfferRow, family_id: int, form: EnrolmentForm, *, entry: int) -> int:
    actor, now = request.actor, request.now
    draft = drafts.start(
        actor=actor,
        kind=ProcedureKind.ENROLMENT,
        family_id=family_id,
        about=about_row(row=row),
        now=now,
    )
    if form.subscribes:
        drafts.save_step(actor=actor, draft_id=draft.draft_id, step="pattern", values=form.pattern_values(), now=now)
    values = {**form.choice_values(), "activity": row.activity, "year": row.year, "entry": entry}
    drafts.save_step(actor=actor, draft_id=draft.draft_id, step="choice", values=values, now=now)
    return draft.draft_id


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def same(request: Any, slug: str, number: int) -> HttpResponse:
    """« La même demande pour » a brother or a sister: its own récapitulatif comes next (A09-46)."""
    case = find_case(actor=request.actor, number=number)
    if case.view.kind != ProcedureKind.ENROLMENT or case.child is None:
        raise NotFound("procedure")
    rows = _sibling_rows(request, case)
    if request.method == "POST":
        wanted = next((row for row, _child in rows if str(row.child_id) == request.POST.get("enfant")), None)
        if wanted is None or not wanted.choices:
            return render(request, "400.html", status=400)
        return _same_for(request, slug, wanted, case)
    context = {"case": case, "rows": [(row, child, conditions(row.best, child, row.year)) for row, child in rows]}
    return render(request, "family/enrolments/same.html", context)


def _sibling_rows(request: Any, case: Any) -> list[tuple[OfferRow, Any]]:
    offer_id = case.answers.get("choice", {}).get("offer_id")
    found = enrolment_choices(actor=request.actor, family_id=my_family(request.actor), now=request.now)
    return [
        (row, each.child)
        for each in found
        for row in each.rows
        if each.child.child_id != case.child.child_id and any(option.offer_id == offer_id for option in row.options)
    ]


def _same_for(request: Any, slug: str, row: OfferRow, case: Any) -> HttpResponse:
    """Make the sibling's draft; what cannot be the same is asked on its own page."""
    initial = _initial(row, case.answers, row.best.offer_id)
    if initial["offer_id"] not in {option.offer_id for option in row.choices}:
        initial["offer_id"] = row.choices[0].offer_id
    form = EnrolmentForm(initial, row=row, today=request.today)
    if not form.is_valid():
        return redirect("family:enrolment_ask", slug=slug, child_id=row.child_id, offer_id=row.choices[0].offer_id)
    try:
        draft_id = _save(request, row, my_family(request.actor), form, entry=row.choices[0].offer_id)
    except NotOpenForYou:
        return _not_open(request, row)
    return redirect("family:draft_recap", slug=slug, draft_id=draft_id)


@family_page
@require_POST
def leave_list(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """Leave a waiting list."""
    line = find_enrolment(actor=request.actor, enrolment_id=enrolment_id)
    if line.status != "waiting":
        messages.warning(request, _("Cet enfant n’est plus sur la liste d’attente. Voici où en sont ses inscriptions."))
        return redirect("family:enrolments", slug=slug)
    try:
        end_enrolment(actor=request.actor, enrolment_id=enrolment_id, on=request.today, now=request.now)
    except EnrolmentOver:
        messages.warning(request, _("Cette inscription est déjà terminée."))
    else:
        messages.success(request, _("L’enfant n’est plus sur la liste d’attente."))
    return redirect(f"{reverse('family:enrolments', args=[slug])}?enfant={line.child_id}")
