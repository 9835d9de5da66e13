"""A family creates its space alone, with or without a « clé enfance »."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from preau.base.facts import NotAllowed
from preau.base.models import OutboxMail
from preau.domain.accounts.models import Account
from preau.domain.families.models import AccessKey, Adult, Family, SignUp
from preau.domain.families.operations.invitations import invite_adult
from preau.domain.families.operations.keys import create_access_key, find_access_key, use_access_key
from preau.domain.families.rules import KeyInvalid, read_key
from preau.domain.organisations.models import Organisation
from tests.factories.town import NOW, PASSWORD

pytestmark = pytest.mark.django_db

URL = "/ville-test/creer-mon-espace/"
WHO = {
    "civility": "Mme",
    "last_name": "Nouvelle",
    "first_name": "Iris",
    "email": "iris@courriel.example",
    "mobile": "06 39 98 00 01",
    "medium": "sms",
    "street": "rue Neuve",
    "postcode": "99000",
    "city": "Ville",
    "country": "France",
}
OWN = {"username": "iris.nouvelle", "password": "moulin-bleu-cerise-42", "confirmation": "moulin-bleu-cerise-42"}


@pytest.fixture
def known(town):
    """A family that the service knows, without a space."""
    family = Family.objects.create(organisation_id=town.id, number=7, name="Connue", created_at=NOW)
    return Adult.objects.create(
        organisation_id=town.id, family=family, position="holder", first_name="Ève", last_name="Connue"
    )


def page(response):
    return response.content.decode()


def mailed_link():
    return re.search(r"/ville-test/creer-mon-espace/\S+", OutboxMail.objects.latest("pk").context["link"])[0]


def create(client, *, key="", who=WHO):
    client.post(URL, who)
    return client.post(f"{URL}services/", {"key": key, "act": "key" if key else "none"})


def test_an_unknown_family_creates_its_space_and_enters(client, town):
    assert "Création d’un espace personnel" in page(client.get(URL))
    assert create(client).url == f"{URL}envoye/"
    link = mailed_link()
    assert client.get(link).status_code == 200
    assert not Account.objects.filter(email=WHO["email"]).exists()
    assert client.post(link, OWN).url == "/ville-test/connexion/"
    account = Account.objects.get(username="iris.nouvelle")
    adult = account.adults.get()
    assert (adult.position, adult.family.city, adult.preferred_medium) == ("holder", "Ville", "sms")
    assert SignUp.objects.get().data == {}
    login = {"username": "iris.nouvelle", "password": OWN["password"]}
    assert client.post("/ville-test/connexion/", login).status_code == 302
    assert "Conditions" in page(client.get("/ville-test/famille/", follow=True))


def test_a_link_serves_once_and_not_for_ever(client, town, monkeypatch):
    create(client)
    link = mailed_link()
    client.post(link, OWN)
    assert Client().post(link, OWN).status_code == 404
    assert Account.objects.filter(username="iris.nouvelle").count() == 1
    create(client, who={**WHO, "email": "autre@courriel.example"})
    late = mailed_link()
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(hours=73))
    assert client.get(late).status_code == 404
    assert client.get("/autre/creer-mon-espace/verification/x/").status_code == 404


def test_the_page_says_the_same_to_a_known_address_and_the_mail_tells_its_owner(client, town, awa):
    answer = create(client, who={**WHO, "email": awa.account.email.upper()})
    assert answer.url == f"{URL}envoye/"
    assert OutboxMail.objects.latest("pk").template == "sign_up_known"
    assert "creer-mon-espace" not in OutboxMail.objects.latest("pk").context["link"]


def test_a_known_family_finds_its_dossier_with_its_key(client, town, known):
    key = create_access_key(actor=town.agent("agent"), adult_id=known.pk, now=NOW)
    assert create(client, key=key.lower().replace("-", " ")).status_code == 302
    client.post(mailed_link(), OWN)
    known.refresh_from_db()
    assert known.account.username == "iris.nouvelle"
    assert Family.objects.filter(organisation_id=town.id).count() == 1
    assert AccessKey.objects.get().used_at


def test_wrong_used_expired_cancelled_and_foreign_keys_have_one_answer(client, town, other_town, known, monkeypatch):
    agent = town.agent("agent")
    used = create_access_key(actor=agent, adult_id=known.pk, now=NOW)
    AccessKey.objects.update(used_at=NOW)
    cancelled = create_access_key(actor=agent, adult_id=known.pk, now=NOW)
    expired = create_access_key(actor=agent, adult_id=known.pk, now=NOW - timedelta(days=31))
    family = Family.objects.create(organisation_id=other_town.id, number=1, name="Loin", created_at=NOW)
    far = Adult.objects.create(organisation_id=other_town.id, family=family, position="holder", last_name="Loin")
    foreign = create_access_key(actor=other_town.agent("agent"), adult_id=far.pk, now=NOW)
    answers = set()
    for key in ("0000-AAA-000", "n’importe quoi", used, cancelled, expired, foreign):
        client.post(URL, WHO)
        answer = client.post(f"{URL}services/", {"key": key, "act": "key"})
        assert answer.status_code == 422
        answers.add(re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page(answer)).replace(key, ""))
    assert len({re.sub(r'name="key" value="[^"]*"', "", each) for each in answers}) == 1


def test_guessing_keys_is_stopped(client, town):
    client.post(URL, WHO)
    codes = [client.post(f"{URL}services/", {"key": f"0000-AAA-{n:03}", "act": "key"}).status_code for n in range(9)]
    assert codes == [422] * 8 + [429]
    again = Client()  # another browser, another creation: the same e-mail stays blocked
    again.post(URL, WHO)
    assert again.post(f"{URL}services/", {"key": "0000-AAA-001", "act": "key"}).status_code == 429


def test_guessing_keys_from_one_address_is_stopped_whatever_the_names(client, town):
    codes = []
    for n in range(61):
        browser = Client()
        browser.post(URL, {**WHO, "email": f"iris{n}@courriel.example"})
        codes.append(browser.post(f"{URL}services/", {"key": f"0000-AAA-{n:03}", "act": "key"}).status_code)
    assert codes == [422] * 60 + [429]


def test_one_mailbox_is_not_flooded_with_verifications(client, town):
    codes = [create(Client()).status_code for _ in range(9)]
    assert codes == [302] * 8 + [429]
    assert OutboxMail.objects.count() == 8


def test_guessing_keys_in_the_profile_is_stopped(login, town, known, awa):
    client = login(awa.account)
    codes = [client.post("/ville-test/famille/profil/cle/", {"key": f"{n:04}-AAA-000"}).status_code for n in range(9)]
    assert codes == [302] * 8 + [429]
    key = create_access_key(actor=town.agent("agent"), adult_id=known.pk, now=NOW)
    assert client.post("/ville-test/famille/profil/cle/", {"key": key}).status_code == 429
    known.refresh_from_db()
    assert known.account is None


def test_a_key_that_was_typed_is_never_thrown_away_without_a_word(client, town):
    """F074: « Continuer sans clé » dropped it."""
    client.post(URL, WHO)
    kept = client.post(f"{URL}services/", {"key": "0000-AAA-001", "act": "none"})
    assert kept.status_code == 422
    seen = kept.content.decode()
    assert "Vous avez écrit une clé" in seen
    assert "0000-AAA-001" in seen
    assert not OutboxMail.objects.exists()
    assert client.post(f"{URL}services/", {"key": "", "act": "none"}).status_code == 302


def test_every_key_that_opens_nothing_costs_the_same_queries(client, town, known, django_assert_num_queries):
    create_access_key(actor=town.agent("agent"), adult_id=known.pk, now=NOW)
    for text in ("0000-AAA-000", "n’importe quoi", "", "\x00"):
        with django_assert_num_queries(1), pytest.raises(KeyInvalid):
            find_access_key(organisation_id=town.id, text=text, now=NOW)


def test_a_creation_belongs_to_the_browser_and_town_that_began_it(client, town, other_town):
    client.post(URL, WHO)
    assert Client().get(f"{URL}services/").url == URL
    assert client.get("/autre-ville/creer-mon-espace/services/").url == "/autre-ville/creer-mon-espace/"
    assert "iris@" not in page(client.get("/autre-ville/creer-mon-espace/"))


def test_the_session_changes_its_key_at_the_login_that_follows_a_creation(client, town):
    create(client)
    before = client.session.session_key
    client.post(mailed_link(), OWN)
    client.post("/ville-test/connexion/", {"username": OWN["username"], "password": OWN["password"]})
    assert client.session.session_key != before
    assert "sign_up" not in client.session


def test_a_key_replaces_an_invitation_that_nobody_answered(client, town, known):
    Adult.objects.filter(pk=known.pk).update(email="faux@courriel.example")
    stale = invite_adult(actor=town.agent("agent"), adult_id=known.pk, now=NOW)
    key = create_access_key(actor=town.agent("agent"), adult_id=known.pk, now=NOW)
    create(client, key=key)
    client.post(mailed_link(), OWN)
    known.refresh_from_db()
    stale.refresh_from_db()
    assert (known.account.username, stale.is_active) == ("iris.nouvelle", False)


@pytest.mark.parametrize(
    ("policy", "proposed", "said"),
    [
        ("free", "iris.nouvelle2", "l’identifiant que vous voulez"),
        ("local_part", "iris2", "avant le @"),
        ("email", "iris@courriel.example2", "votre courriel comme identifiant"),
    ],
)
def test_the_identifiant_follows_the_policy_and_a_clash_gets_a_number(client, town, policy, proposed, said):
    Organisation.objects.filter(pk=town.id).update(identifier_policy=policy)
    for taken in ("iris.nouvelle", "iris", "iris@courriel.example"):
        Account.objects.create(username=taken, first_name="I", last_name="N", created_at=NOW)
    create(client)
    seen = page(client.get(mailed_link()))
    assert f'value="{proposed}"' in seen
    assert said in seen


def test_an_agent_shows_a_key_once_and_a_new_one_kills_the_old(login, town, known):
    client = login(town.account("agent.un", role="agent"))
    url = f"/ville-test/agents/familles/{known.family_id}/cle/{known.pk}/"
    assert not AccessKey.objects.exists()
    assert "Faire une clé" in page(client.get(url))
    first = re.search(r"\d{4}-[A-Z]{3}-\d{3}", page(client.post(url)))[0]
    assert first not in page(client.get(url))
    second = re.search(r"\d{4}-[A-Z]{3}-\d{3}", page(client.post(url)))[0]
    with pytest.raises(KeyInvalid):
        find_access_key(organisation_id=town.id, text=first, now=NOW)
    assert find_access_key(organisation_id=town.id, text=second, now=NOW).adult_id == known.pk
    assert second not in str(list(AccessKey.objects.values_list("secret_hash", flat=True)))
    with pytest.raises(NotAllowed):
        create_access_key(actor=town.agent("site_staff"), adult_id=known.pk, now=NOW)


def test_a_key_may_be_added_later_from_the_profile(login, town, known, awa):
    client = login(awa.account)
    key = create_access_key(actor=town.agent("agent"), adult_id=known.pk, now=NOW)
    assert "n’ouvre aucun dossier" in page(client.post("/ville-test/famille/profil/cle/", {"key": "x"}, follow=True))
    assert "est rattaché" in page(client.post("/ville-test/famille/profil/cle/", {"key": key}, follow=True))
    with pytest.raises(KeyInvalid):
        use_access_key(organisation_id=town.id, account_id=awa.account.pk, text=key, now=NOW)


def test_what_was_typed_is_kept_when_something_is_wrong_or_on_the_way_back(client, town):
    wrong = client.post(URL, {**WHO, "email": "pas-un-courriel"})
    assert wrong.status_code == 422
    assert 'value="rue Neuve"' in page(wrong)
    client.post(URL, WHO)
    assert 'value="rue Neuve"' in page(client.get(URL))
    assert Client().get(f"{URL}services/").url == URL


def test_a_weak_password_is_told_and_a_taken_identifiant_gets_a_number(client, town, awa):
    create(client)
    link = mailed_link()
    assert client.post(link, {**OWN, "password": "court", "confirmation": "court"}).status_code == 422
    assert not Account.objects.filter(email=WHO["email"]).exists()
    said = page(client.post(link, {**OWN, "username": awa.account.username}, follow=True))
    assert f"avec l’identifiant {awa.account.username}2." in said
    assert Account.objects.get(email=WHO["email"]).username == f"{awa.account.username}2"


def test_where_the_service_creates_spaces_itself_the_page_says_whom_to_call(client, town):
    Organisation.objects.filter(pk=town.id).update(allows_sign_up=False)
    assert "le service crée votre espace" in page(client.get(URL))
    assert "creer-mon-espace" not in page(client.get("/ville-test/"))


def test_keys_are_read_whatever_the_case_and_hyphens():
    assert read_key("1234abc567") == "1234-ABC-567"
    for wrong in ("", "1234-AIO-123", "123-ABC-123", "1234-ABC-1234", PASSWORD):
        with pytest.raises(KeyInvalid):
            read_key(wrong)


def test_the_home_leads_a_new_family_to_its_space_when_it_may_create_one(client, town):
    assert 'href="/ville-test/creer-mon-espace/"' in page(client.get("/ville-test/"))
