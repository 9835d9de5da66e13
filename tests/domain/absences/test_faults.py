"""One test per fault that outside eyes found in the absences."""

from datetime import timedelta

import pytest

from preau.base.models import OutboxMail
from preau.domain.absences.models import Absence, AbsenceDay
from preau.domain.absences.queries.moments import absent_counts, missed_starts
from preau.domain.absences.rules import AllSaid
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem, change_bookings, load_bookings
from preau.domain.catalogue.models import Activity
from preau.domain.creche.models import CareRange
from preau.domain.organisations.models import Site
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.absences import (
    DraftChanged,
    begin_absence,
    close_unproven,
    remind_proofs,
    send_absence,
    withdraw_absence,
)
from preau.domain.procedures.operations.decisions import apply_held, decide
from preau.domain.procedures.operations.joining import join_document
from preau.domain.procedures.queries.absences import print_of
from tests.domain.absences.test_closing import shut
from tests.factories.absences import Absences, send, values_of
from tests.factories.creche import Creche, monday
from tests.factories.town import NOW, TODAY, Town, slots_of
from tests.uploads.corpus import picture

pytestmark = pytest.mark.django_db
DAY = TODAY + timedelta(days=3)
HOUR = timedelta(hours=1)


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def rules(town):
    return Absences(town)


def canteen(town, rules, *, children=1, days=10, **policy):
    """A household whose children eat each day."""
    offer = town.offer(units=(("R", "Repas", 705, 810),), cancel_deadline={"kind": "hours", "hours": 48})
    rules.open(offer.activity, **policy)
    home = town.household(children=children)
    for child in home.children:
        enrolment = town.enrol(home, offer, child=child)
        slots = slots_of(offer, after=TODAY - timedelta(days=1))[:days]
        load_bookings(actor=town.system, pairs=[(enrolment.pk, slot.pk) for slot in slots], now=NOW)
    return home


def care(town, rules, home, days, **policy):
    """A child expected from 9 to 17 h on these days, in a structure that gives nothing back."""
    creche = Creche(town)
    offer = creche.offer("regular")
    rules.open(offer.activity, frees=False, **policy)
    enrolment = creche.enrol(home, offer)
    for on in days:
        CareRange.objects.create(
            organisation_id=town.id, enrolment=enrolment, family=home.family, child=home.children[0],
            section=creche.sections[0], on=on, starts_minute=540, ends_minute=1020, booked_at=NOW,
        )  # fmt: skip
    return enrolment


def join(town, rules, home, *, number, size=40, now=NOW):
    return join_document(
        actor=town.parent(home),
        family_id=home.family.pk,
        child_id=home.children[0].pk,
        type_id=rules.proof.pk,
        name="certificat.jpg",
        content=picture(size=(size, 60)),
        number=number,
        now=now,
    )


def agent(town, name="agent"):
    return town.agent("agent", account=town.account(name, role="agent"))


def settle(town, number, *, now=NOW):
    decide(actor=agent(town), numbers=[number], accept=True, now=now)
    apply_held(actor=town.system, number=number, now=now + HOUR)
    return Procedure.objects.get(number=number)


def test_a_proof_that_was_replaced_is_validated_all_the_same(town, rules):
    home = canteen(town, rules)
    [number] = send(town.parent(home), home, TODAY).numbers
    join(town, rules, home, number=number)
    join(town, rules, home, number=number, size=44)
    assert settle(town, number).status == "accepted"


def test_two_places_of_one_service_are_two_demarches(town, rules):
    home = canteen(town, rules)
    other = Site.objects.create(organisation_id=town.id, name="Centre", kind="leisure")
    activity = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Étude", kind="after_school"
    )
    offer = town.offer(activity=activity)
    type(offer).objects.filter(pk=offer.pk).update(site=other)
    rules.open(activity)
    enrolment = town.enrol(home, offer, child=home.children[0])
    slots = [slot.pk for slot in slots_of(offer, after=TODAY - timedelta(days=1))][:4]
    load_bookings(actor=town.system, pairs=[(enrolment.pk, pk) for pk in slots], now=NOW)
    numbers = send(town.parent(home), home, TODAY).numbers
    sites = Procedure.objects.filter(number__in=numbers).values_list("site_id", flat=True)
    assert set(sites) == {town.school.pk, other.pk}


def test_after_a_morning_the_rest_of_the_day_is_announced(town, rules):
    home = town.household()
    care(town, rules, home, [TODAY])
    parent = town.parent(home)
    send(parent, home, TODAY, start="9:00", end="10:00")
    send(parent, home, TODAY)
    hours = AbsenceDay.objects.order_by("starts_minute").values_list("starts_minute", "ends_minute")
    assert list(hours) == [(540, 600), (600, 1020)]
    with pytest.raises(AllSaid):
        send(parent, home, TODAY)


def test_booked_again_a_child_is_no_longer_absent(town, rules):
    home = canteen(town, rules, frees=False)
    parent, enrolment = town.parent(home), home.enrolments[0]
    send(parent, home, DAY)
    [slot] = Booking.objects.filter(on=DAY).values_list("slot_id", flat=True)
    for item in ({"remove": frozenset({slot})}, {"add": frozenset({slot})}):
        change_bookings(actor=town.system, items=[OrderItem(enrolment.pk, **item)], now=NOW)
    days = {"actor": town.agent("agent"), "start": DAY, "end": DAY + timedelta(days=1)}
    assert Booking.objects.filter(on=DAY, status="booked").count() == 1
    assert missed_starts(**days) == frozenset()
    assert absent_counts(actor=days["actor"], days=[DAY]) == {}


