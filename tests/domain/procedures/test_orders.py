"""Orders on a real database: what is taken, refused, numbered, replayed, undone."""

from datetime import date, timedelta

import pytest
from django.core import mail as mailbox
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry, OutboxMail
from preau.base.sending import send_outbox_mail
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import MAX_WISHES, OrderItem, TooManyWishes, load_bookings
from preau.domain.catalogue.models import Offer, ResourceDay
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.announcing import announce
from preau.domain.procedures.operations.basket import change_basket, draft_same, empty_basket
from preau.domain.procedures.operations.orders import place_order, undo_order
from preau.domain.procedures.queries.orders import booking_draft, find_procedure
from preau.domain.procedures.rules import AlreadyUndone, NothingGranted, NothingToDo, ReasonNeeded
from tests.factories.town import NOW, assert_counters_are_exact, slots_of

pytestmark = pytest.mark.django_db


def order(town, household, add=(), remove=(), *, key="k1", enrolment=None, actor=None, **extra):
    item = OrderItem(
        (enrolment or household.enrolments[0]).pk,
        frozenset(slot.pk for slot in add),
        frozenset(slot.pk for slot in remove),
    )
    return place_order(actor=actor or town.parent(household), items=[item], key=key, now=NOW, **extra)


@pytest.fixture
def offer(town, awa):
    offer = town.offer(capacity=2)
    for child in awa.children:
        town.enrol(awa, offer, child=child)
    return offer


def test_an_order_takes_places_and_is_numbered_without_gap(town, awa, offer):
    first, second, third = slots_of(offer)[:3]
    one = order(town, awa, [first, second])
    two = order(town, awa, [third], [first], key="k2")
    assert [one.first_number, two.first_number] == [1, 2]
    assert two.procedures[0].status == "accepted"
    assert [item.on for item in two.procedures[0].removed] == [first.on]
    assert set(Booking.objects.filter(status="booked").values_list("slot_id", flat=True)) == {second.pk, third.pk}
    assert_counters_are_exact(town.id)


def test_the_same_key_sent_twice_has_one_effect_and_the_same_answer(town, awa, offer):
    slot = slots_of(offer)[0]
    one = order(town, awa, [slot])
    again = order(town, awa, [slot])
    assert again.is_replay
    assert again.first_number == one.first_number
    assert Procedure.objects.filter(number__isnull=False).count() == 1
    assert Booking.objects.count() == 1


def test_an_empty_order_is_refused_and_an_empty_replay_gives_the_first_answer(town, awa, offer):
    with pytest.raises(NothingToDo):
        order(town, awa)
    one = order(town, awa, slots_of(offer)[:1])
    assert order(town, awa).first_number == one.first_number


def test_a_full_slot_is_told_and_the_rest_of_the_order_stands(town, awa, bruno, offer):
    full, free = slots_of(offer, code="S")[:2]
    enrolment = town.enrol(bruno, offer, child=bruno.children[0])
    item = [OrderItem(each.pk, frozenset({full.pk})) for each in awa.enrolments]
    place_order(actor=town.parent(awa), items=item, key="two", now=NOW)
    placed = order(town, bruno, [full, free], key="b", enrolment=enrolment)
    assert [(item.slot_id, item.why) for item in placed.procedures[0].refused] == [(full.pk, "full")]
    assert [item.slot_id for item in placed.procedures[0].added] == [free.pk]
    assert_counters_are_exact(town.id)


def test_an_order_wholly_refused_is_answered_negatively_with_a_number(town, awa, bruno, offer):
    full = slots_of(offer)[0]
    ResourceDay.objects.filter(on=full.on).update(capacity=0)
    placed = order(town, awa, [full])
    assert placed.procedures[0].status == "refused"
    assert placed.first_number == 1


def test_a_deadline_refuses_from_its_very_instant(town, awa):
    offer = town.offer(book_deadline={"kind": "working_days", "days": 2, "at": "10:00"})
    enrolment = town.enrol(awa, offer, child=awa.children[0])
    wednesday = next(slot for slot in slots_of(offer) if slot.on.weekday() == 2)
    ten_oclock = NOW + timedelta(hours=1)  # 10 h in Paris, two working days before
    item = OrderItem(enrolment.pk, frozenset({wednesday.pk}))
    late = place_order(actor=town.parent(awa), items=[item], key="late", now=ten_oclock)
    assert late.procedures[0].refused[0].why == "deadline_passed"
    before = place_order(actor=town.parent(awa), items=[item], key="before", now=ten_oclock - timedelta(microseconds=1))
    assert before.procedures[0].status == "accepted"


