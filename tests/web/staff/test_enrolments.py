"""What agents do with enrolments, waiting lists and classes."""

from datetime import date, timedelta

import pytest
from django.test import Client

from preau.base.models import JournalEntry
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem, change_bookings
from preau.domain.catalogue.models import SchoolClass, SchoolYear
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.organisations.models import Department, Site
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(town):
    account = town.account("agente", role="agent")
    town.join(account, "manager")
    client = Client()
    client.force_login(account)
    return client


def address(town, *parts):
    return f"/{town.slug}/agents/" + "".join(f"{part}/" for part in parts)


def text_of(answer):
    return answer.content.decode().replace("\xa0", " ")


def enrol_page(town, household):
    return address(town, "familles", household.family.pk, "inscriptions")


def test_the_file_and_the_page_of_enrolments_say_the_same_lines_each_with_its_act(town, login, awa):
    offer = town.offer()
    town.enrol(awa, offer, child=awa.children[0])
    desk = login(town.account("desk", role="agent"))
    file = desk.get(f"/ville-test/agents/familles/{awa.family.pk}/")
    page = desk.get(f"/ville-test/agents/familles/{awa.family.pk}/inscriptions/")
    for answer in (file, page):
        assert "staff/enrolments/_lines.html" in {each.name for each in answer.templates}
    assert f'Terminer<span class="vh">, Enfant1, {offer.activity.name}, {offer.site.name}</span>' in " ".join(
        text_of(page).split()
    )
    assert "Terminer" not in text_of(file)
    assert f"/agents/familles/{awa.family.pk}/reservations/" in file.content.decode()


def test_an_agent_enrols_a_child(town, awa, agent):
    offer = town.offer()
    here = enrol_page(town, awa)
    assert "Aucune inscription en cours." in text_of(agent.get(here))
    values = {"child_id": awa.children[0].pk, "offer_id": offer.pk, "starts": "2026-11-20", "ends": "2026-12-01"}
    answer = agent.post(here, values, follow=True)
    assert "L’inscription est enregistrée." in text_of(answer)
    row = Enrolment.objects.get()
    assert (row.starts_on, row.ends_on) == (date(2026, 11, 20), date(2026, 12, 2))
    assert JournalEntry.objects.filter(act="enrolment.made").exists()
    again = agent.post(here, values)
    assert again.status_code == 422
    assert "déjà cette inscription" in text_of(again)
    outside = agent.post(here, {**values, "child_id": awa.children[1].pk, "ends": "2028-01-01"})
    assert "sortent de la période" in text_of(outside)


def test_what_would_stop_a_family_is_said_and_may_be_passed(town, awa, agent):
    offer = town.offer(max_age_months=12, enrolment_capacity=0)
    here = enrol_page(town, awa)
    values = {"child_id": awa.children[0].pk, "offer_id": offer.pk}
    answer = agent.post(here, values)
    assert answer.status_code == 422
    assert "trop âgé, complet" in text_of(answer)
    agent.post(here, {**values, "over": "on"})
    assert Enrolment.objects.get().status == "active"


def test_a_full_activity_puts_the_child_on_its_list(town, awa, bruno, agent):
    offer = town.offer(enrolment_capacity=1, waiting_list="by_date")
    town.enrol(bruno, offer, child=bruno.children[0])
    values = {"child_id": awa.children[0].pk, "offer_id": offer.pk}
    answer = agent.post(enrol_page(town, awa), values, follow=True)
    assert "l’enfant est sur la liste d’attente" in text_of(answer)
    assert "rang 1" in text_of(answer)
    assert "1 / 1" in text_of(agent.get(address(town, "listes-attente")))
    here = address(town, "listes-attente", offer.pk)
    assert "Enfant1" in text_of(agent.get(here))
    assert "Aucune place n’est libre" in text_of(agent.post(here, {}, follow=True))
    waiting = Enrolment.objects.get(status="waiting")
    answer = agent.post(here, {"inscription": waiting.pk, "quand-meme": "1"}, follow=True)
    assert "Enfant1 a une place." in text_of(answer)
    assert "Personne n’attend." in text_of(answer)
    assert "Personne n’attend plus" in text_of(agent.post(here, {"quand-meme": "1"}, follow=True))


def test_wrong_forms_are_told(town, awa, bruno, agent):
    here = enrol_page(town, awa)
    for broken in ({}, {"child_id": "x"}, {"child_id": bruno.children[0].pk, "offer_id": 1}, {"starts": "demain"}):
        assert agent.post(here, broken).status_code == 422
    assert not Enrolment.objects.exists()


