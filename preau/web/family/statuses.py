"""Statuses and kinds of démarches, in the families' words, with the tone of their tag."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATUSES: dict[str, tuple[str, str | Promise]] = {
    "submitted": ("info", _("Déposée")),
    "in_review": ("info", _("En cours d’instruction")),
    "more_asked": ("warn", _("Complément demandé")),
    "proposed": ("wait", _("Horaires proposés")),
    "accepted": ("ok", _("Traitée positivement")),
    "refused": ("bad", _("Traitée négativement")),
    "cancelled": ("mute", _("Annulée")),
}
