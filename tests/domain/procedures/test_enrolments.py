"""Requests of enrolment and of school, from the draft to the places booked."""

from datetime import date, timedelta

import pytest
from django.core import mail

from preau.base.facts import NotFound
from preau.base.models import OutboxMail
from preau.base.sending import send_outbox_mail
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem, change_bookings
from preau.domain.catalogue.models import Activity, Offer, SchoolClass
from preau.domain.enrolments.models import Enrolment, Schooling, SchoolSector, Subscription
from preau.domain.enrolments.rules import EnrolmentOver
from preau.domain.families.models import Family, ValidatedDossier
from preau.domain.organisations.models import Organisation, Site
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, TimelineEntry
from preau.domain.procedures.operations import changes as changes_acts
from preau.domain.procedures.operations import decisions, drafts
from preau.domain.procedures.queries.cases import find_case
from preau.domain.procedures.queries.enrolments import about_row, enrolment_row
from preau.domain.procedures.rules import About, Incomplete, NotOpenForYou
from tests.factories.town import NOW, TODAY, assert_counters_are_exact, slots_of

pytestmark = pytest.mark.django_db

MONDAYS = {"lines": [{"weekday": 0, "unit": "S", "weeks": "every"}]}


@pytest.fixture(autouse=True)
def at_once(town):
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=0)


def begin(town, household, offer, *, child=0, actor=None, now=NOW, **choice):
    actor = actor or town.parent(household)
    ids = {"family_id": household.family.pk, "child_id": household.children[child].pk}
    row = enrolment_row(actor=actor, offer_id=offer.pk, now=now, **ids)
    draft = drafts.start(
        actor=actor, kind=ProcedureKind.ENROLMENT, family_id=ids["family_id"], about=about_row(row=row), now=now
    )
    values = {"offer_id": offer.pk, **choice}
    drafts.save_step(actor=actor, draft_id=draft.draft_id, step="choice", values=values, now=now)
    return draft.draft_id


def send(town, household, draft_id, *, actor=None, now=NOW):
    return drafts.submit(actor=actor or town.parent(household), draft_id=draft_id, now=now).view


def ask(town, household, offer, **options):
    return send(town, household, begin(town, household, offer, **options))


def test_an_immediate_activity_enrols_at_once(town, awa):
    offer = town.offer()
    view = ask(town, awa, offer)
    assert (view.status, view.person, view.subject) == (
        "accepted",
        "Enfant1",
        f"Accueil périscolaire, {town.school.name}",
    )
    row = Enrolment.objects.get()
    assert (row.child, row.starts_on, row.ends_on) == (awa.children[0], TODAY, offer.ends_on)
    assert (Procedure.objects.get(enrolment=row).number, row.status) == (view.number, "active")
    assert [mail.template for mail in OutboxMail.objects.all()] == ["procedure_received"]


def test_a_later_first_day_may_be_asked_but_not_out_of_the_period(town, awa):
    offer = town.offer()
    ask(town, awa, offer, **{"from": (TODAY + timedelta(days=7)).isoformat()})
    assert Enrolment.objects.get().starts_on == TODAY + timedelta(days=7)
    draft = begin(town, awa, offer, child=1, **{"from": offer.ends_on.isoformat()})
    with pytest.raises(Incomplete) as caught:
        send(town, awa, draft)
    assert [problem.code for problem in caught.value.problems] == ["period"]


def test_a_reviewed_activity_waits_for_an_agent(town, awa):
    Activity.objects.filter(pk=town.activity.pk).update(confirmation="reviewed")
    offer = town.offer()
    view = ask(town, awa, offer)
    assert (view.status, Enrolment.objects.count()) == ("submitted", 0)
    with pytest.raises(NotOpenForYou) as caught:
        begin(town, awa, offer)
    assert caught.value.code == "requested"
    decisions.decide(actor=town.agent("agent"), numbers=[view.number], accept=True, now=NOW)
    assert Enrolment.objects.get().child == awa.children[0]
    assert find_case(actor=town.parent(awa), number=view.number).view.status == "accepted"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"max_age_months": 12}, "too_old"),
        ({"levels": ["CM2"]}, "wrong_level"),
        ({"residence": "non_residents"}, "resident"),
        ({"enrolment_capacity": 0}, "full"),
        ({"enrolment_openings": [{"public": "all", "opens_at": "2026-12-01T00:00:00+01:00"}]}, "not_open_yet"),
        ({"enrolment_openings": [{"public": "all", "closes_at": "2026-11-01T00:00:00+01:00"}]}, "closed"),
    ],
)
def test_what_a_child_may_not_have_is_refused_from_the_start(town, awa, changes, code):
    offer = town.offer()
    Offer.objects.filter(pk=offer.pk).update(**changes)
    with pytest.raises(NotOpenForYou) as caught:
        begin(town, awa, offer)
    assert caught.value.code == code
    assert not Procedure.objects.exists()


