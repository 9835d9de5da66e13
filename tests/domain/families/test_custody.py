"""A child of two households: whose days, who books them, objections; on a real database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry
from preau.domain.bookings.operations import OrderItem
from preau.domain.bookings.queries.board import slot_board
from preau.domain.catalogue.models import SchoolHoliday
from preau.domain.families.enums import Authority
from preau.domain.families.models import Guardianship, HouseholdTerm, Objection, ResidenceCalendar
from preau.domain.families.operations.custody import (
    add_household,
    lift_objection,
    object_to_acts,
    set_residence,
    set_shares,
)
from preau.domain.families.operations.household import add_adult, link_child
from preau.domain.families.queries.custody import has_objection, own_days
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.rules import NothingToDo, ReasonNeeded
from preau.kernel.periods import monday_of
from preau.kernel.residence import HalfHolidays, Usual, WeekTurns
from tests.factories.town import NOW, slots_of

pytestmark = pytest.mark.django_db
WORDS = "Ce jour-là, l’enfant est chez son autre parent."


@pytest.fixture
def bea(town, awa):
    """Béa, the other parent of Awa's first child, in her own household."""
    bea = town.household("Bea", children=0, login="bea")
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=awa.children[0].pk)
    return bea


@pytest.fixture
def offer(town, awa, bea):
    offer = town.offer(capacity=20)
    town.enrol(awa, offer, child=awa.children[0])
    town.enrol(bea, offer, child=awa.children[0])
    return offer


def share(town, awa, bea, pattern=None, **extra):
    """Weeks in turn, from this Monday with Awa."""
    set_residence(
        actor=town.agent("agent"),
        child_id=awa.children[0].pk,
        pattern=pattern or WeekTurns("a", monday_of(NOW.date())),
        adult_a_id=awa.adult.pk,
        adult_b_id=bea.adult.pk,
        now=NOW,
        **extra,
    )


def next_week(offer):
    """A slot of the week after this one: Béa's."""
    monday = monday_of(NOW.date()) + timedelta(days=7)
    return next(slot for slot in slots_of(offer) if monday <= slot.on < monday + timedelta(days=7))


def book(town, household, slot, *, actor=None, key="k", **extra):
    item = OrderItem(household.enrolments[0].pk, frozenset({slot.pk}))
    actor = actor or town.parent(household)
    return place_order(actor=actor, items=[item], key=key, now=NOW, **extra).procedures[0]


def test_a_parent_books_its_own_days_and_is_refused_those_of_the_other(town, awa, bea, offer):
    share(town, awa, bea)
    slot = next_week(offer)
    refused = book(town, awa, slot)
    assert (refused.added, [each.why for each in refused.refused]) == ((), ["not_your_day"])
    assert [each.on for each in book(town, bea, slot, key="k2").added] == [slot.on]


def test_a_parent_cannot_give_back_a_day_that_is_not_its_own(town, awa, bea, offer):
    slot = next_week(offer)
    book(town, awa, slot)
    share(town, awa, bea)
    item = OrderItem(awa.enrolments[0].pk, frozenset(), frozenset({slot.pk}))
    answer = place_order(actor=town.parent(awa), items=[item], key="k2", now=NOW).procedures[0]
    assert [each.why for each in answer.refused] == ["not_your_day"]


def test_parents_who_agreed_to_it_book_any_day(town, awa, bea, offer):
    share(town, awa, bea, may_book_any_day=True)
    assert book(town, awa, next_week(offer)).added


def test_an_agent_goes_past_it_with_a_reason_only(town, awa, bea, offer):
    share(town, awa, bea)
    slot, agent = next_week(offer), town.agent("manager")
    with pytest.raises(ReasonNeeded) as asked:
        book(town, awa, slot, actor=agent)
    assert [each.fact.code for each in asked.value.refused] == ["not_your_day"]
    assert book(town, awa, slot, actor=agent, key="k2", reason="échange convenu").added


def test_the_grid_locks_the_day_and_the_page_says_why_in_words(town, awa, bea, offer, login):
    share(town, awa, bea)
    slot = next_week(offer)
    enrolment = awa.enrolments[0]
    board = slot_board(
        actor=town.parent(awa), enrolment_id=enrolment.pk, start=slot.on, end=slot.on + timedelta(days=1), now=NOW
    )
    assert {(each.can_add, each.why) for each in board.slots} == {(False, "not_your_day")}
    number = book(town, awa, slot).number
    page = login(awa.account).get(f"/{town.slug}/famille/demandes/{number}/").content.decode()
    assert WORDS in page


def test_holidays_shared_by_halves_decide_the_day(town, awa, bea, offer):
    slot = next_week(offer)
    SchoolHoliday.objects.filter(organisation_id=town.id).delete()
    SchoolHoliday.objects.create(
        organisation_id=town.id, name="Congés", starts_on=slot.on, ends_on=slot.on + timedelta(days=1)
    )
    first = "b" if slot.on.year % 2 == 0 else "a"
    share(town, awa, bea, HalfHolidays(first, Usual("b")))  # its only day is in the first half
    mine, theirs = (awa, bea) if _side_of(first, slot.on) == "a" else (bea, awa)
    assert book(town, mine, slot).added
    with pytest.raises(NothingToDo):
        book(town, theirs, slot, key="k2")


def _side_of(first_in_even_years: str, day: date) -> str:
    return first_in_even_years if day.year % 2 == 0 else {"a": "b", "b": "a"}[first_in_even_years]


