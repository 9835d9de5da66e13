"""Who sees and decides what in the inbox: services, sites, and those who have no inbox at all."""

from typing import Any, NamedTuple

import pytest

from preau.base.models import JournalEntry
from preau.domain.accounts.models import Membership
from preau.domain.accounts.queries import departments_without_agent
from preau.domain.documents.models import DocumentType
from preau.domain.documents.operations.pieces import deposit
from preau.domain.organisations.models import Department, Site
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ProcedureForm
from preau.domain.procedures.operations import drafts, messages
from preau.domain.procedures.rules import About
from tests.factories.town import NOW
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db

INBOX = "/ville-test/agents/demarches/"


class Scene(NamedTuple):
    """One démarche of each service, with what makes it and who may decide it."""

    school: int
    creche: int
    document_id: int
    clients: dict[str, Any]


@pytest.fixture
def scene(town, awa, login):
    """A PAI, which the school of the child sees, and a form of the crèche; each of them is for its own agents."""
    creche = Department.objects.create(organisation_id=town.id, name="Petite enfance", position=5)
    elsewhere = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    form = ProcedureForm.objects.create(
        organisation_id=town.id, code="accueil", title="Accueil occasionnel", department=creche, fields=[]
    )
    actor = town.parent(awa)
    ids = {"family_id": awa.family.pk, "now": NOW}
    pai = drafts.start(actor=actor, kind=ProcedureKind.PAI, about=About(child_id=awa.children[0].pk), **ids)
    values = {"needs": "Arachide", "doctor_name": "Dr Serin"}
    drafts.save_step(actor=actor, draft_id=pai.draft_id, step="pai", values=values, now=NOW)
    school = drafts.submit(actor=actor, draft_id=pai.draft_id, now=NOW).view.number
    asked = drafts.start(actor=actor, kind=ProcedureKind.FORM, about=About(form_id=form.pk), **ids)
    number = drafts.submit(actor=actor, draft_id=asked.draft_id, now=NOW).view.number
    kind = DocumentType.objects.create(organisation_id=town.id, code="certificat", title="Certificat")
    document = deposit(
        actor=actor,
        family_id=awa.family.pk,
        child_id=awa.children[0].pk,
        type_id=kind.pk,
        name="certificat.pdf",
        content=paper(),
        school_year_ends_on=town.year.ends_on,
        now=NOW,
    )
    for each in (school, number):
        messages.attach(actor=actor, document_id=document.document_id, number=each, now=NOW)
    people = {
        "école": ("agent", {"department_ids": [town.department.pk]}),
        "crèche": ("agent", {"department_ids": [creche.pk]}),
        "autre site": ("agent", {"department_ids": [town.department.pk], "site_ids": [elsewhere.pk]}),
        "ce site": ("agent", {"department_ids": [town.department.pk], "site_ids": [town.school.pk]}),
        "responsable": ("manager", {}),
        "animation": ("site_staff", {"site_ids": [town.school.pk]}),
        "régie": ("regisseur", {}),
        "administration": ("admin", {}),
    }
    clients = {}
    for name, (role, limits) in people.items():
        account = town.account(f"membre.{len(clients)}", role=role)
        town.limit(account, **limits)
        clients[name] = login(account)
    return Scene(school, number, document.document_id, clients)


def attempts(scene, number):
    """Every act of the inbox on one démarche, with what it posts."""
    return [
        (f"{number}/decision/", {"decision": "accept"}),
        (f"{number}/decision/", {"decision": "refuse", "reason": "Non"}),
        (f"{number}/decision/", {"decision": "ask", "reason": "Quoi ?"}),
        (f"{number}/reprise/", {}),
        (f"{number}/application/", {}),
        (f"{number}/prise-en-charge/", {}),
        (f"{number}/verification/", {}),
        (f"{number}/message/", {"act": "message", "text": "Bonjour"}),
        (f"{number}/message/", {"act": "note", "text": "Bonjour"}),
        (f"{number}/pieces/{scene.document_id}/", {"act": "accept"}),
        ("sans-anomalie/", {"n": str(number)}),
        (f"{number}/sante/", {}),
    ]


def snapshot():
    return list(Procedure.objects.order_by("pk").values()), JournalEntry.objects.exclude(act="access.refused").count()


