"""The récapitulatif answers the ticks: from the calendar to the confirmation, three requests."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.domain.bookings.models import Booking
from preau.domain.catalogue.models import Slot, Unit
from preau.domain.families.models import Child
from preau.domain.procedures.queries.orders import booking_draft
from tests.factories.town import TODAY, slots_of

pytestmark = pytest.mark.django_db
BASE = "/ville-test/famille/reservations/"


@pytest.fixture
def offer(town, awa):
    offer = town.offer()
    for child in awa.children:
        town.enrol(awa, offer, child=child)
    return offer


@pytest.fixture
def client(login, awa, offer):
    return login(awa.account)


def sent(*slots, shown="0", ticked=True, **more):
    seen = [f"{slot.pk}:{shown}" for slot in slots]
    return {
        "vue": "mois",
        "debut": TODAY.isoformat(),
        "seen": seen,
        "u": [s.pk for s in slots] if ticked else [],
        **more,
    }


def words(answer):
    return answer.content.decode().replace("\xa0", " ")


def to_come(offer, count=3):
    return slots_of(offer, after=TODAY + timedelta(days=2))[:count]


def draft_of(town, awa):
    return booking_draft(actor=town.parent(awa), enrolment_id=awa.enrolments[0].pk)


def test_three_requests_from_the_calendar_to_the_confirmation(client, awa, offer):
    here = f"{BASE}{awa.enrolments[0].pk}/"
    page = words(client.get(here))
    forward = re.search(r'class="btn go"\s+formaction="([^"]+)"', page)[1]
    assert f'action="{here}"' in page
    recap = client.post(forward, sent(*to_come(offer)))
    assert "2 - Le récapitulatif" in words(recap)
    read = {name: re.search(rf'name="{name}" value="([^"]+)"', words(recap))[1] for name in ("key", "lu")}
    done = client.post(forward, read)
    assert "Nous avons bien enregistré votre demande" in words(client.get(done.url))
    assert Booking.objects.filter(status="booked").count() == 3


def test_the_queries_of_the_recap_do_not_depend_on_children_nor_days(client, town, awa, offer):
    here = f"{BASE}{awa.enrolments[0].pk}/recapitulatif/"
    counts = set()
    for days in (1, 10):
        client.post(f"{BASE}annulation/")
        with CaptureQueriesContext(connection) as captured:
            assert client.post(here, sent(*to_come(offer, days))).status_code == 200
        counts.add(len(captured))
    assert len(counts) == 1
    assert counts.pop() <= 15


def test_what_went_meanwhile_is_told_where_it_was_ticked_and_the_rest_is_kept(client, town, awa, offer):
    one, two = to_come(offer, 2)
    Slot.objects.filter(pk=one.pk).update(closed_reason="Grève")
    answer = client.post(f"{BASE}{awa.enrolments[0].pk}/recapitulatif/", sent(one, two))
    assert answer.status_code == 422
    assert "Ces moments ne peuvent plus être modifiés" in words(answer)
    assert f'action="{BASE}{awa.enrolments[0].pk}/"' in words(answer)
    assert draft_of(town, awa) == {two.pk: True}


def test_sent_twice_or_once_validated_it_asks_for_nothing_more(client, town, awa, offer):
    slots = to_come(offer)
    here = f"{BASE}{awa.enrolments[0].pk}/recapitulatif/"
    for _ in range(2):
        recap = client.post(here, sent(*slots))
    read = {name: re.search(rf'name="{name}" value="([^"]+)"', words(recap))[1] for name in ("key", "lu")}
    client.post(here, read)
    again = client.post(here, sent(*slots))  # the page read again by its browser
    assert again.status_code == 302
    assert "vide=1" in again.url
    assert draft_of(town, awa) == {}
    assert Booking.objects.count() == 3


def test_a_page_on_which_nothing_opens_leads_to_what_was_ticked_elsewhere(client, awa, offer):
    slots = to_come(offer)
    client.post(f"{BASE}{awa.enrolments[0].pk}/recapitulatif/", sent(*slots))
    answer = client.post(f"{BASE}{awa.enrolments[1].pk}/recapitulatif/", {"vue": "mois", "debut": TODAY.isoformat()})
    assert "2 - Le récapitulatif" in words(answer)


def test_boxes_of_another_page_or_of_nobody_here_are_refused(client, login, town, awa, bruno, offer):
    elsewhere = slots_of(town.offer())[0]
    assert client.post(f"{BASE}{awa.enrolments[0].pk}/recapitulatif/", sent(elsewhere)).status_code == 400
    theirs = login(bruno.account)
    assert theirs.post(f"{BASE}{awa.enrolments[0].pk}/recapitulatif/", sent(*to_come(offer))).status_code == 404
    assert client.post(f"{BASE}recapitulatif/", {"vue": "", "seen": "1-x:0"}).status_code == 400
    assert Booking.objects.count() == 0


def test_the_words_of_a_town_and_of_a_child_are_only_words(client, town, awa, offer):
    """The boxes are written in Python: what is named with signs of HTML must come back as it was named."""
    Unit.objects.filter(offer=offer, code="M").update(name='<b x="1">L\'aube & co</b>')
    Child.objects.filter(pk__in=[child.pk for child in awa.children]).update(first_name='Zoé "<i>"')
    here = f"{BASE}{awa.enrolments[0].pk}/"
    recap = client.post(f"{here}recapitulatif/", sent(*to_come(offer)))
    for answer in (client.get(here), client.get(f"{BASE}semaine/"), client.get(f"{BASE}semaine/?vue=mois"), recap):
        page = answer.content.decode()
        assert "&lt;b x=&quot;1&quot;&gt;L&#x27;aube &amp; co&lt;/b&gt;" in page
        assert "<b x=" not in page
        assert "<i>" not in page
