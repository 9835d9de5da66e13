"""Who is expected, for agents: day lists, weeks, counts, alerts."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum

from preau.base.actor import Actor
from preau.base.ordering import by_name, name_key
from preau.base.scope import limited, limits
from preau.domain.bookings.enums import BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Resource, ResourceDay, Slot, Unit
from preau.domain.enrolments.models import Schooling
from preau.domain.families.models import Child, Family


class Expected(NamedTuple):
    """One participant in one unit of one day. A day of a town has thousands: a tuple is made five times as fast."""

    on: date
    enrolment_id: int
    family_id: int
    first_name: str
    last_name: str
    hue: int
    class_name: str
    level: str  # of the class, « CE1 »: classes follow one another as children grow
    activity_id: int
    activity: str
    site_id: int
    site: str
    unit_code: str
    unit: str
    starts_minute: int
    position: int
    child_id: int | None = None
    is_absent: bool = False  # written by the screens: who is expected knows nothing of who said it would not come


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many are expected in one unit of one activity at one site."""

    activity_id: int
    activity: str
    site: str
    site_id: int
    unit: str
    starts_minute: int
    count: int


@dataclass(frozen=True, slots=True)
class Tension:
    """A resource at or above its capacity on one day."""

    on: date
    resource: str
    site: str
    site_id: int
    booked: int
    capacity: int
    is_blocking: bool


def expected_between(
    *, actor: Actor, start: date, end: date, site_id: int | None = None, activity_id: int | None = None
) -> list[Expected]:
    """Return who is expected in [start, end), by site, activity, unit and name. Four queries, six for one site; one
    more where households take part.

    Limited to the departments and sites of the agent. What is read grows with what is asked for, not with the town:
    the slots first, then who has booked them.
    """
    slots = _slots(actor, Q(on__gte=start, on__lt=end), site_id=site_id, activity_id=activity_id)
    if not slots:
        return []
    rows = Booking.objects.filter(organisation_id=actor.organisation_id, status=BookingStatus.BOOKED)
    # The slots say their days: said twice, the bookings of all the town would be looked at for those of one site.
    is_part = site_id is not None or activity_id is not None
    rows = rows.filter(slot_id__in=slots) if is_part else rows.filter(on__gte=start, on__lt=end)
    found = [row for row in rows.values_list(*_OF_BOOKING) if row[0] in slots]  # of what the agent looks after
    child_ids = {row[_CHILD] for row in found if row[_CHILD]}
    names = _names(actor, child_ids if is_part else None, {row[_FAMILY] for row in found if not row[_CHILD]})
    people = [((*row, *names[row[_CHILD], row[_FAMILY] if not row[_CHILD] else 0]), slots[row[0]]) for row in found]
    people.sort(key=_place_in_list)
    classes = classes_between(actor=actor, start=start, end=end, child_ids=child_ids if is_part else None)
    return [_expected(row, slot, classes) for row, slot in people]


_OF_BOOKING = ("slot_id", "pk", "enrolment_id", "family_id", "child_id")
_FAMILY, _CHILD = _OF_BOOKING.index("family_id"), _OF_BOOKING.index("child_id")
Name = tuple[str, str, int]  # first name, last name, hue


def _names(
    actor: Actor, child_ids: Collection[int] | None, family_ids: Collection[int]
) -> dict[tuple[int | None, int], Name]:
    """The names of children, by (child, 0), and of the households that take part themselves, by (None, family).

    Read apart: joined to bookings, all the children of a large town are read for those of one site.
    """
    children = Child.objects.filter(organisation_id=actor.organisation_id)
    if child_ids is not None:
        children = children.filter(pk__in=child_ids)
    found: dict[tuple[int | None, int], Name] = {
        (pk, 0): (first, last, hue)
        for pk, first, last, hue in children.values_list("pk", "first_name", "last_name", "hue")
    }
    if family_ids:
        families = Family.objects.filter(organisation_id=actor.organisation_id, pk__in=family_ids)
        found |= {(None, pk): (name, "", 0) for pk, name in families.values_list("pk", "name")}
    return found


