"""Files in a form, and why one is not kept, in words: the same for families and agents."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preau.base.uploads import MAX_BYTES, SentFile

PHOTOS = ".jpg,.jpeg,.jfif,.jpe,.png,.heic,.heif,image/jpeg,image/png"
ACCEPT = f".pdf,application/pdf,{PHOTOS}"
REFUSALS: dict[str, str | Promise] = {
    "empty": _("Ce fichier est vide. Choisissez-en un autre."),
    "too_large": _("Ce fichier dépasse 10 Mo. Reprenez la photo en taille moyenne, ou envoyez moins de pages."),
    "kind": _("Ce n’est ni un PDF, ni une photo JPEG ou PNG. Enregistrez le document sous l’un de ces formats."),
    "busy": _("Beaucoup de familles envoient des documents en ce moment. Attendez une minute, puis recommencez."),
    "too_many_today": _(
        "Vous avez envoyé beaucoup de documents depuis hier. Reprenez demain, ou apportez-les au service."
    ),
    "heic": _("Ce format n’est pas lu ici : prenez la photo en JPEG."),
    "unreadable": _("Ce fichier ne s’ouvre pas : il est abîmé ou incomplet. Refaites la photo ou l’export."),
    "encrypted": _("Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection."),
    "too_many_pixels": _("Cette image est trop grande. Reprenez la photo en taille moyenne."),
    "infected": _(
        "Ce fichier contient un virus. Nous ne l’avons pas gardé. Vérifiez votre appareil, puis refaites-le."
    ),
    "too_many_pages": _("C’est plus de 30 pages, ou plus de 20 fichiers. Envoyez seulement ce qui est demandé."),
}


class FilesInput(forms.FileInput):
    """A box that takes several files."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """One file or several, in the order given: `cleaned_data` holds a list of `SentFile`, empty when none came.

    No more than one byte above what is kept is read of each: the rest would be refused.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", FilesInput(attrs={"accept": ACCEPT}))
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[SentFile]:
        found = [each for each in (data if isinstance(data, list | tuple) else [data]) if each]
        if not found:
            super().clean(None, initial)
        cleaned = [super(Files, self).clean(each, initial) for each in found]
        return [SentFile(each.name, each.read(MAX_BYTES + 1)) for each in cleaned]


def refusal(code: str) -> str:
    """Return why a file is not kept, and what to do."""
    return str(REFUSALS.get(code, _("Ce fichier n’a pas pu être gardé. Essayez-en un autre.")))
