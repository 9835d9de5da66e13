"""« Personnes autorisées » : one card per person, changed, taken away, put back (A21-02 to A21-06)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from preau.base.facts import NotFound
from preau.base.files import FileGone, FileNotSafe
from preau.base.uploads import MAX_BYTES, FileRefused
from preau.domain.documents.queries.folders import folders
from preau.domain.families.enums import Access, ContactKind
from preau.domain.families.operations import contacts as contacts_acts
from preau.domain.families.operations import photos
from preau.domain.families.queries.people import child_file, contacts_of_child, find_contact, households_of_child
from preau.domain.families.rules import PersonForbidden
from preau.web.family.children.forms import ContactForm
from preau.web.family.children.views import page
from preau.web.ui.downloads import file_response
from preau.web.ui.policy import family_page, intimate
from preau.web.ui.uploads import refusal

COURT_DECISION = "court_decision"
REMOVED = "retiree"  # ?retiree=12 : the person just taken away, who may be put back


@intimate
@family_page
@require_safe
def contacts(request: Any, slug: str, child_id: int) -> HttpResponse:
    """Who may collect the child, whom to call, who must not come."""
    found = child_file(actor=request.actor, child_id=child_id)
    if found.access != Access.WRITE:
        return page(request, "contacts", found)
    lines = contacts_of_child(actor=request.actor, child_id=child_id)
    is_forbidding = any(line.kind == ContactKind.FORBIDDEN for line in lines)
    context = {
        "lines": lines,
        "removed": _removed(request, child_id),
        "decision": _decision(request, child_id) if is_forbidding else None,
    }
    return page(request, "contacts", found, **context)


@intimate
@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: Any, slug: str, child_id: int, contact_id: int | None = None) -> HttpResponse:
    """« Ajouter une personne », « Modifier »."""
    found = child_file(actor=request.actor, child_id=child_id)
    if found.access != Access.WRITE:
        raise NotFound("child")
    known = find_contact(actor=request.actor, child_id=child_id, contact_id=contact_id) if contact_id else None
    initial = {name: getattr(known, name, None) for name in ContactForm.base_fields} if known else {}
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ContactForm(*posted, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            contacts_acts.save_contact(
                actor=request.actor,
                child_id=child_id,
                values=form.as_values(),
                contact_id=contact_id,
                photo=_photo(form),
                drops_photo=form.cleaned_data["no_photo"],
                now=request.now,
            )
        except PersonForbidden:
            form.add_error(None, _("Cette personne ne peut pas être ajoutée ici. Contactez le service."))
        except contacts_acts.TooManyContacts:
            form.add_error(None, _("Votre foyer a déjà 20 personnes. Supprimez-en une avant d’en ajouter une autre."))
        except FileRefused as refused:
            form.add_error("photo", refusal(refused.code))
            form.add_error(
                None, _("Rien n’est enregistré pour l’instant : corrigez la photo, ou laissez la case vide.")
            )
        else:
            messages.success(request, _("La liste est à jour. L’équipe la voit tout de suite."))
            return redirect("family:child_contacts", slug=slug, child_id=child_id)
    return page(request, "contact", found, form=form, known=known)


def _photo(form: ContactForm) -> photos.Photo | None:
    """The photo sent, looked at before anything is saved: when it is refused, nothing of the form is."""
    file = form.cleaned_data["photo"]
    return photos.receive_photo(name=file.name, content=file.read(MAX_BYTES + 1)) if file is not None else None


@intimate
@family_page
@require_safe
def photo(request: Any, slug: str, child_id: int, contact_id: int) -> HttpResponse:
    """The photo of a person of one's own household."""
    try:
        media_type, content = photos.open_photo(actor=request.actor, child_id=child_id, contact_id=contact_id)
    except (FileGone, FileNotSafe):
        raise NotFound("photo") from None
    return file_response(name="photo", media_type=media_type, content=content)


@family_page
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Any, slug: str, child_id: int, contact_id: int) -> HttpResponse:
    """« Supprimer » : asked once more, then may still be put back."""
    known = find_contact(actor=request.actor, child_id=child_id, contact_id=contact_id)
    if request.method == "POST":
        contacts_acts.remove_contact(actor=request.actor, child_id=child_id, contact_id=contact_id, now=request.now)
        return redirect(f"{reverse('family:child_contacts', args=[slug, child_id])}?{REMOVED}={contact_id}")
    found = child_file(actor=request.actor, child_id=child_id)
    return page(request, "contact_removal", found, known=known)


@family_page
@require_POST
def restore(request: Any, slug: str, child_id: int, contact_id: int) -> HttpResponse:
    """« Annuler la suppression »."""
    contacts_acts.restore_contact(actor=request.actor, child_id=child_id, contact_id=contact_id, now=request.now)
    messages.success(request, _("Cette personne est de nouveau dans la liste."))
    return redirect("family:child_contacts", slug=slug, child_id=child_id)


def _removed(request: Any, child_id: int) -> Any:
    """The person just taken away, when the address names one."""
    asked = request.GET.get(REMOVED, "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return None
    try:
        return find_contact(actor=request.actor, child_id=child_id, contact_id=int(asked), is_removed=True)
    except NotFound:
        return None


def _decision(request: Any, child_id: int) -> dict[str, Any]:
    """Where the court decision stands: the piece sent, or its type to send (type code « court_decision »)."""
    actor = request.actor
    home = households_of_child(actor=actor, child_id=child_id)
    if not home:
        return {}
    needs = {"forbidden"}
    found = folders(
        actor=actor,
        family_id=home[0][0],
        child_ids=[child_id],
        situations={None: needs, child_id: needs},
        on=request.today,
    )
    for folder in found:
        for kind, wanted in folder.wanted:
            if kind.code == COURT_DECISION:
                sent = [each for each in folder.documents if each.document_id == wanted.document_id]
                return {"type": kind, "child_id": folder.child_id, "sent": sent[0] if sent else None}
    return {}
