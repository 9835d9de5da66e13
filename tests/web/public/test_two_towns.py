"""One person, families in two collectivités, one login; and the first connection by « mot de passe oublié »."""

import re

import pytest
from django.test import Client

from preau.base.models import JournalEntry, OutboxMail
from preau.domain.accounts.models import Account, Membership
from preau.domain.families.models import Adult, Family
from preau.domain.families.operations.invitations import invite_adult
from preau.domain.families.operations.keys import create_access_key
from preau.domain.organisations.models import Organisation
from tests.factories.tasks import run_waiting
from tests.factories.town import NOW, PASSWORD

pytestmark = pytest.mark.django_db

WHO = {
    "civility": "Mme",
    "last_name": "Dupré",
    "first_name": "Awa",
    "medium": "email",
    "street": "rue Neuve",
    "postcode": "99000",
    "city": "Ville",
    "country": "France",
}
THERE = "/autre-ville/creer-mon-espace/"


def page(response):
    return response.content.decode().replace("\xa0", " ")


def mailed(**filters):
    mail = OutboxMail.objects.filter(**filters).latest("pk")
    return mail, re.search(r"//[^/]+(/\S+)", mail.context["link"])[1]


def sign_up(client, awa, *, key=""):
    client.post(THERE, {**WHO, "email": awa.account.email})
    return client.post(f"{THERE}services/", {"key": key, "act": "key" if key else "none"})


@pytest.fixture
def co_holder(town, awa):
    return Adult.objects.create(
        organisation_id=town.id,
        family=awa.family,
        position="co_holder",
        civility="M.",
        first_name="Karim",
        last_name="Dupré",
        email="karim@courriel.example",
    )


def test_signing_up_in_a_second_town_keeps_the_login_one_has(client, other_town, awa):
    assert sign_up(client, awa).url == f"{THERE}envoye/"
    mail, link = mailed()
    assert mail.template == "sign_up"  # the page and the mail are those of everybody
    seen = page(client.get(link))
    assert f"Continuer avec {awa.account.username}" in seen
    before = Account.objects.count()
    assert client.post(link, {"account": awa.account.pk}).url == "/autre-ville/connexion/"
    assert Account.objects.count() == before
    entered = client.post("/autre-ville/connexion/", {"username": awa.account.username, "password": PASSWORD})
    assert entered.url == "/autre-ville/famille/"
    assert client.get(link).status_code == 404
    profile = page(client.get("/ville-test/famille/profil/"))
    assert 'href="/autre-ville/"' in profile
    assert 'href="/ville-test/" aria-current="true"' in profile


def test_whoever_is_in_already_goes_on_without_logging_in_again(login, other_town, awa):
    client = login(awa.account)
    sign_up(client, awa)
    assert client.post(mailed()[1], {"account": awa.account.pk}).url == "/autre-ville/famille/"
    assert dict(client.session["towns"]) == {"autre-ville": "autre-ville", "ville-test": "ville-test"}


def test_who_shares_the_mailbox_may_choose_another_identifiant(client, other_town, awa):
    sign_up(client, awa)
    own = {"username": "karim.d", "password": "moulin-bleu-cerise-42", "confirmation": "moulin-bleu-cerise-42"}
    client.post(mailed()[1], own)
    assert Account.objects.get(username="karim.d").email == awa.account.email
    assert not Membership.objects.filter(organisation_id=other_town.id, account=awa.account).exists()


def test_an_account_of_another_mailbox_cannot_be_named(client, other_town, awa, bruno):
    sign_up(client, awa)
    link = mailed()[1]
    for wrong in (bruno.account.pk, 999999, "x", "²"):
        assert client.post(link, {"account": wrong}).status_code == 422
    assert not Membership.objects.filter(organisation_id=other_town.id).exists()


def test_a_key_of_the_second_town_gives_its_dossier_to_the_same_login(client, other_town, awa):
    family = Family.objects.create(organisation_id=other_town.id, number=1, name="Connue", created_at=NOW)
    known = Adult.objects.create(organisation_id=other_town.id, family=family, position="holder", last_name="Dupré")
    key = create_access_key(actor=other_town.agent("agent"), adult_id=known.pk, now=NOW)
    sign_up(client, awa, key=key)
    client.post(mailed()[1], {"account": awa.account.pk})
    known.refresh_from_db()
    assert known.account == awa.account
    assert Family.objects.filter(organisation_id=other_town.id).count() == 1


def test_an_agent_of_the_town_signs_up_as_a_parent_with_another_login(client, other_town, awa):
    other_town.join(awa.account, "agent")
    sign_up(client, awa)
    mail, _link = mailed()
    assert mail.template == "sign_up_known"


