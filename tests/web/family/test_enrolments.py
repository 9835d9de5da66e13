"""« Créer une inscription » and « Inscrire un enfant à l’école » as families meet them."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.enrolments.models import Enrolment, Schooling
from preau.domain.enrolments.operations.enrolling import enrol
from preau.domain.families.models import Child
from preau.domain.procedures.models import Procedure
from tests.factories.town import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(town, awa):
    client = Client()
    client.force_login(awa.account)
    return client


def address(town, *parts):
    return f"/{town.slug}/famille/inscriptions/" + "".join(f"{part}/" for part in parts)


def page(client, town, query=""):
    return client.get(address(town) + query).content.decode()


def test_the_list_says_what_is_open_and_why_not(client, town, awa):
    town.offer(min_age_months=36, max_age_months=144)
    town.offer(activity=activity(town, "Club", "wednesday"), max_age_months=48)
    creche = activity(town, "Multi-accueil", "creche", enrolment_by="service")
    town.offer(activity=creche)
    soon = [{"public": "all", "opens_at": "2026-11-30T18:00:00+01:00"}]
    town.offer(activity=activity(town, "Vacances", "holidays"), enrolment_openings=soon)
    text = page(client, town)
    assert "Inscrire Enfant1" in text
    assert "De 3 à 11 ans" in text
    assert "Moins de 4 ans : Enfant1 n’a plus l’âge de cette activité." in text.replace("\xa0", " ")
    assert "Ici, pas d’inscription en ligne" in text
    assert "Les inscriptions ouvrent le lundi 30 novembre à 18 h" in text.replace("\xa0", " ")
    assert text.count(f"inscriptions/{awa.children[0].pk}/") == 1


def test_one_act_at_most_stands_out_the_dossier_first(client, town, awa):
    filled = 'class="btn go"'
    town.offer()
    assert page(client, town).count(filled) == 1
    town.offer(activity=activity(town, "Club", "wednesday"))
    several = page(client, town)
    assert several.count("Inscrire Enfant1") == 2
    assert several.count(filled) == 0
    town.offer(activity=activity(town, "Vacances", "holidays", requires_dossier=True))
    with_dossier = page(client, town)
    assert "D’abord, le dossier" in with_dossier
    assert with_dossier.count(filled) == 1
    assert re.search(rf"{filled}\s+href=[^>]*/dossier/", with_dossier)


def activity(town, name, kind, **fields):
    return Activity.objects.create(organisation_id=town.id, department=town.department, name=name, kind=kind, **fields)


def test_one_asks_reads_again_and_sends(client, town, awa):
    offer = town.offer()
    here = address(town, awa.children[0].pk, offer.pk)
    assert f'value="{offer.pk}"' in client.get(here).content.decode()
    recap = client.post(here, {"offer_id": offer.pk, "starts": "", "act": "next"})
    assert recap.status_code == 302
    text = client.get(recap.url).content.decode()
    assert "Accueil périscolaire 2026-2027" in text
    done = client.post(recap.url)
    assert client.post(recap.url).url == done.url
    assert f'href="{address(town)}?enfant={awa.children[0].pk}"' in client.get(done.url).content.decode()
    text = client.get(done.url).content.decode()
    assert "Nous avons bien enregistré votre demande" in text
    assert "La même demande pour un autre enfant" in text
    assert Enrolment.objects.get().child == awa.children[0]
    assert "Déjà demandé ou inscrit" in page(client, town, f"?enfant={awa.children[0].pk}")
    assert client.get(here).status_code == 302


def test_the_same_for_a_sister(client, town, awa):
    offer = town.offer()
    recap = client.post(address(town, awa.children[0].pk, offer.pk), {"offer_id": offer.pk})
    number = int(client.post(recap.url).url.split("/")[-3])
    same = address(town, "pareil", number)
    assert "Enfant2" in client.get(same).content.decode()
    second = client.post(same, {"enfant": awa.children[1].pk})
    client.post(second.url)
    assert {row.child_id for row in Enrolment.objects.all()} == {child.pk for child in awa.children}
    assert client.post(same, {"enfant": awa.children[1].pk}).status_code == 400


def test_wrong_answers_are_told_and_kept(client, town, awa):
    offer = town.offer(is_subscription=True)
    here = address(town, awa.children[0].pk, offer.pk)
    answer = client.post(here, {"offer_id": offer.pk, "starts": "2025-01-06", "weeks": "even"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Cochez au moins un jour." in text
    assert "à partir d’aujourd’hui" in text
    assert 'value="2025-01-06"' in text
    for broken in ({}, {"offer_id": "x"}, {"offer_id": 10**9}, {"offer_id": offer.pk, "days": "9-Z"}):
        assert client.post(here, broken).status_code == 422
    assert not Procedure.objects.exists()


def test_an_abonnement_is_chosen_by_boxes_and_booked(client, town, awa):
    offer = town.offer(is_subscription=True)
    here = address(town, awa.children[0].pk, offer.pk)
    assert "Lundi, Soir" in client.get(here).content.decode()
    recap = client.post(here, {"offer_id": offer.pk, "days": ["0-S", "1-S"], "weeks": "odd"})
    text = client.get(recap.url).content.decode()
    assert "Mardi, Soir" in text
    assert "semaines impaires" in text
    client.post(recap.url)
    weeks = {on.isocalendar().week % 2 for on in Booking.objects.values_list("on", flat=True)}
    assert weeks == {1}


def test_a_draft_is_found_again(client, town, awa):
    offer = town.offer(is_subscription=True)
    here = address(town, awa.children[0].pk, offer.pk)
    later = client.post(here, {"offer_id": offer.pk, "days": ["1-M"], "weeks": "even", "act": "later"})
    assert later.url.endswith("/demarches/")
    assert here in client.get(later.url).content.decode()
    text = client.get(here).content.decode()
    assert "Brouillon gardé" in text
    assert 'value="1-M" id="id_days_2" checked' in text or 'value="1-M"' in text.split("checked")[0][-200:]


def test_a_full_activity_offers_its_list_and_lets_one_leave_it(client, town, awa, bruno):
    offer = town.offer(enrolment_capacity=1, waiting_list="by_date")
    enrol(actor=town.system, family_id=bruno.family.pk, child_id=bruno.children[0].pk, offer_id=offer.pk)
    assert "C’est complet pour l’instant" in page(client, town)
    here = address(town, awa.children[0].pk, offer.pk)
    assert "liste d’attente, à la date de son envoi" in client.get(here).content.decode()
    recap = client.post(here, {"offer_id": offer.pk})
    assert "Complet lors de la demande" in client.get(recap.url).content.decode()
    sent = client.post(recap.url).url
    assert "au rang 1 de la liste" in page(client, town, f"?enfant={awa.children[0].pk}")
    assert "Sur la liste d’attente" in client.get(sent.replace("recue/", "")).content.decode()
    waiting = Enrolment.objects.get(status="waiting")
    leave = address(town, "attente", waiting.pk, "retrait")
    opened = client.get(leave)  # F202: an empty page, after a session that had ended
    assert opened.status_code == 405
    assert "Cette adresse ne s’ouvre pas seule" in opened.content.decode()
    client.post(leave)
    waiting.refresh_from_db()
    assert waiting.status == "ended"
    assert client.post(leave).status_code == 302


def test_a_reviewed_request_is_shown_under_way(client, town, awa):
    Activity.objects.filter(pk=town.activity.pk).update(confirmation="reviewed")
    offer = town.offer()
    here = address(town, awa.children[0].pk, offer.pk)
    client.post(client.post(here, {"offer_id": offer.pk}).url)
    assert "demande n° 1" in page(client, town, f"?enfant={awa.children[0].pk}").replace("\xa0", " ")
    assert client.get(here).url.endswith("/demandes/1/")


def test_what_closed_meanwhile_sends_back_to_the_list(client, town, awa):
    offer = town.offer()
    here = address(town, awa.children[0].pk, offer.pk)
    recap = client.post(here, {"offer_id": offer.pk}).url
    closed = [{"public": "all", "closes_at": NOW.isoformat()}]
    Offer.objects.filter(pk=offer.pk).update(enrolment_openings=closed)
    answer = client.post(recap)
    assert answer.status_code == 422
    assert "Les inscriptions sont closes" in answer.content.decode()
    assert client.get(here).status_code == 302
    assert Procedure.objects.get().status == "draft"


def test_a_child_of_others_or_an_unknown_offer_does_not_exist(client, town, awa, bruno):
    offer = town.offer()
    for parts in ((bruno.children[0].pk, offer.pk), (awa.children[0].pk, 10**9)):
        assert client.get(address(town, *parts)).status_code == 404
        assert client.post(address(town, *parts), {"offer_id": offer.pk}).status_code == 404
    assert client.get(address(town, "ecole", bruno.children[0].pk)).status_code == 404
    assert client.get(address(town, "pareil", 99)).status_code == 404


def test_a_child_is_enrolled_at_school_by_its_parents(client, town, awa):
    here = address(town, "ecole", awa.children[0].pk)
    assert "L’école de votre adresse est" in client.get(here).content.decode()
    assert client.post(here, {"level": ""}).status_code == 422
    answers = {"year_id": town.year.pk, "level": "CE1", "site_id": town.school.pk}
    recap = client.post(here, answers)
    assert town.school.name in client.get(recap.url).content.decode()
    sent = client.post(recap.url)
    assert Procedure.objects.get().subject == f"{town.school.name}, 2026-2027"
    assert client.get(sent.url).status_code == 200
    assert "48 h" in client.get(sent.url).content.decode().replace("\xa0", " ")


def test_a_school_draft_keeps_what_was_typed_wrong(client, town, awa):
    here = address(town, "ecole", awa.children[0].pk)
    client.post(here, {"level": "CE1", "previous": "École d’ailleurs", "act": "later"})
    assert "École d’ailleurs" in client.get(here).content.decode()


def test_pages_take_as_many_queries_for_one_child_as_for_six(town, django_assert_max_num_queries):
    household = town.household("Nombreuse", children=6, login="nombreuse")
    client = Client()
    client.force_login(household.account)
    offer = town.offer(enrolment_capacity=40, waiting_list="by_date")
    town.offer(activity=activity(town, "Club", "wednesday"), is_subscription=True)
    client.get(address(town))
    with django_assert_max_num_queries(16):
        client.get(address(town))
    here = address(town, household.children[0].pk, offer.pk)
    recap = client.post(here, {"offer_id": offer.pk}).url
    with django_assert_max_num_queries(16):
        client.get(here)
    with django_assert_max_num_queries(20):
        client.get(recap)


def test_home_and_menu_lead_to_enrolment(client, town, awa):
    for where in ("", "demarches/"):
        text = client.get(f"/{town.slug}/famille/{where}").content.decode()
        assert "Créer une inscription" in text
        assert address(town) in text


def test_the_dossier_comes_first_on_one_line_and_what_the_service_enrols_in_has_no_button(client, town, awa):
    town.offer(activity=activity(town, "Restaurant", "canteen", requires_dossier=True))
    town.offer(activity=activity(town, "Club", "wednesday", requires_dossier=True), is_subscription=True)
    town.offer(activity=activity(town, "Crèche du Port", "creche", enrolment_by="service"))
    text = page(client, town)
    assert text.count("Ouvrir le dossier") == 1
    assert f'/famille/dossier/?enfant={awa.children[0].pk}#enfant-{awa.children[0].pk}"' in text
    assert "Inscrire Enfant1" not in text
    assert "l’inscription suffit" not in text


def test_the_place_does_not_say_the_activity_twice(client, town, awa):
    offer = town.offer()
    Offer.objects.filter(pk=offer.pk).update(name=f"{offer.activity.name} - {offer.site.name}")
    text = page(client, town)
    assert f"{offer.activity.name} - " not in text
    assert f"{offer.site.name}, du" in text.replace("\xa0", " ")


def test_a_baby_reads_that_the_service_enrols_and_nothing_of_classes(client, town, awa):
    Child.objects.filter(pk=awa.children[0].pk).update(birth_date=TODAY - timedelta(days=400))
    Schooling.objects.filter(child=awa.children[0]).delete()
    creche = activity(town, "Crèche du Port", "creche", enrolment_by="service", booking_mode="none")
    offer = town.offer(activity=creche, max_age_months=48, enrolment_capacity=20)
    text = page(client, town, f"?enfant={awa.children[0].pk}").replace("\xa0", " ")
    assert "Le service inscrit lui-même" in text
    assert f"contactez « {town.department.name} »" in text
    assert "Places libres" not in text
    assert "Inscrire un enfant à l’école" not in text.partition("<main")[2]
    assert "Inscrire Enfant1" not in text
    enrol(actor=town.agent("manager"), family_id=awa.family.pk, offer_id=offer.pk, child_id=awa.children[0].pk)
    text = page(client, town, f"?enfant={awa.children[0].pk}").partition("<main")[2]
    assert "Inscrit" in text
    assert "/famille/reservations/" not in text.partition("</main")[0]
