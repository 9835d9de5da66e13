"""What agents read about an enrolment: the reason against it, in few words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "already_enrolled": _("déjà inscrit"),
    "waiting": _("déjà sur la liste d’attente"),
    "not_born": _("date de naissance inconnue"),
    "too_young": _("trop jeune"),
    "too_old": _("trop âgé"),
    "school_unknown": _("classe inconnue"),
    "wrong_level": _("autre niveau de classe"),
    "wrong_school": _("élève d’une autre école"),
    "not_resident": _("n’habite pas la commune"),
    "resident": _("habite la commune"),
    "dossier_missing": _("dossier de l’année non validé"),
    "document_missing": _("pièce non validée"),
    "piece_overdue": _("pièce attendue, sa date est passée"),
    "unreadable": _("une ouverture est mal réglée : faites corriger l’activité"),
    "full": _("complet"),
    "full_waiting_list": _("complet, avec liste d’attente"),
}
# What concerns families only: an agent is not stopped by it, nor told.
FOR_FAMILIES = frozenset({"by_service_only", "not_open_yet", "closed"})


def reason_words(code: str) -> str:
    """Return the agents' words for a reason."""
    return str(REASONS.get(code, code))
