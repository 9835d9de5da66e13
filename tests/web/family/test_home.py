"""« Mon espace » : what it says to a family that has just come."""

import pytest

from preau.domain.organisations.models import Organisation

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
