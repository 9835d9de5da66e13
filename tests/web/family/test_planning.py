"""« Calendrier des inscriptions » : letters of each moment, two states in one box, totals, private diaries."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from preau.domain.attendance.models import Presence
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem
from preau.domain.catalogue.models import PublicHoliday
from preau.domain.creche.models import CareRange
from preau.domain.families.models import Guardianship
from preau.domain.procedures.enums import PlanState
from preau.domain.procedures.models import PlanningDiary
from preau.domain.procedures.operations.diaries import MOST_DIARIES, open_diary
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.queries.planning import plan_of
from preau.domain.procedures.rules import plan_states
from tests.factories.absences import Absences, send
from tests.factories.clients import client_of
from tests.factories.contracts import START, Contracts
from tests.factories.tasks import run_waiting
from tests.factories.town import NOW, TODAY, Town, slots_of


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def home(town):
    return town.household("Pinson", children=2)


@pytest.fixture
def client(home):
    return client_of(home.account)


def week(town, on=TODAY):
    return reverse("family:planning", args=[town.slug]) + f"?semaine={on.isoformat()}"


def month(town, child, on=START):
    return reverse("family:planning_month", args=[town.slug, child.pk]) + f"?mois={on:%Y-%m}"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\u00a0", " ")


def plan(town, home, on):
    from dataclasses import replace

    actor = replace(town.parent(home), child_ids=frozenset(each.pk for each in home.children))
    found = plan_of(actor=actor, child_ids=actor.child_ids, start=on, end=on + timedelta(days=31), today=TODAY)
    return {(each.child_id, each.on, each.hours.start): each for each in found.lines}


def test_a_week_has_a_block_per_child_and_says_where_there_is_nothing(town, home, client):
    offer = town.offer()
    enrolment = town.enrol(home, offer, child=home.children[0])
    slot = slots_of(offer)[0]
    Booking.objects.create(
        organisation_id=town.id, enrolment=enrolment, family=home.family, child=home.children[0], slot=slot,
        on=slot.on, status="booked", booked_at=f"{TODAY}T08:00:00Z",
    )  # fmt: skip
    found = text(client.get(week(town, slot.on)))
    assert "Semaine du " in found
    assert "Réservée Accueil périscolaire, Matin, 07:30-08:30" in found
    assert found.count("planning mensuel") == 2
    assert "Aucune inscription" in found
    for words in ("Annulée", "Présent", "Absence excusée", "Sortie scolaire", "Sur liste d’attente", "Majoration"):
        assert words in found


def test_the_months_of_a_contract_with_its_totals(town, home, client):
    contracts = Contracts(town)
    contracts.signed(home)
    run_waiting("book_signed")
    found = text(client.get(month(town, home.children[0])))
    assert "R Réservée, Accueil Régulier, 08:30 17:00" in found
    assert "Heures du contrat, par mois 110,5 h" in found
    assert "Heures réservées 119 h" in found
    assert "Contrat n° 1 - Les Coquelicots" in found


def test_public_holidays_are_named_in_empty_boxes(town, home, client):
    PublicHoliday.objects.create(organisation_id=town.id, on=date(2026, 12, 25), name="Noël")
    month = reverse("family:planning_month", args=[town.slug, home.children[0].pk]) + "?mois=2026-12"
    assert client.get(month).content.decode().count("Noël") == 1
    week = reverse("family:planning", args=[town.slug]) + "?semaine=2026-12-21"
    assert "Noël" not in client.get(week).content.decode()  # a week without anything says so, and no more


def test_an_absence_excused_is_two_letters_in_one_box(town, home):
    offer = town.offer(cancel_deadline={"kind": "hours", "hours": 480})
    town.enrol(home, offer, child=home.children[0])
    slots = slots_of(offer)
    item = OrderItem(home.enrolments[0].pk, frozenset(each.pk for each in slots[:4]))
    place_order(actor=town.parent(home), items=[item], key="plan", now=NOW)
    rules = Absences(town)
    rules.open(town.activity)
    send(town.parent(home), home, slots[0].on, reason=rules.teacher.code)
    states = {each.states for each in plan(town, home, TODAY).values() if each.on == slots[0].on}
    assert (PlanState.ABSENT, PlanState.EXCUSED) in states


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (PlanState.RESERVED, {}, (PlanState.RESERVED,)),
        (PlanState.RESERVED, {"is_missed": True}, (PlanState.ABSENT,)),
        (PlanState.RESERVED, {"is_missed": True, "is_excused": True}, (PlanState.ABSENT, PlanState.EXCUSED)),
        (PlanState.RESERVED, {"is_missed": True, "is_present": True}, (PlanState.PRESENT,)),
        (PlanState.RESERVED, {"is_present": False}, (PlanState.ABSENT,)),
        (PlanState.CANCELLED, {"is_missed": True}, (PlanState.CANCELLED,)),
        (PlanState.TO_VALIDATE, {}, (PlanState.TO_VALIDATE,)),
        (PlanState.CLOSED, {"is_present": True}, (PlanState.PRESENT,)),
    ],
)
def test_what_was_seen_wins_over_what_was_said(status, said, expected):
    assert plan_states(status, **said) == expected


def test_hours_made_and_beyond_are_counted_as_the_structure_counts_them(town, home, client):
    contracts = Contracts(town, half_hours="bounds")
    contracts.signed(home)
    run_waiting("book_signed")
    row = CareRange.objects.order_by("on")[0]
    CareRange.objects.filter(pk=row.pk).update(on=TODAY)
    row.refresh_from_db()
    Presence.objects.create(
        organisation_id=town.id, child=home.children[0], on=TODAY, activity=contracts.offer.activity,
        site=contracts.creche.site, section=contracts.creche.sections[0], starts_minute=510, ends_minute=1020,
        enrolment=row.enrolment, care_range=row, seen="present", arrived_minute=500, left_minute=1030,
    )  # fmt: skip
    found = plan(town, home, TODAY)[home.children[0].pk, TODAY, 510]
    assert found.states == (PlanState.PRESENT,)
    assert (found.made.start, found.made.end) == (500, 1030)


def test_what_came_unbooked_is_present_and_more_to_pay(town, home):
    Presence.objects.create(
        organisation_id=town.id, child=home.children[0], on=TODAY, activity=town.activity, site=town.school,
        moment="Soir", starts_minute=990, ends_minute=1110, is_expected=False, seen="present", left_minute=1080,
    )  # fmt: skip
    found = plan(town, home, TODAY)[home.children[0].pk, TODAY, 990]
    assert found.states == (PlanState.PRESENT, PlanState.SURCHARGE)


def test_names_of_states_are_those_of_the_town(town, home, client):
    town.organisation.labels = {"plan_reserved": "I Inscrit", "planning": "Mon planning"}
    town.organisation.save()
    found = text(client.get(week(town)))
    assert "Mon planning" in found
    assert "Inscrit" in found
    assert "Réservée" not in found


def test_a_child_that_is_closed_or_another_s_is_not_found(town, home, client):
    stranger = town.household("Corneille")
    assert client.get(month(town, stranger.children[0])).status_code == 404
    Guardianship.objects.filter(child=home.children[1]).update(authority="withdrawn")
    assert client_of(home.account).get(month(town, home.children[1])).status_code == 404


@pytest.mark.parametrize("bad", ["?mois=2026-13", "?mois=hier", "?mois=1900-01"])
def test_a_month_that_is_none(town, home, client, bad):
    where = reverse("family:planning_month", args=[town.slug, home.children[0].pk])
    assert client.get(where + bad).status_code == 400


def test_queries_of_a_month_are_few_whatever_it_holds(town, home, client, django_assert_max_num_queries):
    contracts = Contracts(town)
    contracts.signed(home)
    run_waiting("book_signed")
    offer = town.offer()
    town.enrol(home, offer, child=home.children[0])
    client.get(month(town, home.children[0]))
    with django_assert_max_num_queries(12):
        client.get(month(town, home.children[0]))
    with django_assert_max_num_queries(12):
        client.get(week(town, START))


def test_a_private_diary_is_opened_read_and_closed(town, home, client, django_user_model):
    contracts = Contracts(town)
    contracts.signed(home)
    run_waiting("book_signed")
    where = reverse("family:diary", args=[town.slug])
    assert "Aucune adresse n’est ouverte." in client.get(where).content.decode()
    for nobody in ({}, {"enfant": "12x"}):
        client.post(reverse("family:diary_open", args=[town.slug]), nobody)
        assert "Choisissez parmi les enfants de la liste." in client.get(where).content.decode()
    assert not PlanningDiary.objects.exists()
    client.post(reverse("family:diary_open", args=[town.slug]), {"enfant": str(home.children[0].pk)})
    page = client.get(where).content.decode()
    address = re.search(r"/ville-test/agenda/[\w-]+\.ics", page)[0]
    assert address not in client.get(where).content.decode()
    anonymous = type(client)()
    answer = anonymous.get(address)
    assert answer["Content-Type"].startswith("text/calendar")
    said = answer.content.decode()
    assert "SUMMARY:Enfant1" in said
    assert "Pinson" not in said
    assert "DTSTART:20261201T073000Z" in said
    diary = PlanningDiary.objects.get()
    assert diary.secret_hash not in address
    assert client.post(reverse("family:diary_close", args=[town.slug, diary.pk])).status_code == 302
    assert anonymous.get(address).status_code == 404


def test_a_diary_gives_no_more_than_its_owner_reads(town, home, client):
    secret = open_diary(actor=town.parent(home), child_id=None, now=f"{TODAY}T08:00:00Z")
    where = reverse("public:diary", args=[town.slug, secret])
    anonymous = type(client)()
    assert anonymous.get(where).status_code == 200
    type(home.account).objects.filter(pk=home.account.pk).update(is_active=False)
    assert anonymous.get(where).status_code == 404


def test_old_diaries_close_by_themselves(town, home):
    for _each in range(MOST_DIARIES + 2):
        open_diary(actor=town.parent(home), child_id=None, now=f"{TODAY}T08:00:00Z")
    assert PlanningDiary.objects.filter(closed_at=None).count() == MOST_DIARIES
