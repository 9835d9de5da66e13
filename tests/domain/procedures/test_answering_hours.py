"""What becomes of hours asked for, one test per fault that a review has found; both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from preau.domain.catalogue.models import Offer
from preau.domain.creche.models import CareRange
from preau.domain.creche.operations import DayWish, place_child
from preau.domain.creche.queries.presence import structures_of
from preau.domain.organisations.models import Department
from preau.domain.procedures.models import Procedure, ProcedureDay
from preau.domain.procedures.operations.answering_hours import (
    DayAnswer,
    accept_many,
    answer_hours,
    answer_proposal,
    withdraw_days,
)
from preau.domain.procedures.operations.changes import leave
from preau.domain.procedures.operations.hours import adjust_hours
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.queries.requests import count_requests, find_request
from preau.domain.procedures.rules import AlreadyDecided
from tests.factories.creche import Creche, held, monday, ranges
from tests.factories.town import NOW, Town

pytestmark = pytest.mark.django_db
WEEK = [monday() + timedelta(days=n) for n in range(5)]
DAY = ranges((9, 17))


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def director(town):
    return town.agent("agent", account=town.account("directrice", role="agent"))


def home(creche, name="Dupré", offer=None):
    made = creche.town.household(name, login=name.lower())
    return made, creche.enrol(made, offer or creche.offer()), creche.town.parent(made)


def ask(actor, enrolment, days, key="k"):
    wishes = [DayWish(enrolment.pk, on, hours) for on, hours in days.items()]
    return place_order(actor=actor, items=[], hours=wishes, key=key, now=NOW).first_number


def give(director, enrolment, days, key="g"):
    return adjust_hours(actor=director, enrolment_id=enrolment.pk, changes=days, reason="Repris", key=key, now=NOW)


def booked(enrolment):
    return sorted(
        CareRange.objects.filter(enrolment=enrolment, status="booked").values_list("on", "starts_minute", "ends_minute")
    )


def test_hours_left_in_the_section_of_before_take_no_place_for_free_in_the_new_one(town, director):
    creche = Creche(town, places=1, sections=("Petits", "Grands"))
    _one, first, _actor = home(creche, "Premier")
    _two, second, parent = home(creche, "Second")
    place_child(actor=director, enrolment_id=first.pk, section_id=creche.sections[1].pk, on=WEEK[0], now=NOW)
    give(director, first, {WEEK[0]: DAY})
    give(director, second, {WEEK[0]: DAY}, key="h")
    place_child(actor=director, enrolment_id=second.pk, section_id=creche.sections[1].pk, on=WEEK[0], now=NOW)
    number = ask(parent, second, {WEEK[0]: ranges((9, 16))})
    answered = answer_hours(actor=director, number=number, answers=[DayAnswer(WEEK[0], "accept")], now=NOW)
    assert [each.fact.code for each in answered.refused] == ["no_room"]
    assert max(held(town, WEEK[0])) == 2  # one in each section


def test_one_order_never_puts_a_child_at_two_places(town):
    creche = Creche(town)
    made = town.household("Dupré", login="dupré")
    rows = [creche.enrol(made, creche.offer(care, confirmation="automatic")) for care in ("occasional", "variable")]
    wishes = [DayWish(rows[0].pk, WEEK[0], ranges((9, 12))), DayWish(rows[1].pk, WEEK[0], ranges((9, 13)))]
    placed = place_order(actor=town.parent(made), items=[], hours=wishes, key="k", now=NOW)
    assert len(placed.procedures) == 2
    assert CareRange.objects.filter(status="booked").count() == 1
    assert set(ProcedureDay.objects.values_list("why", flat=True)) == {"", "held_elsewhere"}


def test_what_is_proposed_is_the_familys_to_take(town, director):
    """An agent who accepts such a day writes what the family had asked for."""
    _home, enrolment, parent = home(Creche(town))
    number = ask(parent, enrolment, {WEEK[0]: DAY, WEEK[1]: DAY})
    answer_hours(actor=director, number=number, answers=[DayAnswer(WEEK[0], "propose", ranges((13, 15)))], now=NOW)
    row, _enrolment, outcome = find_request(actor=director, number=number, now=NOW)
    assert [wish.on for wish in outcome.pending + outcome.granted] == [WEEK[1]]
    assert row.fits
    answers = [DayAnswer(on, "accept") for on in WEEK[:2]]
    answer_hours(actor=director, number=number, answers=answers, now=NOW)
    assert booked(enrolment) == [(WEEK[0], 540, 1020), (WEEK[1], 540, 1020)]


def test_an_agent_of_another_service_at_the_same_address_sees_no_creche(town):
    creche = Creche(town)
    home(creche)
    sport = Department.objects.create(organisation_id=town.id, name="Sport")
    gym = town.offer()
    gym.activity.department = sport
    gym.activity.save()
    Offer.objects.filter(pk=gym.pk).update(site=creche.site)
    assert structures_of(actor=replace(town.agent("agent"), department_ids=frozenset({sport.pk}))) == []
    assert len(structures_of(actor=town.agent("agent"))) == 1


def test_a_request_of_a_service_without_agent_is_not_anothers_and_not_over(town):
    creche = Creche(town)
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, {WEEK[0]: DAY})
    sport = Department.objects.create(organisation_id=town.id, name="Sport")
    actor = replace(town.agent("manager"), department_ids=frozenset({sport.pk}))
    assert count_requests(actor=actor) == 0
    assert accept_many(actor=actor, numbers=[number], now=NOW) == ([], [number])
    assert Procedure.objects.get(number=number).status == "submitted"


def test_what_waits_is_closed_when_the_child_leaves(town, director):
    _home, enrolment, parent = home(Creche(town))
    number = ask(parent, enrolment, {WEEK[0]: DAY, WEEK[4]: DAY})
    answer_hours(actor=director, number=number, answers=[DayAnswer(WEEK[0], "accept")], now=NOW)
    other = ask(parent, enrolment, {WEEK[1]: DAY}, key="k2")
    answer_hours(actor=director, number=other, answers=[DayAnswer(WEEK[1], "propose", ranges((9, 12)))], now=NOW)
    leave(actor=director, enrolment_id=enrolment.pk, on=WEEK[0], now=NOW)
    assert booked(enrolment) == []
    assert [row.status for row in Procedure.objects.order_by("number")] == ["accepted", "refused"]
    with pytest.raises(AlreadyDecided):
        answer_proposal(actor=parent, number=other, accept=True, now=NOW)


def test_requests_of_an_ended_enrolment_do_not_stop_the_others(town, director):
    creche = Creche(town)
    _one, first, parent = home(creche, "Premier")
    _two, second, other = home(creche, "Second")
    numbers = [ask(parent, first, {WEEK[0]: DAY}), ask(other, second, {WEEK[0]: DAY}, key="k2")]
    first.status = "ended"
    first.save()
    assert accept_many(actor=director, numbers=numbers, now=NOW) == ([numbers[1]], [numbers[0]])
    assert len(booked(second)) == 1


def test_a_proposal_taken_after_its_day_is_over(town, director):
    _home, enrolment, parent = home(Creche(town))
    number = ask(parent, enrolment, {WEEK[0]: DAY})
    answer_hours(actor=director, number=number, answers=[DayAnswer(WEEK[0], "propose", ranges((9, 12)))], now=NOW)
    answered = answer_proposal(actor=parent, number=number, accept=True, now=NOW + timedelta(days=30))
    assert [each.fact.code for each in answered.refused] == ["past"]
    assert Procedure.objects.get(number=number).status == "refused"


def test_the_days_that_wait_are_taken_back_and_the_others_stay(town, director):
    _home, enrolment, parent = home(Creche(town))
    number = ask(parent, enrolment, {WEEK[0]: DAY, WEEK[1]: DAY})
    answer_hours(actor=director, number=number, answers=[DayAnswer(WEEK[0], "accept")], now=NOW)
    withdraw_days(actor=parent, number=number, now=NOW)
    assert Procedure.objects.get(number=number).status == "accepted"
    assert [day for day, _start, _end in booked(enrolment)] == [WEEK[0]]
    assert ask(parent, enrolment, {WEEK[1]: DAY}, key="again") > number
    with pytest.raises(AlreadyDecided):
        withdraw_days(actor=parent, number=number, now=NOW)


def test_the_hours_that_a_week_offers_are_those_of_the_structure_not_of_one_offer(town):
    """Above its places on a Monday, a section may take more while its whole week is nearly empty."""
    creche = Creche(town, places=7, surplus=115)
    offer = creche.offer("occasional", confirmation="automatic")
    Offer.objects.filter(pk=offer.pk).update(weekdays="0")
    for number in range(8):
        made = town.household(f"Famille{number}", login=f"f{number}")
        enrolment = creche.enrol(made, offer)
        ask(town.parent(made), enrolment, {WEEK[0]: DAY}, key=f"k{number}")
    assert max(held(town, WEEK[0])) == 8
