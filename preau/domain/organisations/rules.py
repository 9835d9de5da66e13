"""Labels of a collectivité, and slugs that may not be taken."""

import re
from collections.abc import Mapping

# One internal code per thing; each collectivité may say it with its own words (A28-06).
DEFAULT_LABELS: Mapping[str, str] = {
    "home": "Mon accueil",
    "space": "Mon espace",
    "space_name": "espace citoyens",
    "login_box": "Mon espace perso",
    "dashboard": "Mon tableau de bord",
    "family": "Ma famille",
    "bookings": "Modifier les réservations",
    "enrolments": "Créer une inscription",
    "absence": "Signaler une absence",
    "latest_procedures": "Dernières demandes",
    "tariffs": "Tarifs",
    "simulation": "Simulation des tarifs",
    "planning": "Calendrier des inscriptions",
    "see_planning": "Voir le calendrier",
    # States of the planning (A18-04, A25-28), one letter then the words: « P Présent ».
    "plan_reserved": "R Réservée",
    "plan_present": "P Présent",
    "plan_absent": "A Absence",
    "plan_excused": "E Absence excusée",
    "plan_cancelled": "X Annulée",
    "plan_outing": "S Sortie scolaire",
    "plan_waiting": "L Sur liste d’attente",
    "plan_not_enrolled": "- Non inscrit",
    "plan_to_validate": "V À valider",
    "plan_surcharge": "M Majoration",
    "plan_closed": "F Fermé",
    "details": "Coordonnées",
    "department": "Enfance",
    "sign_up": "Créer mon espace",
    "forgot_password": "J’ai oublié mon mot de passe",
}

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
RESERVED_SLUGS = frozenset({"sante", "demo", "admin", "static", "api", "media", "robots", "favicon", "preau"})


MAX_LABEL = 60


TERRITORY = re.compile(r"[0-9]{5}( \S[^,;]*)?")


class UnknownLabel(Exception):
    """A word that no screen says, or that is not a short text."""


class SlugReserved(Exception):
    """This address belongs to the installation."""


class SlugTaken(Exception):
    """Another collectivité has this address."""


def labels_of(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return every label, with the collectivité's own words where it has some."""
    return {code: overrides.get(code) or text for code, text in DEFAULT_LABELS.items()}


def check_labels(overrides: object) -> None:
    """Refuse words of a collectivité that no screen would say: a mistyped code would be dropped without a word.

    :raises UnknownLabel: not a mapping, a code that is not in DEFAULT_LABELS, or a text above MAX_LABEL signs.
    """
    if not isinstance(overrides, Mapping):
        raise UnknownLabel(str(overrides)[:MAX_LABEL])
    for code, text in overrides.items():
        if code not in DEFAULT_LABELS or not isinstance(text, str) or len(text) > MAX_LABEL:
            raise UnknownLabel(f"{code} ; {', '.join(DEFAULT_LABELS)}")


def check_slug(slug: str) -> str:
    """Return the slug when a collectivité may take it: lower case letters, digits and hyphens.

    :raises SlugReserved: it collides with an address of the installation (DESIGN §4).
    """
    if slug in RESERVED_SLUGS or not SLUG.fullmatch(slug):
        raise SlugReserved(slug)
    return slug


class UnknownPlace(ValueError):
    """A commune of the territory that is not a postcode, alone or with a name."""


def check_territory(value: object) -> None:
    """Check the communes of a collectivité, each « 99140 » or « 99140 Saint-Loup ».

    :raises UnknownPlace: a place that is not written so.
    """
    if not isinstance(value, list):
        raise UnknownPlace(value)
    for each in value:
        if not isinstance(each, str) or not TERRITORY.fullmatch(each):
            raise UnknownPlace(each)
