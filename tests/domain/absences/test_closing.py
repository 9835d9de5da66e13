"""A service closed and opened again: on both engines."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import OutboxMail
from preau.domain.absences.models import ClosedMoment, Closure
from preau.domain.absences.operations.closing import WordsMissing, close
from preau.domain.absences.operations.reopening import AlreadyOpen, Opened, open_again
from preau.domain.absences.operations.telling import tell_families
from preau.domain.absences.queries.closures import (
    ClosureWish,
    closed_moments,
    find_closure,
    households_to_call,
    reach_of,
)
from preau.domain.absences.rules import TooLong
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem, change_bookings, load_bookings
from preau.domain.bookings.queries.drift import place_drifts
from preau.domain.bookings.queries.without_booking import enrolled_between
from preau.domain.catalogue.models import Activity, ClosedDay, Resource, ResourceDay, Slot, Unit
from preau.domain.creche.models import CareRange
from preau.domain.enrolments.models import Enrolment
from preau.domain.organisations.models import Department, Site
from tests.factories.creche import Creche, monday
from tests.factories.town import NOW, TODAY, Town, slots_of

pytestmark = pytest.mark.django_db
DAY = TODAY + timedelta(days=3)


@pytest.fixture
def town():
    return Town()


def fill(town, offer, *, homes=2, name="Foyer"):
    """Households whose child has booked each moment of DAY."""
    found = []
    for number in range(homes):
        home = town.household(f"{name}{number}")
        enrolment = town.enrol(home, offer, child=home.children[0])
        slots = [slot.pk for slot in slots_of(offer) if slot.on == DAY]
        load_bookings(actor=town.system, pairs=[(enrolment.pk, pk) for pk in slots], now=NOW)
        found.append(home)
    return found


def wish(**more):
    return ClosureWish(**{"kind": "strike", "words": "grève", "start": DAY, "end": DAY + timedelta(days=1), **more})


def shut(town, actor=None, key="k", **more):
    return close(actor=actor or town.agent("manager"), wish=wish(**more), key=key, now=NOW)


def statuses():
    return sorted(Booking.objects.filter(on=DAY).values_list("status", flat=True))


def test_a_site_closes_frees_its_places_and_opens_again_whole(town):
    fill(town, town.offer())
    before = dict(ResourceDay.objects.filter(on=DAY).values_list("pk", "booked"))
    pk = shut(town, site_id=town.school.pk)
    assert statuses() == ["closed"] * 4
    assert set(ResourceDay.objects.filter(on=DAY).values_list("booked", flat=True)) == {0}
    assert set(Slot.objects.filter(on=DAY).values_list("closed_reason", flat=True)) == {"grève"}
    assert place_drifts() == []
    view = find_closure(actor=town.agent("manager"), closure_id=pk)
    assert (view.count, view.families) == (4, 2)
    assert open_again(actor=town.agent("manager"), closure_id=pk, now=NOW) == Opened(4, 0, 0)
    assert statuses() == ["booked"] * 4
    assert dict(ResourceDay.objects.filter(on=DAY).values_list("pk", "booked")) == before
    assert set(Slot.objects.filter(on=DAY).values_list("closed_reason", flat=True)) == {""}
    assert place_drifts() == []
    assert ClosedMoment.objects.count() == 4  # what was is kept
    with pytest.raises(AlreadyOpen):
        open_again(actor=town.agent("manager"), closure_id=pk, now=NOW)


def test_the_same_page_sent_twice_closes_once(town):
    fill(town, town.offer())
    assert shut(town) == shut(town)
    assert (Closure.objects.count(), ClosedMoment.objects.count()) == (1, 4)


def test_a_moment_alone_closes(town):
    fill(town, town.offer())
    shut(town, moments=("Soir",))
    rows = Booking.objects.filter(on=DAY).values_list("slot__unit__name", "status")
    assert sorted(set(rows)) == [("Matin", "booked"), ("Soir", "closed")]
    assert ClosedDay.objects.count() == 0


def test_a_class_alone_closes_and_the_others_still_book(town):
    offer = town.offer()
    away, here = fill(town, offer)
    other = town.school_class.__class__.objects.create(
        organisation_id=town.id, site=town.school, school_year=town.year, name="CP B", level="CP"
    )
    here.children[0].schoolings.update(school_class=other)
    shut(town, class_id=town.school_class.pk)
    assert {row.child for row in Booking.objects.filter(status="closed")} == {away.children[0]}
    assert not Slot.objects.exclude(closed_reason="").exists()
    assert place_drifts() == []


def test_an_activity_alone_closes(town):
    fill(town, town.offer())
    meals = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Restauration", kind="canteen"
    )
    fill(town, town.offer(activity=meals, units=(("R", "Repas", 705, 810),)), name="Table")
    shut(town, activity_id=meals.pk)
    rows = Booking.objects.filter(on=DAY).values_list("slot__unit__name", "status")
    assert sorted(set(rows)) == [("Matin", "booked"), ("Repas", "closed"), ("Soir", "booked")]


def test_a_refectory_closes_for_the_school_that_eats_there(town):
    offer = town.offer(units=(("R", "Repas", 705, 810),))
    refectory = Site.objects.create(organisation_id=town.id, name="Restaurant", kind="canteen")
    Resource.objects.filter(pk__in=Unit.objects.get(offer=offer).resource_ids).update(site=refectory)
    fill(town, offer)
    shut(town, site_id=refectory.pk)
    assert statuses() == ["closed"] * 2


def test_hours_of_care_close_with_their_structure(town):
    creche = Creche(town)
    offer = creche.offer("regular")
    home = town.household("Bébé")
    enrolment = creche.enrol(home, offer)
    CareRange.objects.create(
        organisation_id=town.id, enrolment=enrolment, family=home.family, child=home.children[0],
        section=creche.sections[0], on=monday(), starts_minute=540, ends_minute=1020, booked_at=NOW,
    )  # fmt: skip
    pk = shut(town, site_id=creche.site.pk, start=monday(), end=monday() + timedelta(days=1))
    assert CareRange.objects.get().status == "closed"
    assert ClosedDay.objects.filter(offer=offer).exists()
    open_again(actor=town.agent("manager"), closure_id=pk, now=NOW)
    assert CareRange.objects.get().status == "booked"
    assert not ClosedDay.objects.exists()


def test_where_nothing_is_booked_the_list_is_empty_that_day(town):
    activity = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Garderie", kind="after_school", booking_mode="none"
    )
    offer = town.offer(activity=activity, units=())
    home = town.household()
    town.enrol(home, offer, child=home.children[0])
    between = {"actor": town.agent("agent"), "start": DAY, "end": DAY + timedelta(days=1)}
    assert len(enrolled_between(**between)) == 1
    shut(town)
    assert enrolled_between(**between) == []


def test_nobody_books_a_closed_day(town):
    offer = town.offer()
    [home] = fill(town, offer, homes=1)
    shut(town)
    slot = Slot.objects.filter(on=DAY).first()
    outcome = change_bookings(
        actor=town.parent(home), items=[OrderItem(home.enrolments[0].pk, add=frozenset({slot.pk}))], now=NOW
    )
    assert [each.fact.code for each in outcome.decision.refused] == ["closed"]


def test_an_undo_keeps_what_happened_since(town):
    offer = town.offer(capacity=1)
    [home] = fill(town, offer, homes=1)
    pk = shut(town, moments=("Soir",))
    # The evening opened by hand for another child, and the morning's enrolment has ended meanwhile.
    Slot.objects.filter(on=DAY).update(closed_reason="")
    [_other] = fill(town, offer, homes=1, name="Autre")
    open_again(actor=town.agent("manager"), closure_id=pk, now=NOW)
    evening = Booking.objects.filter(on=DAY, slot__unit__code="S", status="booked")
    assert evening.count() == 2  # both were promised: the count goes above the capacity
    assert place_drifts() == []
    again = shut(town, key="k2")
    Enrolment.objects.filter(pk=home.enrolments[0].pk).update(status="ended")
    done = open_again(actor=town.agent("manager"), closure_id=again, now=NOW)
    back, left = done.back, done.left
    assert (back, left) == (1, 2)


def test_who_may_close_what(town):
    fill(town, town.offer())
    other = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    limited = town.agent("agent")
    elsewhere = type(limited)(**{**_fields(limited), "department_ids": frozenset({other.pk})})
    assert reach_of(actor=elsewhere, wish=wish()).touched == []
    with pytest.raises(NotFound):
        shut(town, actor=elsewhere, activity_id=town.activity.pk)
    away = type(limited)(**{**_fields(limited), "site_ids": frozenset({town.school.pk + 1000})})
    for scope in ({"site_id": town.school.pk}, {"class_id": town.school_class.pk}):
        with pytest.raises(NotFound):
            shut(town, actor=away, **scope)
    with pytest.raises(NotAllowed):
        shut(town, actor=town.agent("site_staff"))
    pk = shut(town, site_id=town.school.pk)
    with pytest.raises(NotFound):
        find_closure(actor=away, closure_id=pk)
    with pytest.raises(NotFound):
        open_again(actor=away, closure_id=pk, now=NOW)
    with pytest.raises(NotFound):
        open_again(actor=Town("autre").agent("manager"), closure_id=pk, now=NOW)


def _fields(actor):
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}


def test_what_cannot_be_closed_is_told(town):
    with pytest.raises(WordsMissing):
        shut(town, words="  ")
    with pytest.raises(TooLong):
        shut(town, end=DAY + timedelta(days=90))
    with pytest.raises(TooLong):
        shut(town, end=DAY)
    assert not Closure.objects.exists()


def test_each_family_is_told_once_and_nobody_of_what_was_undone_first(town):
    offer = town.offer()
    first, second = fill(town, offer)
    second.account.activated_at = None
    second.account.save()
    pk = shut(town)
    told = [tell_families(actor=town.system, closure_id=pk, is_undone=False, now=NOW) for _turn in range(2)]
    assert told == [1, 1]
    mail = OutboxMail.objects.get(template="closed")
    assert mail.to == [first.account.email]
    assert [line["moments"] for line in mail.context["lines"]] == ["Matin, Soir"]
    called = households_to_call(actor=town.agent("agent"), family_ids={first.family.pk, second.family.pk})
    assert [each.family_id for each in called] == [second.family.pk]
    open_again(actor=town.agent("manager"), closure_id=pk, now=NOW)
    assert tell_families(actor=town.system, closure_id=pk, is_undone=False, now=NOW) == 0
    assert tell_families(actor=town.system, closure_id=pk, is_undone=True, now=NOW) == 1
    assert OutboxMail.objects.filter(template="opened_again").count() == 1


def test_a_family_reads_what_was_taken_from_its_children_alone(town):
    first, second = fill(town, town.offer())
    shut(town)
    found = closed_moments(actor=town.parent(first), start=TODAY, end=DAY + timedelta(days=1))
    assert {each.child_id for each in found} == {first.children[0].pk}
    assert {each.words for each in found} == {"grève"}
    stranger = town.household("Autre")
    assert closed_moments(actor=town.parent(stranger), start=TODAY, end=DAY + timedelta(days=1)) == []
    del second


def test_closing_costs_the_same_for_more_families(town):
    offer = town.offer(capacity=300)
    fill(town, offer, homes=3)
    with CaptureQueriesContext(connection) as few:
        pk = shut(town)
    with CaptureQueriesContext(connection) as undone:
        open_again(actor=town.agent("manager"), closure_id=pk, now=NOW)
    fill(town, offer, homes=25, name="Autre")
    with CaptureQueriesContext(connection) as many:
        pk = shut(town, key="k2")
    with CaptureQueriesContext(connection) as undone_many:
        open_again(actor=town.agent("manager"), closure_id=pk, now=NOW)
    assert len(many) == len(few) <= 40
    assert len(undone_many) == len(undone) <= 40
