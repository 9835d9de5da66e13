"""What needs somebody's eyes today: not arrived, did not come, came without booking, contradicted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from preau.base.actor import Actor
from preau.base.ordering import name_key
from preau.base.scope import limited
from preau.domain.absences.queries.moments import missed_starts
from preau.domain.attendance.enums import Act, Alert, Seen
from preau.domain.attendance.models import Presence, PresenceTap
from preau.domain.attendance.rules import SheetKey, Tap, is_under_way, standing
from preau.domain.bookings.enums import BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.enums import BookingMode
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange

A_DAY = timedelta(days=1)
MOST_CONFLICTS, CONFLICT_DAYS = 200, 60


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One child at one moment that somebody has to look at."""

    kind: Alert
    child_id: int
    child: str
    hue: int
    key: SheetKey
    site: str
    what: str
    starts_minute: int
    is_told: bool = False  # its family was


@dataclass(frozen=True, slots=True)
class Waited:
    """A child who was expected, was not announced absent, and is not pointed, though its time has passed."""

    child_id: int
    child: str
    hue: int
    key: SheetKey
    activity_id: int
    site_id: int
    site: str
    what: str
    starts_minute: int
    ends_minute: int
    enrolment_id: int
    booking_id: int | None = None
    range_id: int | None = None


@dataclass(frozen=True, slots=True)
class DayAlerts:
    """The alerts of a day, by place and hour; and the sheets that nobody has begun though their time has passed."""

    lines: tuple[AlertLine, ...] = ()
    not_begun: tuple[tuple[SheetKey, str, str, int], ...] = ()  # sheet, site, what, children


def day_alerts(*, actor: Actor, on: date, minute: int) -> DayAlerts:
    """Return what an agent looks after and has to look at. Six queries at most.

    :param minute: of the local day; 1440 for a day that is over.
    """
    late, begun = late_children(actor=actor, on=on, minute=minute)
    rows = unexpected(actor=actor, on=on).select_related("child", "activity", "site", "section")
    lines = [*map(_line, rows), *(_late(each, begun) for each in late if each.key in begun)]
    lines.sort(key=lambda line: (name_key(line.site), line.starts_minute, line.what, line.kind, name_key(line.child)))
    waits = Counter(each.key for each in late if each.key not in begun)
    first = {each.key: each for each in reversed(late)}
    not_begun = tuple((key, first[key].site, first[key].what, count) for key, count in waits.items())
    return DayAlerts(tuple(lines), not_begun)


def unexpected(*, actor: Actor, on: date) -> QuerySet[Presence]:
    """Return the presences that do not match what was planned, or that two devices contradict.

    Where nothing is booked nobody is waited for: neither who comes nor who does not is told.
    """
    away = Q(seen=Seen.ABSENT, is_expected=True, is_announced=False)
    unbooked = Q(seen=Seen.PRESENT, is_expected=False)
    rows = Presence.objects.filter(organisation_id=actor.organisation_id, on=on)
    rows = rows.filter(Q(has_conflict=True) | ((away | unbooked) & ~Q(activity__booking_mode=BookingMode.NONE)))
    return limited(rows, actor=actor, department="activity__department", site="site")


def _line(row: Presence) -> AlertLine:
    kind = Alert.CONFLICT if row.has_conflict else Alert.AWAY if row.seen == Seen.ABSENT else Alert.UNBOOKED
    return AlertLine(
        kind,
        row.child_id,
        f"{row.child.first_name} {row.child.last_name}",
        row.child.hue,
        _key(row),
        row.site.name,
        _what(row),
        row.starts_minute,
        is_told=row.told_at is not None,
    )


def _key(row: Presence) -> SheetKey:
    return SheetKey(section_id=row.section_id) if row.section_id else SheetKey(row.site_id, row.activity_id, row.moment)


def _what(row: Presence) -> str:
    name = row.section.name if row.section else row.activity.name
    return ", ".join(word for word in (name, row.moment) if word)


def _late(each: Waited, told: dict[SheetKey, frozenset[tuple[int, int]]]) -> AlertLine:
    is_told = (each.child_id, each.starts_minute) in told[each.key]
    return AlertLine(
        Alert.LATE, each.child_id, each.child, each.hue, each.key, each.site, each.what, each.starts_minute, is_told
    )


def late_children(
    *, actor: Actor, on: date, minute: int
) -> tuple[list[Waited], dict[SheetKey, frozenset[tuple[int, int]]]]:
    """Return who is not pointed though its activity waits no longer (`Activity.late_after`), with the sheets under way:
    each with the (child, start) whose family was told. Four queries at most.

    A sheet of which less than half was pointed says nothing of children: it is the sheet that waits.
    """
    late = [*_late_booked(actor, on, minute), *_late_by_hours(actor, on, minute)]
    if not late:
        return [], {}
    missed = missed_starts(actor=actor, start=on, end=on + A_DAY)
    late = [each for each in late if (each.enrolment_id, on, each.starts_minute) not in missed]
    pointed: Counter[SheetKey] = Counter()
    seen: dict[int, list[Presence]] = {}
    told: dict[SheetKey, set[tuple[int, int]]] = {}
    rows = Presence.objects.filter(organisation_id=actor.organisation_id, on=on)
    for row in limited(rows, actor=actor, department="activity__department", site="site"):
        if row.seen != Seen.WAITED:
            pointed[_key(row)] += 1
            seen.setdefault(row.child_id, []).append(row)
        elif row.told_at is not None:
            told.setdefault(_key(row), set()).add((row.child_id, row.starts_minute))
    late = [each for each in late if not any(_answers(row, each) for row in seen.get(each.child_id, ()))]
    waits = Counter(each.key for each in late)
    begun = {key for key, count in waits.items() if is_under_way(pointed=pointed[key], waited=count)}
    return late, {key: frozenset(told.get(key, ())) for key in begun}


