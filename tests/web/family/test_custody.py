"""What separated parents read and do: whose days, the grid, objections; from one's own side only."""

from datetime import UTC, date, datetime, timedelta

import pytest

from preau.domain.bookings.models import Booking
from preau.domain.families.enums import Authority
from preau.domain.families.models import Guardianship, Objection
from preau.domain.families.operations.custody import object_to_acts, set_residence
from preau.domain.families.operations.household import link_child
from preau.kernel.periods import monday_of
from preau.kernel.residence import HalfHolidays, Usual, WeekParity, WeekTurns
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(awa):
    return awa.children[0]


@pytest.fixture
def bea(town, awa, child):
    bea = town.household("Bea", children=0, login="bea")
    link_child(actor=town.agent("agent"), family_id=bea.family.pk, child_id=child.pk)
    return bea


def share(town, awa, bea, pattern, **extra):
    set_residence(
        actor=town.agent("agent"),
        child_id=awa.children[0].pk,
        pattern=pattern,
        adult_a_id=awa.adult.pk,
        adult_b_id=bea.adult.pk,
        now=NOW,
        **extra,
    )


def words_of(response):
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("pattern", "mine", "theirs"),
    [
        (WeekParity("a"), "Chez vous les semaines paires", "Chez vous les semaines impaires"),
        (WeekTurns("a", TODAY), "Chez vous une semaine sur deux", "Chez vous une semaine sur deux"),
        (
            HalfHolidays("a", Usual("a")),
            "Chez vous hors des vacances, et la moitié des vacances scolaires",
            "Chez son autre parent hors des vacances, et la moitié des vacances scolaires",
        ),
    ],
)
def test_each_parent_reads_whose_days_they_are_from_its_own_side(town, awa, bea, child, login, pattern, mine, theirs):
    share(town, awa, bea, pattern)
    for household, said in ((awa, mine), (bea, theirs)):
        client = login(household.account)
        for path in ("", f"enfants/{child.pk}/"):
            page = words_of(client.get(f"/{town.slug}/famille/{path}"))
            assert said in page
            other = bea if household is awa else awa
            assert other.adult.email not in page


