"""Who is expected, for agents: day lists, weeks, counts, alerts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from preau.base.actor import Actor
from preau.base.ordering import by_name, name_key
from preau.base.scope import limited
from preau.domain.bookings.enums import BookingStatus
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Resource, ResourceDay, Unit
from preau.domain.enrolments.models import Schooling


@dataclass(frozen=True, slots=True)
class Expected:
    """One participant in one unit of one day."""

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
    """Return who is expected in [start, end), by site, activity, unit and name. Two queries, four for one site.

    Limited to the departments and sites of the agent.
    """
    rows = _booked(actor).filter(on__gte=start, on__lt=end)
    if site_id is not None:
        rows = rows.filter(Q(enrolment__offer__site_id=site_id) | Q(slot__unit_id__in=_units_at(actor, site_id)))
    if activity_id is not None:
        rows = rows.filter(enrolment__offer__activity_id=activity_id)
    values = list(
        rows.values_list(
            "on",
            "enrolment_id",
            "enrolment__family_id",
            "enrolment__child_id",
            "enrolment__child__first_name",
            "enrolment__child__last_name",
            "enrolment__child__hue",
            "enrolment__family__name",
            "enrolment__offer__activity_id",
            "enrolment__offer__activity__name",
            "enrolment__offer__site_id",
            "enrolment__offer__site__name",
            "slot__unit__code",
            "slot__unit__name",
            "slot__unit__starts_minute",
            "slot__unit__position",
            "enrolment__offer__activity__position",
            "pk",
        )
    )
    classes = classes_between(actor=actor, start=start, end=end)
    return [_expected(row[:-2], classes) for row in sorted(values, key=_place_in_list)]


def _place_in_list(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Day, site, activity, unit, then the person’s name; sorted here, where names have one order."""
    (on, _enrolment, _family, _child, first, last, _hue, family, _activity, _name, _site_id, site) = row[:12]
    unit_position, activity_position, pk = row[-3:]
    person = (name_key(last), name_key(first)) if last else (name_key(family), name_key(""))
    return (on, name_key(site), activity_position, unit_position, person, pk)


def _units_at(actor: Actor, site_id: int) -> list[int]:
    """The units that take a place somewhere else than their offer: the refectory where a school goes to eat."""
    here = set(
        Resource.objects.filter(organisation_id=actor.organisation_id, site_id=site_id).values_list("pk", flat=True)
    )
    units = Unit.objects.filter(organisation_id=actor.organisation_id).values_list("pk", "resource_ids")
    return [unit_id for unit_id, resource_ids in units if here.intersection(resource_ids)] if here else []


def headcounts(*, actor: Actor, on: date) -> list[Headcount]:
    """Return the counts of a day by activity, site and unit. One query."""
    rows = (
        _booked(actor)
        .filter(on=on)
        .values(
            "enrolment__offer__activity_id",
            "enrolment__offer__activity__name",
            "enrolment__offer__activity__position",
            "enrolment__offer__site__name",
            "enrolment__offer__site_id",
            "slot__unit__name",
            "slot__unit__position",
            "slot__unit__starts_minute",
        )
        .annotate(count=Count("pk"))
        .order_by(
            *by_name("enrolment__offer__site__name"), "enrolment__offer__activity__position", "slot__unit__position"
        )
    )
    return [
        Headcount(
            activity_id=row["enrolment__offer__activity_id"],
            activity=row["enrolment__offer__activity__name"],
            site=row["enrolment__offer__site__name"],
            site_id=row["enrolment__offer__site_id"],
            unit=row["slot__unit__name"],
            starts_minute=row["slot__unit__starts_minute"],
            count=row["count"],
        )
        for row in rows
    ]


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


def classes_between(*, actor: Actor, start: date, end: date) -> dict[int, tuple[str, str]]:
    """Return the name and the level of the class of each child schooled in [start, end). One query."""
    rows = Schooling.objects.filter(organisation_id=actor.organisation_id, starts_on__lt=end, ends_on__gt=start)
    found = rows.values_list("child_id", "school_class__name", "school_class__level")
    return {child_id: (name, level) for child_id, name, level in found}


def _expected(row: tuple[object, ...], classes: dict[int, tuple[str, str]]) -> Expected:
    (
        on,
        enrolment_id,
        family_id,
        child_id,
        first,
        last,
        hue,
        family,
        act_id,
        act,
        site_id,
        site,
        code,
        unit,
        at,
        pos,
    ) = row
    class_name, level = classes.get(int(str(child_id)), ("", "")) if child_id else ("", "")
    return Expected(
        on=on,  # type: ignore[arg-type]
        enrolment_id=enrolment_id,  # type: ignore[arg-type]
        family_id=family_id,  # type: ignore[arg-type]
        first_name=str(first or family),
        last_name=str(last or ""),
        hue=int(str(hue or 0)),
        class_name=class_name,
        level=level,
        activity_id=act_id,  # type: ignore[arg-type]
        activity=str(act),
        site_id=site_id,  # type: ignore[arg-type]
        site=str(site),
        unit_code=str(code),
        unit=str(unit),
        starts_minute=int(str(at)),
        position=int(str(pos)),
        child_id=child_id,  # type: ignore[arg-type]
    )
