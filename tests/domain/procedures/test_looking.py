"""What an agent looks at and decides apart: checks again, pieces, parts, colleagues, health on a kept reading."""

from datetime import timedelta

import pytest

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import JournalEntry, OutboxMail
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations.pieces import deposit
from preau.domain.documents.rules import ReasonMissing
from preau.domain.enrolments.models import Enrolment, Subscription
from preau.domain.families.models import Adult, Child, Family
from preau.domain.families.queries.people import health_readings
from preau.domain.organisations.models import Department, Organisation
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import decisions, drafts, messages
from preau.domain.procedures.queries.cases import find_case, pieces_of
from preau.domain.procedures.rules import About, AlreadyDecided, NothingKept, TextMissing
from tests.domain.procedures.test_engine import KARIM, LEA, draft, sent
from tests.domain.procedures.test_enrolments import ask, begin, send
from tests.factories.town import NOW
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db

ZOE = {"role": "child", "first_name": "Zoé", "last_name": "Dupré", "birth_date": "2023-05-04"}
WEEK = {
    "lines": [
        {"weekday": 0, "unit": "S", "weeks": "every", "name": "lundi, Soir"},
        {"weekday": 1, "unit": "S", "weeks": "every", "name": "mardi, Soir"},
    ]
}


@pytest.fixture(autouse=True)
def reviewed_at_once(town):
    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True, decision_hold_minutes=0)


def pai(town, household, *, needs="Arachide"):
    made = draft(town, household, ProcedureKind.PAI, about=About(household.children[0].pk))
    values = {"needs": needs, "doctor_name": "Dr Serin"}
    drafts.save_step(actor=town.parent(household), draft_id=made.draft_id, step="pai", values=values, now=NOW)
    return drafts.submit(actor=town.parent(household), draft_id=made.draft_id, now=NOW).view.number


def join(town, household, number, **fields):
    kind = DocumentType.objects.create(
        organisation_id=town.id, code=f"t{DocumentType.objects.count()}", title="Certificat", **fields
    )
    view = deposit(
        actor=town.parent(household),
        family_id=household.family.pk,
        child_id=household.children[0].pk,
        type_id=kind.pk,
        name="certificat.pdf",
        content=paper(),
        school_year_ends_on=town.year.ends_on,
        now=NOW,
    )
    messages.attach(actor=town.parent(household), document_id=view.document_id, number=number, now=NOW)
    return view.document_id


def test_one_person_is_refused_and_the_others_written(town, awa):
    number = sent(town, awa, LEA, ZOE, KARIM)
    agent = town.agent("agent")
    assert [part.key for part in find_case(actor=agent, number=number).parts] == ["p1", "p2", "p3"]
    decisions.decide(actor=agent, numbers=[number], accept=True, without=["p2"], reason="Zoé habite ailleurs.", now=NOW)
    assert not Child.objects.filter(first_name="Zoé").exists()
    assert Child.objects.filter(first_name="Léa").exists()
    assert Adult.objects.filter(first_name="Karim").exists()
    seen = find_case(actor=town.parent(awa), number=number)
    assert (seen.view.status, seen.reason) == ("accepted", "Zoé habite ailleurs.")
    assert [part.words for part in seen.left_out] == ["Zoé Dupré"]
    mail = OutboxMail.objects.get(template="procedure_decided")
    assert mail.context["is_partial"] is True
    assert JournalEntry.objects.filter(act="procedure.partly_accepted").count() == 1


def test_a_partial_answer_says_why_keeps_something_and_names_its_own_parts(town, awa):
    number = sent(town, awa, LEA, ZOE)
    agent = town.agent("agent")
    with pytest.raises(TextMissing):
        decisions.decide(actor=agent, numbers=[number], accept=True, without=["p1"], now=NOW)
    with pytest.raises(NothingKept):
        decisions.decide(actor=agent, numbers=[number], accept=True, without=["p1", "p2"], reason="Non", now=NOW)
    with pytest.raises(NotFound):
        decisions.decide(actor=agent, numbers=[number], accept=True, without=["p9"], reason="Non", now=NOW)
    assert Procedure.objects.get(number=number).status == "submitted"
    assert not Child.objects.filter(first_name="Léa").exists()


