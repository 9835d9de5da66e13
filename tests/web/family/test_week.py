"""The week of all the children: one page, one basket, one order."""

import gzip
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import OutboxMail
from preau.domain.bookings.models import Booking, UsualWeek
from preau.domain.catalogue.models import Activity, ResourceDay, Slot
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.announcing import announce
from preau.domain.procedures.queries.orders import basket
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db
WEEK = "/ville-test/famille/reservations/semaine/"
RECAP = "/ville-test/famille/reservations/recapitulatif/"
NEXT = TODAY + timedelta(days=7)


@pytest.fixture
def canteen(town):
    return Activity.objects.create(organisation_id=town.id, department=town.department, name="Cantine", kind="lunch")


@pytest.fixture
def offers(town, awa, canteen):
    care, lunch = town.offer(capacity=3), town.offer(activity=canteen, units=(("R", "Repas", 720, 810),))
    for child in awa.children:
        for offer in (care, lunch):
            town.enrol(awa, offer, child=child)
    return care, lunch


@pytest.fixture
def set_today(monkeypatch):
    """Every request of the test happens on another day, at nine."""

    def choose(day):
        monkeypatch.setattr("preau.config.clock.now", lambda: NOW + (day - TODAY))

    return choose


@pytest.fixture
def client(awa, login):
    return login(awa.account)


@pytest.fixture
def ticked(town, awa):
    return lambda: basket(actor=town.parent(awa), on=TODAY)


def page_of(client, monday=NEXT, **query):
    return client.get(WEEK, {"semaine": monday.isoformat(), **query}).content.decode()


def boxes(text):
    """What the page holds: (enrolment-slot → shown as ticked)."""
    return dict(item.split(":") for item in re.search(r'name="seen" value="([^"]*)"', text)[1].split())


def send(client, text, ticks=(), *, act="save", monday=NEXT, unticked=(), **data):
    """Send the page back as a browser would, with some boxes ticked or unticked."""
    shown = boxes(text)
    on = ({box for box, flag in shown.items() if flag == "1"} | set(ticks)) - set(unticked)
    seen = " ".join(f"{box}:{flag}" for box, flag in shown.items())
    sent = {"vue": "", "semaine": monday.isoformat(), "seen": seen, "u": sorted(on), **data}
    return client.post(WEEK, sent | {"act": act}) if act else client.post(RECAP, sent)


def box(enrolment, slot):
    return f"{enrolment.pk}-{slot.pk}"


def next_week(offer, code=None):
    return [
        slot for slot in slots_of(offer, after=NEXT - timedelta(days=1), code=code) if slot.on < NEXT + timedelta(7)
    ]


def test_two_children_two_activities_one_order_one_mail(client, town, awa, offers, ticked):
    care, lunch = offers
    first, second = awa.children[:2]
    by = {(each.child_id, each.offer_id): each for each in awa.enrolments}
    wanted = [box(by[first.pk, care.pk], next_week(care, "S")[0]), box(by[second.pk, lunch.pk], next_week(lunch)[0])]
    recap = send(client, page_of(client), wanted, act="").content.decode()
    data = {name: re.search(rf'name="{name}" value="([^"]+)"', recap)[1] for name in ("key", "lu")}
    done = client.post(RECAP, data)
    assert client.get(done.url).status_code == 200
    assert Booking.objects.count() == 2
    assert Procedure.objects.filter(number__isnull=False).count() == 2
    announce(actor=town.system, key=data["key"], now=NOW)
    assert OutboxMail.objects.count() == 1
    assert ticked() == {}


def test_two_tabs_of_one_person_each_bring_what_they_changed(client, awa, offers, ticked):
    care, _lunch = offers
    enrolment = awa.enrolments[0]
    one, two = next_week(care, "S")[:2]
    first_tab, second_tab = page_of(client), page_of(client)
    send(client, first_tab, [box(enrolment, one)])
    send(client, second_tab, [box(enrolment, two)])
    assert ticked() == {enrolment.pk: {one.pk: True, two.pk: True}}
    # The first tab comes back with its own tick only: it does not undo the other's.
    send(client, first_tab, [box(enrolment, one)])
    assert ticked() == {enrolment.pk: {one.pk: True, two.pk: True}}
    send(client, page_of(client), unticked=[box(enrolment, one)])
    assert ticked() == {enrolment.pk: {two.pk: True}}


def test_a_page_that_keeps_its_ticks_stays_where_it_is(client, awa, offers, ticked):
    slot = next_week(offers[0])[0]
    assert send(client, page_of(client), [box(awa.enrolments[0], slot)], act="keep").status_code == 204
    assert ticked() == {awa.enrolments[0].pk: {slot.pk: True}}


