"""« Mon espace » : what it says to a family that has just come."""

from datetime import timedelta

import pytest

from preau.domain.catalogue.models import Activity
from preau.domain.documents.models import Document, DocumentType
from preau.domain.documents.operations.pieces import deposit
from preau.domain.families.models import ChildHealth, Consent, ConsentType
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.basket import change_basket
from tests.factories.town import NOW, slots_of
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db

HOME = "/ville-test/famille/"
TO_DECLARE = "Déclarez vos enfants"


@pytest.fixture
def client(login, town):
    return login(town.household("Nouvelle", children=0).account)


def page(response):
    return response.content.decode()


def test_a_family_without_children_is_led_to_declare_them(client):
    seen = page(client.get(HOME))
    assert TO_DECLARE in seen
    assert f'href="{HOME}demarches/entourage/"' in seen
    assert "Rien à faire" not in seen


def test_it_is_not_asked_twice(client, town):
    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True)
    lea = {"role": "child", "last_name": "Nouvelle", "first_name": "Léa", "birth_date": "2022-05-04", "act": "save"}
    client.post(f"{HOME}demarches/entourage/nouveau/", lea)
    begun = page(client.get(HOME))
    assert TO_DECLARE not in begun
    assert "Votre brouillon est gardé" in begun
    draft = client.get(f"{HOME}demarches/entourage/").context["draft"]
    client.post(f"{HOME}demarches/brouillon/{draft.draft_id}/")
    assert TO_DECLARE not in page(client.get(HOME))


def test_a_family_with_children_is_not_told_to_declare_them(login, awa):
    assert TO_DECLARE not in page(login(awa.account).get(HOME))


def procedure(town, household, *, status, number=1, **fields):
    return Procedure.objects.create(
        organisation_id=town.id,
        kind="move",
        status=status,
        number=number,
        family=household.family,
        created_at=NOW,
        updated_at=NOW,
        submitted_at=NOW,
        **fields,
    )


def test_what_the_service_looks_at_is_said_with_its_limit(login, town, awa):
    procedure(town, awa, status="submitted", due_at=NOW + timedelta(days=2))
    seen = page(login(awa.account).get(HOME))
    assert "réponse avant le mercredi 18 novembre" in seen
    assert "Rien ne vous attend" not in seen


def test_a_refusal_waits_until_it_is_asked_again(login, town, awa):
    client = login(awa.account)
    procedure(town, awa, status="refused", decided_at=NOW - timedelta(days=3))
    assert "le service a répondu non" in page(client.get(HOME))
    procedure(town, awa, status="submitted", number=2)
    assert "le service a répondu non" not in page(client.get(HOME))


def test_an_old_refusal_is_no_longer_a_thing_to_do(login, town, awa):
    procedure(town, awa, status="refused", decided_at=NOW - timedelta(days=40))
    assert "le service a répondu non" not in page(login(awa.account).get(HOME))


def test_a_piece_that_lacks_and_one_refused_are_said(login, town, awa):
    client = login(awa.account)
    assert "Rien ne vous attend" in page(client.get(HOME))
    kind = DocumentType.objects.create(
        organisation_id=town.id, code="assurance", title="Assurance scolaire", subject="child", needs=["dossier"]
    )
    seen = page(client.get(HOME))
    assert "vous avez 2 choses à faire" in seen
    assert "Il manque : Assurance scolaire." in seen
    piece = deposit(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        child_id=awa.children[0].pk,
        type_id=kind.pk,
        name="a.pdf",
        content=paper(),
        school_year_ends_on=town.year.ends_on,
        now=NOW,
    )
    assert "vous avez 1 chose à faire" in page(client.get(HOME))
    Document.objects.filter(pk=piece.document_id).update(state="refused", reason="illisible")
    assert "Ce document a été refusé" in page(client.get(HOME))


