"""Closures: what one would touch, those that were made, what they took from a family."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from preau.base.actor import FAMILY, Actor
from preau.base.facts import NotFound
from preau.base.ordering import by_name
from preau.base.scope import is_limited, limited
from preau.domain.absences.models import ClosedMoment, Closure
from preau.domain.bookings.enums import HOLDS_PLACE
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.enums import BookingMode
from preau.domain.catalogue.models import Activity, Offer, Resource, SchoolClass, Unit
from preau.domain.catalogue.queries import closures_of, load_calendars
from preau.domain.creche.enums import RangeStatus
from preau.domain.creche.models import CareRange
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.families.models import Adult, Family
from preau.domain.families.queries.children import without_closed
from preau.domain.organisations.models import Site
from preau.kernel.clock_times import DAY
from preau.kernel.periods import Period

MOST_DAYS = 62
MOST_SHOWN = 200  # households without an address, to be called


@dataclass(frozen=True, slots=True)
class ClosureWish:
    """What an agent would close: [start, end); each part that is not said is all of it."""

    kind: str
    words: str
    start: date
    end: date
    site_id: int | None = None
    activity_id: int | None = None
    class_id: int | None = None
    moments: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether offers close, and not only the moments of some of their children."""
        return not self.class_id and not self.moments


@dataclass(frozen=True, slots=True)
class Touched:
    """One planned moment that a closure takes away."""

    enrolment_id: int
    family_id: int
    child_id: int | None
    on: date
    starts_minute: int
    ends_minute: int
    name: str
    activity: str
    status: str
    booking_id: int | None = None
    range_id: int | None = None
    resource_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ToCall:
    """A household that no mail reaches."""

    family_id: int
    name: str
    phones: tuple[str, ...]


@dataclass(slots=True)
class Reach:
    """What a closure reaches. `children` limits it to those of a class; None: all."""

    offer_ids: list[int]
    unit_ids: list[int]
    unbooked_offer_ids: list[int]  # where nothing is booked by slots: the day itself closes
    children: frozenset[int] | None
    site_ids: list[int] = field(default_factory=list)
    department_ids: list[int] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)

    @property
    def families(self) -> set[int]:
        return {each.family_id for each in self.touched}

    @property
    def people(self) -> set[tuple[int, int | None]]:
        return {(each.family_id, each.child_id) if not each.child_id else (0, each.child_id) for each in self.touched}

    @property
    def counts(self) -> list[tuple[date, str, str, int]]:
        """Return (day, activity, moment, how many), in order."""
        found = Counter((each.on, each.activity, each.name, each.starts_minute) for each in self.touched)
        ordered = sorted(found.items(), key=lambda item: (item[0][0], item[0][3], item[0][1]))
        return [(on, activity, name, count) for (on, activity, name, _starts), count in ordered]


@dataclass(frozen=True, slots=True)
class ClosureView:
    """A closure as an agent reads it. `last_on` is included."""

    closure_id: int
    kind: str
    words: str
    starts_on: date
    last_on: date
    site: str
    activity: str
    class_name: str
    moments: tuple[str, ...]
    made_at: datetime
    made_by: str
    undone_at: datetime | None
    undone_by: str
    count: int
    families: int
    is_told: bool
    may_undo: bool  # by this agent: it looks after all that closed


@dataclass(frozen=True, slots=True)
class ClosedView:
    """A moment that a closure took from a child."""

    enrolment_id: int
    child_id: int | None
    on: date
    starts_minute: int
    ends_minute: int
    name: str
    activity: str
    site: str
    words: str
    kind: str = ""


def reach_of(*, actor: Actor, wish: ClosureWish) -> Reach:
    """Return what a closure would touch, inside what the agent looks after. Twelve queries at most.

    :raises NotFound: a site, an activity or a class that is not of this agent.
    """
    _check(actor, wish)
    offers = Offer.objects.filter(
        organisation_id=actor.organisation_id, starts_on__lt=wish.end, ends_on__gt=wish.start, is_subscription=False
    )
    offers = limited(offers, actor=actor, department="activity__department", site="site")
    if wish.activity_id is not None:
        offers = offers.filter(activity_id=wish.activity_id)
    columns = ("site_id", "activity__department_id", "activity__booking_mode")
    found = {pk: (site_id, service, mode) for pk, site_id, service, mode in offers.values_list("pk", *columns)}
    units = _units(actor, {pk: site_id for pk, (site_id, _service, _mode) in found.items()}, wish)
    at_site = {pk: mode for pk, (site_id, _service, mode) in found.items() if wish.site_id in (None, site_id)}
    concerned = {found[pk] for pk in {*at_site, *units.values()}}
    reach = Reach(
        offer_ids=list(at_site),
        unit_ids=sorted(units),
        unbooked_offer_ids=[pk for pk, mode in at_site.items() if mode != BookingMode.DAY_UNITS],
        children=_children(actor, wish) if wish.class_id else None,
        site_ids=sorted({site_id for site_id, _service, _mode in concerned}),
        department_ids=sorted({service for _site, service, _mode in concerned}),
    )
    reach.touched = _booked(actor, wish, reach)
    if wish.is_whole:
        free = [pk for pk, mode in at_site.items() if mode == BookingMode.NONE]
        reach.touched += [*_by_hours(actor, wish, reach), *_unbooked(actor, wish, free)]
    return reach


