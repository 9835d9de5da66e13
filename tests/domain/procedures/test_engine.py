"""Démarches that a service decides: drafts, submission, decisions held and applied, what is asked, words."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from preau.base.facts import NotAllowed, NotFound
from preau.base.models import OutboxMail
from preau.domain.families.models import Adult, Child, Family, Guardianship
from preau.domain.organisations.models import Department, Organisation
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ProcedureForm, TimelineEntry
from preau.domain.procedures.operations import decisions, drafts, messages
from preau.domain.procedures.queries.cases import file_drafts, find_case
from preau.domain.procedures.queries.inbox import InboxFilter, inbox, next_in_queue, queue_counts
from preau.domain.procedures.rules import (
    About,
    AlreadyDecided,
    Incomplete,
    TextMissing,
    TextTooLong,
    WaitsForOtherParent,
)
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db

LEA = {"role": "child", "first_name": "Léa", "last_name": "Dupré", "birth_date": "2022-05-04"}
KARIM = {"role": "co_holder", "civility": "M.", "first_name": "Karim", "last_name": "Dupré", "has_authority": True}
MOVE = {"street": "rue Neuve", "postcode": "99000", "city": "Ailleurs", "from": "2026-12-01"}


def draft(town, household, kind=ProcedureKind.ENTOURAGE, *, actor=None, **fields):
    actor = actor or town.parent(household)
    return drafts.start(actor=actor, kind=kind, family_id=household.family.pk, now=NOW, **fields)


def declared(town, household, *people):
    made = draft(town, household)
    for number, person in enumerate(people or (LEA,), start=1):
        drafts.save_step(
            actor=town.parent(household), draft_id=made.draft_id, step=f"p{number}", values=person, now=NOW
        )
    return made.draft_id


def sent(town, household, *people):
    draft_id = declared(town, household, *people)
    return drafts.submit(actor=town.parent(household), draft_id=draft_id, now=NOW).view.number


@pytest.fixture
def reviewed(town):
    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True)
    return town


def hold(town, minutes):
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=minutes)


def test_a_draft_keeps_each_step_and_is_found_again_by_either_parent(town, awa):
    draft_id = declared(town, awa, LEA, KARIM)
    again = draft(town, awa)
    assert again.draft_id == draft_id
    assert again.answers == {"p1": LEA, "p2": KARIM}
    assert again.step == "p2"
    assert [each.draft_id for each in file_drafts(actor=town.parent(awa))] == [draft_id]
    drafts.save_step(actor=town.parent(awa), draft_id=draft_id, step="p1", values=None, now=NOW)
    assert draft(town, awa).answers == {"p2": KARIM}


def test_a_draft_is_nobody_else_s(town, awa, bruno):
    draft_id = declared(town, awa)
    for act in (
        lambda actor: drafts.save_step(actor=actor, draft_id=draft_id, step="p1", values={}, now=NOW),
        lambda actor: drafts.submit(actor=actor, draft_id=draft_id, now=NOW),
        lambda actor: drafts.discard_draft(actor=actor, draft_id=draft_id),
    ):
        for actor in (town.parent(bruno), town.agent("agent")):
            with pytest.raises(NotFound):
                act(actor)
    with pytest.raises(NotFound):
        drafts.start(actor=town.parent(bruno), kind=ProcedureKind.ENTOURAGE, family_id=awa.family.pk, now=NOW)
    with pytest.raises(NotFound):
        draft(town, awa, ProcedureKind.PAI, about=About(child_id=bruno.children[0].pk))
    assert Procedure.objects.get(pk=draft_id).number is None


def test_what_a_family_wrote_is_encrypted_at_rest(town, awa):
    from django.db import connection

    draft_id = declared(town, awa)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM procedures_procedure WHERE id = %s", [draft_id])
        assert "Léa" not in cursor.fetchone()[0]


def test_what_an_agent_answers_is_encrypted_at_rest_too(town, awa):
    """F170: the reason of a refusal says what the answers say."""
    from django.db import connection

    Organisation.objects.update(reviews_entourage=True)
    number, other = sent(town, awa, LEA), sent(town, awa, KARIM)
    agent = town.agent("agent")
    decisions.ask_more(actor=agent, number=other, text="Quel est son nom de naissance ?", types={}, now=NOW)
    decisions.decide(actor=agent, numbers=[number], accept=False, reason="Elle vit ailleurs", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason, asked, held FROM procedures_procedure")
        kept = str(cursor.fetchall())
    assert "vit ailleurs" not in kept
    assert "naissance" not in kept
    row = Procedure.objects.get(number=number)
    assert "Elle vit ailleurs" in (row.reason, row.held.get("reason"))


def test_an_incomplete_draft_is_refused_and_kept(town, awa):
    draft_id = declared(town, awa, {**LEA, "birth_date": ""})
    with pytest.raises(Incomplete) as caught:
        drafts.submit(actor=town.parent(awa), draft_id=draft_id, now=NOW)
    assert [(problem.step, problem.detail) for problem in caught.value.problems] == [("p1", "birth_date")]
    assert Procedure.objects.get(pk=draft_id).status == "draft"


def test_without_review_an_entourage_is_written_at_once_and_told(town, awa):
    number = sent(town, awa, LEA, {**KARIM, "has_authority": False})
    assert find_case(actor=town.parent(awa), number=number).view.status == "accepted"
    child = Child.objects.get(first_name="Léa")
    karim = Adult.objects.get(first_name="Karim")
    assert list(Guardianship.objects.filter(child=child).values_list("adult_id", flat=True)) == [awa.adult.pk]
    assert not Guardianship.objects.filter(adult=karim).exists()  # an agent alone gives authority, with a proof
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.template) == ([awa.account.email], "procedure_received")


def test_a_submission_sent_twice_has_one_effect(reviewed, awa):
    draft_id = declared(reviewed, awa)
    one = drafts.submit(actor=reviewed.parent(awa), draft_id=draft_id, now=NOW)
    two = drafts.submit(actor=reviewed.parent(awa), draft_id=draft_id, now=NOW)
    assert (one.view.number, two.view.number, two.is_replay) == (1, 1, True)
    assert OutboxMail.objects.count() == 1


def test_with_review_nothing_is_written_before_an_agent_accepts(reviewed, awa):
    hold(reviewed, 0)
    number = sent(reviewed, awa)
    case = find_case(actor=reviewed.parent(awa), number=number)
    assert (case.view.status, case.due_at) == ("submitted", NOW + timedelta(hours=48))
    assert not Child.objects.filter(first_name="Léa").exists()
    decisions.decide(actor=reviewed.agent("agent"), numbers=[number], accept=True, now=NOW)
    assert Child.objects.filter(first_name="Léa").exists()
    assert set(OutboxMail.objects.values_list("template", flat=True)) == {"procedure_received", "procedure_decided"}


def test_a_held_decision_can_be_taken_back_and_the_family_never_knows(reviewed, awa):
    number = sent(reviewed, awa)
    agent = reviewed.agent("agent", account=reviewed.account("agent.un", role="agent"))
    decided = decisions.decide(actor=agent, numbers=[number], accept=True, now=NOW)
    assert decided.applies_at == NOW + timedelta(minutes=2)
    assert find_case(actor=reviewed.parent(awa), number=number).view.status == "submitted"
    assert queue_counts(actor=agent, now=NOW)["held"] == 1
    decisions.take_back(actor=agent, number=number, now=NOW)
    assert queue_counts(actor=agent, now=NOW) == {
        "todo": 1,
        "mine": 1,
        "asked": 0,
        "held": 0,
        "late": 0,
        "soon": 0,
        "clean": 1,
    }
    assert not decisions.apply_held(actor=reviewed.system, number=number, now=NOW, until=decided.applies_at)
    assert not Child.objects.filter(first_name="Léa").exists()
    with pytest.raises(AlreadyDecided):
        decisions.take_back(actor=agent, number=number, now=NOW)


def test_a_held_decision_is_applied_by_its_own_task(reviewed, awa):
    from preau.domain.procedures.tasks import apply_decision

    number = sent(reviewed, awa)
    decisions.decide(actor=reviewed.agent("agent"), numbers=[number], accept=True, now=NOW)
    task = DBTaskResult.objects.get(task_path__endswith="apply_decision")
    assert task.run_after is not None
    apply_decision.func(**task.args_kwargs["kwargs"])
    apply_decision.func(**task.args_kwargs["kwargs"])
    assert Child.objects.filter(first_name="Léa").count() == 1
    assert find_case(actor=reviewed.parent(awa), number=number).view.status == "accepted"


def test_a_refusal_says_why(reviewed, awa):
    hold(reviewed, 0)
    number = sent(reviewed, awa)
    agent = reviewed.agent("agent")
    with pytest.raises(TextMissing):
        decisions.decide(actor=agent, numbers=[number], accept=False, reason="  ", now=NOW)
    with pytest.raises(TextTooLong):
        decisions.decide(actor=agent, numbers=[number], accept=False, reason="x" * 4001, now=NOW)
    decisions.decide(actor=agent, numbers=[number], accept=False, reason="Déjà déclarée par l’autre parent.", now=NOW)
    case = find_case(actor=reviewed.parent(awa), number=number)
    assert (case.view.status, case.reason) == ("refused", "Déjà déclarée par l’autre parent.")
    with pytest.raises(AlreadyDecided):
        decisions.decide(actor=agent, numbers=[number], accept=True, now=NOW)


def test_many_are_decided_at_once_but_those_with_an_anomaly(reviewed, awa, bruno):
    hold(reviewed, 0)
    clean = sent(reviewed, awa)
    double = sent(reviewed, bruno, {**LEA, "first_name": "Enfant1", "birth_date": "2019-03-01"})
    agent = reviewed.agent("manager")
    assert find_case(actor=agent, number=double).anomalies == ("duplicate_child",)
    decided = decisions.decide(actor=agent, numbers=[clean, double], accept=True, clean_only=True, now=NOW)
    assert (decided.numbers, decided.left_out) == ((clean,), (double,))


def test_what_is_beyond_the_most_at_once_is_left_out_and_said(reviewed, awa, monkeypatch):
    """F087: the rest was neither done nor told."""
    monkeypatch.setattr(decisions, "MAX_AT_ONCE", 1)
    one, two = sent(reviewed, awa), sent(reviewed, awa, {**LEA, "first_name": "Noé"})
    done = decisions.decide(actor=reviewed.agent("agent"), numbers=[one, two], accept=True, now=NOW)
    assert (done.numbers, done.left_out) == ((one,), (two,))


def test_only_what_is_asked_opens_again(reviewed, awa, bruno):
    number = sent(reviewed, awa)
    agent = reviewed.agent("agent")
    decisions.ask_more(actor=agent, number=number, text="Quel est son nom de naissance ?", types={}, now=NOW)
    case = find_case(actor=reviewed.parent(awa), number=number)
    assert (case.view.status, case.asked["text"]) == ("more_asked", "Quel est son nom de naissance ?")
    with pytest.raises(TextMissing):
        messages.complete(actor=reviewed.parent(awa), number=number, text="", now=NOW)
    with pytest.raises(NotFound):
        messages.complete(actor=reviewed.parent(bruno), number=number, text="Moi", now=NOW)
    messages.complete(actor=reviewed.parent(awa), number=number, text="Dupré aussi.", now=NOW)
    case = find_case(actor=agent, number=number)
    assert (case.view.status, case.messages[-1].text) == ("in_review", "Dupré aussi.")
    with pytest.raises(AlreadyDecided):
        messages.complete(actor=reviewed.parent(awa), number=number, text="Encore", now=NOW)


def test_a_family_cancels_what_is_not_decided(reviewed, awa):
    number = sent(reviewed, awa)
    messages.cancel(actor=reviewed.parent(awa), number=number, now=NOW)
    with pytest.raises(AlreadyDecided):
        messages.cancel(actor=reviewed.parent(awa), number=number, now=NOW)
    with pytest.raises(AlreadyDecided):
        decisions.decide(actor=reviewed.agent("agent"), numbers=[number], accept=True, now=NOW)
    assert [entry.event for entry in TimelineEntry.objects.all()] == ["cancelled"]


def test_notes_are_for_agents_only_and_messages_come_from_the_service(reviewed, awa):
    number = sent(reviewed, awa)
    agent = reviewed.agent("agent")
    messages.write_message(actor=agent, number=number, text="Rappeler lundi", is_note=True, now=NOW)
    messages.write_message(actor=agent, number=number, text="Bonjour", now=NOW)
    seen = find_case(actor=reviewed.parent(awa), number=number).messages
    assert [(line.by, line.text) for line in seen] == [("Enfance", "Bonjour")]
    assert [line.text for line in find_case(actor=agent, number=number).messages] == ["Rappeler lundi", "Bonjour"]
    with pytest.raises(NotFound):
        messages.write_message(actor=reviewed.parent(awa), number=number, text="x", is_note=True, now=NOW)


def test_agents_of_another_department_or_town_neither_see_nor_decide(reviewed, other_town, awa):
    number = sent(reviewed, awa)
    other = Department.objects.create(organisation_id=reviewed.id, name="Petite enfance", position=5)
    limited = reviewed.agent("agent")
    object.__setattr__(limited, "department_ids", frozenset({other.pk}))
    for actor in (limited, other_town.agent("agent")):
        found = inbox(actor=actor, wanted=InboxFilter(), now=NOW, limit=10)
        assert (found.rows, found.total, found.before, found.after) == ((), 0, None, None)
        with pytest.raises(NotFound):
            decisions.decide(actor=actor, numbers=[number], accept=True, now=NOW)
        with pytest.raises(NotFound):
            find_case(actor=actor, number=number)
    with pytest.raises(NotAllowed):
        decisions.decide(actor=reviewed.agent("site_staff"), numbers=[number], accept=True, now=NOW)
    with pytest.raises(NotAllowed):
        inbox(actor=reviewed.agent("admin"), wanted=InboxFilter(), now=NOW, limit=10)


def test_the_inbox_shows_the_most_urgent_first_and_finds_by_name(reviewed, awa, bruno):
    one = sent(reviewed, awa)
    two = sent(reviewed, bruno, {**LEA, "first_name": "Zélie"})
    Procedure.objects.filter(number=two).update(due_at=NOW)
    agent = reviewed.agent("agent")
    found = inbox(actor=agent, wanted=InboxFilter(), now=NOW, limit=10)
    assert ([row.number for row in found.rows], found.total, found.after) == ([two, one], 2, one)
    for text, numbers in (("dupre awa", [one]), (str(two), [two]), ("dupre zelie", [])):
        found = inbox(actor=agent, wanted=InboxFilter(text=text), now=NOW, limit=10)
        assert [row.number for row in found.rows] == numbers


@pytest.mark.parametrize("queue", ["todo", "done"])
def test_each_case_knows_its_page_and_its_neighbours(reviewed, awa, queue):
    numbers = [sent(reviewed, awa, {**LEA, "first_name": f"Prénom{number}"}) for number in range(5)]
    agent = reviewed.agent("agent")
    for number in numbers:
        at = NOW + timedelta(hours=number // 2)  # two are due at the same instant
        status = "accepted" if queue == "done" else "submitted"
        Procedure.objects.filter(number=number).update(due_at=at, decided_at=at, status=status)
    order = numbers if queue == "todo" else numbers[::-1]
    wanted = InboxFilter(queue=queue)
    for place, number in enumerate(order):
        case = find_case(actor=agent, number=number)
        found = inbox(actor=agent, wanted=wanted, now=NOW, limit=2, near=case)
        assert found.page == place // 2 + 1
        assert number in [row.number for row in found.rows]
        assert found.before == (order[place - 1] if place else None)
        follows = order[place + 1] if place + 1 < len(order) else None
        assert found.after == follows
        assert next_in_queue(actor=agent, wanted=wanted, now=NOW, near=case) == follows
    assert inbox(actor=agent, wanted=wanted, now=NOW, limit=2, page=99).page == 3


def test_a_case_that_has_left_the_queue_still_has_the_neighbours_of_its_place(reviewed, awa):
    one, two, three = (sent(reviewed, awa, {**LEA, "first_name": name}) for name in ("Ana", "Bea", "Zoé"))
    agent = reviewed.agent("agent")
    decisions.ask_more(actor=agent, number=two, text="Quelle école ?", types={}, now=NOW)
    found = inbox(actor=agent, wanted=InboxFilter(), now=NOW, limit=10, near=find_case(actor=agent, number=two))
    assert (found.before, found.after, found.total) == (one, three, 2)


def test_a_move_is_written_with_its_date_and_tells_who_leaves(town, awa):
    hold(town, 0)
    made = draft(town, awa, ProcedureKind.MOVE)
    drafts.save_step(actor=town.parent(awa), draft_id=made.draft_id, step="move", values=MOVE, now=NOW)
    number = drafts.submit(actor=town.parent(awa), draft_id=made.draft_id, now=NOW).view.number
    assert find_case(actor=town.agent("agent"), number=number).anomalies == ("leaves_town", "no_proof")
    decisions.decide(actor=town.agent("agent"), numbers=[number], accept=True, now=NOW)
    assert Family.objects.get(pk=awa.family.pk).city == "Ailleurs"


def test_a_form_written_as_data_goes_to_its_department(town, awa):
    creche = Department.objects.create(organisation_id=town.id, name="Petite enfance", position=9)
    form = ProcedureForm.objects.create(
        organisation_id=town.id,
        code="infos",
        title="Demandes d’informations petite enfance",
        department=creche,
        fields=[{"code": "question", "label": "Votre question", "kind": "long", "required": True}],
    )
    made = draft(town, awa, ProcedureKind.FORM, about=About(form_id=form.pk))
    with pytest.raises(Incomplete):
        drafts.submit(actor=town.parent(awa), draft_id=made.draft_id, now=NOW)
    drafts.save_step(
        actor=town.parent(awa), draft_id=made.draft_id, step="form", values={"question": "Une place ?"}, now=NOW
    )
    view = drafts.submit(actor=town.parent(awa), draft_id=made.draft_id, now=NOW).view
    assert (view.department_id, view.subject) == (creche.pk, "Demandes d’informations petite enfance")
    with pytest.raises(NotFound):
        draft(town, awa, ProcedureKind.FORM, about=About(form_id=999999))


def test_an_agent_acts_on_behalf_and_the_holder_is_told(reviewed, awa):
    agent = reviewed.agent("agent", account=reviewed.account("agent.un", role="agent"))
    made = draft(reviewed, awa, actor=agent)
    drafts.save_step(actor=agent, draft_id=made.draft_id, step="p1", values=LEA, now=NOW)
    view = drafts.submit(actor=agent, draft_id=made.draft_id, now=NOW).view
    assert view.on_behalf
    assert OutboxMail.objects.get().to == [awa.account.email]


def test_a_colleague_takes_a_case_and_a_stranger_cannot(reviewed, other_town, awa):
    number = sent(reviewed, awa)
    mine = reviewed.agent("agent", account=reviewed.account("agent.un", role="agent"))
    colleague = reviewed.account("agent.deux", role="agent")
    stranger = other_town.account("agent.ailleurs", role="agent")
    decisions.take(actor=mine, number=number, now=NOW)
    case = find_case(actor=mine, number=number)
    assert (case.view.status, case.assignee_id) == ("in_review", mine.account_id)
    decisions.take(actor=mine, number=number, assignee_id=colleague.pk, now=NOW)
    with pytest.raises(NotFound):
        decisions.take(actor=mine, number=number, assignee_id=stranger.pk, now=NOW)


@pytest.fixture
def parted(reviewed, awa, bruno):
    """Bruno, of another household, exercises authority on Awa's first child."""
    Guardianship.objects.create(organisation_id=reviewed.id, adult=bruno.adult, child=awa.children[0])
    return reviewed


