"""The account screens: one answer for known and unknown, throttling, forced steps, sessions."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from preau.base.models import OutboxMail
from preau.domain.accounts.models import Account, Membership, TermsAcceptance
from preau.domain.accounts.operations.identifiers import request_reset
from preau.domain.families.models import Adult
from preau.domain.families.operations.invitations import invite_adult
from preau.domain.organisations.models import Organisation, TermsVersion
from tests.factories.tasks import run_waiting
from tests.factories.town import NOW, PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/ville-test/connexion/"
GOOD = "trombone-lagon-33-tortue"


def enter(client, username="awa.dupre", password=PASSWORD, **data):
    return client.post(LOGIN, {"username": username, "password": password, **data})


def test_a_family_enters_its_space_and_an_agent_the_desk(client, town, awa):
    assert enter(client).url == "/ville-test/famille/"
    town.account("chloe", role="agent")
    assert enter(Client(), "chloe").url == "/ville-test/agents/"


@pytest.mark.parametrize(("username", "password"), [("awa.dupre", "faux"), ("inconnu", "faux"), ("inconnu", PASSWORD)])
def test_the_answer_is_the_same_for_known_and_unknown(client, awa, username, password):
    response = enter(client, username, password)
    assert response.status_code == 422
    assert "ne correspond pas" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_account_of_another_town_gets_the_same_answer(client, awa, other_town):
    response = client.post("/autre-ville/connexion/", {"username": "awa.dupre", "password": PASSWORD})
    assert response.status_code == 422
    assert "ne correspond pas" in response.content.decode()


def test_guesses_are_throttled_for_known_and_unknown_alike_and_mail_stays_open(client, awa):
    for username in ("awa.dupre", "inconnu"):
        statuses = [enter(client, username, f"faux{n}").status_code for n in range(9)]
        assert statuses == [422] * 8 + [429]
    assert enter(client).status_code == 429  # even with the right password, for a while
    client.post("/ville-test/mot-de-passe-oublie/", {"email": "awa.dupre"})
    run_waiting("send_link")
    assert OutboxMail.objects.filter(template="password_reset").count() == 1


def test_a_success_forgets_the_failures(client, awa):
    for _ in range(3):
        for n in range(5):
            enter(client, "awa.dupre", f"faux{n}")
        assert enter(Client()).status_code == 302


def test_the_next_page_is_followed_only_inside_this_town(awa):
    for wanted, expected in [
        ("/ville-test/famille/demandes/", "/ville-test/famille/demandes/"),
        ("https://ailleurs.example/", "/ville-test/famille/"),
        ("//ailleurs.example/", "/ville-test/famille/"),
        ("/autre-ville/famille/", "/ville-test/famille/"),
    ]:
        assert enter(Client(), next=wanted).url == expected


def test_the_key_of_the_session_changes_at_login_and_dies_at_logout(client, awa):
    client.get("/ville-test/")
    before = client.session.session_key
    enter(client)
    assert client.session.session_key != before
    response = client.post("/ville-test/deconnexion/")
    assert response["Clear-Site-Data"] == '"cache"'  # the taps of a tablet without network stay
    assert client.get("/ville-test/famille/").status_code == 302
    assert client.get("/ville-test/deconnexion/").status_code == 405


def test_forgotten_password_answers_the_same_for_known_and_unknown(client, awa):
    answers = [
        client.post("/ville-test/mot-de-passe-oublie/", {"email": email}, follow=True).content
        for email in (awa.account.email, "inconnu@nulle.example")
    ]
    assert answers[0] == answers[1]
    # Nothing is looked for before the answer: it takes the same time (F159). What was typed waits sealed.
    assert not OutboxMail.objects.exists()
    assert awa.account.email not in str(DBTaskResult.objects.values_list("args_kwargs"))
    assert run_waiting("send_link") == 2
    assert OutboxMail.objects.count() == 1


def test_reset_mails_are_limited(client, awa):
    for _ in range(12):
        client.post("/ville-test/mot-de-passe-oublie/", {"email": awa.account.email})
    run_waiting("send_link")
    assert OutboxMail.objects.count() == 8


def test_opening_a_link_twice_uses_nothing_up(client, town, awa):
    Organisation.objects.filter(pk=town.id).update(mails_provisional_password=True)
    adult = Adult.objects.create(
        organisation_id=town.id,
        family=awa.family,
        position="co_holder",
        first_name="Karim",
        last_name="Dupré",
        email="karim@courriel.example",
    )
    invite_adult(actor=town.agent("agent"), adult_id=adult.pk, now=NOW)
    mail = OutboxMail.objects.get(template="activation")
    path = mail.context["link"].split("8000", 1)[-1]
    for _ in range(2):
        assert client.get(path).status_code == 200
    for sign in (")", ".", "),"):  # F104: what followed the link in the mail came with it
        assert client.get(path + sign).url == path
    assert client.post(path).url == "/ville-test/espace-active/"
    assert "karim.dupre" in client.get("/ville-test/espace-active/").content.decode()
    assert client.get(path).status_code == 404
    entered = enter(client, "karim.dupre", mail.context["password"])
    assert client.get(entered.url).url == "/ville-test/identifiants/"
    weak = client.post("/ville-test/identifiants/", {"username": "karim", "password": "court", "confirmation": "court"})
    assert weak.status_code == 422
    assert "trop court" in weak.content.decode()
    assert 'value="karim"' in weak.content.decode()
    done = client.post("/ville-test/identifiants/", {"username": "karim", "password": GOOD, "confirmation": GOOD})
    assert done.url == "/ville-test/mot-de-passe-modifie/"
    assert client.get("/ville-test/famille/").status_code == 302


def test_a_provisional_password_that_expired_lets_nobody_in(client, awa):
    Account.objects.filter(pk=awa.account.pk).update(must_change_password=True, password_expires_at=NOW)
    assert enter(client).status_code == 422


def test_the_terms_are_asked_again_for_each_new_version(client, town, awa):
    enter(client)
    assert client.get("/ville-test/famille/").status_code == 200
    TermsVersion.objects.create(organisation_id=town.id, version=2, body="## Neuf", published_at=NOW)
    assert client.get("/ville-test/famille/").url == "/ville-test/conditions/"
    client.post("/ville-test/conditions/", {"version": "1"})
    assert client.get("/ville-test/famille/").status_code == 302
    client.post("/ville-test/conditions/", {"version": "2"})
    assert client.get("/ville-test/famille/").status_code == 200
    assert TermsAcceptance.objects.filter(account=awa.account, version=2).count() == 1


def test_a_role_taken_away_counts_from_the_next_page(client, town):
    account = town.account("chloe", role="agent")
    enter(client, "chloe")
    assert client.get("/ville-test/agents/").status_code == 200
    Membership.objects.filter(account=account).update(ended_at=NOW)
    assert client.get("/ville-test/agents/").status_code == 404


def test_a_closed_account_is_out_at_once(client, awa):
    enter(client)
    Account.objects.filter(pk=awa.account.pk).update(is_active=False)
    assert client.get("/ville-test/famille/").status_code == 302


def test_changing_the_password_ends_the_other_sessions(client, awa):
    other = Client()
    enter(client)
    enter(other)
    response = client.post(
        "/ville-test/compte/identifiants/",
        {"current": PASSWORD, "username": "awa.dupre", "password": GOOD, "confirmation": GOOD},
    )
    assert response.status_code == 302
    assert client.get("/ville-test/famille/").status_code == 200
    assert other.get("/ville-test/famille/").status_code == 302


@pytest.mark.parametrize(
    ("role", "idle", "status"), [("family", 59, 200), ("family", 61, 302), ("agent", 29, 200), ("agent", 31, 302)]
)
def test_a_session_left_idle_ends_sooner_for_agents(client, town, monkeypatch, role, idle, status):
    if role == "family":
        town.household("Seule", login="quelquun")
    else:
        town.account("quelquun", role=role)
    entered = enter(client, "quelquun")
    later = time.time() + idle * 60
    monkeypatch.setattr("preau.base.sessions.time.time", lambda: later)
    assert client.get(entered.url).status_code == status


def test_se_souvenir_de_moi_is_thirty_days_for_families_and_never_for_agents(client, town, awa):
    enter(client, remember="on")
    assert client.session.get_expiry_age() > 29 * 24 * 3600
    town.account("chloe", role="agent")
    desk = Client()
    enter(desk, "chloe", remember="on")
    assert desk.session.get_expire_at_browser_close()


def test_last_login_is_the_one_before_this(client, awa):
    Account.objects.filter(pk=awa.account.pk).update(last_login=NOW - timedelta(days=3))
    enter(client)
    page = client.get("/ville-test/famille/").content.decode()
    assert "Dernière connexion le vendredi 13 novembre" in page


def test_an_unknown_town_gets_a_french_404(client, db):
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.content.decode()


def test_after_a_new_password_the_identifiant_is_there_already(client, town, awa):
    """It had to be typed a third time."""
    request_reset(organisation_id=town.id, email_or_username=awa.account.username, now=NOW)
    link = OutboxMail.objects.get(template="password_reset").context["accounts"][0]["link"]
    fresh = "encore quatre mots choisis 43"
    path = link.removeprefix("http://127.0.0.1:8000")
    assert client.post(path, {"password": fresh, "confirmation": fresh}).status_code == 302
    assert f'value="{awa.account.username}"' in client.get("/ville-test/connexion/").content.decode()


def test_a_number_that_no_row_can_have_is_not_found(town, login):
    """On SQLite, « Python int too large » was a page of error."""
    client = login(town.account("odile", role="agent"))
    for path in ("enfants", "familles", "demarches"):
        assert client.get(f"/ville-test/agents/{path}/{'9' * 24}/").status_code == 404
