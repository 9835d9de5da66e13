"""Saying what a household lives on, from a day on."""

from datetime import date, datetime
from typing import Any, cast

from django.db import transaction

from preau.base import journal, typed
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.families.models import Family
from preau.domain.families.operations.dated import let_stand
from preau.domain.pricing.models import HouseholdIncome
from preau.domain.pricing.queries.scales import READERS
from preau.domain.pricing.rules.psu import MOST_CENTS, MOST_CHILDREN, Income

MAX_SOURCE = 120


class IncomeInvalid(ValueError):
    """Resources, children or AEEH that cannot be: negative, too high, more AEEH than children."""


class IncomeStands(Exception):
    """Something later has already begun to count: what past days were priced by is not written again."""


@transaction.atomic
def say_income(*, actor: Actor, family_id: int, income: Income, source: str, starts_on: date, now: datetime) -> None:
    """Keep what a household lives on from a day on: what stood before ends there.

    Past days keep what was known of them: a bill reads the fact of the day of care.

    :param source: where it was read: « avis d’imposition 2025 », « CDAP, 3 janvier ».
    :raises NotFound: not a household of the collectivité; :raises NotAllowed: an agent whose roles do not price.
    :raises IncomeInvalid, IncomeStands: see each.
    """
    actor.require_role(*READERS)
    if (
        not Family.objects.select_for_update(no_key=True)
        .filter(organisation_id=actor.organisation_id, pk=family_id)
        .exists()
    ):
        raise NotFound("family")
    _check(income)
    rows = HouseholdIncome.objects.filter(organisation_id=actor.organisation_id, family_id=family_id)
    if rows.filter(starts_on__gt=starts_on, starts_on__lte=now.astimezone(actor.zone).date()).exists():
        raise IncomeStands
    fact = HouseholdIncome(
        family_id=family_id,
        content=cast(
            Any,
            {
                "basis": income.basis.value,
                "annual_cents": income.annual_cents,
                "children": income.children,
                "aeeh": income.aeeh,
                "source": typed.clean(source)[:MAX_SOURCE],
            },
        ),
    )
    let_stand(actor=actor, fact=fact, among=rows, on=starts_on, now=now)
    journal.record(actor=actor, act="income.said", at=now, subject_type="family", subject_id=family_id)


def journal_reading(*, actor: Actor, family_id: int, now: datetime) -> None:
    """Write down that an agent was shown what a household lives on."""
    if actor.is_staff:
        journal.record(actor=actor, act="income.read", at=now, subject_type="family", subject_id=family_id)


def _check(income: Income) -> None:
    is_known = income.annual_cents is None or 0 <= income.annual_cents <= MOST_CENTS
    if not is_known or not 1 <= income.children <= MOST_CHILDREN or not 0 <= income.aeeh <= income.children:
        raise IncomeInvalid