@pytest.mark.parametrize("role", ["agent", "manager"])
def test_exceptions_are_the_managers_and_the_agents_where_the_collectivité_lets_them(town, awa, offer, role):
    """F094: a plain agent went past deadlines and places, though exceptions are the manager's."""
    slot, agent = slots_of(offer)[0], town.agent("agent")
    ResourceDay.objects.filter(on=slot.on).update(capacity=0)
    for reason in ("", "Accord de la directrice"):
        with pytest.raises(NothingGranted) as refused:
            order(town, awa, [slot], actor=agent, reason=reason)
        assert not isinstance(refused.value, ReasonNeeded)
    assert not Procedure.objects.exists()
    if role == "agent":
        Organisation.objects.update(agents_may_force=True)
    agent = town.agent(role)
    with pytest.raises(ReasonNeeded) as asked:
        order(town, awa, [slot], actor=agent)
    assert [each.fact.code for each in asked.value.refused] == ["full"]
    assert not Procedure.objects.exists()
    placed = order(town, awa, [slot], actor=agent, key="forced", reason="Accord de la directrice")
    assert placed.procedures[0].on_behalf
    day = ResourceDay.objects.get(on=slot.on, resource_id=slot.unit.resource_ids[0])
    assert (day.booked, day.extra) == (1, 1)
    assert Booking.objects.get(status="booked").reason == "Accord de la directrice"
    assert JournalEntry.objects.filter(act="booking.placed").last().detail["reason"] == "Accord de la directrice"


@pytest.mark.parametrize("role", ["site_staff", "regisseur", "admin"])
def test_only_agents_and_managers_may_force(town, awa, offer, role):
    with pytest.raises(NotAllowed):
        order(town, awa, slots_of(offer)[:1], actor=town.agent(role), reason="Pour voir")
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("role", ["site_staff", "regisseur", "admin"])
def test_only_agents_and_managers_book_for_a_family_at_all(town, awa, offer, role):
    with pytest.raises(NotAllowed):
        order(town, awa, slots_of(offer)[:1], actor=town.agent(role))
    assert Booking.objects.count() == 0


def test_a_parent_who_gives_a_reason_forces_nothing(town, awa, offer):
    with pytest.raises(NotAllowed):
        order(town, awa, slots_of(offer)[:1], reason="S’il vous plaît")


def test_another_family_another_offer_another_town_do_not_exist(town, other_town, awa, bruno, offer):
    other = town.offer()
    stranger = other_town.household("Ailleurs")
    with pytest.raises(NotFound):
        order(town, awa, slots_of(offer)[:1], actor=town.parent(bruno))
    with pytest.raises(NotFound):
        order(town, awa, slots_of(other)[:1])
    with pytest.raises(NotFound):
        order(town, awa, slots_of(offer)[:1], actor=other_town.parent(stranger))
    assert Booking.objects.count() == 0
    assert not Procedure.objects.exists()


def test_too_many_wishes_are_refused_before_any_is_read(town, awa, offer):
    item = OrderItem(awa.enrolments[0].pk, frozenset(range(1, MAX_WISHES + 2)))
    with pytest.raises(TooManyWishes):
        place_order(actor=town.parent(awa), items=[item], key="k", now=NOW)


