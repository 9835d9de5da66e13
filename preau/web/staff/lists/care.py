"""What to know of a child before it is welcomed, in words short enough for a line: what to do, never why."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preau.base.actor import Actor
from preau.domain.enrolments.queries.files import visible_children
from preau.domain.families.queries.children import ChildFlags, flags_of_children

READERS = ("agent", "manager", "site_staff")
DIETS = {
    "no_pork": gettext_lazy("Sans porc"),
    "no_meat": gettext_lazy("Sans viande"),
    "vegetarian": gettext_lazy("Végétarien"),
    "packed": gettext_lazy("Repas fourni"),
}


@dataclass(frozen=True, slots=True)
class Care:
    """Whose sheets this person opens; those to read before the service; the words of each line, by child."""

    opened: Collection[int] = frozenset()
    to_read: Collection[int] = frozenset()
    words: dict[int, str] = field(default_factory=dict)


def care_of(*, actor: Actor, child_ids: Collection[int], on: date) -> Care:
    """Return what this person may know of the children of a list; nothing for who opens no sheet. Three queries."""
    if not child_ids or not actor.has_role(*READERS):
        return Care()
    opened = visible_children(actor=actor, child_ids=child_ids, on=on)
    flags = flags_of_children(actor=actor, child_ids=opened, on=on)
    return Care(
        opened=opened,
        to_read=frozenset(pk for pk, each in flags.items() if each.must_be_read),
        words={pk: words for pk, each in flags.items() if (words := ", ".join(_words(each)))},
    )


def _words(flags: ChildFlags) -> list[str]:
    pai = {"signed": _("PAI"), "expired": _("PAI expiré"), "asked": _("PAI demandé")}
    found = [
        _("Personne interdite") if flags.has_forbidden else "",
        pai.get(flags.pai, ""),
        _("Allergie ou traitement") if flags.has_care else "",
        str(DIETS.get(flags.diet, "")),
    ]
    return [word for word in found if word]
