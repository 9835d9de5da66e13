"""A written objection stops the service, and nothing else (Code civil, art. 372-2)."""

from datetime import timedelta

import pytest

from preau.base.facts import NotFound
from preau.base.models import OutboxMail
from preau.base.sending import send_outbox_mail
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.families.models import ValidatedDossier
from preau.domain.families.operations.household import link_child
from preau.domain.families.rules import ActFrozen
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import changes, decisions, drafts, households, orders
from preau.domain.procedures.rules import About
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def bea(town, awa):
    """Béa, the other parent of Awa's first child."""
    bea = town.household("Bea", children=0, login="bea")
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=awa.children[0].pk)
    return bea


def stop(town, awa, bea):
    """Béa objects."""
    return households.receive_objection(
        actor=town.parent(bea), child_id=awa.children[0].pk, adult_id=bea.adult.pk, text="Non", now=NOW
    )


def ask(town, household, kind, step, values, *, child=0, **about):
    actor = town.parent(household)
    draft = drafts.start(
        actor=actor,
        kind=kind,
        family_id=household.family.pk,
        about=About(child_id=household.children[child].pk, **about),
        now=NOW,
    )
    drafts.save_step(actor=actor, draft_id=draft.draft_id, step=step, values=values, now=NOW)
    return drafts.submit(actor=actor, draft_id=draft.draft_id, now=NOW).view


def ask_enrolment(town, household, offer, *, child=0):
    about = {"activity_id": offer.activity_id, "school_year_id": offer.school_year_id}
    return ask(town, household, ProcedureKind.ENROLMENT, "choice", {"offer_id": offer.pk}, child=child, **about)


def ask_pai(town, household, *, child=0):
    values = {"needs": "repas", "doctor_name": "Dr Test"}
    return ask(town, household, ProcedureKind.PAI, "pai", values, child=child)


def test_an_immediate_enrolment_waits_for_the_service_instead(town, awa, bea):
    offer = town.offer()
    stop(town, awa, bea)
    view = ask_enrolment(town, awa, offer)
    assert (view.status, Enrolment.objects.count()) == ("submitted", 0)
    assert Procedure.objects.get(number=view.number).anomalies == ["objection"]
    assert ask_enrolment(town, awa, offer, child=1).status == "accepted"  # the other child is not concerned


def test_an_agent_accepts_no_act_on_the_child_but_may_refuse_it(town, awa, bea):
    view, other = ask_pai(town, awa), ask_pai(town, awa, child=1)
    stop(town, awa, bea)
    agent = town.agent("agent")
    with pytest.raises(ActFrozen):
        decisions.decide(actor=agent, numbers=[view.number], accept=True, now=NOW)
    both = decisions.decide(actor=agent, numbers=[view.number, other.number], accept=True, now=NOW)
    assert (both.numbers, both.left_out) == ((other.number,), (view.number,))
    assert decisions.decide(actor=agent, numbers=[view.number], accept=False, reason="Désaccord", now=NOW).numbers


def test_a_decision_still_held_when_the_letter_comes_is_not_applied(town, awa, bea):
    town.organisation.decision_hold_minutes = 5
    town.organisation.save()
    view, agent = ask_pai(town, awa), town.agent("agent")
    decisions.decide(actor=agent, numbers=[view.number], accept=True, now=NOW)
    stop(town, awa, bea)
    assert not decisions.apply_held(actor=agent, number=view.number, now=LATER)
    row = Procedure.objects.get(number=view.number)
    assert (row.status, "objection" in row.anomalies, row.is_clean) == ("submitted", True, False)