@pytest.mark.parametrize(
    ("who", "theirs", "hidden"),
    [
        ("école", "school", "creche"),
        ("crèche", "creche", "school"),
        ("ce site", "school", "creche"),
        ("autre site", "", "school"),
        ("autre site", "", "creche"),
    ],
)
def test_an_agent_sees_and_decides_what_is_of_the_service_and_site(scene, who, theirs, hidden):
    client, number = scene.clients[who], getattr(scene, hidden)
    queue = client.get(INBOX).content.decode()
    assert f"/demarches/{number}/" not in queue
    if theirs:
        own = getattr(scene, theirs)
        assert f"/demarches/{own}/" in queue
        assert client.get(f"{INBOX}{own}/").status_code == 200
    else:
        assert "Rien à traiter ici" in queue
    before = snapshot()
    assert client.get(f"{INBOX}{number}/").status_code == 404
    for path, data in attempts(scene, number):
        assert client.post(INBOX + path, data).status_code == 404, path
    assert snapshot() == before


@pytest.mark.parametrize("who", ["animation", "régie", "administration"])
def test_those_who_decide_nothing_have_no_inbox(scene, who):
    client, before = scene.clients[who], snapshot()
    home = client.get("/ville-test/agents/", follow=True).content.decode()
    assert "agents/demarches/" not in home
    for number in (scene.school, scene.creche):
        for path in ("", f"{number}/", "sans-anomalie/"):
            assert client.get(INBOX + path).status_code == 404
        for path, data in attempts(scene, number):
            assert client.post(INBOX + path, data).status_code == 404, path
    assert snapshot() == before


def test_a_manager_of_everything_decides_for_each_service(scene):
    client = scene.clients["responsable"]
    for number in (scene.school, scene.creche):
        assert f"/demarches/{number}/" in client.get(INBOX).content.decode()
        sent = {"decision": "accept", "takes_unread": "1"}
        assert client.post(f"{INBOX}{number}/decision/", sent).status_code == 302
    assert Procedure.objects.filter(held_until__isnull=False).count() == 2


def test_a_piece_that_nobody_has_opened_is_not_validated_in_silence(scene):
    """« Accepter », one key, validated three pieces of which one had been read."""
    client, decision = scene.clients["responsable"], f"{INBOX}{scene.school}/decision/"
    refused = client.post(decision, {"decision": "accept"})
    assert refused.status_code == 422
    assert "Je les valide sans les ouvrir" in refused.content.decode()
    assert client.get(f"/ville-test/agents/documents/{scene.document_id}/").status_code == 200
    assert "Je les valide sans les ouvrir" not in client.get(f"{INBOX}{scene.school}/").content.decode()
    assert client.post(decision, {"decision": "accept"}).status_code == 302


def test_a_bulk_answer_with_a_number_that_is_not_theirs_decides_nothing(scene):
    client, before = scene.clients["école"], snapshot()
    assert client.post(f"{INBOX}sans-anomalie/", {"n": [scene.school, scene.creche]}).status_code == 404
    assert snapshot() == before


def test_only_services_one_looks_after_are_offered(scene):
    assert "Tous les services" in scene.clients["responsable"].get(INBOX).content.decode()
    assert "Tous les services" not in scene.clients["crèche"].get(INBOX).content.decode()


def test_a_service_that_nobody_looks_after_is_told_and_its_demandes_reach_the_managers(scene, town, login):
    """A demande had 48 hours and nobody who could see it."""
    creche = Procedure.objects.get(number=scene.creche).department_id
    keeper = town.account("enfance", role="manager")
    for row in Membership.objects.filter(organisation_id=town.id, role__in=["agent", "manager"]):
        town.limit(row.account, department_ids=[town.department.pk])
    assert departments_without_agent(organisation_id=town.id) == [(creche, "Petite enfance")]
    client = login(keeper)
    assert f"/demarches/{scene.creche}/" in client.get(INBOX).content.decode()
    boss = login(town.account("chef", role="admin"))
    for page in (client.get("/ville-test/agents/"), boss.get("/ville-test/agents/agents/")):
        assert "Petite enfance\u00a0» n’a aucun agent" in page.content.decode()
    assert "attendent une réponse" in client.get("/ville-test/agents/").content.decode()
    town.limit(keeper, department_ids=[creche])
    assert departments_without_agent(organisation_id=town.id) == []
