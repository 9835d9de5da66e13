"""What changed in a request since its récapitulatif was read: « Valider » takes what was read, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from preau.base.actor import Actor
from preau.domain.bookings.operations import MAX_WISHES
from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.domain.bookings.queries.week import name_moments
from preau.web.family.bookings.forms import Tampered, read_shown
from preau.web.ui.templatetags.fr import day_words_short

Basket = Mapping[int, Mapping[int, bool]]  # enrolment id → slot id → wanted


@dataclass(frozen=True, slots=True)
class Change:
    """Days of one child and activity that came into the request, or left it."""

    label: str
    place: str
    days: list[str]


def write_shown(basket: Basket) -> str:
    """Return what the récapitulatif shows, as its page sends it back: « 12-3456:1 12-3457:0 »."""
    return " ".join(
        f"{enrolment_id}-{slot_id}:{int(wanted)}"
        for enrolment_id, wishes in sorted(basket.items())
        for slot_id, wanted in sorted(wishes.items())
    )


def changes_since(
    *, actor: Actor, shown: str, basket: Basket, enrolments: Mapping[int, BookableEnrolment]
) -> list[Change]:
    """Return what changed since a page was shown, in words. One query; nothing when the page cannot be read.

    :param enrolments: those that the actor may book; what is said of others is left out.
    """
    try:
        before = read_shown(shown, at_most=MAX_WISHES)
    except Tampered:
        return []
    was, now = _flat(before), _flat(basket)
    moments = name_moments(actor=actor, slot_ids={slot_id for (_each, slot_id, _want) in was ^ now})
    groups: dict[tuple[str, int], list[tuple[object, str]]] = {}
    for enrolment_id, slot_id, wanted in was ^ now:
        if enrolment_id in enrolments and slot_id in moments:
            on, name = moments[slot_id]
            label = _label(wanted=wanted, is_new=(enrolment_id, slot_id, wanted) in now)
            groups.setdefault((label, enrolment_id), []).append((on, f"{day_words_short(on)} ({name})"))
    return [
        Change(label, _place(enrolments[enrolment_id]), [words for _on, words in sorted(days)])
        for (label, enrolment_id), days in sorted(groups.items())
    ]


def _flat(basket: Basket) -> set[tuple[int, int, bool]]:
    return {(each, slot, bool(want)) for each, wishes in basket.items() for slot, want in wishes.items()}


def _label(*, wanted: bool, is_new: bool) -> str:
    if is_new:
        return _("Ajout demandé depuis") if wanted else _("Retrait demandé depuis")
    return _("Ajout qui n’est plus demandé") if wanted else _("Retrait qui n’est plus demandé")


def _place(row: BookableEnrolment) -> str:
    if not row.participant:
        return row.activity
    return pgettext("child and activity", "%(who)s, %(what)s") % {"who": row.participant, "what": row.activity}
