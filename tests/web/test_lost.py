"""A page that does not exist keeps the house around it."""

import pytest

pytestmark = pytest.mark.django_db


def test_an_address_without_page_keeps_the_town_and_the_menu_of_its_reader(client, town, awa, login):
    stranger = client.get(f"/{town.slug}/famille/nulle-part/")
    assert stranger.status_code == 404
    assert town.organisation.name in stranger.content.decode()
    assert 'class="dock"' not in stranger.content.decode()
    lost = login(awa.account).get(f"/{town.slug}/famille/nulle-part/")
    assert lost.status_code == 404
    assert 'class="dock"' in lost.content.decode()
    assert 'class="big404"' in lost.content.decode()


@pytest.mark.parametrize("path", ["/nulle-part/", "/a%00b/", "/%ff/", "/", "/É/x/"])
def test_an_address_outside_every_town_is_lost_without_it(client, path):
    assert client.get(path).status_code in (200, 404)
