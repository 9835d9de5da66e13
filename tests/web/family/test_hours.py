"""The hours of a crèche through Django's client: guide 000 chapters 3 and 4, bad input in words, constant reads."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import OutboxMail
from preau.base.sending import send_outbox_mail
from preau.domain.catalogue.models import ClosedDay
from preau.domain.creche.models import CareRange
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.announcing import announce
from preau.domain.procedures.operations.answering_hours import DayAnswer, accept_many, answer_hours
from tests.factories.creche import Creche, monday, ranges
from tests.factories.town import NOW, TODAY, slots_of

pytestmark = pytest.mark.django_db
BASE = "/ville-test/famille"
DAY = {"d1": "09:30", "f1": "17:30"}


@pytest.fixture
def creche(town):
    return Creche(town)


@pytest.fixture
def enrolment(creche, awa):
    return creche.enrol(awa, creche.offer(), child=awa.children[0])


@pytest.fixture
def client(awa, login):
    return login(awa.account)


@pytest.fixture
def agent(town):
    return town.agent("agent", account=town.account("directrice", role="agent"))


def at(enrolment, on=None):
    return f"{BASE}/reservations/horaires/{enrolment.pk}/" + (f"{on.isoformat()}/" if on else "")


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode().replace("\xa0", " ")).split())


def keep(client, enrolment, on=None, **sent):
    return client.post(at(enrolment, on or monday()), {"act": "valider", **DAY, **sent})


def week(start=None):
    return [(start or monday()) + timedelta(days=n) for n in range(5)]


def recap(client):
    page = client.get(f"{BASE}/reservations/recapitulatif/")
    return page, {
        name: re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1] for name in ("key", "lu", "lues")
    }


def file_basket(client):
    _page, sent = recap(client)
    return client.post(f"{BASE}/reservations/recapitulatif/", sent, follow=True)


def test_a_week_from_monday_to_friday_is_asked_for_in_one_demarche(client, town, enrolment):
    """The example of the guide: 9:30 to 17:30, five days, a recap by day, « Déposée », the delay and the mail."""
    shown = keep(client, enrolment, copier=[on.isoformat() for on in week()[1:]])
    assert shown.status_code == 302
    month = text(client.get(shown.url))
    assert month.count("demandé ici, 09:30-17:30") == 5
    assert "5 jours modifiés" in month
    page, _sent = recap(client)
    assert text(page).count("09:30-17:30") >= 5
    assert "délai de 48 h" in text(page)
    done = text(file_basket(client))
    assert "Nous avons bien enregistré votre demande" in done
    assert "Déposée" in done
    assert "Elle sera traitée dans un délai de 48 h" in done
    assert Procedure.objects.get(kind="hours").status == "submitted"
    announce(actor=town.system, key=Procedure.objects.get().order_key, now=NOW)
    send_outbox_mail(OutboxMail.objects.get().pk)
    [sent] = mail.outbox
    for body in (sent.body, sent.alternatives[0].content):
        words = body.replace("\xa0", " ")
        assert "5 jours demandés" in words
        assert "48 h" in words
    waiting = text(client.get(f"{at(enrolment)}?debut={monday()}"))
    assert waiting.count("demandé 09:30-17:30") == 5


def test_one_day_of_a_week_is_changed_in_the_same_grid(client, enrolment, agent):
    """Chapter 4: what was accepted is shown, one day gets other hours, « au lieu de » is said."""
    keep(client, enrolment, copier=[on.isoformat() for on in week()[1:]])
    file_basket(client)
    accept_many(actor=agent, numbers=[Procedure.objects.get().number], now=NOW)
    thursday = week()[3]
    page = client.get(at(enrolment, thursday))
    assert 'value="09:30"' in page.content.decode()
    keep(client, enrolment, thursday, d1="08:00", f1="16:00")
    done = text(file_basket(client))
    assert "Déposée" in done
    change = Procedure.objects.order_by("-number").first()
    told = text(client.get(f"{BASE}/demandes/{change.number}/"))
    assert "08:00-16:00" in told
    assert "au lieu de 09:30-17:30" in told
    assert CareRange.objects.filter(on=thursday, status="booked").get().starts_minute == 570  # until it is accepted


@pytest.mark.parametrize(
    ("sent", "number", "words"),
    [
        ({"d1": "17:30", "f1": "09:30"}, 1, "La fin est avant le début. Corrigez l’une des deux heures."),
        ({"d1": "06:00", "f1": "09:30"}, 1, "Ce jour-là, la structure est ouverte de 7 h 30 à 18 h 30."),
        ({"d2": "10:00", "f2": "12:00"}, 2, "Cette plage en chevauche une autre."),
        ({"d1": "09:30", "f1": "09:31"}, 1, "Choisissez des heures toutes les 15 minutes."),
        ({"d1": "09:30", "f1": "09:45"}, 1, "Une plage dure au moins 1 h."),
        ({"d1": "9 heures"}, 1, "Écrivez ces heures comme 9:30."),
        ({"d1": "", "f1": "17:30"}, 1, "Écrivez ces heures comme 9:30."),
        ({"d1": "a\x00b", "f1": "17:30"}, 1, "Écrivez ces heures comme 9:30."),
    ],
)
def test_a_wrong_range_is_told_at_its_place_and_stays_as_typed(client, enrolment, sent, number, words):
    page = keep(client, enrolment, **sent)
    assert page.status_code == 422
    html = page.content.decode().replace("\xa0", " ")
    assert words in html.split(f'id="p{number}"')[1]
    assert 'aria-invalid="true"' in html
    for value in ({**DAY, **sent}).values():
        assert f'value="{value.replace(chr(0), "")}"' in html
    assert client.get(at(enrolment)).status_code == 200
    assert "Aucun jour modifié" in text(client.get(at(enrolment)))


def test_over_its_month_a_day_answers_by_its_sheet_alone(client, enrolment):
    url = at(enrolment, monday())
    assert "<html" not in client.get(url, {"feuille": "1"}).content.decode()
    wrong = keep(client, enrolment, feuille="1", f1="08:00")
    assert wrong.status_code == 422
    assert "<html" not in wrong.content.decode()
    assert keep(client, enrolment, feuille="1").status_code == 204
    assert "1 jour modifié" in text(client.get(at(enrolment)))


def test_seven_ranges_are_too_many_and_none_is_lost(client, enrolment):
    sent = {f"d{n}": f"{7 + n:02}:30" for n in range(1, 8)} | {f"f{n}": f"{8 + n:02}:15" for n in range(1, 8)}
    page = keep(client, enrolment, **sent)
    assert page.status_code == 422
    assert "plages au plus pour un même jour. Retirez-en." in text(page)
    assert page.content.decode().count('<fieldset class="range"') == 7


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (monday() + timedelta(days=5), "n’a pas lieu ce jour-là"),
        (TODAY - timedelta(days=3), "passé"),
        (TODAY + timedelta(days=1), "délai"),
    ],
)
def test_a_day_that_cannot_change_says_why_and_shows_what_was_chosen(client, enrolment, on, words):
    page = keep(client, enrolment, on)
    assert page.status_code == 409
    assert words in text(page), text(page)
    assert "Vous aviez choisi : 09:30-17:30" in text(page)
    asked = client.get(at(enrolment, on), follow=True)
    assert words in text(asked)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "demain"])
def test_a_day_that_is_none_is_not_found(client, enrolment, day):
    assert client.get(f"{at(enrolment)}{day}/").status_code == 404
    assert client.get(f"{at(enrolment)}?debut={day}").status_code in (200, 400)


def test_the_child_of_another_is_not_found(client, creche, bruno):
    other = creche.enrol(bruno, creche.offer())
    for path in (at(other), at(other, monday())):
        assert client.get(path).status_code == 404
        assert client.post(path, DAY).status_code in (404, 405)


def test_without_javascript_a_range_is_added_removed_and_the_day_before_taken(client, enrolment):
    url = at(enrolment, monday())
    more = client.post(url, {"act": "plus", **DAY}).content.decode()
    assert 'name="d2"' in more
    fewer = client.post(url, {"act": "retirer:1", **DAY, "d2": "17:45", "f2": "18:15"}).content.decode()
    assert 'value="17:45"' in fewer
    assert 'name="d2"' not in fewer
    keep(client, enrolment, d1="08:15", f1="12:00")
    before = client.post(at(enrolment, week()[1]), {"act": "veille", **DAY}).content.decode()
    assert 'value="08:15"' in before


def test_every_monday_until_the_end_but_those_that_cannot_be(client, enrolment, creche):
    closed = monday(4)
    ClosedDay.objects.create(
        organisation_id=creche.town.id, site=creche.site, starts_on=closed, ends_on=closed + timedelta(days=1)
    )
    keep(client, enrolment, tous="1")
    shown = text(client.get(f"{BASE}/reservations/recapitulatif/"))
    mondays = [on.strftime("lundi %d/%m/%Y") for on in map(monday, range(1, 26)) if on != closed]
    assert [each for each in mondays if each not in shown] == []
    assert closed.strftime("%d/%m/%Y") not in shown


def test_a_whole_week_is_repeated_until_a_day(client, enrolment):
    days = [on.isoformat() for on in week()[1:]]
    keep(client, enrolment, copier=days, tous="1", jusqu=monday(3).isoformat())
    assert "11 jours modifiés" in text(client.get(at(enrolment)))


def test_too_many_days_are_told_and_nothing_of_what_was_chosen_is_lost(client, enrolment, monkeypatch):
    for module in ("preau.web.family.hours.views", "preau.domain.procedures.operations.hours"):
        monkeypatch.setattr(f"{module}.MOST_DAYS", 93)
    days = [on.isoformat() for on in week()[1:]]
    page = keep(client, enrolment, copier=days, tous="1")
    assert page.status_code == 422
    assert "Au plus 93 jours dans une demande : répétez jusqu’à une date plus proche." in text(page)
    assert page.content.decode().count(" checked") == 5
    wrong = keep(client, enrolment, copier=days[:2], f1="08:00", tous="1", jusqu=monday(2).isoformat())
    assert wrong.content.decode().count(" checked") == 3
    assert f'value="{monday(2).isoformat()}"' in wrong.content.decode()


def test_a_range_taken_away_is_not_a_day_cancelled(client, awa, creche, agent):
    """Where the structure keeps its days: the way to the absence, and the telephone."""
    enrolment = creche.enrol(awa, creche.offer(keeps_days=True), child=awa.children[0])
    keep(client, enrolment)
    file_basket(client)
    accept_many(actor=agent, numbers=[Procedure.objects.get().number], now=NOW)
    page = keep(client, enrolment, d1="", f1="")
    assert page.status_code == 422
    assert "signalez l’absence à la structure (05 36 49 21 60)" in text(page)


def test_a_proposal_is_taken_in_one_click_and_only_once(client, awa, enrolment, agent):
    keep(client, enrolment)
    file_basket(client)
    [row] = Procedure.objects.all()
    offered = ranges((10, 16))
    answer = DayAnswer(monday(), "propose", offered, "Plus de place le matin")
    answer_hours(actor=agent, number=row.number, answers=[answer], now=NOW)
    assert OutboxMail.objects.order_by("pk").last().template == "hours_answered"
    page = client.get(f"{BASE}/demandes/{row.number}/")
    assert "La structure vous propose d’autres horaires" in text(page)
    assert "Plus de place le matin" in text(page)
    url = f"{BASE}/demandes/{row.number}/horaires/"
    assert "ces horaires sont réservés" in text(client.post(url, {"reponse": "oui"}, follow=True))
    again = text(client.post(url, {"reponse": "non"}, follow=True))
    assert "ne vous sont plus proposés" in again
    [held] = CareRange.objects.filter(status="booked")
    assert (held.starts_minute, held.ends_minute) == (600, 960)


def test_occasional_care_is_booked_at_once_and_full_hours_are_told(client, awa, bruno, creche, town, login):
    creche.sections[0].places = 1
    creche.sections[0].save()
    first = creche.enrol(awa, creche.offer("occasional", confirmation="automatic"), child=awa.children[0])
    second = creche.enrol(bruno, creche.offer("occasional", confirmation="automatic"))
    assert "Places libres des prochains jours" in text(client.get(at(first)))
    other = login(bruno.account)
    keep(other, second, d1="09:00", f1="10:00")  # in its basket while there is room
    keep(client, first)
    assert "Traitée positivement" in text(file_basket(client))
    page, _sent = recap(other)
    assert "Plus de place de 09:30-10:00" in text(page)
    again = keep(other, second)
    assert again.status_code == 422
    assert "Il n’y a plus de place à ces heures-là." in text(again)
    assert "Places libres : 07:30-09:30, 17:30-18:30" in text(again)
    assert 'value="09:30"' in again.content.decode()
    fresh = other.get(at(second, week()[1])).content.decode()
    assert 'value="07:30"' in fresh  # the longest free hours are shown first


def test_a_basket_holds_hours_and_bookings_together(client, awa, enrolment, town):
    offer = town.offer()
    school = town.enrol(awa, offer, child=awa.children[1])
    slot = slots_of(offer, after=TODAY + timedelta(days=2))[0]
    keep(client, enrolment)
    sent = {"vue": "mois", "seen": [f"{slot.pk}:0"], "u": [slot.pk], "act": "ajouter"}
    client.post(f"{BASE}/reservations/{school.pk}/", sent)
    page, _sent = recap(client)
    assert awa.children[0].first_name in text(page)
    assert awa.children[1].first_name in text(page)
    file_basket(client)
    assert sorted(Procedure.objects.values_list("kind", "status")) == [
        ("booking", "accepted"),
        ("hours", "submitted"),
    ]


def test_a_recap_read_before_the_hours_changed_is_shown_again(client, enrolment):
    """Two tabs: what is sent is what was read, or it is read again."""
    keep(client, enrolment)
    _page, sent = recap(client)
    keep(client, enrolment, d1="08:00", f1="12:00")
    again = client.post(f"{BASE}/reservations/recapitulatif/", sent)
    assert Procedure.objects.exclude(status="draft").count() == 0
    assert "08:00-12:00" in text(again) or again.status_code == 302


def test_a_double_click_files_one_demarche(client, enrolment):
    keep(client, enrolment)
    _page, sent = recap(client)
    for _click in range(2):
        client.post(f"{BASE}/reservations/recapitulatif/", sent)
    assert Procedure.objects.count() == 1


def test_a_day_of_creche_is_a_row_of_the_week(client, enrolment, agent):
    keep(client, enrolment)
    file_basket(client)
    url = f"{BASE}/?semaine={monday()}"
    assert "en attente de réponse, Horaires, Accueil Variable, 09:30-17:30" in text(client.get(url))
    accept_many(actor=agent, numbers=[Procedure.objects.get().number], now=NOW)
    assert "Horaires, Accueil Variable, 09:30-17:30" in text(client.get(url))
    assert "en attente de réponse" not in text(client.get(url))
    grid = text(client.get(f"{BASE}/reservations/semaine/?semaine={monday()}"))
    assert "Accueil Variable" in grid
    assert "09:30" in grid


def test_a_request_of_five_days_reads_the_same_however_many_days(client, enrolment):
    """Eighteen queries for the request, those of the page beside; a savepoint is only there in a test."""
    counts = []
    for place, more in enumerate(
        ({}, {}, {"tous": "1", "jusqu": monday(7)}), start=1
    ):  # the first gives the collectivité its counter
        start = monday(place)
        keep(client, enrolment, start, copier=[on.isoformat() for on in week(start)[1:]], **more)
        _page, sent = recap(client)
        with CaptureQueriesContext(connection) as seen:
            client.post(f"{BASE}/reservations/recapitulatif/", sent)
        counts.append(sum("SAVEPOINT" not in each["sql"] for each in seen))
    assert counts[1] == counts[2]
    assert counts[1] <= 22


def test_the_month_and_the_day_read_a_constant_number_of_rows(client, enrolment):
    counts = []
    client.get(at(enrolment))  # the first page of a session reads the conditions
    for _time in range(2):
        with CaptureQueriesContext(connection) as seen:
            client.get(at(enrolment))
            client.get(at(enrolment, monday()))
        counts.append(len(seen))
        keep(client, enrolment, copier=[on.isoformat() for on in week()[1:]])
    assert counts[0] == counts[1]
