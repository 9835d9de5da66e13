"""What is compressed: all but a private page in which a stranger may have chosen words."""

import gzip

import pytest

pytestmark = pytest.mark.django_db
HOME = "/ville-test/famille/"
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def client(login, awa):
    return login(awa.account)


def is_compressed(client, path, method="get", **headers):
    answer = getattr(client, method)(path, headers={**BROWSER, **headers})
    return answer.headers.get("Content-Encoding") == "gzip"


def test_a_private_page_is_compressed_when_its_address_holds_no_words(client):
    answer = client.get(HOME, headers=BROWSER)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert b"<html" in gzip.decompress(answer.content)
    assert len(answer.content) < len(gzip.decompress(answer.content)) / 2
    assert not client.get(HOME).headers.get("Content-Encoding")


@pytest.mark.parametrize("words", ["?semaine=2026-11-23", "?q=allergie", "?next=/"])
def test_words_of_the_address_beside_what_is_private_are_not(client, words):
    assert not is_compressed(client, HOME + words)
    for said in ("cross-site", "same-site", "none"):
        assert not is_compressed(client, HOME + words, **{"Sec-Fetch-Site": said})


def test_a_link_of_the_site_itself_is(client):
    assert is_compressed(client, f"{HOME}?semaine=2026-11-23", **{"Sec-Fetch-Site": "same-origin"})


def test_without_a_session_nothing_is_private(client):
    client.logout()
    client.cookies.clear()
    assert is_compressed(client, "/ville-test/connexion/?next=/ville-test/famille/")


def test_the_answer_to_a_form_is(client):
    assert is_compressed(client, f"{HOME}reservations/recapitulatif/?x=1", "post") is False  # too short: it leads on
    assert is_compressed(client, f"{HOME}deconnexion-inconnue/", "post")


def test_what_is_small_or_shrunk_already_is_left(client):
    assert not is_compressed(client, "/sante/")
