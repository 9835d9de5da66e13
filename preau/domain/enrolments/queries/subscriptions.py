"""The « abonnement » of an enrolment: what it books, when, and what it might book."""

from dataclasses import dataclass
from datetime import date

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.catalogue.models import Offer, Unit
from preau.domain.enrolments.models import Subscription
from preau.domain.enrolments.queries.lists import EnrolmentLine, find_enrolment
from preau.domain.enrolments.rules import PatternLine, read_pattern


@dataclass(frozen=True, slots=True)
class PatternPeriod:
    """What is booked each week over [starts_on, ends_on)."""

    starts_on: date
    ends_on: date
    lines: tuple[PatternLine, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """One « abonnement »: its enrolment, its periods to come, the moments (weekday, code, name) to choose from."""

    enrolment: EnrolmentLine
    periods: tuple[PatternPeriod, ...]
    moments: tuple[tuple[int, str, str], ...]

    def pattern_on(self, day: date) -> tuple[PatternLine, ...]:
        """Return what is booked in the week of a day; nothing while it is suspended."""
        return next((each.lines for each in self.periods if each.starts_on <= day < each.ends_on), ())

    def name_of(self, code: str) -> str:
        """Return the name of a moment."""
        return next((name for _weekday, mine, name in self.moments if mine == code), code)


def subscription_of(*, actor: Actor, enrolment_id: int, on: date) -> SubscriptionView:
    """Return the « abonnement » of an enrolment, from a day on. Six queries at most.

    :raises NotFound: unknown, not the actor's, over, waiting, or of an offer without « abonnement ».
    """
    line = find_enrolment(actor=actor, enrolment_id=enrolment_id)
    here = {"organisation_id": actor.organisation_id}
    offer = Offer.objects.filter(**here, pk=line.offer_id, is_subscription=True).first()
    if offer is None or line.status != "active" or line.ends_on <= on:
        raise NotFound("subscription")
    rows = Subscription.objects.filter(**here, enrolment_id=enrolment_id, ends_on__gt=on).order_by("starts_on")
    booked = Offer.objects.get(**here, pk=offer.booked_offer_id)
    units = Unit.objects.filter(**here, offer=booked).order_by("position", "pk")
    return SubscriptionView(
        enrolment=line,
        periods=tuple(PatternPeriod(row.starts_on, row.ends_on, read_pattern(row.pattern)) for row in rows),
        moments=tuple(
            (weekday, unit.code, unit.name)
            for weekday in range(7)
            for unit in units
            if str(weekday) in (unit.weekdays or booked.weekdays)
        ),
    )