def test_only_the_service_enrols_where_it_says_so(town, awa):
    Activity.objects.filter(pk=town.activity.pk).update(enrolment_by="service")
    with pytest.raises(NotOpenForYou) as caught:
        begin(town, awa, town.offer())
    assert caught.value.code == "by_service_only"


def test_a_validated_dossier_opens_enrolment(town, awa):
    Activity.objects.filter(pk=town.activity.pk).update(requires_dossier=True)
    offer = town.offer()
    with pytest.raises(NotOpenForYou):
        begin(town, awa, offer)
    ValidatedDossier.objects.create(
        organisation_id=town.id, child=awa.children[0], school_year_id=town.year.pk, validated_at=NOW
    )
    assert ask(town, awa, offer).status == "accepted"


def test_what_closed_since_the_draft_is_refused_when_it_is_sent(town, awa):
    offer = town.offer()
    Offer.objects.filter(pk=offer.pk).update(
        enrolment_openings=[{"public": "all", "closes_at": (NOW + timedelta(hours=1)).isoformat()}]
    )
    draft = begin(town, awa, offer)
    with pytest.raises(Incomplete) as caught:
        send(town, awa, draft, now=NOW + timedelta(hours=1))
    assert [problem.code for problem in caught.value.problems] == ["closed"]
    assert Procedure.objects.get().status == "draft"


def test_an_offer_of_another_activity_cannot_be_slipped_in(town, awa):
    other = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Autre", kind="wednesday", enrolment_by="service"
    )
    forbidden = town.offer(activity=other)
    draft = begin(town, awa, town.offer())
    drafts.save_step(actor=town.parent(awa), draft_id=draft, step="choice", values={"offer_id": forbidden.pk}, now=NOW)
    with pytest.raises(Incomplete) as caught:
        send(town, awa, draft)
    assert [problem.code for problem in caught.value.problems] == ["offer_missing"]


def test_who_finds_it_full_waits_is_told_and_is_promoted(town, awa, bruno):
    offer = town.offer(enrolment_capacity=1, waiting_list="by_date")
    first = ask(town, awa, offer)
    view = ask(town, bruno, offer)
    assert [row.status for row in Enrolment.objects.order_by("pk")] == ["active", "waiting"]
    assert TimelineEntry.objects.get().event == "waiting"
    held = Procedure.objects.get(number=first.number).enrolment
    changes_acts.leave(actor=town.agent("agent"), enrolment_id=held.pk, on=TODAY, now=NOW)
    line = changes_acts.promote(actor=town.agent("agent"), offer_id=offer.pk, now=NOW)
    assert (Procedure.objects.get(number=view.number).enrolment_id, line.status) == (line.enrolment_id, "active")
    told = {mail.template: mail.to for mail in OutboxMail.objects.filter(template__startswith="enrolment")}
    assert told == {
        "enrolment_ended": [awa.account.email],
        "enrolment_waiting": [bruno.account.email],
        "enrolment_promoted": [bruno.account.email],
    }


def test_an_abonnement_books_by_itself_and_keeps_its_exceptions(town, awa):
    offer = town.offer(is_subscription=True)
    draft = begin(town, awa, offer)
    with pytest.raises(Incomplete) as caught:
        send(town, awa, draft)
    assert [problem.code for problem in caught.value.problems] == ["pattern_missing"]
    drafts.save_step(actor=town.parent(awa), draft_id=draft, step="pattern", values=MONDAYS, now=NOW)
    send(town, awa, draft)
    row = Enrolment.objects.get()
    days = set(Booking.objects.filter(enrolment=row).values_list("on", flat=True))
    assert days == {
        slot.on for slot in slots_of(offer, after=TODAY - timedelta(days=1), code="S") if slot.on.weekday() == 0
    }
    assert_counters_are_exact(town.id)
    given_up = Booking.objects.filter(enrolment=row, on__gt=TODAY).order_by("on").first()
    item = OrderItem(row.pk, remove=frozenset({given_up.slot_id}))
    change_bookings(actor=town.parent(awa), items=[item], now=NOW)
    assert changes_acts.book_subscriptions(actor=town.system, enrolment_id=row.pk, now=NOW) is None
    assert Booking.objects.filter(enrolment=row, status="booked").count() == len(days) - 1


