"""An agent books for a family: one grid of all children, a reason before anything is written, one order."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import OutboxMail
from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Activity, ResourceDay, Slot
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure, ProcedureLine
from preau.domain.procedures.operations.announcing import announce
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db
BASE = "/ville-test/agents/"


@pytest.fixture
def desk(town, login):
    return login(town.account("chloe", role="agent"))


@pytest.fixture
def scene(town, awa):
    """Awa's two children in the same two activities: périscolaire (Matin, Soir) and canteen (Repas)."""
    after = town.offer()
    canteen = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Restauration", kind="canteen"
    )
    meals = town.offer(activity=canteen, units=(("R", "Repas", 690, 780),))
    rows = [town.enrol(awa, offer, child=child) for child in awa.children for offer in (after, meals)]
    return Scene(awa.family, rows, after, meals)


class Scene:
    def __init__(self, family, rows, after, meals):
        self.family, self.rows, self.after, self.meals = family, rows, after, meals
        self.url = f"{BASE}familles/{family.pk}/reservations/"
        self.evening = next(slot for slot in slots_of(after) if slot.unit.code == "S")
        self.on = self.evening.on
        self.meal = next(slot for slot in slots_of(meals) if slot.on == self.on)

    def post(self, client, act, **fields):
        return client.post(self.url, {"debut": self.on.isoformat(), "act": act, **fields}, follow=True)

    def mark(self, row, slot, want=1):
        return f"{row.pk}-{slot.pk}:{want}"