@dataclass(frozen=True, slots=True)
class _SlotOfList:
    """A slot, as a list names it, and where it stands there."""

    on: date
    activity_id: int
    activity: str
    site_id: int
    site: str
    unit_code: str
    unit: str
    starts_minute: int
    position: int
    place: tuple[Any, ...]


def _slots(
    actor: Actor, when: Q, *, site_id: int | None = None, activity_id: int | None = None
) -> dict[int, _SlotOfList]:
    """The slots that an agent looks after; of a site, those of its offers and those that take a place there."""
    rows = Slot.objects.filter(when, organisation_id=actor.organisation_id)
    rows = limited(rows, actor=actor, department="offer__activity__department", site="offer__site")
    if site_id is not None:
        units = _units_at(actor, site_id)
        rows = rows.filter(offer_id__in=set(units.values()), unit_id__in=units)
    if activity_id is not None:
        rows = rows.filter(offer__activity_id=activity_id)
    found = {}
    values: Any = rows.values_list("pk", "offer__activity__position", *_OF_SLOT)
    for slot_id, activity_position, *slot in values:
        on, site, position = slot[0], slot[4], slot[8]
        place = (on, name_key(site), activity_position, position)
        found[slot_id] = _SlotOfList(*(*slot, place))
    return found


_OF_SLOT = (
    "on",
    *("offer__activity_id", "offer__activity__name", "offer__site_id", "offer__site__name"),
    *("unit__code", "unit__name", "unit__starts_minute", "unit__position"),
)


def _place_in_list(line: tuple[tuple[Any, ...], _SlotOfList]) -> tuple[Any, ...]:
    """Day, site, activity, unit, then the person’s name; sorted here, where names have one order."""
    (_slot_id, pk, _enrolment, _family, _child, first, last, _hue), slot = line
    person = (name_key(last), name_key(first)) if last else (name_key(first), name_key(""))
    return (*slot.place, person, pk)


def _units_at(actor: Actor, site_id: int) -> dict[int, int]:
    """Unit → offer of what takes place at a site, or a place of it: the refectory where another school goes to eat."""
    here = set(
        Resource.objects.filter(organisation_id=actor.organisation_id, site_id=site_id).values_list("pk", flat=True)
    )
    units = Unit.objects.filter(organisation_id=actor.organisation_id)
    return {
        unit_id: offer_id
        for unit_id, offer_id, offered_at, resource_ids in units.values_list(
            "pk", "offer_id", "offer__site_id", "resource_ids"
        )
        if offered_at == site_id or here.intersection(resource_ids)
    }


def busiest_site(*, actor: Actor, start: date, end: date) -> int | None:
    """Return the site where most places are taken in [start, end), the first by its name of two alike. One query.

    None when none is. For who is limited to departments, only their activities count.
    """
    days = {"on__gte": start, "on__lt": end}
    counted: Any
    if limits(actor=actor, department="slot__offer__activity__department"):
        sites = {"site": F("slot__offer__site_id"), "name": F("slot__offer__site__name")}
        counted = _booked(actor).filter(**days).values(**sites).annotate(taken=Count("pk"))
    else:
        rows = ResourceDay.objects.filter(**days, organisation_id=actor.organisation_id, booked__gt=0)
        sites = {"site": F("resource__site_id"), "name": F("resource__site__name")}
        counted = limited(rows, actor=actor, site="resource__site").values(**sites).annotate(taken=Sum("booked"))
    found = sorted(counted, key=lambda row: (-row["taken"], name_key(row["name"]), row["site"]))
    return found[0]["site"] if found else None