def test_a_non_usual_act_waits_for_the_other_parent(parted, awa, bruno, monkeypatch):
    from preau.domain.procedures.operations.handlers.household import PaiHandler

    monkeypatch.setattr(PaiHandler, "needs_other_parent", lambda self, **_: True)
    actor = parted.parent(awa)
    made = draft(parted, awa, ProcedureKind.PAI, about=About(child_id=awa.children[0].pk))
    drafts.save_step(
        actor=actor, draft_id=made.draft_id, step="pai", values={"needs": "Asthme", "doctor_name": "Dr Roy"}, now=NOW
    )
    number = drafts.submit(actor=actor, draft_id=made.draft_id, now=NOW).view.number
    agent = parted.agent("agent")
    with pytest.raises(WaitsForOtherParent):
        decisions.decide(actor=agent, numbers=[number], accept=True, now=NOW)
    # To refuse, nobody's agreement is waited for (F084).
    decisions.decide(actor=agent, numbers=[number], accept=False, reason="Non", now=NOW)
    decisions.take_back(actor=agent, number=number, now=NOW)
    with pytest.raises(NotFound):
        find_case(actor=parted.parent(bruno), number=number)
    with pytest.raises(NotFound):
        messages.answer_as_other_parent(actor=actor, number=number, agree=True, now=NOW)
    messages.answer_as_other_parent(actor=parted.parent(bruno), number=number, agree=True, now=NOW)
    assert OutboxMail.objects.get(template="agreement_given").to == [awa.account.email]
    decisions.decide(actor=agent, numbers=[number], accept=True, now=NOW)
    assert queue_counts(actor=agent, now=NOW)["held"] == 1