def test_a_dossier_is_not_validated(town, awa, bea):
    row = Procedure.objects.create(
        organisation_id=town.id,
        family_id=awa.family.pk,
        child_id=awa.children[0].pk,
        kind=ProcedureKind.DOSSIER,
        status="submitted",
        number=1,
        school_year=town.year,
        created_at=NOW,
        updated_at=NOW,
        submitted_at=NOW,
    )
    stop(town, awa, bea)
    with pytest.raises(ActFrozen):
        decisions.decide(actor=town.agent("agent"), numbers=[row.number], accept=True, now=NOW)
    assert not ValidatedDossier.objects.exists()


def test_what_waited_is_marked_then_cleared_with_the_last_objection(town, awa, bea):
    view = ask_pai(town, awa)
    before = Procedure.objects.get(number=view.number).anomalies
    first = stop(town, awa, bea)
    assert stop(town, awa, bea) == first  # twice is once
    second = households.receive_objection(
        actor=town.agent("agent"), child_id=awa.children[0].pk, adult_id=awa.adult.pk, text="Lettre", now=NOW
    )
    households.take_back_objection(actor=town.parent(bea), objection_id=first, now=NOW)
    assert Procedure.objects.get(number=view.number).anomalies == ["objection", *before]
    households.end_objection(actor=town.agent("agent"), objection_id=second, reason="accord", now=NOW)
    assert Procedure.objects.get(number=view.number).anomalies == before


def test_nobody_takes_back_the_objection_of_another(town, awa, bea):
    made = stop(town, awa, bea)
    for actor in (town.parent(awa), town.agent("agent")):
        with pytest.raises(NotFound):
            households.take_back_objection(actor=actor, objection_id=made, now=NOW)


def test_agents_neither_enrol_nor_end_nor_promote_nor_move_nor_book_for_the_child(town, awa, bea):
    offer, child = town.offer(enrolment_capacity=1, waiting_list="by_date"), awa.children[0]
    held = town.enrol(awa, offer, child=child)
    Enrolment.objects.create(
        organisation_id=town.id,
        family=awa.family,
        child=child,
        offer=town.offer(enrolment_capacity=1, waiting_list="by_date"),
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        status="waiting",
        waiting_since=NOW,
    )
    waiting = Enrolment.objects.get(status="waiting")
    stop(town, awa, bea)
    agent, slot = town.agent("agent"), slots_of(offer)[0]
    schoolings = list(Schooling.objects.values_list())
    item = OrderItem(held.pk, frozenset({slot.pk}))
    refused = [
        lambda: changes.enrol_for_family(
            actor=agent, family_id=awa.family.pk, child_id=child.pk, offer_id=town.offer().pk, now=NOW
        ),
        lambda: changes.leave(actor=agent, enrolment_id=held.pk, on=TODAY, now=NOW),
        lambda: changes.promote(actor=agent, offer_id=waiting.offer_id, now=NOW),
        lambda: changes.move_child(
            actor=agent, child_id=child.pk, school_class_id=town.school_class.pk, on=TODAY, now=NOW
        ),
        lambda: orders.place_order(actor=agent, items=[item], key="k", now=NOW),
        lambda: orders.place_order(actor=agent, items=[item], key="k", now=NOW, reason="urgence"),
    ]
    for act in refused:
        with pytest.raises(ActFrozen):
            act()
    waiting.refresh_from_db()
    assert (waiting.status, Booking.objects.count(), Enrolment.objects.count()) == ("waiting", 0, 2)
    assert list(Schooling.objects.values_list()) == schoolings


def test_parents_go_on_booking_what_was_accepted_before(town, awa, bea):
    offer = town.offer()
    town.enrol(awa, offer, child=awa.children[0])
    stop(town, awa, bea)
    item = OrderItem(awa.enrolments[0].pk, frozenset({slots_of(offer)[0].pk}))
    assert orders.place_order(actor=town.parent(awa), items=[item], key="k", now=NOW).procedures[0].added


