"""What a family does with a démarche it has sent: answer, write, cancel, agree."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from preau.base.facts import NotFound
from preau.base.uploads import FileRefused
from preau.domain.absences.rules import ProofTooLate
from preau.domain.documents.queries.pieces import TypeView, document_types
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.operations import drafts
from preau.domain.procedures.operations import messages as messages_acts
from preau.domain.procedures.operations.answering_hours import withdraw_days
from preau.domain.procedures.operations.joining import join_document
from preau.domain.procedures.queries.absences import absences_of
from preau.domain.procedures.queries.cases import ProcedureFile, find_case, pieces_of
from preau.domain.procedures.rules import AlreadyDecided, NotOpenForYou, TextMissing, TextTooLong
from preau.web.family.absences.procedure import absence_context
from preau.web.family.documents.forms import DocumentForm
from preau.web.family.procedures.places import draft_address
from preau.web.ui.policy import family_page
from preau.web.ui.uploads import refusal


@family_page
@require_safe
def sent(request: Any, slug: str, number: int) -> HttpResponse:
    """« Nous avons bien enregistré votre demande » (A10-01, A10-11)."""
    return render(request, "family/procedures/sent.html", {"case": find_case(actor=request.actor, number=number)})


@family_page
@require_POST
def message(request: Any, slug: str, number: int) -> HttpResponse:
    """Write to the service about a démarche."""
    try:
        messages_acts.write_message(
            actor=request.actor, number=number, text=request.POST.get("text", ""), now=request.now
        )
    except TextMissing:
        messages.error(request, _("Écrivez votre message avant de l’envoyer."))
    except TextTooLong:
        return _again(request, number, _("Votre message est trop long : 4 000 caractères au plus."))
    else:
        messages.success(request, _("Votre message est envoyé au service."))
    return redirect("family:procedure", slug=slug, number=number)


@family_page
@require_POST
def again(request: Any, slug: str, number: int) -> HttpResponse:
    """« Corriger et renvoyer » : a refused démarche, taken up again with what was answered."""
    try:
        draft = drafts.begin_again(actor=request.actor, number=number, now=request.now)
    except NotOpenForYou:
        messages.error(request, _("Cette démarche n’est plus ouverte. Écrivez au service sur cette page."))
        return redirect("family:procedure", slug=slug, number=number)
    messages.success(request, _("Vos réponses sont reprises. Corrigez-les, puis envoyez."))
    return redirect(draft_address(slug, draft))


@family_page
@require_POST
def join(request: Any, slug: str, number: int) -> HttpResponse:
    """Join a document to a démarche that is not decided yet."""
    case = find_case(actor=request.actor, number=number)
    child_id = case.child.child_id if case.child else None
    types = _types(request, case)
    form = DocumentForm(request.POST, request.FILES, types=types, on=request.today)
    if form.is_valid():
        wanted = next(each for each in types if str(each.type_id) == form.cleaned_data["type"])
        first, *more = form.cleaned_data["file"]
        try:
            join_document(
                actor=request.actor,
                family_id=case.view.family_id,
                child_id=child_id if wanted.subject == "child" else None,
                type_id=wanted.type_id,
                name=first.name,
                content=first.content,
                more=more,
                until=form.cleaned_data["until"],
                number=number,
                now=request.now,
            )
        except FileRefused as refused:
            form.add_error("file", refusal(refused.code))
        except AlreadyDecided:
            messages.warning(request, _("Cette demande est déjà traitée : le document n’est pas joint."))
        except ProofTooLate:
            messages.warning(
                request, _("Le délai est passé : le justificatif n’est pas joint. Appelez la structure, qui décidera.")
            )
        else:
            if _is_back_to_the_service(request, number):
                messages.success(request, _("Tout ce qui était demandé est envoyé. Le service reprend votre demande."))
            else:
                messages.success(request, _("Le document est joint à votre demande."))
    if form.errors and case.is_open:
        return case_page(request, number, document_form=form, status=422)
    return redirect("family:procedure", slug=slug, number=number)


def _is_back_to_the_service(request: Any, number: int) -> bool:
    """Give the démarche back when all the pieces asked for are there: a family has then nothing more to say."""
    case = find_case(actor=request.actor, number=number)
    asked = {each["id"] for each in case.asked.get("types", [])}
    known = case.asked.get("known", ())
    pieces = pieces_of(actor=request.actor, number=number, on=request.today)
    given = {each.type_id for each in pieces if each.state in ("to_check", "valid") and each.document_id not in known}
    if not asked or not asked <= given:
        return False
    try:
        messages_acts.complete(actor=request.actor, number=number, text="", now=request.now)
    except (AlreadyDecided, TextMissing):  # answered in another tab meanwhile: it waits for nothing
        return False
    return True


@family_page
@require_POST
def complete(request: Any, slug: str, number: int) -> HttpResponse:
    """Send what the service asked for."""
    try:
        messages_acts.complete(actor=request.actor, number=number, text=request.POST.get("text", ""), now=request.now)
    except TextMissing:
        messages.error(request, _("Écrivez une réponse, ou joignez la pièce demandée."))
    except TextTooLong:
        return _again(request, number, _("Votre réponse est trop longue : 4 000 caractères au plus."))
    except AlreadyDecided:
        messages.warning(request, _("Le service n’attend plus de réponse pour cette demande."))
    else:
        messages.success(request, _("Votre réponse est envoyée. Le service reprend l’instruction."))
    return redirect("family:procedure", slug=slug, number=number)


@family_page
@require_POST
def cancel(request: Any, slug: str, number: int) -> HttpResponse:
    """Cancel a démarche that is not decided yet."""
    try:
        _take_back(request, number)
    except AlreadyDecided:
        messages.warning(request, _("Cette demande est déjà traitée : elle ne peut plus être annulée."))
    else:
        messages.success(request, _("Votre demande est annulée."))
    return redirect("family:procedure", slug=slug, number=number)


def _take_back(request: Any, number: int) -> None:
    """All of a démarche, or what still waits of a request for hours of which some days are booked.

    :raises AlreadyDecided: nothing of it waits.
    """
    try:
        messages_acts.cancel(actor=request.actor, number=number, now=request.now)
    except AlreadyDecided as decided:
        try:
            withdraw_days(actor=request.actor, number=number, now=request.now)
        except NotFound:
            raise decided from None


def case_page(
    request: Any, number: int, *, typed: str = "", document_form: DocumentForm | None = None, status: int = 200
) -> HttpResponse:
    """The permanent page of a démarche that a service decides, with its documents.

    :param document_form: a document that could not be joined, with what was typed and why.
    """
    case = find_case(actor=request.actor, number=number)
    pieces = pieces_of(actor=request.actor, number=number, on=request.today)
    known = case.asked.get("known", ())
    given = {
        piece.type_id for piece in pieces if piece.state in ("to_check", "valid") and piece.document_id not in known
    }
    context = {
        "case": case,
        "typed": typed,
        "pieces": pieces,
        "asked_pieces": [(each, each["id"] in given) for each in case.asked.get("types", [])],
    }
    if case.is_open:
        types = _types(request, case)
        asked = [each["id"] for each in case.asked.get("types", [])]
        initial = {"type": str(asked[0]) if asked else ""}
        if types:
            context["document_form"] = document_form or DocumentForm(types=types, on=request.today, initial=initial)
    if case.view.kind != ProcedureKind.ABSENCE:
        return render(request, "family/procedures/case.html", context, status=status)
    context |= absence_context(request, number)
    return render(request, "family/absences/procedure.html", context, status=status)


def _types(request: Any, case: ProcedureFile) -> list[TypeView]:
    """What may be joined to a démarche; to an absence, what proves it."""
    is_absence = case.view.kind == ProcedureKind.ABSENCE
    types = document_types(actor=request.actor, with_events=is_absence)
    if not is_absence:
        return [each for each in types if case.child is not None or each.subject != "child"]
    absences = absences_of(actor=request.actor, number=case.view.number, with_health=True)
    proofs = {each.proof_type_id for each in absences} | {each["id"] for each in case.asked.get("types", [])}
    return [each for each in types if each.type_id in proofs]


def _again(request: Any, number: int, sentence: str) -> HttpResponse:
    """Show the page again with what was typed: it was long, and must not be lost."""
    messages.error(request, sentence)
    return case_page(request, number, typed=request.POST.get("text", ""), status=422)
