"""A setting is checked where it is written; one that is wrong all the same closes its offer alone, in words."""

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from preau.base.setting_field import InvalidSetting
from preau.domain.bookings.operations import OrderItem, change_bookings
from preau.domain.catalogue.models import Activity, Offer, Resource, ResourceDay, SchoolHoliday, Unit
from preau.domain.catalogue.operations.seeding import public_holidays, reseed_calendar, seed_calendar
from preau.domain.catalogue.rules import (
    InvalidDeadline,
    InvalidOpening,
    closing_moment,
    opening_of,
    parse_deadline,
    parse_openings,
)
from preau.domain.organisations.models import Organisation
from tests.factories.town import NOW, TODAY, slots_of

PARIS = ZoneInfo("Europe/Paris")
GRID = "/ville-test/famille/reservations/{}/"


def test_an_hour_without_its_zero_is_the_same_moment():
    plain, padded = (parse_deadline({"kind": "working_days", "days": 1, "at": at}) for at in ("9:00", "09:00"))
    assert plain == padded
    args = {"day": date(2026, 12, 1), "starts_minute": 690, "holidays": frozenset(), "zone": PARIS}
    assert closing_moment(plain, **args) == datetime(2026, 11, 30, 9, tzinfo=PARIS)


@pytest.mark.parametrize("at", ["9h00", "24:00", "09:00:00", "9", "0900", "09:60", "", None, 9])
def test_what_is_not_an_hour_is_refused(at):
    with pytest.raises(InvalidDeadline):
        parse_deadline({"kind": "working_days", "days": 1, "at": at})


@pytest.mark.parametrize(
    ("day", "starts", "hours", "moment"),
    [
        (date(2027, 3, 29), 450, 48, datetime(2027, 3, 27, 7, 30)),
        (date(2026, 10, 25), 450, 24, datetime(2026, 10, 24, 7, 30)),
        (date(2026, 10, 26), 450, 48, datetime(2026, 10, 24, 7, 30)),
        (date(2026, 9, 14), 450, 48, datetime(2026, 9, 12, 7, 30)),
    ],
)
def test_hours_are_those_of_the_wall_when_the_clock_changes(day, starts, hours, moment):
    deadline = parse_deadline({"kind": "hours", "hours": hours})
    found = closing_moment(deadline, day=day, starts_minute=starts, holidays=frozenset(), zone=PARIS)
    assert found.astimezone(PARIS).replace(tzinfo=None) == moment


@pytest.mark.parametrize(
    "openings",
    [
        {"public": "all"},
        "all",
        [{"public": "everybody"}],
        [{"public": "all", "opens_at": "2026-12-01"}],
        [{"public": "all", "opens_at": "2026-12-01T08:00"}],
        [{"public": "all"}, {"public": "all"}],
        [{"public": "all", "opens_at": "2026-12-02T08:00+01:00", "closes_at": "2026-12-01T08:00+01:00"}],
    ],
)
def test_an_opening_that_cannot_be_read_is_refused(openings):
    with pytest.raises(InvalidOpening):
        parse_openings(openings)
    with pytest.raises(InvalidOpening):
        opening_of(openings, is_resident=True)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.sampled_from(["days", "hours", "9:00", "0", "moon", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "days", "hours", "at", "weekday", "weeks_before", "0"]), inner)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_the_form_accepts_exactly_what_the_rule_reads(value):
    field = Offer._meta.get_field("book_deadline")
    try:
        parse_deadline(value)
    except InvalidDeadline:
        with pytest.raises(ValidationError):
            field.validate(value, None)
        with pytest.raises(InvalidSetting):
            field.get_db_prep_save(value, connection)
    else:
        field.validate(value, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("book_deadline", {"kind": "jours"}),
        ("cancel_deadline", {"kind": "days", "days": 2, "at": "9h00"}),
        ("openings", [{"public": "nobody"}]),
        ("levels", ["CP", "6e"]),
        ("school_ids", ["x"]),
    ],
)
def test_a_wrong_setting_is_refused_by_the_form_the_save_and_the_bulk_write(town, name, value):
    offer = town.offer()
    setattr(offer, name, value)
    with pytest.raises(ValidationError, match="ne peut pas être lu"):
        offer.full_clean()
    with pytest.raises(InvalidSetting):
        offer.save()
    with pytest.raises(InvalidSetting):
        Offer.objects.filter(pk=offer.pk).update(**{name: value})


