"""Limits on guesses: on the account once found, by address, apart for a known browser; forgotten by a reset."""

import pytest
from django.test import Client

from preau.base import throttle
from preau.base.models import Tally
from tests.factories.town import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/ville-test/connexion/"
WRONG = "faux-mot-de-passe-9"


def try_login(client, name, password=WRONG, address="10.0.0.1"):
    return client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address).status_code


def test_guesses_at_one_account_count_together_however_it_is_written(awa):
    client = Client()
    spellings = ["awa.dupre", "AWA.DUPRE", "awa.dupre@courriel.example", "Awa.Dupre@Courriel.Example"] * 2
    assert [try_login(client, name) for name in spellings] == [422] * 8
    assert try_login(client, "awa.dupre") == 429
    assert try_login(client, "awa.dupre", PASSWORD) == 429
    assert try_login(client, "\u017fwa.dupre@courriel.example") == 422  # nobody's: counted for itself


def test_an_ex_partner_elsewhere_does_not_lock_the_owner_out(awa):
    stranger, owner = Client(), Client()
    for _again in range(9):
        try_login(stranger, "awa.dupre", address="203.0.113.9")
    assert try_login(owner, "awa.dupre", PASSWORD, address="198.51.100.4") == 302


def test_an_account_tried_from_everywhere_is_closed_to_new_browsers_but_not_to_its_own(awa):
    known = Client()
    assert try_login(known, "awa.dupre", PASSWORD) == 302
    known.post("/ville-test/deconnexion/")
    for number in range(41):
        try_login(Client(), "awa.dupre", address=f"203.0.113.{number}")
    assert try_login(Client(), "awa.dupre", PASSWORD, address="198.51.100.7") == 429
    assert try_login(known, "awa.dupre", PASSWORD, address="198.51.100.8") == 302


def test_a_reset_forgets_the_tries(awa):
    client = Client()
    for _again in range(9):
        try_login(client, "awa.dupre")
    assert try_login(client, "awa.dupre", PASSWORD) == 429
    throttle.forget("login", f"account {awa.account.pk}")
    assert try_login(client, "awa.dupre", PASSWORD) == 302


def test_wrong_current_passwords_are_limited_too(awa, login):
    client = login(awa.account)
    sent = {"current": WRONG, "username": "awa.dupre"}
    codes = [client.post("/ville-test/compte/identifiants/", sent).status_code for _n in range(9)]
    assert codes == [422] * 8 + [429]


def test_an_ipv6_household_is_one_address(rf):
    one, two, other = (
        rf.get("/", REMOTE_ADDR=text) for text in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
    )
    assert throttle.address_of(one) == throttle.address_of(two) != throttle.address_of(other)


def test_forty_tries_are_forty(rf):
    request = rf.get("/", REMOTE_ADDR="10.9.9.9")
    allowed = [throttle.attempt(request, "login", "quelqu’un") for _n in range(40)]
    assert allowed == [True] * 8 + [False] * 32
    assert Tally.objects.get(key__endswith=":all").count == 40


def test_the_e_mail_of_another_is_nobody_s_identifiant(awa, bruno, login):
    client = login(bruno.account)
    sent = {"current": PASSWORD, "username": awa.account.email}
    assert client.post("/ville-test/compte/identifiants/", sent).status_code == 422
    assert try_login(Client(), awa.account.email, PASSWORD) == 302


def test_an_agent_somewhere_is_never_remembered_anywhere(town, other_town, awa):
    other_town.join(awa.account, "agent")
    client = Client()
    client.post(LOGIN, {"username": "awa.dupre", "password": PASSWORD, "remember": "on"})
    assert client.session["short"] is True
    assert client.session["remembered"] is False


def test_a_new_browser_is_told_by_mail_and_a_known_one_is_not(awa):
    from preau.base.models import OutboxMail

    first, second = Client(), Client()
    try_login(first, "awa.dupre", PASSWORD)
    first.post("/ville-test/deconnexion/")
    try_login(first, "awa.dupre", PASSWORD)
    assert not OutboxMail.objects.filter(template="new_browser").exists()
    try_login(second, "awa.dupre", PASSWORD)
    assert OutboxMail.objects.filter(template="new_browser").count() == 1


def test_a_provisional_password_pasted_with_a_line_end_is_taken(awa):
    assert try_login(Client(), "awa.dupre", f" {PASSWORD}\n") == 422
    awa.account.must_change_password = True
    awa.account.save()
    assert try_login(Client(), "awa.dupre", f" {PASSWORD}\t") == 302