def _check(actor: Actor, wish: ClosureWish) -> None:
    here = {"organisation_id": actor.organisation_id}
    if wish.site_id is not None and not (
        actor.sees_site(wish.site_id) and Site.objects.filter(**here, pk=wish.site_id).exists()
    ):
        raise NotFound("site")
    activities = limited(
        Activity.objects.filter(**here, pk=wish.activity_id or 0), actor=actor, department="department"
    )
    if wish.activity_id is not None and not activities.exists():
        raise NotFound("activity")
    classes = limited(SchoolClass.objects.filter(**here, pk=wish.class_id or 0), actor=actor, site="site")
    if wish.class_id is not None and not classes.exists():
        raise NotFound("class")


def _units(actor: Actor, offers: Mapping[int, int], wish: ClosureWish) -> dict[int, int]:
    """Unit → offer of what closes: the units of a site, and those that take a place there (a refectory)."""
    rows = Unit.objects.filter(organisation_id=actor.organisation_id, offer_id__in=offers)
    if wish.moments:
        rows = rows.filter(name__in=wish.moments)
    here: set[int] = set()
    if wish.site_id is not None:
        resources = Resource.objects.filter(organisation_id=actor.organisation_id, site_id=wish.site_id)
        here = set(resources.values_list("pk", flat=True))
    return {
        pk: offer_id
        for pk, offer_id, resource_ids in rows.values_list("pk", "offer_id", "resource_ids")
        if wish.site_id is None or offers[offer_id] == wish.site_id or here.intersection(resource_ids)
    }


def _children(actor: Actor, wish: ClosureWish) -> frozenset[int]:
    rows = Schooling.objects.filter(
        organisation_id=actor.organisation_id,
        school_class_id=wish.class_id,
        starts_on__lt=wish.end,
        ends_on__gt=wish.start,
    )
    return frozenset(rows.values_list("child_id", flat=True))


def _booked(actor: Actor, wish: ClosureWish, reach: Reach) -> list[Touched]:
    rows = Booking.objects.filter(
        organisation_id=actor.organisation_id,
        on__gte=wish.start,
        on__lt=wish.end,
        slot__unit_id__in=reach.unit_ids,
        status__in=HOLDS_PLACE,
    )
    if reach.children is not None:
        rows = rows.filter(child_id__in=reach.children)
    unit = "slot__unit"
    columns = ("enrolment_id", "family_id", "child_id", "on", f"{unit}__starts_minute", f"{unit}__ends_minute")
    more = (f"{unit}__name", "slot__offer__activity__name", "status", "pk", f"{unit}__resource_ids")
    return [
        Touched(*_planned(moment), name, activity, status, booking_id=pk, resource_ids=tuple(resources))
        for *moment, name, activity, status, pk, resources in rows.order_by("pk").values_list(*columns, *more)
    ]


def _by_hours(actor: Actor, wish: ClosureWish, reach: Reach) -> list[Touched]:
    rows = CareRange.objects.filter(
        organisation_id=actor.organisation_id,
        on__gte=wish.start,
        on__lt=wish.end,
        enrolment__offer_id__in=reach.unbooked_offer_ids,
        status=RangeStatus.BOOKED,
    ).order_by("pk")
    columns = ("enrolment_id", "family_id", "child_id", "on", "starts_minute", "ends_minute")
    return [
        Touched(*_planned(moment), "", activity, RangeStatus.BOOKED, range_id=pk)
        for *moment, activity, pk in rows.values_list(*columns, "enrolment__offer__activity__name", "pk")
    ]


