"""The file of a family: everything on one screen, what each role reads of it, acts on its behalf."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import JournalEntry
from preau.domain.bookings.operations import OrderItem
from preau.domain.documents.models import Document, DocumentType
from preau.domain.families.models import Adult, ChildHealth, Contact
from preau.domain.organisations.models import Department
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ProcedureForm
from preau.domain.procedures.operations.drafts import save_step, start
from preau.domain.procedures.operations.joining import send_document
from preau.domain.procedures.operations.orders import place_order
from tests.factories.town import NOW, slots_of
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db
BASE = "/ville-test/agents/familles/"
PATHS = ("", "adresse/corriger/", "personne/", "guichet/", "guichet/situation/", "document/")


@pytest.fixture
def desk(town, login):
    return login(town.account("chloe", role="agent"))


@pytest.fixture
def vaccines(town):
    return DocumentType.objects.create(
        organisation_id=town.id, code="vaccins", title="Copie des vaccins", needs=["dossier"]
    )


def page_of(client, household):
    response = client.get(f"{BASE}{household.family.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_everything_on_a_family_stands_on_one_screen(desk, town, awa, vaccines):
    town.enrol(awa, town.offer(), child=awa.children[0])
    Contact.objects.create(
        organisation_id=town.id,
        family=awa.family,
        child=awa.children[0],
        kind="forbidden",
        first_name="Loup",
        last_name="Gris",
    )
    ChildHealth.objects.create(
        organisation_id=town.id,
        child=awa.children[0],
        sheet={"pai": "signed", "avoid": "ARACHIDE-SECRET"},
        updated_at=NOW,
    )
    assert "Dossier à faire" not in page_of(desk, awa)  # no activity asks for one: the follow-up says the same
    town.activity.requires_dossier = True
    town.activity.save()
    page = page_of(desk, awa)
    for text in ("Dossier famille n° 1", "Awa Dupré", "espace actif", "7 ans", "CE1 A", "1 rue du Test"):
        assert text in page
    for text in ("1 pièce manque", "Copie des vaccins", "Accueil périscolaire", "Loup Gris", "Dossier à faire"):
        assert text in page
    # On the first child's card alone; and once more in the list of persons.
    assert (page.count("#i-stethoscope"), page.count("Interdit de venir chercher")) == (1, 2)
    assert "ARACHIDE-SECRET" not in page


def test_the_number_of_queries_does_not_grow_with_children_or_documents(login, town):
    kind = DocumentType.objects.create(organisation_id=town.id, code="v", title="Vaccins", needs=["dossier"])
    offer, counts = town.offer(), []
    for name, children in (("Un", 1), ("Cinq", 5)):
        made = town.household(name, children=children)
        for child in made.children:
            town.enrol(made, offer, child=child)
            for _again in range(children):
                send_document(
                    actor=town.parent(made),
                    family_id=made.family.pk,
                    child_id=child.pk,
                    type_id=kind.pk,
                    name="carnet.pdf",
                    content=paper(),
                    now=NOW,
                )
        client = login(town.account(f"agent-{name}", role="agent"))
        page_of(client, made)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, made)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 25


def test_a_piece_to_check_leads_to_the_demarche_that_checks_it(desk, town, awa, vaccines):
    sent = send_document(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        child_id=awa.children[0].pk,
        type_id=vaccines.pk,
        name="carnet.pdf",
        content=paper(),
        now=NOW,
    )
    assert f"Vérifier, n° {sent.view.number}" in page_of(desk, awa)


def test_an_administrator_gets_the_people_and_nothing_else(town, awa, login, vaccines):
    Contact.objects.create(organisation_id=town.id, family=awa.family, kind="call", first_name="Mamie", last_name="D")
    page = page_of(login(town.account("chef", role="admin")), awa)
    assert "espace actif" in page
    for text in ("Copie des vaccins", "Mamie", "1 rue du Test", "Inviter", "Corriger"):
        assert text not in page


@pytest.mark.parametrize("role", ["site_staff", "regisseur"])
def test_other_roles_have_no_file(town, awa, login, role):
    client = login(town.account(f"x-{role}", role=role))
    for path in PATHS:
        assert client.get(f"{BASE}{awa.family.pk}/{path}").status_code == 404


def test_an_agent_of_another_department_does_not_open_the_file_of_an_enrolled_family(town, awa, login):
    town.enrol(awa, town.offer(), child=awa.children[0])
    other = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    account = town.account("creche", role="agent")
    town.limit(account, department_ids=[other.pk])
    client = login(account)
    for path in (*PATHS, f"adultes/{awa.adult.pk}/"):
        assert client.get(f"{BASE}{awa.family.pk}/{path}").status_code == 404


def test_an_agent_corrects_telephones_but_never_the_email_of_an_account(desk, awa):
    path = f"{BASE}{awa.family.pk}/adultes/{awa.adult.pk}/"
    assert 'name="email"' not in desk.get(path).content.decode()
    sent = {"phone": "02 61 91 99 99", "mobile": "", "preferred_medium": "phone", "email": "pirate@ailleurs.example"}
    sent |= {"civility": "Mme", "first_name": awa.adult.first_name, "last_name": awa.adult.last_name}
    assert desk.post(path, sent).status_code == 302
    adult = Adult.objects.get(pk=awa.adult.pk)
    assert (adult.phone, adult.preferred_medium, adult.email) == ("02 61 91 99 99", "phone", awa.adult.email)
    entry = JournalEntry.objects.get(act="adult.corrected")
    assert (entry.subject_id, entry.detail) == (adult.pk, {"fields": ["phone", "preferred_medium"]})
    assert "Coordonnées corrigées" in page_of(desk, awa)


def test_the_email_of_an_adult_without_a_space_may_be_corrected(desk, town, awa):
    other = Adult.objects.create(
        organisation_id=town.id, family=awa.family, position="co_holder", first_name="K", last_name="D"
    )
    path = f"{BASE}{awa.family.pk}/adultes/{other.pk}/"
    who = {"civility": "Mme", "first_name": "K", "last_name": "D", "preferred_medium": "email"}
    bad = desk.post(path, {**who, "email": "k@d", "phone": "abc"})
    assert bad.status_code == 422
    assert 'value="abc"' in bad.content.decode()
    assert desk.post(path, {**who, "email": "k@d.example"}).status_code == 302
    assert Adult.objects.get(pk=other.pk).email == "k@d.example"


def test_an_adult_of_another_family_is_not_corrected(desk, awa, bruno):
    assert desk.post(f"{BASE}{awa.family.pk}/adultes/{bruno.adult.pk}/", {"phone": "1"}).status_code == 404


def test_a_protected_address_is_neither_shown_nor_filled_in_when_it_is_corrected(desk, awa):
    Adult.objects.filter(pk=awa.adult.pk).update(has_protected_address=True)
    path = f"{BASE}{awa.family.pk}/adresse/corriger/"
    page = desk.get(path).content.decode()
    assert "rue du Test" not in page
    assert "protégée" in page
    new = {"street": "9 rue Neuve", "postcode": "01000", "city": "Ici", "country": "France"}
    assert desk.post(path, new).status_code == 302
    assert "9 rue Neuve" not in page_of(desk, awa)
    assert JournalEntry.objects.filter(act="family.moved", subject_id=awa.family.pk).exists()


def test_an_agent_names_a_person_for_one_child(desk, awa):
    path = f"{BASE}{awa.family.pk}/personne/"
    sent = {"kind": "pick_up", "child_id": awa.children[1].pk, "first_name": "Ida", "last_name": "R", "phone": ""}
    assert desk.post(path, {**sent, "kind": ""}).status_code == 422
    assert desk.post(path, {**sent, "child_id": "999999"}).status_code == 422
    for _twice in range(2):
        assert desk.post(path, sent).status_code == 302
    found = Contact.objects.get()
    assert (found.family_id, found.child_id, found.kind) == (awa.family.pk, awa.children[1].pk, "pick_up")
    assert JournalEntry.objects.filter(act="contact.named", subject_id=awa.family.pk).exists()


def test_an_agent_puts_a_paper_in_the_file_by_a_demarche_of_the_service(desk, town, awa, vaccines):
    path = f"{BASE}{awa.family.pk}/document/{awa.children[0].pk}/"
    bad = desk.post(path, {"type": vaccines.pk, "file": SimpleUploadedFile("x.exe", b"MZ")})
    assert bad.status_code == 422
    assert "Ce n’est ni un PDF" in bad.content.decode()
    sent = desk.post(path, {"type": vaccines.pk, "file": SimpleUploadedFile("c.pdf", paper())}, follow=True)
    assert "par le service" in sent.content.decode()
    assert Document.objects.get().child_id == awa.children[0].pk
    assert Procedure.objects.get(kind=ProcedureKind.DOCUMENT).on_behalf
    assert desk.get(f"{BASE}{awa.family.pk}/document/999999/").status_code == 404


def test_a_demarche_at_the_counter_is_numbered_and_written_by_the_service(desk, town, awa):
    form = ProcedureForm.objects.create(
        organisation_id=town.id,
        code="autre",
        title="Autre demande",
        department=town.department,
        fields=[{"code": "what", "label": "Quoi", "kind": "long", "required": True}],
    )
    base = f"{BASE}{awa.family.pk}/guichet/"
    assert "Autre demande" in desk.get(base).content.decode()
    assert desk.post(f"{base}situation/", {"situation": "separated"}).status_code == 422
    assert desk.post(f"{base}situation/", {"situation": "separated", "since": "2026-10-01"}).status_code == 302
    address = {"street": "2 rue B", "postcode": "01000", "city": "Ici", "country": "France"}
    assert desk.post(f"{base}demenagement/", {**address, "moves_on": "2026-12-01"}).status_code == 302
    assert desk.post(f"{base}autre/{form.pk}/", {"what": "Une question"}).status_code == 302
    found = Procedure.objects.order_by("number")
    assert [(each.number, each.on_behalf) for each in found] == [(1, True), (2, True), (3, True)]
    assert "par le service" in page_of(desk, awa)
    assert desk.get(f"{base}autre/{form.pk}/{awa.children[0].pk}/").status_code == 404


def test_what_the_family_had_begun_does_not_stop_the_counter(desk, town, awa):
    """The draft stays the family's: it comes to the counter because it could not finish it."""
    draft = start(actor=town.parent(awa), kind=ProcedureKind.MOVE, family_id=awa.family.pk, now=NOW)
    save_step(actor=town.parent(awa), draft_id=draft.draft_id, step="move", values={"street": "rue à finir"}, now=NOW)
    address = {"street": "2 rue B", "postcode": "01000", "city": "Ici", "country": "France"}
    sent = desk.post(f"{BASE}{awa.family.pk}/guichet/demenagement/", {**address, "moves_on": "2026-12-01"})
    assert sent.status_code == 302
    assert Procedure.objects.get(number=1).answers["move"]["street"] == "2 rue B"


