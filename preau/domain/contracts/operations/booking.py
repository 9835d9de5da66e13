"""The days of a signed contract become the bookings of the child."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotAllowed, NotFound
from preau.domain.contracts.enums import VersionKind, VersionState
from preau.domain.contracts.models import CareContract, ContractVersion, UnbookedDay
from preau.domain.contracts.queries.quotes import announced_of, open_days
from preau.domain.contracts.rules.acts import to_write
from preau.domain.contracts.rules.terms import Terms, parse_terms, planned_days
from preau.domain.creche.operations import DayWish, book_days
from preau.domain.creche.queries.enrolments import CareEnrolment, hold_care, known_care
from preau.domain.creche.queries.sheets import held_by, ranges_by_day
from preau.kernel.periods import Period
from preau.kernel.time_ranges import Ranges, TimeRange, write_ranges

CHANGED = "changed"  # a day that somebody changed by itself since it was planned
ELSEWHERE = "held_elsewhere"
NO_ENROLMENT = "not_enrolled"
AT_ONCE = 500


def book_version(*, actor: Actor, version_id: int, now: datetime) -> int:
    """Put the days of a version in force in the planning; return how many are held by this act. For the machine.

    One transaction: killed, it leaves nothing, and is run again. Run again once done, it does nothing. Days that have
    no room, and those that somebody changed by itself since, are kept apart for agents (`UnbookedDay`).

    :raises NotFound: no such version in force; :raises NotAllowed: the actor is a person.
    """
    if not actor.is_system:
        raise NotAllowed("book_version")
    with transaction.atomic():
        row = _held(actor, version_id)
        if row.booked_at is not None:
            return 0
        count = _book(actor, row, now=now)
        ContractVersion.objects.filter(pk=row.pk).update(booked_at=now)
    return count


def unbooked_versions(*, organisation_id: int) -> list[int]:
    """Return the versions in force whose days are not in the planning yet: a task was lost. One query."""
    rows = ContractVersion.objects.filter(
        organisation_id=organisation_id, state=VersionState.ACTIVE, booked_at__isnull=True
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _held(actor: Actor, version_id: int) -> ContractVersion:
    found = ContractVersion.objects.filter(
        organisation_id=actor.organisation_id, pk=version_id, state=VersionState.ACTIVE
    )
    contract_id = found.values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotFound("version")
    list(CareContract.objects.select_for_update(no_key=True).filter(pk=contract_id).values_list("pk"))
    row = found.select_related("contract").first()
    if row is None:
        raise NotFound("version")
    hold_care(actor=actor, enrolment_ids=[row.contract.enrolment_id])
    return row


def _book(actor: Actor, row: ContractVersion, *, now: datetime) -> int:
    enrolment_id = row.contract.enrolment_id
    enrolment = known_care(actor=actor, enrolment_ids=[enrolment_id]).get(enrolment_id)
    if enrolment is None:
        return 0  # it ended since: agents read it on the contract
    terms, before = parse_terms(row.terms), _replaced(row)
    period = _period(terms, before)
    planned, replaced = _plans(actor, row, enrolment, (terms, before), now=now)
    UnbookedDay.objects.filter(version=row).delete()
    written, missed = put_days(
        actor=actor, enrolment=enrolment, planned=planned, replaced=replaced, period=period, now=now
    )
    keep_missed(row=row, missed=missed)
    journal.record(
        actor=actor,
        act="contract.booked",
        at=now,
        subject_type="child",
        subject_id=enrolment.child_id,
        days=written,
        missed=len(missed),
    )
    return written


Missed = dict[date, tuple[Ranges, str]]


def put_days(
    *,
    actor: Actor,
    enrolment: CareEnrolment,
    planned: Mapping[date, Ranges],
    replaced: Mapping[date, Ranges],
    period: Period,
    now: datetime,
) -> tuple[int, Missed]:
    """Put planned hours in the place of others, in the caller's transaction, which holds the enrolment.

    :return: how many days were written, and those that could not be, with why.
    """
    enrolment_id = enrolment.enrolment_id
    held = held_by(actor=actor, child_ids={enrolment.child_id}, start=period.start, end=period.end)
    mine = {on: ranges for (pk, on), ranges in ranges_by_day(expected=held).items() if pk == enrolment_id}
    others: dict[date, list[TimeRange]] = {}
    for each in held:
        if each.enrolment_id != enrolment_id:
            others.setdefault(each.on, []).append(each.hours)
    writes, changed = to_write(planned, replaced=replaced, held=mine, days=set(planned) | set(replaced))
    missed: Missed = {day: (ranges, CHANGED) for day, ranges in changed.items()}
    for day, ranges in list(writes.items()):
        if any(each.meets(other) for each in ranges for other in others.get(day, ())):
            missed[day] = (writes.pop(day), ELSEWHERE)
    wishes = [DayWish(enrolment_id, day, ranges) for day, ranges in writes.items()]
    outcome = book_days(actor=actor, wishes=wishes, now=now)
    for refused in outcome.refused:
        missed[refused.wish.on] = (refused.wish.ranges, refused.fact.code)
    return len(outcome.granted), missed


def _plans(
    actor: Actor,
    row: ContractVersion,
    enrolment: CareEnrolment,
    both: tuple[Terms, Terms | None],
    *,
    now: datetime,
) -> tuple[dict[date, Ranges], dict[date, Ranges]]:
    """The hours of each day of the version, and of the one that it replaces, from its first day on."""
    terms, before = both
    period = _period(terms, before)
    opened = open_days(
        organisation_id=actor.organisation_id, zone=actor.time_zone, enrolments=[enrolment], period=period, now=now
    )[enrolment.enrolment_id]
    announced = announced_of(organisation_id=actor.organisation_id, contract_ids=[row.contract_id]).get(
        row.contract_id, {}
    )
    stands = Period(period.start, max(period.start, row.stood_until or period.end))  # it may have ended meanwhile
    planned = planned_days(terms, within=stands, is_open=opened.__contains__, announced=announced)
    if before is None:
        return planned, {}
    replaced = planned_days(before, within=period, is_open=opened.__contains__, announced=announced)
    return planned, replaced | dict.fromkeys(_without_room(row), ())


def _period(terms: Terms, before: Terms | None) -> Period:
    """The days that a version decides on: its own, and those that the version before would have had after it."""
    return Period(terms.period.start, max(terms.period.end, before.period.end if before else terms.period.end))


def _replaced(row: ContractVersion) -> Terms | None:
    if row.kind != VersionKind.AMENDMENT:
        return None
    rows = row.contract.versions.filter(state=VersionState.REPLACED, rank__lt=row.rank).order_by("-rank")
    before = rows.first()
    return parse_terms(before.terms) if before else None


def _without_room(row: ContractVersion) -> list[date]:
    """Days of the versions before that never had room: nothing stands there that an amendment could respect."""
    rows = UnbookedDay.objects.filter(version__contract_id=row.contract_id, version__rank__lt=row.rank)
    return list(rows.exclude(why=CHANGED).values_list("on", flat=True))


def keep_missed(*, row: ContractVersion, missed: Missed) -> None:
    """Keep the days of a version that are not in the planning, for agents; those kept of the same days go."""
    UnbookedDay.objects.filter(version=row, on__in=missed.keys()).delete()
    UnbookedDay.objects.bulk_create(
        [
            UnbookedDay(organisation_id=row.organisation_id, version=row, on=day, ranges=write_ranges(ranges), why=why)
            for day, (ranges, why) in sorted(missed.items())
        ],
        batch_size=AT_ONCE,
    )
