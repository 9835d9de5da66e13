"""Lists of agents: who is expected, with what is to be known; on screen and as a spreadsheet."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.domain.bookings.operations import load_bookings
from preau.domain.catalogue.models import SchoolClass
from preau.domain.enrolments.models import Schooling
from preau.domain.families.models import Child, ChildHealth, Contact
from preau.domain.organisations.models import Site
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db
BASE = "/ville-test/agents/"


@pytest.fixture
def desk(town, login):
    return login(town.account("chloe", role="agent"))


@pytest.fixture
def expected(town, awa):
    """Awa's two children come to the first four moments, the elder in CM1, the younger in PS."""
    offer = town.offer()
    pairs = []
    for child, level in zip(awa.children, ("CM1", "PS"), strict=True):
        enrolment = town.enrol(awa, offer, child=child)
        pairs += [(enrolment.pk, slot.pk) for slot in slots_of(offer, after=TODAY - timedelta(days=1))[:4]]
        _school(town, child, f"{level} bleue", level)
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return offer


def _school(town, child, name, level):
    school_class = SchoolClass.objects.create(
        organisation_id=town.id, site=town.school, school_year=town.year, name=name, level=level
    )
    Schooling.objects.filter(child=child).delete()
    Schooling.objects.create(
        organisation_id=town.id,
        child=child,
        school_class=school_class,
        starts_on=TODAY - timedelta(days=30),
        ends_on=TODAY + timedelta(days=30),
    )


def texts_of(response) -> str:
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_classes_follow_one_another_as_children_grow(desk, expected):
    page = desk.get(f"{BASE}liste/").content.decode()
    assert page.index("PS bleue") < page.index("CM1 bleue")
    by_name = desk.get(f"{BASE}liste/?par=nom").content.decode()
    assert 'scope="rowgroup"' not in by_name
    assert "CM1 bleue" in by_name


def test_a_list_is_narrowed_by_moment_and_by_class(desk, expected):
    page = desk.get(f"{BASE}liste/?moment=Soir&classe=PS+bleue").content.decode()
    assert "1 présence prévue" in page
    assert "Enfant2" in page
    assert "Enfant1" not in page
    assert "Personne n’est attendu avec ces choix" in desk.get(f"{BASE}liste/?moment=Nuit").content.decode()
    assert "Enfant1" not in desk.get(f"{BASE}semaine/?classe=PS+bleue").content.decode()


def test_what_to_know_of_a_child_is_said_to_those_who_open_its_sheet(desk, town, awa, expected, login):
    child = awa.children[0]
    sheet = {"avoid": "arachide-secrète", "diet": "no_pork", "pai": "signed"}
    ChildHealth.objects.create(organisation_id=town.id, child=child, sheet=sheet, updated_at=NOW)
    who = {"organisation_id": town.id, "family": awa.family, "child": child, "said_at": NOW}
    Contact.objects.create(**who, kind="forbidden", first_name="Max", last_name="Interdit")
    for path in ("liste/", "semaine/", "liste/?format=xlsx", "semaine/?format=xlsx"):
        response = desk.get(BASE + path)
        text = texts_of(response) if "xlsx" in path else response.content.decode()
        assert "arachide" not in text
        assert "Interdit" not in text
        known = "Personne interdite, PAI, Allergie ou traitement, Sans porc" in text
        assert known is (path != "semaine/"), path
    for role in ("regisseur", "admin"):  # neither welcomes children: no name is theirs to read
        boss = login(town.account(f"x-{role}", role=role))
        assert {boss.get(BASE + path).status_code for path in ("liste/", "semaine/")} == {404}
        home = boss.get(BASE).content.decode()
        assert "/agents/liste/" not in home
        assert "/agents/semaine/" not in home


def test_a_garderie_where_nothing_is_booked_has_its_list(desk, town, awa):
    offer = town.offer(name="Garderie")
    offer.activity.booking_mode = "none"
    offer.activity.save()
    town.enrol(awa, offer, child=awa.children[0])
    page = desk.get(f"{BASE}liste/?date={slots_of(offer)[0].on}").content.decode()
    assert "Sans réservation" in page
    assert "Enfant1" in page
    assert "Enfant2" not in page
    sunday = TODAY + timedelta(days=6 - TODAY.weekday())
    assert "Enfant1" not in desk.get(f"{BASE}liste/?date={sunday}").content.decode()
    offer.is_subscription = True
    offer.save()
    assert "Enfant1" not in desk.get(f"{BASE}liste/?date={slots_of(offer)[0].on}").content.decode()


def test_what_a_family_typed_is_never_a_formula(desk, town, awa, expected):
    Child.objects.filter(pk=awa.children[0].pk).update(last_name='=HYPERLINK("http://x.example","Cliquez")')
    for path in ("liste/", "semaine/"):
        response = desk.get(f"{BASE}{path}?format=xlsx")
        assert response.headers["Content-Disposition"].startswith("attachment")
        text = texts_of(response)
        assert "=HYPERLINK" in text
        assert "<f>" not in text
        assert "<hyperlink" not in text


def test_the_week_opens_on_one_site_and_shows_all_when_asked(desk, town, awa, expected):
    zenith = Site.objects.create(organisation_id=town.id, name="Zénith", kind="school")
    other = town.offer(name="Ailleurs", site=zenith)
    enrolment = town.enrol(awa, other, child=awa.children[0])
    slot = slots_of(other, after=TODAY - timedelta(days=1))[0]
    load_bookings(actor=town.system, pairs=[(enrolment.pk, slot.pk)], now=NOW)
    first = desk.get(f"{BASE}semaine/?date={TODAY}").content.decode()
    assert "<h2>École des Tests</h2>" in first
    assert "<h2>Zénith</h2>" not in first
    every = desk.get(f"{BASE}semaine/?date={TODAY}&lieu=").content.decode()
    assert "<h2>Zénith</h2>" in every


def test_lists_cost_the_same_with_few_and_many(desk, town, awa, expected):
    def count(path):
        with CaptureQueriesContext(connection) as found:
            assert desk.get(BASE + path).status_code == 200
        return len(found)

    desk.get(BASE)
    paths = ("liste/", "semaine/", "liste/?format=xlsx")
    few = [count(path) for path in paths]
    slots = slots_of(expected, after=TODAY - timedelta(days=1))[:4]
    pairs = []
    for number in range(8):
        enrolment = town.enrol(awa, expected, child=town.child(awa, f"Cadet{number}", "Dupré"))
        pairs += [(enrolment.pk, slot.pk) for slot in slots]
    load_bookings(actor=town.system, pairs=pairs, now=NOW)
    assert [count(path) for path in paths] == few
    assert max(few) <= 16
