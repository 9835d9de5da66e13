"""The screens of a crèche's director: decide beside the curve, adjust, the week, and nothing of another structure."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import OutboxMail
from preau.base.sending import send_outbox_mail
from preau.domain.creche.models import CareRange, Placement
from preau.domain.families.models import Objection
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.answering_hours import accept_many
from preau.domain.procedures.operations.hours import change_hours
from preau.domain.procedures.operations.orders import place_order
from preau.domain.procedures.queries.hours import hours_basket, wishes_of
from tests.factories.creche import Creche, monday, ranges
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db
BASE = "/ville-test/agents/creche"
DAY = ranges((9.5, 17.5))


@pytest.fixture
def creche(town):
    return Creche(town, places=1, sections=("Petits", "Grands"))


@pytest.fixture
def far(town):
    """Another structure of the same town."""
    return Creche(town, "Les Libellules bleues", places=1)


@pytest.fixture
def director(town, creche, login):
    """Who directs Les Coquelicots, and it alone."""
    return login(_director(town, "directrice", creche))


def _director(town, name, creche, role="agent"):
    account = town.account(name, role="agent")
    account.memberships.all().delete()
    town.join(account, role, site_ids=[creche.site.pk])
    return account


def home(creche, name):
    made = creche.town.household(name, login=name.lower())
    return made, creche.enrol(made, creche.offer()), creche.town.parent(made)


def ask(made, days, key):
    _home, enrolment, actor = made
    change_hours(actor=actor, enrolment_id=enrolment.pk, changes=dict.fromkeys(days, DAY), held={}, now=NOW)
    basket = hours_basket(actor=actor, enrolment_ids=[enrolment.pk])
    return place_order(actor=actor, items=[], hours=wishes_of(basket=basket), key=key, now=NOW).first_number


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode().replace("\xa0", " ")).split())


def test_the_queue_shows_whether_there_is_room_and_several_are_accepted_at_once(director, creche):
    numbers = [ask(home(creche, name), [monday()], name) for name in ("Premier", "Second")]
    page = text(director.get(f"{BASE}/"))
    assert "Premier" in page
    assert "Second" in page
    done = director.post(f"{BASE}/acceptation/", {"n": numbers}, follow=True)
    assert "1 demande acceptée" in text(done)
    assert f"traitées entre-temps : n° {numbers[1]}. Ouvrez-les pour répondre." in text(done)
    assert CareRange.objects.filter(status="booked").count() == 1
    again = director.post(f"{BASE}/acceptation/", {"n": numbers[:1]}, follow=True)
    assert f"n° {numbers[0]}" in text(again)
    assert CareRange.objects.filter(status="booked").count() == 1


def test_a_request_of_a_child_for_whom_somebody_objects_is_left(director, creche):
    """One test per bug: accepted with others, it was a page of error."""
    made = home(creche, "Premier")
    number = ask(made, [monday()], "k")
    Objection.objects.create(
        organisation_id=creche.town.id,
        child=made[0].children[0],
        adult=made[0].adult,
        made_at=NOW,
        text={"text": "Non"},
    )
    done = director.post(f"{BASE}/acceptation/", {"n": [number]}, follow=True)
    assert f"n° {number}. Ouvrez-les pour répondre." in text(done)
    alone = director.post(f"{BASE}/demandes/{number}/reponse/", {f"{monday()}-acte": "accept"}, follow=True)
    assert "Une opposition écrite est enregistrée" in text(alone)
    assert CareRange.objects.count() == 0


def test_a_full_day_says_which_hours_are_and_is_not_accepted(director, creche):
    first, second = (ask(home(creche, name), [monday()], name) for name in ("Premier", "Second"))
    director.post(f"{BASE}/acceptation/", {"n": [first]})
    page = text(director.get(f"{BASE}/demandes/{second}/"))
    assert "2 pour 1 places de 09:30 à 17:30" in page
    sent = director.post(f"{BASE}/demandes/{second}/reponse/", {f"{monday()}-acte": "accept"}, follow=True)
    assert "n’est pas accepté : 2 pour 1 places" in text(sent)
    assert Procedure.objects.get(number=second).decided_at is None


def test_hours_proposed_are_mailed_and_judged_at_their_place(director, creche):
    number = ask(home(creche, "Premier"), [monday(), tuesday := monday() + timedelta(days=1)], "k")
    url, on = f"{BASE}/demandes/{number}/reponse/", monday()
    bad = {f"{on}-acte": "propose", f"{on}-d1": "17:00", f"{on}-f1": "09:00", "motif": "Équipe réduite"}
    page = director.post(url, bad)
    assert page.status_code == 422
    assert "La fin est avant le début" in text(page)
    assert 'value="17:00"' in page.content.decode()
    assert "Équipe réduite" in page.content.decode()
    assert OutboxMail.objects.count() == 0
    done = director.post(url, bad | {f"{on}-d1": "10:00", f"{on}-f1": "16:00"}, follow=True)
    assert "La famille sera prévenue quand tous les jours auront une réponse." in text(done)
    assert OutboxMail.objects.count() == 0
    done = director.post(url, {f"{tuesday}-acte": "accept"}, follow=True)
    assert "la réponse est envoyée à la famille" in text(done)
    send_outbox_mail(OutboxMail.objects.get().pk)
    assert f"demandes/{number}/" in mail.outbox[0].body
    assert Procedure.objects.get(number=number).status == "proposed"


def test_a_refusal_needs_words(director, creche):
    number = ask(home(creche, "Premier"), [monday()], "k")
    url = f"{BASE}/demandes/{number}/reponse/"
    page = director.post(url, {f"{monday()}-acte": "refuse", "motif": "  "})
    assert page.status_code == 422
    assert "Dites pourquoi vous refusez" in text(page)
    assert "Choisissez une réponse" in text(director.post(url, {}))
    director.post(url, {f"{monday()}-acte": "refuse", "motif": "Section complète"})
    row = Procedure.objects.get(number=number)
    assert row.status == "refused"
    late = director.post(url, {f"{monday()}-acte": "accept"}, follow=True)
    assert "traitée ou annulée entre-temps" in text(late)
    assert CareRange.objects.filter(status="booked").count() == 0


def test_hours_given_on_behalf_keep_a_reason_and_tell_the_family(director, creche):
    _made, enrolment, _actor = home(creche, "Premier")
    url = f"{BASE}/enfants/{enrolment.pk}/{monday()}/"
    page = director.get(url)
    assert page.status_code == 200
    key = re.search(r'name="cle" value="([^"]+)"', page.content.decode())[1]
    bare = director.post(url, {"cle": key, "d1": "09:00", "f1": "17:00"})
    assert bare.status_code == 422
    assert "Dites pourquoi" in text(bare)
    assert 'value="09:00"' in bare.content.decode()
    sent = {"cle": key, "d1": "09:00", "f1": "17:00", "motif": "Demandé au téléphone"}
    for _click in range(2):
        director.post(url, sent)
    assert CareRange.objects.filter(status="booked").count() == 1
    assert Procedure.objects.filter(on_behalf=True).count() == 1
    sheet = text(director.get(f"{BASE}/sections/{creche.sections[0].pk}/{monday()}/"))
    assert "Premier" in sheet
    assert "09:00" in sheet


def test_a_closed_day_is_adjusted_in_words(director, creche):
    _made, enrolment, _actor = home(creche, "Premier")
    sunday = monday() - timedelta(days=1)
    page = director.post(f"{BASE}/enfants/{enrolment.pk}/{sunday}/", {"d1": "09:00", "f1": "17:00", "motif": "x"})
    assert page.status_code == 422
    assert "La structure est fermée ce jour-là." in text(page)


def test_a_child_changes_section(director, creche):
    _made, enrolment, _actor = home(creche, "Premier")
    url = f"{BASE}/enfants/{enrolment.pk}/{monday()}/"
    done = director.post(url, {"act": "section", "section": creche.sections[1].pk}, follow=True)
    assert "change de section" in text(done)
    assert Placement.objects.get(enrolment_id=enrolment.pk).section_id == creche.sections[1].pk
    assert director.post(url, {"act": "section", "section": "999999"}).status_code == 404
    assert director.post(url, {"act": "section", "section": "x"}).status_code == 404


def test_who_directs_one_structure_sees_nothing_of_the_other(director, creche, far):
    """Nor its queue, its counts, its week, its sheets, its children, nor the places of its sections."""
    ask(home(creche, "Dici"), [monday()], "ici")
    there = home(far, "Delabas")
    number = ask(there, [monday()], "la-bas")
    for path in ("/", "/semaine/", f"/semaine/?lieu={far.site.pk}", f"/?lieu={far.site.pk}", "/?file=done"):
        page = text(director.get(BASE + path))
        assert "Delabas" not in page, path
        assert "Libellules" not in page, path
    closed = (
        f"/demandes/{number}/",
        f"/sections/{far.sections[0].pk}/{monday()}/",
        f"/enfants/{there[1].pk}/{monday()}/",
    )
    assert [director.get(BASE + path).status_code for path in closed] == [404, 404, 404]
    answer = director.post(f"{BASE}/demandes/{number}/reponse/", {f"{monday()}-acte": "accept"})
    assert answer.status_code == 404
    director.post(f"{BASE}/acceptation/", {"n": [number]})
    adjusted = director.post(BASE + closed[2], {"d1": "09:00", "f1": "17:00", "motif": "x"})
    assert adjusted.status_code == 404
    move = director.post(
        f"{BASE}/enfants/{there[1].pk}/{monday()}/", {"act": "section", "section": creche.sections[0].pk}
    )
    assert move.status_code == 404
    assert CareRange.objects.count() == 0
    assert Procedure.objects.get(number=number).status == "submitted"


def test_a_child_is_not_put_in_the_section_of_another_structure(town, creche, far, login):
    both = login(town.account("tout", role="agent"))
    _made, enrolment, _actor = home(creche, "Premier")
    url = f"{BASE}/enfants/{enrolment.pk}/{monday()}/"
    assert both.post(url, {"act": "section", "section": far.sections[0].pk}).status_code == 404
    assert Placement.objects.count() == 0


def test_who_works_in_the_structure_reads_its_week_and_decides_nothing(town, creche, login):
    made = home(creche, "Premier")
    number = ask(made, [monday()], "k")
    accept_many(actor=town.agent("agent"), numbers=[number], now=NOW)
    hand = login(_director(town, "auxiliaire", creche, role="site_staff"))
    assert "Enfant1 P." in text(hand.get(f"{BASE}/semaine/?date={monday()}"))
    sheet = hand.get(f"{BASE}/sections/{creche.sections[0].pk}/{monday()}/")
    assert "Premier" in text(sheet)
    assert f"creche/enfants/{made[1].pk}/" not in sheet.content.decode()
    for path in ("/", f"/demandes/{number}/", f"/enfants/{made[1].pk}/{monday()}/"):
        assert hand.get(BASE + path).status_code == 404


def test_the_week_is_read_at_a_constant_cost(director, creche, town):
    counts = []
    director.get(f"{BASE}/semaine/?date={monday()}")
    for name in ("Premier", "Second", "Tiers"):
        number = ask(home(creche, name), [monday() + timedelta(days=len(counts))], name)
        accept_many(actor=town.agent("agent"), numbers=[number], now=NOW)
        with CaptureQueriesContext(connection) as seen:
            page = director.get(f"{BASE}/semaine/?date={monday()}")
        assert f"Enfant1 {name[0]}." in text(page)
        counts.append(len(seen))
    assert len(set(counts)) == 1
    assert counts[0] <= 12


def test_the_queue_is_read_at_a_constant_cost(director, creche):
    counts = []
    director.get(f"{BASE}/")
    for name in ("Premier", "Second", "Tiers"):
        ask(home(creche, name), [monday() + timedelta(days=n) for n in range(5)], name)
        with CaptureQueriesContext(connection) as seen:
            director.get(f"{BASE}/")
        counts.append(len(seen))
    assert len(set(counts)) == 1


@pytest.mark.parametrize("query", ["date=x", "date=9999-12-31", "lieu=x", "lieu=999999", "lieu=" + "9" * 30])
def test_a_strange_address_is_no_breakdown(director, query):
    assert director.get(f"{BASE}/semaine/?{query}").status_code in (200, 400, 404)
    assert director.get(f"{BASE}/?{query}").status_code in (200, 404)