def kept(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="garde" value="')[1:]]


def test_canteen_and_evening_for_both_in_two_touches_and_one_mail(desk, town, scene):
    page = desk.get(f"{scene.url}?debut={scene.on}").content.decode()
    assert "Tous les enfants à la fois" in page
    page = scene.post(desk, f"all:Restauration|Repas:{scene.on}").content.decode()
    assert len(kept(page)) == 2
    page = scene.post(desk, f"all:Accueil périscolaire|Soir:{scene.on}", garde=kept(page)).content.decode()
    assert len(kept(page)) == 4
    recap = scene.post(desk, "recap", garde=kept(page)).content.decode()
    assert "Ce qui est enregistré" in recap
    assert 'id="motif"' not in recap
    assert not Booking.objects.exists()
    key = recap.split('name="key" value="')[1].split('"')[0]
    done = scene.post(desk, "save", garde=kept(recap), key=key).content.decode()
    assert "Demandes n° 1, 2, 3, 4 : 4 ajouts." in done.replace("\u00a0", " ")
    assert Booking.objects.filter(status="booked").count() == 4
    again = scene.post(desk, "save", garde=kept(recap), key=key)  # a double click
    assert again.status_code == 200
    assert Procedure.objects.filter(number__isnull=False).count() == 4
    announce(actor=town.system, key=key, now=NOW)
    assert [len(mail.context["procedures"]) for mail in OutboxMail.objects.filter(template="booking_confirmed")] == [4]


def test_a_touch_for_all_gives_back_what_all_have(desk, scene):
    first = kept(scene.post(desk, f"all:Restauration|Repas:{scene.on}").content.decode())
    assert kept(scene.post(desk, f"all:Restauration|Repas:{scene.on}", garde=first).content.decode()) == []


def test_a_reason_is_asked_before_anything_is_written_and_said_once(desk, town, scene):
    Organisation.objects.update(agents_may_force=True)
    ResourceDay.objects.filter(on=scene.on).update(capacity=0)
    marks = [scene.mark(scene.rows[0], scene.evening), scene.mark(scene.rows[2], scene.evening)]
    recap = scene.post(desk, "recap", garde=marks).content.decode()
    assert "avec votre motif" in recap
    assert "<b>complet</b>" in recap
    refused = scene.post(desk, "save", garde=marks, key="k1")
    assert refused.status_code == 422
    assert "Dites pourquoi" in refused.content.decode()
    assert kept(refused.content.decode()) == marks
    assert not Booking.objects.exists()
    assert not Procedure.objects.filter(number__isnull=False).exists()
    scene.post(desk, "save", garde=marks, key="k1", motif="Urgence familiale")
    assert set(Booking.objects.values_list("reason", flat=True)) == {"Urgence familiale"}
    assert Booking.objects.count() == 2


def test_an_agent_who_makes_no_exception_reads_who_does(desk, town, scene):
    ResourceDay.objects.filter(on=scene.on).update(capacity=0)
    marks = [scene.mark(scene.rows[0], scene.evening), scene.mark(scene.rows[1], scene.meal)]
    page = scene.post(desk, "keep", garde=[]).content.decode()
    assert "Un responsable du service peut aller au-delà" in page
    assert f"{scene.rows[0].pk}-{scene.evening.pk}:0" not in page
    recap = scene.post(desk, "recap", garde=marks).content.decode()
    assert "avec votre motif" not in recap
    assert "Ce qui n’est pas possible" in recap
    assert "Un responsable du service peut aller au-delà" in recap
    scene.post(desk, "save", garde=marks, key="k", motif="Urgence")
    assert not Booking.objects.exists()


def test_a_closed_day_is_never_forced_and_told_to_nobody_else(desk, town, scene):
    Slot.objects.filter(pk=scene.meal.pk).update(closed_reason="Grève")
    marks = [scene.mark(scene.rows[0], scene.evening), scene.mark(scene.rows[1], scene.meal)]
    recap = scene.post(desk, "recap", garde=marks).content.decode()
    assert "Ce qui n’est pas possible" in recap
    assert "activité fermée" in recap
    page = scene.post(desk, "save", garde=marks, key="k").content.decode()
    assert "activité fermée ce jour-là" in page
    assert "1 ajout." in page
    assert not ProcedureLine.objects.exclude(why="").exists()


def test_ticks_follow_from_week_to_month_and_back(desk, scene):
    seen = f"{scene.rows[0].pk}-{scene.evening.pk}:0"
    ticked = {"seen": seen, "u": [seen[:-2]]}
    page = scene.post(desk, "go:2026-12-01", **ticked).content.decode()
    assert kept(page) == [scene.mark(scene.rows[0], scene.evening)]
    assert "dont 1 à d’autres dates" in page
    month = scene.post(desk, "vue:mois", garde=kept(page)).content.decode()
    assert kept(month) == kept(page)
    # Touched again, it is as it was.
    back = scene.post(desk, "vue:semaine", garde=kept(page), seen=f"{seen[:-2]}:1").content.decode()
    assert kept(back) == []


def test_days_that_are_over_are_left_out_and_the_week_end_opens_on_the_next_week(desk, scene, town):
    page = desk.get(scene.url).content.decode()
    assert f"Semaine du {'lundi'}" in page
    assert f'title="{(TODAY - timedelta(days=1)):%d}' not in page
    past = desk.get(f"{scene.url}?debut={TODAY - timedelta(days=7)}").content.decode()
    assert "passé" in past


def test_nothing_to_do_is_told_and_nothing_is_lost(desk, scene):
    page = scene.post(desk, "recap")
    assert page.status_code == 422
    assert "Rien n’a changé" in page.content.decode()


def test_another_family_cannot_be_booked_from_this_page(desk, town, scene):
    other = town.household("Autre", children=1)
    row = town.enrol(other, scene.after, child=other.children[0])
    for act in ("recap", "save"):
        sent = {"act": act, "key": "k", "garde": [scene.mark(row, scene.evening)]}
        assert desk.post(scene.url, sent).status_code == 404
    assert not Booking.objects.exists()


def test_staff_without_the_role_cannot_book(town, scene, login):
    for role in ("site_staff", "regisseur", "admin"):
        client = login(town.account(f"x-{role}", role=role))
        assert client.get(scene.url).status_code == 404


@pytest.mark.parametrize(
    "data", [{"seen": "x:0"}, {"seen": "1-1:0", "u": ["2-2"]}, {"garde": ["1-:1"]}, {"debut": "demain"}]
)
def test_bad_input_is_refused_in_french(desk, scene, data):
    response = desk.post(scene.url, {"key": "k", **data})
    assert response.status_code == 400
    assert "n’est pas complète" in response.content.decode()


def test_the_grid_costs_the_same_with_few_and_many(desk, town, awa, scene):
    def count(url):
        with CaptureQueriesContext(connection) as found:
            assert desk.get(url).status_code == 200
        return len(found)

    desk.get(BASE)
    month = f"{scene.url}?vue=mois&debut={date(2026, 12, 1)}"
    few = count(month)
    for number in range(4):
        child = town.child(awa, f"Cadet{number}", "Dupré")
        for offer in (scene.after, scene.meals):
            town.enrol(awa, offer, child=child)
    assert count(month) == few <= 24
