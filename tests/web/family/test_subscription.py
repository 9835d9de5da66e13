"""« Abonnement »: seen, changed from a day, suspended, stopped; the days ahead follow, in one order."""

from datetime import timedelta

import pytest

from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem, change_bookings
from preau.domain.enrolments.models import Enrolment, Subscription
from preau.domain.enrolments.operations.subscribing import subscribe
from preau.domain.enrolments.rules import PatternLine
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.changes import book_subscriptions
from tests.domain.procedures.test_enrolments import assert_counters_are_exact
from tests.factories.town import NOW, TODAY

pytestmark = pytest.mark.django_db
MONDAY = TODAY + timedelta(days=14 - TODAY.weekday())


class Scene:
    def __init__(self, town, awa, client):
        self.offer = town.offer(is_subscription=True)
        self.row = town.enrol(awa, self.offer, child=awa.children[0])
        line = PatternLine(0, "S")
        subscribe(actor=town.system, enrolment_id=self.row.pk, pattern=[line], starts_on=TODAY)
        book_subscriptions(actor=town.system, enrolment_id=self.row.pk, now=NOW)
        self.client, self.url = client, f"/ville-test/famille/inscriptions/abonnement/{self.row.pk}/"

    def days(self, code="S"):
        rows = Booking.objects.filter(enrolment=self.row, status="booked", slot__unit__code=code)
        return set(rows.values_list("on", flat=True))

    def ask(self, what, **fields):
        return self.client.post(self.url, {"quoi": what, **fields})

    def write(self, what, key="k1", **fields):
        return self.client.post(self.url, {"quoi": what, "act": "valider", "key": key, **fields}, follow=True)


@pytest.fixture
def scene(town, awa, login):
    return Scene(town, awa, login(awa.account))


def page(response) -> str:
    return response.content.decode().replace("\xa0", " ")


def iso(day):
    return day.isoformat()


def test_it_says_what_it_books_and_is_reached_from_the_enrolments(scene):
    seen = page(scene.client.get(f"/ville-test/famille/inscriptions/?enfant={scene.row.child_id}"))
    assert f"/inscriptions/abonnement/{scene.row.pk}/" in seen
    assert "Lundi, Soir" in page(scene.client.get(scene.url))


def test_other_days_from_a_date_give_back_and_book_the_days_ahead(scene, town):
    before = scene.days()
    new = {"starts": iso(MONDAY), "days": ["1-S"], "weeks": "every"}
    recap = page(scene.ask("changer", **new))
    assert "Les jours qui changent" in recap
    assert scene.days() == before, "nothing is written before « Valider »"
    assert not Procedure.objects.filter(number__isnull=False).exists()
    told = page(scene.write("changer", **new))
    assert "demande n° 1" in told
    assert {day for day in scene.days() if day.weekday() == 0} == {day for day in before if day < MONDAY}
    assert {day.weekday() for day in scene.days() if day >= MONDAY} == {1}
    assert "Mardi, Soir" in told
    again = page(scene.write("changer", **new))  # a double click
    assert "demande n° 1" in again
    assert Procedure.objects.filter(number__isnull=False).count() == 1
    assert_counters_are_exact(town.id)


def test_suspended_it_books_nothing_between_two_dates_and_goes_on_after(scene, town):
    before = scene.days()
    until = MONDAY + timedelta(days=6)
    told = page(scene.write("suspendre", starts=iso(MONDAY), until=iso(until)))
    assert "Suspendu" in told
    assert scene.days() == before - {MONDAY}
    book_subscriptions(actor=town.system, enrolment_id=scene.row.pk, now=NOW)
    assert scene.days() == before - {MONDAY}, "what is suspended is not booked again"
    assert Subscription.objects.count() == 2


def test_stopped_it_gives_back_what_it_may_and_the_enrolment_stays(scene):
    before = scene.days()
    told = page(scene.write("arreter", starts=iso(MONDAY)))
    assert scene.days() == {day for day in before if day < MONDAY}
    assert Enrolment.objects.get(pk=scene.row.pk).status == "active"
    assert "demande n° 1" in told
    # It may be taken up again: the days come back.
    scene.write("changer", key="k2", starts=iso(MONDAY), days=["0-S"], weeks="every")
    assert scene.days() == before


def test_a_day_that_a_parent_gave_up_stays_given_up(scene, town, awa):
    slot = Booking.objects.get(enrolment=scene.row, on=MONDAY, slot__unit__code="S").slot_id
    change_bookings(actor=town.parent(awa), items=[OrderItem(scene.row.pk, remove=frozenset({slot}))], now=NOW)
    scene.write("changer", starts=iso(TODAY), days=["0-S", "1-S"], weeks="every")
    assert MONDAY not in scene.days()
    assert MONDAY + timedelta(days=1) in scene.days()


def test_what_the_deadline_keeps_is_told_before_and_stays(scene):
    scene.offer.cancel_deadline = {"kind": "days", "days": 60, "at": "23:59"}
    scene.offer.save()
    before = scene.days()
    recap = page(scene.ask("arreter", starts=iso(MONDAY)))
    assert "reste réservé" in recap
    scene.write("arreter", starts=iso(MONDAY))
    assert scene.days() == before
    assert not Subscription.objects.filter(ends_on__gt=MONDAY).exists()


@pytest.mark.parametrize(
    ("what", "fields", "words"),
    [
        ("changer", {"starts": "", "days": ["0-S"]}, "erreur"),
        ("changer", {"starts": iso(MONDAY)}, "Cochez au moins un jour"),
        ("changer", {"starts": iso(TODAY - timedelta(days=3)), "days": ["0-S"]}, "à partir d’aujourd’hui"),
        ("suspendre", {"starts": iso(MONDAY), "until": iso(MONDAY - timedelta(days=1))}, "après le début"),
        ("arreter", {"starts": "31/02/2026"}, "erreur"),
        ("changer", {"starts": iso(MONDAY), "days": ["9-Z"]}, "erreur"),
    ],
)
def test_bad_input_is_told_in_french_and_writes_nothing(scene, what, fields, words):
    before = scene.days()
    for act in ("", "valider"):
        seen = scene.client.post(scene.url, {"quoi": what, "act": act, **fields})
        assert seen.status_code == 422
        assert words.lower() in page(seen).lower()
    assert scene.days() == before
    assert scene.client.post(scene.url, {"quoi": "vendre"}).status_code == 400


def test_only_its_family_may_change_it(scene, login, bruno):
    stranger = login(bruno.account)
    assert stranger.get(scene.url).status_code == 404
    assert stranger.post(scene.url, {"quoi": "arreter", "act": "valider", "starts": iso(MONDAY)}).status_code == 404
