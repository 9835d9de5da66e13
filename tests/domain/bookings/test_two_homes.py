"""A child of two homes is one child: one place, one set of moments a day, and each home gives back its own."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.domain.bookings import rules
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem, change_bookings
from preau.domain.bookings.queries.board import slot_board
from preau.domain.bookings.rules import Wish, decide_order
from preau.domain.catalogue.models import Unit
from preau.domain.catalogue.rules import Counter
from preau.domain.enrolments.models import Enrolment
from preau.domain.enrolments.operations.enrolling import enrol, promote_waiting
from preau.domain.enrolments.queries.lists import offers_with_limit
from preau.domain.enrolments.rules import OfferFull
from preau.domain.families.operations.household import link_child
from tests.domain.bookings.test_rules import DAY, facts
from tests.domain.bookings.test_rules import NOW as RULES_NOW
from tests.factories.town import NOW, TODAY, assert_counters_are_exact, slots_of

A, B = 1, 2  # the enrolments of the two homes


@pytest.fixture
def homes(town, awa):
    """The child of Awa in Bea's home too, both enrolled in one offer, without a calendar of residence."""
    bea = town.household("Bea", children=0, login="bea")
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=awa.children[0].pk)
    offer = town.offer()
    return offer, bea, town.enrol(awa, offer, child=awa.children[0]), town.enrol(bea, offer, child=awa.children[0])


def order(actor, enrolment, *, add=(), remove=()):
    item = OrderItem(enrolment.pk, frozenset(s.pk for s in add), frozenset(s.pk for s in remove))
    return change_bookings(actor=actor, items=[item], now=NOW).decision


@pytest.mark.django_db
def test_the_other_home_sees_what_is_booked_and_cannot_give_it_back(town, awa, homes, login):
    offer, bea, mine, theirs = homes
    slot = slots_of(offer, after=TODAY + timedelta(days=7))[0]
    order(town.parent(awa), mine, add=[slot])
    client = login(bea.account)
    url = f"/ville-test/famille/reservations/{theirs.pk}/"
    page = client.get(url, {"debut": slot.on.isoformat()}).content.decode()
    assert "réservé par l’autre foyer" in page
    assert f'name="u" value="{slot.pk}"' not in page
    sent = {"vue": "mois", "debut": slot.on.isoformat(), "seen": [f"{slot.pk}:1"]}
    assert client.post(f"{url}recapitulatif/", sent, follow=True).status_code in {200, 422}
    recap = client.get(url + "recapitulatif/", follow=True)
    assert recap.status_code == 200
    assert Booking.objects.get(slot=slot, status="booked").enrolment_id == mine.pk


@pytest.mark.django_db
@pytest.mark.parametrize("holds_another", [False, True])
def test_an_order_of_the_other_home_never_cancels_what_this_one_booked(town, awa, homes, holds_another):
    offer, bea, mine, theirs = homes
    morning, evening = slots_of(offer, after=TODAY + timedelta(days=7))[:2]
    order(town.parent(awa), mine, add=[morning])
    if holds_another:
        order(town.parent(bea), theirs, add=[evening])
    decision = order(town.parent(bea), theirs, remove=[morning])
    assert [refusal.fact for refusal in decision.refused] == [rules.HeldByOtherHome]
    assert Booking.objects.filter(slot=morning, status="booked", enrolment=mine).exists()
    taken = order(town.parent(bea), theirs, add=[morning])
    assert [idle.fact for idle in taken.idle] == [rules.HeldByOtherHome]  # it is booked: nothing to do
    assert taken.refused == []
    assert_counters_are_exact(town.id)


@pytest.mark.django_db
def test_units_that_exclude_each_other_do_so_over_both_homes(town, awa, homes):
    offer, bea, mine, theirs = homes
    Unit.objects.filter(offer=offer, code="S").update(excludes=["M"])
    morning, evening = slots_of(offer, after=TODAY + timedelta(days=7))[:2]
    order(town.parent(awa), mine, add=[morning])
    decision = order(town.parent(bea), theirs, add=[evening])
    assert [refusal.fact for refusal in decision.refused] == [rules.UnitExcluded]


@pytest.mark.django_db
def test_the_board_of_agents_says_which_home_booked(town, awa, homes):
    offer, _bea, mine, theirs = homes
    slot = slots_of(offer, after=TODAY + timedelta(days=7))[0]
    order(town.parent(awa), mine, add=[slot])
    board = slot_board(
        actor=town.agent("agent"), enrolment_id=theirs.pk, start=slot.on, end=slot.on + timedelta(days=1), now=NOW
    )
    seen = {each.slot_id: each for each in board.slots}[slot.pk]
    assert (seen.is_booked, seen.can_remove, seen.why) == (True, False, "other_home")


