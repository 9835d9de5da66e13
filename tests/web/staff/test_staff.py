"""The agents' screens through Django's client."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import JournalEntry, OutboxMail
from preau.domain.accounts.models import Account
from preau.domain.bookings.operations import load_bookings
from preau.domain.families.models import Adult, Child, ChildHealth, Contact
from preau.domain.organisations.models import Site
from preau.domain.procedures.models import Procedure
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db
BASE = "/ville-test/agents/"


@pytest.fixture
def desk(town, login):
    account = town.account("chloe", role="agent")
    return login(account)


@pytest.fixture
def booked(town, awa):
    """Awa's two children are expected this evening and tomorrow."""
    offer = town.offer()
    pairs = []
    for child in awa.children:
        enrolment = town.enrol(awa, offer, child=child)
        pairs += [(enrolment.pk, slot.pk) for slot in slots_of(offer, after=TODAY - timedelta(days=1))[:4]]
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return offer


def test_the_day_list_names_who_is_expected_with_counts(desk, booked):
    page = desk.get(f"{BASE}liste/").content.decode()
    assert "Dupré Enfant1" in page
    assert "4 présences prévues" in page
    assert "École des Tests : 2" in page


@pytest.mark.parametrize("page", ["liste/", "semaine/"])
def test_lists_lead_to_each_sheet_and_say_which_is_to_be_read_first(town, booked, login, page):
    """An animator may open the sheet that says « ne pas confier à… », and no screen led there."""
    child = Child.objects.filter(organisation_id=town.id).order_by("pk").first()
    ChildHealth.objects.create(
        organisation_id=town.id, child=child, sheet={"avoid": "arachide-secrète"}, updated_at=NOW
    )
    account = town.account("animatrice", role="family")
    account.memberships.all().delete()
    town.join(account, "site_staff", site_ids=[town.school.pk])
    seen = login(account).get(f"{BASE}{page}").content.decode()
    assert f"/agents/enfants/{child.pk}/" in seen
    assert "à lire avant le service" in seen
    assert "arachide" not in seen
    ChildHealth.objects.all().delete()
    assert "à lire avant le service" not in login(account).get(f"{BASE}{page}").content.decode()


def test_the_week_counts_each_day(desk, booked):
    page = desk.get(f"{BASE}semaine/").content.decode()
    assert "Dupré Enfant2" in page
    assert "<td>M S</td>" in page
    assert "Matin, Accueil périscolaire" in page


def test_site_staff_see_their_own_sites_only(town, booked, login):
    other = Site.objects.create(organisation_id=town.id, name="Ailleurs", kind="school")
    for site, expected in [(town.school, True), (other, False)]:
        account = town.account(f"anim{site.pk}", role="family")
        account.memberships.all().delete()
        town.join(account, "site_staff", site_ids=[site.pk])
        client = login(account)
        assert ("Dupré Enfant1" in client.get(f"{BASE}liste/").content.decode()) is expected
        assert client.get(f"{BASE}familles/").status_code == 404


def test_a_search_ignores_accents_finds_children_and_opens_what_is_alone(desk, awa):
    for text in ("dupre", "DUPRÉ", "enfant1", "awa dupre"):
        found = desk.get(f"{BASE}familles/", {"q": text})
        assert found.url == f"{BASE}familles/{awa.family.pk}/"
    assert "Aucune famille" in desk.get(f"{BASE}familles/", {"q": "zzz"}).content.decode()
    assert desk.get(f"{BASE}familles/", {"q": "a\x00", "page": "99999999999"}).status_code == 200


