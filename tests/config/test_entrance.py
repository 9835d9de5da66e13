"""The entrance of a page: two reads, and a collectivité that is kept in memory only as long as it is what it was."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from preau.domain.organisations import queries
from preau.domain.organisations.models import Organisation, TermsVersion
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db
HOME = "/ville-test/famille/"


@pytest.fixture
def client(login, awa):
    client = login(awa.account)
    client.get(HOME)
    return client


def read_by(client, url=HOME):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    return answer, [each["sql"] for each in captured]


def revision(town):
    return Organisation.objects.get(pk=town.id).revision


def test_two_reads_say_who_enters_and_where(client):
    answer, asked = read_by(client)
    assert answer.status_code == 200
    assert '"django_session"' in asked[0]
    assert '"accounts_membership"' in asked[1]
    assert not any(table in sql for sql in asked[2:] for table in ('"django_session"', '"accounts_membership"'))
    assert not any('"product_name"' in sql for sql in asked)  # the collectivité is in memory


def test_who_comes_without_a_session_costs_one_read(client, town):
    client.logout()
    client.get("/ville-test/accessibilite/")
    _answer, asked = read_by(client, "/ville-test/accessibilite/")
    assert len(asked) == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda town: Organisation.objects.filter(pk=town.id).update(product_name="Le Préau des Lilas"),
        lambda town: _saved(town),
        lambda town: _by_hand("UPDATE organisations_organisation SET product_name = 'Le Préau des Lilas'"),
    ],
)
def test_what_is_written_is_shown_on_the_next_page_whoever_writes(client, town, write):
    before = revision(town)
    write(town)
    assert revision(town) != before
    assert "Le Préau des Lilas" in client.get(HOME).content.decode()


def _saved(town):
    row = Organisation.objects.get(pk=town.id)
    row.product_name = "Le Préau des Lilas"
    row.save()


def _by_hand(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_new_terms_are_asked_for_at_once(client, town):
    TermsVersion.objects.create(organisation_id=town.id, version=2, body="## Autre\n\nTexte.", published_at=NOW)
    assert client.get(HOME).status_code == 302
    TermsVersion.objects.filter(version=2).delete()
    assert client.get(HOME).status_code == 200


def test_a_town_that_closes_or_takes_another_address_is_no_longer_there(client, town):
    Organisation.objects.filter(pk=town.id).update(is_active=False)
    assert client.get(HOME).status_code == 404
    Organisation.objects.filter(pk=town.id).update(is_active=True, slug="ville-neuve")
    assert client.get(HOME).status_code == 404
    assert client.get("/ville-neuve/famille/").status_code == 200


def test_a_write_taken_back_gives_no_revision_that_was_kept(town):
    """Rolled back, then written otherwise: what was read in between is not believed."""
    with transaction.atomic():
        Organisation.objects.filter(pk=town.id).update(product_name="Brouillon")
        assert queries.organisation_by_slug(slug=town.slug).product_name == "Brouillon"
        transaction.set_rollback(True)
    assert queries.organisation_by_slug(slug=town.slug).product_name == "Espace Citoyens"


def test_an_account_put_out_or_with_another_password_enters_no_more(client, awa):
    awa.account.set_password("un-autre-mot-de-passe-57")
    awa.account.save()
    assert client.get(HOME).status_code == 302


def test_an_account_closed_enters_no_more(client, awa):
    awa.account.is_active = False
    awa.account.save()
    assert client.get(HOME).status_code == 302


@pytest.mark.parametrize("path", ["/%00/famille/", "/ville%00/", "/É/", "/admin%00", "sans-barre"])
def test_an_address_that_can_name_no_town_is_lost_and_breaks_nothing(client, path):
    """One bug: the first part of the address was asked of the database as it came, and PostgreSQL refuses NUL."""
    assert client.get(path).status_code in (301, 302, 404)
