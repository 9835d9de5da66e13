"""Writing the terms of a contract, with what they would cost beside them; saying what a household lives on."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from preau.domain.contracts.operations.drafting import amend, draft_contract, mark_of, redraft
from preau.domain.contracts.queries.boards import check_prices
from preau.domain.contracts.queries.contracts import ContractView, VersionView, find_contract
from preau.domain.contracts.queries.quotes import PriceSource, Quote, check_fits, quote
from preau.domain.contracts.rules.acts import ContractFact
from preau.domain.contracts.rules.terms import Terms, TermsInvalid, check, terms_data
from preau.domain.creche.queries.enrolments import CareEnrolment, find_care
from preau.domain.families.queries.files import household_file
from preau.domain.pricing.operations.incomes import IncomeInvalid, IncomeStands, journal_reading, say_income
from preau.domain.pricing.queries.scales import incomes_of
from preau.domain.pricing.rules.psu import NoScale
from preau.kernel.french_dates import jj_mm_aaaa
from preau.web.staff.contracts.forms import BASES, ContractForm, IncomeForm, initial_of
from preau.web.staff.contracts.roles import READERS, WRITERS
from preau.web.staff.contracts.words import problem, sentence
from preau.web.ui.policy import staff_page


@staff_page(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, slug: str, enrolment_id: int) -> HttpResponse:
    """The first contract of an admitted child."""
    enrolment = find_care(actor=request.actor, enrolment_id=enrolment_id)
    first = max(enrolment.starts_on, request.today)
    initial = {"first": first, "last": enrolment.ends_on - timedelta(days=1)}
    form = _form(request, enrolment, initial)

    def write(terms: Terms) -> int:
        return draft_contract(
            actor=request.actor, enrolment_id=enrolment_id, terms=terms, note=form.cleaned_data["note"], now=request.now
        )

    return _answer(request, enrolment, form, write, context={"is_new": True})


@staff_page(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Any, slug: str, contract_id: int, version_id: int) -> HttpResponse:
    """A draft, written again."""
    found, version, enrolment = _found(request, contract_id, version_id)
    if version.state != "draft":
        messages.error(request, _("Cette version est partie : elle ne change plus."))
        return redirect("staff:contract", slug=slug, contract_id=contract_id)
    form = _form(request, enrolment, initial_of(version.terms, version.note))
    seen = mark_of(terms=terms_data(version.terms), note=version.note)

    def write(terms: Terms) -> int:
        redraft(
            actor=request.actor,
            version_id=version_id,
            terms=terms,
            note=form.cleaned_data["note"],
            seen=request.POST.get("seen", ""),
            now=request.now,
        )
        return contract_id

    return _answer(request, enrolment, form, write, context={"contract": found, "version": version, "seen": seen})


@staff_page(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def amendment(request: Any, slug: str, contract_id: int) -> HttpResponse:
    """An amendment to what is in force: « avenant »."""
    found = find_contract(actor=request.actor, contract_id=contract_id)
    standing = next((each for each in found.versions if each.state == "active"), None)
    if standing is None or found.open is not None:
        messages.error(request, _("Un avenant change un contrat signé par tous, sans autre version en cours."))
        return redirect("staff:contract", slug=slug, contract_id=contract_id)
    enrolment = find_care(actor=request.actor, enrolment_id=found.enrolment_id)
    initial = initial_of(standing.terms, "")
    tomorrow = max(request.today, standing.starts_on) + timedelta(days=1)
    initial |= {"first": tomorrow, "settling": "", "weeks": ""}
    form = _form(request, enrolment, initial)

    def write(terms: Terms) -> int:
        amend(
            actor=request.actor, contract_id=contract_id, terms=terms, note=form.cleaned_data["note"], now=request.now
        )
        return contract_id

    return _answer(
        request, enrolment, form, write, context={"contract": found, "version": standing, "is_amendment": True}
    )


def _found(request: Any, contract_id: int, version_id: int) -> tuple[ContractView, VersionView, CareEnrolment]:
    found = find_contract(actor=request.actor, contract_id=contract_id)
    version = found.version(version_id)
    return found, version, find_care(actor=request.actor, enrolment_id=found.enrolment_id)


def _form(request: Any, enrolment: CareEnrolment, initial: dict[str, Any]) -> ContractForm:
    weekdays = {
        day: hours.words() for day, hours in sorted((enrolment.hours or {}).items()) if str(day) in enrolment.weekdays
    }
    return ContractForm(request.POST or None, weekdays=weekdays, initial=initial)


def _answer(
    request: Any, enrolment: CareEnrolment, form: ContractForm, write: Any, *, context: dict[str, Any]
) -> HttpResponse:
    """Show the form, what it would cost, or write it."""
    found = None
    if request.method == "POST" and form.is_valid():
        found = _quote(request, enrolment, form)
        if found is not None and request.POST.get("act") != "preview":
            contract_id = _written(form, found.terms, write)
            if contract_id is not None:
                messages.success(request, _("Brouillon enregistré. Relisez-le, puis envoyez-le aux parents."))
                return redirect("staff:contract", slug=request.organisation.slug, contract_id=contract_id)
    journal_reading(actor=request.actor, family_id=enrolment.family_id, now=request.now)
    incomes = incomes_of(actor=request.actor, family_id=enrolment.family_id)
    context |= {
        "enrolment": enrolment,
        "form": form,
        "quote": found,
        "income": incomes[-1] if incomes else None,
        "bases": dict(BASES),
    }
    return render(request, "staff/contracts/write.html", context, status=422 if form.errors else 200)


def _quote(request: Any, enrolment: CareEnrolment, form: ContractForm) -> Quote | None:
    terms = form.terms()
    try:
        check(terms)
        check_fits(enrolment=enrolment, terms=terms)
        source = PriceSource(organisation_id=request.actor.organisation_id, payers=[enrolment])
        found = quote(actor=request.actor, enrolment=enrolment, terms=terms, source=source, now=request.now)
    except TermsInvalid as invalid:
        form.add_error(None, problem(invalid))
    except NoScale as none:
        form.add_error(None, _("Aucun barème n’est connu au %s : demandez à l’administrateur de l’ajouter.") % none.on)
    else:
        closed = [day for day, ranges in sorted(terms.settling.items()) if ranges and day not in found.days]
        if not closed:
            return found
        form.add_error("settling", _("Le %s est sans accueil : choisissez un autre jour.") % jj_mm_aaaa(closed[0]))
    return None


def _written(form: ContractForm, terms: Terms, write: Any) -> int | None:
    try:
        written: int = write(terms)
    except ContractFact as fact:
        form.add_error(None, sentence(fact))
        return None
    except TermsInvalid as invalid:
        form.add_error(None, problem(invalid))
        return None
    return written


@staff_page(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def income(request: Any, slug: str, family_id: int) -> HttpResponse:
    """« Ressources du foyer » : what was said, dated, and saying it anew."""
    check_prices(actor=request.actor, family_id=family_id)
    file = household_file(actor=request.actor, family_id=family_id)
    lines = incomes_of(actor=request.actor, family_id=family_id)
    form = IncomeForm(request.POST or None, initial=_known(request, lines))
    if request.method == "POST" and form.is_valid() and _said(request, form, family_id):
        messages.success(request, _("Ressources enregistrées. Les prix en tiennent compte à compter de ce jour-là."))
        return redirect("staff:income", slug=slug, family_id=family_id)
    journal_reading(actor=request.actor, family_id=family_id, now=request.now)
    context = {"family": file, "lines": list(reversed(lines)), "form": form, "bases": dict(BASES)}
    return render(request, "staff/contracts/income.html", context, status=422 if form.errors else 200)


def _known(request: Any, lines: list[Any]) -> dict[str, Any]:
    if not lines:
        return {"starts_on": request.today, "children": 1, "aeeh": 0}
    last = lines[-1].income
    annual = "" if last.annual_cents is None else f"{last.annual_cents / 100:.2f}".replace(".", ",")
    return {
        "starts_on": request.today,
        "basis": last.basis.value,
        "annual": annual,
        "children": last.children,
        "aeeh": last.aeeh,
    }


def _said(request: Any, form: IncomeForm, family_id: int) -> bool:
    try:
        say_income(
            actor=request.actor,
            family_id=family_id,
            income=form.income(),
            source=form.cleaned_data["source"],
            starts_on=form.cleaned_data["starts_on"],
            now=request.now,
        )
    except IncomeStands:
        form.add_error("starts_on", _("Des ressources plus récentes comptent déjà. Choisissez un jour après elles."))
    except IncomeInvalid:
        form.add_error("annual", _("Vérifiez le montant et le nombre d’enfants."))
    return not form.errors
