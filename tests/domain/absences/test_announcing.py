"""Absences announced, proven, taken back: on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry, OutboxMail
from preau.domain.absences.models import Absence, AbsenceDay, AbsencePolicy
from preau.domain.absences.operations.taking_back import NothingToTakeBack
from preau.domain.absences.queries.moments import missed_moments
from preau.domain.absences.rules import AllSaid, CallTheStructure, NothingPlanned, ProofTooLate, TooLong
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import load_bookings
from preau.domain.catalogue.models import Activity, ResourceDay
from preau.domain.creche.models import CareRange
from preau.domain.families.models import HouseholdChild
from preau.domain.procedures.models import Procedure, ProcedureLine
from preau.domain.procedures.operations.absences import (
    begin_absence,
    close_unproven,
    grant_late,
    preview_draft,
    remind_proofs,
    send_absence,
    withdraw_absence,
)
from preau.domain.procedures.operations.decisions import apply_held, decide
from preau.domain.procedures.operations.drafts import submit
from preau.domain.procedures.operations.joining import join_document
from preau.domain.procedures.operations.messages import cancel
from preau.domain.procedures.queries.absences import absences_of
from preau.domain.procedures.queries.cases import find_case
from preau.domain.procedures.rules import AlreadyDecided, TextMissing
from tests.factories.absences import Absences, send, values_of
from tests.factories.creche import Creche, monday, ranges
from tests.factories.town import NOW, TODAY, Town, assert_counters_are_exact, slots_of
from tests.uploads.corpus import picture

pytestmark = pytest.mark.django_db
TUESDAY = TODAY + timedelta(days=1)
TWO_DAYS_AHEAD = {"kind": "hours", "hours": 48}


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def rules(town):
    return Absences(town)


def canteen(town, rules, *, days=10, children=1, **policy):
    """A household whose children eat every day; booking is given back two days ahead."""
    offer = town.offer(units=(("R", "Repas", 705, 810),), cancel_deadline=TWO_DAYS_AHEAD)
    rules.open(town.activity, **policy)
    home = town.household(children=children)
    for child in home.children:
        enrolment = town.enrol(home, offer, child=child)
        slots = [slot.pk for slot in slots_of(offer, after=TODAY - timedelta(days=1))][:days]
        load_bookings(actor=town.system, pairs=[(enrolment.pk, pk) for pk in slots], now=NOW)
    return home, town.parent(home)


def effects():
    return {day.on.isoformat()[5:]: (day.effect, day.why) for day in AbsenceDay.objects.filter(taken_back_at=None)}


def agent(town, *roles):
    account = town.account(f"agent{Procedure.objects.count()}{len(roles)}", role="agent")
    return town.agent(*(roles or ("agent",)), account=account)


def test_what_is_in_time_is_given_back_and_the_rest_is_missed(town, rules):
    home, parent = canteen(town, rules)
    sent = send(parent, home, TODAY, TODAY + timedelta(days=3), reason="conges")
    assert effects() == {
        "11-16": ("due", "not_deducted"),
        "11-17": ("due", "not_deducted"),
        "11-18": ("freed", "in_time"),
        "11-19": ("freed", "in_time"),
    }
    held = Booking.objects.filter(on__lt=TODAY + timedelta(days=4)).order_by("on")
    assert [row.status for row in held] == ["booked", "booked", "cancelled", "cancelled"]
    assert_counters_are_exact(town.id)
    [number] = sent.numbers
    row = Procedure.objects.get(number=number)
    assert (row.status, row.first_on, row.last_on) == ("accepted", TODAY, TODAY + timedelta(days=3))
    lines = ProcedureLine.objects.filter(procedure=row)
    assert [(line.change, line.booking.status) for line in lines] == [("remove", "cancelled")] * 2
    assert OutboxMail.objects.get(template="absence_received").subject.endswith(
        f"Absence d’Enfant1 : demande n° {number}"
    )


def test_a_proof_is_awaited_then_received_then_validated(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TODAY, TUESDAY).numbers
    row = Procedure.objects.get(number=number)
    assert (row.status, row.anomalies, [each["title"] for each in row.asked["types"]]) == (
        "more_asked", ["proof_awaited"], ["Justificatif d’absence"],
    )  # fmt: skip
    assert effects() == {"11-16": ("due", "proof_awaited"), "11-17": ("due", "proof_awaited")}
    join_document(
        actor=parent, family_id=home.family.pk, child_id=home.children[0].pk, type_id=rules.proof.pk,
        name="certificat.jpg", content=picture(), number=number, now=NOW + timedelta(hours=5),
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.status, Absence.objects.get().proof) == ("in_review", "received")
    assert effects()["11-16"] == ("due", "proof_received")
    decide(actor=agent(town), numbers=[number], accept=True, now=NOW + timedelta(hours=6))
    apply_held(actor=town.system, number=number, now=NOW + timedelta(hours=7))
    assert effects() == {"11-16": ("deducted", "proven"), "11-17": ("deducted", "proven")}
    assert Booking.objects.filter(on=TODAY).get().status == "booked"  # the booking stays as it was decided


def test_a_refused_proof_leaves_the_days_due(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TODAY).numbers
    decide(actor=agent(town), numbers=[number], accept=False, reason="Illisible", now=NOW)
    apply_held(actor=town.system, number=number, now=NOW + timedelta(hours=1))
    assert effects() == {"11-16": ("due", "proof_refused")}


def test_a_proof_joined_to_the_draft_goes_with_its_child(town, rules):
    home, parent = canteen(town, rules, children=2)
    draft = begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, TODAY), now=NOW)
    join_document(
        actor=parent, family_id=home.family.pk, child_id=home.children[0].pk, type_id=rules.proof.pk,
        name="certificat.jpg", content=picture(), draft_id=draft, now=NOW,
    )  # fmt: skip
    first, second = send_absence(actor=parent, draft_id=draft, now=NOW).numbers
    rows = {row.number: row for row in Procedure.objects.filter(kind="absence")}
    assert (rows[first].status, rows[second].status) == ("submitted", "more_asked")
    assert (rows[first].pieces.count(), rows[second].pieces.count()) == (1, 0)
    assert (rows[first].child, rows[second].child) == (home.children[0], home.children[1])


def test_two_absences_keep_each_its_own_proof(town, rules):
    home, parent = canteen(town, rules)
    for start in (TODAY, TUESDAY):
        [number] = send(parent, home, start).numbers
        join_document(
            actor=parent, family_id=home.family.pk, child_id=home.children[0].pk, type_id=rules.proof.pk,
            name="certificat.jpg", content=picture(size=(start.day + 30, 60)), number=number, now=NOW,
        )  # fmt: skip
    assert [row.pieces.get().document.state for row in Procedure.objects.filter(kind="absence")] == ["to_check"] * 2


def test_what_was_said_is_not_said_again(town, rules):
    home, parent = canteen(town, rules)
    send(parent, home, TODAY, reason="enseignant")
    with pytest.raises(AllSaid):
        send(parent, home, TODAY, reason="enseignant")
    send(parent, home, TODAY, TUESDAY, reason="enseignant")
    assert AbsenceDay.objects.count() == 2
    assert [each.rank for each in AbsenceDay.objects.order_by("on")] == [1, 2]


def test_a_draft_sent_twice_is_one_absence(town, rules):
    home, parent = canteen(town, rules)
    draft = begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, TODAY), now=NOW)
    first = send_absence(actor=parent, draft_id=draft, now=NOW)
    again = send_absence(actor=parent, draft_id=draft, now=NOW)
    assert (again.is_replay, again.numbers) == (True, first.numbers)
    assert Absence.objects.count() == 1


def test_the_ordinary_way_of_sending_a_draft_never_sends_an_absence(town, rules):
    home, parent = canteen(town, rules)
    draft = begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, TODAY), now=NOW)
    with pytest.raises(NotFound):
        submit(actor=parent, draft_id=draft, now=NOW)


@pytest.mark.parametrize(
    ("window", "now", "is_taken"),
    [
        ({"kind": "eve"}, datetime(2026, 11, 15, 22, 59, tzinfo=UTC), True),
        ({"kind": "eve"}, datetime(2026, 11, 15, 23, 0, tzinfo=UTC), False),
        ({"kind": "same_day", "at": "8:30"}, datetime(2026, 11, 16, 7, 29, tzinfo=UTC), True),
        ({"kind": "same_day", "at": "8:30"}, datetime(2026, 11, 16, 7, 30, tzinfo=UTC), False),
        ({"kind": "after", "hours": 48}, datetime(2026, 11, 18, 10, 44, tzinfo=UTC), True),
        ({"kind": "after", "hours": 48}, datetime(2026, 11, 18, 10, 45, tzinfo=UTC), False),
    ],
)
def test_past_its_window_the_structure_is_called(town, rules, window, now, is_taken):
    home, parent = canteen(town, rules, window=window)
    if is_taken:
        assert send(parent, home, TODAY, now=now, reason="conges").numbers
        return
    with pytest.raises(CallTheStructure):
        send(parent, home, TODAY, now=now, reason="conges")
    assert not Absence.objects.exists()
    assert send(agent(town), home, TODAY, now=now, reason="conges").numbers  # the telephone


def test_an_activity_without_rules_is_announced_by_telephone_alone(town, rules):
    home, parent = canteen(town, rules)
    AbsencePolicy.objects.all().delete()
    with pytest.raises(CallTheStructure):
        send(parent, home, TODAY)
    send(agent(town), home, TODAY)
    assert effects() == {"11-16": ("due", "no_rule")}


def test_a_setting_that_cannot_be_read_closes_its_activity_alone(town, rules):
    home, parent = canteen(town, rules)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE absences_absencepolicy SET "window" = %s', ['{"kind": "demain"}'])
    with pytest.raises(CallTheStructure):
        send(parent, home, TODAY)


def test_nothing_planned_is_no_absence(town, rules):
    home, parent = canteen(town, rules)
    with pytest.raises(NothingPlanned):
        send(parent, home, TODAY + timedelta(days=5))  # a Saturday
    with pytest.raises(TooLong):
        send(parent, home, TODAY, TODAY + timedelta(days=80))


def test_a_part_of_the_day_takes_the_moments_that_it_meets(town, rules):
    offer = town.offer(cancel_deadline=TWO_DAYS_AHEAD)
    rules.open(town.activity)
    home = town.household()
    enrolment = town.enrol(home, offer, child=home.children[0])
    pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, after=TODAY - timedelta(days=1)) if slot.on == TODAY]
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    send(town.parent(home), home, TODAY, reason="conges", start="16:00", end="18:30")
    assert [(each.name, each.effect) for each in AbsenceDay.objects.all()] == [("Soir", "due")]


def test_an_absence_taken_back_is_planned_again(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TODAY, TODAY + timedelta(days=3)).numbers
    done = withdraw_absence(actor=parent, number=number, now=NOW + timedelta(hours=8))  # the meal of the day is over
    assert (len(done.kept), len(done.lost)) == (3, 0)
    assert effects() == {"11-16": ("due", "proof_awaited")}
    assert Booking.objects.filter(on=TODAY + timedelta(days=3), status="booked").count() == 1
    assert_counters_are_exact(town.id)
    row = Procedure.objects.get(number=number)
    assert row.status == "more_asked"
    assert {line.change for line in row.lines.all()} == {"add", "remove"}
    with pytest.raises(NothingToTakeBack):
        withdraw_absence(actor=parent, number=number, now=NOW + timedelta(hours=8))


def test_taken_back_whole_it_waits_for_nothing(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TUESDAY).numbers
    withdraw_absence(actor=parent, number=number, now=NOW)
    assert Procedure.objects.get(number=number).status == "cancelled"
    assert close_unproven(actor=town.system, now=NOW + timedelta(days=9)) == 0


def test_a_place_taken_meanwhile_is_told_lost(town, rules):
    home, parent = canteen(town, rules)
    day = TODAY + timedelta(days=3)
    [number] = send(parent, home, day, reason="conges").numbers
    ResourceDay.objects.filter(on=day).update(capacity=0)
    done = withdraw_absence(actor=parent, number=number, now=NOW)
    assert (len(done.kept), [each.on for each in done.lost]) == (0, [day])
    assert effects() == {"11-19": ("freed", "in_time")}


def test_only_an_agent_with_a_reason_corrects_the_past(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TODAY).numbers
    later = NOW + timedelta(days=2)
    with pytest.raises(NothingToTakeBack):
        withdraw_absence(actor=agent(town), number=number, now=later)
    withdraw_absence(actor=agent(town, "manager"), number=number, now=later, reason="L’enfant a mangé.")
    assert effects() == {}
    entry = JournalEntry.objects.filter(act="absence.taken_back").get()
    assert entry.detail["reason"] == "L’enfant a mangé."
    with pytest.raises(NotAllowed):
        withdraw_absence(actor=town.agent("site_staff"), number=number, now=later, reason="x")


def test_a_family_takes_an_absence_back_and_does_not_cancel_its_request(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TUESDAY).numbers
    with pytest.raises(AlreadyDecided):
        cancel(actor=parent, number=number, now=NOW)
    assert AbsenceDay.objects.filter(taken_back_at=None).exists()


def test_a_reminder_once_then_the_days_stay_due(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TODAY).numbers  # proof due on Thursday at 11:45
    assert remind_proofs(actor=town.system, now=NOW + timedelta(days=1)) == 0
    soon = NOW + timedelta(days=2, hours=12)
    assert [remind_proofs(actor=town.system, now=soon) for _turn in range(2)] == [1, 0]
    assert close_unproven(actor=town.system, now=soon) == 0
    late = NOW + timedelta(days=4)
    assert [close_unproven(actor=town.system, now=late) for _turn in range(2)] == [1, 0]
    row = Procedure.objects.get(number=number)
    assert (row.status, effects()["11-16"]) == ("refused", ("due", "proof_missed"))
    assert OutboxMail.objects.filter(template__in=["absence_proof_due", "procedure_decided"]).count() == 2


def test_a_late_proof_is_an_agent_s_to_grant_with_a_reason(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TODAY).numbers
    late = NOW + timedelta(days=4)
    with pytest.raises(ProofTooLate):
        join_document(
            actor=parent, family_id=home.family.pk, child_id=home.children[0].pk, type_id=rules.proof.pk,
            name="certificat.jpg", content=picture(), number=number, now=late,
        )  # fmt: skip
    assert not home.children[0].documents.exists()
    close_unproven(actor=town.system, now=late)
    with pytest.raises(TextMissing):
        grant_late(actor=agent(town), number=number, reason=" ", now=late)
    grant_late(actor=agent(town, "manager"), number=number, reason="Hospitalisé le lendemain.", now=late)
    assert effects() == {"11-16": ("deducted", "proven")}
    assert Procedure.objects.get(number=number).status == "accepted"


def test_a_family_that_writes_without_a_proof_is_answered_by_an_agent(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TODAY).numbers
    Procedure.objects.filter(number=number).update(status="in_review", asked={})
    assert close_unproven(actor=town.system, now=NOW + timedelta(days=4)) == 0
    assert effects() == {"11-16": ("due", "proof_missed")}
    assert Procedure.objects.get(number=number).status == "in_review"


def test_the_carence_of_a_creche_counts_calendar_days(town, rules):
    creche = Creche(town)
    offer = creche.offer("regular")
    rules.open(offer.activity, waiting=3)
    home = town.household()
    enrolment = creche.enrol(home, offer)
    friday = monday() + timedelta(days=4)
    days = [friday, friday + timedelta(days=3), friday + timedelta(days=4)]
    for on in days:
        _care(town, creche, home, enrolment, on)
    # No notice to give it back: the offer says « until the structure opens », so it is announced on the morning itself.
    now, then = (datetime(on.year, on.month, on.day, 9, tzinfo=UTC) for on in (friday, days[2]))
    send(town.parent(home), home, friday, now=now)
    [following] = send(town.parent(home), home, days[1], days[2], now=then).numbers
    assert Absence.objects.get(starts_on=friday).proof == "not_asked"  # due all the same
    decide(actor=agent(town), numbers=[following], accept=True, now=now)
    apply_held(actor=town.system, number=following, now=now + timedelta(hours=1))
    found = {day.on: (day.effect, day.rank) for day in AbsenceDay.objects.all()}
    assert found == {days[0]: ("due", 1), days[1]: ("deducted", 4), days[2]: ("deducted", 5)}


def _care(town, creche, home, enrolment, on, hours=((9, 17),)):
    for each in ranges(*hours):
        CareRange.objects.create(
            organisation_id=town.id, enrolment=enrolment, family=home.family, child=home.children[0],
            section=creche.sections[0], on=on, starts_minute=each.start, ends_minute=each.end, booked_at=NOW,
        )  # fmt: skip


def test_hours_given_back_in_time_are_cancelled_and_taken_again(town, rules):
    creche = Creche(town)
    offer = creche.offer("variable", keeps_days=True)
    offer.cancel_deadline = TWO_DAYS_AHEAD
    offer.save()
    rules.open(offer.activity, window={"kind": "eve"})
    home = town.household()
    enrolment = creche.enrol(home, offer)
    _care(town, creche, home, enrolment, monday(), hours=((9, 12), (14, 17)))
    parent = town.parent(home)
    [number] = send(parent, home, monday(), reason="conges").numbers
    assert {row.status for row in CareRange.objects.all()} == {"cancelled"}
    assert Procedure.objects.get(number=number).status == "accepted"
    withdraw_absence(actor=parent, number=number, now=NOW)
    held = CareRange.objects.filter(status="booked").order_by("starts_minute")
    assert [(row.starts_minute, row.ends_minute) for row in held] == [(540, 720), (840, 1020)]


def test_a_part_of_the_hours_is_missed_and_the_rest_is_kept(town, rules):
    creche = Creche(town)
    offer = creche.offer("regular")
    rules.open(offer.activity)
    home = town.household()
    enrolment = creche.enrol(home, offer)
    _care(town, creche, home, enrolment, monday())
    send(town.parent(home), home, monday(), reason="conges", start="14:00", end="18:00")
    day = AbsenceDay.objects.get()
    assert (day.starts_minute, day.ends_minute, day.effect) == (840, 1020, "due")
    assert CareRange.objects.get().status == "booked"


def test_where_an_agent_answers_each_absence_it_waits_for_its_answer(town, rules):
    home, parent = canteen(town, rules, is_reviewed=True)
    [number] = send(parent, home, TODAY, reason="enseignant").numbers
    assert (Procedure.objects.get(number=number).status, effects()) == (
        "submitted", {"11-16": ("due", "proof_received")},
    )  # fmt: skip
    decide(actor=agent(town), numbers=[number], accept=True, now=NOW)
    apply_held(actor=town.system, number=number, now=NOW + timedelta(hours=1))
    assert effects() == {"11-16": ("deducted", "proven")}


def test_nothing_booked_is_noted(town, rules):
    activity = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Garderie", kind="after_school", booking_mode="none"
    )
    offer = town.offer(activity=activity, units=())
    rules.open(activity)
    home = town.household()
    town.enrol(home, offer, child=home.children[0])
    [number] = send(town.parent(home), home, TODAY, TUESDAY).numbers
    assert effects() == {"11-16": ("noted", "unbooked"), "11-17": ("noted", "unbooked")}
    assert Procedure.objects.get(number=number).status == "accepted"


def test_the_other_home_reads_it_and_announces_its_own(town, rules):
    home, parent = canteen(town, rules)
    other = town.household("Autre")
    child = home.children[0]
    HouseholdChild.objects.create(organisation_id=town.id, family=other.family, child=child)
    [number] = send(parent, home, TODAY).numbers
    reader = replace(town.parent(other), child_ids=frozenset({child.pk}))
    with pytest.raises(NotFound):
        absences_of(actor=reader, number=number, with_health=True)
    other.enrolments = home.enrolments
    with pytest.raises(NotFound):
        send(reader, other, TUESDAY)


def test_another_family_announces_nothing_and_reads_nothing(town, rules):
    home, parent = canteen(town, rules)
    stranger = town.household("Autre")
    with pytest.raises(NotFound):
        send(town.parent(stranger), home, TODAY)
    [number] = send(parent, home, TODAY).numbers
    reader = town.parent(stranger)
    for act in (withdraw_absence,):
        with pytest.raises(NotFound):
            act(actor=reader, number=number, now=NOW)
    assert missed_moments(actor=reader, start=TODAY, end=TUESDAY) == {}
    assert len(missed_moments(actor=parent, start=TODAY, end=TUESDAY)) == 1


def test_a_draft_is_its_author_s_alone(town, rules):
    home, parent = canteen(town, rules)
    draft = begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, TODAY), now=NOW)
    second = town.account("second", role="family")
    partner = replace(parent, account_id=second.pk)
    with pytest.raises(NotFound):
        preview_draft(actor=partner, draft_id=draft, now=NOW)
    [number] = send_absence(actor=parent, draft_id=draft, now=NOW).numbers
    assert find_case(actor=partner, number=number).view.number == number


def test_health_is_read_on_demand_by_agents(town, rules):
    home, parent = canteen(town, rules)
    [number] = send(parent, home, TODAY, comment="Varicelle").numbers
    reader = agent(town)
    [hidden] = absences_of(actor=reader, number=number, with_health=False)
    assert (hidden.reason, hidden.comment, hidden.hides_health) == ("", "", True)
    case = find_case(actor=reader, number=number)
    assert "Varicelle" not in str(case.answers)
    assert "maladie" not in str(case.answers)
    [shown] = absences_of(actor=parent, number=number, with_health=True)
    assert (shown.reason, shown.comment) == ("Maladie", "Varicelle")


def test_the_database_refuses_the_same_moment_missed_twice(town, rules):
    home, parent = canteen(town, rules)
    send(parent, home, TODAY)
    day = AbsenceDay.objects.get()
    day.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        day.save(force_insert=True)


def test_announcing_costs_the_same_for_three_children_and_ten_days(town, rules):
    home, parent = canteen(town, rules, days=20, children=3)
    draft = begin_absence(actor=parent, family_id=home.family.pk, values=values_of(home, TODAY), now=NOW)
    with CaptureQueriesContext(connection) as one:
        preview_draft(actor=parent, draft_id=draft, now=NOW)
    values = values_of(home, TODAY, TODAY + timedelta(days=14))
    draft = begin_absence(actor=parent, family_id=home.family.pk, values=values, now=NOW)
    with CaptureQueriesContext(connection) as many:
        preview_draft(actor=parent, draft_id=draft, now=NOW)
    assert len(many) - len(one) <= 8  # days in time: what an order would give back is read
    with CaptureQueriesContext(connection) as sent:
        send_absence(actor=parent, draft_id=draft, now=NOW)
    assert len(sent) <= 130
