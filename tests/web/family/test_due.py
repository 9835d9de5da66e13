"""A piece « à fournir avant le… » as a family meets it: on the home, among its documents, in the grid."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.domain.documents.models import DocumentType
from preau.domain.families.models import ValidatedDossier
from preau.domain.families.operations.custody import set_residence
from preau.domain.families.operations.household import link_child
from preau.domain.organisations.enums import Navigation
from preau.kernel.residence import HalfHolidays, WeekParity
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


def lives_in_turn(town, awa):
    bea = town.household("Bea", children=0, login="bea")
    agent, child_id = town.agent("agent"), awa.children[0].pk
    link_child(actor=agent, family_id=bea.family.pk, child_id=child_id)
    halves = HalfHolidays("a", WeekParity("a"))
    ids = {"adult_a_id": awa.adult.pk, "adult_b_id": bea.adult.pk}
    set_residence(actor=agent, child_id=child_id, pattern=halves, **ids, now=NOW)


@pytest.mark.parametrize("screen", ["", "reservations/{enrolment}/"])
@pytest.mark.parametrize("needs", [["dossier"], ["dossier", "pai"]])
def test_home_and_grid_hold_their_budget_at_their_dearest(client, town, awa, offer, screen, needs):
    """A wide menu, a piece that may wait and depends on the child, a child of two homes who share the holidays."""
    town.organisation.navigation = Navigation.MENU
    town.organisation.save()
    DocumentType.objects.filter(pk=asked(town, "11-20").pk).update(needs=needs)
    lives_in_turn(town, awa)
    url = HOME + screen.format(enrolment=awa.enrolments[0].pk)
    counts = []
    for number in range(3):
        client.get(url)  # terms, content types: once
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
        town.enrol(awa, offer, child=town.child(awa, f"Autre{number}", "Dupré"))
    assert counts[0] == counts[1] == counts[2] <= 15, counts
