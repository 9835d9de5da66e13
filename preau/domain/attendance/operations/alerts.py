"""Telling families the same day what they did not expect: a child who does not arrive, did not come, came unbooked."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from preau.base.actor import Actor
from preau.domain.absences.operations.telling import by_reader
from preau.domain.absences.queries.moments import missed_starts
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.attendance.enums import Seen
from preau.domain.attendance.models import Presence
from preau.domain.attendance.queries.alerts import Waited, late_children, unexpected
from preau.domain.attendance.rules import local_minute
from preau.domain.bookings.enums import BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.families.queries.children import homes_in_charge
from preau.kernel.french_dates import day_words, hour_words

A_DAY = timedelta(days=1)
SETTLES = timedelta(minutes=20)  # a tap that is undone at once is told to nobody


@transaction.atomic
def tell_families(*, actor: Actor, now: datetime) -> int:
    """Post a mail to each household of what was pointed today and not expected; return how many. For the machine.

    A child expected, not announced absent, and absent; a child there without having booked; a child who is not pointed
    once its activity waits no longer, where the others are. Once for each moment, when nobody has touched it for
    `SETTLES`; what two tablets contradict waits until somebody has looked, and what was put right since is told to
    nobody. The presences are held: two runs, or a tap meanwhile, wait for each other.
    """
    on = now.astimezone(actor.zone).date()
    rows = _to_tell(actor, on, now)
    by_family: dict[int, list[Presence]] = {}
    for row in rows:
        for family_id in _families(actor, row):
            by_family.setdefault(family_id, []).append(row)
    told = 0
    for family_id, mine in sorted(by_family.items()):
        for reader, moments in by_reader(actor=actor, family_id=family_id, moments=mine):
            _post(actor, reader, moments, on=on, now=now)
            told += 1
    Presence.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    return told


def _to_tell(actor: Actor, on: date, now: datetime) -> list[Presence]:
    late = _late(actor, on, minute=local_minute(now, zone=actor.zone))
    ids = {*late, *_unexpected(actor, on, now).values_list("pk", flat=True)}
    held = Presence.objects.filter(pk__in=ids, told_at=None).order_by("pk").select_for_update(of=("self",))
    rows = list(held.select_related("child", "activity", "site", "enrolment"))
    missed = missed_starts(actor=actor, start=on, end=on + A_DAY) if rows else frozenset()
    booked = _planned_now(actor, on, {row.child_id for row in rows if not row.is_expected})
    return [row for row in rows if _is_still_so(row, late, missed, booked)]


def _is_still_so(row: Presence, late: Collection[int], missed: Collection[Any], booked: Collection[Any]) -> bool:
    if row.seen == Seen.WAITED:
        return row.pk in late
    if row.seen == Seen.ABSENT:
        return (row.enrolment_id, row.on, row.starts_minute) not in missed
    return not row.is_expected and not any(
        child_id == row.child_id and starts < row.ends_minute and row.starts_minute < ends
        for child_id, starts, ends in booked
    )


def _planned_now(actor: Actor, on: date, child_ids: Collection[int]) -> list[tuple[int, int, int]]:
    """(child, start, end) of what was booked for children, perhaps since they came. Two queries."""
    if not child_ids:
        return []
    here: dict[str, Any] = {"organisation_id": actor.organisation_id, "on": on, "child_id__in": child_ids}
    unit = "slot__unit"
    booked = Booking.objects.filter(**here, status=BookingStatus.BOOKED)
    ranges = CareRange.objects.filter(**here, status=RangeStatus.BOOKED)
    return [
        *booked.values_list("child_id", f"{unit}__starts_minute", f"{unit}__ends_minute"),
        *ranges.values_list("child_id", "starts_minute", "ends_minute"),
    ]


def _unexpected(actor: Actor, on: date, now: datetime) -> QuerySet[Presence]:
    rows = unexpected(actor=actor, on=on)
    return rows.filter(told_at=None, has_conflict=False, updated_at__lte=now - SETTLES)


def _late(actor: Actor, on: date, *, minute: int) -> list[int]:
    """Make the presences of who does not arrive, so that they are told once; return those of whom nothing was told."""
    late, begun = late_children(actor=actor, on=on, minute=minute)
    waited = [each for each in late if each.key in begun]
    Presence.objects.bulk_create([_made(actor, each, on) for each in waited], ignore_conflicts=True)
    rows = Presence.objects.filter(
        organisation_id=actor.organisation_id, on=on, seen=Seen.WAITED, told_at=None, child_id__in=_children(waited)
    )
    wanted = {(each.child_id, each.activity_id, each.starts_minute) for each in waited}
    found = rows.values_list("pk", "child_id", "activity_id", "starts_minute")
    return [pk for pk, *row in found if tuple(row) in wanted]


def _children(waited: Iterable[Waited]) -> set[int]:
    return {each.child_id for each in waited}


def _made(actor: Actor, each: Waited, on: date) -> Presence:
    return Presence(
        organisation_id=actor.organisation_id,
        child_id=each.child_id,
        on=on,
        activity_id=each.activity_id,
        site_id=each.site_id,
        section_id=each.key.section_id or None,
        moment=each.key.moment,
        starts_minute=each.starts_minute,
        ends_minute=each.ends_minute,
        enrolment_id=each.enrolment_id,
        booking_id=each.booking_id,
        care_range_id=each.range_id,
    )


def _families(actor: Actor, row: Presence) -> Collection[int]:
    """The household that booked; of a child who came unbooked, each home in charge of it."""
    if row.enrolment is not None:
        return [row.enrolment.family_id]
    homes = homes_in_charge(organisation_id=actor.organisation_id).filter(child_id=row.child_id)
    return sorted(homes.values_list("family_id", flat=True))


def _post(actor: Actor, reader: Account, moments: Iterable[Presence], *, on: date, now: datetime) -> None:
    found = list(moments)
    first = found[0]
    post_letter(
        organisation_id=actor.organisation_id,
        reader=reader,
        template="attendance_alert",
        subject=f"Pointage du {day_words(on)}",
        key=f"attendance-{reader.pk}-{first.pk}",
        now=now,
        route="family:home",
        day=day_words(on),
        lines=[_line(row) for row in found],
        phone=first.site.phone,
        place=first.site.name,
    )


def _line(row: Presence) -> dict[str, object]:
    return {
        "child": row.child.first_name,
        "what": f"{row.activity.name}, {row.moment}" if row.moment else row.activity.name,
        "is_absent": row.seen == Seen.ABSENT,
        "planned_at": hour_words(row.starts_minute) if row.seen == Seen.WAITED else "",
    }
