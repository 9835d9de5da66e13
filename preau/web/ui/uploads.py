"""Why a file is not kept, in words: the same for families and agents."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
REFUSALS: dict[str, str | Promise] = {
    "empty": _("Ce fichier est vide. Choisissez-en un autre."),
    "too_large": _("Ce fichier dépasse 10 Mo. Reprenez la photo en taille moyenne, ou envoyez moins de pages."),
    "kind": _("Ce n’est ni un PDF, ni une photo JPEG ou PNG. Enregistrez le document sous l’un de ces formats."),
    "heic": _("Ce format n’est pas lu ici : prenez la photo en JPEG."),
    "unreadable": _("Ce fichier ne s’ouvre pas : il est abîmé ou incomplet. Refaites la photo ou l’export."),
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
