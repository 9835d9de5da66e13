"""What families read when a wish cannot be granted: the fact, then what to do next."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, str | Promise] = {
    "closed": _("L’activité n’a pas lieu ce jour-là."),
    "past": _("Ce jour est passé."),
    "not_open_yet": _("Les réservations ne sont pas encore ouvertes pour ce jour."),
    "no_longer_open": _("La période de réservation est terminée. Contactez le service."),
    "deadline_passed": _("Le délai est dépassé. Contactez le service s’il s’agit d’une urgence."),
    "full": _("C’est complet. Essayez un autre jour, ou contactez le service."),
    "already_booked": _("C’est déjà réservé : rien à faire."),
    "not_booked": _("Ce n’était plus réservé : rien à faire."),
    "other_home": _("L’autre foyer de l’enfant l’a réservé : lui seul peut l’annuler."),
    "unreadable": _("Les réservations sont fermées : un réglage est à corriger. Contactez le service."),
    "excluded": _("Une autre réservation du même jour l’empêche. Décochez-la d’abord."),
    "unit_missing": _("Ce moment se réserve avec un autre du même jour : cochez-le aussi."),
    "unit_needed": _("Une autre réservation du même jour en dépend. Décochez-la d’abord."),
    "not_your_day": _("Ce jour-là, l’enfant est chez son autre parent. Voyez avec lui, ou contactez le service."),
    "piece_overdue": _("Un document du dossier est attendu, sa date est passée. Envoyez-le pour réserver de nouveau."),
    "exchange_kept": _("L’échange n’était pas possible : la réservation de départ est conservée."),
    "not_enrolled": _("L’inscription ne couvre pas ce jour."),
    "asked": _("Une demande est déjà en attente pour ce jour. Annulez-la d’abord si vous voulez d’autres horaires."),
    "kept_day": _("Une journée réservée ne s’annule pas ici : signalez une absence."),
    "held_elsewhere": _("L’enfant est déjà attendu à ces heures-là par une autre inscription."),
    "bad_hours": _("Ces horaires ne sont plus possibles ce jour-là. Ouvrez le jour et choisissez-en d’autres."),
    "no_room": _("Il n’y a plus de place à ces heures-là. Essayez d’autres horaires, ou appelez la structure."),
    "withdrawn": _("Vous avez retiré cette demande."),
    "declined": _("Vous n’avez pas retenu les horaires proposés."),
}

# No page shows a box there: it closed meanwhile, or was made up.
GONE = frozenset({"past", "closed", "not_enrolled"})

# The same facts, in the few words that a box of the grid can hold.
SHORT: dict[str, str | Promise] = {
    "closed": _("fermé"),
    "past": _("passé"),
    "not_open_yet": _("pas encore ouvert"),
    "no_longer_open": _("période terminée"),
    "deadline_passed": _("délai dépassé"),
    "full": _("complet"),
    "other_home": _("réservé par l’autre foyer"),
    "unreadable": _("fermé, contactez le service"),
    "not_your_day": _("chez l’autre parent"),
    "piece_overdue": _("document attendu"),
    "not_enrolled": _("hors inscription"),
    "asked": _("en attente de réponse"),
}


def sentence(code: str) -> str:
    """Return the sentence of a fact."""
    return str(REFUSALS.get(code, _("Ce n’est pas possible. Contactez le service.")))
