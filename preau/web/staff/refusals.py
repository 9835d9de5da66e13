"""What agents read when a wish cannot be granted."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, str | Promise] = {
    "closed": _("activité fermée ce jour-là"),
    "past": _("jour passé"),
    "not_open_yet": _("réservations pas encore ouvertes : donnez un motif pour passer outre"),
    "no_longer_open": _("période de réservation terminée : donnez un motif pour passer outre"),
    "deadline_passed": _("délai dépassé : donnez un motif pour passer outre"),
    "full": _("complet : donnez un motif pour ajouter une place"),
    "already_booked": _("déjà réservé"),
    "not_booked": _("n’était plus réservé"),
    "other_home": _("réservé par l’autre foyer de l’enfant, qui seul peut l’annuler"),
    "unreadable": _("un réglage de l’activité est à corriger : donnez un motif pour passer outre"),
    "excluded": _("incompatible avec une autre réservation du même jour"),
    "unit_missing": _("dépend d’un autre moment de la journée, qui n’est pas réservé"),
    "unit_needed": _("un autre moment réservé ce jour-là en dépend"),
    "piece_overdue": _("pièce attendue, sa date est passée : donnez un motif pour passer outre"),
    "not_your_day": _("jour de l’autre parent : donnez un motif pour passer outre"),
    "exchange_kept": _("échange impossible, réservation de départ conservée"),
    "not_enrolled": _("hors de la période d’inscription"),
    "held_elsewhere": _("l’enfant est déjà attendu à ces heures par une autre inscription"),
    "bad_hours": _("ces horaires ne sont pas permis ce jour-là : proposez-en d’autres"),
    "no_room": _("plus de place à ces heures"),
    "asked": _("une demande attend déjà pour ce jour"),
    "kept_day": _("la journée ne s’annule pas : notez une absence"),
}


def short(code: str) -> str:
    """Return the fact alone, where the page says beside it what to do."""
    return sentence(code).partition(" : ")[0].partition("\u00a0: ")[0]


def sentence(code: str) -> str:
    """Return the agents' words for a fact."""
    return str(REFUSALS.get(code, code))
