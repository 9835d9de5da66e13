"""Profil: how one is reached, and a change of e-mail that its new owner confirms."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from preau.base.models import JournalEntry, OutboxMail
from preau.domain.accounts.models import Account
from preau.domain.families.models import Adult
from tests.factories.town import NOW, PASSWORD

pytestmark = pytest.mark.django_db

URL, OWN = "/ville-test/famille/profil/", "/ville-test/compte/"


@pytest.fixture
def client(login, awa):
    return login(awa.account)


def page(response):
    return response.content.decode().replace("\xa0", " ")


def ask(client, email="neuf@courriel.example", current=PASSWORD):
    return client.post(f"{OWN}courriel/", {"email": email, "current": current})


def mailed_link():
    link = OutboxMail.objects.filter(template="email_change").latest("pk").context["link"]
    return re.search(r"//[^/]+(/\S+)", link)[1]


def test_numbers_and_the_preferred_medium_are_changed(client, awa):
    assert client.post(URL, {"phone": "", "mobile": "06 39 98 00 01", "medium": "sms"}).status_code == 302
    adult = Adult.objects.get(pk=awa.adult.pk)
    assert (adult.phone, adult.mobile, adult.preferred_medium) == ("", "06 39 98 00 01", "sms")
    assert 'value="06 39 98 00 01"' in page(client.get(URL))
    assert "demarches/demenagement/" in page(client.get(URL))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"phone": "x", "mobile": "06 39 98 00 01", "medium": "sms"}, "dix chiffres"),
        ({"phone": "02 61 91 00 01", "mobile": "", "medium": "sms"}, "Donnez un mobile"),
        ({"phone": "", "mobile": "", "medium": "phone"}, "Donnez un numéro"),
        ({"phone": "02 61 91 00 01", "mobile": "", "medium": "pigeon"}, "pigeon"),
    ],
)
def test_a_wrong_answer_is_told_and_what_was_typed_stays(client, awa, data, words):
    answer = client.post(URL, data)
    assert answer.status_code == 422
    assert words in page(answer)
    assert "<title>Erreur," in page(answer)
    assert Adult.objects.get(pk=awa.adult.pk).phone == "02 61 91 00 01"


def test_a_new_email_is_written_once_its_link_is_used_and_the_old_one_is_told(client, awa):
    old = awa.account.email
    assert ask(client).url == OWN
    assert OutboxMail.objects.get(template="email_change").to == ["neuf@courriel.example"]
    notice = OutboxMail.objects.get(template="identifiers_changed")
    assert (notice.to, notice.context["what"]) == ([old], "email")
    assert "neuf@" not in str(notice.context)
    link = mailed_link()
    browser = Client()  # the mail is opened on the telephone
    for _twice in range(2):
        assert "neuf@courriel.example" in page(browser.get(link))
    assert Account.objects.get(pk=awa.account.pk).email == old
    browser.post(link)
    awa.account.refresh_from_db()
    awa.adult.refresh_from_db()
    assert (awa.account.email, awa.adult.email) == ("neuf@courriel.example",) * 2
    assert awa.account.email_verified_at == NOW
    assert browser.post(link).status_code == 404
    assert JournalEntry.objects.filter(act="email.changed").count() == 1


def test_without_the_password_or_with_a_broken_address_nothing_leaves(client, awa):
    for answer in (ask(client, current="non"), ask(client, email="neuf"), ask(client, email="")):
        assert answer.status_code == 422
        assert "<title>Erreur," in page(answer)
        assert PASSWORD not in page(answer)
    assert not OutboxMail.objects.exists()


def test_the_answer_is_the_same_for_an_email_that_another_account_holds(client, awa, bruno):
    assert ask(client, email=bruno.account.email).url == ask(client).url


def test_an_old_link_a_later_one_and_another_town_do_not_pass(client, town, other_town, awa, monkeypatch):
    ask(client)
    first = mailed_link()
    ask(client, email="autre@courriel.example")
    second = mailed_link()
    assert client.get(first).status_code == 404
    assert client.get(second.replace("ville-test", "autre-ville")).status_code == 404
    assert client.get(second.replace("nouveau-courriel", "nouveau-mot-de-passe")).status_code == 404
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(hours=25))
    assert client.get(second).status_code == 404


def test_links_to_another_mailbox_are_not_sent_without_end(client, awa):
    codes = [ask(client).status_code for _ in range(9)]
    assert codes == [302] * 8 + [429]