def test_inviting_in_a_second_town_asks_the_owner_of_the_mailbox_and_makes_no_second_account(client, other_town, awa):
    house = other_town.household("Dupré", login="autre.titulaire")
    adult = Adult.objects.create(
        organisation_id=other_town.id,
        family=house.family,
        position="co_holder",
        first_name="Awa",
        last_name="Dupré",
        email=awa.account.email.upper(),
    )
    before = Account.objects.count()
    for _twice in range(2):
        assert invite_adult(actor=other_town.agent("agent"), adult_id=adult.pk, now=NOW) is None
    mail, link = mailed(template="sign_up_tie")
    assert mail.to == [awa.account.email.upper()]
    client.post(link, {"account": awa.account.pk})
    adult.refresh_from_db()
    assert (adult.account, Account.objects.count()) == (awa.account, before)
    first = mailed(template="sign_up_tie", pk__lt=mail.pk)[1]
    assert client.get(first).status_code == 404


def test_the_titulaire_invites_the_co_representant_and_never_learns_whether_it_has_an_account(
    login, town, awa, co_holder, bruno
):
    client, url = login(awa.account), f"/ville-test/famille/entourage/{co_holder.pk}/invitation/"
    unknown = page(client.post(url, follow=True))
    assert OutboxMail.objects.latest("pk").to == ["karim@courriel.example"]
    assert "karim@" not in unknown
    account = Adult.objects.get(pk=co_holder.pk).account
    Adult.objects.filter(pk=co_holder.pk).update(account=None, email=bruno.account.email)
    account.delete()
    known = page(client.post(url, follow=True))
    assert OutboxMail.objects.latest("pk").template == "sign_up_tie"
    token = r'csrfmiddlewaretoken" value="\w+"'
    assert re.sub(token, "", unknown) == re.sub(token, "", known)


def test_only_the_titulaire_invites_and_only_the_co_representant_of_its_dossier(login, town, awa, bruno, co_holder):
    url = f"/ville-test/famille/entourage/{co_holder.pk}/invitation/"
    assert login(bruno.account).post(url).status_code == 404
    account = town.account("karim.dupre", role="family")
    Adult.objects.filter(pk=co_holder.pk).update(account=account)
    assert login(account).post(f"/ville-test/famille/entourage/{awa.adult.pk}/invitation/").status_code == 404
    assert login(awa.account).post(f"/ville-test/famille/entourage/{awa.adult.pk}/invitation/").status_code == 404
    assert "se connecte déjà" in page(login(awa.account).post(url, follow=True))
    Adult.objects.filter(pk=co_holder.pk).update(account=None, email="")
    assert "n’a pas le courriel" in page(login(awa.account).post(url, follow=True))
    assert not OutboxMail.objects.exists()
    codes = [login(awa.account).post(url).status_code for _ in range(7)]
    assert codes[-1] == 429


def test_a_first_connection_by_reset_where_the_collectivite_says_so(client, town, awa, co_holder):
    url = "/ville-test/mot-de-passe-oublie/"
    assert "Première connexion" not in page(client.get(url))
    assert client.post(url, {"email": co_holder.email}).url == "/ville-test/lien-envoye/"
    run_waiting("send_link")
    assert not OutboxMail.objects.exists()
    Organisation.objects.filter(pk=town.id).update(activates_by_reset=True)
    assert "Première connexion" in page(client.get(url))
    answers = [
        client.post(url, {"email": email}).url for email in (co_holder.email, "inconnu@courriel.example", "karim")
    ]
    assert set(answers) == {"/ville-test/lien-envoye/"}
    run_waiting("send_link")
    mail, link = mailed()
    assert (OutboxMail.objects.count(), mail.template, mail.to) == (1, "activation", [co_holder.email])
    own = {"username": "karim", "password": "moulin-bleu-cerise-42", "confirmation": "moulin-bleu-cerise-42"}
    assert Client().post(link, own).url == "/ville-test/espace-active/"
    client.post(url, {"email": co_holder.email})
    run_waiting("send_link")
    assert OutboxMail.objects.latest("pk").template == "password_reset"


def test_a_new_email_is_that_of_the_person_in_every_town(client, town, other_town, awa, login):
    """One login, two dossiers: an agent of the other town must not read an address that is no more."""
    stranger = other_town.household("Dupré", login="autre")
    Adult.objects.filter(pk=stranger.adult.pk).update(account=awa.account)
    other_town.join(awa.account, "family")
    ask = {"email": "neuf@courriel.example", "current": PASSWORD}
    login(awa.account).post("/ville-test/compte/courriel/", ask)
    _mail, link = mailed(template="email_change")
    client.post(link)
    emails = set(Adult.objects.filter(account=awa.account).values_list("email", flat=True))
    assert emails == {"neuf@courriel.example"}
    for each in (town, other_town):
        assert JournalEntry.objects.filter(organisation_id=each.id, act="email.changed").count() == 1