def test_an_abonnement_to_another_activity_books_there(town, awa):
    meals = town.offer(units=(("R", "Repas", 690, 810),))
    extra = Activity.objects.create(
        organisation_id=town.id,
        department=town.department,
        name="Abonnement restauration",
        kind="canteen",
        booking_mode="none",
    )
    offer = town.offer(activity=extra, units=(), is_subscription=True, subscribes_to=meals)
    draft = begin(town, awa, offer)
    lines = {"lines": [{"weekday": 1, "unit": "R", "weeks": "even"}]}
    drafts.save_step(actor=town.parent(awa), draft_id=draft, step="pattern", values=lines, now=NOW)
    send(town, awa, draft)
    assert set(Enrolment.objects.values_list("offer_id", flat=True)) == {meals.pk, offer.pk}
    booked = Booking.objects.all()
    assert {(each.on.weekday(), each.on.isocalendar().week % 2) for each in booked} == {(1, 0)}
    assert {each.enrolment.offer_id for each in booked} == {meals.pk}


def test_ending_an_enrolment_gives_back_what_it_held(town, awa):
    offer = town.offer(is_subscription=True)
    draft = begin(town, awa, offer)
    drafts.save_step(actor=town.parent(awa), draft_id=draft, step="pattern", values=MONDAYS, now=NOW)
    send(town, awa, draft)
    row = Enrolment.objects.get()
    count = changes_acts.leave(actor=town.agent("agent"), enrolment_id=row.pk, on=TODAY + timedelta(days=8), now=NOW)
    assert count > 1
    assert Booking.objects.filter(on__gte=TODAY + timedelta(days=8), status="booked").count() == 0
    assert Booking.objects.filter(status="booked").count() == 2
    assert Subscription.objects.get().ends_on == TODAY + timedelta(days=8)
    assert_counters_are_exact(town.id)
    with pytest.raises(EnrolmentOver):
        changes_acts.leave(actor=town.agent("agent"), enrolment_id=row.pk, on=TODAY + timedelta(days=20), now=NOW)
    with pytest.raises(NotFound):
        changes_acts.leave(actor=town.agent("agent"), enrolment_id=10**9, on=TODAY, now=NOW)


@pytest.fixture
def other_school(town):
    site = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    SchoolClass.objects.create(organisation_id=town.id, site=site, school_year=town.year, name="CE1 Z", level="CE1")
    return site


def booked_days(enrolment):
    return sorted(Booking.objects.filter(enrolment=enrolment, status="booked").values_list("on", "slot__unit__code"))


def test_a_child_who_changes_school_takes_its_bookings_along(town, awa, other_school):
    here, there = town.offer(), town.offer(site=other_school)
    row = town.enrol(awa, here, child=awa.children[0])
    slots = slots_of(here)[:4]
    item = OrderItem(row.pk, frozenset(slot.pk for slot in slots))
    change_bookings(actor=town.parent(awa), items=[item], now=NOW)
    before = booked_days(row)
    target = SchoolClass.objects.get(name="CE1 Z")
    moved = changes_acts.move_child(
        actor=town.agent("agent"),
        child_id=awa.children[0].pk,
        school_class_id=target.pk,
        on=TODAY + timedelta(days=1),
        now=NOW,
    )
    [line] = moved.activities
    assert (line.site, line.moved, line.lost) == ("Autre école", 4, ())
    made = Enrolment.objects.get(offer=there)
    assert booked_days(made) == before
    assert booked_days(row) == []
    row.refresh_from_db()
    assert (row.ends_on, made.starts_on) == (TODAY + timedelta(days=1), TODAY + timedelta(days=1))
    assert_counters_are_exact(town.id)


