"""Telling families that a service has closed, or opens after all."""

from datetime import datetime

from preau.base.actor import Actor
from preau.domain.absences.models import Closure
from preau.domain.absences.queries.closures import ClosedView, closed_of_family, families_of
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.families.models import Adult, Child
from preau.domain.families.queries.custody import closed_to
from preau.kernel.french_dates import day_words, span_words

MOST_LINES = 40


def tell_families(*, actor: Actor, closure_id: int, is_undone: bool, now: datetime) -> int:
    """Post one mail to each household concerned, to its holder or its next adult; return how many. For the machine."""
    closure = Closure.objects.filter(organisation_id=actor.organisation_id, pk=closure_id).first()
    if closure is None or (closure.undone_at is not None) != is_undone:
        return 0  # undone before it was told: families read nothing of it
    told = 0
    for family_id in families_of(actor=actor, closure_id=closure_id):
        moments = closed_of_family(actor=actor, closure_id=closure_id, family_id=family_id)
        reader = _reader(actor, family_id, {each.child_id for each in moments if each.child_id})
        if reader is None or not moments:
            continue
        days = sorted({each.on for each in moments})
        post_letter(
            organisation_id=actor.organisation_id,
            reader=reader,
            template="opened_again" if is_undone else "closed",
            subject=f"Finalement ouvert, {span_words(days)}" if is_undone else f"Fermeture, {span_words(days)}",
            key=f"closure-{closure_id}-{family_id}{'-undone' if is_undone else ''}",
            now=now,
            route="family:home",
            words=closure.words,
            lines=_lines(actor, moments)[:MOST_LINES],
        )
        told += 1
    return told


def _reader(actor: Actor, family_id: int, child_ids: set[int]) -> Account | None:
    """The holder of a household, else its next adult, who may be told of each of these children."""
    adults = Adult.objects.filter(
        organisation_id=actor.organisation_id, family_id=family_id, account__activated_at__isnull=False
    ).select_related("account")
    closed = {
        account_id
        for child_id in child_ids
        for account_id in closed_to(organisation_id=actor.organisation_id, child_id=child_id)
    }
    holder = adults.exclude(account_id__in=closed).order_by("-position", "pk").first()
    return holder.account if holder else None


def _lines(actor: Actor, moments: list[ClosedView]) -> list[dict[str, str]]:
    """A line per day and child, with its moments."""
    ids = {each.child_id for each in moments if each.child_id}
    names = dict(
        Child.objects.filter(organisation_id=actor.organisation_id, pk__in=ids).values_list("pk", "first_name")
    )
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in moments:
        key = (day_words(each.on), names.get(each.child_id or 0, ""), each.activity)
        found.setdefault(key, []).append(each.name)
    return [
        {"day": day, "child": child, "activity": activity, "moments": ", ".join(filter(None, dict.fromkeys(units)))}
        for (day, child, activity), units in found.items()
    ]
