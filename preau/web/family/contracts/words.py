"""What families read of the state of a contract, and of why an act on it cannot be done."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preau.domain.contracts.enums import VersionState

# State → what is said of it, tone of its badge, icon.
STATES: dict[str, tuple[str | Promise, str, str]] = {
    VersionState.TO_SIGN: (_("À signer"), "warn", "pen-line"),
    VersionState.TO_COUNTERSIGN: (_("Signé par les parents, la structure va signer"), "info", "clock"),
    VersionState.ACTIVE: (_("Signé par tous"), "ok", "check"),
    VersionState.REFUSED: (_("Refusé"), "bad", "x"),
    VersionState.EXPIRED: (_("Délai pour signer passé"), "bad", "clock"),
    VersionState.WITHDRAWN: (_("Retiré par la structure"), "info", "ban"),
    VersionState.REPLACED: (_("Remplacé par un avenant"), "info", "file-text"),
    VersionState.ENDED: (_("Terminé"), "info", "check"),
}

REFUSALS: dict[str, str | Promise] = {
    "not_to_sign": _("Ce contrat n’attend plus votre signature : il a été retiré, refusé ou déjà signé."),
    "too_late": _("Le délai pour signer est passé. Appelez la structure : elle peut vous le renvoyer."),
    "already_signed": _("Vous avez déjà signé : rien à faire."),
    "paper_changed": _("La structure a changé le contrat depuis que vous l’avez ouvert. Relisez-le avant de signer."),
    "consent_missing": _("Cochez la case : vous avez lu le contrat et vous l’acceptez."),
    "code_too_soon": _("Un code vient de partir. Attendez une minute avant d’en demander un autre."),
    "codes_spent": _("Trop de codes ont été demandés. Signez sur papier, ou appelez la structure."),
    "code_wrong": _("Ce n’est pas le bon code. Vérifiez le dernier courriel reçu."),
    "code_over": _("Ce code ne sert plus. Demandez-en un autre."),
    "words_missing": _("Dites pourquoi vous refusez : la structure lit ce mot."),
}


def sentence(code: str) -> str:
    """Return the sentence of a fact."""
    return str(REFUSALS.get(code, _("Ce n’est pas possible. Appelez la structure.")))
