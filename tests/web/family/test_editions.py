"""« Édition de documents » of a family: what is given to download, and its own papers."""

from datetime import timedelta

import pytest

from preau.domain.families.models import Adult, Contact, Guardianship, HouseholdChild
from preau.domain.families.operations.children import save_health
from tests.domain.documents.test_publishing import give
from tests.factories.pdf import text_of_pdf
from tests.factories.town import NOW, TODAY

pytestmark = pytest.mark.django_db
HERE = "/ville-test/famille/editions/"


@pytest.fixture
def client(login, awa):
    return login(awa.account)


@pytest.fixture
def child(awa):
    return awa.children[0]


def page(answer):
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def squeezed(text):
    return "".join(text.split())


def both(client, paper):
    """The page and the PDF of one paper, without spaces."""
    answer = client.get(f"{HERE}{paper}/pdf/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return squeezed(page(client.get(f"{HERE}{paper}/"))), squeezed(text_of_pdf(answer.content))


def test_public_and_private_documents_and_papers_are_listed(client, login, bruno, town, awa):
    private = give(town, "Planning des sorties", is_public=False)
    give(town, "Règlement")
    seen = page(client.get(HERE))
    for words in ("Planning des sorties", "Règlement", "pour les familles", "Mandat de prélèvement SEPA", "Enfant2"):
        assert words in seen
    path = f"{HERE}{private.publication_id}/"
    assert client.get(path).content.startswith(b"%PDF")
    assert client.get(f"{HERE}999999/").status_code == 404
    assert 'href="/ville-test/famille/editions/"' in page(client.get("/ville-test/famille/"))


def test_the_attestation_tells_the_enrolments_of_the_year(client, town, awa, child):
    town.enrol(awa, town.offer(), child=child)
    ended = town.enrol(awa, town.offer(activity=town.activity), child=awa.children[1])
    ended.ends_on = TODAY - timedelta(days=3)
    ended.save()
    for seen in both(client, f"attestation/{child.pk}"):
        for words in ("Attestation d’inscription", "Mairie de ville-test", "Enfant1 Dupré", "2026-2027"):
            assert squeezed(words) in seen
        for words in ("Accueil périscolaire", "École des Tests", "01/03/2019", "du 02/11 au 27/12/2026", "CE1 A"):
            assert squeezed(words) in seen
        assert "Enfant2" not in seen
    for seen in both(client, f"attestation/{awa.children[1].pk}"):
        assert squeezed("du 02/11 au 12/11/2026") in seen  # of this year, though it is over


def test_without_enrolment_the_attestation_says_so(client, child):
    for seen in both(client, f"attestation/{child.pk}"):
        assert squeezed("n’a pas d’inscription pour cette année") in seen


def test_the_sheet_says_what_the_parent_wrote(client, town, awa, child):
    values = {"pai": "signed", "pai_until": "2027-06-30", "avoid": "Arachide", "doctor_name": "Dr Ormeau"}
    values |= {"diet": "no_pork", "vaccines": ["dtp"]}
    save_health(actor=town.parent(awa), child_id=child.pk, values=values, now=NOW)
    named = {"kind": "pick_up", "first_name": "Odile", "last_name": "Verger", "link": "voisine", "phone": "0261910099"}
    Contact.objects.create(organisation_id=town.id, family=awa.family, child=child, is_to_call=True, **named)
    for seen in both(client, f"fiche/{child.pk}"):
        for words in ("Fiche de renseignements", "Arachide", "Dr Ormeau", "Sans porc", "30/06/2027", "1 rue du Test"):
            assert squeezed(words) in seen
        assert squeezed("Diphtérie, tétanos, poliomyélite") in seen
        assert squeezed("Odile Verger (voisine), peut venir chercher l’enfant, à prévenir, 0261910099") in seen


def test_the_mandate_is_filled_but_for_the_bank(client, town, awa):
    for seen in both(client, "mandat"):
        for words in ("Mandat de prélèvement SEPA", "Mme Awa Dupré", "1 rue du Test", "IBAN du compte à débiter"):
            assert squeezed(words) in seen
        assert squeezed("8 semaines") in seen


def test_nothing_of_the_other_parent_is_printed(client, town, awa, bruno, child):
    """Bruno is the other parent: his address, his numbers, whom he names and what he enrols in are his."""
    HouseholdChild.objects.create(organisation_id=town.id, family=bruno.family, child=child)
    Guardianship.objects.create(organisation_id=town.id, adult=bruno.adult, child=child)
    canary = "CANARI"
    bruno.family.street, bruno.family.city = f"{canary} rue", canary
    bruno.family.save()
    Adult.objects.filter(pk=bruno.adult.pk).update(
        first_name=canary, last_name=canary, phone="0000000099", email="canari@courriel.example", employer=canary
    )
    for kind in ("forbidden", "pick_up"):
        name = canary if kind == "forbidden" else "Nounou"
        Contact.objects.create(
            organisation_id=town.id,
            family=bruno.family,
            child=child,
            kind=kind,
            first_name=name,
            last_name="X",
            phone="0000000099",
        )
    town.activity.name = canary
    town.activity.save()
    town.enrol(bruno, town.offer(), child=child)
    for paper in (f"attestation/{child.pk}", f"fiche/{child.pk}", "mandat"):
        for seen in both(client, paper):
            assert canary.lower() not in seen.lower()
            assert "0000000099" not in seen


def test_texts_of_families_are_only_texts(client, town, awa, child):
    child.first_name, child.last_name = '#read("/etc/passwd")', "<script>\\#import"
    child.save()
    pdf = text_of_pdf(client.get(f"{HERE}attestation/{child.pk}/pdf/").content)
    assert '#read("/etc/passwd")<script>\\#import' in pdf
    html = page(client.get(f"{HERE}attestation/{child.pk}/"))
    assert "&lt;script&gt;" in html
    assert "root:" not in pdf + html


def test_papers_are_for_those_who_exercise_authority(client, login, bruno, town, awa, child):
    paths = [f"{HERE}{paper}/{child.pk}/{part}" for paper in ("attestation", "fiche") for part in ("", "pdf/")]
    for path in paths:
        assert login(bruno.account).get(path).status_code == 404
    Guardianship.objects.filter(child=child).update(authority="held")
    for path in paths:
        assert client.get(path).status_code == 404
    assert f"attestation/{child.pk}/" not in page(client.get(HERE))


def test_papers_are_in_french_in_an_english_space(client, child):
    client.cookies["langue"] = "en"
    for seen in both(client, f"fiche/{child.pk}"):
        assert squeezed("Fiche de renseignements") in seen
        assert squeezed("Rien n’est renseigné.") in seen


def test_pages_cost_the_same_for_any_number_of_children(client, town, awa, child, django_assert_max_num_queries):
    for number in range(3):
        give(town, f"Document {number}")
        town.child(awa, f"Autre{number}", "Dupré")
    client.get(HERE)  # the terms are looked up once in a session
    with django_assert_max_num_queries(8):
        client.get(HERE)
    for paper in (f"attestation/{child.pk}", f"fiche/{child.pk}"):
        with django_assert_max_num_queries(15):
            client.get(f"{HERE}{paper}/")
