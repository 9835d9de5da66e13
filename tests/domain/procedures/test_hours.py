"""Hours of care asked for, answered, proposed, taken: on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import OutboxMail
from preau.domain.creche.models import CareRange
from preau.domain.creche.operations import DayWish, TooManyDays, place_child
from preau.domain.creche.queries.enrolments import care_enrolments, find_care
from preau.domain.creche.rules import MOST_DAYS
from preau.domain.families.models import Child
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.announcing import announce
from preau.domain.procedures.operations.answering_hours import DayAnswer, accept_many, answer_hours, answer_proposal
from preau.domain.procedures.operations.basket import empty_basket
from preau.domain.procedures.operations.hours import adjust_hours, change_hours
from preau.domain.procedures.operations.messages import cancel
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.queries.hours import hours_basket, pending_days, wishes_of
from preau.domain.procedures.queries.orders import find_procedure
from preau.domain.procedures.rules import AlreadyDecided, NothingToDo, TextMissing
from tests.factories.creche import Creche, held, monday, ranges
from tests.factories.town import NOW, TODAY, Town

pytestmark = pytest.mark.django_db
WEEK = [monday() + timedelta(days=n) for n in range(5)]
DAY = ranges((9.5, 17.5))


@pytest.fixture
def creche():
    return Creche(Town())


def home(creche, name="Dupré", care="variable", **rules):
    made = creche.town.household(name, login=name.lower())
    offer = creche.offer(care, **rules)
    return made, creche.enrol(made, offer), creche.town.parent(made)


def ask(actor, enrolment, days, key="k", now=NOW):
    change_hours(actor=actor, enrolment_id=enrolment.pk, changes=days, held={}, now=now)
    basket = hours_basket(actor=actor, enrolment_ids=[enrolment.pk])
    return place_order(actor=actor, items=[], hours=wishes_of(basket=basket), key=key, now=now)


def agent(creche, *roles):
    return creche.town.agent(*(roles or ("agent",)), account=creche.town.account(f"dir{len(roles)}", role="agent"))


def test_a_week_is_filed_and_waits_for_the_structure(creche):
    _home, enrolment, parent = home(creche)
    placed = ask(parent, enrolment, dict.fromkeys(WEEK, DAY))
    [view] = placed.procedures
    assert (view.status, [day.asked for day in view.hours]) == ("submitted", [DAY] * 5)
    row = Procedure.objects.get(number=view.number)
    assert row.due_at - NOW == timedelta(hours=48)
    assert (row.site_id, row.first_on, row.last_on) == (creche.site.pk, WEEK[0], WEEK[4])
    assert CareRange.objects.count() == 0
    assert set(pending_days(actor=parent, enrolment_ids=[enrolment.pk], start=TODAY)) == {
        (enrolment.pk, on) for on in WEEK
    }
    assert hours_basket(actor=parent, enrolment_ids=[enrolment.pk]) == {}


def test_the_same_order_sent_twice_is_one(creche):
    _home, enrolment, parent = home(creche)
    first = ask(parent, enrolment, {WEEK[0]: DAY})
    again = place_order(actor=parent, items=[], hours=[], key="k", now=NOW)
    assert again.is_replay
    assert again.first_number == first.first_number


def test_accepted_hours_hold_their_places_and_the_family_is_told(creche):
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, dict.fromkeys(WEEK[:2], DAY)).first_number
    answered = answer_hours(
        actor=agent(creche), number=number, answers=[DayAnswer(on, "accept") for on in WEEK[:2]], now=NOW
    )
    assert (answered.status, answered.refused) == ("accepted", ())
    assert held(creche.town, WEEK[0])[40] == 1
    assert OutboxMail.objects.get().template == "hours_answered"
    with pytest.raises(AlreadyDecided):
        answer_hours(actor=agent(creche, "agent", "x"), number=number, answers=[DayAnswer(WEEK[0], "accept")], now=NOW)


def test_a_change_replaces_the_hours_of_its_day_alone(creche):
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, dict.fromkeys(WEEK[:2], DAY)).first_number
    director = agent(creche)
    answer_hours(actor=director, number=number, answers=[DayAnswer(on, "accept") for on in WEEK[:2]], now=NOW)
    other = ranges((8, 12), (14, 17))
    number = ask(parent, enrolment, {WEEK[1]: other}, key="k2").first_number
    assert find_procedure(actor=parent, number=number).hours[0].before == DAY
    answer_hours(actor=director, number=number, answers=[DayAnswer(WEEK[1], "accept")], now=NOW)
    rows = CareRange.objects.filter(status="booked").order_by("on", "starts_minute")
    assert [(row.on, row.starts_minute, row.ends_minute) for row in rows] == [
        (WEEK[0], 570, 1050),
        (WEEK[1], 480, 720),
        (WEEK[1], 840, 1020),
    ]


def test_what_is_so_already_is_nothing_to_do(creche):
    _home, enrolment, parent = home(creche, care="occasional", confirmation="immediate")
    ask(parent, enrolment, {WEEK[0]: DAY})
    with pytest.raises(NothingToDo):
        ask(parent, enrolment, {WEEK[0]: DAY}, key="k2")
    assert Procedure.objects.count() == 1


def test_occasional_care_is_booked_at_once_until_it_is_full(creche):
    creche.sections[0].places = 1
    creche.sections[0].save()
    _home, enrolment, parent = home(creche, care="occasional", confirmation="immediate")
    assert ask(parent, enrolment, {WEEK[0]: DAY}).procedures[0].status == "accepted"
    second = creche.town.household("Autre", login="autre")
    late = creche.enrol(second, enrolment.offer)
    placed = ask(creche.town.parent(second), late, {WEEK[0]: ranges((9, 10.5)), WEEK[1]: DAY}, key="k2")
    assert [(day.state, day.why) for day in placed.procedures[0].hours] == [("refused", "no_room"), ("accepted", "")]
    assert max(held(creche.town, WEEK[0])) == 1


def test_room_is_judged_again_at_acceptance(creche):
    creche.sections[0].places = 1
    creche.sections[0].save()
    _home, enrolment, parent = home(creche)
    second = creche.town.household("Autre", login="autre")
    late = creche.enrol(second, enrolment.offer)
    first = ask(parent, enrolment, dict.fromkeys(WEEK[:2], DAY)).first_number
    other = ask(creche.town.parent(second), late, {WEEK[0]: ranges((12, 13)), WEEK[2]: DAY}, key="k2").first_number
    director = agent(creche)
    assert accept_many(actor=director, numbers=[first, other], now=NOW) == ([first], [other])
    answered = answer_hours(
        actor=director, number=other, answers=[DayAnswer(WEEK[0], "accept"), DayAnswer(WEEK[2], "accept")], now=NOW
    )
    assert (answered.status, [each.wish.on for each in answered.refused]) == ("in_review", [WEEK[0]])
    [crowd] = answered.refused[0].crowds
    assert (crowd.hours.words(), crowd.present, crowd.places) == ("12:00-13:00", 2, 1)
    assert max(held(creche.town, WEEK[0])) == 1


def test_a_manager_goes_past_the_places_with_a_reason_an_agent_does_not(creche):
    creche.sections[0].places = 0
    creche.sections[0].save()
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, {WEEK[0]: DAY}).first_number
    accept = [DayAnswer(WEEK[0], "accept")]
    with pytest.raises(NotAllowed):
        answer_hours(actor=agent(creche), number=number, answers=accept, now=NOW, exceeds="fratrie")
    manager = creche.town.agent("manager", account=creche.town.account("cheffe", role="manager"))
    assert answer_hours(actor=manager, number=number, answers=accept, now=NOW, exceeds="fratrie").status == "accepted"
    assert CareRange.objects.get().reason == "fratrie"


def test_a_refusal_says_why(creche):
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, {WEEK[0]: DAY}).first_number
    with pytest.raises(TextMissing):
        answer_hours(actor=agent(creche), number=number, answers=[DayAnswer(WEEK[0], "refuse")], now=NOW)
    answer = [DayAnswer(WEEK[0], "refuse", reason="Sortie ce jour-là")]
    answered = answer_hours(actor=agent(creche, "agent", "x"), number=number, answers=answer, now=NOW)
    assert answered.status == "refused"
    assert find_procedure(actor=parent, number=number).hours[0].reason == "Sortie ce jour-là"


@pytest.mark.parametrize(("accept", "status", "places"), [(True, "accepted", 1), (False, "cancelled", 0)])
def test_other_hours_are_proposed_and_taken_or_not(creche, accept, status, places):
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, {WEEK[0]: DAY}).first_number
    proposal = [DayAnswer(WEEK[0], "propose", ranges((10, 16)))]
    assert answer_hours(actor=agent(creche), number=number, answers=proposal, now=NOW).status == "proposed"
    assert answer_proposal(actor=parent, number=number, accept=accept, now=NOW).status == status
    assert max(held(creche.town, WEEK[0])) == places
    with pytest.raises(AlreadyDecided):
        answer_proposal(actor=parent, number=number, accept=True, now=NOW)


def test_proposed_hours_that_were_taken_meanwhile_go_back_to_the_structure(creche):
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, {WEEK[0]: DAY}).first_number
    answer_hours(actor=agent(creche), number=number, answers=[DayAnswer(WEEK[0], "propose", ranges((10, 16)))], now=NOW)
    creche.sections[0].places = 0
    creche.sections[0].save()
    answered = answer_proposal(actor=parent, number=number, accept=True, now=NOW)
    assert (answered.status, len(answered.refused)) == ("in_review", 1)


def test_a_request_is_cancelled_while_nothing_of_it_is_booked(creche):
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, dict.fromkeys(WEEK[:2], DAY)).first_number
    cancel(actor=parent, number=number, now=NOW)
    assert pending_days(actor=parent, enrolment_ids=[enrolment.pk], start=TODAY) == {}
    again = ask(parent, enrolment, dict.fromkeys(WEEK[:2], DAY), key="k2").first_number
    answer_hours(actor=agent(creche), number=again, answers=[DayAnswer(WEEK[0], "accept")], now=NOW)
    with pytest.raises(AlreadyDecided):
        cancel(actor=parent, number=again, now=NOW)


@pytest.mark.parametrize(
    ("on", "hours", "why"),
    [
        (TODAY + timedelta(days=1), DAY, "deadline_passed"),
        (TODAY - timedelta(days=3), DAY, "past"),
        (WEEK[0] + timedelta(days=5), DAY, "closed"),
        (TODAY + timedelta(days=400), DAY, "not_enrolled"),
        (WEEK[0], ranges((7, 12)), "bad_hours"),
        (WEEK[0], ranges((12, 9)), "bad_hours"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_told(creche, on, hours, why):
    _home, enrolment, parent = home(creche)
    [view] = ask(parent, enrolment, {on: hours}).procedures
    assert (view.status, view.hours[0].why) == ("refused", why)


def test_a_day_that_waits_is_not_asked_for_again(creche):
    _home, enrolment, parent = home(creche)
    ask(parent, enrolment, {WEEK[0]: DAY})
    [view] = ask(parent, enrolment, {WEEK[0]: ranges((8, 12))}, key="k2").procedures
    assert view.hours[0].why == "asked"


def test_a_day_is_kept_where_the_collectivity_wants_an_absence_instead(creche):
    _home, enrolment, parent = home(creche, care="occasional", confirmation="immediate", keeps_days=True)
    ask(parent, enrolment, {WEEK[0]: DAY})
    [view] = ask(parent, enrolment, {WEEK[0]: ()}, key="k2").procedures
    assert view.hours[0].why == "kept_day"
    assert max(held(creche.town, WEEK[0])) == 1


def test_a_child_of_two_homes_is_expected_once(creche):
    made, enrolment, parent = home(creche, care="occasional", confirmation="immediate")
    ask(parent, enrolment, {WEEK[0]: ranges((9, 12))})
    other = creche.town.household("Autre", login="autre")
    twin = creche.town.enrol(other, enrolment.offer, child=made.children[0])
    placed = ask(creche.town.parent(other), twin, {WEEK[0]: ranges((11, 14)), WEEK[1]: DAY}, key="k2")
    assert [day.why for day in placed.procedures[0].hours] == ["held_elsewhere", ""]


def test_each_parent_has_a_basket_and_the_last_word_of_a_day_counts(creche):
    _home, enrolment, parent = home(creche)
    for hours in (DAY, ranges((8, 12))):
        change_hours(actor=parent, enrolment_id=enrolment.pk, changes={WEEK[0]: hours}, held={}, now=NOW)
    assert hours_basket(actor=parent, enrolment_ids=[enrolment.pk]) == {enrolment.pk: {WEEK[0]: ranges((8, 12))}}
    change_hours(
        actor=parent,
        enrolment_id=enrolment.pk,
        changes={WEEK[0]: ranges((8, 12))},
        held={WEEK[0]: ranges((8, 12))},
        now=NOW,
    )
    assert hours_basket(actor=parent, enrolment_ids=[enrolment.pk]) == {}
    change_hours(actor=parent, enrolment_id=enrolment.pk, changes={WEEK[1]: DAY}, held={}, now=NOW)
    assert empty_basket(actor=parent) == 1


def test_nobody_asks_for_the_child_of_others(creche):
    _home, enrolment, _parent = home(creche)
    stranger = creche.town.parent(creche.town.household("Autre", login="autre"))
    with pytest.raises(NotFound):
        change_hours(actor=stranger, enrolment_id=enrolment.pk, changes={WEEK[0]: DAY}, held={}, now=NOW)
    with pytest.raises(NotFound):
        find_care(actor=stranger, enrolment_id=enrolment.pk)


def test_a_director_sees_and_answers_her_structure_alone(creche):
    _home, enrolment, parent = home(creche)
    number = ask(parent, enrolment, {WEEK[0]: DAY}).first_number
    elsewhere = Creche(creche.town, "Les Libellules")
    limited = creche.town.agent("manager")
    director = replace(limited, site_ids=frozenset({elsewhere.site.pk}))
    with pytest.raises(NotFound):
        answer_hours(actor=director, number=number, answers=[DayAnswer(WEEK[0], "accept")], now=NOW)
    with pytest.raises(NotFound):
        find_care(actor=director, enrolment_id=enrolment.pk)
    with pytest.raises(NotFound):
        place_child(actor=director, enrolment_id=enrolment.pk, section_id=elsewhere.sections[0].pk, on=TODAY, now=NOW)


def test_a_child_changes_section_from_a_day(creche):
    grands = Creche(creche.town, "Deux", sections=("Petits", "Grands"))
    home_, enrolment = creche.town.household("Grand", login="grand"), None
    enrolment = grands.enrol(home_, grands.offer())
    place_child(actor=agent(creche), enrolment_id=enrolment.pk, section_id=grands.sections[1].pk, on=WEEK[2], now=NOW)
    view = find_care(actor=creche.town.parent(home_), enrolment_id=enrolment.pk)
    assert [view.section_on(on).name for on in WEEK[1:4]] == ["Petits", "Grands", "Grands"]


def test_a_structure_adjusts_with_a_reason_and_tells_the_family(creche):
    _home, enrolment, _parent = home(creche)
    director = agent(creche)
    asked = {"actor": director, "enrolment_id": enrolment.pk, "changes": {WEEK[0]: DAY}, "key": "adj", "now": NOW}
    with pytest.raises(TextMissing):
        adjust_hours(**asked, reason="  ")
    assert adjust_hours(**asked, reason="Demandé par téléphone").status == "accepted"
    assert adjust_hours(**asked, reason="Demandé par téléphone").status == "accepted"
    row = Procedure.objects.get()
    assert (row.on_behalf, row.reason) == (True, "Demandé par téléphone")
    announce(actor=creche.town.system, key="adj", now=NOW)
    assert OutboxMail.objects.get().template == "booking_confirmed"
    creche.sections[0].places = 0
    creche.sections[0].save()
    full = adjust_hours(**{**asked, "key": "adj2", "changes": {WEEK[1]: DAY}}, reason="Demandé")
    assert [each.fact.code for each in full.refused] == ["no_room"]
    assert Procedure.objects.count() == 1


def test_a_setting_that_cannot_be_read_closes_its_structure_alone(creche):
    _home, enrolment, parent = home(creche)
    other = Creche(creche.town, "Les Libellules")
    second = creche.town.household("Autre", login="autre")
    there = other.enrol(second, other.offer())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE creche_structure SET hours = %s WHERE id = %s", ['{"0": "tôt"}', creche.structure.pk])
    assert ask(parent, enrolment, {WEEK[0]: DAY}).procedures[0].hours[0].why == "unreadable"
    assert ask(creche.town.parent(second), there, {WEEK[0]: DAY}, key="k2").procedures[0].status == "submitted"


def test_more_days_than_any_honest_request_are_refused(creche):
    _home, enrolment, parent = home(creche)
    days = {TODAY + timedelta(days=n): DAY for n in range(MOST_DAYS + 1)}
    with pytest.raises(TooManyDays):
        change_hours(actor=parent, enrolment_id=enrolment.pk, changes=days, held={}, now=NOW)


def test_the_section_follows_the_age_at_entrance(creche):
    two = Creche(creche.town, "Deux", sections=("Bébés", "Grands"))
    two.sections[0].max_age_months = 18
    two.sections[0].save()
    made = creche.town.household("Grand", login="grand")
    enrolment = two.enrol(made, two.offer())
    assert care_enrolments(actor=creche.town.parent(made), on=TODAY)[0].class_name == "Grands"
    Child.objects.filter(pk=made.children[0].pk).update(birth_date=TODAY - timedelta(days=200))
    assert find_care(actor=creche.town.parent(made), enrolment_id=enrolment.pk).class_name == "Bébés"


def test_a_request_of_five_days_costs_eighteen_queries_at_most(creche):
    _home, enrolment, actor = home(creche)
    ask(actor, enrolment, {WEEK[0] + timedelta(days=7): DAY}, key="first")
    wishes = [DayWish(enrolment.pk, on, DAY) for on in WEEK]
    with CaptureQueriesContext(connection) as seen:
        place_order(actor=actor, items=[], hours=wishes, key="five", now=NOW)
    assert sum("SAVEPOINT" not in each["sql"] for each in seen) <= 18
