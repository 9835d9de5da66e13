"""Taking an absence back: the child comes after all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from preau.base import journal
from preau.base.actor import Actor
from preau.domain.absences.enums import Effect
from preau.domain.absences.models import Absence, AbsenceDay
from preau.domain.absences.operations.judging import recount
from preau.domain.absences.queries.enrolments import AttendedEnrolment, load_attended
from preau.domain.absences.queries.limits import cancel_limits
from preau.domain.absences.queries.moments import Moment, expected_moments
from preau.domain.accounts.enums import Role
from preau.domain.bookings.operations import OrderItem, change_bookings
from preau.domain.catalogue.rules import instant_of
from preau.domain.creche.operations import DayWish, book_days
from preau.domain.creche.queries.enrolments import hold_care
from preau.kernel.time_ranges import TimeRange


class NothingToTakeBack(Exception):
    """Each of these days has begun, or was taken back before."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back: the moments that are planned again, and those whose place is no more to be had."""

    kept: tuple[Moment, ...]
    lost: tuple[Moment, ...]
    rebooked: tuple[tuple[int, int], ...] = ()  # slot, booking


@transaction.atomic
def take_back(*, actor: Actor, absence_ids: Collection[int], now: datetime, reason: str = "") -> TakenBack:
    """Take back what has not begun yet of some absences; what was given back in time is booked again if it can be.

    :param reason: of an agent who corrects what is past, too; kept in the journal.
    :raises NotFound: an enrolment is not the actor's; :raises NothingToTakeBack: nothing is left of them.
    """
    if actor.is_staff:
        actor.require_role(Role.AGENT, Role.MANAGER)
    absences = Absence.objects.filter(organisation_id=actor.organisation_id, pk__in=absence_ids)
    enrolments = load_attended(actor=actor, enrolment_ids=set(absences.values_list("enrolment_id", flat=True)))
    cared = [pk for pk, each in enrolments.items() if each.is_by_hours]
    hold_care(actor=actor, enrolment_ids=cared, others=sorted(set(enrolments) - set(cared)))
    rows = AbsenceDay.objects.filter(organisation_id=actor.organisation_id, absence__in=absences, taken_back_at=None)
    rows = rows.select_related("booking").order_by("on", "starts_minute", "pk")
    is_correction = actor.is_staff and bool(reason.strip())
    days = [row for row in rows if is_correction or now < instant_of(row.on, row.starts_minute, actor.zone)]
    if not days:
        raise NothingToTakeBack
    again = [row for row in days if row.effect == Effect.FREED]
    rebooked, lost = _book_again(actor, again, now=now)
    gone = [row for row in days if row.pk not in lost]
    AbsenceDay.objects.filter(pk__in=[row.pk for row in gone]).update(taken_back_at=now)
    recount(
        actor=actor,
        enrolments=list(enrolments.values()),
        start=min(row.on for row in days),
        end=max(row.on for row in days) + timedelta(days=1),
    )
    for absence in absences:
        journal.record(
            actor=actor,
            act="absence.taken_back",
            at=now,
            subject_type="child",
            subject_id=absence.child_id,
            reason=" ".join(reason.split())[:240],
        )
    return TakenBack(
        tuple(_moment(row) for row in gone), tuple(_moment(row) for row in days if row.pk in lost), tuple(rebooked)
    )


def _book_again(actor: Actor, rows: Sequence[AbsenceDay], *, now: datetime) -> tuple[list[tuple[int, int]], set[int]]:
    """Take again what was given back; return the bookings made, and the rows whose place is no more to be had."""
    units = [row for row in rows if row.booking is not None]
    made: dict[tuple[int, int], int] = {}
    if units:
        made = dict(change_bookings(actor=actor, items=_items(units), now=now).bookings)
    lost = {row.pk for row in units if row.booking and (row.enrolment_id, row.booking.slot_id) not in made}
    hours = [row for row in rows if row.booking is None]
    if hours:
        lost |= _hours_again(actor, hours, now=now)
    return [(slot_id, booking_id) for (_pk, slot_id), booking_id in made.items()], lost


def _items(rows: Iterable[AbsenceDay]) -> list[OrderItem]:
    slots: dict[int, set[int]] = {}
    for row in rows:
        if row.booking is not None:
            slots.setdefault(row.enrolment_id, set()).add(row.booking.slot_id)
    return [OrderItem(pk, add=frozenset(ids)) for pk, ids in sorted(slots.items())]


def _hours_again(actor: Actor, rows: Sequence[AbsenceDay], *, now: datetime) -> set[int]:
    cared = load_attended(actor=actor, enrolment_ids={row.enrolment_id for row in rows})
    late = _too_late(actor, cared, rows, now=now)
    rows = [row for row in rows if row.pk not in late]
    if not rows:
        return late
    wanted = _held(actor, list(cared.values()), min(row.on for row in rows), max(row.on for row in rows))
    for row in rows:
        wanted.setdefault((row.enrolment_id, row.on), []).append(TimeRange(row.starts_minute, row.ends_minute))
    keys = {(row.enrolment_id, row.on) for row in rows}
    wishes = [DayWish(pk, on, tuple(sorted(set(wanted[pk, on])))) for pk, on in sorted(keys)]
    outcome = book_days(actor=actor, wishes=wishes, now=now, answers=True)
    refused = {each.wish.key for each in outcome.refused}
    return late | {row.pk for row in rows if (row.enrolment_id, row.on) in refused}


def _too_late(
    actor: Actor, cared: Mapping[int, AttendedEnrolment], rows: Sequence[AbsenceDay], *, now: datetime
) -> set[int]:
    """A family is held to the notice: what may no longer be given back is not taken again, on the same morning."""
    if actor.is_staff:
        return set()
    limits = cancel_limits(actor=actor, enrolments=cared, moments=[_moment(row) for row in rows])
    return {row.pk for row in rows if (limit := limits[_moment(row)]) is None or now >= limit}


def _held(
    actor: Actor, enrolments: Collection[AttendedEnrolment], first: date, last: date
) -> dict[tuple[int, date], list[TimeRange]]:
    found: dict[tuple[int, date], list[TimeRange]] = {}
    for moment in expected_moments(actor=actor, enrolments=enrolments, start=first, end=last + timedelta(days=1)):
        found.setdefault((moment.enrolment_id, moment.on), []).append(moment.hours)
    return found


def _moment(row: AbsenceDay) -> Moment:
    return Moment(row.enrolment_id, row.on, TimeRange(row.starts_minute, row.ends_minute), row.name)
