"""Telling families that a service has closed, or opens after all."""

from datetime import datetime
from typing import Protocol, TypeVar

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
    """Post one mail to each household concerned; return how many are told. For the machine.

    It goes to the holder, or its next adult; of the children that are closed to that one, to another who may be told.
    Undone before it was told, families read nothing of it. Run again, it tells nobody twice.
    """
    closure = Closure.objects.filter(organisation_id=actor.organisation_id, pk=closure_id).first()
    if closure is None or (closure.undone_at is not None) != is_undone or (is_undone and closure.told_at is None):
        return 0
    told = 0
    for family_id in families_of(actor=actor, closure_id=closure_id):
        moments = closed_of_family(actor=actor, closure_id=closure_id, family_id=family_id, is_back=is_undone)
        for reader, mine in by_reader(actor=actor, family_id=family_id, moments=moments):
            _post(actor, closure, reader, mine, family_id=family_id, now=now)
            told += 1
    if not is_undone:
        Closure.objects.filter(pk=closure.pk, told_at=None).update(told_at=now)
    return told


def _post(
    actor: Actor, closure: Closure, reader: Account, moments: list[ClosedView], *, family_id: int, now: datetime
) -> None:
    days = span_words(sorted({each.on for each in moments}))
    is_undone = closure.undone_at is not None
    post_letter(
        organisation_id=actor.organisation_id,
        reader=reader,
        template="opened_again" if is_undone else "closed",
        subject=f"Finalement ouvert, {days}" if is_undone else f"Fermeture, {days}",
        key=f"closure-{closure.pk}-{family_id}-{reader.pk}{'-undone' if is_undone else ''}",
        now=now,
        route="family:home",
        words=closure.words,
        lines=_lines(actor, moments)[:MOST_LINES],
    )


class OfChild(Protocol):
    """A moment that is told to a family."""

    @property
    def child_id(self) -> int | None: ...


Told = TypeVar("Told", bound=OfChild)


def by_reader(*, actor: Actor, family_id: int, moments: list[Told]) -> list[tuple[Account, list[Told]]]:
    """Return who reads which moments: each once, by the first adult of the household who may be told of its child."""
    adults = Adult.objects.filter(
        organisation_id=actor.organisation_id, family_id=family_id, account__activated_at__isnull=False
    ).select_related("account")
    closed = {
        (account_id, child_id)
        for child_id in {each.child_id for each in moments if each.child_id}
        for account_id in closed_to(organisation_id=actor.organisation_id, child_id=child_id).values_list(
            "account_id", flat=True
        )
    }
    found, left = [], moments
    for adult in adults.order_by("-position", "pk"):
        mine = [each for each in left if (adult.account_id, each.child_id) not in closed]
        if mine and adult.account is not None:
            found.append((adult.account, mine))
            left = [each for each in left if each not in mine]
    return found


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
