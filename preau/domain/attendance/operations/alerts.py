"""Telling families the same day what they did not expect: a child who did not come, a child who came unbooked."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from preau.base.actor import Actor
from preau.domain.absences.operations.telling import by_reader
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.letters import post_letter
from preau.domain.attendance.enums import Seen
from preau.domain.attendance.models import Presence
from preau.domain.catalogue.enums import BookingMode
from preau.domain.families.queries.children import homes_in_charge
from preau.kernel.french_dates import day_words

SETTLES = timedelta(minutes=20)  # a tap that is undone at once is told to nobody


def tell_families(*, actor: Actor, now: datetime) -> int:
    """Post a mail to each household of what was pointed today and not expected; return how many. For the machine.

    A child expected, not announced absent, and absent; a child there without having booked. Once for each moment, when
    nobody has touched it for `SETTLES`; what two tablets contradict waits until somebody has looked.
    """
    on = now.astimezone(actor.zone).date()
    rows = list(_unexpected(actor, on, now).select_related("child", "activity", "site", "enrolment").order_by("pk"))
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


def _unexpected(actor: Actor, on: date, now: datetime) -> QuerySet[Presence]:
    """Where nothing is booked nobody is waited for: neither who comes nor who does not is told."""
    away = Q(seen=Seen.ABSENT, is_expected=True, is_announced=False)
    unbooked = Q(seen=Seen.PRESENT, is_expected=False)
    rows = Presence.objects.exclude(activity__booking_mode=BookingMode.NONE)
    return rows.filter(
        away | unbooked,
        organisation_id=actor.organisation_id,
        on=on,
        told_at=None,
        has_conflict=False,
        updated_at__lte=now - SETTLES,
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
    }
