"""What agents read of the state of a contract, of terms that cannot be, of acts that cannot be done."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preau.domain.contracts.enums import VersionState
from preau.domain.contracts.rules.acts import ContractFact, NoticeShort
from preau.domain.contracts.rules.terms import TermsInvalid
from preau.kernel.french_dates import WEEKDAYS, jj_mm_aaaa

# State → what is said of it, tone of its badge, icon.
STATES: dict[str, tuple[str | Promise, str, str]] = {
    VersionState.DRAFT: (gettext_lazy("Brouillon"), "mute", "pen-line"),
    VersionState.TO_SIGN: (gettext_lazy("Attend les parents"), "wait", "hourglass"),
    VersionState.TO_COUNTERSIGN: (gettext_lazy("À signer par vous"), "warn", "signature"),
    VersionState.ACTIVE: (gettext_lazy("Signé par tous"), "ok", "check"),
    VersionState.REFUSED: (gettext_lazy("Refusé par un parent"), "bad", "x"),
    VersionState.EXPIRED: (gettext_lazy("Pas signé à temps"), "bad", "clock"),
    VersionState.WITHDRAWN: (gettext_lazy("Retiré"), "mute", "ban"),
    VersionState.REPLACED: (gettext_lazy("Remplacé par un avenant"), "mute", "file-text"),
    VersionState.ENDED: (gettext_lazy("Terminé"), "mute", "check"),
}

REFUSALS: dict[str, str | Promise] = {
    "not_regular": gettext_lazy("Cet accueil n’a pas de contrat : il est occasionnel ou d’urgence."),
    "overlaps": gettext_lazy("Cet enfant a déjà un contrat ici sur une partie de cette période. Ouvrez-le."),
    "version_open": gettext_lazy("Une autre version est en cours : terminez-la, ou retirez-la."),
    "frozen": gettext_lazy("Cette version est partie : elle ne change plus. Retirez-la, puis écrivez-en une autre."),
    "draft_changed": gettext_lazy("Une autre personne a changé ce brouillon. Relisez-le, puis enregistrez."),
    "not_in_force": gettext_lazy("Aucune version n’est en cours : rien à modifier ni à terminer."),
    "amendment_outside": gettext_lazy("L’avenant commence après le premier jour du contrat, et avant sa fin."),
    "no_signer": gettext_lazy(
        "Aucun adulte du foyer n’exerce l’autorité parentale : notez-la sur la fiche de l’enfant."
    ),
    "not_to_sign": gettext_lazy("Cette version n’attend plus de signature : rechargez la page."),
    "too_late": gettext_lazy("Le délai pour signer est passé. Écrivez une nouvelle version."),
    "already_signed": gettext_lazy("Cette signature est déjà là."),
    "words_missing": gettext_lazy("Dites pourquoi : la famille lit ce motif."),
    "nothing_chosen": gettext_lazy("Cochez au moins une signature portée par le papier."),
    "end_outside": gettext_lazy("La fin est après le premier jour de la version en cours, et avant son terme."),
}

OBJECTION = gettext_lazy("Une opposition écrite est enregistrée pour cet enfant : rien ne peut être engagé.")

TERMS: dict[str, str | Promise] = {
    "empty_period": gettext_lazy("Le contrat dure au moins un jour."),
    "too_long": gettext_lazy("Le contrat dure quatre ans au plus."),
    "no_hours": gettext_lazy("Écrivez les heures d’au moins un jour."),
    "agreed_hours": gettext_lazy("Écrivez les heures convenues : les jours sont annoncés plus tard."),
    "weeks_of_care": gettext_lazy("Il y a plus de semaines d’accueil que de semaines dans le contrat."),
    "holidays": gettext_lazy("Trente périodes de congés au plus, et 200 jours à annoncer."),
    "holidays_outside": gettext_lazy("Des congés sont hors de la période du contrat."),
    "settling": gettext_lazy("L’adaptation dure 31 jours au plus, dans le contrat, et finit avant son dernier jour."),
    "hours": gettext_lazy("Des plages se chevauchent, ou finissent avant de commencer."),
    "outside_enrolment": gettext_lazy("Le contrat dépasse la période d’inscription de l’enfant."),
    "settling_hours": gettext_lazy("Un jour d’adaptation est hors des heures d’ouverture."),
}
OF_DAY: dict[str, str | Promise] = {
    "closed_weekday": gettext_lazy("%s : la structure n’accueille pas ce jour-là."),
    "hours_end_before_start": gettext_lazy("%s : la fin est avant le début."),
    "hours_outside": gettext_lazy("%s : hors des heures d’ouverture."),
    "hours_overlap": gettext_lazy("%s : deux plages se chevauchent."),
    "hours_off_step": gettext_lazy("%s : ces heures ne suivent pas le pas de l’accueil."),
    "hours_too_short": gettext_lazy("%s : la plage est trop courte."),
    "hours_too_long": gettext_lazy("%s : la plage est trop longue."),
    "hours_too_many": gettext_lazy("%s : trop de plages."),
}
MISSED: dict[str, str | Promise] = {
    "no_room": gettext_lazy("plus de place"),
    "changed": gettext_lazy("jour changé à part, laissé tel quel"),
    "held_elsewhere": gettext_lazy("déjà attendu par une autre inscription"),
}


def sentence(fact: ContractFact) -> str:
    """Return the agents' words for a fact."""
    if isinstance(fact, NoticeShort):
        words = _("Le préavis court jusqu’au %s. Choisissez une fin après, ou cochez l’accord.")
        return words % jj_mm_aaaa(fact.earliest)
    return str(REFUSALS.get(fact.code, _("Ce n’est pas possible : rechargez la page.")))


def problem(invalid: TermsInvalid) -> str:
    """Return what is wrong with terms, and what to do."""
    if invalid.code in OF_DAY:
        day = str(invalid).rpartition(" ")[2]
        name = WEEKDAYS[int(day)].capitalize() if day.isdigit() else ""
        return str(OF_DAY[invalid.code]) % name
    return str(TERMS.get(invalid.code, _("Ces termes ne peuvent pas être gardés. Vérifiez chaque ligne.")))


def missed(why: str) -> str:
    """Return why a day is not in the planning."""
    return str(MISSED.get(why, _("refusé par le planning")))
