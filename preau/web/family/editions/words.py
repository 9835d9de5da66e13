"""Words of the papers."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preau.domain.families.enums import AdultPosition, Answer, ContactKind

POSITIONS: dict[str, str | Promise] = {
    AdultPosition.HOLDER: _("Titulaire"),
    AdultPosition.CO_HOLDER: _("Co-représentant"),
    AdultPosition.MEMBER: _("Membre du foyer"),
}
ANSWERS: dict[str, str | Promise] = {Answer.YES: _("Oui"), Answer.NO: _("Non"), "": _("Sans réponse")}
KINDS: dict[str, str | Promise] = {
    ContactKind.PICK_UP: _("peut venir chercher l’enfant"),
    "both": _("peut venir chercher l’enfant, à prévenir"),
    ContactKind.CALL: _("à prévenir"),
    ContactKind.FORBIDDEN: _("ne doit pas venir chercher l’enfant"),
}
MANDATE_GIVES = _(
    "En signant ce mandat, vous autorisez %(town)s à envoyer des instructions à votre banque pour débiter "
    "votre compte, et votre banque à débiter votre compte selon ces instructions."
)
MANDATE_REFUND = _(
    "Vous avez le droit d’être remboursé par votre banque, aux conditions de la convention passée avec elle. "
    "La demande se fait dans les 8 semaines qui suivent le débit pour un prélèvement autorisé."
)
