"""What the lists of « Suivi » are called, and the state of their lines."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preau.domain.procedures.enums import FollowKind

KINDS: dict[FollowKind, str | Promise] = {
    FollowKind.DOSSIERS: _("Dossiers à faire"),
    FollowKind.PIECES: _("Documents attendus"),
    FollowKind.CONSENTS: _("Autorisations sans réponse"),
    FollowKind.SPACES: _("Espaces à ouvrir"),
}
STATES: dict[str, str | Promise] = {
    "none": _("pas commencé"),
    "draft": _("commencé, pas envoyé"),
    "missing": _("manque"),
    "refused": _("refusé"),
    "expired": _("expiré"),
    "asked": _("réponse attendue"),
    "never": _("jamais invité"),
    "invited": _("invité, pas encore activé"),
    "no_email": _("sans courriel"),
}


def state_words(code: str) -> str:
    """Return the words of a state."""
    return str(STATES.get(code, code))