def _unbooked(actor: Actor, wish: ClosureWish, offer_ids: Collection[int]) -> list[Touched]:
    """Those enrolled where nothing is booked, on each day that was open: they are told too."""
    if not offer_ids:
        return []
    offers = Offer.objects.filter(organisation_id=actor.organisation_id, pk__in=offer_ids).exclude(weekdays="")
    known = {row.pk: row for row in offers.select_related("activity")}
    rows = Enrolment.objects.filter(
        organisation_id=actor.organisation_id,
        offer_id__in=known,
        status=EnrolmentStatus.ACTIVE,
        child_id__isnull=False,
        starts_on__lt=wish.end,
        ends_on__gt=wish.start,
    )
    found = list(rows.order_by("pk").values_list("pk", "family_id", "child_id", "offer_id", "starts_on", "ends_on"))
    if not found:
        return []
    offers_open = [*known.values()]
    calendars = load_calendars(
        organisation_id=actor.organisation_id, offers=offers_open, start=wish.start, end=wish.end
    )
    shut = {
        pk: closures_of(offer=offer, calendar=calendars[pk], start=wish.start, end=wish.end)
        for pk, offer in known.items()
    }
    return [
        Touched(pk, family_id, child_id, day, 0, DAY, "", known[offer_id].activity.name, "")
        for pk, family_id, child_id, offer_id, starts_on, ends_on in found
        for day in Period(max(wish.start, starts_on), min(wish.end, ends_on)).days()
        if day not in shut[offer_id]
    ]


def _planned(row: Sequence[Any]) -> tuple[int, int, int | None, date, int, int]:
    """The columns that a moment begins with."""
    enrolment_id, family_id, child_id, on, starts, ends = row
    return enrolment_id, family_id, child_id, on, starts, ends


def households_to_call(*, actor: Actor, family_ids: Collection[int]) -> list[ToCall]:
    """Return, among these, the households in which nobody has an open space: one telephones. Three queries."""
    told = Adult.objects.filter(
        organisation_id=actor.organisation_id, family_id__in=family_ids, account__activated_at__isnull=False
    ).values_list("family_id", flat=True)
    lost = sorted(set(family_ids) - set(told))[:MOST_SHOWN]
    phones: dict[int, list[str]] = {}
    adults = Adult.objects.filter(organisation_id=actor.organisation_id, family_id__in=lost).order_by("pk")
    for family_id, phone, mobile in adults.values_list("family_id", "phone", "mobile"):
        phones.setdefault(family_id, []).extend(each for each in (mobile, phone) if each)
    rows = Family.objects.filter(organisation_id=actor.organisation_id, pk__in=lost).order_by(*by_name("name"), "pk")
    return [ToCall(pk, name, tuple(phones.get(pk, ()))) for pk, name in rows.values_list("pk", "name")]


def closures(*, actor: Actor, since: date, limit: int = 100) -> list[ClosureView]:
    """Return the closures of an agent that end after a day, the latest first. One query."""
    return [_view(row, actor) for row in _rows(actor).filter(ends_on__gt=since)[:limit]]


def find_closure(*, actor: Actor, closure_id: int) -> ClosureView:
    """Return a closure.

    :raises NotFound: not of this agent.
    """
    row = _rows(actor).filter(pk=closure_id).first()
    if row is None:
        raise NotFound("closure")
    return _view(row, actor)


def looks_after_all(*, actor: Actor, row: Closure) -> bool:
    """Tell whether an agent looks after all that a closure reached: another’s sites are not theirs to open."""
    return all(map(actor.sees_site, row.site_ids)) and all(map(actor.sees_department, row.department_ids))


def closures_on(*, actor: Actor, start: date, end: date, site_id: int | None = None) -> list[ClosureView]:
    """Return what is closed in [start, end), for the head of a list. One query."""
    rows = _rows(actor).filter(starts_on__lt=end, ends_on__gt=start, undone_at=None)
    return [_view(row, actor) for row in rows if site_id is None or site_id in row.site_ids]


def families_of(*, actor: Actor, closure_id: int) -> list[int]:
    """Return the households from which a closure took something that an agent looks after, in order. One query."""
    rows = limited(
        ClosedMoment.objects.filter(organisation_id=actor.organisation_id, closure_id=closure_id),
        actor=actor,
        department="enrolment__offer__activity__department",
        site="enrolment__offer__site",
    )
    return sorted(set(rows.values_list("family_id", flat=True)))


