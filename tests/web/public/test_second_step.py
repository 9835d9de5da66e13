"""Logging in with a second factor, being led to set one, and typing the password again before what is intimate."""

import re
import time

import pyotp
import pytest
from django.test import Client

from preau.base import sessions
from preau.base.models import JournalEntry
from preau.domain.accounts.models import OpenSession, SecondFactor
from preau.domain.accounts.operations import factors
from preau.domain.organisations.models import Organisation
from preau.web.ui import policy
from tests.factories.town import NOW
from tests.isolation.scene import routes

LOGIN, SECOND = "/ville-test/connexion/", "/ville-test/connexion/verification/"
PASSWORD = "quatre mots bien choisis 42"
FACTORS = "/ville-test/compte/double-verification/"


def text(response):
    return response.content.decode()


@pytest.fixture
def odile(town):
    return ready(town.account("odile", role="agent"))


def ready(account):
    account.set_password(PASSWORD)
    account.activated_at = account.email_verified_at = NOW
    account.save()
    return account


def give_factor(account):
    secret = factors.new_totp_secret()
    SecondFactor.objects.create(
        account=account, kind="totp", name="Téléphone", material={"secret": secret}, created_at=NOW
    )
    return secret


def log_in(client, account, **more):
    return client.post(LOGIN, {"username": account.username, "password": PASSWORD, **more})


def test_a_good_password_alone_opens_nothing_when_the_account_has_a_factor(client, odile):
    secret = give_factor(odile)
    asked = log_in(client, odile, next="/ville-test/agents/liste/")
    assert "Double vérification" in text(asked)
    assert client.get("/ville-test/agents/").status_code == 302
    assert "_auth_user_id" not in client.session
    wrong = client.post(SECOND, {"code": "000000", "next": "/ville-test/agents/liste/"})
    assert (wrong.status_code, "_auth_user_id" in client.session) == (422, False)
    assert "Ce code ne convient pas" in text(wrong)
    done = client.post(SECOND, {"code": pyotp.TOTP(secret).now(), "next": "/ville-test/agents/liste/"})
    assert done.url == "/ville-test/agents/liste/"
    assert client.get("/ville-test/agents/").status_code == 200
    assert JournalEntry.objects.filter(act="account.logged_in").count() == 1


def test_the_second_step_alone_is_worth_nothing_and_ages(client, odile, monkeypatch):
    secret = give_factor(odile)
    assert client.post(SECOND, {"code": pyotp.TOTP(secret).now()}).url == LOGIN
    log_in(client, odile)
    later = time.time() + 11 * 60
    monkeypatch.setattr("preau.base.sessions.time.time", lambda: later)
    assert client.post(SECOND, {"code": pyotp.TOTP(secret).at(later)}).url == LOGIN


def test_codes_are_not_guessed_without_end(client, odile):
    give_factor(odile)
    log_in(client, odile)
    codes = [client.post(SECOND, {"code": f"{guess:06d}"}).status_code for guess in range(9)]
    assert codes == [422] * 8 + [429]


@pytest.mark.parametrize("answer", ["", "x", "{}", "[]", '{"id": 1}', "\x00"])
def test_an_invented_passkey_is_refused_in_words(client, odile, answer):
    give_factor(odile)
    log_in(client, odile)
    assert client.post(SECOND, {"credential": answer, "code": ""}, HTTP_HOST="localhost").status_code == 422


@pytest.mark.parametrize("code", ["é", "１２３４５６", "\x00", "a" * 41, "0" * 40])
def test_a_strange_code_is_refused_in_words(client, odile, code):
    give_factor(odile)
    log_in(client, odile)
    assert client.post(SECOND, {"code": code}).status_code == 422


