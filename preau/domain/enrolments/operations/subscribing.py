"""« Abonnement » : a weekly pattern kept with an enrolment. The bookings it makes are acts of `procedures`."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Subscription
from preau.domain.enrolments.rules import PatternEmpty, PatternLine, write_pattern


@transaction.atomic
def subscribe(*, actor: Actor, enrolment_id: int, pattern: Iterable[PatternLine], starts_on: date) -> Subscription:
    """Keep the weekly pattern of an enrolment from a day to its end; a pattern before it stops that day (A08-08).

    :raises NotFound: no such current enrolment here.
    :raises PatternEmpty: no day at all.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    lines = write_pattern(pattern)
    if not lines:
        raise PatternEmpty
    row = (
        Enrolment.objects.select_for_update(of=("self",))
        .filter(organisation_id=actor.organisation_id, pk=enrolment_id)
        .exclude(status=EnrolmentStatus.ENDED)
        .first()
    )
    if row is None:
        raise NotFound("enrolment")
    start = min(max(starts_on, row.starts_on), row.ends_on)
    end_subscriptions(actor=actor, enrolment_id=enrolment_id, on=start)
    return Subscription.objects.create(
        organisation_id=actor.organisation_id,
        enrolment=row,
        pattern=lines,
        starts_on=start,
        ends_on=row.ends_on,
    )


@transaction.atomic
def rewrite(*, actor: Actor, enrolment_id: int, start: date, end: date, pattern: Iterable[PatternLine]) -> None:
    """Put a pattern, or none, in the place of those of an enrolment over [start, end); the rest of each stays.

    Reserved to the machine and to agents; the bookings are an act of `procedures`.

    :raises NotFound: no current enrolment here, or an empty period.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .filter(organisation_id=actor.organisation_id, pk=enrolment_id, status=EnrolmentStatus.ACTIVE)
        .first()
    )
    if enrolment is None or not start < end:
        raise NotFound("enrolment")
    rows = Subscription.objects.filter(organisation_id=actor.organisation_id, enrolment=enrolment)
    kept = []
    for row in rows.filter(starts_on__lt=end, ends_on__gt=start):
        kept += [(row.pattern, row.starts_on, start), (row.pattern, end, row.ends_on)]
        row.delete()
    kept.append((write_pattern(pattern), start, end))
    Subscription.objects.bulk_create(
        Subscription(
            organisation_id=actor.organisation_id, enrolment=enrolment, pattern=lines, starts_on=first, ends_on=after
        )
        for lines, first, after in kept
        if lines and first < after
    )


@transaction.atomic
def end_subscriptions(*, actor: Actor, enrolment_id: int, on: date) -> None:
    """Stop the patterns of an enrolment on a day, excluded; what they booked stays."""
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = Subscription.objects.filter(organisation_id=actor.organisation_id, enrolment_id=enrolment_id)
    for row in rows.filter(ends_on__gt=on):
        row.ends_on = max(row.starts_on, on)
        row.save(update_fields=["ends_on"])