def test_a_search_finds_who_collects_a_birth_date_and_a_number(desk, town, awa, login):
    place = f"{BASE}familles/{awa.family.pk}/"
    Child.objects.filter(pk=awa.children[0].pk).update(birth_date=date(2019, 5, 12))
    who = {"organisation_id": town.id, "family": awa.family, "kind": "pick_up", "said_at": NOW}
    nan = Contact.objects.create(**who, first_name="Zoé", last_name="Nanterme", mobile="06 39 98 00 11")
    for text in ("nanterme", "06.39.98.00.11", "12/05/2019", "12052019"):
        assert desk.get(f"{BASE}familles/", {"q": text}).url == place
    offer = town.offer()
    book(desk, town.enrol(awa, offer, child=awa.children[0]), slots_of(offer)[0])
    number = Procedure.objects.get().number
    # The file and the démarche have this number: both are offered.
    page = desk.get(f"{BASE}familles/", {"q": str(number)}).content.decode()
    assert f"/demarches/{number}/" in page
    assert place in page
    Procedure.objects.update(number=77)
    assert desk.get(f"{BASE}familles/", {"q": "n° 77"}).url == f"{BASE}demarches/77/"
    nan.removed_at = NOW
    nan.save()
    assert "Aucune famille" in desk.get(f"{BASE}familles/", {"q": "nanterme"}).content.decode()
    boss = login(town.account("chef", role="admin"))  # who reads no démarche
    assert "Aucune famille" in boss.get(f"{BASE}familles/", {"q": "77"}).content.decode()


def test_the_home_says_first_what_is_due_then_who_is_expected(desk, town, awa, booked, login):
    page = desk.get(BASE).content.decode()
    assert "Aucune demande n’attend de réponse." in page
    assert "École des Tests" in page
    assert "moment=Soir" in page
    assert 'class="badge"' not in page
    assert 'name="q"' in page
    anim = town.account("anim", role="family")
    anim.memberships.all().delete()
    town.join(anim, "site_staff", site_ids=[town.school.pk])
    mine = login(anim).get(BASE).content.decode()
    assert "D’abord" not in mine
    assert 'name="q"' not in mine


def test_mails_that_could_not_leave_are_told_and_sent_again(town, awa, login, desk):
    mail = OutboxMail.objects.create(
        organisation_id=town.id,
        dedupe_key="k",
        template="activation",
        to=["a@b.example"],
        created_at=NOW,
        given_up_at=NOW,
        attempts=8,
        last_problem="Refusé",
        subject="Votre espace",
    )
    other = OutboxMail.objects.create(
        organisation_id=town.id + 1,
        dedupe_key="k2",
        template="activation",
        to=["x@y.example"],
        created_at=NOW,
        given_up_at=NOW,
        subject="Ailleurs",
    )
    boss = login(town.account("chef", role="manager"))
    assert "1 courriel n’a pas pu partir" in boss.get(BASE).content.decode()
    page = boss.get(f"{BASE}courriels/").content.decode()
    assert "a@b.example" in page
    assert "Ailleurs" not in page
    boss.post(f"{BASE}courriels/", {"courriel": other.pk})
    boss.post(f"{BASE}courriels/", {"courriel": mail.pk})
    assert [row.given_up_at for row in OutboxMail.objects.order_by("dedupe_key")] == [None, NOW]
    limited = town.account("ecole", role="manager")
    town.limit(limited, department_ids=[town.department.pk])
    client = login(limited)
    assert client.get(f"{BASE}courriels/").status_code == 404
    agent = login(town.account("guichet", role="agent"))
    assert agent.get(f"{BASE}courriels/").status_code == 404


def test_the_file_shows_a_family_on_one_page(desk, awa, booked):
    page = desk.get(f"{BASE}familles/{awa.family.pk}/").content.decode()
    for text in ("Awa Dupré", "Enfant1", "Accueil périscolaire", "espace actif", "1 rue du Test"):
        assert text in page


def test_inviting_sends_the_activation_mail(desk, town, awa):
    adult = Adult.objects.create(
        organisation_id=town.id,
        family=awa.family,
        position="co_holder",
        first_name="K",
        last_name="D",
        email="k@d.example",
    )
    desk.post(f"{BASE}familles/{awa.family.pk}/inviter/{adult.pk}/")
    assert OutboxMail.objects.get(template="activation").to == ["k@d.example"]
    page = desk.post(f"{BASE}familles/{awa.family.pk}/inviter/{awa.adult.pk}/", follow=True).content.decode()
    assert "déjà actif" in page