def test_who_asked_is_told_that_the_other_parent_refuses(parted, awa, bruno, monkeypatch):
    """Nobody got a mail: the demande seemed to sleep."""
    from preau.domain.procedures.operations.handlers.household import PaiHandler

    monkeypatch.setattr(PaiHandler, "needs_other_parent", lambda self, **_: True)
    made = draft(parted, awa, ProcedureKind.PAI, about=About(child_id=awa.children[0].pk))
    needs = {"needs": "Asthme", "doctor_name": "Dr Roy"}
    drafts.save_step(actor=parted.parent(awa), draft_id=made.draft_id, step="pai", values=needs, now=NOW)
    number = drafts.submit(actor=parted.parent(awa), draft_id=made.draft_id, now=NOW).view.number
    messages.answer_as_other_parent(actor=parted.parent(bruno), number=number, agree=False, now=NOW)
    told = OutboxMail.objects.get(template="agreement_refused")
    assert told.to == [awa.account.email]
    assert "Asthme" not in str(told.context)


def test_the_inbox_costs_the_same_with_many(reviewed, awa, django_assert_max_num_queries):
    for number in range(12):
        sent(reviewed, awa, {**LEA, "first_name": f"Prénom{number}"})
    agent = reviewed.agent("agent")
    with django_assert_max_num_queries(2):
        found = inbox(actor=agent, wanted=InboxFilter(text="dupre"), now=NOW, limit=10)
    assert (len(found.rows), found.total) == (10, 12)


