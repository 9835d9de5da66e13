"""A child as the team sees it: who must not come, who may, the PAI; health on a reading that is kept."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import JournalEntry
from preau.domain.families.models import ChildHealth, Consent, ConsentType, Contact
from preau.domain.organisations.models import Department, Site
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db

SHEET = {
    "pai": "signed",
    "pai_until": "2027-06-30",
    "avoid": "arachide",
    "diet": "no_pork",
    "doctor_name": "Dr Roy",
    "vaccines": ["dtp"],
    "comment": "lunettes",
}


@pytest.fixture
def child(town, awa):
    child = awa.children[0]
    ChildHealth.objects.create(organisation_id=town.id, child=child, sheet=SHEET, updated_at=NOW, updated_by="Awa")
    for kind, name in (("pick_up", "Odile"), ("forbidden", "Jean")):
        Contact.objects.create(
            organisation_id=town.id, family=awa.family, kind=kind, first_name=name, last_name="Roy", phone="0261910009"
        )
    photo = ConsentType.objects.create(organisation_id=town.id, code="photo", title="Photographier")
    Consent.objects.create(
        organisation_id=town.id,
        child=child,
        consent_type=photo,
        answer="no",
        answered_at=NOW,
        answered_by="Awa Dupré",
    )
    return child


@pytest.fixture
def desk(login, town):
    return login(town.account("agent.un", role="agent"))


def url(child, act=""):
    return f"/ville-test/agents/enfants/{child.pk}/{act}"


def page(response):
    return response.content.decode().replace("\xa0", " ")


def test_the_page_says_who_must_not_come_and_nothing_of_health_but_the_pai(desk, child):
    seen = page(desk.get(url(child)))
    assert "Ne pas confier à Jean Roy" in seen
    assert "Odile Roy" in seen
    assert "PAI" in seen
    assert "Photographier" in seen
    for secret in ("arachide", "Dr Roy", "lunettes", "sans porc"):
        assert secret not in seen
    assert not JournalEntry.objects.filter(act="health.read").exists()


def test_health_is_shown_once_for_a_reason_and_the_reading_is_kept(desk, child):
    wrong = desk.post(url(child, "sante/"), {"reason": "curiosity"})
    assert wrong.status_code == 422
    assert "<title>Erreur," in page(wrong)
    assert "arachide" not in page(wrong)
    seen = page(desk.post(url(child, "sante/"), {"reason": "meals"}))
    for words in ("arachide", "sans porc", "Dr Roy", "Diphtérie, tétanos, poliomyélite"):
        assert words in seen
    entry = JournalEntry.objects.get(act="health.read")
    assert (entry.subject_id, entry.detail["reason"]) == (child.pk, "meals")
    assert "arachide" not in str(entry.detail)
    assert "arachide" not in page(desk.get(url(child)))
    assert desk.get(url(child, "sante/")).status_code == 405


def test_site_staff_see_their_own_children_without_the_family_file(login, town, child):
    account = town.account("anim", role="family")
    account.memberships.all().delete()
    town.join(account, "site_staff", site_ids=[town.school.pk])
    client = login(account)
    seen = page(client.get(url(child)))
    assert "Ne pas confier à Jean Roy" in seen
    assert "Photographier" not in seen
    assert "Dossier n°" not in seen
    assert "arachide" in page(client.post(url(child, "sante/"), {"reason": "care"}))
    elsewhere = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    town.limit(account, site_ids=[elsewhere.pk])
    assert client.get(url(child)).status_code == 404
    assert client.post(url(child, "sante/"), {"reason": "care"}).status_code == 404
    assert JournalEntry.objects.filter(act="health.read").count() == 1


def test_an_agent_of_another_department_and_other_roles_are_turned_away(login, town, other_town, awa, child):
    town.enrol(awa, town.offer(), child=child)
    creche = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    account = town.account("agent.creche", role="agent")
    town.limit(account, department_ids=[creche.pk])
    turned_away = [account, *(town.account(f"x.{role}", role=role) for role in ("admin", "regisseur"))]
    turned_away += [awa.account, other_town.account("ailleurs", role="agent")]
    for each in turned_away:
        client = login(each)
        assert client.get(url(child)).status_code == 404, each
        assert client.post(url(child, "sante/"), {"reason": "care"}).status_code == 404, each
    assert not JournalEntry.objects.filter(act="health.read").exists()


def test_the_page_costs_the_same_whatever_the_persons_and_readings(desk, town, awa, child):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(url(child)).status_code == 200
        return len(captured)

    desk.post(url(child, "sante/"), {"reason": "care"})
    before = count()
    for number in range(5):
        town.child(awa, f"Cadet{number}", "Dupré")
        Contact.objects.create(
            organisation_id=town.id, family=awa.family, kind="call", first_name=f"C{number}", last_name="D"
        )
        desk.post(url(child, "sante/"), {"reason": "care"})
    assert count() == before <= 21
