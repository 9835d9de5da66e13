"""The wide menu of the collectivités that chose it: entries that lead somewhere, without script."""

import re

import pytest
from django.test import Client

from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import ProcedureForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(town, awa):
    Organisation.objects.filter(pk=town.id).update(navigation="menu")
    fields = [{"code": "question", "label": "Votre question", "kind": "long", "required": True}]
    for code, title in (("infos", "Demandes d’informations"), ("autre", "Autre demande")):
        ProcedureForm.objects.create(
            organisation_id=town.id, code=code, title=title, department=town.department, fields=fields
        )
    client = Client()
    client.force_login(awa.account)
    return client


def menu(client, where="/ville-test/famille/"):
    text = client.get(where).content.decode()
    return text[text.index('class="drops"') : text.index("</nav>")]


def test_each_entry_opens_a_list_whose_links_all_exist(client):
    text = menu(client)
    assert re.findall(r"<summary>([^<]+)<", text) == ["Mes démarches", "Infos", "Ma famille"]
    found = re.findall(r'<a href="([^"]+)"', text)
    assert len(found) > 10
    for url in found:
        assert client.get(url.partition("#")[0]).status_code == 200, url
    for label in (
        "Envoyer un document",
        "Signaler un déménagement",
        "Demande de PAI",
        "Déclarer un nouvel enfant",
        "Inscrire un enfant à l’école",
        "Changement de situation familiale",
        "Demandes d’informations",
        "Édition de documents",
        "F.A.Q.",
        "Gérer les autorisations",
        "Gérer les infos sanitaires",
    ):
        assert f">{label}</a>" in text


def test_the_menu_says_where_one_is(client):
    text = menu(client, "/ville-test/famille/entourage/")
    assert text.count('aria-current="page"') == 1
    assert re.search(r"<details[^>]* data-here>\s*<summary>Ma famille", text)


def test_the_sheets_of_the_menu_ask_of_which_child_only_when_there_are_several(
    client, login, awa, bruno, django_assert_max_num_queries
):
    for address, sheet in (("autorisations", "autorisations"), ("sante", "sante")):
        url = f"/ville-test/famille/enfants/{address}/"
        with django_assert_max_num_queries(15):
            text = client.get(url).content.decode()
        for child in awa.children:
            assert f'href="/ville-test/famille/enfants/{child.pk}/{sheet}/"' in text
        assert f"/{bruno.children[0].pk}/" not in text
        only = login(bruno.account).get(url)
        assert only.url == f"/ville-test/famille/enfants/{bruno.children[0].pk}/{sheet}/"


def test_other_collectivites_keep_their_tiles(client, town):
    assert "Accès rapide" in client.get("/ville-test/famille/").content.decode()
    Organisation.objects.filter(pk=town.id).update(navigation="tiles")
    text = client.get("/ville-test/famille/").content.decode()
    assert 'class="drops"' not in text
    assert "Accès rapide" not in text
