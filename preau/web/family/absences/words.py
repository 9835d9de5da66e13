"""What an absence changes, in words: before one validates, and on the page of the démarche."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from preau.domain.absences.enums import Effect, Fate, Why
from preau.domain.absences.operations.announcing import MomentPlan, Plan
from preau.domain.absences.queries.enrolments import AttendedEnrolment
from preau.domain.absences.queries.moments import MissedMoment
from preau.kernel.time_ranges import TimeRange


@dataclass(frozen=True, slots=True)
class Change:
    """Some days of one activity that share one fate. `ranks` are calendar days of the absence, from 1."""

    tone: str
    tag: str
    days: tuple[date, ...]
    what: str  # « Repas, Soir », « 09:00-17:00 »; "" for a whole day where nothing is booked
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """What changes for one child in one activity."""

    child: str
    hue: int
    place: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One moment with its fate in words: those that say the same are told together."""

    on: date
    what: str
    rank: int
    tone: str
    tag: str
    words: str


def parts_of_plan(plan: Plan) -> list[Part]:
    """Return, child after child, what announcing would change."""
    found = []
    for pk, enrolment in plan.enrolments.items():
        mine = [each for each in plan.moments if each.moment.enrolment_id == pk]
        pieces = [_piece_of_plan(each, enrolment) for each in mine]
        found.append(Part(enrolment.child, enrolment.hue, enrolment.place, _changes(pieces)))
    return found


def changes_of(moments: Iterable[MissedMoment]) -> list[Change]:
    """Return what the moments of an absence have become."""
    return _changes(
        [
            _Piece(each.on, _what(each.name, each.hours), each.rank, *_fate_words(each.effect, each.why))
            for each in moments
        ]
    )


def _piece_of_plan(each: MomentPlan, enrolment: AttendedEnrolment) -> _Piece:
    moment = each.moment
    what = _what(moment.name, moment.hours) if moment.is_booked else ""
    rank = each.judged.rank if each.judged else 0
    if each.fate is Fate.FREE:
        return _Piece(moment.on, what, 0, *_fate_words(Effect.FREED, Why.IN_TIME))
    if each.fate is Fate.SAID:
        return _Piece(moment.on, what, 0, "mute", _("Déjà signalé"), _("Vous n’avez rien à refaire."))
    if each.fate is Fate.TOO_LATE:
        words = _("Il est trop tard pour le signaler ici. Appelez la structure.")
        if enrolment.phone:
            words = _("Il est trop tard pour le signaler ici. Appelez la structure : %s.") % enrolment.phone
        return _Piece(moment.on, what, 0, "bad", _("Par téléphone"), words)
    if each.judged is None or each.proven is None:
        return _Piece(moment.on, what, 0, *_fate_words(Effect.NOTED, Why.UNBOOKED))
    if each.judged.effect is Effect.DUE and each.proven.effect is Effect.DEDUCTED:
        return _Piece(
            moment.on, what, rank, "warn", _("Dû sans justificatif"), _("Déduit dès que le justificatif est validé.")
        )
    return _Piece(moment.on, what, rank, *_fate_words(each.proven.effect, each.proven.why))


def _what(name: str, hours: TimeRange) -> str:
    return name or (hours.words() if hours.minutes < 24 * 60 else "")


def _fate_words(effect: str, why: str) -> tuple[str, str, str]:
    """The tone, the tag and the sentence of what a moment has become."""
    if effect == Effect.FREED:
        return "ok", _("Annulé à temps"), _("Rien n’est dû, la place est rendue.")
    if effect == Effect.NOTED:
        return "info", _("Noté"), _("Rien n’était à payer : l’équipe est prévenue.")
    if effect == Effect.DEDUCTED:
        return "ok", _("Déduit"), _("Justificatif validé.") if why == Why.PROVEN else _("Ce motif suffit.")
    return "warn", _("Dû"), _due_words(why)


def _due_words(why: str) -> str:
    match why:
        case Why.WAITING:
            return _("Délai de carence : ces jours restent dus, même avec un justificatif.")
        case Why.NOT_DEDUCTED:
            return _("Le délai d’annulation est passé, et ce motif ne déduit rien.")
        case Why.PROOF_AWAITED:
            return _("Le justificatif n’est pas encore arrivé.")
        case Why.PROOF_RECEIVED:
            return _("Le service n’a pas encore répondu.")
        case Why.PROOF_REFUSED:
            return _("Le justificatif n’a pas été accepté.")
        case Why.PROOF_MISSED:
            return _("Le justificatif n’est pas arrivé à temps.")
        case Why.BEYOND:
            return _("Au-delà du nombre de jours que le règlement déduit.")
        case _other:
            return _("Le délai d’annulation est passé, et le règlement ne prévoit rien pour ce motif.")


def _changes(pieces: Sequence[_Piece]) -> list[Change]:
    """The same fate told once, its days in order, the moments of a day together."""
    days: dict[tuple[str, str, str], dict[date, list[_Piece]]] = {}
    for each in pieces:
        days.setdefault((each.tone, each.tag, each.words), {}).setdefault(each.on, []).append(each)
    found = []
    for (tone, tag, words), of_day in days.items():
        by_what: dict[str, list[date]] = {}
        for on, same in sorted(of_day.items()):
            by_what.setdefault(", ".join(dict.fromkeys(each.what for each in same if each.what)), []).append(on)
        ranks = [each.rank for same in of_day.values() for each in same if each.rank]
        for what, ons in by_what.items():
            found.append(Change(tone, tag, tuple(ons), what, _with_ranks(words, ranks)))
    return sorted(found, key=lambda each: each.days)


def _with_ranks(words: str, ranks: Sequence[int]) -> str:
    """« Jours 1 à 3 : … », when the rank in the absence says something: a single first day says nothing."""
    if not ranks or max(ranks) == 1:
        return words
    first, last = min(ranks), max(ranks)
    if first == last:
        return _("Jour %(first)s de l’absence. %(words)s") % {"first": first, "words": words}
    return _("Jours %(first)s à %(last)s de l’absence. %(words)s") % {"first": first, "last": last, "words": words}


def count_words(count: int) -> str:
    """« 2 absences sont déjà signalées » is said with a number that agrees."""
    return ngettext("%s jour de nouveau prévu", "%s jours de nouveau prévus", count) % count
