"""« Contrats d’accueil » as a family sees them: reading, signing, sending back, refusing; who reads the price."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from preau.base.models import OutboxMail
from preau.domain.contracts.models import ContractSignature, ContractVersion
from preau.domain.families.models import Guardianship
from tests.factories.clients import client_of
from tests.factories.contracts import Contracts, code_sent
from tests.factories.tasks import run_waiting
from tests.factories.town import Town
from tests.uploads.corpus import paper, picture


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def contracts(town):
    found = Contracts(town, regulation="## Arriver\n\nOn sonne.\n\n- Une chose\n- Une autre")
    return found


@pytest.fixture
def home(town):
    return town.household("Pinson")


@pytest.fixture
def client(home):
    return client_of(home.account)


def page(town, name, version=None):
    args = [town.slug]
    if version is not None:
        args += [version.contract_id] if name == "contract" else [version.contract_id, version.pk]
    return reverse(f"family:{name}", args=args)


def test_without_a_contract_the_page_says_so_and_no_menu_leads_to_it(town, contracts, client):
    found = client.get(page(town, "contracts")).content.decode()
    assert "Vous n’avez pas de contrat d’accueil." in found
    assert "Contrats d’accueil</span>" not in client.get(reverse("family:acts", args=[town.slug])).content.decode()


def test_contracts_are_listed_by_child_with_what_they_wait_for(town, contracts, home, client):
    contracts.sent(home)
    found = client.get(page(town, "contracts")).content.decode()
    assert "Voici vos contrats d’accueil." in found
    assert "Contrat n°\u00a01 - Les Coquelicots" in found
    assert "À signer avant le 01/12 au soir" in found
    assert "Contrats d’accueil</span>" in client.get(reverse("family:acts", args=[town.slug])).content.decode()


def test_the_home_page_asks_for_the_signature(town, contracts, home, client):
    contracts.sent(home)
    found = client.get(reverse("family:home", args=[town.slug])).content.decode()
    assert "Les Coquelicots attend votre signature, jusqu’au 01/12." in found


def test_the_price_is_explained(town, contracts, home, client):
    contracts.income(home)
    version = contracts.sent(home)
    found = client.get(page(town, "contract", version)).content.decode().replace("\u00a0", " ")
    for said in ("33 600,00 € par an ÷ 12", "2 800,00 € × 0,0516 %", "1,44 €", "semaines × 25,5 h, soit "):
        assert said in found


def test_signing_on_line(town, contracts, home, client):
    version = contracts.sent(home)
    where = page(town, "contract_sign", version)
    found = client.get(where).content.decode()
    assert "On sonne." in found
    assert "data-end" in found
    refused = client.post(where, {"seen": version.file.sha256, "code": "12"})
    assert refused.status_code == 422
    assert "Cochez la case" in refused.content.decode()
    client.post(where, {"act": "code"})
    assert "v…0@courriel.example" in client.get(where).content.decode()
    said = {"seen": version.file.sha256, "agreed": "on"}
    wrong = client.post(where, {**said, "code": "000000" if code_sent() != "000000" else "111111"})
    assert "Ce n’est pas le bon code" in wrong.content.decode()
    assert wrong.status_code == 422
    answer = client.post(where, {**said, "code": code_sent()})
    assert answer.status_code == 302
    version.refresh_from_db()
    assert version.state == "to_countersign"
    assert ContractSignature.objects.get(party="parent").evidence["address"] == "127.0.0.1"


def test_what_changed_meanwhile_is_read_again(town, contracts, home, client):
    version = contracts.sent(home)
    where = page(town, "contract_sign", version)
    client.post(where, {"act": "code"})
    answer = client.post(where, {"seen": "x" * 64, "agreed": "on", "code": code_sent()})
    assert "La structure a changé le contrat" in answer.content.decode()


@pytest.mark.parametrize("files", [["a.pdf"], ["a.jpg", "b.jpg"]])
def test_sending_it_back_on_paper(town, contracts, home, client, files):
    version = contracts.sent(home)
    where = page(town, "contract_send_back", version)
    empty = client.post(where, {})
    assert empty.status_code == 422
    sent = [SimpleUploadedFile(name, paper() if name.endswith("pdf") else picture()) for name in files]
    assert client.post(where, {"file": sent}).status_code == 302
    row = ContractSignature.objects.get(party="parent")
    assert (row.state, row.scan.pages) == ("to_check", len(files))
    again = client.get(page(town, "contract", version)).content.decode()
    assert "Votre papier est arrivé." in again
    opened = client.get(reverse("family:contract_scan", args=[town.slug, version.pk, row.pk]))
    assert opened.status_code == 200


def test_a_hostile_file_is_refused_in_words(town, contracts, home, client):
    version = contracts.sent(home)
    answer = client.post(page(town, "contract_send_back", version), {"file": SimpleUploadedFile("a.pdf", b"MZ" * 50)})
    assert answer.status_code == 422
    assert "Ce n’est ni un PDF" in answer.content.decode()


def test_refusing_needs_a_word(town, contracts, home, client):
    version = contracts.sent(home)
    where = page(town, "contract_refuse", version)
    assert client.post(where, {"words": " "}).status_code == 422
    assert client.post(where, {"words": "Pas le jeudi"}).status_code == 302
    found = client.get(page(town, "contract", version)).content.decode()
    assert "Un parent a refusé de signer." in found
    assert client.get(page(town, "contract_sign", version)).status_code == 302


def test_the_files_are_given_to_who_may_read_each(town, home):
    contracts = Contracts(town, both_parents=True)
    contracts.income(home)
    other = town.household("Merle", children=0)
    Guardianship.objects.create(organisation_id=town.id, adult=other.adult, child=home.children[0])
    version = contracts.sent(home)
    for account, statuses in ((home.account, (200, 200, 404)), (other.account, (200, 404, 404))):
        client = client_of(account)
        found = [
            client.get(reverse("family:contract_file", args=[town.slug, version.pk, what])).status_code
            for what in ("contrat", "annexe", "preuve")
        ]
        assert tuple(found) == statuses
    client = client_of(other.account)
    for name in ("contract", "contract_sign", "contract_read"):
        found = client.get(page(town, name, version)).content.decode()
        assert "€" not in found
        assert "1,44" not in found
        assert "Ressources" not in found


def test_a_stranger_meets_404_everywhere(town, contracts, home):
    version = contracts.sent(home)
    client = client_of(town.household("Corneille").account)
    for name in ("contract", "contract_sign", "contract_send_back", "contract_refuse", "contract_read"):
        assert client.get(page(town, name, version)).status_code == 404
        assert client.post(page(town, name, version), {"words": "x"}).status_code in (404, 405)


def test_the_twin_page_and_the_pdf_of_what_is_signed(town, contracts, home, client):
    contracts.income(home)
    version = contracts.signed(home)
    run_waiting("book_signed")
    found = client.get(page(town, "contract_read", version)).content.decode()
    assert "Annexe 1. Planning" in found
    assert "annexe financière" in found
    answer = client.get(reverse("family:contract_file", args=[town.slug, version.pk, "contrat"]))
    assert answer.content.startswith(b"%PDF")
    assert b"/ByteRange" in answer.content


def test_mails_tell_no_price(town, contracts, home):
    contracts.income(home)
    contracts.signed(home)
    for mail in OutboxMail.objects.all():
        assert "€" not in f"{mail.subject} {mail.context}"


def test_queries_do_not_grow_with_contracts(town, django_assert_max_num_queries):
    contracts = Contracts(town, places=9)
    home = town.household("Pinson", children=3)
    for child in home.children:
        contracts.sent(home, child=child)
    client = client_of(home.account)
    client.get(page(town, "contracts"))
    with django_assert_max_num_queries(10):
        client.get(page(town, "contracts"))
    version = ContractVersion.objects.select_related("contract").latest("pk")
    with django_assert_max_num_queries(15):
        client.get(page(town, "contract", version))
