"""« Signaler une absence » as a family sees it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from preau.domain.absences.models import Absence, AbsenceDay, AbsenceReason
from preau.domain.bookings.operations import load_bookings
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations.absences import send_absence
from tests.factories.absences import Absences, send
from tests.factories.clients import client_of
from tests.factories.town import NOW, TODAY, Town, slots_of
from tests.uploads.corpus import paper, picture

pytestmark = pytest.mark.django_db
TUESDAY = TODAY + timedelta(days=1)


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def home(town):
    """Two children who eat every day; a meal is given back two days ahead."""
    rules = Absences(town)
    rules.open(town.activity, words="Un certificat sous 72 h.")
    offer = town.offer(units=(("R", "Repas", 705, 810),), cancel_deadline={"kind": "hours", "hours": 48})
    made = town.household(children=2)
    for child in made.children:
        enrolment = town.enrol(made, offer, child=child)
        slots = [slot.pk for slot in slots_of(offer, after=TODAY - timedelta(days=1))][:10]
        load_bookings(actor=town.system, pairs=[(enrolment.pk, pk) for pk in slots], now=NOW)
    return made


@pytest.fixture
def client(home):
    return client_of(home.account)


def url(name, *args):
    return reverse(f"family:{name}", args=["ville-test", *args])


def data_of(home, on=TODAY, until=None, **more):
    return {
        "children": [str(child.pk) for child in home.children],
        "first": on.isoformat(),
        "last": (until or on).isoformat(),
        "reason": "maladie",
        "act": "next",
        **more,
    }


def test_one_form_for_several_children(client, home):
    page = client.get(url("absence"))
    assert page.status_code == 200
    assert "Un certificat sous 72 h." in page.text
    answer = client.post(url("absence"), data_of(home, comment="Varicelle"))
    assert answer.status_code == 302
    recap = client.get(answer.url)
    assert "Enfant1, Enfant2" in recap.text
    assert recap.text.count("Dû sans justificatif") == 2
    assert recap.text.count("Ajouter la pièce jointe") == 2
    sent = client.post(answer.url)
    assert sent.status_code == 302
    done = client.get(sent.url)
    assert done.text.count("Le justificatif est attendu jusqu’au") == 2
    assert Procedure.objects.filter(kind="absence", status="more_asked").count() == 2


def test_child_by_child_the_enrolments_are_ticked(client, home, town):
    Organisation.objects.update(absences_together=False, revision="2")
    assert "Choisissez l’enfant." in client.get(url("absence")).text
    child = home.children[0]
    page = client.get(url("absence_child", child.pk))
    assert "Sélectionner tout" in page.text
    assert page.text.count('name="enrolments"') == 1
    mine = {"enrolments": [str(home.enrolments[0].pk)]}
    answer = client.post(url("absence_child", child.pk), data_of(home, **mine))
    client.post(answer.url)
    assert {row.child_id for row in Absence.objects.all()} == {child.pk}
    nothing = client.post(url("absence_child", child.pk), data_of(home))
    assert nothing.status_code == 422
    assert "Cochez au moins une inscription." in nothing.text


@pytest.mark.parametrize(
    ("act", "first", "last"),
    [
        ("today", TODAY, TODAY),
        ("tomorrow", TUESDAY, TUESDAY),
        ("week", TODAY, TODAY + timedelta(days=4)),
    ],
)
def test_a_button_fills_the_days_and_keeps_what_was_typed(client, home, act, first, last):
    page = client.post(url("absence"), data_of(home, act=act, comment="Gardé", first="", last=""))
    assert page.status_code == 200
    assert f'name="first" value="{first.isoformat()}"' in page.text
    assert f'name="last" value="{last.isoformat()}"' in page.text
    assert "Gardé" in page.text
    assert not Procedure.objects.filter(kind="absence").exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"first": ""}, "Ce champ est obligatoire."),
        ({"first": "2026-13-45"}, "Écrivez une date"),
        ({"last": "2026-11-01"}, "La fin est avant le début."),
        ({"last": "2027-03-01"}, "62 jours au plus"),
        ({"start": "9h"}, "Donnez les deux heures"),
        ({"start": "25:00", "end": "x"}, "Écrivez cette heure comme 9:30."),
        ({"start": "12:00", "end": "9:00"}, "La fin est avant le début."),
        ({"reason": ""}, "Choisissez un motif."),
        ({"reason": "autre-ville"}, "Choisissez un motif de la liste."),
        ({"children": []}, "Cochez au moins un enfant."),
        ({"children": ["999999"]}, "Choisissez parmi les enfants de la liste."),
        ({"comment": "x" * 2000}, "au plus 1000 caractères"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_typed_is_lost(client, home, typed, told):
    page = client.post(url("absence"), data_of(home, **{"comment": "Gardé", **typed}))
    assert page.status_code == 422
    assert told in page.text.replace("\xa0", " ")
    assert not Procedure.objects.filter(kind="absence").exists()


def test_too_late_the_structure_is_named_with_its_telephone(client, home, town, monkeypatch):
    town.school.phone = "05 36 49 10 31"
    town.school.save()
    answer = client.post(url("absence"), data_of(home))
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(days=4))
    recap = client.get(answer.url)
    assert "Il est trop tard pour signaler cette absence ici." in recap.text
    assert "05 36 49 10 31" in recap.text
    assert "Transmettre ma demande" not in recap.text
    assert client.post(answer.url).status_code == 422
    assert not Absence.objects.exists()


def test_what_is_said_already_is_nothing_to_do(client, home, town):
    send(town.parent(home), home, TODAY)
    answer = client.post(url("absence"), data_of(home))
    recap = client.get(answer.url)
    assert "Cette absence est déjà signalée" in recap.text
    assert "Transmettre ma demande" not in recap.text


def test_nothing_planned_is_told(client, home):
    answer = client.post(url("absence"), data_of(home, TODAY + timedelta(days=5)))
    assert "Rien n’est prévu à ces dates" in client.get(answer.url).text
    assert client.post(answer.url).status_code == 422


def test_a_proof_goes_with_the_child_for_whom_it_was_sent(client, home):
    answer = client.post(url("absence"), data_of(home))
    child = home.children[1]
    joined = client.post(answer.url, {"act": "join", "child": child.pk, "file": _file("certificat.jpg", picture())})
    assert joined.status_code == 302
    assert "certificat.jpg" in client.get(answer.url).text
    client.post(answer.url)
    rows = {row.child_id: row.status for row in Procedure.objects.filter(kind="absence")}
    assert rows == {home.children[0].pk: "more_asked", child.pk: "submitted"}


def test_a_hostile_file_is_refused_in_words_and_the_draft_stays(client, home):
    answer = client.post(url("absence"), data_of(home))
    page = client.post(
        answer.url, {"act": "join", "child": home.children[0].pk, "file": _file("certificat.pdf", b"MZ...")}
    )
    assert page.status_code == 422
    assert "Ce n’est ni un PDF, ni une photo" in page.text
    wrong = client.post(answer.url, {"act": "join", "child": "abc", "file": _file("c.pdf", paper())})
    assert wrong.status_code == 404


def test_the_page_of_the_absence_says_what_it_changes_and_takes_it_back(client, home, town):
    [number, _other] = send(town.parent(home), home, TUESDAY, TUESDAY + timedelta(days=1)).numbers
    page = client.get(url("procedure", number))
    assert "Un justificatif est attendu" in page.text
    assert "Dû" in page.text
    assert "Annulé à temps" in page.text
    back = client.get(url("absence_back", number))
    assert "Mon enfant vient finalement" in back.text
    done = client.post(url("absence_back", number), follow=True)
    assert "de nouveau attendu" in done.text
    again = client.get(url("absence_back", number), follow=True)
    assert "ou l’absence est déjà annulée" in again.text


def test_a_proof_sent_later_goes_back_to_the_service_and_a_late_one_is_told(client, home, town, monkeypatch):
    first, second = send(town.parent(home), home, TODAY).numbers
    kind = AbsenceReason.objects.get(code="maladie").proof_type_id
    sent = client.post(
        url("procedure_join", first), {"type": kind, "file": _file("certificat.jpg", picture())}, follow=True
    )
    assert Procedure.objects.get(number=first).status == "in_review"
    assert "joint" in sent.text
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(days=4))
    late = client.post(
        url("procedure_join", second), {"type": kind, "file": _file("certificat.jpg", picture())}, follow=True
    )
    assert "Le délai est passé" in late.text


def test_the_absence_is_seen_on_the_home_the_week_and_the_month(client, home, town):
    send(town.parent(home), home, TODAY)
    assert 'data-s="abs"' in client.get(url("home")).text
    month = client.get(url("booking_grid", home.enrolments[0].pk), {"debut": TODAY.isoformat()})
    assert "absence" in month.text
    week = client.get(url("booking_week"), {"semaine": TODAY.isoformat()})
    assert "absence" in week.text


def test_a_diary_takes_the_missed_moments_out(client, home, town):
    [number, _other] = send(town.parent(home), home, TODAY, TODAY + timedelta(days=3)).numbers
    ics = client.get(url("procedure_calendar", number)).content.decode()
    assert ics.count("STATUS:CANCELLED") == 4
    assert f"UID:ville-test-{home.enrolments[0].pk}-{TODAY:%Y%m%d}-R@preau" in ics


def test_a_draft_is_taken_up_again(client, home):
    answer = client.post(url("absence"), data_of(home, comment="Varicelle"))
    assert "Varicelle" in client.get(url("absence")).text
    menu = client.get(url("acts")).text
    assert answer.url in menu
    assert client.get(url("draft_recap", Procedure.objects.get(kind="absence").pk)).url == answer.url


def test_a_link_for_one_day_fills_it(client, home):
    page = client.get(url("absence_child", home.children[0].pk), {"jour": TUESDAY.isoformat()})
    assert f'value="{TUESDAY.isoformat()}"' in page.text
    assert client.get(url("absence_child", home.children[0].pk), {"jour": "demain"}).status_code == 200


def test_a_double_click_shows_what_was_sent(client, home, town):
    answer = client.post(url("absence"), data_of(home))
    draft = Procedure.objects.get(kind="absence")
    send_absence(actor=town.parent(home), draft_id=draft.pk, now=NOW)
    again = client.post(answer.url)
    assert again.status_code == 302
    assert Absence.objects.count() == 2
    assert client.get(answer.url).url == again.url  # one who goes back reads what was sent


def test_pages_cost_the_same_for_more_children_and_days(client, home, town):
    with CaptureQueriesContext(connection) as one:
        client.get(url("absence"))
    first = client.post(url("absence"), data_of(home)).url
    with CaptureQueriesContext(connection) as short:
        client.get(first)
    client.post(url("absence"), data_of(home, TODAY, TODAY + timedelta(days=11)))
    with CaptureQueriesContext(connection) as long:
        client.get(first)
    assert len(one) <= 15
    assert len(long) - len(short) <= 8  # what may still be cancelled is judged as an order is
    assert AbsenceDay.objects.count() == 0


def _file(name, content):
    return SimpleUploadedFile(name, content)