def test_a_whole_row_then_as_the_sister(client, awa, offers, ticked):
    care, _lunch = offers
    enrolment = awa.enrolments[0]
    send(client, page_of(client), act=f"row:{enrolment.pk}:S")
    evenings = {slot.pk: True for slot in next_week(care, "S")}
    assert ticked() == {enrolment.pk: evenings}
    one, two = (f"c{child.pk}" for child in awa.children[:2])
    send(client, page_of(client), act=f"like:{two}:{one}")
    assert ticked()[awa.enrolments[2].pk] == evenings
    send(client, page_of(client), act=f"row:{enrolment.pk}:S")  # all are ticked: the same button takes them away
    assert enrolment.pk not in ticked()


def test_what_a_copy_cannot_have_is_said(client, awa, offers, ticked):
    care, _lunch = offers
    enrolment, full = awa.enrolments[0], next_week(care, "S")[1]
    send(client, page_of(client, TODAY), monday=TODAY, act=f"row:{enrolment.pk}:S")
    ResourceDay.objects.filter(resource_id__in=full.unit.resource_ids, on=full.on).update(capacity=0)
    response = send(client, page_of(client), act="before")
    text = client.get(response.url).content.decode()
    assert "Comme la semaine du lundi 16 novembre" in text
    assert "C’est complet" in text
    assert full.pk not in ticked()[enrolment.pk]


def test_week_after_week_until_a_day(client, awa, offers, ticked):
    _care, lunch = offers
    enrolment = awa.enrolments[1]
    send(client, page_of(client), [box(enrolment, slot) for slot in next_week(lunch)])
    until = NEXT + timedelta(days=20)
    send(client, page_of(client), act="repeat", until=until.isoformat(), rhythm="every")
    expected = {slot.pk for slot in slots_of(lunch, after=NEXT - timedelta(days=1)) if slot.on <= until}
    assert set(ticked()[enrolment.pk]) == expected
    assert len(expected) > len(next_week(lunch)) * 2
    for wrong in ({"until": "demain", "rhythm": "every"}, {"until": TODAY.isoformat(), "rhythm": "every"}, {}):
        response = send(client, page_of(client), act="repeat", **wrong)
        assert 'data-tone="bad"' in client.get(response.url).content.decode()


def test_ones_own_week_is_kept_ticked_again_and_forgotten(client, town, awa, bruno, login, offers, ticked):
    care, _lunch = offers
    enrolment = awa.enrolments[0]
    send(client, page_of(client), act="usual_keep", name="Vide")
    send(client, page_of(client), act=f"row:{enrolment.pk}:M")
    send(client, page_of(client), act="usual_keep", name="Chez maman")
    send(client, page_of(client), act="usual_keep", name="Chez maman")
    week = UsualWeek.objects.get()
    after = NEXT + timedelta(days=7)
    send(client, page_of(client, after), monday=after, act=f"usual:{week.pk}")
    mornings = {
        slot.pk for slot in slots_of(care, after=NEXT - timedelta(1), code="M") if slot.on < after + timedelta(7)
    }
    assert set(ticked()[enrolment.pk]) == mornings
    neighbour = login(bruno.account)
    assert send(neighbour, 'name="seen" value=""', act=f"usual:{week.pk}").status_code == 404
    send(neighbour, 'name="seen" value=""', act=f"usual_drop:{week.pk}")
    assert UsualWeek.objects.exists()
    send(client, page_of(client), act=f"usual_drop:{week.pk}")
    assert not UsualWeek.objects.exists()


@pytest.mark.parametrize("today", [TODAY, TODAY + timedelta(days=5), TODAY + timedelta(days=6)])
def test_one_arrives_where_one_can_act(client, set_today, offers, today):
    set_today(today)
    text = client.get(WEEK).content.decode()
    assert boxes(text)
    if today.weekday() >= 5:
        assert f'value="{NEXT.isoformat()}"' in text


TEN_DAYS = [
    date(2026, 9, 1),
    date(2026, 10, 16),  # the eve of the autumn holidays
    date(2026, 11, 21),  # a Saturday
    date(2026, 11, 30),  # the last day of a month
    date(2026, 12, 18),
    date(2026, 12, 24),
    date(2027, 1, 3),  # a Sunday, the last day of the holidays
    date(2027, 5, 6),
    date(2027, 7, 5),  # the school year is over
    date(2027, 8, 15),
]


def test_on_any_day_of_the_year_one_arrives_where_a_box_may_be_ticked(client, town, awa, set_today):
    for start, end in ((date(2026, 9, 1), date(2027, 7, 3)), (date(2027, 9, 1), date(2027, 12, 18))):
        town.enrol(awa, town.offer(starts_on=start, ends_on=end), child=awa.children[0])
    for start, end in ((date(2026, 10, 17), date(2026, 11, 2)), (date(2026, 12, 19), date(2027, 1, 4))):
        Slot.objects.filter(on__gte=start, on__lt=end).update(closed_reason="Vacances")
    for day in TEN_DAYS:
        set_today(day)
        text = client.get(WEEK).content.decode()
        assert boxes(text), day
        # Every column holds a box, or says why: no week of locks before it.
        assert text.index('name="u"') < text.index('class="keys"'), day


