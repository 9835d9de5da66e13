"""Calendars, slots and places, in the database."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.actor import STAFF, Actor
from preau.base.facts import NotAllowed, NotFound
from preau.domain.catalogue.models import ClosedDay, PublicHoliday, ResourceDay, SchoolHoliday, SchoolYear, Slot
from preau.domain.catalogue.operations.places import close_days, open_offer, set_capacity
from preau.domain.catalogue.operations.seeding import seed_calendar
from preau.domain.catalogue.queries import closures_of, current_school_year, holiday_dates, load_calendar
from tests.factories.catalogue import make_offer, make_town

pytestmark = pytest.mark.django_db


def closures(actor: Actor, offer: Any, start: date, end: date) -> dict[date, str]:
    calendar = load_calendar(organisation_id=actor.organisation_id, offer=offer, start=start, end=end)
    return closures_of(offer=offer, calendar=calendar, start=start, end=end)


def holidays_of(actor: Actor, start: date, end: date) -> list[tuple[date, date]]:
    rows = SchoolHoliday.objects.filter(
        organisation_id=actor.organisation_id, starts_on__gte=start, starts_on__lt=end
    ).order_by("starts_on")
    return list(rows.values_list("starts_on", "ends_on"))


# First days off and first days back, as published for 2026-2027.
YEAR_A = [
    (date(2026, 10, 17), date(2026, 11, 2)),
    (date(2026, 12, 19), date(2027, 1, 4)),
    (date(2027, 2, 13), date(2027, 3, 1)),
    (date(2027, 4, 10), date(2027, 4, 26)),
    (date(2027, 5, 6), date(2027, 5, 9)),
    (date(2027, 7, 3), date(2027, 9, 1)),
]


def test_the_calendar_of_zone_a_is_the_published_one() -> None:
    actor = make_town(school_zone="A")
    seed_calendar(actor=actor, first_year=2026, last_year=2026)
    assert holidays_of(actor, date(2026, 9, 1), date(2027, 9, 1)) == YEAR_A
    assert not SchoolHoliday.objects.filter(is_projected=True).exists()


def test_zone_b_has_other_winter_and_spring_holidays() -> None:
    actor = make_town(school_zone="B")
    seed_calendar(actor=actor, first_year=2026, last_year=2026)
    found = holidays_of(actor, date(2026, 9, 1), date(2027, 9, 1))
    assert (date(2027, 2, 20), date(2027, 3, 8)) in found
    assert (date(2027, 4, 17), date(2027, 5, 3)) in found


def test_the_bridge_of_ascension_is_added_where_the_library_forgets_it() -> None:
    actor = make_town()
    seed_calendar(actor=actor, first_year=2025, last_year=2025)
    bridge = SchoolHoliday.objects.get(name="Pont de l’Ascension")
    assert bridge.starts_on <= date(2026, 5, 15) < bridge.ends_on


def test_past_the_official_calendar_the_last_pattern_is_projected_and_said_so() -> None:
    actor = make_town()
    seed_calendar(actor=actor, first_year=2027, last_year=2030)
    rows = SchoolHoliday.objects.order_by("starts_on")
    assert not rows.filter(starts_on__lt=date(2028, 9, 1), is_projected=True).exists()
    assert not rows.filter(starts_on__gte=date(2028, 9, 1), is_projected=False).exists()
    for year in range(2028, 2031):
        found = holidays_of(actor, date(year, 9, 1), date(year + 1, 9, 1))
        assert len(found) == 6
        assert found[-1][1] == date(year + 1, 9, 1)
        assert found[0][0].weekday() == 5
    assert SchoolYear.objects.count() == 4


def test_seeding_again_keeps_what_the_town_corrected() -> None:
    actor = make_town()
    seed_calendar(actor=actor, first_year=2026, last_year=2026)
    row = SchoolHoliday.objects.get(starts_on=date(2026, 10, 17))
    row.ends_on = date(2026, 11, 3)
    row.save()
    before = SchoolHoliday.objects.count(), PublicHoliday.objects.count(), SchoolYear.objects.count()
    seed_calendar(actor=actor, first_year=2026, last_year=2026)
    assert (SchoolHoliday.objects.count(), PublicHoliday.objects.count(), SchoolYear.objects.count()) == before
    row.refresh_from_db()
    assert row.ends_on == date(2026, 11, 3)


def test_alsace_moselle_has_good_friday_and_saint_stephen() -> None:
    mainland, alsace = make_town(), make_town(holiday_region="57")
    for actor in (mainland, alsace):
        seed_calendar(actor=actor, first_year=2026, last_year=2026)
    extra = {date(2027, 3, 26), date(2026, 12, 26)}
    days = {
        actor.organisation_id: holiday_dates(
            organisation_id=actor.organisation_id, start=date(2026, 9, 1), end=date(2027, 9, 1)
        )
        for actor in (mainland, alsace)
    }
    assert extra <= days[alsace.organisation_id]
    assert not extra & days[mainland.organisation_id]


def test_summer_already_belongs_to_the_next_school_year() -> None:
    actor = make_town()
    seed_calendar(actor=actor, first_year=2026, last_year=2027)
    labels = []
    for day in (date(2027, 7, 2), date(2027, 7, 3), date(2027, 9, 1)):
        year = current_school_year(organisation_id=actor.organisation_id, on=day)
        labels.append(year.label if year else "")
    assert labels == ["2026-2027", "2027-2028", "2027-2028"]


def test_opening_an_offer_makes_slots_on_open_days_only() -> None:
    actor = make_town()
    seed_calendar(actor=actor, first_year=2026, last_year=2026)
    offer = make_offer(actor)
    ClosedDay.objects.create(
        organisation_id=actor.organisation_id,
        offer=offer,
        starts_on=date(2026, 11, 5),
        ends_on=date(2026, 11, 6),
        reason="Grève",
    )
    made = open_offer(actor=actor, offer_id=offer.pk)
    days = set(Slot.objects.values_list("on", flat=True))
    assert made == Slot.objects.count() == 2 * len(days)
    assert {day.weekday() for day in days} == {0, 1, 3, 4}
    assert date(2026, 11, 5) not in days
    assert date(2026, 11, 2) in days
    assert ResourceDay.objects.count() == made
    assert set(ResourceDay.objects.values_list("capacity", "booked", "extra")) == {(10, 0, 0)}


def test_no_school_offer_opens_on_easter_monday_or_in_the_holidays() -> None:
    actor = make_town()
    seed_calendar(actor=actor, first_year=2026, last_year=2026)
    offer = make_offer(actor, starts_on=date(2027, 3, 22), ends_on=date(2027, 5, 1))
    open_offer(actor=actor, offer_id=offer.pk)
    days = set(Slot.objects.values_list("on", flat=True))
    assert date(2027, 3, 29) not in days
    assert not [day for day in days if date(2027, 4, 10) <= day < date(2027, 4, 26)]


def test_opening_twice_changes_nothing() -> None:
    actor = make_town()
    offer = make_offer(actor)
    open_offer(actor=actor, offer_id=offer.pk)
    ResourceDay.objects.update(booked=3)
    before = Slot.objects.count(), ResourceDay.objects.count()
    assert open_offer(actor=actor, offer_id=offer.pk) == 0
    assert (Slot.objects.count(), ResourceDay.objects.count()) == before
    assert set(ResourceDay.objects.values_list("booked", flat=True)) == {3}


def test_opening_a_year_costs_as_many_queries_as_opening_a_month() -> None:
    actor = make_town()
    short = make_offer(actor)
    long = make_offer(actor, starts_on=date(2026, 9, 1), ends_on=date(2027, 2, 1))
    counts = []
    for offer in (short, long):
        with CaptureQueriesContext(connection) as queries:
            open_offer(actor=actor, offer_id=offer.pk)
        counts.append(len([each for each in queries if not each["sql"].startswith("INSERT")]))
    assert counts[0] == counts[1] <= 10


def test_another_town_cannot_open_or_close_an_offer() -> None:
    offer = make_offer(make_town())
    stranger = make_town()
    with pytest.raises(NotFound):
        open_offer(actor=stranger, offer_id=offer.pk)
    with pytest.raises(NotFound):
        close_days(actor=stranger, offer_id=offer.pk, start=date(2026, 11, 5), end=date(2026, 11, 6), reason="x")
    assert not Slot.objects.exists()


def test_an_agent_without_the_settings_may_not_close_a_day() -> None:
    actor = make_town()
    offer = make_offer(actor)
    agent = Actor(organisation_id=actor.organisation_id, audience=STAFF, roles=frozenset({"agent"}))
    with pytest.raises(NotAllowed):
        close_days(actor=agent, offer_id=offer.pk, start=date(2026, 11, 5), end=date(2026, 11, 6), reason="x")


def test_closing_days_marks_their_slots_and_keeps_the_counters() -> None:
    actor = make_town()
    offer = make_offer(actor)
    open_offer(actor=actor, offer_id=offer.pk)
    ResourceDay.objects.filter(on=date(2026, 11, 5)).update(booked=4)
    closed = close_days(
        actor=actor, offer_id=offer.pk, start=date(2026, 11, 5), end=date(2026, 11, 7), reason="Intempéries"
    )
    rows = Slot.objects.filter(closed_reason="Intempéries")
    assert sorted(rows.values_list("pk", flat=True)) == closed
    assert set(rows.values_list("on", flat=True)) == {date(2026, 11, 5), date(2026, 11, 6)}
    assert set(ResourceDay.objects.filter(on=date(2026, 11, 5)).values_list("booked", flat=True)) == {4}
    found = closures(actor, offer, date(2026, 11, 2), date(2026, 11, 9))
    assert found[date(2026, 11, 5)] == "Intempéries"
    assert date(2026, 11, 3) not in found


def test_closing_a_site_leaves_the_other_sites_open() -> None:
    actor = make_town()
    here, there = make_offer(actor), make_offer(actor)
    for offer in (here, there):
        open_offer(actor=actor, offer_id=offer.pk)
    close_days(actor=actor, site_id=here.site_id, start=date(2026, 11, 5), end=date(2026, 11, 6), reason="Travaux")
    assert set(Slot.objects.filter(closed_reason="Travaux").values_list("offer_id", flat=True)) == {here.pk}


def test_a_capacity_below_what_is_booked_takes_no_place_away_and_offers_none() -> None:
    actor = make_town()
    offer = make_offer(actor, capacity=10)
    open_offer(actor=actor, offer_id=offer.pk)
    day = date(2026, 11, 5)
    counter = ResourceDay.objects.filter(on=day).order_by("pk")[0]
    ResourceDay.objects.filter(pk=counter.pk).update(booked=8)
    period = {"start": day, "end": date(2026, 11, 6)}
    set_capacity(actor=actor, resource_id=counter.resource_id, capacity=5, **period)
    counter.refresh_from_db()
    assert (counter.capacity, counter.extra, counter.booked) == (5, 3, 8)
    set_capacity(actor=actor, resource_id=counter.resource_id, capacity=9, **period)
    counter.refresh_from_db()
    assert (counter.capacity, counter.extra, counter.booked) == (9, 0, 8)
    assert ResourceDay.objects.filter(on=date(2026, 11, 3)).first().capacity == 10
    with pytest.raises(NotFound):
        set_capacity(actor=make_town(), resource_id=counter.resource_id, capacity=1, **period)
