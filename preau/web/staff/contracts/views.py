"""« Contrats d’accueil » for agents: what waits, one contract, its papers, signing, ending."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from preau.base.files import FileGone, FileNotSafe
from preau.base.uploads import FileRefused
from preau.domain.contracts.operations import drafting, sending, signing
from preau.domain.contracts.operations.ending import end_contract
from preau.domain.contracts.operations.opening import OPENED, open_file, open_scan
from preau.domain.contracts.queries.boards import ContractBoard, contract_board, missed_days
from preau.domain.contracts.queries.contracts import ContractView, VersionView, find_contract, papers_of
from preau.domain.contracts.queries.signed import closings_of, quote_of
from preau.domain.contracts.rules.acts import ContractFact
from preau.domain.contracts.rules.terms import TermsInvalid
from preau.domain.families.rules import ActFrozen
from preau.domain.pricing.operations.incomes import journal_reading
from preau.domain.pricing.rules.psu import NoScale
from preau.web.staff.contracts.forms import EndForm, PaperForm, ReasonForm
from preau.web.staff.contracts.months import month_lines
from preau.web.staff.contracts.roles import READERS, WRITERS
from preau.web.staff.contracts.words import OBJECTION, STATES, missed, problem, sentence
from preau.web.staff.dates import read_number
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import staff_page
from preau.web.ui.uploads import refusal

VIEWS = {
    "a-faire": gettext_lazy("À faire"),
    "parents": gettext_lazy("Attend les parents"),
    "en-cours": gettext_lazy("En cours"),
    "fin-proche": gettext_lazy("Fin dans 60 jours"),
    "termines": gettext_lazy("Terminés"),
}


@staff_page(*READERS)
@require_safe
def contracts(request: Any, slug: str) -> HttpResponse:
    """The contracts of the structures that an agent looks after, by what they wait for."""
    board = contract_board(actor=request.actor, on=request.today)
    counts = {
        "a-faire": board.todo,
        "parents": len(board.to_sign),
        "en-cours": len(board.active),
        "fin-proche": len(board.ending),
        "termines": len(board.over),
    }
    chosen = request.GET.get("voir", "")
    chosen = chosen if chosen in VIEWS else "a-faire"
    context = {
        "board": board,
        "chosen": chosen,
        "views": [(name, words, counts[name]) for name, words in VIEWS.items()],
        "groups": _groups(board, chosen),
        "may_write": request.actor.has_role(*WRITERS),
    }
    return render(request, "staff/contracts/list.html", context)


def _groups(board: ContractBoard, chosen: str) -> list[tuple[str, list[Any]]]:
    """The lists of a view, each with its title; the empty ones are left out."""
    lists = {
        "a-faire": [
            (_("Papiers à vérifier"), board.to_check),
            (_("À signer par la structure"), board.to_countersign),
            (_("Refusés, retirés ou pas signés à temps"), board.refused),
            (_("Brouillons"), board.drafts),
        ],
        "parents": [(_("Attendent les parents"), board.to_sign)],
        "en-cours": [(_("En cours"), board.active)],
        "fin-proche": [(_("Fin dans les 60 jours"), board.ending)],
        "termines": [(_("Terminés"), board.over)],
    }
    return [
        (title, [(each, STATES[_shown(each).state], board.missed.get(each.last.version_id, 0)) for each in rows])
        for title, rows in lists[chosen]
        if rows
    ]


def _shown(each: ContractView) -> VersionView:
    return each.open or each.last


@staff_page(*READERS)
@require_safe
def contract(request: Any, slug: str, contract_id: int) -> HttpResponse:
    """One contract: its state, its price with its reasons, who signs, what to do next."""
    return _page(request, contract_id)


def _page(
    request: Any, contract_id: int, *, end: EndForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    found = find_contract(actor=request.actor, contract_id=contract_id)
    shown = found.open or found.standing(request.today) or found.last
    quote = quote_of(actor=request.actor, contract=found, version=shown, now=request.now)
    journal_reading(actor=request.actor, family_id=found.family_id, now=request.now)
    versions = [each.version_id for each in found.versions]
    standing = found.standing(request.today) or next((v for v in found.versions if v.state == "active"), None)
    context = {
        "contract": found,
        "version": shown,
        "state": STATES[shown.state],
        "quote": quote,
        "closings": closings_of(actor=request.actor, contract=found),
        "others": [(each, STATES[each.state]) for each in found.versions if each is not shown],
        "missed": [(each, missed(each.why)) for each in missed_days(actor=request.actor, version_ids=versions)],
        "standing": standing,
        "months": month_lines(request=request, contract=found),
        "reason": ReasonForm(),
        "paper": PaperForm(),
        "end": end or EndForm(),
        "may_write": request.actor.has_role(*WRITERS),
        **more,
    }
    return render(request, "staff/contracts/contract.html", context, status=status)


@staff_page(*WRITERS)
@require_POST
def act(request: Any, slug: str, contract_id: int, version_id: int) -> HttpResponse:
    """Send, sign, take back, throw away, write again, check a paper."""
    find_contract(actor=request.actor, contract_id=contract_id).version(version_id)
    name = request.POST.get("act", "")
    if name not in ACTS:
        messages.error(request, _("Rien n’est fait : recommencez depuis cette page."))
        return redirect("staff:contract", slug=slug, contract_id=contract_id)
    try:
        words = ACTS[name](request, contract_id, version_id)
    except ContractFact as fact:
        messages.error(request, sentence(fact))
    except TermsInvalid as invalid:
        messages.error(request, problem(invalid))
    except NoScale as none:
        messages.error(
            request, _("Aucun barème n’est connu au %s : demandez à l’administrateur de l’ajouter.") % none.on
        )
    except FileRefused as refused:
        messages.error(request, refusal(refused.code))
    except ActFrozen:
        messages.error(request, OBJECTION)
    else:
        if words:
            messages.success(request, words)
    if name == "discard":
        return redirect("staff:contracts", slug=slug)
    return redirect("staff:contract", slug=slug, contract_id=contract_id)


def _send(request: Any, contract_id: int, version_id: int) -> str:
    number = sending.send(actor=request.actor, version_id=version_id, now=request.now)
    return _("Contrat n° %s envoyé aux parents : ils le lisent et le signent dans leur espace.") % number


def _countersign(request: Any, contract_id: int, version_id: int) -> str:
    signing.countersign(actor=request.actor, version_id=version_id, now=request.now)
    return _("Contrat signé et scellé. Ses jours entrent dans le planning dans la minute.")


def _withdraw(request: Any, contract_id: int, version_id: int) -> str:
    words = request.POST.get("words", "")
    sending.withdraw(actor=request.actor, version_id=version_id, words=words, now=request.now)
    return _("Le contrat est retiré, les parents sont prévenus.")


def _discard(request: Any, contract_id: int, version_id: int) -> str:
    drafting.discard(actor=request.actor, version_id=version_id, now=request.now)
    return _("Brouillon supprimé.")


def _again(request: Any, contract_id: int, version_id: int) -> str:
    drafting.draft_again(actor=request.actor, contract_id=contract_id, now=request.now)
    return _("Un brouillon est prêt, avec les mêmes termes : corrigez-le, puis envoyez-le.")


def _accept(request: Any, contract_id: int, version_id: int) -> str:
    signed = [pk for each in request.POST.getlist("signed") if (pk := read_number(each))]
    is_complete = signing.accept_paper(
        actor=request.actor,
        version_id=version_id,
        signature_id=read_number(request.POST.get("signature")) or 0,
        signed_ids=signed,
        now=request.now,
    )
    return _("Papier accepté. À vous de signer.") if is_complete else _("Papier accepté. Un autre parent doit signer.")


def _refuse(request: Any, contract_id: int, version_id: int) -> str:
    signing.refuse_paper(
        actor=request.actor,
        version_id=version_id,
        signature_id=read_number(request.POST.get("signature")) or 0,
        words=request.POST.get("words", ""),
        now=request.now,
    )
    return _("Le parent est prévenu : il signera de nouveau.")


def _bring(request: Any, contract_id: int, version_id: int) -> str:
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choisissez un fichier : le papier signé, en PDF ou en photos."))
        return ""
    signing.send_back(
        actor=request.actor,
        version_id=version_id,
        sent=form.cleaned_data["file"],
        signature_id=read_number(request.POST.get("signature")) or 0,
        now=request.now,
    )
    return _("Papier enregistré. Vérifiez les signatures qu’il porte.")


ACTS = {
    "send": _send,
    "countersign": _countersign,
    "withdraw": _withdraw,
    "discard": _discard,
    "again": _again,
    "accept": _accept,
    "refuse": _refuse,
    "bring": _bring,
}


@staff_page(*WRITERS)
@require_POST
def end(request: Any, slug: str, contract_id: int) -> HttpResponse:
    """End a contract before its term."""
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            end_contract(
                actor=request.actor,
                contract_id=contract_id,
                ends_on=form.ends_on,
                reason=form.cleaned_data["reason"],
                is_short=form.cleaned_data["is_short"],
                now=request.now,
            )
        except ContractFact as fact:
            form.add_error("reason" if fact.code == "words_missing" else "last", sentence(fact))
        else:
            messages.success(request, _("La fin est notée, les jours d’après sont rendus, les parents sont prévenus."))
            return redirect("staff:contract", slug=slug, contract_id=contract_id)
    return _page(request, contract_id, end=form, status=422)


@staff_page(*READERS)
@require_safe
def read(request: Any, slug: str, contract_id: int, version_id: int) -> HttpResponse:
    """What was sent or signed, as a page."""
    found = find_contract(actor=request.actor, contract_id=contract_id)
    paper, price = papers_of(actor=request.actor, version_id=version_id)
    if price is not None:
        journal_reading(actor=request.actor, family_id=found.family_id, now=request.now)
    context = {"contract": found, "version": found.version(version_id), "paper": paper, "price": price}
    return render(request, "staff/contracts/read.html", context)


@staff_page(*READERS)
@require_safe
def file(request: Any, slug: str, version_id: int, what: str) -> HttpResponse:
    """The contract, its price annex or its evidence, as a PDF."""
    if what not in OPENED:
        return render(request, "404.html", status=404)
    try:
        row, content = open_file(actor=request.actor, version_id=version_id, what=what, now=request.now)
    except FileGone:
        return render(request, "404.html", status=404)
    return file_response(name=str(row.name["name"]), media_type=row.media_type, content=content)


@staff_page(*READERS)
@require_safe
def scan(request: Any, slug: str, version_id: int, signature_id: int) -> HttpResponse:
    """The signed paper that a parent sent back."""
    try:
        row, content = open_scan(actor=request.actor, version_id=version_id, signature_id=signature_id)
    except (FileGone, FileNotSafe):
        return render(request, "404.html", status=404)
    return file_response(name=str(row.name["name"]), media_type=row.media_type, content=content)
