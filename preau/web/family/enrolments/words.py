"""Why a child may or may not be enrolled, in words, and what to do about it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from preau.domain.enrolments.queries.offers import OfferOption
from preau.domain.enrolments.rules import Reason
from preau.domain.families.queries.files import ChildCard
from preau.web.ui.templatetags.fr import day_words_short, local_day, moment_words, of, period_words

YEAR = 12
ICONS = {
    "canteen": "utensils",
    "after_school": "sunrise",
    "wednesday": "trophy",
    "holidays": "calendar-days",
    "creche": "baby",
    "outings": "bus",
}

# Where a reason is mended: name of the page and words of the link.
MENDED_AT: dict[str, tuple[str, str | Promise]] = {
    "dossier_missing": ("family:dossier", _("Compléter le dossier")),
    "document_missing": ("family:documents", _("Envoyer un document")),
    "piece_overdue": ("family:documents", _("Envoyer un document")),
    "not_resident": ("family:move", _("Signaler un déménagement")),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One line under an activity: met, or not with the reason."""

    is_met: bool
    icon: str
    text: str


def place_words(option: OfferOption, activity: str) -> str:
    """« École des Tilleuls, du 01/09/2026 au 07/07/2027 »: what the name of the activity says is not said again."""
    name = option.name.removeprefix(activity).removeprefix(" - ").strip()
    where = [name] if option.site in name else [part for part in (name, option.site) if part]
    return ", ".join([*where, period_words(option.starts_on, option.ends_on)])


def age_words(months: int) -> str:
    """« 3 ans », « 10 mois »."""
    if months and months % YEAR == 0:
        return str(_("1 an")) if months == YEAR else str(_("%(n)s ans") % {"n": months // YEAR})
    return str(_("%(n)s mois") % {"n": months})


def ages(option: OfferOption) -> str:
    """« De 3 à 11 ans », « De 3 mois à moins de 3 ans »; "" when all ages are welcome."""
    low, high = option.min_age_months, option.max_age_months
    if low is None and high is None:
        return ""
    if low is None:
        return str(_("Moins de %(age)s") % {"age": age_words(high or 0)})
    if high is None:
        return str(_("À partir de %(age)s") % {"age": age_words(low)})
    if low % YEAR == 0 and high % YEAR == 0 and low:
        return str(_("De %(low)s à %(high)s ans") % {"low": low // YEAR, "high": high // YEAR - 1})
    return str(_("De %(low)s à moins de %(high)s") % {"low": age_words(low), "high": age_words(high)})


def conditions(option: OfferOption, child: ChildCard, year: str) -> list[Condition]:
    """Return what an activity asks, met or not; nothing is left unsaid."""
    codes = {reason.code for reason in option.reasons}
    name = {"of_name": of(child.first_name), "year": year}
    found = []
    if ages(option) and not codes & {"too_young", "too_old", "not_born"}:
        found.append(ages(option))
    if option.levels and not codes & {"wrong_level", "school_unknown"}:
        found.append(str(_("Classes : %(levels)s") % {"levels": ", ".join(option.levels)}))
    if option.residence == "residents" and "not_resident" not in codes:
        found.append(str(_("Vous habitez la commune")))
    if option.requires_dossier and not codes & {"dossier_missing", "dossier_sent"}:
        found.append(str(_("Le dossier %(year)s %(of_name)s est validé") % name))
    if option.remaining and "by_service_only" not in codes:
        found.append(str(_("Places libres : %(n)s sur %(all)s") % {"n": option.remaining, "all": option.capacity}))
    met = [Condition(True, "check", text) for text in found]
    return met + [
        Condition(False, _icon(reason.code), sentence(reason, option, child, year)) for reason in option.reasons
    ]


def _icon(code: str) -> str:
    return {
        "not_open_yet": "clock",
        "dossier_sent": "hourglass",
        "full_waiting_list": "list-ordered",
        "waiting": "list-ordered",
    }.get(code, "x")


def sentence(reason: Reason, option: OfferOption, child: ChildCard, year: str) -> str:
    """Return a reason as the family reads it: the fact, then what to do."""
    values = {
        "name": child.first_name,
        "of_name": of(child.first_name),
        "year": year,
        "ages": ages(option),
        "levels": ", ".join(option.levels),
        "detail": reason.detail,
        "rank": reason.number,
        "at": moment_words(reason.at) if reason.at else "",
        "day": day_words_short(local_day(reason.at)) if reason.at else "",
    }
    return str(SENTENCES.get(reason.code, OTHER)) % values


OTHER = _("Ce n’est pas possible pour l’instant. Contactez le service.")
SENTENCES = {
    "too_young": _("%(ages)s : %(name)s est trop jeune. L’inscription sera possible plus tard."),
    "too_old": _("%(ages)s : %(name)s n’a plus l’âge de cette activité. D’autres lui sont ouvertes."),
    "not_born": _("%(ages)s : la naissance %(of_name)s n’est pas encore déclarée."),
    "school_unknown": _("La classe %(of_name)s n’est pas connue. Inscrivez d’abord %(name)s à l’école."),
    "wrong_level": _("Réservée à ces classes : %(levels)s."),
    "wrong_school": _("Réservée aux élèves d’une autre école."),
    "not_resident": _("Réservée aux habitants de la commune. Vous venez d’arriver ? Signalez votre adresse."),
    "resident": _("Réservée aux familles qui n’habitent pas la commune."),
    "dossier_missing": _("Le dossier %(year)s %(of_name)s n’est pas encore validé par le service."),
    "dossier_sent": _(
        "Le service regarde le dossier %(year)s %(of_name)s. Préparez la demande : elle partira seule après."
    ),
    "document_missing": _("Une pièce n’est pas encore validée : %(detail)s."),
    "piece_overdue": _("Une pièce est attendue, sa date est passée : %(detail)s. Envoyez-la pour continuer."),
    "not_open_yet": _("Les inscriptions ouvrent le %(at)s."),
    "closed": _("Les inscriptions sont closes depuis le %(day)s. Contactez le service."),
    "unreadable": _("Les inscriptions sont fermées : un réglage est à corriger. Contactez le service."),
    "full": _("C’est complet, sans liste d’attente. Contactez le service."),
    "full_waiting_list": _("C’est complet pour l’instant : demandez à être sur la liste d’attente."),
    "waiting": _("%(name)s est sur la liste d’attente, au rang %(rank)s."),
    "already_enrolled": _("%(name)s est déjà inscrit à cette activité."),
    "by_service_only": _("Le service fait lui-même cette inscription : contactez-le."),
}