def test_twenty_days_for_three_children_take_at_most_twelve_queries(town):
    family = town.household("Nombreux", children=3)
    offer = town.offer(book_deadline={"kind": "working_days", "days": 2, "at": "10:00"})
    for child in family.children:
        town.enrol(family, offer, child=child)
    slots = [slot.pk for slot in slots_of(offer, after=NOW.date() + timedelta(days=3), code="S")[:20]]
    items = [OrderItem(enrolment.pk, frozenset(slots)) for enrolment in family.enrolments]
    actor = town.parent(family)
    place_order(actor=actor, items=[OrderItem(items[0].enrolment_id, frozenset(slots[:1]))], key="warm", now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        placed = place_order(actor=actor, items=items, key="big", now=NOW)
    assert sum(len(each.added) for each in placed.procedures) == 59
    counted = [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    assert len(counted) <= 12, "\n".join(sql[:160] for sql in counted)


def test_an_order_of_several_children_gives_one_number_each(town, awa, offer):
    slot = slots_of(offer)[0]
    items = [OrderItem(enrolment.pk, frozenset({slot.pk})) for enrolment in awa.enrolments]
    placed = place_order(actor=town.parent(awa), items=items, key="both", now=NOW)
    assert [view.number for view in placed.procedures] == [1, 2]
    assert DBTaskResult.objects.filter(task_path__endswith="announce_order").count() == 1


def test_undoing_gives_back_what_was_taken_and_takes_back_what_was_given(town, awa, offer):
    first, second = slots_of(offer)[:2]
    order(town, awa, [first], key="one")
    order(town, awa, [second], [first], key="two")
    undone = undo_order(actor=town.parent(awa), number=2, now=NOW)
    assert undone.first_number == 3
    assert set(Booking.objects.filter(status="booked").values_list("slot_id", flat=True)) == {first.pk}
    view = find_procedure(actor=town.parent(awa), number=2)
    assert view.status == "cancelled"
    assert [(line.event, line.detail) for line in view.timeline] == [("undone", "3")]
    with pytest.raises(AlreadyUndone):
        undo_order(actor=town.parent(awa), number=2, now=NOW)
    assert_counters_are_exact(town.id)


def test_a_neighbour_cannot_undo(town, awa, bruno, offer):
    order(town, awa, slots_of(offer)[:1])
    with pytest.raises(NotFound):
        undo_order(actor=town.parent(bruno), number=1, now=NOW)


def test_a_draft_is_kept_per_person_and_forgotten_once_sent(town, awa, bruno, offer):
    slot, other = slots_of(offer)[:2]
    enrolment = awa.enrolments[0]
    actor = town.parent(awa)
    change_basket(actor=actor, changes={enrolment.pk: {slot.pk: True}}, now=NOW)
    change_basket(actor=actor, changes={enrolment.pk: {other.pk: True}}, now=NOW)
    assert booking_draft(actor=actor, enrolment_id=enrolment.pk) == {slot.pk: True, other.pk: True}
    assert Procedure.objects.filter(number=None).count() == 1
    with pytest.raises(NotFound):
        change_basket(actor=town.parent(bruno), changes={enrolment.pk: {slot.pk: True}}, now=NOW)
    order(town, awa, [other])
    # What was not in the order, ticked in another tab meanwhile, is still in the basket.
    assert booking_draft(actor=actor, enrolment_id=enrolment.pk) == {slot.pk: True}
    assert empty_basket(actor=actor) == 1
    assert booking_draft(actor=actor, enrolment_id=enrolment.pk) == {}
    assert empty_basket(actor=actor) == 0


def test_a_page_without_change_makes_no_draft(town, awa, offer):
    slot = slots_of(offer)[0]
    enrolment = awa.enrolments[0]
    change_basket(actor=town.parent(awa), changes={}, held={enrolment.pk: {slot.pk: False}}, now=NOW)
    assert not Procedure.objects.exists()


def test_the_basket_of_many_enrolments_costs_the_same_queries(town, awa, offer, django_assert_num_queries):
    slots = [slot.pk for slot in slots_of(offer)[:20]]
    actor = town.parent(awa)
    for number in (1, 2):
        changes = {each.pk: dict.fromkeys(slots, True) for each in awa.enrolments[:number]}
        empty_basket(actor=actor)
        with django_assert_num_queries(6):
            change_basket(actor=actor, changes=changes, now=NOW)


def test_the_same_request_for_a_brother_becomes_his_draft(town, awa, offer):
    slots = slots_of(offer)[:2]
    placed = order(town, awa, slots)
    brother = awa.enrolments[1]
    count = draft_same(actor=town.parent(awa), number=placed.first_number, enrolment_id=brother.pk, now=NOW)
    assert count == 2
    assert booking_draft(actor=town.parent(awa), enrolment_id=brother.pk) == {slot.pk: True for slot in slots}


def test_the_mail_names_the_first_name_and_a_link_and_is_posted_once(town, awa, offer):
    order(town, awa, slots_of(offer)[:1])
    for _ in range(2):
        announce(actor=town.system, key="k1", now=NOW)
    mail = OutboxMail.objects.get()
    line = mail.context["procedures"][0]
    assert mail.to == [awa.account.email]
    assert line["participant"] == "Enfant1"
    assert line["link"].endswith("/ville-test/famille/demandes/1/")
    assert (line["added"], line["removed"], "days" in line) == (1, 0, False)


def test_the_mail_tells_a_cancellation_from_a_booking(town, awa, offer):
    """A cancellation read « traitée positivement », and neither said the activity nor the days."""
    slots = slots_of(offer)[:2]
    order(town, awa, slots)
    Organisation.objects.filter(pk=town.id).update(mails_booking_details=True)
    back = [OrderItem(awa.enrolments[0].pk, remove=frozenset(slot.pk for slot in slots))]
    place_order(actor=town.parent(awa), items=back, key="k2", now=NOW)
    announce(actor=town.system, key="k2", now=NOW)
    told = OutboxMail.objects.get()
    [line] = told.context["procedures"]
    assert (line["added"], line["removed"]) == (0, len({slot.on for slot in slots}))
    assert told.subject.replace("\xa0", " ").endswith("Votre demande n° 2 : 2 réservations annulées")
    assert [bool(day["removed"]) for day in line["days"]] == [True] * line["removed"]
    assert line["days"][0]["until"] == ""
    assert line["activity"] == offer.activity.name
    send_outbox_mail(told.pk)
    [sent] = mailbox.outbox
    assert "annulation enregistrée" in sent.body
    assert "annulé" in sent.body
    assert "traitée positivement" not in sent.body


def test_the_mail_is_a_receipt_with_days_and_until_when_each_may_change(town, awa, offer):
    """U90: a parent who thinks again had to open the calendar to know whether it was still time."""
    Organisation.objects.filter(pk=town.id).update(mails_booking_details=True, time_zone="Indian/Reunion")
    Offer.objects.update(cancel_deadline={"kind": "working_days", "days": 1, "at": "10:00"})
    slots = [slot for slot in slots_of(offer) if slot.on == date(2026, 11, 20)]
    order(town, awa, slots)
    announce(actor=town.system, key="k1", now=NOW)
    told = OutboxMail.objects.get()
    [line] = told.context["procedures"]
    [day] = line["days"]
    assert (day["on"], day["added"], day["removed"]) == ("vendredi 20 novembre 2026", "Matin, Soir", "")
    # In the town's own time: the machine that posts the mail thinks in that of Paris.
    assert day["until"].replace("\xa0", " ") == "jeudi 19 novembre à 10 h"
    send_outbox_mail(told.pk)
    [sent] = mailbox.outbox
    assert "modifiable jusqu’au jeudi 19 novembre à 10" in sent.body
    assert "Modifiable jusqu’au" in sent.alternatives[0][0]


def test_the_mail_of_an_order_that_had_nothing_says_so(town, awa, offer):
    Organisation.objects.filter(pk=town.id).update(mails_booking_details=True)
    slot = slots_of(offer)[0]
    ResourceDay.objects.filter(on=slot.on).update(capacity=0)
    order(town, awa, [slot])
    announce(actor=town.system, key="k1", now=NOW)
    told = OutboxMail.objects.get()
    assert told.subject.endswith("refusée")
    assert told.context["procedures"][0]["days"] == []


def test_a_mass_of_bookings_respects_capacity_and_counts(town, awa, offer):
    slot = slots_of(offer)[0]
    ResourceDay.objects.filter(on=slot.on).update(capacity=1)
    pairs = [(enrolment.pk, slot.pk) for enrolment in awa.enrolments]
    assert load_bookings(actor=town.system, pairs=pairs, now=NOW) == 1
    assert load_bookings(actor=town.system, pairs=pairs, now=NOW) == 0
    assert_counters_are_exact(town.id)
    with pytest.raises(NotAllowed):
        load_bookings(actor=town.parent(awa), pairs=pairs, now=NOW)