def break_offer(offer, column, text):
    """As an old installation, or somebody with a database client, may have written it."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE catalogue_offer SET {column} = %s WHERE id = %s", [text, offer.pk])  # noqa: S608


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "text"), [("cancel_deadline", '{"kind": "jours"}'), ("openings", '[{"public": "tous"}]')]
)
def test_a_wrong_setting_closes_its_offer_alone_in_words(town, awa, login, caplog, column, text):
    broken, sound = town.offer(), town.offer()
    lines = [town.enrol(awa, each, child=awa.children[0]) for each in (broken, sound)]
    break_offer(broken, column, text)
    client = login(awa.account)
    with caplog.at_level(logging.ERROR):
        page = client.get(GRID.format(lines[0].pk))
    assert page.status_code == 200
    assert "fermé, contactez le service" in page.content.decode()
    assert [record for record in caplog.records if column in record.getMessage()][1:] == []
    other = client.get(GRID.format(lines[1].pk)).content.decode()
    assert "fermé, contactez le service" not in other
    assert 'type="checkbox"' in other
    slot = slots_of(broken)[5]
    outcome = change_bookings(actor=town.parent(awa), items=[OrderItem(lines[0].pk, frozenset({slot.pk}))], now=NOW)
    assert [refusal.fact.code for refusal in outcome.decision.refused] == ["unreadable"]


@pytest.mark.django_db
def test_a_wrong_enrolment_opening_closes_the_inscription_in_words(town, awa, login):
    offer = town.offer()
    break_offer(offer, "enrolment_openings", '[{"public": "tous"}]')
    page = login(awa.account).get("/ville-test/famille/inscriptions/")
    assert page.status_code == 200
    assert "un réglage est à corriger" in page.content.decode() or "close" in page.content.decode()


@pytest.mark.django_db
def test_an_unknown_piece_asked_by_an_activity_is_refused_then_counts_as_lacking(town, awa):
    activity = town.activity
    activity.required_document_types = ["assurence"]
    with pytest.raises(ValidationError, match="assurence"):
        activity.full_clean()
    Activity.objects.filter(pk=activity.pk).update(required_document_types=["assurence"])
    from preau.domain.enrolments.queries.offers import offers_for_family

    town.offer()
    found = offers_for_family(actor=town.parent(awa), family_id=awa.family.pk, now=NOW)
    reasons = [reason.code for child in found for row in child.rows for o in row.options for reason in o.reasons]
    assert "document_missing" in reasons


@pytest.mark.django_db
def test_resources_of_a_booked_unit_do_not_move_and_a_new_capacity_reaches_the_days_to_come(town, awa, login):
    offer = town.offer(capacity=5)
    line = town.enrol(awa, offer, child=awa.children[0])
    slot = slots_of(offer)[5]
    change_bookings(actor=town.parent(awa), items=[OrderItem(line.pk, frozenset({slot.pk}))], now=NOW)
    unit = slot.unit
    other = Resource.objects.create(organisation_id=town.id, site=town.school, name="Autre", capacity=9)
    unit.resource_ids = [other.pk]
    with pytest.raises(ValidationError, match="comptent déjà"):
        unit.clean()
    boss = login(town.account("racine-lieux", role="admin", is_superuser=True, is_staff=True))
    page = boss.get(f"/admin/catalogue/unit/{unit.pk}/change/").content.decode()
    assert 'name="resource_ids"' not in page
    resource = Resource.objects.get(pk=Unit.objects.get(pk=unit.pk).resource_ids[0])
    posted = {"organisation": town.id, "site": town.school.pk, "name": resource.name, "capacity": 2}
    assert boss.post(f"/admin/catalogue/resource/{resource.pk}/change/", posted).status_code == 302
    ahead = ResourceDay.objects.filter(resource=resource, on__gte=TODAY)
    assert {(day.capacity, day.is_blocking) for day in ahead} == {(2, False)}
    assert {day.capacity for day in ResourceDay.objects.filter(resource=resource, on__lt=TODAY)} == {5}


@pytest.mark.django_db
def test_a_host_opens_an_activity_its_deadlines_and_its_texts_in_the_admin_alone(town, login):
    """Every list that is naturally empty may stay empty, and no setting is typed as JSON."""
    boss = login(town.account("racine-tout", role="admin", is_superuser=True, is_staff=True))
    activity = {
        "organisation": town.id,
        "department": town.department.pk,
        "name": "Étude",
        "kind": "after_school",
        "participant": "child",
        "booking_mode": "day_units",
        "confirmation": "immediate",
        "position": 0,
        "enrolment_by": "family",
    }
    assert boss.post("/admin/catalogue/activity/add/", activity).status_code == 302
    made = Activity.objects.get(name="Étude")
    offer = {
        "organisation": town.id,
        "activity": made.pk,
        "site": town.school.pk,
        "starts_on": "2026-11-30",
        "ends_on": "2027-07-03",
        "weekdays": "0134",
        "shown_weekdays": "01234",
        "open_on": "school_days",
        "age_on": "start",
        "residence": "all",
        "waiting_list": "none",
        "book_deadline_kind": "working_days",
        "book_deadline_number": "1",
        "book_deadline_at": "9:00",
        "change_deadline_kind": "table",
        "change_deadline_table": "lundi 3 23:59\njeudi 1 12:00",
        "openings_all_opens_at": "2026-12-01 08:00",
        "levels": ["CP", "CE1"],
    }
    page = boss.post("/admin/catalogue/offer/add/", offer)
    assert page.status_code == 302, page.context["adminform"].form.errors
    saved = Offer.objects.get(activity=made)
    assert saved.book_deadline == {"kind": "working_days", "days": 1, "at": "9:00"}
    assert saved.change_deadline == {"kind": "table", "days": {"0": ["3", "23:59"], "3": ["1", "12:00"]}}
    assert saved.cancel_deadline == {}
    assert saved.openings[0]["opens_at"].startswith("2026-12-01T08:00")
    shown = boss.get(f"/admin/catalogue/offer/{saved.pk}/change/").content.decode()
    assert "lundi 3 23:59" in shown
    wrong = boss.post("/admin/catalogue/offer/add/", {**offer, "book_deadline_at": "9h00"})
    assert "Une heure s’écrit 9:00" in wrong.content.decode()
    unit = {
        "organisation": town.id,
        "offer": saved.pk,
        "code": "E",
        "name": "Étude",
        "starts_minute": 990,
        "ends_minute": 1080,
        "position": 0,
    }
    assert boss.post("/admin/catalogue/unit/add/", unit).status_code == 302
    assert Unit.objects.get(offer=saved).resource_ids == []
    texts = boss.get(f"/admin/organisations/organisation/{town.id}/change/").context["adminform"].form
    data = {name: value for name, value in texts.initial.items() if value not in (None, False) and name != "labels"}
    data |= {"welcome_text": "Bonjour.", "labels_bookings": "Créer les réservations", "school_zone": "B"}
    page = boss.post(f"/admin/organisations/organisation/{town.id}/change/", data)
    assert page.status_code == 302, page.context["adminform"].form.errors
    kept = Organisation.objects.get(pk=town.id)
    assert kept.labels == {"bookings": "Créer les réservations"}
    assert kept.welcome_text == "Bonjour."
    assert (
        boss.post(f"/admin/organisations/organisation/{town.id}/change/", {**data, "school_zone": "D"}).status_code
        == 200
    )


@pytest.mark.django_db
def test_a_mistyped_word_of_a_town_is_refused(town):
    town.organisation.labels = {"reservations": "Mes jours"}
    with pytest.raises(ValidationError, match="reservations"):
        town.organisation.full_clean()
    with pytest.raises(InvalidSetting):
        town.organisation.save()


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "region"), [("D", ""), ("A", "99"), ("", "")])
def test_an_unknown_zone_or_region_is_refused_by_the_database(town, zone, region):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=town.id).update(school_zone=zone, holiday_region=region)


@pytest.mark.parametrize("region", ["57", "67", "68"])
def test_alsace_and_moselle_have_good_friday_and_saint_stephen(region):
    days = {day for day, _name in public_holidays(region=region, first_year=2026, last_year=2026)}
    assert {date(2027, 3, 26), date(2026, 12, 26)} <= days
    mainland = {day for day, _name in public_holidays(region="", first_year=2026, last_year=2026)}
    assert date(2027, 3, 26) not in mainland


@pytest.mark.django_db
def test_a_change_of_zone_replaces_the_holidays_and_keeps_what_the_town_typed(town):
    Organisation.objects.filter(pk=town.id).update(school_zone="A")
    seed_calendar(actor=town.system, first_year=2026, last_year=2026)
    SchoolHoliday.objects.create(
        organisation_id=town.id, name="Fête locale", starts_on=date(2027, 5, 17), ends_on=date(2027, 5, 18)
    )
    Organisation.objects.filter(pk=town.id).update(school_zone="C")
    reseed_calendar(actor=town.system, first_year=2026, last_year=2026)
    winter = SchoolHoliday.objects.filter(organisation_id=town.id, starts_on__month=2)
    assert [row.starts_on for row in winter] == [date(2027, 2, 6)]
    assert SchoolHoliday.objects.filter(organisation_id=town.id, name="Fête locale").exists()


@pytest.mark.django_db
def test_a_period_that_ends_before_it_starts_is_refused_by_the_database(town):
    offer = town.offer()
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(ends_on=offer.starts_on)
