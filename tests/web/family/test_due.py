"""A piece « à fournir avant le… » as a family meets it: on the home, among its documents, in the grid."""

import pytest

from preau.domain.documents.models import DocumentType
from preau.domain.families.models import ValidatedDossier
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db
HOME = "/ville-test/famille/"


@pytest.fixture
def client(login, awa):
    return login(awa.account)


@pytest.fixture
def offer(town, awa):
    town.activity.requires_dossier = True
    town.activity.save()
    offer = town.offer()
    for child in awa.children:
        town.enrol(awa, offer, child=child)
        ValidatedDossier.objects.create(
            organisation_id=town.id, child=child, school_year_id=town.year.pk, validated_at=NOW
        )
    return offer


def asked(town, due):
    return DocumentType.objects.create(
        organisation_id=town.id, code="assurance", title="Assurance", needs=["dossier"], due_month_day=due
    )


def page(answer):
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


def test_it_is_announced_then_it_stops_what_is_new(client, town, awa, offer):
    kind = asked(town, "11-20")
    assert page(client.get(HOME)).count("À fournir avant le vendredi 20 novembre au soir.") == 2
    assert "À fournir avant le vendredi 20 novembre 2026 au soir." in page(client.get(f"{HOME}documents/"))
    kind.due_month_day = "11-13"
    kind.save()
    seen = page(client.get(HOME))
    assert "Attendu depuis le vendredi 13 novembre : les nouvelles réservations et inscriptions en dépendent." in seen
    assert "Attendu depuis le vendredi 13 novembre 2026" in page(client.get(f"{HOME}documents/"))
    assert "document attendu" in page(client.get(f"{HOME}reservations/{awa.enrolments[0].pk}/"))


def test_far_away_it_is_not_on_the_home(client, town, offer):
    asked(town, "06-30")
    assert "Assurance" not in page(client.get(HOME))


def test_the_home_costs_the_same_for_any_number_of_children(client, town, awa, offer, django_assert_max_num_queries):
    asked(town, "11-20")
    client.get(HOME)
    for number in range(3):
        town.enrol(awa, offer, child=town.child(awa, f"Autre{number}", "Dupré"))
    with django_assert_max_num_queries(18):
        client.get(HOME)
