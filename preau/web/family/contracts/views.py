"""« Contrats d’accueil » : what a family agreed on with its crèche, what it costs and why, signing."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.files import FileGone, FileNotSafe
from preau.base.throttle import address_of
from preau.base.uploads import FileRefused
from preau.domain.contracts.enums import SignatureState, VersionState
from preau.domain.contracts.operations import signing
from preau.domain.contracts.operations.opening import CONTRACT, PRICE, open_file, open_scan
from preau.domain.contracts.queries.contracts import (
    ContractView,
    VersionView,
    find_contract,
    list_contracts,
    paper_print,
    papers_of,
)
from preau.domain.contracts.queries.signed import closings_of, quote_of
from preau.domain.contracts.rules.acts import ContractFact
from preau.kernel.periods import next_month
from preau.web.family.contracts.forms import RefuseForm, ScanForm, SignForm
from preau.web.family.contracts.words import STATES, sentence
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import family_page, intimate
from preau.web.ui.uploads import refusal

FILES = (CONTRACT, PRICE)


@family_page
@require_safe
def contracts(request: Any, slug: str) -> HttpResponse:
    """The contracts of each child (A17-02, A17-04)."""
    found = list_contracts(actor=request.actor)
    by_child: dict[int, list[tuple[ContractView, Any]]] = {}
    for each in found:
        by_child.setdefault(each.child_id, []).append((each, STATES.get(each.last.state)))
    return render(request, "family/contracts/list.html", {"children": list(by_child.values())})


@family_page
@require_safe
def contract(request: Any, slug: str, contract_id: int) -> HttpResponse:
    """One contract: where it stands, its week, its price with its reasons, its papers."""
    found = find_contract(actor=request.actor, contract_id=contract_id)
    shown = found.open or found.standing(request.today) or found.last
    price = None
    if found.sees_price:
        price = quote_of(actor=request.actor, contract=found, version=shown, now=request.now)
    context = {
        "contract": found,
        "version": shown,
        "state": STATES.get(shown.state),
        "quote": price,
        "closings": closings_of(actor=request.actor, contract=found) if found.sees_price else [],
        "others": [(each, STATES.get(each.state)) for each in found.versions if each is not shown],
        "months": _months(request, found),
        "may_sign": _may_sign(shown, request.today),
    }
    return render(request, "family/contracts/contract.html", context)


def _months(request: Any, found: ContractView) -> list[date]:
    """The months whose days the household that pays announces: the next two."""
    first = next_month(request.today)
    return [month for month in (first, next_month(first)) if found.sees_price and found.is_announced_in(month)]


def _may_sign(version: VersionView, today: Any) -> bool:
    """Whether the reader is asked to sign, and still may."""
    is_waiting = version.mine is None or version.mine.state in (SignatureState.WAITING, SignatureState.TO_CHECK)
    in_time = version.sign_before is None or version.sign_before >= today
    return version.state == VersionState.TO_SIGN and is_waiting and in_time


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: Any, slug: str, contract_id: int, version_id: int) -> HttpResponse:
    """The contract to read to its end, then the code of the mail: a simple electronic signature (A17-05)."""
    found, version = _found(request, contract_id, version_id)
    if not _may_sign(version, request.today):
        messages.info(request, sentence("not_to_sign"))
        return redirect("family:contract", slug=slug, contract_id=contract_id)
    if request.method == "POST" and request.POST.get("act") == "code":
        _send_code(request, version_id)
        return redirect("family:contract_sign", slug=slug, contract_id=contract_id, version_id=version_id)
    seen = paper_print(actor=request.actor, version_id=version_id)
    form = SignForm(request.POST or None, initial={"seen": seen})
    if request.method == "POST" and form.is_valid() and _signed(request, form, version_id):
        messages.success(request, _("Vous avez signé. Une copie est dans votre espace dès que tous ont signé."))
        return redirect("family:contract", slug=slug, contract_id=contract_id)
    paper, price = papers_of(actor=request.actor, version_id=version_id)
    context = {
        "contract": found,
        "version": version,
        "paper": paper,
        "price": price,
        "form": form,
        "seen": seen,
        "sent_to": request.session.get(_sent_key(version_id), ""),
    }
    return render(request, "family/contracts/sign.html", context, status=422 if form.errors else 200)


def _sent_key(version_id: int) -> str:
    return f"contract_code_{version_id}"


def _send_code(request: Any, version_id: int) -> None:
    try:
        where = signing.send_code(actor=request.actor, version_id=version_id, now=request.now)
    except ContractFact as fact:
        messages.error(request, sentence(fact.code))
        return
    request.session[_sent_key(version_id)] = where
    messages.success(request, _("Le code est parti à %s. Il sert pendant 15 minutes.") % where)


def _signed(request: Any, form: SignForm, version_id: int) -> bool:
    try:
        signing.sign_online(
            actor=request.actor,
            version_id=version_id,
            code=form.cleaned_data["code"],
            seen=form.cleaned_data["seen"],
            has_agreed=form.cleaned_data["agreed"],
            address=address_of(request),
            browser=request.headers.get("User-Agent", ""),
            now=request.now,
        )
    except ContractFact as fact:
        form.add_error("code" if fact.code.startswith("code") else None, sentence(fact.code))
        return False
    return True


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: Any, slug: str, contract_id: int, version_id: int) -> HttpResponse:
    """« Transmettre le contrat signé » (A17-03)."""
    found, version = _found(request, contract_id, version_id)
    if not _may_sign(version, request.today):
        messages.info(request, sentence("not_to_sign"))
        return redirect("family:contract", slug=slug, contract_id=contract_id)
    form = ScanForm(request.POST, request.FILES) if request.method == "POST" else ScanForm()
    if request.method == "POST" and form.is_valid():
        try:
            signing.send_back(actor=request.actor, version_id=version_id, sent=form.sent, now=request.now)
        except FileRefused as refused:
            form.add_error("file", refusal(refused.code))
        except ContractFact as fact:
            form.add_error(None, sentence(fact.code))
        else:
            messages.success(request, _("Votre contrat signé est envoyé. La structure le vérifie, puis le signe."))
            return redirect("family:contract", slug=slug, contract_id=contract_id)
    context = {"contract": found, "version": version, "form": form}
    return render(request, "family/contracts/send_back.html", context, status=422 if form.errors else 200)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: Any, slug: str, contract_id: int, version_id: int) -> HttpResponse:
    """Not signing, with a word."""
    found, version = _found(request, contract_id, version_id)
    if not _may_sign(version, request.today):
        messages.info(request, sentence("not_to_sign"))
        return redirect("family:contract", slug=slug, contract_id=contract_id)
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing.refuse(
                actor=request.actor, version_id=version_id, words=form.cleaned_data["words"], now=request.now
            )
        except ContractFact as fact:
            form.add_error("words" if fact.code == "words_missing" else None, sentence(fact.code))
        else:
            messages.success(request, _("Votre refus est enregistré. La structure lit votre mot et vous recontacte."))
            return redirect("family:contract", slug=slug, contract_id=contract_id)
    context = {"contract": found, "version": version, "form": form}
    return render(request, "family/contracts/refuse.html", context, status=422 if form.errors else 200)


@family_page
@require_safe
def read(request: Any, slug: str, contract_id: int, version_id: int) -> HttpResponse:
    """What was sent or signed, as a page: the twin of the PDF."""
    found, version = _found(request, contract_id, version_id)
    paper, price = papers_of(actor=request.actor, version_id=version_id)
    context = {"contract": found, "version": version, "paper": paper, "price": price}
    return render(request, "family/contracts/read.html", context)


@intimate
@family_page
@require_safe
def file(request: Any, slug: str, version_id: int, what: str) -> HttpResponse:
    """The contract or its price annex, as a PDF: sealed once it is signed by all."""
    if what not in FILES:
        return render(request, "404.html", status=404)
    try:
        row, content = open_file(actor=request.actor, version_id=version_id, what=what, now=request.now)
    except FileGone:
        return render(request, "404.html", status=404)
    return file_response(name=str(row.name["name"]), media_type=row.media_type, content=content)


@intimate
@family_page
@require_safe
def scan(request: Any, slug: str, version_id: int, signature_id: int) -> HttpResponse:
    """The signed paper that this parent sent back."""
    try:
        row, content = open_scan(actor=request.actor, version_id=version_id, signature_id=signature_id)
    except FileGone:
        return render(request, "404.html", status=404)
    except FileNotSafe as fact:
        return render(request, "family/documents/unsafe.html", {"is_infected": fact.is_infected}, status=409)
    return file_response(name=str(row.name["name"]), media_type=row.media_type, content=content)


def _found(request: Any, contract_id: int, version_id: int) -> tuple[ContractView, VersionView]:
    found = find_contract(actor=request.actor, contract_id=contract_id)
    return found, found.version(version_id)
