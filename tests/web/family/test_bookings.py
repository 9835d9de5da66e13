"""The booking screens through Django's client: the path of a parent, bad input, constant queries."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import OrderItem
from preau.domain.catalogue.models import Activity, Offer, ResourceDay, Slot
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.queries.orders import booking_draft
from preau.web.family.bookings.recap import RecapDay, by_month
from preau.web.ui.templatetags.fr import day_words_short
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db
BASE = "/ville-test/famille"


@pytest.fixture
def offer(town, awa):
    offer = town.offer(capacity=3, book_deadline={"kind": "working_days", "days": 1, "at": "10:00"})
    for child in awa.children:
        town.enrol(awa, offer, child=child)
    return offer


@pytest.fixture
def client(awa, login):
    return login(awa.account)


def grid(awa):
    return f"{BASE}/reservations/{awa.enrolments[0].pk}/"


def tick(client, url, *slots, act="", **data):
    """Send the month as the page would: every open box seen empty, these ticked. Without act, on to step 2."""
    sent = {"vue": "mois", "seen": [f"{slot.pk}:0" for slot in slots], "u": [slot.pk for slot in slots], **data}
    return client.post(url, sent | {"act": act}) if act else client.post(f"{url}recapitulatif/", sent)


def read(response):
    """What the page of the récapitulatif sends back: its key, and what it showed."""
    text = response.content.decode()
    return {name: re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in ("key", "lu")}


def test_a_parent_ticks_reads_again_and_is_answered_at_once(client, awa, offer):
    slots = slots_of(offer, after=TODAY + timedelta(days=1))[:2]
    recap = tick(client, grid(awa), *slots)
    assert "2 - Le récapitulatif" in recap.content.decode()
    done = client.post(grid(awa) + "recapitulatif/", read(recap), follow=True)
    text = done.content.decode()
    assert "Nous avons bien enregistré votre demande" in text
    assert "Traitée positivement" in text
    assert "Demande n° <b" in text
    assert Booking.objects.filter(status="booked").count() == 2


def test_a_key_that_no_database_takes_is_no_breakdown(client, awa, offer):
    """A sign NUL in the key of an order: PostgreSQL answered by a page of error."""
    tick(client, grid(awa), *slots_of(offer)[5:7])
    data = read(client.get(grid(awa) + "recapitulatif/"))
    assert client.post(grid(awa) + "recapitulatif/", {**data, "key": "a\x00b"}).status_code in (302, 404)


def test_sending_the_same_recap_twice_books_once(client, awa, offer):
    tick(client, grid(awa), *slots_of(offer, after=TODAY + timedelta(days=1))[:1])
    data = read(client.get(grid(awa) + "recapitulatif/"))
    first = client.post(grid(awa) + "recapitulatif/", data)
    again = client.post(grid(awa) + "recapitulatif/", data)
    assert first.url == again.url
    assert Procedure.objects.filter(number__isnull=False).count() == 1


def test_what_is_ticked_is_kept_from_month_to_month(client, awa, offer):
    november, december = slots_of(offer, code="S")[3], slots_of(offer, after=TODAY + timedelta(days=20))[0]
    response = tick(client, grid(awa), november, act="go:2026-12-01")
    assert "debut=2026-12-01" in response.url
    tick(client, grid(awa), december, act="save", debut="2026-12-01")
    draft = booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk)
    assert draft == {november.pk: True, december.pk: True}
    page = client.get(grid(awa)).content.decode()
    assert "2 modifications" in page


def _actor(household):
    from preau.base.actor import FAMILY, Actor

    return Actor(
        organisation_id=household.family.organisation_id,
        audience=FAMILY,
        account_id=household.account.pk,
        family_ids=frozenset({household.family.pk}),
    )


def test_a_stale_page_does_not_undo_what_the_other_parent_did(client, town, awa, offer):
    mine, theirs = slots_of(offer, after=TODAY + timedelta(days=1))[:2]
    Booking.objects.create(
        organisation_id=town.id,
        enrolment=awa.enrolments[0],
        slot=theirs,
        on=theirs.on,
        family=awa.family,
        child=awa.enrolments[0].child,
        status="booked",
        booked_at=NOW,
    )
    # The page was drawn before: it showed both boxes empty, and only mine was ticked.
    sent = {"vue": "mois", "seen": [f"{mine.pk}:0", f"{theirs.pk}:0"], "u": [mine.pk]}
    client.post(f"{grid(awa)}recapitulatif/", sent)
    assert booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk) == {mine.pk: True}


def test_what_went_meanwhile_is_said_with_its_reason(client, awa, offer):
    slot, other = slots_of(offer, after=TODAY + timedelta(days=1))[:2]
    tick(client, grid(awa), slot, other)
    ResourceDay.objects.filter(resource_id=slot.unit.resource_ids[0], on=slot.on).update(capacity=0)
    recap = client.get(grid(awa) + "recapitulatif/")
    assert "C’est complet" in recap.content.decode()
    done = client.post(grid(awa) + "recapitulatif/", read(recap), follow=True).content.decode()
    assert "Une partie de votre demande n’a pas pu être accordée" in done
    assert Booking.objects.filter(status="booked").count() == 1


def test_a_full_slot_has_no_box(client, awa, offer):
    slot = slots_of(offer, after=TODAY + timedelta(days=1))[0]
    ResourceDay.objects.filter(resource_id=slot.unit.resource_ids[0], on=slot.on).update(capacity=0)
    page = client.get(grid(awa)).content.decode()
    assert f'value="{slot.pk}:' not in page
    assert "complet" in page


def test_tick_all_and_untick_all(client, awa, offer):
    client.post(grid(awa), {"vue": "mois", "act": "all"})
    draft = booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk)
    assert draft
    assert all(draft.values())
    month = len(draft)
    client.post(grid(awa), {"vue": "mois", "act": "all_period"})
    assert len(booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk)) > month
    client.post(grid(awa), {"vue": "mois", "act": "none_period"})
    assert booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk) == {}


def test_going_on_without_a_change_says_so(client, awa, offer):
    page = client.post(f"{grid(awa)}recapitulatif/", {"vue": "mois"}, follow=True).content.decode()
    assert "Vous n’avez rien changé" in page


def test_a_periodicity_is_looked_at_before_it_is_applied(client, awa, offer):
    url = grid(awa) + "periodicite/"
    data = {
        "weekdays": ["0", "3"],
        "units": ["S"],
        "start": "2026-11-20",
        "end": "2026-12-20",
        "rhythm": "even",
        "wanted": "1",
        "act": "preview",
    }
    preview = client.post(url, data).content.decode()
    assert "réservations seraient ajoutées" in preview
    assert booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk) == {}
    client.post(url, {**data, "act": "apply"})
    draft = booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk)
    days = {slot.on for slot in slots_of(offer) if slot.pk in draft}
    assert days
    assert {day.weekday() for day in days} <= {0, 3}
    assert {day.isocalendar().week % 2 for day in days} == {0}


def test_a_periodicity_with_a_wrong_date_keeps_what_was_typed(client, awa, offer):
    data = {
        "weekdays": ["0"],
        "units": ["S"],
        "start": "2026-12-20",
        "end": "2026-12-01",
        "rhythm": "every",
        "wanted": "1",
    }
    response = client.post(grid(awa) + "periodicite/", data)
    assert response.status_code == 422
    assert "La fin est avant le début" in response.content.decode()
    assert 'value="2026-12-20"' in response.content.decode()


def test_the_same_request_for_a_brother_joins_the_basket_and_is_read_before_it_is_placed(client, awa, offer):
    slots = slots_of(offer, after=TODAY + timedelta(days=1))[:2]
    tick(client, grid(awa), *slots)
    recap = client.get(grid(awa) + "recapitulatif/")
    brother = awa.enrolments[1].pk
    assert "Effectuer la même demande pour" in recap.content.decode()
    page = client.post(grid(awa) + "recapitulatif/", {**read(recap), "same": [brother]}, follow=True)
    assert "Rien n’est encore enregistré" in page.content.decode()
    assert page.content.decode().count('data-s="add"') == 4
    assert f'name="same" value="{brother}"' not in page.content.decode()
    assert not Booking.objects.exists()
    done = client.post(grid(awa) + "recapitulatif/", read(page), follow=True).content.decode()
    assert Booking.objects.filter(status="booked").count() == 4
    assert "Demande n° 2" in done
    assert Procedure.objects.filter(number__isnull=False).values_list("order_key", flat=True).distinct().count() == 1


def test_a_brother_who_has_the_days_already_is_not_refused_and_makes_no_demande(client, awa, offer):
    slot = slots_of(offer, after=TODAY + timedelta(days=1))[0]
    brother = awa.enrolments[1]
    tick(client, f"{BASE}/reservations/{brother.pk}/", slot)
    client.post(grid(awa) + "recapitulatif/", read(client.get(grid(awa) + "recapitulatif/")))
    tick(client, grid(awa), slot)
    recap = client.get(grid(awa) + "recapitulatif/")
    page = client.post(grid(awa) + "recapitulatif/", {**read(recap), "same": [brother.pk]}, follow=True)
    assert "1 moment est déjà ainsi\u00a0: rien à faire" in page.content.decode()
    assert "n’est plus possible" not in page.content.decode()
    client.post(grid(awa) + "recapitulatif/", read(page))
    numbered = Procedure.objects.filter(number__isnull=False)
    assert [row.status for row in numbered] == ["accepted", "accepted"]
    assert {row.enrolment_id for row in numbered} == {awa.enrolments[0].pk, brother.pk}


def test_what_the_other_parent_booked_a_minute_before_is_nothing_to_do(client, town, awa, offer):
    slot = slots_of(offer, after=TODAY + timedelta(days=1))[0]
    tick(client, grid(awa), slot)
    recap = read(client.get(grid(awa) + "recapitulatif/"))
    item = OrderItem(awa.enrolments[0].pk, frozenset({slot.pk}))
    place_order(actor=town.parent(awa), items=[item], key="other tab", now=NOW)
    Procedure.objects.create(
        organisation_id=town.id,
        kind="booking",
        status="draft",
        family_id=awa.family.pk,
        enrolment_id=awa.enrolments[0].pk,
        account_id=awa.account.pk,
        wishes={str(slot.pk): True},
        created_at=NOW,
        updated_at=NOW,
    )
    page = client.post(grid(awa) + "recapitulatif/", recap, follow=True).content.decode()
    assert "Rien à faire\u00a0: vos réservations sont déjà ainsi" in page
    assert Procedure.objects.filter(number__isnull=False).count() == 1
    assert not Procedure.objects.filter(status="draft").exists()


def test_the_list_is_a_card_per_child_with_the_days_booked_ahead(client, town, awa, offer):
    first, second = slots_of(offer, after=TODAY)[:2]
    line = awa.enrolments[0]
    place_order(actor=town.parent(awa), items=[OrderItem(line.pk, frozenset({first.pk}))], key="k", now=NOW)
    tick(client, grid(awa), second, act="keep")
    text = client.get(f"{BASE}/reservations/").content.decode()
    assert text.count("<h2 id=") == len(awa.children)
    assert text.count("1 jour réservé à venir") == 1
    assert text.count("rien de réservé à venir") == len(awa.enrolments) - 1
    assert text.count("modification non envoyée") == 1


def test_tabs_of_children_keep_the_ticks_and_the_recap_holds_every_child(client, awa, offer):
    first, second = slots_of(offer, after=TODAY + timedelta(days=1))[:2]
    brother = f"{BASE}/reservations/{awa.enrolments[1].pk}/"
    response = tick(client, grid(awa), first, act=f"vers:{awa.enrolments[1].pk}", debut="2026-11-16")
    assert response.url.startswith(brother)
    assert "debut=2026-11-16" in response.url
    assert "1 modification" in client.get(response.url).content.decode()
    tick(client, brother, second)
    recap = client.get(brother + "recapitulatif/").content.decode()
    assert recap.count('data-s="add"') == 2
    assert "2 modifications" in client.get(grid(awa)).content.decode()


def test_what_is_validated_is_what_was_read(client, awa, offer):
    first, second = slots_of(offer, after=TODAY + timedelta(days=1))[:2]
    tick(client, grid(awa), first)
    in_tab_a = read(client.get(grid(awa) + "recapitulatif/"))
    tick(client, grid(awa), second)
    in_tab_b = read(client.get(grid(awa) + "recapitulatif/"))
    again = client.post(grid(awa) + "recapitulatif/", in_tab_a)
    assert again.status_code == 409
    said = again.content.decode()
    assert "Votre demande a changé" in said
    assert said.count("Ajout demandé depuis") == 1  # line by line: the day that the other tab added, and it alone
    assert day_words_short(second.on) in said.split("Ajout demandé depuis")[1].split("</li>")[0]
    assert not Booking.objects.exists()
    tick(client, grid(awa), act="keep", seen=[f"{first.pk}:1"])
    gone = client.post(grid(awa) + "recapitulatif/", read(again)).content.decode()
    assert day_words_short(first.on) in gone.split("Ajout qui n’est plus demandé")[1].split("</li>")[0]
    forged = client.post(grid(awa) + "recapitulatif/", {**read(again), "lu": "' or 1=1 999999999999-1:1"})
    assert forged.status_code == 409  # unreadable, or of someone else: shown again, nothing of it is said
    assert "plus demandé" not in forged.content.decode()
    tick(client, grid(awa), first)
    client.post(grid(awa) + "recapitulatif/", read(client.get(grid(awa) + "recapitulatif/")))
    assert Booking.objects.filter(status="booked").count() == 2
    late = client.post(grid(awa) + "recapitulatif/", in_tab_b, follow=True)
    assert "Il ne reste rien à valider" in late.content.decode()
    assert Procedure.objects.filter(number__isnull=False).count() == 1


def test_the_grid_opens_on_the_first_day_where_one_may_act(client, town, awa):
    late = {"kind": "days", "days": 20, "at": "23:59"}
    offer = town.offer(book_deadline=late, cancel_deadline=late, change_deadline=late)
    line = town.enrol(awa, offer, child=awa.children[0])
    page = client.get(f"{BASE}/reservations/{line.pk}/").content.decode()
    assert "Décembre 2026" in page or "décembre 2026" in page
    soon = [{"public": "all", "opens_at": "2026-12-14T08:00+01:00"}]
    closed = town.enrol(awa, town.offer(openings=soon), child=awa.children[0])
    page = client.get(f"{BASE}/reservations/{closed.pk}/").content.decode()
    assert "Les réservations ouvrent le" in page
    assert "ouvre le 14/12" in page


def test_undo_says_what_it_gives_back_before_it_does(client, awa, offer):
    tick(client, grid(awa), *slots_of(offer, after=TODAY + timedelta(days=1))[:1])
    client.post(grid(awa) + "recapitulatif/", read(client.get(grid(awa) + "recapitulatif/")))
    asked = client.get(f"{BASE}/demandes/1/retour/").content.decode()
    assert "Ces places seront rendues" in asked
    assert Booking.objects.filter(status="booked").exists()
    client.post(f"{BASE}/demandes/1/retour/")
    assert not Booking.objects.filter(status="booked").exists()
    again = client.post(f"{BASE}/demandes/1/retour/", follow=True).content.decode()
    assert "déjà annulée" in again
    # Undoing is undone in the same way, as long as the place is free.
    client.post(f"{BASE}/demandes/2/retour/")
    assert Booking.objects.filter(status="booked").count() == 1


def test_an_undo_that_can_do_nothing_is_not_offered_and_uses_nothing_up(client, awa, offer, monkeypatch):
    slot = slots_of(offer, after=TODAY + timedelta(days=1))[0]
    tick(client, grid(awa), slot)
    client.post(grid(awa) + "recapitulatif/", read(client.get(grid(awa) + "recapitulatif/")))
    Offer.objects.update(cancel_deadline={"kind": "days", "days": 100, "at": "23:59"})
    assert "/retour/" not in client.get(f"{BASE}/demandes/1/").content.decode()
    page = client.post(f"{BASE}/demandes/1/retour/", follow=True).content.decode()
    assert "ne peut plus être annulée" in page
    assert Procedure.objects.filter(number__isnull=False).count() == 1
    Offer.objects.update(cancel_deadline={})
    client.post(f"{BASE}/demandes/1/retour/")
    assert not Booking.objects.filter(status="booked").exists()


def test_the_agenda_says_first_name_moment_and_hours_of_what_is_booked_now(client, awa, offer):
    tick(client, grid(awa), *slots_of(offer, after=TODAY + timedelta(days=1))[:1])
    client.post(grid(awa) + "recapitulatif/", read(client.get(grid(awa) + "recapitulatif/")))
    response = client.get(f"{BASE}/demandes/1/agenda.ics")
    assert response["Content-Type"].startswith("text/calendar")
    text = response.content.decode()
    assert "SUMMARY:Enfant1 : Matin" in text
    assert "DTSTART:20261118T063000Z" in text
    assert "DTEND:20261118T073000Z" in text
    assert "École" not in text
    client.post(f"{BASE}/demandes/1/retour/")
    assert client.get(f"{BASE}/demandes/1/agenda.ics").status_code == 404
    assert "agenda" not in client.get(f"{BASE}/demandes/1/").content.decode()
    # The file of the cancellation takes out of the diary what the first one had put in it (U93).
    assert "Retirer de mon agenda" in client.get(f"{BASE}/demandes/2/").content.decode()
    gone = client.get(f"{BASE}/demandes/2/agenda.ics").content.decode()
    assert "STATUS:CANCELLED" in gone
    assert "SEQUENCE:2" in gone
    [uid] = re.findall(r"UID:(\S+)", text)
    assert re.findall(r"UID:(\S+)", gone) == [uid]


def test_the_confirmation_says_until_when_and_whose_turn_it_is(client, awa, offer):
    """U44, U45: the same for a brother comes next, and is not offered back for the one who has it already."""
    Offer.objects.update(cancel_deadline={"kind": "days", "days": 1, "at": "10:00"})
    tick(client, grid(awa), *[slot for slot in slots_of(offer) if slot.on == date(2026, 11, 20)][:1])
    sent = client.post(grid(awa) + "recapitulatif/", read(client.get(grid(awa) + "recapitulatif/")), follow=True)
    page = sent.content.decode().replace("\xa0", " ")
    assert "Modifiable jusqu’au <b>jeudi 19 novembre à 10 h</b> pour vendredi 20 novembre" in page
    brother = awa.enrolments[1].pk
    assert f"/demandes/1/pareil/{brother}/" in page
    recap = client.post(f"{BASE}/demandes/1/pareil/{brother}/", follow=True).content.decode().replace("\xa0", " ")
    assert "La demande n° 1 est enregistrée. Voici la même, à relire et à valider." in recap
    data = read(client.get(f"{BASE}/reservations/{brother}/recapitulatif/"))
    done = client.post(f"{BASE}/reservations/{brother}/recapitulatif/", data, follow=True).content.decode()
    assert "Effectuer la même demande" not in done


BAD = [
    ({"seen": ["abc:0"]}, 400),
    ({"seen": ["1:0"], "u": ["2"]}, 400),
    ({"seen": ["999999:0"], "u": ["999999"]}, 400),
    ({"seen": [f"{n}:0" for n in range(3000)]}, 400),
    ({"seen": ["1" * 40 + ":0"]}, 400),
    ({"act": "go:pas-une-date"}, 400),
    ({"act": "go:9999-12-31"}, 400),
    ({"debut": "2026-13-45"}, 400),
]


@pytest.mark.parametrize(("data", "status"), BAD)
def test_bad_input_gets_a_french_page_and_changes_nothing(client, awa, offer, data, status):
    response = client.post(grid(awa), {"vue": "mois", **data})
    assert response.status_code == status
    assert "Rien n’a été modifié" in response.content.decode() or "n’est pas complète" in response.content.decode()
    assert not Procedure.objects.exists()


def test_ten_thousand_ids_are_refused_in_french(client, awa, offer):
    response = client.post(grid(awa), {"u": [str(n) for n in range(10_000)]})
    assert response.status_code == 400
    assert "n’est pas complète" in response.content.decode()


@pytest.mark.parametrize("query", ["?debut=2026-99-99", "?debut=0001-01-01", "?debut=9999-12-31"])
def test_a_wrong_month_gets_a_french_page(client, awa, offer, query):
    response = client.get(grid(awa) + query)
    assert response.status_code == 400


@pytest.mark.parametrize("state", ["past", "closed"])
def test_a_past_or_closed_day_is_refused_and_the_rest_of_the_page_is_kept(client, awa, offer, state):
    good, bad = slots_of(offer, after=TODAY + timedelta(days=1))[:2]
    if state == "closed":
        Slot.objects.filter(pk=bad.pk).update(closed_reason="Grève")
    else:
        bad = slots_of(offer, after=TODAY - timedelta(days=10))[0]
    response = tick(client, grid(awa), good, bad)
    page = response.content.decode()
    assert response.status_code == 422
    assert "ne peuvent plus être modifiés" in page
    assert ("Ce jour est passé" if state == "past" else "L’activité n’a pas lieu ce jour-là") in page
    assert booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk) == {good.pk: True}
    assert not Booking.objects.exists()


def test_a_form_without_its_key_is_refused_in_french(awa, offer):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(awa.account)
    response = strict.post(grid(awa), {"act": "save"})
    assert response.status_code == 403
    assert "restée ouverte trop longtemps" in response.content.decode()


def test_the_child_of_another_is_not_found(awa, bruno, offer, login):
    response = login(bruno.account).get(grid(awa))
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.content.decode()


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["/", "/reservations/", "grid", "/demandes/", "/entourage/"])
def test_family_pages_take_at_most_fifteen_queries_with_one_child_or_five(town, login, page):
    counts = []
    for children in (1, 5):
        household = town.household(f"Famille{children}", children=children, login=f"h{children}")
        offer = town.offer()
        for child in household.children:
            town.enrol(household, offer, child=child)
        client = login(household.account)
        url = f"{BASE}/reservations/{household.enrolments[0].pk}/" if page == "grid" else BASE + page
        counts.append(queries_of(client, url))
    assert counts[0] == counts[1] <= 15, counts


def test_an_order_takes_at_most_eighteen_queries_for_the_whole_request(town, login):
    household = town.household("Grande", children=3, login="grande")
    offer = town.offer(book_deadline={"kind": "working_days", "days": 1, "at": "10:00"})
    for child in household.children:
        town.enrol(household, offer, child=child)
    client = login(household.account)
    url = f"{BASE}/reservations/{household.enrolments[0].pk}/"
    slots = slots_of(offer, after=TODAY + timedelta(days=2))
    november = [slot for slot in slots if slot.on.month == 11]
    tick(client, url, *november)
    place_order(  # the first number of a collectivité costs two queries more, once
        actor=_actor(household),
        items=[OrderItem(household.enrolments[1].pk, frozenset({slots[0].pk}))],
        key="0",
        now=NOW,
    )
    data = read(client.get(url + "recapitulatif/"))
    with CaptureQueriesContext(connection) as captured:
        assert client.post(url + "recapitulatif/", data).status_code == 302
    counted = [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    assert len(counted) <= 18, "\n".join(sql[:140] for sql in counted)


def test_holidays_that_are_far_leave_nothing_to_do_on_the_home(client, town, awa, offer):
    holidays = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Vacances lointaines", kind="holidays"
    )
    far = town.offer(activity=holidays, open_on="school_holidays")
    town.enrol(awa, far, child=awa.children[0])
    todo = client.get(f"{BASE}/").content.decode().partition('id="h-todo"')[2].partition("</section>")[0]
    assert "Accueil périscolaire" in todo
    assert "Vacances lointaines" not in todo


def test_a_long_recap_is_folded_by_month_and_a_month_with_a_refusal_is_open():
    days = [RecapDay(TODAY + timedelta(days=2 * number)) for number in range(20)]
    assert by_month(days[:15]) == []  # short: read at once
    days[-1].refused.append(("Repas", "complet"))
    months = by_month(days)
    assert [len(month.days) for month in months] == [sum(day.on.month == each for day in days) for each in (11, 12)]
    assert [month.is_open for month in months] == [False, True]
    days[0].added.append("Repas")
    assert [(month.added, month.removed) for month in by_month(days)] == [(1, 0), (0, 0)]
    assert [day for month in months for day in month.days] == days


def test_a_week_across_two_months_has_its_boxes_on_the_pages_of_both(client, awa, offer):
    """F208: at the end of a month the first days of the next one had no box."""
    slot = next(slot for slot in slots_of(offer, code="S") if slot.on == date(2026, 12, 1))
    page = client.get(f"{grid(awa)}?debut=2026-11-16").content.decode()
    assert f'value="{slot.pk}"' in page
    tick(client, grid(awa), slot, act="save", debut="2026-11-01")
    assert booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk) == {slot.pk: True}
    # « Ce mois-ci » is the month all the same.
    client.post(grid(awa), {"vue": "mois", "debut": "2026-11-01", "act": "none"})
    assert booking_draft(actor=_actor(awa), enrolment_id=awa.enrolments[0].pk) == {slot.pk: True}


def test_weeks_that_are_over_are_folded_and_shown_when_asked_for(client, awa, offer):
    folded = client.get(f"{grid(awa)}?debut=2026-11-16").content.decode()
    assert "2 semaines passées, afficher" in folded
    assert "Semaine 46, du" not in folded
    whole = client.get(f"{grid(awa)}?debut=2026-11-16&passes=1").content.decode()
    assert "Semaine 46, du" in whole
    assert "semaines passées" not in whole
    # A month that is over is what one has come to see.
    assert "Semaine 42, du" in client.get(f"{grid(awa)}?debut=2026-10-05").content.decode()
    assert client.post(grid(awa), {"vue": "mois", "act": "passes:1"}).url.endswith("&passes=1")


def test_days_closed_for_one_reason_are_one_line_on_a_phone(client, awa, offer):
    Slot.objects.filter(offer=offer, on__range=("2026-11-23", "2026-11-26")).delete()
    page = client.get(f"{grid(awa)}?vue=semaine&debut=2026-11-23").content.decode()
    assert page.count(" data-run") == 3
    assert "au 26/11" in page