def test_an_agent_of_another_department_is_not_sent_to_a_page_it_may_not_open(login, town, awa, vaccines):
    """What a family sends goes to the first department: the agent of the crèche reads that it is done."""
    creche = Department.objects.create(organisation_id=town.id, name="Petite enfance", position=2)
    account = town.account("creche", role="agent")
    town.limit(account, department_ids=[creche.pk])
    desk = login(account)
    base = f"{BASE}{awa.family.pk}/"
    file = SimpleUploadedFile("c.pdf", paper())
    sent = desk.post(f"{base}document/{awa.children[0].pk}/", {"type": vaccines.pk, "file": file}, follow=True)
    assert (sent.status_code, "demande n° 1" in sent.content.decode()) == (200, True)
    told = {"situation": "separated", "since": "2026-10-01"}
    done = desk.post(f"{base}guichet/situation/", told, follow=True)
    assert (done.status_code, "Demande n° 2" in done.content.decode()) == (200, True)


def test_the_journal_says_who_changed_a_booking_and_why(town, awa, login):
    """After three acts on behalf, « Rien encore »: neither the cancellation nor the reason was told anywhere."""
    offer = town.offer()
    town.enrol(awa, offer, child=awa.children[0])
    slots = [slot.pk for slot in slots_of(offer, after=NOW.date() + timedelta(days=1))[:2]]
    odile = town.account("odile", role="agent", last_name="Vasseur")
    actor = town.agent("agent", account=odile)
    booked = [OrderItem(awa.enrolments[0].pk, add=frozenset(slots))]
    place_order(actor=actor, items=booked, key="a", now=NOW, reason="Appel de la mère")
    back = [OrderItem(awa.enrolments[0].pk, remove=frozenset(slots[:1]))]
    place_order(actor=actor, items=back, key="b", now=NOW + timedelta(hours=1), reason="Erreur de jour")
    page = login(odile).get(f"/ville-test/agents/familles/{awa.family.pk}/").content.decode()
    journal = page.split("Journal du dossier")[1].split("</section>")[0]
    assert journal.index("Erreur de jour") < journal.index("Appel de la mère")
    assert journal.count("Réservations modifiées") == 2
    assert actor.display_name in journal


def test_the_counter_says_when_nobody_is_told(town, awa, login):
    """« La famille reçoit un courriel », and none was sent: nobody had a space."""
    client, page = login(town.account("odile", role="agent")), f"/ville-test/agents/familles/{awa.family.pk}/guichet/"
    assert "reçoit un courriel" in client.get(page).content.decode()
    Adult.objects.filter(family=awa.family).update(account=None)
    assert "personne n’est prévenu par courriel" in client.get(page).content.decode()
