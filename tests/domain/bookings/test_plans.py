"""How the database looks for bookings when a month opens: what it believes of that month must not matter."""

from datetime import timedelta

import pytest
from django.db import connection

from preau.base.actor import FAMILY, STAFF, Actor
from preau.domain.bookings.models import Booking
from preau.domain.bookings.queries import expected, facts, week
from preau.domain.catalogue.models import Slot
from preau.domain.families.models import Child
from tests.factories.town import NOW, TODAY

pytestmark = pytest.mark.django_db
CHILDREN, DAYS = 150, 40


@pytest.fixture
def crowd(town, awa):
    """A town that has booked its past; its statistics are gathered; then a month opens, and everybody books it."""
    offer = town.offer(ends_on=TODAY + timedelta(days=140))
    enrolment = town.enrol(awa, offer)
    slots = list(Slot.objects.filter(offer=offer, unit__code="M", on__gte=TODAY).order_by("on")[: 2 * DAYS])
    children = Child.objects.bulk_create(
        Child(organisation_id=town.id, first_name=f"E{number}", last_name="Dupré", birth_date=TODAY)
        for number in range(CHILDREN)
    )

    def book(some):
        Booking.objects.bulk_create(
            Booking(
                organisation_id=town.id,
                enrolment=enrolment,
                family=awa.family,
                child=child,
                slot=slot,
                on=slot.on,
                status="booked",
                booked_at=NOW,
            )
            for child in children
            for slot in some
        )

    book(slots[:DAYS])
    gather()
    book(slots[DAYS:])
    return children, [slot.on for slot in slots[DAYS:]]


def gather():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE bookings_booking")


def held_plan(town, crowd):
    children, days = crowd
    keys = [f"c{child.pk}" for child in children[:3]]
    return facts._held_rows.orm(organisation_id=town.id, participant_keys=keys, days=days[:20]).explain()


def test_what_a_child_holds_is_found_by_the_child(town, crowd):
    plan = held_plan(town, crowd)
    assert "booking_participant" in plan or "booking_once" in plan  # both begin with who takes part
    assert "booking_day" not in plan


@pytest.mark.postgres_only
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no statistics")
def test_with_statistics_of_the_days_the_whole_month_would_be_read(town, crowd):
    """The control: it is what `base.column_statistics` is for."""
    Booking.objects.filter(on__in=crowd[1]).delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute('ALTER TABLE bookings_booking ALTER COLUMN "on" SET STATISTICS 100')
    gather()
    assert "booking_day" in held_plan(town, crowd)


def test_the_week_of_a_family_is_found_by_its_enrolments(town, awa, crowd):
    """Children are given: looked for inside, the week of all the town was read for fifteen rows."""
    parent = Actor(organisation_id=town.id, audience=FAMILY, family_ids=frozenset({awa.family.pk}))
    plan = week._planned_rows.orm(
        actor=parent,
        family_ids={awa.family.pk},
        child_ids={crowd[0][0].pk},
        start=crowd[1][0],
        end=crowd[1][0] + timedelta(days=7),
    ).explain()
    assert "booking_enrolment" in plan or "bookings_booking_enrolment_id" in plan
    assert "booking_day" not in plan


def test_a_day_is_counted_without_fetching_its_bookings(town, crowd):
    """On the agents' first page: the bookings of two days of a whole town, one access to the table for each."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    agent = Actor(organisation_id=town.id, audience=STAFF, roles=frozenset({"agent"}))
    plan = expected._counted(agent, crowd[1][:2]).explain()
    assert "booking_day" in plan
    assert "Index Only Scan" in plan or "COVERING INDEX" in plan