def test_a_dossier_refused_is_not_begun_anew(login, town, awa):
    Activity.objects.update(requires_dossier=True)
    client, child = login(awa.account), awa.children[0]
    assert "Commencer" in page(client.get(HOME))
    row = procedure(town, awa, status="refused", child=child, school_year=town.year, decided_at=NOW)
    Procedure.objects.filter(pk=row.pk).update(kind="dossier")
    todo = page(client.get(HOME)).partition('id="h-todo"')[2].partition("</section>")[0]
    assert todo.count("Commencer") == len(awa.children) - 1
    assert todo.count("Lire la réponse") == 1


def test_a_piece_refused_is_said_though_nobody_asked_for_it(login, town, awa):
    kind = DocumentType.objects.create(organisation_id=town.id, code="autre", title="Autre papier", subject="child")
    piece = deposit(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        child_id=awa.children[0].pk,
        type_id=kind.pk,
        name="a.pdf",
        content=paper(),
        school_year_ends_on=town.year.ends_on,
        now=NOW,
    )
    assert "Rien ne vous attend" in page(login(awa.account).get(HOME))
    Document.objects.filter(pk=piece.document_id).update(state="refused", reason="illisible")
    assert "Ce document a été refusé" in page(login(awa.account).get(HOME))


def test_the_basket_is_the_one_thing_to_send(login, town, awa):
    client, offer = login(awa.account), town.offer()
    enrolment = town.enrol(awa, offer, child=awa.children[0])
    slots = slots_of(offer)[:3]
    change_basket(actor=town.parent(awa), changes={enrolment.pk: {slot.pk: True for slot in slots}}, now=NOW)
    seen = page(client.get(HOME))
    todo = seen.partition('id="h-todo"')[2].partition("</section>")[0]
    assert "3 ajouts, Enfant1" in todo
    assert todo.count("btn go") == 1
    # Every other page says it too, once, and leads to the same recap.
    elsewhere = page(client.get(f"{HOME}documents/"))
    assert elsewhere.count("/famille/reservations/recapitulatif/") == 1
    assert "Pas encore envoyé" in elsewhere
    assert "Pas encore envoyé" not in page(client.get(f"{HOME}reservations/semaine/"))


def test_on_saturday_the_home_shows_the_week_to_come(login, awa, monkeypatch):
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(days=5))
    assert "du 23/11 au 27/11" in page(login(awa.account).get(HOME))


def test_sheets_that_are_empty_and_a_pai_that_is_over_are_lines_of_the_home(login, town, awa):
    """« Rien à faire » was said with an empty sheet, authorisations without an answer and an expired PAI."""
    client = login(awa.account)
    first, second = awa.children[:2]
    assert "Fiches d" not in page(client.get(HOME)), "a town that asks for no authorisation asks for no sheet"
    photo = ConsentType.objects.create(organisation_id=town.id, code="photo", title="Photo")
    seen = page(client.get(HOME))
    assert "La fiche de santé n’est pas remplie, des autorisations attendent votre réponse." in seen
    assert f"/famille/enfants/{first.pk}/sante/" in seen
    sheet = {"pai": "signed", "pai_until": "2026-01-31", "avoid": "Œuf", "doctor_name": "Dr Roy"}
    ChildHealth.objects.create(organisation_id=town.id, child=first, sheet=sheet, updated_at=NOW)
    for child in (first, second):
        Consent.objects.create(
            organisation_id=town.id, child=child, consent_type=photo, answer="yes", answered_at=NOW, answered_by="Awa"
        )
    seen = page(client.get(HOME))
    assert "Il n’est plus valable depuis le 31/01/2026" in seen
    assert f"/famille/demarches/pai/{first.pk}/" in seen
    assert "La fiche de santé n’est pas remplie." in seen
    ChildHealth.objects.filter(child=first).update(sheet={**sheet, "pai_until": "2028-01-31"})
    ChildHealth.objects.create(organisation_id=town.id, child=second, sheet={"doctor_name": "Dr Roy"}, updated_at=NOW)
    seen = page(client.get(HOME))
    assert "Il n’est plus valable" not in seen
    assert "La fiche de santé" not in seen
    Activity.objects.filter(organisation_id=town.id).update(requires_dossier=True)
    Consent.objects.all().delete()
    assert "des autorisations attendent" not in page(client.get(HOME)), "the dossier, to be begun, asks for them"