def test_an_enrolment_is_ended_with_its_bookings(town, awa, agent):
    offer = town.offer()
    row = town.enrol(awa, offer, child=awa.children[0])
    slot = slots_of(offer)[6]
    change_bookings(actor=town.parent(awa), items=[OrderItem(row.pk, frozenset({slot.pk}))], now=NOW)
    here = address(town, "inscriptions", row.pk, "fin")
    assert agent.get(here).status_code == 200
    for slip in ("", "9999-12-31"):
        assert agent.post(here, {"last": slip}).status_code == 422
    answer = agent.post(here, {"last": TODAY.isoformat(), "reason": "Départ"}, follow=True)
    assert "Réservations annulées : 1." in text_of(answer)
    row.refresh_from_db()
    assert (row.ends_on, row.ended_reason) == (TODAY + timedelta(days=1), "Départ")
    assert Booking.objects.get().status == "cancelled"
    assert agent.post(here, {"last": "2027-01-01"}).status_code == 422


def test_a_child_changes_school_and_the_agent_reads_what_followed(town, awa, agent):
    other = Site.objects.create(organisation_id=town.id, name="Autre école", kind="school")
    target = SchoolClass.objects.create(
        organisation_id=town.id, site=other, school_year=town.year, name="CE1 Z", level="CE1"
    )
    town.enrol(awa, town.offer(), child=awa.children[0])
    town.offer(site=other)
    here = address(town, "enfants", awa.children[0].pk, "classe")
    assert "CE1 A" in text_of(agent.get(here))
    assert agent.post(here, {"class_id": target.pk, "on": "2020-01-01"}).status_code == 422
    assert agent.post(here, {"class_id": target.pk, "on": "2040-01-01"}).status_code == 422
    answer = text_of(agent.post(here, {"class_id": target.pk, "on": TODAY.isoformat()}, follow=True))
    assert "L’enfant est en CE1 Z, Autre école." in answer
    assert "continue à Autre école : 0 réservations suivent" in answer
    assert Schooling.objects.filter(child=awa.children[0]).count() == 2


def test_classes_move_up_by_two_clicks(town, awa, agent):
    here = address(town, "classes")
    assert "L’année suivante n’existe pas encore" in text_of(agent.get(here))
    assert agent.post(here, {"act": "move"}).status_code == 200
    after = SchoolYear.objects.create(
        organisation_id=town.id, label="2027-2028", starts_on=date(2027, 9, 1), ends_on=date(2028, 7, 7)
    )
    SchoolClass.objects.create(organisation_id=town.id, site=town.school, school_year=after, name="CE2 A", level="CE2")
    assert "Passent dans la classe suivante : 2" in text_of(agent.get(here))
    assert "Classes créées pour l’année suivante : 1." in text_of(agent.post(here, {"act": "copy"}, follow=True))
    for unsure in ({"act": "move"}, {"act": "noop", "sure": "1"}, {}):
        assert "Rien n’a changé : cochez d’abord" in text_of(agent.post(here, unsure, follow=True))
    answer = text_of(agent.post(here, {"act": "move", "sure": "1"}, follow=True))
    assert "Élèves passés : 2." in answer
    assert "Déjà placés : 2" in answer


def test_another_department_and_site_staff_see_nothing(town, awa):
    offer = town.offer(enrolment_capacity=1)
    row = town.enrol(awa, offer, child=awa.children[0])
    creche = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    account = town.account("creche", role="agent")
    town.limit(account, department_ids=[creche.pk])
    client = Client()
    client.force_login(account)
    for parts in (
        ("familles", awa.family.pk, "inscriptions"),
        ("inscriptions", row.pk, "fin"),
        ("enfants", awa.children[0].pk, "classe"),
        ("listes-attente", offer.pk),
    ):
        assert client.get(address(town, *parts)).status_code == 404
        assert client.post(address(town, *parts)).status_code == 404
    assert offer.activity.name not in text_of(client.get(address(town, "listes-attente")))
    assert client.get(address(town, "classes")).status_code == 404


def test_pages_take_few_queries(town, agent, django_assert_max_num_queries):
    household = town.household("Nombreuse", children=6, login="nombreuse")
    offer = town.offer(enrolment_capacity=3, waiting_list="by_date")
    for child in household.children:
        row = town.enrol(household, offer, child=child)
        Enrolment.objects.filter(pk=row.pk).update(status="waiting", waiting_since=NOW)
    agent.get(address(town))
    with django_assert_max_num_queries(18):
        agent.get(enrol_page(town, household))
    with django_assert_max_num_queries(12):
        agent.get(address(town, "listes-attente", offer.pk))
    with django_assert_max_num_queries(12):
        agent.get(address(town, "listes-attente"))
