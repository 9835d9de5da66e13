"""Saying the quotient of a household, from a day on."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction

from preau.base import journal, typed
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.families.models import Family
from preau.domain.families.operations.dated import let_stand
from preau.domain.pricing.enums import Scheme
from preau.domain.pricing.models import HouseholdQuotient
from preau.domain.pricing.operations.incomes import MAX_SOURCE, IncomeStands
from preau.domain.pricing.queries.scales import READERS
from preau.domain.pricing.rules.grids import MOST_QUOTIENT


class QuotientInvalid(ValueError):
    """A quotient that cannot be: negative, too high, or good until a day before it begins."""


@transaction.atomic
def say_quotient(
    *,
    actor: Actor,
    family_id: int,
    value: Decimal | None,
    scheme: Scheme,
    until: date | None,
    source: str,
    starts_on: date,
    now: datetime,
) -> None:
    """Keep the quotient of a household from a day on: what stood before ends there, and past days keep it.

    :param value: two decimals at most; None: the household does not give it, the price without a quotient holds.
    :param until: last day on which it is good; None: until the next word.
    :raises NotFound: not a household of the collectivité; :raises NotAllowed: an agent whose roles do not price.
    :raises QuotientInvalid, IncomeStands: see each.
    """
    actor.require_role(*READERS)
    mine = Family.objects.filter(organisation_id=actor.organisation_id, pk=family_id)
    if not mine.select_for_update(no_key=True).exists():
        raise NotFound("family")
    if value is not None and not 0 <= value <= MOST_QUOTIENT:
        raise QuotientInvalid
    if until is not None and until < starts_on:
        raise QuotientInvalid
    rows = HouseholdQuotient.objects.filter(organisation_id=actor.organisation_id, family_id=family_id)
    if rows.filter(starts_on__gt=starts_on, starts_on__lte=now.astimezone(actor.zone).date()).exists():
        raise IncomeStands
    content = {
        "value": str(value.quantize(Decimal("0.01"))) if value is not None else None,
        "scheme": scheme.value,
        "until": until.isoformat() if until else None,
        "source": typed.clean(source)[:MAX_SOURCE],
    }
    fact = HouseholdQuotient(family_id=family_id, content=cast(Any, content))
    let_stand(actor=actor, fact=fact, among=rows, on=starts_on, now=now)
    journal.record(actor=actor, act="quotient.said", at=now, subject_type="family", subject_id=family_id)