def test_a_week_without_anything_leads_to_the_first_that_has(client, town, awa, offers):
    far = TODAY + timedelta(days=400)
    assert "Rien n’a lieu à ces dates" in page_of(client, far)
    later = town.offer(starts_on=TODAY + timedelta(days=21))
    assert later
    past = page_of(client, TODAY - timedelta(days=14))
    assert "premier jour possible" in past


def test_a_week_of_locks_says_why_and_a_week_that_is_over_says_so(client, town, awa):
    late = town.offer(book_deadline={"kind": "working_days", "days": 20, "at": "10:00"})
    town.enrol(awa, late, child=awa.children[0])
    text = page_of(client)
    assert "Rien ne peut être changé à ces dates" in text
    assert "Accueil périscolaire, délai dépassé" in text
    assert "Rien n’a lieu" not in text
    assert "Ces jours sont passés" in page_of(client, TODAY - timedelta(days=7))


def test_past_days_are_folded_and_can_be_opened(client, set_today, offers):
    set_today(TODAY + timedelta(days=3))
    assert "Voir les 3 jours passés" in page_of(client, TODAY)
    assert "Cacher les jours passés" in page_of(client, TODAY, passes="1")


@pytest.mark.parametrize(
    "data",
    [
        {"seen": "1-2:0", "u": "1-2"},
        {"seen": "x"},
        {"seen": "", "u": "1-2"},
        {"act": "row:x:M"},
        {"act": "like:z1:c2"},
        {"act": "usual:x"},
        {"act": "go:demain"},
        {"semaine": "2026-13-45"},
        {"enfant": "c1; drop"},
    ],
)
def test_what_the_page_never_held_is_refused(client, offers, data):
    assert client.post(WEEK, {"semaine": NEXT.isoformat(), "seen": "", "act": "save", **data}).status_code == 400


def test_an_unknown_act_changes_nothing(client, offers, ticked):
    assert send(client, page_of(client), act="surprise").status_code == 302
    assert ticked() == {}


def test_nothing_ticked_is_said_and_is_no_request(client, offers):
    response = send(client, page_of(client), act="")
    assert "Vous n’avez rien changé" in client.get(response.url).content.decode()
    assert not Procedure.objects.exists()


def test_a_family_without_enrolment_is_led_to_one(login, bruno):
    assert "Créer une inscription" in login(bruno.account).get(WEEK).content.decode()


def test_the_basket_is_emptied_and_what_is_booked_stays(client, awa, offers, ticked):
    send(client, page_of(client), act=f"row:{awa.enrolments[0].pk}:S")
    assert client.post("/ville-test/famille/reservations/annulation/").url == WEEK
    assert ticked() == {}


def test_the_month_holds_the_same_boxes(client, awa, offers, ticked):
    month = date(2026, 12, 1)
    text = page_of(client, month, vue="mois")
    slot = slots_of(offers[0], after=month - timedelta(1))[0]
    assert boxes(text)[box(awa.enrolments[0], slot)] == "0"
    send(client, text, [box(awa.enrolments[0], slot)], monday=month, vue="mois")
    assert ticked() == {awa.enrolments[0].pk: {slot.pk: True}}
    alone = page_of(client, month, vue="mois", enfant=f"c{awa.children[1].pk}")
    assert box(awa.enrolments[0], slot) not in boxes(alone)


def test_three_children_four_activities_a_month_stay_light(town, login):
    """60 kB, 12 kB compressed and twelve queries, whatever the family (issue 12)."""
    counts = []
    for children in (1, 3):
        household = town.household(f"Mois{children}", children=children, login=f"m{children}")
        for number in range(4):
            activity = Activity.objects.create(
                organisation_id=town.id,
                department=town.department,
                name=f"Activité {children} {number}",
                kind="leisure",
            )
            offer = town.offer(activity=activity, units=(("R", "Repas", 720, 810),), ends_on=TODAY + timedelta(days=90))
            for child in household.children:
                town.enrol(household, offer, child=child)
        client = login(household.account)
        query = {"vue": "mois", "semaine": "2027-01-01"}
        client.get(WEEK, query)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(WEEK, query)
        counts.append(len(captured))
    assert len(boxes(response.content.decode())) >= 3 * 4 * 15
    assert len(response.content) <= 60_000
    assert len(gzip.compress(response.content)) <= 12_000
    assert counts[0] == counts[1] <= 12