def test_the_delay_stops_while_the_family_is_awaited(reviewed, awa):
    number = sent(reviewed, awa)
    agent = reviewed.agent("agent")
    promised = find_case(actor=agent, number=number).due_at
    decisions.ask_more(actor=agent, number=number, text="Quel nom ?", types={}, now=NOW)
    messages.complete(actor=reviewed.parent(awa), number=number, text="Dupré.", now=NOW + timedelta(days=3))
    assert find_case(actor=agent, number=number).due_at == promised + timedelta(days=3)


def refuse(town, number):
    hold(town, 0)
    decisions.decide(actor=town.agent("agent"), numbers=[number], accept=False, reason="Adresse illisible", now=NOW)


def test_a_refused_demarche_is_taken_up_again_with_what_was_answered(reviewed, awa, bruno):
    """« Corriger, puis faire une nouvelle demande » led to a list, and everything had to be typed again."""
    number, parent = sent(reviewed, awa, LEA, KARIM), reviewed.parent(awa)
    with pytest.raises(NotFound):
        drafts.begin_again(actor=parent, number=number, now=NOW)  # not refused yet
    refuse(reviewed, number)
    with pytest.raises(NotFound):
        drafts.begin_again(actor=reviewed.parent(bruno), number=number, now=NOW)
    again = drafts.begin_again(actor=parent, number=number, now=NOW)
    assert again.answers == {"p1": LEA, "p2": KARIM}
    assert drafts.begin_again(actor=parent, number=number, now=NOW).draft_id == again.draft_id
    drafts.save_step(actor=parent, draft_id=again.draft_id, step="p1", values={**LEA, "first_name": "Lila"}, now=NOW)
    kept = drafts.begin_again(actor=parent, number=number, now=NOW)
    assert kept.answers["p1"]["first_name"] == "Lila"  # what was typed since stays
    assert drafts.submit(actor=parent, draft_id=again.draft_id, now=NOW).view.number == number + 1
    assert Procedure.objects.get(number=number).status == "refused"