def _answers(row: Presence, waited: Waited) -> bool:
    """What was pointed answers for a child who is waited for: here at those hours, in whatever room, or said absent."""
    overlaps = row.starts_minute < waited.ends_minute and waited.starts_minute < row.ends_minute
    return overlaps and (row.seen == Seen.PRESENT or _key(row) == waited.key)


_CHILD = ("child_id", "child__first_name", "child__last_name", "child__hue", "enrolment_id")


def _late_booked(actor: Actor, on: date, minute: int) -> list[Waited]:
    rows = Booking.objects.filter(
        organisation_id=actor.organisation_id,
        on=on,
        status=BookingStatus.BOOKED,
        child__isnull=False,
        slot__unit__starts_minute__lte=minute - F("slot__offer__activity__late_after"),
    )
    rows = limited(rows, actor=actor, department="slot__offer__activity__department", site="slot__offer__site")
    found = rows.order_by("slot__unit__starts_minute", "pk").values(
        *_CHILD,
        booking_id=F("pk"),
        activity_id=F("slot__offer__activity_id"),
        activity=F("slot__offer__activity__name"),
        site_id=F("slot__offer__site_id"),
        site=F("slot__offer__site__name"),
        moment=F("slot__unit__name"),
        starts=F("slot__unit__starts_minute"),
        ends=F("slot__unit__ends_minute"),
    )
    return [
        _waited(
            row,
            SheetKey(row["site_id"], row["activity_id"], row["moment"]),
            what=f"{row['activity']}, {row['moment']}",
            booking_id=row["booking_id"],
        )
        for row in found
    ]


def _late_by_hours(actor: Actor, on: date, minute: int) -> list[Waited]:
    rows = CareRange.objects.filter(
        organisation_id=actor.organisation_id,
        on=on,
        status=RangeStatus.BOOKED,
        starts_minute__lte=minute - F("enrolment__offer__activity__late_after"),
    )
    rows = limited(
        rows, actor=actor, department="enrolment__offer__activity__department", site="enrolment__offer__site"
    )
    found = rows.order_by("starts_minute", "pk").values(
        *_CHILD,
        "section_id",
        "section__name",
        range_id=F("pk"),
        activity_id=F("enrolment__offer__activity_id"),
        site_id=F("enrolment__offer__site_id"),
        site=F("enrolment__offer__site__name"),
        starts=F("starts_minute"),
        ends=F("ends_minute"),
    )
    return [
        _waited(row, SheetKey(section_id=row["section_id"]), what=row["section__name"], range_id=row["range_id"])
        for row in found
    ]


def _waited(
    row: Any, key: SheetKey, *, what: str, booking_id: int | None = None, range_id: int | None = None
) -> Waited:
    return Waited(
        child_id=row["child_id"],
        child=f"{row['child__first_name']} {row['child__last_name']}",
        hue=row["child__hue"],
        key=key,
        activity_id=row["activity_id"],
        site_id=row["site_id"],
        site=row["site"],
        what=what,
        starts_minute=row["starts"],
        ends_minute=row["ends"],
        enrolment_id=row["enrolment_id"],
        booking_id=booking_id,
        range_id=range_id,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What one device said that stands."""

    device: str
    act: str
    minute: int | None
    who: str
    by: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """A line that two devices contradict, with what each said that stands, in order."""

    child_id: int
    child: str
    hue: int
    on: date
    key: SheetKey
    site: str
    what: str
    starts_minute: int
    taps_count: int
    has_left: bool
    said: tuple[Said, ...]


def conflicts(*, actor: Actor, today: date) -> list[Conflict]:
    """Return what two devices contradict and nobody has settled, the latest day first. Two queries.

    Those of the last `CONFLICT_DAYS`, `MOST_CONFLICTS` at most.
    """
    rows = _contradicted(actor, today).select_related("child", "activity", "site", "section")
    found = list(rows.order_by("-on", "site_id", "pk")[:MOST_CONFLICTS])
    taps: dict[int, list[PresenceTap]] = {}
    if found:
        for tap in PresenceTap.objects.filter(presence__in=[row.pk for row in found]).order_by("said_at", "serial"):
            taps.setdefault(tap.presence_id, []).append(tap)
    return [
        Conflict(
            row.child_id,
            f"{row.child.first_name} {row.child.last_name}",
            row.child.hue,
            row.on,
            _key(row),
            row.site.name,
            _what(row),
            row.starts_minute,
            row.taps_count,
            row.left_minute is not None,
            _standing(taps.get(row.pk, [])),
        )
        for row in found
    ]


def count_conflicts(*, actor: Actor, today: date) -> int:
    """Return how many lines `conflicts` would list, were there no limit. One query."""
    return _contradicted(actor, today).count()


def _contradicted(actor: Actor, today: date) -> QuerySet[Presence]:
    since = today - timedelta(days=CONFLICT_DAYS)
    rows = Presence.objects.filter(organisation_id=actor.organisation_id, has_conflict=True, on__gte=since)
    return limited(rows, actor=actor, department="activity__department", site="site")


def _standing(rows: Iterable[PresenceTap]) -> tuple[Said, ...]:
    every = list(rows)
    kept = {tap.key for tap in standing(Tap(row.key, Act(row.act), row.said_at, target=row.target) for row in every)}
    return tuple(
        Said(row.device, row.act, row.minute, row.who, row.by, row.said_at) for row in every if row.key in kept
    )