def test_the_first_factor_logs_out_who_is_in_elsewhere(client, odile):
    """Whoever was in with the password alone would have set a factor of his own."""
    elsewhere = Client()
    log_in(elsewhere, odile)
    log_in(client, odile)
    page = text(client.get(f"{FACTORS}application/"))
    secret = re.search(r'<code class="copy">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")
    client.post(f"{FACTORS}application/", {"code": pyotp.TOTP(secret).now()})
    assert elsewhere.get("/ville-test/agents/").status_code == 302
    assert client.get("/ville-test/agents/").status_code == 200


def test_an_agent_of_a_town_that_asks_sees_nothing_before_one_is_set(client, town, odile):
    Organisation.objects.filter(pk=town.id).update(asks_agents_second_factor=True)
    assert log_in(client, odile).url == "/ville-test/agents/"
    for route, view in routes():
        if view.policy.audience != policy.STAFF or "<int" in route:
            continue
        path = re.sub(r"<\w+:slug>", "ville-test", route).replace("<slug:sheet>", "1-1")
        answer = client.get("/" + path)
        assert (answer.status_code, answer.headers.get("Location")) == (302, FACTORS), route
    assert "mettez-la en place pour continuer" in text(client.get(FACTORS))
    page = text(client.get(f"{FACTORS}application/"))
    secret = re.search(r'<code class="copy">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")
    assert "<svg" in page
    assert client.post(f"{FACTORS}application/", {"code": "1"}).status_code == 422
    codes = client.post(f"{FACTORS}application/", {"code": pyotp.TOTP(secret).now()})
    assert len(re.findall(r"<li><code>[a-z2-9-]{19}</code>", text(codes))) == 10
    assert client.get("/ville-test/agents/").status_code == 200
    assert client.post(f"{FACTORS}{SecondFactor.objects.get().pk}/retrait/", follow=True).status_code == 200
    assert SecondFactor.objects.count() == 1


def test_a_family_of_that_town_is_asked_for_nothing(client, town, awa):
    Organisation.objects.filter(pk=town.id).update(asks_agents_second_factor=True)
    log_in(client, ready(awa.account))
    assert client.get("/ville-test/famille/").status_code == 200


def test_a_superuser_sets_one_before_the_administration_of_the_installation(client, town, settings):
    boss = ready(town.account("racine", role="admin", is_superuser=True, is_staff=True))
    log_in(client, boss)
    assert client.get("/admin/").url == FACTORS
    secret = give_factor(boss)
    client.logout()
    log_in(client, boss)
    client.post(SECOND, {"code": pyotp.TOTP(secret).now()})
    assert client.get("/admin/").status_code == 200


# What is intimate, and what could give an account away: the list is read again whenever a page is added.
INTIMATE = {
    "contrats/versions/<int:version_id>/papier/<int:signature_id>/",
    "contrats/versions/<int:version_id>/<slug:what>/",
    "documents/<int:document_id>/fichier/",
    "editions/attestation/<int:child_id>/pdf/",
    "editions/fiche/<int:child_id>/",
    "editions/fiche/<int:child_id>/pdf/",
    "dossier/<int:child_id>/<slug:part>/",
    "dossier/<int:child_id>/reprise/",
    "enfants/<int:child_id>/sante/",
    "enfants/<int:child_id>/personnes/",
    "enfants/<int:child_id>/personnes/ajout/",
    "enfants/<int:child_id>/personnes/<int:contact_id>/",
    "enfants/<int:child_id>/personnes/<int:contact_id>/photo/",
    "demarches/pai/<int:child_id>/",
}
SENSITIVE = {
    "compte/double-verification/application/",
    "compte/double-verification/cle/",
    "compte/double-verification/codes/",
    "compte/double-verification/<int:factor_id>/retrait/",
    "famille/entourage/<int:adult_id>/invitation/",
    "famille/planning/agenda/nouveau/",
    "agents/agents/<int:account_id>/verification/",
}


def test_the_pages_that_ask_for_the_password_again_are_these():
    found = {policy.PRESENT: set(), policy.RECENT: set()}
    for route, view in routes():
        if view.policy.proof:
            found[view.policy.proof].add(route.removeprefix("<slug:slug>/"))
    assert {each.removeprefix("famille/") for each in found[policy.PRESENT]} == INTIMATE
    assert found[policy.RECENT] == SENSITIVE


def test_a_remembered_session_left_alone_asks_for_the_password_before_what_is_intimate(client, town, awa, monkeypatch):
    log_in(client, ready(awa.account), remember="on")
    health = f"/ville-test/famille/enfants/{awa.children[0].pk}/sante/"
    assert client.get(health).status_code == 200
    later = time.time() + 29 * 24 * 3600
    monkeypatch.setattr("preau.base.sessions.time.time", lambda: later)
    assert client.get("/ville-test/famille/").status_code == 200
    asked = client.get(health)
    assert asked.status_code == 403
    assert "Votre mot de passe" in text(asked)
    proof = {"next": health, "password": "autre chose"}
    assert client.post("/ville-test/compte/mot-de-passe/", proof).status_code == 422
    assert client.get(health).status_code == 403
    assert client.post("/ville-test/compte/mot-de-passe/", {**proof, "password": PASSWORD}).url == health
    assert client.get(health).status_code == 200


def test_what_was_typed_before_the_proof_is_sent_after_it(client, town, awa, monkeypatch):
    log_in(client, ready(awa.account), remember="on")
    later = time.time() + 3 * 24 * 3600
    monkeypatch.setattr("preau.base.sessions.time.time", lambda: later)
    health = f"/ville-test/famille/enfants/{awa.children[0].pk}/sante/"
    asked = text(client.post(health, {"allergies": "arachide"}))
    assert "arachide" not in asked
    kept = re.search(r'name="kept" value="([^"]+)"', asked)[1]
    again = client.post("/ville-test/compte/mot-de-passe/", {"password": PASSWORD, "next": health, "kept": kept})
    assert 'value="arachide"' in text(again)


def test_inviting_the_co_representant_asks_for_a_recent_password(client, town, awa, monkeypatch):
    log_in(client, ready(awa.account))
    later = time.time() + sessions.RECENT + 1
    monkeypatch.setattr("preau.base.sessions.time.time", lambda: later)
    assert client.post(f"/ville-test/famille/entourage/{awa.adult.pk}/invitation/").status_code == 403


def test_one_sees_one_s_devices_and_logs_out_of_the_others(client, town, awa):
    account, phone = ready(awa.account), Client(headers={"user-agent": "Mozilla/5.0 (Android 14) Firefox/130.0"})
    log_in(phone, account)
    log_in(client, account)
    page = text(client.get("/ville-test/compte/"))
    assert "Firefox, Android" in page
    assert "cet appareil" in page
    other = OpenSession.objects.get(device="Firefox, Android")
    client.post(f"/ville-test/compte/appareils/{other.pk}/")
    assert phone.get("/ville-test/famille/").status_code == 302
    assert client.get("/ville-test/famille/").status_code == 200
    log_in(phone, account)
    client.post("/ville-test/compte/appareils/")
    assert phone.get("/ville-test/famille/").status_code == 302
    assert OpenSession.objects.filter(account=account).count() == 1
    assert client.post("/ville-test/compte/appareils/999999/").status_code == 404


def test_after_a_new_password_this_device_alone_is_in_the_list(client, town, awa):
    log_in(client, ready(awa.account))
    fresh = "encore quatre mots choisis 43"
    sent = {"username": awa.account.username, "current": PASSWORD, "password": fresh, "confirmation": fresh}
    assert client.post("/ville-test/compte/identifiants/", sent).url == "/ville-test/compte/"
    assert "cet appareil" in text(client.get("/ville-test/compte/"))


@pytest.mark.parametrize("page", ["", "identifiants/", "courriel/", "double-verification/"])
def test_agents_have_the_pages_that_families_have(client, odile, page):
    """An agent had none: the mail that promised « dans votre profil » lied."""
    log_in(client, odile)
    assert client.get(f"/ville-test/compte/{page}").status_code == 200


def test_two_tabs_of_the_login_page_lead_to_the_space(town, awa):
    ready(awa.account)
    client = Client(enforce_csrf_checks=True)
    tab = re.search(r'csrfmiddlewaretoken" value="(\w+)"', text(client.get(LOGIN)))[1]
    sent = {"username": awa.account.username, "password": PASSWORD, "csrfmiddlewaretoken": tab}
    assert client.post(LOGIN, sent, headers={"origin": "http://testserver"}).status_code == 302
    other = client.post(LOGIN, sent, headers={"origin": "http://testserver"}, follow=True)
    assert other.redirect_chain[-1][0] == "/ville-test/famille/"
    elsewhere = client.post(LOGIN, sent, headers={"origin": "http://ailleurs.example"})
    assert elsewhere.status_code == 403


def test_what_thomas_wrote_is_not_shown_to_clara_who_logs_in_after_him(client, town, awa, bruno, monkeypatch):
    for each in (awa, bruno):
        ready(each.account)
    log_in(client, awa.account)
    later = time.time() + 2 * 3600
    monkeypatch.setattr("preau.base.sessions.time.time", lambda: later)
    stopped = text(client.post("/ville-test/famille/profil/", {"phone": "02 61 91 00 11", "medium": "phone"}))
    kept = re.search(r'name="kept" value="([^"]+)"', stopped)[1]
    clara = client.post(LOGIN, {"username": bruno.account.username, "password": PASSWORD, "kept": kept})
    assert clara.url == "/ville-test/famille/"
    client.logout()
    assert "02 61 91 00 11" in text(log_in(client, awa.account, kept=kept))