def test_weeks_in_turn_cost_an_order_no_query(town, awa, bea, offer):
    def count(key):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = book(town, awa, slots.pop(), key=key)
        assert answer.added or answer.refused
        return len(queries)

    slots = slots_of(offer)[:3]
    book(town, awa, slots.pop(), key="warm")
    before = count("one")
    share(town, awa, bea)
    assert count("two") <= before


def test_the_two_homes_share_every_day(town, awa, bea):
    share(town, awa, bea)
    row = ResidenceCalendar.objects.get()
    mine, theirs = (own_days(side=side, calendar=row.calendar) for side in ("a", "b"))
    assert (row.adult_a, row.adult_b, row.starts_on, row.ends_on) == (awa.adult, bea.adult, NOW.date(), None)
    assert all(mine.holds(day) != theirs.holds(day) for day in (NOW.date() + timedelta(days=i) for i in range(30)))
    assert JournalEntry.objects.filter(act="residence.set").count() == 1


def test_a_calendar_said_later_leaves_the_days_of_before_as_they_were(town, awa, bea):
    share(town, awa, bea)
    ids = {"child_id": awa.children[0].pk, "adult_a_id": awa.adult.pk, "adult_b_id": bea.adult.pk}
    in_march = datetime(2027, 3, 1, 9, tzinfo=UTC)
    set_residence(actor=town.agent("agent"), pattern=Usual("a"), **ids, now=in_march)
    set_residence(actor=town.agent("agent"), pattern=Usual("b"), **ids, now=in_march + timedelta(hours=2))
    rows = ResidenceCalendar.objects.order_by("starts_on").values_list("starts_on", "ends_on", "calendar__side")
    assert [(starts_on, ends_on) for starts_on, ends_on, _side in rows] == [
        (NOW.date(), in_march.date()),
        (in_march.date(), None),
    ]
    assert rows[1][2] == "b"


def test_a_share_changed_in_march_leaves_february_and_nobody_who_joins_changes_it(town, awa, bea):
    child_id, agent = awa.children[0].pk, town.agent("agent")
    homes = (awa.family.pk, bea.family.pk)
    set_shares(actor=agent, child_id=child_id, shares=dict(zip(homes, (60, 40), strict=True)), now=NOW)
    in_march = datetime(2027, 3, 1, 9, tzinfo=UTC)
    set_shares(actor=agent, child_id=child_id, shares=dict(zip(homes, (50, 50), strict=True)), now=in_march)
    add_adult(actor=agent, family_id=awa.family.pk, position="co_holder", civility="M.", first_name="Al", last_name="D")

    def shares(day):
        rows = HouseholdTerm.objects.filter(starts_on__lte=day).exclude(ends_on__lte=day)
        return sorted(rows.values_list("home__family_id", "payer_share_percent"))

    assert shares(date(2027, 2, 1)) == [(homes[0], 60), (homes[1], 40)]
    assert shares(date(2027, 3, 1)) == [(homes[0], 50), (homes[1], 50)]
    third = town.household("Troisième")
    add_household(actor=agent, child_id=child_id, family_id=third.family.pk, now=in_march)
    assert sum(share for _home, share in shares(date(2027, 3, 2))) == 100


def test_a_calendar_needs_an_agent_and_two_adults_who_exercise_authority(town, awa, bea):
    child_id, adults = awa.children[0].pk, {"adult_a_id": awa.adult.pk, "adult_b_id": bea.adult.pk}
    asked = {"child_id": child_id, "pattern": Usual("a"), "now": NOW}
    with pytest.raises(NotAllowed):
        set_residence(actor=town.parent(awa), **asked, **adults)
    with pytest.raises(NotFound):
        set_residence(actor=town.agent("agent"), **asked, adult_a_id=awa.adult.pk, adult_b_id=awa.adult.pk)
    Guardianship.objects.filter(adult=bea.adult).update(authority=Authority.HELD)
    with pytest.raises(NotFound):
        set_residence(actor=town.agent("agent"), **asked, **adults)


def test_an_agent_of_another_town_sets_no_calendar(town, other_town, awa, bea):
    with pytest.raises(NotFound):
        share(other_town, awa, bea)


def test_an_objection_stands_until_an_agent_lifts_it_with_a_reason(town, awa, bea):
    child_id, agent = awa.children[0].pk, town.agent("agent")
    made = object_to_acts(actor=town.parent(bea), child_id=child_id, adult_id=bea.adult.pk, text="Non", now=NOW)
    assert has_objection(actor=agent, child_id=child_id)
    with pytest.raises(NotAllowed):
        lift_objection(actor=town.parent(bea), objection_id=made, reason="accord", now=NOW)
    with pytest.raises(ValueError, match="reason"):
        lift_objection(actor=agent, objection_id=made, reason=" ", now=NOW)
    lift_objection(actor=agent, objection_id=made, reason="accord écrit", now=NOW)
    assert not has_objection(actor=agent, child_id=child_id)
    assert Objection.objects.get().text == {"text": "Non", "lifted_because": "accord écrit"}
    with pytest.raises(NotFound):
        lift_objection(actor=agent, objection_id=made, reason="encore", now=NOW)


def test_nobody_objects_in_the_name_of_the_other_parent_nor_without_authority(town, awa, bea, bruno):
    child_id = awa.children[0].pk
    for actor, adult in ((town.parent(awa), bea.adult), (town.parent(bruno), bruno.adult)):
        with pytest.raises(NotFound):
            object_to_acts(actor=actor, child_id=child_id, adult_id=adult.pk, text="Non", now=NOW)
    Guardianship.objects.filter(adult=bea.adult).update(authority=Authority.HELD)
    with pytest.raises(NotFound):
        object_to_acts(actor=town.parent(bea), child_id=child_id, adult_id=bea.adult.pk, text="Non", now=NOW)
