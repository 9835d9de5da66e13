"""Reads of the catalogue."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Case, Q, QuerySet, Value, When

from preau.base.ordering import by_name
from preau.base.written import written
from preau.domain.catalogue.enums import OpenOn
from preau.domain.catalogue.models import (
    Activity,
    ClosedDay,
    Offer,
    PublicHoliday,
    ResourceDay,
    SchoolHoliday,
    SchoolYear,
)
from preau.domain.catalogue.rules import Counter, Counters, OfferCalendar, closure_of
from preau.kernel.periods import Period

BEFORE_SUMMER = timedelta(days=65)  # re-enrolment begins in May


def holiday_dates(*, organisation_id: int, start: date, end: date) -> frozenset[date]:
    """Return the public holidays of a collectivité in [start, end). One query."""
    return frozenset(
        PublicHoliday.objects.filter(organisation_id=organisation_id, on__gte=start, on__lt=end).values_list(
            "on", flat=True
        )
    )


def holiday_names(*, organisation_id: int, start: date, end: date) -> dict[date, str]:
    """Return the public holidays of a collectivité in [start, end), by day. One query."""
    rows = PublicHoliday.objects.filter(organisation_id=organisation_id, on__gte=start, on__lt=end)
    return dict(rows.values_list("on", "name"))


def school_holidays_between(*, organisation_id: int, start: date, end: date) -> list[Period]:
    """Return the school holidays of a collectivité that meet [start, end), whole. One query."""
    rows = SchoolHoliday.objects.filter(organisation_id=organisation_id, starts_on__lt=end, ends_on__gt=start)
    return [Period(row.starts_on, row.ends_on) for row in rows]


def offered_activities(*, organisation_id: int, on: date) -> list[Activity]:
    """Return the activities that run on a day or later, in the order of the collectivité. One query.

    An « abonnement » is a way to book another activity: it is not one of them.
    """
    return list(
        Activity.objects.filter(organisation_id=organisation_id, offers__ends_on__gt=on, offers__is_subscription=False)
        .distinct()
        .order_by("position", *by_name("name"))
    )


def current_school_year(*, organisation_id: int, on: date) -> SchoolYear | None:
    """Return the school year that holds a day, or the next one during the summer."""
    return SchoolYear.objects.filter(organisation_id=organisation_id, ends_on__gt=on).order_by("starts_on").first()


def school_year_to_prepare(*, organisation_id: int, on: date) -> SchoolYear | None:
    """Return the school year whose dossier is to be filled: the next one from two months before the current ends.

    Re-enrolment begins in May (A04-13): families prepare September, and late ones the year in progress.
    """
    rows = _year_rows(organisation_id=organisation_id, on=on, soon=on + BEFORE_SUMMER)
    return rows[0] if rows else None


@written
def _year_rows(*, organisation_id: int, on: date, soon: date) -> QuerySet[SchoolYear]:
    return years_to_prepare(organisation_id=organisation_id, on=on, soon=soon)[:1]


def years_to_prepare(*, organisation_id: int, on: date, soon: date) -> QuerySet[SchoolYear]:
    """Return the school years not over, the one to prepare first: to be read alone or inside another query.

    :param soon: `on` and `BEFORE_SUMMER` after it.
    """
    is_over_soon = Case(When(ends_on__gt=soon, then=Value(0)), default=Value(1))
    rows = SchoolYear.objects.filter(organisation_id=organisation_id, ends_on__gt=on)
    return rows.order_by(is_over_soon, "starts_on")


def find_school_year(*, organisation_id: int, year_id: int) -> SchoolYear | None:
    """Return one school year of a collectivité, or None."""
    return SchoolYear.objects.filter(organisation_id=organisation_id, pk=year_id).first()


def closures_of(*, offer: Offer, calendar: OfferCalendar, start: date, end: date) -> dict[date, str]:
    """Return the closures of an offer over [start, end) from a calendar read before. No query."""
    closures: dict[date, str] = {}
    for day in Period(start, end).days():
        reason = closure_of(day, calendar=calendar)
        if not offer.starts_on <= day < offer.ends_on:
            reason = reason or ""
        if reason is not None:
            closures[day] = reason
    return closures


def load_calendar(*, organisation_id: int, offer: Offer, start: date, end: date) -> OfferCalendar:
    """Return what decides on the days of an offer over [start, end). One query."""
    return load_calendars(organisation_id=organisation_id, offers=[offer], start=start, end=end)[offer.pk]


def load_calendars(
    *, organisation_id: int, offers: Collection[Offer], start: date, end: date
) -> dict[int, OfferCalendar]:
    """Return what decides on the days of each offer over [start, end), by its id.

    One query whatever the number of offers: the three tables, one after another.
    """
    rows = _calendar_rows(
        organisation_id=organisation_id,
        offer_ids=[offer.pk for offer in offers],
        site_ids={offer.site_id for offer in offers},
        start=start,
        end=end,
    )
    found: dict[str, list[Any]] = {"public": [], "school": [], "closed": []}
    for table, *row in rows:
        found[table].append(row)
    public_holidays = {on: name for on, _same, name, *_of in found["public"]}
    school_holidays = [(first, after, name) for first, after, name, *_of in found["school"]]
    return {
        offer.pk: OfferCalendar(
            weekdays=frozenset(int(digit) for digit in offer.weekdays),
            on_school_days=offer.open_on != OpenOn.SCHOOL_HOLIDAYS,
            on_school_holidays=offer.open_on != OpenOn.SCHOOL_DAYS,
            public_holidays=public_holidays,
            school_holidays=school_holidays,
            closed_days=[
                (first, after, reason)
                for first, after, reason, offer_id, site_id in found["closed"]
                if offer_id == offer.pk or (offer_id is None and site_id in (None, offer.site_id))
            ],
        )
        for offer in offers
    }


@written
def _calendar_rows(
    *, organisation_id: int, offer_ids: Collection[int], site_ids: Collection[int], start: date, end: date
) -> QuerySet[ClosedDay, Any]:
    over = {"organisation_id": organisation_id, "starts_on__lt": end, "ends_on__gt": start}
    public = PublicHoliday.objects.filter(organisation_id=organisation_id, on__gte=start, on__lt=end)
    closed = ClosedDay.objects.filter(
        Q(offer_id__in=offer_ids) | Q(offer_id=None, site_id__in=site_ids) | Q(offer_id=None, site_id=None),
        **over,
    )
    nothing = Value(None, BigIntegerField())
    school = SchoolHoliday.objects.filter(**over)
    # The columns of the first table give their types to the union.
    return closed.values_list(Value("closed"), "starts_on", "ends_on", "reason", "offer_id", "site_id").union(
        public.values_list(Value("public"), "on", "on", "name", nothing, nothing),
        school.values_list(Value("school"), "starts_on", "ends_on", "name", nothing, nothing),
        all=True,
    )


def counters_of(
    *, organisation_id: int, resource_ids: Collection[int], days: Collection[date], lock: bool = False
) -> Counters:
    """Return the counters of these resources on these days. One query, in primary-key order.

    :param lock: keep the rows locked until the end of the transaction: see `operations.places.hold`.
    """
    by_id: dict[int, Counter] = {}
    ids: dict[tuple[int, date], int] = {}
    rows = _counter_rows(organisation_id=organisation_id, resource_ids=resource_ids, days=days, lock=lock)
    for resource_id, on, *counter in rows:
        by_id[counter[0]] = Counter(*counter)
        ids[(resource_id, on)] = counter[0]
    return Counters(by_id, ids)


@written
def _counter_rows(
    *, organisation_id: int, resource_ids: Collection[int], days: Collection[date], lock: bool
) -> QuerySet[ResourceDay, Any]:
    rows = ResourceDay.objects.filter(organisation_id=organisation_id, resource_id__in=resource_ids, on__in=days)
    if lock:
        rows = rows.select_for_update(of=("self",))
    counter = ("pk", "capacity", "extra", "booked", "is_blocking")
    return rows.order_by("pk").values_list("resource_id", "on", *counter)