def test_a_partial_answer_that_is_held_is_the_one_applied(town, awa):
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=5)
    number = sent(town, awa, LEA, ZOE)
    agent = town.agent("agent")
    decisions.decide(actor=agent, numbers=[number], accept=True, without=["p1"], reason="Pas Léa.", now=NOW)
    assert not Child.objects.filter(first_name="Zoé").exists()
    decisions.apply_held(actor=town.system, number=number, now=NOW + timedelta(minutes=5))
    assert Child.objects.filter(first_name="Zoé").exists()
    assert not Child.objects.filter(first_name="Léa").exists()


def test_one_weekly_line_of_an_enrolment_may_be_refused(town, awa):
    Activity.objects.filter(pk=town.activity.pk).update(confirmation="reviewed")
    offer = town.offer()
    Offer.objects.filter(pk=offer.pk).update(is_subscription=True)
    made = begin(town, awa, offer)
    drafts.save_step(actor=town.parent(awa), draft_id=made, step="pattern", values=WEEK, now=NOW)
    number = send(town, awa, made).number
    agent = town.agent("agent")
    decisions.decide(actor=agent, numbers=[number], accept=True, without=["l1"], reason="Mardi est complet.", now=NOW)
    assert [line["weekday"] for line in Subscription.objects.get().pattern] == [0]
    assert [part.words for part in find_case(actor=agent, number=number).left_out] == ["mardi, Soir"]


def test_a_bulk_answer_looks_again_before_it_decides(town, awa, bruno):
    clean, known = sent(town, awa, LEA), sent(town, bruno, ZOE)
    Child.objects.create(organisation_id=town.id, first_name="Zoé", last_name="Dupré", birth_date="2023-05-04")
    assert Procedure.objects.get(number=known).is_clean
    decided = decisions.decide(actor=town.agent("agent"), numbers=[clean, known], accept=True, clean_only=True, now=NOW)
    assert (decided.numbers, decided.left_out) == ((clean,), (known,))
    row = Procedure.objects.get(number=known)
    assert (row.status, row.is_clean, row.anomalies) == ("submitted", False, ["duplicate_child"])


def test_the_machine_looks_again_when_asked(town, awa):
    made = draft(town, awa, ProcedureKind.MOVE)
    values = {"street": "rue Neuve", "postcode": "99000", "city": "Ailleurs", "from": "2026-12-01"}
    drafts.save_step(actor=town.parent(awa), draft_id=made.draft_id, step="move", values=values, now=NOW)
    number = drafts.submit(actor=town.parent(awa), draft_id=made.draft_id, now=NOW).view.number
    agent = town.agent("agent")
    assert {(each.name, each.code) for each in find_case(actor=agent, number=number).checks} == {
        ("stays", "leaves_town"),
        ("proof", "no_proof"),
    }
    join(town, awa, number)
    Family.objects.filter(pk=awa.family.pk).update(postcode="99000")
    assert decisions.check_again(actor=agent, number=number, now=NOW + timedelta(hours=1))
    case = find_case(actor=agent, number=number)
    assert (case.anomalies, case.checked_at) == ((), NOW + timedelta(hours=1))
    messages.cancel(actor=town.parent(awa), number=number, now=NOW)
    with pytest.raises(AlreadyDecided):
        decisions.check_again(actor=agent, number=number, now=NOW)