def test_a_change_of_school_says_what_the_new_school_does_not_have(town, awa, other_school):
    here = town.offer()
    row = town.enrol(awa, here, child=awa.children[0])
    slot = slots_of(here)[0]
    change_bookings(actor=town.parent(awa), items=[OrderItem(row.pk, frozenset({slot.pk}))], now=NOW)
    moved = changes_acts.move_child(
        actor=town.agent("agent"),
        child_id=awa.children[0].pk,
        school_class_id=SchoolClass.objects.get(name="CE1 Z").pk,
        on=TODAY,
        now=NOW,
    )
    [line] = moved.activities
    assert (line.site, line.moved, line.lost) == ("", 0, ((slot.on, "M"),))
    assert booked_days(row) == []
    told = OutboxMail.objects.get(template="child_moved")  # the days went away without a word to the family
    assert told.to == [awa.account.email]
    assert told.context["activities"] == [
        {"name": line.activity, "site": "", "moved": 0, "lost": [slot.on.strftime("%d/%m/%Y")]}
    ]
    send_outbox_mail(told.pk)
    assert "1 jour réservé n’a pas pu suivre" in mail.outbox[-1].body


def test_a_change_of_class_in_the_same_school_moves_nothing(town, awa):
    other = SchoolClass.objects.create(
        organisation_id=town.id, site=town.school, school_year=town.year, name="CE1 B", level="CE1"
    )
    town.enrol(awa, town.offer(), child=awa.children[0])
    moved = changes_acts.move_child(
        actor=town.agent("agent"), child_id=awa.children[0].pk, school_class_id=other.pk, on=TODAY, now=NOW
    )
    assert (moved.class_name, moved.activities) == ("CE1 B", ())


def schooling_draft(town, household, **values):
    actor = town.parent(household)
    draft = drafts.start(
        actor=actor,
        kind=ProcedureKind.SCHOOLING,
        family_id=household.family.pk,
        about=About(child_id=household.children[0].pk),
        now=NOW,
    )
    known = dict(draft.answers["schooling"])
    drafts.save_step(actor=actor, draft_id=draft.draft_id, step="schooling", values={**known, **values}, now=NOW)
    return draft.draft_id, known


def test_a_child_is_enrolled_in_the_school_of_its_address(town, awa, other_school):
    Schooling.objects.all().delete()
    Family.objects.filter(pk=awa.family.pk).update(street="rue des Lilas", street_number="4")
    SchoolSector.objects.create(organisation_id=town.id, site=other_school, street="rue des Lilas")
    draft, known = schooling_draft(town, awa)
    assert known == {"year_id": town.year.pk, "level": "CE1", "site_id": other_school.pk}
    view = send(town, awa, draft)
    case = find_case(actor=town.parent(awa), number=view.number)
    assert (view.status, case.anomalies, case.other_parent) == ("submitted", (), "")
    decisions.decide(actor=town.agent("agent"), numbers=[view.number], accept=True, now=NOW)
    row = Schooling.objects.get(child=awa.children[0])
    assert (row.school_class.name, row.starts_on) == ("CE1 Z", TODAY)


def test_another_school_needs_a_reason_and_is_noted(town, awa, other_school):
    Family.objects.filter(pk=awa.family.pk).update(street="rue des Lilas", street_number="4")
    SchoolSector.objects.create(organisation_id=town.id, site=town.school, street="rue des Lilas")
    draft, _known = schooling_draft(town, awa, site_id=other_school.pk)
    with pytest.raises(Incomplete) as caught:
        send(town, awa, draft)
    assert [(problem.code, problem.detail) for problem in caught.value.problems] == [("missing", "derogation")]
    schooling_draft(town, awa, site_id=other_school.pk, derogation="La fratrie y est.", level="CP")
    view = send(town, awa, draft)
    found = find_case(actor=town.parent(awa), number=view.number).anomalies
    assert found == ("out_of_sector", "level_age", "already_schooled")


def test_a_school_without_that_class_goes_back_to_the_queue(town, awa, other_school):
    draft, _known = schooling_draft(town, awa, site_id=other_school.pk, level="CM2")
    view = send(town, awa, draft)
    decisions.decide(actor=town.agent("agent"), numbers=[view.number], accept=True, now=NOW)
    case = find_case(actor=town.agent("agent"), number=view.number)
    assert (case.view.status, case.anomalies[-1]) == ("submitted", "no_class")
    assert Schooling.objects.filter(child=awa.children[0], school_class__site=other_school).count() == 0
    assert date(2026, 9, 1) == town.year.starts_on