def test_each_kind_that_has_a_form_is_taken_up_again(reviewed, awa):
    form = ProcedureForm.objects.create(
        organisation_id=reviewed.id, code="autre", title="Autre", department=reviewed.department, fields=[]
    )
    parent, child_id = reviewed.parent(awa), awa.children[0].pk
    for kind, step, values, more in (
        (ProcedureKind.MOVE, "move", MOVE, {}),
        (ProcedureKind.SITUATION, "situation", {"situation": "married", "from": "2026-10-01"}, {}),
        (ProcedureKind.PAI, "pai", {"needs": "Arachide", "doctor_name": "Dr Serin"}, {"child_id": child_id}),
        (ProcedureKind.FORM, "form", {"word": "bonjour"}, {"form_id": form.pk}),
    ):
        made = draft(reviewed, awa, kind, about=About(**more))
        drafts.save_step(actor=parent, draft_id=made.draft_id, step=step, values=values, now=NOW)
        number = drafts.submit(actor=parent, draft_id=made.draft_id, now=NOW).view.number
        refuse(reviewed, number)
        again = drafts.begin_again(actor=parent, number=number, now=NOW)
        assert (again.kind, again.answers[step]) == (kind, values)
        assert draft(reviewed, awa, kind, about=About(**more)).draft_id == again.draft_id


def test_the_page_of_a_refusal_has_the_button_that_takes_it_up(reviewed, awa, login):
    number = sent(reviewed, awa)
    refuse(reviewed, number)
    client = login(awa.account)
    page = f"/ville-test/famille/demandes/{number}/"
    assert "Corriger et renvoyer" in client.get(page).content.decode()
    answer = client.post(f"{page}reprise/", follow=True)
    assert "Vos réponses sont reprises" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/ville-test/famille/demarches/entourage/"
