"""What a limited agent sees: one rule for pages, links, pieces and cards of a child; empty means nothing."""

import pytest

from preau.base.models import StoredFile
from preau.domain.accounts.models import Membership
from preau.domain.accounts.operations.agents import change_agent_scope, invite_agent
from preau.domain.accounts.queries import scope_in, scope_of
from preau.domain.accounts.rules import SiteMissing
from preau.domain.bookings.operations import OrderItem
from preau.domain.catalogue.models import Activity
from preau.domain.documents.models import Document, DocumentType
from preau.domain.organisations.models import Department
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.orders import place_order
from tests.factories.town import NOW, slots_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def creche(town):
    return Department.objects.create(organisation_id=town.id, name="Petite enfance")


@pytest.fixture
def shared(town, awa, creche):
    """Awa's first child is in the crèche only, the second at school: two services look after one family."""
    nursery = Activity.objects.create(organisation_id=town.id, department=creche, name="Accueil", kind="creche")
    town.enrol(awa, town.offer(activity=nursery), child=awa.children[0])
    town.enrol(awa, town.offer(), child=awa.children[1])
    return awa


@pytest.fixture
def nurse(town, creche, login):
    account = town.account("perrine", role="family")
    Membership.objects.filter(account=account).delete()
    town.join(account, "agent", department_ids=[creche.pk])
    return login(account)


def piece_of(town, family, child):
    kind = DocumentType.objects.create(organisation_id=town.id, code="sante", title="Carnet de santé")
    file = StoredFile.objects.create(
        organisation_id=town.id,
        key=f"k{child.pk}",
        media_type="application/pdf",
        extension="pdf",
        size=1,
        sha256="0" * 64,
        created_at=NOW,
    )
    return Document.objects.create(
        organisation_id=town.id,
        family=family,
        child=child,
        document_type=kind,
        file=file,
        state="to_check",
        deposited_at=NOW,
    )


def test_the_piece_of_a_child_of_another_service_does_not_exist(town, shared, nurse):
    mine, other = shared.children
    piece = piece_of(town, shared.family, other)
    assert nurse.get(f"/ville-test/agents/enfants/{mine.pk}/").status_code == 200
    assert nurse.get(f"/ville-test/agents/enfants/{other.pk}/").status_code == 404
    for path in (f"documents/{piece.pk}/", f"documents/{piece.pk}/pages/1/"):
        assert nurse.get(f"/ville-test/agents/{path}").status_code == 404
    deposit = f"/ville-test/agents/familles/{shared.family.pk}/document/{other.pk}/"
    assert nurse.get(deposit).status_code == 404


def test_the_file_of_a_family_shows_the_children_that_this_agent_opens(town, shared, nurse):
    page = nurse.get(f"/ville-test/agents/familles/{shared.family.pk}/").content.decode()
    mine, other = shared.children
    assert f"/agents/enfants/{mine.pk}/" in page
    assert f"/agents/enfants/{other.pk}/" not in page
    assert "1 autre enfant du foyer est suivi par un autre service" in page


def test_a_role_that_needs_a_limit_is_refused_without_it(town, login):
    boss = town.agent("admin")
    person = {"civility": "Mme", "first_name": "Lu", "last_name": "Fa", "email": "lu@ville.example", "now": NOW}
    with pytest.raises(SiteMissing):
        invite_agent(actor=boss, **person, roles=["site_staff"], department_ids=[], site_ids=[])
    made = invite_agent(actor=boss, **person, roles=["site_staff"], department_ids=[], site_ids=[town.school.pk])
    with pytest.raises(SiteMissing):
        change_agent_scope(
            actor=boss, account_id=made.pk, roles=["site_staff"], department_ids=[], site_ids=[], now=NOW
        )
    form = login(town.account("patronne", role="admin")).post(
        f"/ville-test/agents/agents/{made.pk}/", {"roles": ["site_staff"], "sites": []}
    )
    assert form.status_code == 422
    assert "cochez-en au moins un" in form.content.decode()


def test_empty_is_nothing_and_a_second_role_widens_nothing(town):
    account = town.account("lucie", role="site_staff")
    assert scope_in(account_id=account.pk, organisation_id=town.id).site_ids == {0}
    assert scope_of(posts=[("site_staff", None, 7), ("regisseur", None, 7)]).site_ids == {7}
    assert scope_of(posts=[("agent", 3, None), ("manager", 3, None)]).department_ids == {3}
    assert scope_of(posts=[("agent", None, None)]).site_ids == frozenset()
    town.limit(account, site_ids=[town.school.pk])
    town.join(account, "manager")
    assert scope_in(account_id=account.pk, organisation_id=town.id).site_ids == {town.school.pk}


def test_no_link_leads_an_administrator_to_a_class_that_does_not_open(town, awa, login):
    boss = login(town.account("patron", role="admin"))
    page = boss.get("/ville-test/agents/classes/").content.decode()
    assert "/classe/" not in page


def test_a_booking_has_its_page_found_by_its_number(town, awa, login):
    line = town.enrol(awa, town.offer(), child=awa.children[0])
    slot = slots_of(town.offer())[0]
    slot = slots_of(line.offer)[0]
    item = OrderItem(line.pk, frozenset({slot.pk}))
    number = place_order(actor=town.parent(awa), items=[item], key="k", now=NOW).first_number
    desk = login(town.account("solene", role="agent"))
    page = desk.get(f"/ville-test/agents/demarches/{number}/")
    assert page.status_code == 200
    assert f"{slot.on:%d/%m/%Y}" in page.content.decode()
    assert "Enregistrer la décision" not in page.content.decode()
    found = desk.get("/ville-test/agents/demarches/", {"q": str(number)})
    assert found.url == f"/ville-test/agents/demarches/{number}/"
    assert f"/agents/demarches/{number}/" in desk.get(f"/ville-test/agents/familles/{awa.family.pk}/").content.decode()
    assert Procedure.objects.get(number=number).kind == "booking"
    assert desk.get("/ville-test/agents/demarches/", {"q": "999"}).status_code == 200