def test_a_protected_address_is_shown_on_demand_and_the_reading_is_written(desk, awa):
    Adult.objects.filter(pk=awa.adult.pk).update(has_protected_address=True)
    page = desk.get(f"{BASE}familles/{awa.family.pk}/").content.decode()
    assert "1 rue du Test" not in page
    assert "Adresse protégée" in page
    assert "1 rue du Test" in desk.post(f"{BASE}familles/{awa.family.pk}/adresse/").content.decode()
    entry = JournalEntry.objects.get(act="address.read")
    assert (entry.subject_id, entry.detail) == (awa.family.pk, {})


def book(desk, enrolment, slot, *, reason="", key="k1"):
    """Save, from the récapitulatif, one tick of a family’s grid."""
    sent = {"act": "save", "key": key, "debut": slot.on.isoformat(), "garde": [f"{enrolment.pk}-{slot.pk}:1"]}
    path = f"{BASE}familles/{enrolment.family_id}/reservations/"
    return desk.post(path, {**sent, "motif": reason}, follow=True).content.decode()


@pytest.mark.parametrize("query", ["?date=hier", "?date=9999-01-01", "?lieu=x"])
def test_a_wrong_day_of_a_list_is_refused(desk, town, query):
    assert desk.get(f"{BASE}liste/{query}").status_code in {200, 400}


def test_the_admin_invites_an_agent(town, login):
    client = login(town.account("chef", role="admin"))
    bad = client.post(f"{BASE}agents/nouveau/", {"first_name": "Zoé"})
    assert bad.status_code == 422
    assert 'value="Zoé"' in bad.content.decode()
    good = {
        "civility": "Mme",
        "first_name": "Zoé",
        "last_name": "Roy",
        "email": "zoe@mairie.example",
        "roles": ["agent"],
    }
    assert client.post(f"{BASE}agents/nouveau/", good).status_code == 302
    assert OutboxMail.objects.get(template="activation").to == ["zoe@mairie.example"]
    assert "Zoé Roy" in client.get(f"{BASE}agents/").content.decode()


def test_an_e_mail_known_here_is_told_and_an_invitation_is_sent_again(town, login):
    """It made a second account in silence, « …2 », and nothing sent the first mail again."""
    client = login(town.account("chef", role="admin"))
    zoe = town.account("zoe", role="agent")
    Account.objects.filter(pk=zoe.pk).update(activated_at=None)
    sent = {"civility": "Mme", "first_name": "Z", "last_name": "Roy", "email": zoe.email.upper(), "roles": ["agent"]}
    refused = client.post(f"{BASE}agents/nouveau/", sent)
    assert refused.status_code == 422
    assert "Awa Test (zoe) a ce courriel" in refused.content.decode()
    assert not OutboxMail.objects.exists()
    page = f"{BASE}agents/{zoe.pk}/"
    assert "Renvoyer l’invitation" in client.get(page).content.decode()
    for _twice in range(2):
        assert client.post(f"{page}invitation/").url == page
    assert OutboxMail.objects.filter(template="activation").count() == 2
    assert zoe.access_links.filter(used_at=None).count() == 1
    Account.objects.filter(pk=zoe.pk).update(activated_at=NOW)
    assert "se connecte déjà" in client.post(f"{page}invitation/", follow=True).content.decode()
    assert OutboxMail.objects.filter(template="activation").count() == 2


def count_queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["", "liste/", "semaine/", "familles/"])
def test_lists_take_the_same_number_of_queries_for_one_child_or_many(town, desk, path):
    offer, counts = town.offer(), []
    for size in (1, 6):
        household = town.household(f"F{size}", children=size, login=f"f{size}")
        pairs = []
        for child in household.children:
            enrolment = town.enrol(household, offer, child=child)
            pairs += [(enrolment.pk, slot.pk) for slot in slots_of(offer, after=TODAY - timedelta(days=1))[:6]]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
        counts.append(count_queries(desk, BASE + path))
    assert counts[0] == counts[1] <= 15, counts
