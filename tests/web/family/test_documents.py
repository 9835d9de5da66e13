"""« Pièces justificatives » as a family uses it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from preau.base.models import StoredFile
from preau.domain.documents.models import Document, DocumentType
from preau.domain.families.models import Adult
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import decisions
from preau.domain.procedures.queries.dossiers import problems_of_dossier
from tests.factories.town import NOW
from tests.uploads.corpus import HTML, paper

pytestmark = pytest.mark.django_db

HOME = "/ville-test/famille/"


@pytest.fixture
def kind(town):
    return DocumentType.objects.create(
        organisation_id=town.id, code="carnet", title="Carnet de vaccination", needs=["dossier"]
    )


@pytest.fixture
def client(login, awa):
    return login(awa.account)


def send(client, awa, kind, content=None, name="carnet.pdf"):
    file = SimpleUploadedFile(name, paper() if content is None else content)
    url = f"{HOME}documents/envoyer/{awa.children[0].pk}/"
    return client.post(url, {"type": kind.pk, "file": file})


def page(response):
    return response.content.decode().replace("\xa0", " ")


def test_what_is_asked_for_is_said_for_each_child_then_nothing(client, awa, kind):
    assert page(client.get(f"{HOME}documents/")).count("À envoyer.") == 2
    send(client, awa, kind)
    seen = page(client.get(f"{HOME}documents/"))
    assert seen.count("À envoyer.") == 1
    assert "Déposé le" in seen
    assert "Aucun document nécessaire" in seen


def test_a_document_sent_is_a_numbered_request_that_an_agent_checks(client, town, awa, kind):
    assert send(client, awa, kind).status_code == 302
    decisions.decide(actor=town.agent("agent"), numbers=[1], accept=False, reason="Flou", now=NOW)
    decisions.apply_held(actor=town.agent("agent"), number=1, now=NOW)
    seen = page(client.get(f"{HOME}documents/"))
    assert "Flou" in seen
    assert Document.objects.get().state == "refused"


def test_the_same_file_sent_twice_is_one_request(client, awa, kind):
    content = paper()
    send(client, awa, kind, content=content)
    send(client, awa, kind, content=content)
    assert Document.objects.count() == 1
    assert Procedure.objects.count() == 1


def test_a_bad_file_is_refused_in_words_and_nothing_is_written(client, awa, kind):
    for content, name, words in (
        (HTML, "page.pdf", "Ce n’est ni un PDF"),
        (b"", "vide.pdf", "Ce fichier est vide"),
        (b"%PDF-1.4 rien", "casse.pdf", "ne s’ouvre pas"),
    ):
        answer = send(client, awa, kind, content=content, name=name)
        assert answer.status_code == 422
        assert words in page(answer)
    assert not Document.objects.exists()
    assert not Procedure.objects.exists()


def test_a_form_without_file_or_type_is_told(client, awa, kind):
    answer = client.post(f"{HOME}documents/envoyer/{awa.children[0].pk}/", {})
    assert answer.status_code == 422
    assert client.post(f"{HOME}documents/envoyer/999999/", {}).status_code == 404


def test_a_file_is_given_back_so_that_nothing_in_it_can_run(client, login, bruno, awa, kind):
    send(client, awa, kind)
    path = f"{HOME}documents/{Document.objects.get().pk}/fichier/"
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert login(bruno.account).get(path).status_code == 404


def test_what_a_service_asks_for_is_joined_to_the_request(client, town, awa, kind):
    send(client, awa, kind)
    decisions.ask_more(actor=town.agent("agent"), number=1, text="", types={kind.pk: "Carnet"}, now=NOW)
    space = page(client.get(f"{HOME}documents/"))
    assert "Le service attend un complément" in space
    assert "Aucun document nécessaire" not in space
    assert "Écrivez une réponse, ou joignez" in page(client.post(f"{HOME}demandes/1/complement/", {}, follow=True))
    file = SimpleUploadedFile("net.pdf", paper(2))
    client.post(f"{HOME}demandes/1/document/", {"type": kind.pk, "file": file})
    client.post(f"{HOME}demandes/1/complement/", {})
    assert Procedure.objects.get(number=1).status == "in_review"


AGAIN = "Seul le fichier est à choisir de nouveau"


def test_a_refused_file_keeps_what_was_typed_beside_it_and_says_what_to_do(client, awa, kind):
    kind.validity = "date"
    kind.save()
    url = f"{HOME}documents/envoyer/{awa.children[0].pk}/"
    typed = {"type": kind.pk, "until": "2027-02-28", "file": SimpleUploadedFile("carnet.pdf", HTML)}
    answer = client.post(url, typed)
    assert answer.status_code == 422
    for words in ("ni un PDF, ni une photo", AGAIN, 'value="2027-02-28"', f'value="{kind.pk}" selected'):
        assert words in page(answer)
    assert AGAIN not in page(client.post(url, {"type": kind.pk, "until": "2027-02-28"}))


def test_a_document_that_cannot_be_joined_to_a_request_keeps_what_was_typed(client, town, awa, kind):
    send(client, awa, kind)
    DocumentType.objects.create(organisation_id=town.id, code="titre", title="Titre de séjour", validity="date")
    dated = DocumentType.objects.get(code="titre")
    decisions.ask_more(actor=town.agent("agent"), number=1, text="", types={dated.pk: "Titre"}, now=NOW)
    url = f"{HOME}demandes/1/document/"
    wrong = {"type": dated.pk, "until": "2027-02-28", "file": SimpleUploadedFile("titre.pdf", b"%PDF-1.7 coup")}
    refused = client.post(url, wrong)
    assert refused.status_code == 422
    for words in ("ne s’ouvre pas", AGAIN, 'value="2027-02-28"', f'value="{dated.pk}" selected', "<title>Erreur,"):
        assert words in page(refused)
    # The line of the piece asked for has no date to fill: the page comes back with the one that lacks.
    undated = client.post(url, {"type": dated.pk, "file": SimpleUploadedFile("titre.pdf", paper(2))})
    assert undated.status_code == 422
    assert "Donnez le dernier jour" in page(undated)
    assert f'value="{dated.pk}" selected' in page(undated)
    file = SimpleUploadedFile("titre.pdf", paper(2))
    assert client.post(url, {"type": dated.pk, "until": "2027-02-28", "file": file}).status_code == 302
    assert Document.objects.filter(document_type=dated).count() == 1


def test_a_piece_asked_for_again_opens_again_until_another_is_sent(client, town, awa, kind):
    send(client, awa, kind)
    decisions.ask_more(actor=town.agent("agent"), number=1, text="", types={kind.pk: "Carnet"}, now=NOW)
    assert "Envoyer cette pièce" in page(client.get(f"{HOME}demandes/1/"))
    file = SimpleUploadedFile("net.pdf", paper(2))
    client.post(f"{HOME}demandes/1/document/", {"type": kind.pk, "file": file})
    assert "Envoyer cette pièce" not in page(client.get(f"{HOME}demandes/1/"))


def test_agents_read_the_pieces_of_families_they_look_after(client, login, town, other_town, awa, kind):
    send(client, awa, kind)
    path = f"/ville-test/agents/documents/{Document.objects.get().pk}/"
    assert login(town.account("agent.un", role="agent")).get(path).status_code == 200
    assert login(town.account("anim", role="site_staff")).get(path).status_code in (403, 404)
    assert login(other_town.account("ailleurs", role="agent")).get(path).status_code == 404


def test_the_page_costs_the_same_for_any_number_of_children(client, awa, kind, django_assert_max_num_queries):
    send(client, awa, kind)
    with django_assert_max_num_queries(15):
        client.get(f"{HOME}documents/")


def test_a_type_that_bears_its_date_asks_for_it(client, awa, kind):
    kind.validity = "date"
    kind.save()
    url = f"{HOME}documents/envoyer/{awa.children[0].pk}/"
    assert "Le dernier jour est écrit sur le document." in page(client.get(url))
    for until, words in (
        ("", "Donnez le dernier jour"),
        ("2026-11-15", "Cette date est passée"),
        ("demain", "Écrivez une date"),
    ):
        file = SimpleUploadedFile("titre.pdf", paper())
        answer = client.post(url, {"type": kind.pk, "file": file, "until": until})
        assert answer.status_code == 422
        assert words in page(answer)
    file = SimpleUploadedFile("titre.pdf", paper())
    client.post(url, {"type": kind.pk, "file": file, "until": "2027-02-28"})
    assert str(Document.objects.get().good_until) == "2027-02-28"
    assert "valable jusqu’au 28/02/2027" in page(client.get(f"{HOME}documents/"))


def test_the_date_is_asked_of_the_types_that_bear_one_and_of_no_other(client, town, awa, kind):
    DocumentType.objects.create(organisation_id=town.id, code="pai", title="PAI signé", validity="date")
    url = f"{HOME}documents/envoyer/{awa.children[0].pk}/"
    assert "Seulement pour : PAI signé." in page(client.get(url)).replace("\xa0", " ")
    file = SimpleUploadedFile("carnet.pdf", paper())
    assert client.post(url, {"type": kind.pk, "file": file, "until": "2020-01-01"}).status_code == 302
    assert str(Document.objects.get().good_until) == "2027-07-02"


def test_an_adult_sends_its_own_papers_which_its_household_does_not_read(client, login, town, awa):
    kind = DocumentType.objects.create(
        organisation_id=town.id, code="identite", title="Pièce d’identité", subject="adult", needs=["dossier"]
    )
    assert "Pièce d’identité" in page(client.get(f"{HOME}documents/"))
    url = f"{HOME}documents/envoyer/moi/"
    client.post(url, {"type": kind.pk, "file": SimpleUploadedFile("cni.pdf", paper())})
    document = Document.objects.get()
    assert (document.adult_id, document.child_id) == (awa.adult.pk, None)
    path = f"{HOME}documents/{document.pk}/fichier/"
    assert client.get(path).status_code == 200
    other = town.account("karim", role="family")
    Adult.objects.create(
        organisation_id=town.id, family=awa.family, account=other, position="co_holder", first_name="K", last_name="D"
    )
    assert login(other).get(path).status_code == 404
    seen = page(login(other).get(f"{HOME}documents/"))
    assert "Déposé le" not in seen
    assert (
        login(town.account("agent.un", role="agent")).get(f"/ville-test/agents/documents/{document.pk}/").status_code
        == 200
    )
    mine = {"type": kind.pk, "file": SimpleUploadedFile("cni.pdf", paper(2))}
    assert client.post(f"{HOME}documents/envoyer/{awa.children[0].pk}/", mine).status_code == 422
    assert client.post(f"{HOME}documents/envoyer/", mine).status_code == 422


def test_what_the_antivirus_has_not_seen_or_has_found_is_said(client, awa, kind):
    send(client, awa, kind)
    StoredFile.objects.update(scan="unavailable")
    assert "En cours d’analyse" in page(client.get(f"{HOME}documents/"))
    StoredFile.objects.update(scan="infected")
    seen = page(client.get(f"{HOME}documents/"))
    assert "Refusé : virus" in seen
    assert "Refusé : à envoyer de nouveau." in seen
    answer = client.get(f"{HOME}documents/{Document.objects.get().pk}/fichier/")
    assert answer.status_code == 409
    assert "trouvé un virus" in page(answer)


def test_a_piece_is_replaced_from_its_line_and_used_again_everywhere(client, town, awa, kind):
    send(client, awa, kind)
    seen = page(client.get(f"{HOME}documents/"))
    assert f"envoyer/{awa.children[0].pk}/?type={kind.pk}" in seen
    assert "Remplacer" in seen
    send(client, awa, kind, content=paper(2))
    assert [each.state for each in Document.objects.order_by("pk")] == ["replaced", "to_check"]
    problems = problems_of_dossier(
        actor=town.parent(awa),
        family_id=awa.family.pk,
        child_id=awa.children[0].pk,
        answers={},
        year_starts_on=town.year.starts_on,
        on=NOW.date(),
    )
    assert "Carnet de vaccination" not in [each.detail for each in problems]
