"""« Tarifs » of a household with why, the simulators, the quotient that an agent writes."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from preau.base.models import JournalEntry
from preau.domain.families.models import Guardianship
from preau.domain.pricing.enums import Formula, How, Scheme, When
from preau.domain.pricing.models import HouseholdQuotient
from preau.domain.pricing.operations.quotients import say_quotient
from preau.domain.pricing.rules.pasted import read_brackets
from preau.domain.pricing.rules.tariffs import Modifier, Tariff
from tests.factories.clients import client_of
from tests.factories.tariffs import publish, tariff_of
from tests.factories.town import NOW, TODAY, Town


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def home(town):
    return town.household("Pinson", children=2)


@pytest.fixture
def offer(town):
    found = town.offer()
    outside = Modifier(When.OUTSIDE, How.PRICE, Decimal("6.50"), name="Hors commune")
    publish(town, found.activity, tariff_of(modifiers=(outside,)))
    return found


@pytest.fixture
def client(home):
    return client_of(home.account)


def url(town, name, *args):
    return reverse(name, args=[town.slug, *args])


def text(answer):
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def say(town, home, value, *, starts_on=date(2026, 1, 1), until=None):
    say_quotient(
        actor=town.agent("agent"),
        family_id=home.family.pk,
        value=Decimal(value),
        scheme=Scheme.CAF,
        until=until,
        source="attestation",
        starts_on=starts_on,
        now=NOW,
    )


def test_the_price_of_a_household_says_why(town, home, offer, client):
    say(town, home, "500")
    found = text(client.get(url(town, "family:tariffs")))
    assert "Quotient familial : <b>500</b>" in found
    assert "1,75 €" in found
    assert "500, tranche de 400 à moins de 640" in found
    assert "délibération du 12 juin" in found


def test_without_a_quotient_or_with_an_old_one_the_price_is_the_highest(town, home, offer, client):
    found = text(client.get(url(town, "family:tariffs")))
    assert "n’est pas connu" in found
    assert "4,90 €" in found
    say(town, home, "500", until=date(2026, 10, 1))
    found = text(client.get(url(town, "family:tariffs")))
    assert "trop ancien" in found
    assert "4,90 €" in found
    assert "1,75 €" not in found


def test_each_home_of_a_child_has_its_own_price(town, home, offer, client):
    say(town, home, "300")
    other = town.household("Merle", children=0)
    Guardianship.objects.create(organisation_id=town.id, adult=other.adult, child=home.children[0])
    say(town, other, "700")
    theirs = text(client_of(other.account).get(url(town, "family:tariffs")))
    assert "4,90 €" in theirs
    assert "0,50 €" not in theirs
    assert "300" not in theirs
    assert "700" not in text(client.get(url(town, "family:tariffs")))


def test_a_moment_without_a_price_is_said(town, home, client):
    activity = town.offer().activity
    publish(town, activity, codes=["ZZ"])
    assert "Prix non fixé" in text(client.get(url(town, "family:tariffs")))


def test_a_share_of_a_cost_that_nobody_said_closes_that_moment_alone(town, home, client):
    activity = town.offer().activity
    publish(town, activity, Tariff(read_brackets("0 ; 400 ; 20\n400 ; ; 50", formula=Formula.SHARE)))
    assert "Prix non fixé" in text(client.get(url(town, "family:tariffs")))


def test_the_simulators_keep_nothing(town, home, offer, client):
    typed = {"annual": "36 000 €", "benefits": "148,52", "home": "dedans", "scheme": "caf", "children": "2"}
    for where, reader in (("public:simulator", Client()), ("family:simulation", client)):
        found = text(reader.post(url(town, where), typed, headers={"accept-language": "fr"}))
        assert "Avec un quotient de <b>1 049,51</b>" in found
        assert "4,90 €" in found
        outside = {"quotient": "500", "home": "dehors", "scheme": "caf", "children": "1"}
        found = text(reader.post(url(town, where), outside, headers={"accept-language": "fr"}))
        assert "6,50 €" in found
        assert "Hors commune" in found
    assert not HouseholdQuotient.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quotient": "beaucoup"}, "Écrivez un nombre"),
        ({"quotient": "-5"}, "Écrivez un nombre"),
        ({"quotient": "NaN"}, "Écrivez un nombre"),
        ({"annual": "1e9999"}, "Écrivez un nombre"),
        ({"children": "0"}, "supérieure ou égale à 1"),
        ({"children": "1", "disabled": "2"}, "au plus celui des enfants"),
        ({"home": "lune"}, "lune"),
    ],
)
def test_bad_input_is_told_and_kept(town, offer, changes, words):
    typed = {"quotient": "500", "home": "dedans", "scheme": "caf", "children": "2", **changes}
    answer = Client().post(url(town, "public:simulator"), typed, headers={"accept-language": "fr"})
    assert answer.status_code == 422
    assert words in text(answer)


def test_a_town_without_tariffs_has_no_simulator(town, client, home):
    assert Client().get(url(town, "public:simulator")).status_code == 404
    assert "Aucun tarif n’est publié." in text(client.get(url(town, "family:tariffs")))


def test_an_agent_writes_the_quotient_of_a_household(town, home, offer):
    agent = client_of(town.account("agent", role="agent"))
    where = url(town, "staff:quotient", home.family.pk)
    assert where in agent.get(url(town, "staff:family", home.family.pk)).content.decode()
    typed = {
        "scheme_name": "caf",
        "value": "500,5",
        "starts_on": TODAY.isoformat(),
        "until": "2027-01-31",
        "source": "attestation",
    }
    for changes in (
        {"value": "x"},
        {"value": ""},
        {"source": ""},
        {"until": "2020-01-01"},
        {"starts_on": "0026-01-01"},
    ):
        answer = agent.post(where, {**typed, **changes})
        assert answer.status_code == 422
        assert "attestation" in answer.content.decode() or "source" in changes
    assert agent.post(where, typed).status_code == 302
    found = text(agent.get(where))
    assert "500,50" in found
    assert "1,75 €" in found
    assert JournalEntry.objects.filter(act="quotient.said").count() == 1
    assert JournalEntry.objects.filter(act="income.read", subject_id=home.family.pk).exists()
    assert agent.post(where, {**typed, "scheme_name": "not_given", "value": ""}).status_code == 302
    assert "Non communiqué" in text(agent.get(where))
    elsewhere = Town("ailleurs")
    other = client_of(elsewhere.account("agent.ailleurs", role="agent"))
    assert other.get(reverse("staff:quotient", args=[elsewhere.slug, home.family.pk])).status_code == 404
    for role in ("site_staff", "admin"):
        assert client_of(town.account(role, role=role)).get(where).status_code in (403, 404)


def test_queries_do_not_grow_with_children(town, offer, django_assert_max_num_queries):
    small, large = town.household("Merle"), town.household("Corneille", children=6)
    counts = []
    for each in (small, large):
        reader = client_of(each.account)
        reader.get(url(town, "family:tariffs"))
        with django_assert_max_num_queries(22) as found:
            reader.get(url(town, "family:tariffs"))
        counts.append(len(found))
    assert counts[0] == counts[1]