def headcounts(*, actor: Actor, days: Collection[date]) -> dict[date, list[Headcount]]:
    """Return the counts of some days by site, activity and unit, in the order of the lists. Two queries."""
    slots = _slots(actor, Q(on__in=days))
    found: dict[tuple[date, int, int, str], list[_SlotOfList]] = {}
    counts: Counter[tuple[date, int, int, str]] = Counter()
    for slot_id, count in _counted(actor, days):
        slot = slots.get(slot_id)
        if slot is not None:  # of the departments and sites of the agent
            key = (slot.on, slot.site_id, slot.activity_id, slot.unit)
            found.setdefault(key, []).append(slot)
            counts[key] += count
    boards: dict[date, list[Headcount]] = {day: [] for day in days}
    for key, same in sorted(found.items(), key=lambda item: item[1][0].place):
        slot = same[0]
        boards[slot.on].append(
            Headcount(
                activity_id=slot.activity_id,
                activity=slot.activity,
                site=slot.site,
                site_id=slot.site_id,
                unit=slot.unit,
                starts_minute=min(each.starts_minute for each in same),
                count=counts[key],
            )
        )
    return boards


def _counted(actor: Actor, days: Collection[date]) -> QuerySet[Booking, tuple[int, int]]:
    """(slot, how many are expected). `booking_day` holds all that it reads: no row is fetched to be counted."""
    rows = Booking.objects.filter(organisation_id=actor.organisation_id, on__in=days, status=BookingStatus.BOOKED)
    return rows.order_by().values_list("slot_id").annotate(count=Count("*"))


def next_expected_day(*, actor: Actor, after: date) -> date | None:
    """Return the first day after `after` when somebody is expected where the agent looks; None: nobody. One query."""
    return _booked(actor).filter(on__gt=after).order_by("on").values_list("on", flat=True).first()


def tensions(*, actor: Actor, start: date, end: date, limit: int = 12) -> list[Tension]:
    """Return the resources full, or above their capacity where they only alert, in [start, end). One query."""
    rows = ResourceDay.objects.filter(
        organisation_id=actor.organisation_id, on__gte=start, on__lt=end, booked__gte=F("capacity"), booked__gt=0
    ).select_related("resource__site")
    rows = limited(rows, actor=actor, site="resource__site")
    return [
        Tension(
            on=row.on,
            resource=row.resource.name,
            site=row.resource.site.name,
            site_id=row.resource.site_id,
            booked=row.booked,
            capacity=row.capacity,
            is_blocking=row.is_blocking,
        )
        for row in rows.order_by("on", *by_name("resource__name"))[:limit]
    ]


def _booked(actor: Actor) -> QuerySet[Booking]:
    rows = Booking.objects.filter(organisation_id=actor.organisation_id, status=BookingStatus.BOOKED)
    path = "enrolment__offer"
    return limited(rows, actor=actor, department=f"{path}__activity__department", site=f"{path}__site")


def classes_between(
    *, actor: Actor, start: date, end: date, child_ids: Collection[int] | None = None
) -> dict[int, tuple[str, str]]:
    """Return the name and the level of the class of each child schooled in [start, end). One query.

    :param child_ids: only these; None: all those of the collectivité.
    """
    rows = Schooling.objects.filter(organisation_id=actor.organisation_id, starts_on__lt=end, ends_on__gt=start)
    if child_ids is not None:
        rows = rows.filter(child_id__in=child_ids)
    found = rows.values_list("child_id", "school_class__name", "school_class__level")
    return {child_id: (name, level) for child_id, name, level in found}


def _expected(row: tuple[Any, ...], slot: _SlotOfList, classes: dict[int, tuple[str, str]]) -> Expected:
    _slot_id, _pk, enrolment_id, family_id, child_id, first, last, hue = row
    class_name, level = classes.get(child_id, ("", "")) if child_id else ("", "")
    return Expected(
        on=slot.on,
        enrolment_id=enrolment_id,
        family_id=family_id,
        first_name=first,
        last_name=last,
        hue=hue,
        class_name=class_name,
        level=level,
        activity_id=slot.activity_id,
        activity=slot.activity,
        site_id=slot.site_id,
        site=slot.site,
        unit_code=slot.unit_code,
        unit=slot.unit,
        starts_minute=slot.starts_minute,
        position=slot.position,
        child_id=child_id,
    )
