"""Sending a file: its type, the file, and why it may be refused."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preau.domain.documents.queries import TypeView

ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
REFUSALS: dict[str, str | Promise] = {
    "empty": _("Ce fichier est vide. Choisissez-en un autre."),
    "too_large": _("Ce fichier dépasse 10 Mo. Reprenez la photo en taille moyenne, ou envoyez moins de pages."),
    "kind": _("Ce n’est ni un PDF, ni une photo JPEG ou PNG. Enregistrez le document sous l’un de ces formats."),
    "unreadable": _("Ce fichier ne s’ouvre pas : il est abîmé ou incomplet. Refaites la photo ou l’export."),
    "encrypted": _("Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection."),
    "too_many_pixels": _("Cette image est trop grande. Reprenez la photo en taille moyenne."),
    "infected": _(
        "Ce fichier contient un virus. Nous ne l’avons pas gardé. Vérifiez votre appareil, puis refaites-le."
    ),
    "too_many_pages": _("Ce PDF a plus de 30 pages. Envoyez seulement celles qui sont demandées."),
}


def refusal(code: str) -> str:
    """Return why a file is not kept, and what to do."""
    return str(REFUSALS.get(code, _("Ce fichier n’a pas pu être gardé. Essayez-en un autre.")))


class DocumentForm(forms.Form):
    type = forms.ChoiceField(label=_("Type de document"))
    file = forms.FileField(
        label=_("Fichier ou photo"),
        allow_empty_file=True,
        help_text=_(
            "PDF ou photo JPEG ou PNG, 10 Mo au plus. Nous réduisons les photos et retirons le lieu de prise de vue."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, types: list[TypeView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Choisir")), *((str(each.type_id), each.title) for each in types)]
        self.fields["type"].choices = choices  # type: ignore[attr-defined]
