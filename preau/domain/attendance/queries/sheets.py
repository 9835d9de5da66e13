"""The sheets of a day, and one of them line by line."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from preau.base.actor import Actor
from preau.base.ordering import name_key
from preau.base.scope import limited
from preau.domain.absences.queries.moments import absent_by_section, absent_counts
from preau.domain.attendance.enums import Act, Seen
from preau.domain.attendance.models import Presence, PresenceTap
from preau.domain.attendance.queries.roster import Planned, SheetPlace, attached, planned_on
from preau.domain.attendance.rules import SheetKey, State
from preau.domain.bookings.queries.expected import classes_between, headcounts
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import Offer
from preau.domain.catalogue.queries import closures_of, load_calendars
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.creche.queries.presence import structures_of
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.models import Child
from preau.kernel.time_ranges import TimeRange


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines of a sheet are in each state. `announced`: not pointed, but their absence was said."""

    present: int = 0
    absent: int = 0
    gone: int = 0
    unexpected: int = 0
    conflicts: int = 0
    marked: int = 0  # among those expected
    marked_announced: int = 0

    @property
    def here(self) -> int:
        return self.present - self.gone


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One sheet of a day. `expected`: who booked, or may come where nothing is booked."""

    key: SheetKey
    site: str
    title: str
    moment: str
    starts_minute: int
    expected: int
    announced: int
    tally: Tally
    needs_booking: bool = True

    @property
    def awaited(self) -> int:
        """Return how many are expected and were not announced absent."""
        return max(self.expected - self.announced, 0)

    @property
    def to_point(self) -> int:
        """Return how many are waited for and not pointed; nobody is, where nothing is booked."""
        if not self.needs_booking:
            return 0
        t = self.tally
        return max(self.expected - t.marked - (self.announced - t.marked_announced), 0)


@dataclass(frozen=True, slots=True)
class RollLine:
    """A child on a sheet. `is_expected` False: it came without having booked."""

    child_id: int
    first_name: str
    last_name: str
    hue: int
    class_name: str
    level: str
    hours: TimeRange
    is_expected: bool
    is_announced: bool
    state: State
    taps_count: int = 0
    has_conflict: bool = False
    updated_by: str = ""
    last_tap: str = ""  # key of the tap that « Annuler » takes back

    @property
    def row(self) -> str:
        """Return what names the line in forms."""
        return f"{self.child_id}.{self.hours.start}"

    @property
    def late_minutes(self) -> int:
        """Return by how much the child left after the end of what was planned; 0: in time, or not gone."""
        left = self.state.left
        return max(left - self.hours.end, 0) if left is not None else 0

    @property
    def is_waited(self) -> bool:
        return self.state.seen is Seen.WAITED and not self.is_announced

    @property
    def needs_pointing(self) -> bool:
        return self.is_waited and self.is_expected


@dataclass(frozen=True, slots=True)
class Roll:
    """A sheet with its lines, by name."""

    place: SheetPlace
    on: date
    lines: tuple[RollLine, ...] = field(default=())

    @property
    def present(self) -> int:
        return sum(line.state.seen is Seen.PRESENT for line in self.lines)

    @property
    def here(self) -> int:
        return sum(line.state.is_here for line in self.lines)

    @property
    def absent(self) -> int:
        marked = sum(line.state.seen is Seen.ABSENT for line in self.lines)
        return marked + sum(line.is_announced and line.state.seen is Seen.WAITED for line in self.lines)

    @property
    def expected(self) -> int:
        return sum(line.is_expected for line in self.lines)

    @property
    def awaited(self) -> int:
        """Return how many are expected and were not announced absent."""
        return sum(line.is_expected and not line.is_announced for line in self.lines)

    @property
    def to_point(self) -> int:
        if not self.place.needs_booking:
            return 0
        return sum(line.needs_pointing for line in self.lines)


def sheets_on(*, actor: Actor, on: date) -> list[SheetLine]:
    """Return the sheets of a day that an agent looks after, by place then hour. Eleven queries at most."""
    tallies = _tallies(actor, on)
    absent = absent_counts(actor=actor, days=[on])
    lines = []
    for each in headcounts(actor=actor, days=[on])[on]:
        key = SheetKey(each.site_id, each.activity_id, each.unit)
        announced = absent.get((on, each.site_id, each.activity_id, each.unit), 0)
        tally = tallies.pop(key, Tally())
        lines.append(
            SheetLine(key, each.site, each.activity, each.unit, each.starts_minute, each.count, announced, tally)
        )
    lines += _sections(actor, on, tallies)
    lines += _free(actor, on, tallies)
    return sorted(lines, key=lambda line: (name_key(line.site), line.starts_minute, line.title, line.moment))


def _tallies(actor: Actor, on: date) -> dict[SheetKey, Tally]:
    rows = limited(
        Presence.objects.filter(organisation_id=actor.organisation_id, on=on),
        actor=actor,
        department="activity__department",
        site="site",
    )
    is_marked = ~Q(seen=Seen.WAITED) & Q(is_expected=True)
    counted: Any = (
        rows.order_by()
        .annotate(
            in_site=Case(When(section__isnull=True, then=F("site_id")), default=Value(0)),
            in_activity=Case(When(section__isnull=True, then=F("activity_id")), default=Value(0)),
        )
        .values_list("in_site", "in_activity", "moment", "section_id")
        .annotate(
            n_present=Count("pk", filter=Q(seen=Seen.PRESENT)),
            n_absent=Count("pk", filter=Q(seen=Seen.ABSENT)),
            n_gone=Count("pk", filter=Q(seen=Seen.PRESENT, left_minute__isnull=False)),
            n_unexpected=Count("pk", filter=Q(seen=Seen.PRESENT, is_expected=False)),
            n_conflicts=Count("pk", filter=Q(has_conflict=True)),
            n_marked=Count("pk", filter=is_marked),
            n_announced=Count("pk", filter=is_marked & Q(is_announced=True)),
        )
    )
    return {
        SheetKey(site_id, activity_id, moment, section_id or 0): Tally(*counts)
        for site_id, activity_id, moment, section_id, *counts in counted
    }


def _sections(actor: Actor, on: date, tallies: dict[SheetKey, Tally]) -> list[SheetLine]:
    structures = structures_of(actor=actor)
    if not structures:
        return []
    sections = {section.section_id: (each, section) for each in structures for section in each.sections}
    ranges = CareRange.objects.filter(
        organisation_id=actor.organisation_id, section_id__in=sections, on=on, status=RangeStatus.BOOKED
    )
    counts = dict(ranges.order_by().values_list("section_id").annotate(count=Count("pk")))
    absent = absent_by_section(actor=actor, on=on)
    found = []
    for section_id, (structure, section) in sections.items():
        key = SheetKey(section_id=section_id)
        expected, tally = counts.get(section_id, 0), tallies.pop(key, None)
        if expected or tally:
            announced = absent.get(section_id, 0)
            found.append(SheetLine(key, structure.site, section.name, "", 0, expected, announced, tally or Tally()))
    return found


def _free(actor: Actor, on: date, tallies: Mapping[SheetKey, Tally]) -> list[SheetLine]:
    """Where nothing is booked: those enrolled may come."""
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        status=EnrolmentStatus.ACTIVE,
        child_id__isnull=False,
        offer__activity__booking_mode=BookingMode.NONE,
        offer__is_subscription=False,
        starts_on__lte=on,
        ends_on__gt=on,
    ).exclude(offer__weekdays="")
    rows = limited(rows, actor=actor, department="offer__activity__department", site="offer__site")
    counts = dict(rows.order_by().values_list("offer_id").annotate(count=Count("child_id", distinct=True)))
    if not counts:
        return []
    offers = _offers(actor, counts)
    end = date.fromordinal(on.toordinal() + 1)
    calendars = load_calendars(organisation_id=actor.organisation_id, offers=offers, start=on, end=end)
    found: dict[SheetKey, SheetLine] = {}
    for offer in offers:
        if on in closures_of(offer=offer, calendar=calendars[offer.pk], start=on, end=end):
            continue
        key = SheetKey(offer.site_id, offer.activity_id)
        known = found[key].expected if key in found else 0
        found[key] = SheetLine(
            key,
            offer.site.name,
            offer.activity.name,
            "",
            0,
            known + counts[offer.pk],
            0,
            tallies.get(key, Tally()),
            needs_booking=False,
        )
    return list(found.values())


def _offers(actor: Actor, ids: Iterable[int]) -> list[Offer]:
    rows = Offer.objects.filter(organisation_id=actor.organisation_id, pk__in=list(ids))
    return list(rows.select_related("activity", "site").order_by("pk"))


def roll_of(*, actor: Actor, place: SheetPlace, on: date) -> Roll:
    """Return a sheet line by line: who is planned, and who came without being. Seven queries at most.

    :param place: just read for this actor.
    """
    every = list(presences(actor=actor, place=place, on=on))
    planned = attached(planned=planned_on(actor=actor, place=place, on=on), kept=every)
    kept = {(row.child_id, row.starts_minute): row for row in every}
    gone = {row for row, presence in kept.items() if row not in planned and presence.seen == Seen.WAITED}
    rows = [row for row in {*planned, *kept} if row not in gone]
    child_ids = {child_id for child_id, _start in rows}
    names = _names(actor, child_ids)
    end = date.fromordinal(on.toordinal() + 1)
    classes = classes_between(actor=actor, start=on, end=end, child_ids=child_ids) if rows else {}
    lines = [_line(names[row[0]], classes.get(row[0], ("", "")), planned.get(row), kept.get(row)) for row in rows]
    lines.sort(key=lambda line: (name_key(line.last_name), name_key(line.first_name), line.child_id, line.hours))
    return Roll(place, on, tuple(lines))


def presences(*, actor: Actor, place: SheetPlace, on: date) -> QuerySet[Presence]:
    """Return what was recorded on a sheet. One query.

    :param place: just read for this actor.
    """
    rows = Presence.objects.filter(organisation_id=actor.organisation_id, on=on)
    if place.is_section:
        rows = rows.filter(section_id=place.key.section_id)
    else:
        rows = rows.filter(
            site_id=place.site_id, activity_id=place.activity_id, moment=place.moment, section__isnull=True
        )
    return rows.order_by("pk")


Name = tuple[int, str, str, int]


def _names(actor: Actor, child_ids: Collection[int]) -> dict[int, Name]:
    if not child_ids:
        return {}
    rows = Child.objects.filter(organisation_id=actor.organisation_id, pk__in=child_ids)
    return {row[0]: row for row in rows.values_list("pk", "first_name", "last_name", "hue")}


def _line(name: Name, school: tuple[str, str], planned: Planned | None, kept: Presence | None) -> RollLine:
    child_id, first_name, last_name, hue = name
    if planned is not None:
        hours = planned.hours
    else:
        assert kept is not None  # noqa: S101 -- one of the two made the line
        hours = TimeRange(kept.starts_minute, kept.ends_minute)
    return RollLine(
        child_id=child_id,
        first_name=first_name,
        last_name=last_name,
        hue=hue,
        class_name=school[0],
        level=school[1],
        hours=hours,
        is_expected=planned is not None,
        is_announced=planned is not None and planned.is_announced,
        state=_state(kept) if kept else State(),
        taps_count=kept.taps_count if kept else 0,
        has_conflict=kept.has_conflict if kept else False,
        updated_by=kept.updated_by if kept else "",
        last_tap=kept.last_tap if kept else "",
    )


def _state(row: Presence) -> State:
    """What a row knows."""
    return State(Seen(row.seen), row.arrived_minute, row.left_minute, row.collected_by)


@dataclass(frozen=True, slots=True)
class Trace:
    """One tap of a line, as its history says it."""

    act: str
    said_at: datetime
    received_at: datetime
    minute: int | None
    who: str
    by: str
    reason: str
    is_undone: bool


def history_of(*, actor: Actor, place: SheetPlace, on: date, line: RollLine) -> list[Trace]:
    """Return the taps of a line, the latest first. One query.

    :param line: just read for this actor, on this sheet.
    """
    here = presences(actor=actor, place=place, on=on).filter(child_id=line.child_id, starts_minute=line.hours.start)
    rows = list(PresenceTap.objects.filter(presence__in=here.order_by().values("pk")).order_by("-said_at", "-serial"))
    undone = {row.target for row in rows if row.act == Act.UNDO}
    return [
        Trace(row.act, row.said_at, row.received_at, row.minute, row.who, row.by, row.reason, row.key in undone)
        for row in rows
    ]
