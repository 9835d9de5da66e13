"""« Fermetures » as agents use them, and as families see them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from preau.domain.absences.models import Closure
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import load_bookings
from tests.factories.clients import client_of
from tests.factories.tasks import run_waiting
from tests.factories.town import NOW, TODAY, Town, slots_of

pytestmark = pytest.mark.django_db
DAY = TODAY + timedelta(days=3)


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def home(town):
    offer = town.offer()
    made = town.household("Dupré", children=2)
    for child in made.children:
        enrolment = town.enrol(made, offer, child=child)
        pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer) if slot.on == DAY]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return made


@pytest.fixture
def client(town):
    return client_of(town.account("responsable", role="manager"))


def url(name, *args):
    return reverse(f"staff:{name}", args=["ville-test", *args])


def asked(town, **more):
    return {"kind": "strike", "words": "grève de la cantine", "first": DAY.isoformat(), "site": town.school.pk, **more}


def test_who_is_touched_is_said_before_anything_closes(client, home, town):
    page = client.post(url("closure_new"), asked(town))
    assert page.status_code == 200
    assert "2 personnes attendues" in page.text
    assert "1 famille" in page.text
    assert "Soir" in page.text
    assert not Closure.objects.exists()


def test_closed_then_opened_again(client, home, town):
    preview = client.post(url("closure_new"), asked(town))
    key = re.search(r'name="key" value="(\w+)"', preview.text)[1]
    data = asked(town, act="close", key=key)
    done = client.post(url("closure_new"), data, follow=True)
    assert "C’est fermé." in done.text
    assert "4 moments prévus ont été fermés" in done.text
    again = client.post(url("closure_new"), data)
    assert Closure.objects.count() == 1
    assert again.url == url("closure", Closure.objects.get().pk)
    assert run_waiting("tell_closure") == 1
    day = client.get(url("day"), {"date": DAY.isoformat(), "lieu": ""})
    assert "grève de la cantine" in day.text
    listed = client.get(url("closures"))
    assert "grève de la cantine" in listed.text
    opened = client.post(url("closure_undo", Closure.objects.get().pk), follow=True)
    assert "4 moments sont de nouveau prévus" in opened.text.replace("\xa0", " ")
    twice = client.post(url("closure_undo", Closure.objects.get().pk), follow=True)
    assert "déjà annulée" in twice.text
    assert Booking.objects.filter(status="booked").count() == 4


def test_what_was_typed_is_taken_up_again(client, home, town):
    page = client.post(url("closure_new"), asked(town, act="edit", moments=["Soir"]))
    assert page.status_code == 200
    assert "grève de la cantine" in page.text
    assert re.search(r'value="Soir"[^>]*checked', page.text)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"words": ""}, "Ce champ est obligatoire."),
        ({"first": ""}, "Ce champ est obligatoire."),
        ({"last": "2026-11-01"}, "La fin est avant le début."),
        ({"last": "2027-03-01"}, "62 jours au plus"),
        ({"site": "999999"}, "n’est pas un choix"),
        ({"kind": "fete"}, "n’est pas un choix"),
    ],
)
def test_what_cannot_be_taken_is_told(client, home, town, typed, told):
    page = client.post(url("closure_new"), asked(town, act="close", key="k", **typed))
    assert page.status_code == 422
    assert not Closure.objects.exists()
    assert told in page.text.replace("\xa0", " ") or "Sélectionnez un choix valide" in page.text


def test_nobody_touched_is_said(client, home, town):
    page = client.post(url("closure_new"), asked(town, first=(DAY + timedelta(days=1)).isoformat()))
    assert "Personne n’est attendu" in page.text


def test_families_see_it_on_their_week_and_in_the_grid(client, home, town):
    client.post(url("closure_new"), asked(town, act="close", key="k"))
    family = client_of(home.account)
    week = family.get(reverse("family:home", args=["ville-test"]), {"semaine": DAY.isoformat()})
    assert "fermé : grève de la cantine" in week.text.replace("\xa0", " ")
    grid = family.get(
        reverse("family:booking_grid", args=["ville-test", home.enrolments[0].pk]), {"debut": DAY.isoformat()}
    )
    assert "fermé" in grid.text


def test_other_roles_close_nothing(town, home):
    for role in ("site_staff", "regisseur", "admin"):
        other = client_of(town.account(f"{role}.ici", role=role))
        assert other.get(url("closures")).status_code in (403, 404)
        assert other.post(url("closure_new"), asked(town, act="close", key="k")).status_code in (403, 404)
    assert not Closure.objects.exists()


def test_pages_cost_the_same_for_more_closures(client, home, town):
    client.post(url("closure_new"), asked(town, act="close", key="k"))
    with CaptureQueriesContext(connection) as one:
        client.get(url("closures"))
    for number in range(5):
        client.post(url("closure_new"), asked(town, act="close", key=f"k{number}"))
    with CaptureQueriesContext(connection) as many:
        client.get(url("closures"))
    assert len(many) == len(one)


def struck(client, town):
    wanted = {**asked(town), "act": "close", "key": "k"}
    client.post(url("closure_new"), wanted)
    return Closure.objects.get().pk


def service_url(pk, view=""):
    return url("closure_minimum", pk) + (f"?voir={view}" if view else "")


def test_a_minimum_service_is_asked_answered_at_home_and_by_telephone_and_listed(client, home, town):
    pk = struck(client, town)
    assert service_url(pk) in client.get(url("closure", pk)).text
    wanted = {
        "words": "À l’école, de 8 h 30 à 16 h 30",
        "day": (TODAY + timedelta(days=1)).isoformat(),
        "hour": "12:00",
    }
    wrong = client.post(service_url(pk), {**wanted, "day": DAY.isoformat()})
    assert wrong.status_code == 422
    assert "avant le premier jour de grève" in wrong.text
    assert "À l’école" in wrong.text
    client.post(service_url(pk), wanted)
    assert run_waiting("tell_minimum_service") == 1
    parent = client_of(home.account)
    page = parent.get(reverse("family:home", args=["ville-test"])).text.replace("\u00a0", " ")
    assert "Service minimum d’accueil : Enfant1, Enfant2" in page
    [address] = set(re.findall(r'href="([^"]*/service-minimum/[0-9]+/)"', page))
    first, second = (f"r.{child.pk}.{DAY.isoformat()}" for child in home.children)
    assert "Choisissez" in parent.post(address, {}, follow=True).text
    assert "Votre réponse est enregistrée" in parent.post(address, {first: "1", second: "0"}, follow=True).text
    after = parent.get(reverse("family:home", args=["ville-test"])).text.replace("\u00a0", " ")
    assert "Service minimum d’accueil : Enfant" not in after
    coming = client.get(service_url(pk)).text
    assert ("Enfant1 Dupré" in coming, "Enfant2 Dupré" in coming) == (True, False)
    assert "1 groupe (15 au plus)" in coming
    sent = {"act": "answers", first: "1", f"w{first}": "1", second: "1", f"w{second}": "0"}
    done = client.post(service_url(pk, "tous"), sent, follow=True)
    assert "1 réponse notée." in done.text
    assert "2 enfants viennent" in done.text


def test_another_reason_than_a_strike_has_no_minimum_service(client, home, town):
    client.post(url("closure_new"), {**asked(town), "kind": "weather", "act": "close", "key": "k"})
    pk = Closure.objects.get().pk
    assert service_url(pk) not in client.get(url("closure", pk)).text
    wanted = {"words": "ici", "day": (TODAY + timedelta(days=1)).isoformat(), "hour": "12:00"}
    assert "celui d’une grève" in client.post(service_url(pk), wanted).text


def test_after_the_hour_a_family_reads_its_answer_and_whom_to_call(client, home, town, monkeypatch):
    pk = struck(client, town)
    wanted = {"words": "À l’école", "day": (TODAY + timedelta(days=1)).isoformat(), "hour": "12:00"}
    client.post(service_url(pk), wanted)
    parent = client_of(home.account)
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(days=2))
    page = parent.get(reverse("family:home", args=["ville-test"])).text
    [address] = set(re.findall(r'href="([^"]*/service-minimum/[0-9]+/)"', page))
    assert "appelez la mairie" in parent.get(address).text
    late = parent.post(address, {f"r.{home.children[0].pk}.{DAY.isoformat()}": "1"}, follow=True)
    assert "L’heure est passée" in late.text


def test_a_stale_page_of_one_parent_leaves_the_answer_of_the_other(client, home, town):
    pk = struck(client, town)
    client.post(
        service_url(pk), {"words": "À l’école", "day": (TODAY + timedelta(days=1)).isoformat(), "hour": "12:00"}
    )
    parent = client_of(home.account)
    [address] = set(re.findall(r'href="([^"]*/service-minimum/[0-9]+/)"', parent.get("/ville-test/famille/").text))
    first, second = (f"r.{child.pk}.{DAY.isoformat()}" for child in home.children)
    parent.post(address, {first: "0", f"w{first}": ""})
    client.post(service_url(pk), {"act": "answers", first: "1", f"w{first}": "0"})  # the other, by telephone
    parent.post(address, {first: "0", f"w{first}": "0", second: "1", f"w{second}": ""})
    coming = client.get(service_url(pk)).text
    assert "2 enfants viennent" in coming