def closed_moments(
    *, actor: Actor, start: date, end: date, child_ids: Collection[int] | None = None
) -> list[ClosedView]:
    """Return what closures took from a family in [start, end), in order. One query.

    Its own, and what the other home had booked for its children, but of those that are closed to it.
    """
    rows = ClosedMoment.objects.filter(
        organisation_id=actor.organisation_id, on__gte=start, on__lt=end, closure__undone_at=None
    )
    if actor.audience == FAMILY:
        known = Q(family_id__in=actor.family_ids) | Q(child_id__in=child_ids or actor.child_ids or ())
        enrolments = Enrolment.objects.filter(known, organisation_id=actor.organisation_id)
        rows = rows.filter(enrolment_id__in=without_closed(actor=actor, rows=enrolments).values("pk"))
    return _closed(rows)


def closed_of_family(*, actor: Actor, closure_id: int, family_id: int, is_back: bool) -> list[ClosedView]:
    """Return what a closure took from a household, or gave back, for the mail that tells it. One query."""
    rows = ClosedMoment.objects.filter(
        organisation_id=actor.organisation_id, closure_id=closure_id, family_id=family_id
    )
    return _closed(rows.filter(is_back=True) if is_back else rows)


def _closed(rows: QuerySet[ClosedMoment]) -> list[ClosedView]:
    path = "enrolment__offer"
    columns = ("enrolment_id", "child_id", "on", "starts_minute", "ends_minute", "name")
    more = (f"{path}__activity__name", f"{path}__site__name", "closure__words", "closure__kind")
    return [ClosedView(*row) for row in rows.order_by("on", "starts_minute", "pk").values_list(*columns, *more)]


def _rows(actor: Actor) -> QuerySet[Closure]:
    rows = Closure.objects.filter(organisation_id=actor.organisation_id).select_related(
        "site", "activity", "school_class"
    )
    if is_limited(actor=actor):  # those that took something from what it looks after, and those that it made
        mine = limited(
            ClosedMoment.objects.filter(organisation_id=actor.organisation_id),
            actor=actor,
            department="enrolment__offer__activity__department",
            site="enrolment__offer__site",
        )
        rows = rows.filter(Q(pk__in=mine.values("closure_id")) | Q(("account_id", actor.account_id or 0)))
    counted = rows.annotate(
        moments_count=Count("closed", distinct=True), family_count=Count("closed__family", distinct=True)
    )
    return counted.order_by("-starts_on", "-pk")


def _view(row: Closure, actor: Actor) -> ClosureView:
    return ClosureView(
        closure_id=row.pk,
        kind=row.kind,
        words=row.words,
        starts_on=row.starts_on,
        last_on=row.ends_on - timedelta(days=1),
        site=row.site.name if row.site else "",
        activity=row.activity.name if row.activity else "",
        class_name=row.school_class.name if row.school_class else "",
        moments=tuple(row.moments),
        made_at=row.made_at,
        made_by=row.made_by,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        count=vars(row)["moments_count"],
        families=vars(row)["family_count"],
        is_told=row.told_at is not None,
        may_undo=row.undone_at is None and looks_after_all(actor=actor, row=row),
    )


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be closed by an agent: sites, activities, classes of the year, names of moments."""

    sites: Sequence[tuple[int, str]]
    activities: Sequence[tuple[int, str]]
    classes: Sequence[tuple[int, str]]
    moments: Sequence[str]


def closable(*, actor: Actor, on: date) -> Choices:
    """Return what an agent may choose in the form of a closure. Four queries."""
    here = {"organisation_id": actor.organisation_id}
    offers = limited(
        Offer.objects.filter(**here, ends_on__gt=on), actor=actor, department="activity__department", site="site"
    )
    classes = limited(
        SchoolClass.objects.filter(**here, school_year__ends_on__gt=on, school_year__starts_on__lte=on),
        actor=actor,
        site="site",
    )
    sites = limited(Site.objects.filter(**here), actor=actor, site="pk")
    units = Unit.objects.filter(**here, offer_id__in=offers.values("pk"))
    return Choices(
        sites=list(sites.order_by(*by_name("name")).values_list("pk", "name")),
        activities=list(
            Activity.objects.filter(**here, pk__in=offers.values("activity_id"))
            .order_by("position", *by_name("name"))
            .values_list("pk", "name")
        ),
        classes=[
            (pk, f"{site}, {name}")
            for pk, site, name in classes.order_by(*by_name("site__name"), *by_name("name")).values_list(
                "pk", "site__name", "name"
            )
        ],
        moments=sorted(set(units.values_list("name", flat=True))),
    )
