"""« Suivi »: who has still something to do, and telling them, once each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import OutboxMail
from preau.domain.catalogue.models import Activity
from preau.domain.documents.models import Document, DocumentType
from preau.domain.families.models import Adult, ConsentType, ValidatedDossier
from preau.domain.procedures.models import Mailing
from preau.domain.procedures.operations import mailings
from preau.domain.procedures.operations.mailings import send_batch
from tests.factories.town import NOW
from tests.web.staff.test_lists import texts_of

pytestmark = pytest.mark.django_db
BASE = "/ville-test/agents/suivi/"


@pytest.fixture
def desk(town, login):
    return login(town.account("chloe", role="agent"))


@pytest.fixture
def asks(town):
    """The town asks for a dossier, a vaccination record (health) and an insurance, and for one authorisation."""
    Activity.objects.filter(organisation_id=town.id).update(requires_dossier=True)
    here = {"organisation_id": town.id, "subject": "child"}
    return [
        DocumentType.objects.create(
            **here, code="carnet", title="Carnet de vaccination", needs=["dossier"], is_sensitive=True
        ),
        DocumentType.objects.create(**here, code="assurance", title="Assurance", needs=["dossier"]),
        ConsentType.objects.create(organisation_id=town.id, code="photo", title="Photo de classe"),
    ]


def page(response) -> str:
    return response.content.decode()


def validated(town, *children):
    for child in children:
        ValidatedDossier.objects.create(
            organisation_id=town.id, child=child, school_year_id=town.year.pk, validated_at=NOW
        )


def send(town, desk, **sent):
    """Ask for a mailing and let the machine send it; return its row."""
    went = desk.post(f"{BASE}envoi/", {"act": "send", "choix": "tous", "key": "k1", **sent})
    row = Mailing.objects.order_by("-pk").first()
    while row is not None and row.finished_at is None:
        send_batch(actor=town.system, mailing_id=row.pk, now=NOW)
        row.refresh_from_db()
    return went, row


def test_dossiers_that_are_not_sent_are_listed_until_they_are(desk, town, awa, bruno, asks):
    seen = page(desk.get(BASE))
    assert "Enfant1 Dupré" in seen
    assert "Enfant1 Martin" in seen
    assert "2 familles" in seen.replace("\xa0", " ")
    validated(town, *bruno.children)
    assert "Enfant1 Martin" not in page(desk.get(BASE))
    Activity.objects.update(requires_dossier=False)
    assert "Tout le monde est à jour" in page(desk.get(BASE))


def test_who_has_not_sent_the_vaccines_is_found_in_two_clicks(desk, town, awa, asks):
    child = awa.children[0]
    validated(town, child)
    seen = page(desk.get(f"{BASE}?liste=pieces"))
    assert "Carnet de vaccination" in seen
    assert "Enfant2" not in seen.split("<tbody>")[1], "its dossier will ask for its pieces"
    only = page(desk.get(f"{BASE}?liste=pieces&quoi=Carnet+de+vaccination")).split("<tbody>")[1]
    assert "Assurance" not in only
    assert "CE1 A" in only


def test_a_reminder_is_read_before_it_leaves_and_names_nothing_of_health(desk, town, awa, bruno, asks):
    validated(town, awa.children[0], bruno.children[0])
    ahead = page(desk.post(f"{BASE}envoi/", {"liste": "pieces", "choix": "tous", "key": "k1"}))
    assert "Relancer 2 familles" in ahead.replace("\xa0", " ")
    assert not OutboxMail.objects.exists()
    went, row = send(town, desk, liste="pieces")
    assert went.url == f"{BASE}envois/{row.pk}/"
    assert (row.done, row.told) == (2, 2)
    mails = OutboxMail.objects.filter(template="follow_up")
    assert mails.count() == 2
    told = mails.get(to=[awa.account.email]).context
    assert sorted(each["title"] for each in told["pieces"]) == ["", "Assurance"]
    assert "Envoi terminé" in page(desk.get(went.url))
    _again, same = send(town, desk, liste="pieces")  # a double click
    assert same.pk == row.pk
    assert mails.count() == 2


def test_who_has_done_it_meanwhile_is_told_nothing(desk, town, awa, bruno, asks):
    desk.post(f"{BASE}envoi/", {"act": "send", "choix": "tous", "key": "k1", "liste": "dossiers"})
    validated(town, *awa.children)
    row = Mailing.objects.get()
    send_batch(actor=town.system, mailing_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.done, row.told) == (2, 1)
    assert OutboxMail.objects.get(template="follow_up").to == [bruno.account.email]


def test_a_long_mailing_goes_on_by_itself(desk, town, awa, bruno, asks, monkeypatch):
    monkeypatch.setattr(mailings, "AT_ONCE", 1)
    _went, row = send(town, desk, liste="dossiers")
    assert (row.done, row.told) == (2, 2)


def test_authorisations_without_an_answer(desk, town, awa, asks):
    validated(town, awa.children[0])
    seen = page(desk.get(f"{BASE}?liste=consents"))
    assert "Photo de classe" in seen
    send(town, desk, liste="consents")
    assert OutboxMail.objects.get(template="follow_up").context["pieces"] == [
        {"kind": "consents", "title": "", "child": "Enfant1"}
    ]


def test_adults_without_a_space_are_invited_together(desk, town, awa):
    here = {"organisation_id": town.id, "family": awa.family, "position": "co_holder", "last_name": "D"}
    Adult.objects.create(**here, first_name="Koffi", email="k@d.example")
    Adult.objects.create(**here, first_name="Sansadresse")
    seen = page(desk.get(f"{BASE}?liste=spaces"))
    assert "Koffi" in seen
    assert "sans courriel" in seen
    ahead = page(desk.post(f"{BASE}envoi/", {"liste": "spaces", "choix": "tous", "key": "k1"}))
    assert "n’a pas de courriel connu" in ahead
    send(town, desk, liste="spaces")
    assert OutboxMail.objects.get(template="activation").to == ["k@d.example"]
    assert "invité, pas encore activé" in page(desk.get(f"{BASE}?liste=spaces"))


def test_nothing_chosen_is_told_and_a_spreadsheet_says_the_same(desk, town, awa, asks):
    told = desk.post(f"{BASE}envoi/", {"liste": "dossiers", "choix": "coches", "key": "k"}, follow=True)
    assert "Personne n’est à prévenir" in page(told)
    text = texts_of(desk.get(f"{BASE}?liste=dossiers&format=xlsx"))
    assert "Enfant2 Dupré" in text
    assert desk.get(f"{BASE}?liste=rien&page=9999&etat=%00").status_code == 200


def test_an_agent_follows_its_own_families_only(town, login, awa, asks):
    limited = town.account("ecole", role="agent")
    town.limit(limited, site_ids=[town.school.pk])
    validated(town, *awa.children)
    assert "Enfant1" not in page(login(limited).get(f"{BASE}?liste=dossiers"))
    town.enrol(awa, town.offer(), child=awa.children[0])
    assert "Carnet" in page(login(limited).get(f"{BASE}?liste=pieces"))
    for role in ("site_staff", "regisseur", "admin"):
        assert login(town.account(f"x-{role}", role=role)).get(BASE).status_code == 404
    other = town.account("autre", role="agent")
    row = Mailing.objects.create(organisation_id=town.id, kind="dossiers", key="k", made_at=NOW, account_id=0)
    assert login(other).get(f"{BASE}envois/{row.pk}/").status_code == 404


def test_a_piece_of_a_child_counts_for_both_its_homes(desk, town, awa, bruno, asks):
    child = awa.children[0]
    validated(town, child)
    Document.objects.filter(child=child).delete()
    seen = page(desk.get(f"{BASE}?liste=pieces&quoi=Assurance"))
    assert seen.count("Enfant1 Dupré</td>") == 1


def test_lists_cost_the_same_with_few_and_many(desk, town, awa, asks):
    def count(kind):
        with CaptureQueriesContext(connection) as found:
            assert desk.get(f"{BASE}?liste={kind}").status_code == 200
        return len(found)

    desk.get(BASE)
    kinds = ("dossiers", "pieces", "consents", "spaces")
    validated(town, awa.children[0])
    few = [count(kind) for kind in kinds]
    for number in range(6):
        home = town.household(f"Famille{number}", children=2, login=f"f{number}")
        validated(town, home.children[0])
    assert [count(kind) for kind in kinds] == few
    assert max(few) <= 22