def test_a_piece_is_checked_from_the_case_that_holds_it(town, awa, bruno):
    number, other = pai(town, awa), sent(town, bruno)
    document_id = join(town, awa, number, is_sensitive=True)
    agent = town.agent("agent")
    with pytest.raises(ReasonMissing):
        decisions.check_piece(actor=agent, number=number, document_id=document_id, accept=False, now=NOW)
    decisions.check_piece(
        actor=agent, number=number, document_id=document_id, accept=False, reason="Illisible.", now=NOW
    )
    assert Document.objects.values_list("state", "reason").get() == ("refused", "Illisible.")
    decisions.check_piece(actor=agent, number=number, document_id=document_id, accept=True, now=NOW)
    assert [each.state for each in pieces_of(actor=agent, number=number, on=NOW.date())] == ["valid"]
    with pytest.raises(NotFound):
        decisions.check_piece(actor=agent, number=other, document_id=document_id, accept=True, now=NOW)
    for actor in (town.parent(awa), town.agent("site_staff"), town.agent("regisseur"), town.agent("admin")):
        with pytest.raises(NotAllowed):
            decisions.check_piece(actor=actor, number=number, document_id=document_id, accept=True, now=NOW)
    decisions.decide(actor=agent, numbers=[number], accept=True, now=NOW)
    with pytest.raises(AlreadyDecided):
        decisions.check_piece(actor=agent, number=number, document_id=document_id, accept=True, now=NOW)


def test_a_judgment_is_counted_for_an_agent_and_shown_to_a_manager(town, awa):
    number = pai(town, awa)
    join(town, awa, number, is_judicial=True)
    for role, seen in (("agent", 0), ("manager", 1)):
        actor = town.agent(role)
        assert find_case(actor=actor, number=number).piece_count == 1
        assert len(pieces_of(actor=actor, number=number, on=NOW.date())) == seen


def test_health_of_a_case_is_read_on_demand_and_the_parents_see_it(town, awa):
    number, agent = pai(town, awa), town.agent("agent")
    case = find_case(actor=agent, number=number)
    assert (case.answers["pai"], case.hides_health) == ({}, True)
    assert find_case(actor=town.parent(awa), number=number).answers["pai"]["needs"] == "Arachide"
    child_id = awa.children[0].pk
    assert health_readings(actor=town.parent(awa), child_id=child_id, limit=5) == []
    shown = decisions.read_case_health(actor=agent, number=number, now=NOW)
    assert (shown.answers["pai"]["needs"], shown.hides_health) == ("Arachide", False)
    assert [row.reason for row in health_readings(actor=town.parent(awa), child_id=child_id, limit=5)] == ["file"]
    with pytest.raises(NotFound):
        decisions.read_case_health(actor=agent, number=sent(town, awa), now=NOW)
    for role in ("site_staff", "regisseur", "admin"):
        with pytest.raises(NotAllowed):
            decisions.read_case_health(actor=town.agent(role), number=number, now=NOW)


def test_a_case_is_given_to_a_colleague_who_sees_it(town, awa):
    number = sent(town, awa)
    creche = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    theirs, ours = town.account("agent.creche", role="agent"), town.account("agent.deux", role="manager")
    town.limit(theirs, department_ids=[creche.pk])
    family = town.account("parent.autre", role="family")
    agent = town.agent("agent")
    for account in (theirs, family, awa.account):
        with pytest.raises(NotFound):
            decisions.take(actor=agent, number=number, assignee_id=account.pk, now=NOW)
    decisions.take(actor=agent, number=number, assignee_id=ours.pk, now=NOW)
    assert Procedure.objects.get(number=number).assignee_id == ours.pk


def test_what_can_no_longer_be_done_comes_back_whole(town, awa):
    Activity.objects.filter(pk=town.activity.pk).update(confirmation="reviewed")
    offer = town.offer()
    number = ask(town, awa, offer).number
    town.enrol(awa, offer, child=awa.children[0])
    decisions.decide(actor=town.agent("agent"), numbers=[number], accept=True, now=NOW)
    row = Procedure.objects.get(number=number)
    assert (row.status, row.anomalies, row.without) == ("submitted", ["already_enrolled"], [])
    assert Enrolment.objects.count() == 1
