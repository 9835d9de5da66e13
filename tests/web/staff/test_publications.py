"""« Documents à télécharger », as a manager publishes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from preau.domain.documents.models import Publication
from tests.uploads.corpus import HTML, paper

pytestmark = pytest.mark.django_db
HERE = "/ville-test/agents/publications/"


@pytest.fixture
def client(town, login):
    return login(town.account("cheffe", role="manager"))


def values(content=None, name="reglement.pdf", **fields):
    file = SimpleUploadedFile(name, paper() if content is None else content)
    return {
        "title": "Règlement intérieur",
        "category": "rules",
        "year_label": "2026-2027",
        "audience": "everybody",
        "file": file,
        **fields,
    }


def page(answer):
    return answer.content.decode()


def test_a_document_is_published_replaced_and_withdrawn(client):
    assert "Rien n’est publié" in page(client.get(HERE))
    seen = page(client.post(f"{HERE}nouveau/", values(), follow=True))
    assert "Le document est publié." in seen
    assert "Version 1" in seen
    first = Publication.objects.get()
    seen = page(client.post(f"{HERE}{first.pk}/", values(audience="families"), follow=True))
    assert "La version 2 est publiée." in seen
    assert "familles connectées" in page(client.get(HERE))
    latest = Publication.objects.get(is_current=True)
    assert (latest.version, latest.is_public, latest.code) == (2, False, first.code)
    seen = page(client.post(f"{HERE}{latest.pk}/retrait/", follow=True))
    assert "n’est plus proposé" in seen
    assert "retiré" in page(client.get(HERE))
    old = client.get(f"{HERE}{first.pk}/fichier/")
    assert old.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert old.headers["Content-Disposition"].startswith("attachment")


def test_a_bad_file_or_an_empty_form_is_told_and_what_was_typed_stays(client):
    answer = client.post(f"{HERE}nouveau/", values(HTML))
    assert answer.status_code == 422
    assert "Ce n’est ni un PDF" in page(answer)
    assert 'value="Règlement intérieur"' in page(answer)
    assert "<title>Erreur," in page(answer)
    assert client.post(f"{HERE}nouveau/", {}).status_code == 422
    assert client.post(f"{HERE}nouveau/", values(category="x")).status_code == 422
    assert not Publication.objects.exists()


def test_agents_and_other_towns_do_not_publish(client, town, other_town, login):
    client.post(f"{HERE}nouveau/", values())
    here = f"{HERE}{Publication.objects.get().pk}/"
    agent, stranger = login(town.account("agent.un", role="agent")), login(other_town.account("la", role="admin"))
    for reader in (agent, stranger):
        for path in (HERE, f"{HERE}nouveau/", here, f"{here}fichier/"):
            assert reader.get(path).status_code in (403, 404)
        assert reader.post(f"{here}retrait/").status_code in (403, 404)
    assert Publication.objects.get().is_current


def test_the_list_costs_the_same_for_any_number(client, django_assert_max_num_queries):
    for number in range(3):
        client.post(f"{HERE}nouveau/", values(title=f"R{number}"))
    with django_assert_max_num_queries(8):
        client.get(HERE)