def test_a_child_leaves_a_household_only_when_nothing_runs_there(town, awa, bea):
    child_id, agent = awa.children[0].pk, town.agent("agent")
    town.enrol(bea, town.offer(), child=awa.children[0])
    with pytest.raises(households.HouseholdInUse):
        households.take_from_household(actor=agent, child_id=child_id, family_id=bea.family.pk, now=NOW)
    Enrolment.objects.update(status="ended")
    households.take_from_household(actor=agent, child_id=child_id, family_id=bea.family.pk, now=NOW)
    assert list(awa.children[0].households.values_list("family_id", flat=True)) == [awa.family.pk]


def mails_to(account):
    return {mail.template: mail for mail in OutboxMail.objects.all() if account.email in mail.to}


def test_what_was_begun_for_a_child_who_leaves_is_forgotten(town, awa, bea):
    child = awa.children[0]
    start = {"kind": ProcedureKind.PAI, "about": About(child.pk), "now": NOW}
    drafts.start(actor=town.parent(bea), family_id=bea.family.pk, **start)
    kept = drafts.start(actor=town.parent(awa), family_id=awa.family.pk, **start)
    households.take_from_household(actor=town.agent("agent"), child_id=child.pk, family_id=bea.family.pk, now=NOW)
    assert [row.pk for row in Procedure.objects.all()] == [kept.draft_id]


def test_the_other_household_is_told_of_what_concerns_the_child_and_of_nothing_else(town, awa, bea):
    offer, child = town.offer(), awa.children[0]
    view = ask_enrolment(town, awa, offer)
    assert view.status == "accepted"
    mail = mails_to(bea.account)["child_act"]
    assert mail.to == [bea.account.email]
    said = f"{mail.subject} {mail.context}"
    assert child.first_name in said
    assert f"/famille/enfants/{child.pk}/" in said
    for secret in (awa.account.email, awa.adult.phone, awa.family.street, awa.account.last_name):
        assert secret not in said.replace(f"n° {view.number}", "")
    changes.leave(actor=town.agent("agent"), enrolment_id=Enrolment.objects.get().pk, on=TODAY, now=NOW)
    assert "enrolment_ended" in mails_to(bea.account)
    ask_enrolment(town, awa, town.offer(activity=None), child=1)  # not Béa's child
    assert set(mails_to(bea.account)) == {"child_act", "enrolment_ended"}


@pytest.mark.parametrize(
    ("template", "path"), [("child_act", "/famille/enfants/"), ("agreement_asked", "/famille/accords/")]
)
def test_the_mails_to_the_other_household_leave(town, awa, bea, mailoutbox, template, path):
    child = awa.children[0].first_name
    if template == "child_act":
        ask_enrolment(town, awa, town.offer())
    else:
        actor, about = town.parent(awa), {"family_id": awa.family.pk, "about": About(awa.children[0].pk)}
        draft = drafts.start(actor=actor, kind=ProcedureKind.SCHOOLING, now=NOW, **about)
        values = {**draft.answers["schooling"], "site_id": town.school.pk, "level": "CP", "derogation": "Un frère"}
        drafts.save_step(actor=actor, draft_id=draft.draft_id, step="schooling", values=values, now=NOW)
        drafts.submit(actor=actor, draft_id=draft.draft_id, now=NOW)
    send_outbox_mail(mails_to(bea.account)[template].pk)
    (sent,) = mailoutbox
    for body in (sent.body, sent.alternatives[0].content):
        assert child in body
        assert path in body


def test_no_mail_tells_the_other_household_of_health(town, awa, bea):
    view = ask_pai(town, awa)
    decisions.decide(actor=town.agent("agent"), numbers=[view.number], accept=True, now=NOW)
    for number in (view.number,):
        decisions.apply_held(actor=town.agent("agent"), number=number, now=LATER)
    assert mails_to(bea.account) == {}


def test_a_parent_without_exercise_is_told_nothing_by_mail(town, awa, bea):
    bea.adult.guardianships.update(authority="held")
    ask_enrolment(town, awa, town.offer())
    assert mails_to(bea.account) == {}
