"""Absences as agents note, decide and correct them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from preau.base.models import JournalEntry
from preau.domain.absences.models import Absence, AbsenceDay, AbsencePolicy
from preau.domain.bookings.operations import load_bookings
from preau.domain.creche.models import CareRange
from preau.domain.organisations.models import Department
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.absences import close_unproven
from tests.factories.absences import Absences, send
from tests.factories.clients import client_of
from tests.factories.creche import Creche, monday
from tests.factories.town import NOW, TODAY, Town, slots_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def home(town):
    Absences(town).open(town.activity)
    offer = town.offer(units=(("R", "Repas", 705, 810),), cancel_deadline={"kind": "hours", "hours": 48})
    made = town.household("Dupré", children=2)
    for child in made.children:
        enrolment = town.enrol(made, offer, child=child)
        slots = [slot.pk for slot in slots_of(offer, after=TODAY - timedelta(days=1))][:10]
        load_bookings(actor=town.system, pairs=[(enrolment.pk, pk) for pk in slots], now=NOW)
    return made


@pytest.fixture
def client(town):
    return client_of(town.account("agent.ici", role="agent"))


def url(name, *args):
    return reverse(f"staff:{name}", args=["ville-test", *args])


def phone_url(home, number=0):
    return url("absence_phone", home.family.pk, home.children[number].pk)


def noted(home, **more):
    return {"first": TODAY.isoformat(), "last": "", "enrolments": [home.enrolments[0].pk], "reason": "maladie", **more}


def test_two_taps_from_the_list_of_the_day(client, home):
    page = client.get(url("day"), {"date": TODAY.isoformat()})
    assert page.text.count("Noter absent") == 2
    address = f"{phone_url(home)}?jour={TODAY.isoformat()}&liste=jour"
    assert address.replace("&", "&amp;") in page.text
    assert "Maladie" in client.get(address).text
    done = client.post(address, noted(home), follow=True)
    assert "L’absence est notée" in done.text
    assert "1 présence prévue" in done.text
    assert "1 absence" in done.text
    assert 'data-s="abs"' in done.text
    row = Absence.objects.get()
    assert (row.source, row.proof) == ("service", "awaited")
    assert Procedure.objects.get(kind="absence").on_behalf


def test_no_motive_writes_nothing(client, home):
    page = client.post(phone_url(home), noted(home, reason=""))
    assert page.status_code == 422
    assert "Choisissez un motif" in page.text
    page = client.post(phone_url(home), noted(home, first="2026-99-01"))
    assert page.status_code == 422
    assert not Absence.objects.exists()


def test_what_is_noted_already_or_not_planned_is_told(client, home):
    client.post(phone_url(home), noted(home))
    again = client.post(phone_url(home), noted(home))
    assert "déjà notée" in again.text
    none = client.post(phone_url(home), noted(home, first=(TODAY + timedelta(days=5)).isoformat()))
    assert "Rien n’est prévu à ces dates" in none.text


def test_only_who_looks_after_the_child_notes_its_absence(town, home):
    for role in ("site_staff", "regisseur", "admin"):
        other = client_of(town.account(f"{role}.ici", role=role))
        assert other.get(phone_url(home)).status_code in (403, 404)
    elsewhere = town.account("agent.ailleurs", role="agent")
    other = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    town.limit(elsewhere, department_ids=[other.pk])
    assert client_of(elsewhere).get(phone_url(home)).status_code == 404


def test_the_motive_of_health_is_read_on_demand_and_the_reading_is_kept(client, home, town):
    [number, _other] = send(town.parent(home), home, TODAY, comment="Varicelle").numbers
    page = client.get(url("procedure", number))
    assert "Motif de santé" in page.text
    assert "Varicelle" not in page.text
    assert "Maladie" not in page.text
    shown = client.post(url("procedure_health", number))
    assert "Varicelle" in shown.text
    assert JournalEntry.objects.filter(act="health.read").exists()


def test_a_motive_that_is_not_of_health_is_read_at_once(client, home, town):
    [number, _other] = send(town.parent(home), home, TODAY, reason="conges", comment="Chez sa grand-mère").numbers
    page = client.get(url("procedure", number))
    assert "Congés" in page.text
    assert "Chez sa grand-mère" in page.text


def test_a_late_proof_is_granted_with_a_reason(client, home, town):
    [number, _other] = send(town.parent(home), home, TODAY).numbers
    close_unproven(actor=town.system, now=NOW + timedelta(days=4))
    page = client.get(url("procedure", number))
    assert "malgré le retard" in page.text
    without = client.post(url("absence_grant", number), {"motif": " "}, follow=True)
    assert "Dites pourquoi" in without.text
    done = client.post(url("absence_grant", number), {"motif": "Certificat apporté à l’accueil"}, follow=True)
    assert "l’absence est justifiée" in done.text
    assert AbsenceDay.objects.filter(absence__enrolment=home.enrolments[0]).get().effect == "deducted"


def test_an_agent_corrects_with_a_reason(client, home, town):
    [number, _other] = send(town.parent(home), home, TODAY).numbers
    without = client.post(url("absence_correct", number), {"motif": ""}, follow=True)
    assert "Dites pourquoi" in without.text
    done = client.post(url("absence_correct", number), {"motif": "Il a mangé avec sa classe"}, follow=True)
    assert "l’absence est annulée" in done.text
    assert Procedure.objects.get(number=number).status == "cancelled"
    again = client.post(url("absence_correct", number), {"motif": "x"}, follow=True)
    assert "déjà annulée" in again.text


def test_the_counts_of_the_home_and_of_the_week_leave_out_who_does_not_come(client, home, town):
    send(town.parent(home), home, TODAY)
    page = client.get(url("home"))
    assert "<b>0</b>" in page.text
    week = client.get(url("week"), {"date": TODAY.isoformat()})
    assert "(R)" in week.text
    assert "absence signalée" in week.text
    book = client.get(url("day"), {"date": TODAY.isoformat(), "format": "xlsx"})
    assert book.status_code == 200


def test_the_sheet_of_a_creche_says_who_is_absent(client, home, town):
    creche = Creche(town)
    offer = creche.offer("regular")
    AbsencePolicy.objects.create(organisation_id=town.id, activity=offer.activity, window={"kind": "eve"}, frees=False)
    cared = town.household("Bébé")
    enrolment = creche.enrol(cared, offer)
    CareRange.objects.create(
        organisation_id=town.id, enrolment=enrolment, family=cared.family, child=cared.children[0],
        section=creche.sections[0], on=monday(), starts_minute=540, ends_minute=1020, booked_at=NOW,
    )  # fmt: skip
    send(town.agent("agent", account=town.account("dir", role="agent")), cared, monday())
    page = client.get(url("care_sheet", creche.sections[0].pk, monday().isoformat()))
    assert "dont 1 absent" in page.text


def test_lists_cost_one_query_more_whatever_the_absences(client, home, town):
    with CaptureQueriesContext(connection) as before:
        client.get(url("day"), {"date": TODAY.isoformat()})
    send(town.parent(home), home, TODAY)
    with CaptureQueriesContext(connection) as after:
        client.get(url("day"), {"date": TODAY.isoformat()})
    assert len(after) <= len(before)