def test_an_exchange_that_gives_nothing_back_opens_nothing_that_is_closed():
    late = {"book_closes_at": RULES_NOW, "change_closes_at": RULES_NOW + timedelta(days=2)}
    counters = {1: Counter(1, 5, 0, 0, True)}
    decision = decide_order(
        [Wish(facts(1, code="M", **late), False), Wish(facts(2, code="S", **late), True)],
        held={},
        held_units={},
        requirements={},
        counters=counters,
        now=RULES_NOW,
    )
    assert [refusal.fact for refusal in decision.refused] == [rules.DeadlinePassed]
    assert [idle.fact for idle in decision.idle] == [rules.NotBooked]
    assert counters[1].booked == 0


WISHES = st.lists(
    st.tuples(st.sampled_from([A, B]), st.integers(1, 4), st.booleans()), unique_by=lambda w: (w[0], w[1]), max_size=8
)


@given(orders=st.lists(WISHES, max_size=4))
def test_no_sequence_of_orders_of_two_homes_doubles_a_place_or_takes_the_other_s(orders):
    """M and J exclude each other on both days: 1 = M, 2 = J of the first day; 3 = M, 4 = J of the next."""
    codes = {1: ("M", "J"), 2: ("J", "M"), 3: ("M", "J"), 4: ("J", "M")}
    held: dict[int, int] = {}
    counters = {1: Counter(1, 50, 0, 0, True)}
    for wishes in orders:
        before = dict(held)
        decision = decide_order(
            [
                Wish(
                    facts(
                        slot,
                        code=codes[slot][0],
                        excludes=frozenset({codes[slot][1]}),
                        on=DAY + timedelta(days=(slot - 1) // 2),
                        enrolment_id=home,
                    ),
                    wanted,
                )
                for home, slot, wanted in wishes
            ],
            held={"c1": dict(held)},
            held_units={
                ("c1", 1, DAY + timedelta(days=day)): frozenset(
                    codes[slot][0] for slot in held if (slot - 1) // 2 == day
                )
                for day in (0, 1)
            },
            requirements={},
            counters=counters,
            now=RULES_NOW,
        )
        for each in decision.removed:
            assert before[each.slot_id] == each.enrolment_id
            del held[each.slot_id]
        for each in decision.added:
            assert each.slot_id not in held
            held[each.slot_id] = each.enrolment_id
        assert not {1, 2} <= set(held)
        assert not {3, 4} <= set(held)
        assert counters[1].booked == len(held)


def waiting(town, household, child, offer, minutes):
    return enrol(
        actor=town.system,
        family_id=household.family.pk,
        child_id=child.pk,
        offer_id=offer.pk,
        waits_from=NOW + timedelta(minutes=minutes),
    )


@pytest.mark.django_db
def test_a_child_waiting_in_two_homes_is_one_child_for_a_single_place(town, awa, bruno):
    bea = town.household("Bea", children=0, login="bea")
    child = awa.children[0]
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=child.pk)
    offer = town.offer(enrolment_capacity=1, waiting_list="by_date")
    first = waiting(town, bruno, bruno.children[0], offer, 0)
    assert first.status == "active"
    for minutes, household in enumerate((awa, bea), start=1):
        assert waiting(town, household, child, offer, minutes).status == "waiting"
    line = next(each for each in offers_with_limit(actor=town.agent("agent"), on=TODAY) if each.offer_id == offer.pk)
    assert (line.taken, line.waiting) == (1, 1)
    with pytest.raises(OfferFull):
        promote_waiting(actor=town.agent("agent"), offer_id=offer.pk, now=NOW)
    Enrolment.objects.filter(pk=first.pk).update(status="ended")
    promote_waiting(actor=town.agent("agent"), offer_id=offer.pk, now=NOW)
    promote_waiting(actor=town.agent("agent"), offer_id=offer.pk, now=NOW)  # the same child, by its other home
    active = Enrolment.objects.filter(offer=offer, status="active")
    assert set(active.values_list("child_id", flat=True)) == {child.pk}


@pytest.mark.django_db
def test_a_capacity_limits_adults_and_households_too(town, awa, bruno):
    offer = town.offer(enrolment_capacity=1)
    enrol(actor=town.system, family_id=awa.family.pk, adult_id=awa.adult.pk, offer_id=offer.pk)
    with pytest.raises(OfferFull):
        enrol(actor=town.system, family_id=bruno.family.pk, offer_id=offer.pk)