def test_what_closes_meanwhile_is_not_counted_absent(town, rules):
    home = canteen(town, rules)
    send(town.parent(home), home, TODAY)
    shut(town, start=TODAY, end=TODAY + timedelta(days=1))
    assert absent_counts(actor=town.agent("agent"), days=[TODAY]) == {}


def test_a_long_illness_pays_its_carence_once(town, rules):
    home = town.household()
    weeks = [monday(number) for number in range(14)]
    every = [first + timedelta(days=day) for first in weeks for day in range(5)]
    care(town, rules, home, every, waiting=3)
    for first in weeks:
        send(town.parent(home), home, first, first + timedelta(days=4), now=NOW)
    Absence.objects.update(proof="valid")
    last = weeks[-1] + timedelta(days=7)
    care_day = Absence.objects.latest("starts_on").enrolment
    CareRange.objects.create(
        organisation_id=town.id, enrolment=care_day, family=home.family, child=home.children[0],
        section=CareRange.objects.first().section, on=last, starts_minute=540, ends_minute=1020, booked_at=NOW,
    )  # fmt: skip
    [number] = send(town.parent(home), home, last, now=NOW).numbers
    Absence.objects.filter(proof="awaited").update(proof="received")
    settle(town, number)
    due = AbsenceDay.objects.filter(effect="due").order_by("on").values_list("on", flat=True)
    assert list(due) == [weeks[0] + timedelta(days=day) for day in range(3)]


def test_days_given_back_in_time_are_days_of_the_absence(town, rules):
    home = canteen(town, rules, waiting=3)
    send(town.parent(home), home, TODAY, TODAY + timedelta(days=4))
    later = NOW + timedelta(days=7)
    [number] = send(town.parent(home), home, TODAY + timedelta(days=7), now=later).numbers
    Absence.objects.filter(starts_on=TODAY + timedelta(days=7)).update(proof="received")
    Procedure.objects.filter(number=number).update(status="submitted")
    settle(town, number, now=later)
    assert AbsenceDay.objects.get(on=TODAY + timedelta(days=7)).effect == "deducted"


def test_what_is_taken_back_is_not_decided_by_a_hold(town, rules):
    home = canteen(town, rules)
    [number] = send(town.parent(home), home, TODAY + timedelta(days=1)).numbers
    join(town, rules, home, number=number)
    decide(actor=town.agent("agent"), numbers=[number], accept=True, now=NOW)
    withdraw_absence(actor=town.parent(home), number=number, now=NOW)
    assert not apply_held(actor=town.system, number=number, now=NOW + HOUR)
    assert Procedure.objects.get(number=number).status == "cancelled"
    assert remind_proofs(actor=town.system, now=NOW + timedelta(days=3)) == 0


def test_a_decision_on_hold_is_not_closed_by_the_deadline(town, rules):
    home = canteen(town, rules)
    [number] = send(town.parent(home), home, TODAY).numbers
    decide(actor=town.agent("agent"), numbers=[number], accept=True, now=NOW)
    due = Absence.objects.get().proof_due_at
    assert close_unproven(actor=town.system, now=due + HOUR) == 0
    apply_held(actor=town.system, number=number, now=due + HOUR)
    assert Procedure.objects.get(number=number).status == "accepted"
    assert OutboxMail.objects.filter(template="procedure_decided").count() == 1


def test_noted_by_telephone_late_the_proof_has_its_whole_delay(town, rules):
    home = canteen(town, rules)
    now = NOW + timedelta(days=9)
    send(agent(town), home, TODAY, now=now)
    assert Absence.objects.get().proof_due_at == now + timedelta(hours=72)


def test_a_proof_that_changes_nothing_is_not_asked_for(town, rules):
    home = town.household()
    care(town, rules, home, [TODAY], waiting=3)
    [number] = send(town.parent(home), home, TODAY).numbers
    assert Absence.objects.get().proof == "not_asked"
    assert Procedure.objects.get(number=number).status == "accepted"
    assert AbsenceDay.objects.get().why == "waiting"


def test_what_another_tab_wrote_is_not_sent(town, rules):
    home = canteen(town, rules, children=2)
    parent = town.parent(home)
    draft_id = begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, TODAY), now=NOW)
    read = print_of(answers=Procedure.objects.get(pk=draft_id).answers)
    begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, DAY), now=NOW)
    with pytest.raises(DraftChanged):
        send_absence(actor=parent, draft_id=draft_id, now=NOW, read=read)
    assert not Absence.objects.exists()


def test_the_proof_of_another_motive_proves_nothing(town, rules):
    home = canteen(town, rules)
    parent = town.parent(home)
    draft_id = begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, TODAY), now=NOW)
    join_document(
        actor=parent,
        family_id=home.family.pk,
        child_id=home.children[0].pk,
        type_id=rules.proof.pk,
        name="c.jpg",
        content=picture(size=(40, 60)),
        draft_id=draft_id,
        now=NOW,
    )
    begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, TODAY, reason="conges"), now=NOW)
    assert not Procedure.objects.get(pk=draft_id).pieces.exists()