def test_the_home_costs_one_query_for_any_number_of_homes(town, awa, bea, login, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = login(awa.account)
    client.get(f"/{town.slug}/famille/")
    with CaptureQueriesContext(connection) as before:
        client.get(f"/{town.slug}/famille/")
    share(town, awa, bea, WeekParity("a"))
    with django_assert_num_queries(len(before)):
        client.get(f"/{town.slug}/famille/")
    assert len(before) <= 15


def test_the_grid_says_why_a_day_is_locked_and_a_tampered_post_is_refused_in_words(town, awa, bea, child, login):
    offer = town.offer()
    enrolment = town.enrol(awa, offer, child=child)
    share(town, awa, bea, WeekTurns("b", TODAY + timedelta(days=7)))
    monday = monday_of(TODAY) + timedelta(days=7)
    slot = next(each for each in slots_of(offer) if each.on == monday)
    client, path = login(awa.account), f"/{town.slug}/famille/reservations/{enrolment.pk}/"
    page = words_of(client.get(path, {"vue": "semaine", "debut": monday.isoformat()}))
    assert "chez l’autre parent" in page
    assert f'value="{slot.pk}"' not in page
    assert "Les jours de l’autre parent sont fermés" in page
    tampered = {
        "vue": "semaine",
        "debut": monday.isoformat(),
        "seen": f"{slot.pk}:0",
        "u": slot.pk,
    }
    answer = client.post(f"{path}recapitulatif/", tampered)
    assert "l’enfant est chez son autre parent" in words_of(answer).lower()
    recap = client.get(f"{path}recapitulatif/")
    if recap.status_code == 200 and "key" in recap.context:
        client.post(f"{path}recapitulatif/", {"key": recap.context["key"]})
    assert Booking.objects.count() == 0


def test_a_draft_made_before_the_calendar_is_refused_in_words_when_sent(town, awa, bea, child, login):
    from preau.domain.procedures.operations.basket import change_basket

    offer = town.offer()
    enrolment = town.enrol(awa, offer, child=child)
    monday = monday_of(TODAY) + timedelta(days=7)
    slot = next(each for each in slots_of(offer) if each.on == monday)
    change_basket(actor=town.parent(awa), changes={enrolment.pk: {slot.pk: True}}, now=NOW)
    share(town, awa, bea, WeekTurns("b", monday))
    page = words_of(login(awa.account).get(f"/{town.slug}/famille/reservations/{enrolment.pk}/recapitulatif/"))
    assert "Ce jour-là, l’enfant est chez son autre parent." in page


@pytest.mark.parametrize(
    ("pattern", "awas"),
    [
        # Even weeks with Awa: 53 and 1 are both odd, so both are Béa's.
        (WeekParity("a"), {date(2026, 12, 21): True, date(2026, 12, 28): False, date(2027, 1, 4): False}),
        # Strictly in turn: week 1 is Awa's again.
        (
            WeekTurns("a", date(2026, 12, 21)),
            {date(2026, 12, 21): True, date(2026, 12, 28): False, date(2027, 1, 4): True},
        ),
    ],
)
def test_week_53_and_week_1_are_refused_to_the_right_parent(town, awa, bea, child, pattern, awas):
    from preau.domain.bookings.operations import OrderItem
    from preau.domain.procedures.operations.orders import place_order
    from preau.domain.procedures.rules import NothingToDo

    offer = town.offer(starts_on=date(2026, 12, 14), ends_on=date(2027, 1, 18))
    for household in (awa, bea):
        town.enrol(household, offer, child=child)
    share(town, awa, bea, pattern)
    now = datetime(2026, 12, 14, 8, tzinfo=UTC)
    slots = slots_of(offer, after=date(2026, 12, 20), code="M")
    key = 0
    for monday, is_awas in awas.items():
        week = [each for each in slots if monday <= each.on < monday + timedelta(days=7)]
        assert week
        for household, is_own in ((awa, is_awas), (bea, not is_awas)):
            key += 1
            item = OrderItem(household.enrolments[0].pk, frozenset(each.pk for each in week))
            try:
                answer = place_order(actor=town.parent(household), items=[item], key=f"k{key}", now=now).procedures[0]
            except NothingToDo:  # the other home, whose days they are, has booked them
                assert not is_own
                continue
            if is_own:
                assert [each.on for each in answer.added] == [each.on for each in week]
            else:
                assert {each.why for each in answer.refused} == {"not_your_day"}
                assert not answer.added


def test_a_parent_objects_reads_and_takes_back_its_own_objection(town, awa, bea, child, login):
    client, path = login(bea.account), f"/{town.slug}/famille/enfants/{child.pk}/opposition/"
    page = words_of(client.get(path))
    assert "article 372-2 du Code civil" in page
    wrong = client.post(path, {"text": "  "})
    assert (wrong.status_code, Objection.objects.count()) == (422, 0)
    assert "<title>Erreur," in wrong.content.decode()
    assert "Écrivez à quoi vous vous opposez" in words_of(wrong)
    assert client.post(path, {"text": "Pas de changement d’école."}).status_code == 302
    assert "Pas de changement d’école." in words_of(client.get(path))
    assert "Vous vous opposez par écrit" in words_of(client.get(f"/{town.slug}/famille/enfants/{child.pk}/"))
    made = Objection.objects.get()
    assert client.post(f"{path}{made.pk}/retrait/").status_code == 302
    made.refresh_from_db()
    assert made.lifted_at is not None


def test_the_other_parent_sees_nothing_of_an_objection(town, awa, bea, child, login):
    made = object_to_acts(
        actor=town.parent(bea), child_id=child.pk, adult_id=bea.adult.pk, text="Raison secrète", now=NOW
    )
    client = login(awa.account)
    for path in ("", f"enfants/{child.pk}/", f"enfants/{child.pk}/opposition/"):
        page = words_of(client.get(f"/{town.slug}/famille/{path}"))
        assert "Raison secrète" not in page
        assert "Votre opposition du" not in page
    assert client.post(f"/{town.slug}/famille/enfants/{child.pk}/opposition/{made}/retrait/").status_code == 404
    assert Objection.objects.get().lifted_at is None


def test_a_parent_alone_is_not_shown_the_other_parents_section(town, awa, child, login):
    assert "Garde et autre parent" not in words_of(login(awa.account).get(f"/{town.slug}/famille/enfants/{child.pk}/"))


def test_who_does_not_exercise_authority_cannot_object(town, awa, bea, child, login):
    Guardianship.objects.filter(adult=bea.adult).update(authority=Authority.HELD)
    path = f"/{town.slug}/famille/enfants/{child.pk}/opposition/"
    client = login(bea.account)
    assert "Ces informations sont données sur demande" in words_of(client.get(path))
    client.post(path, {"text": "Non"})
    assert not Objection.objects.exists()
