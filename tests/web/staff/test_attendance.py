"""« Pointage » as who welcomes children uses it: with a script, without, for a departure, for a correction."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from preau.domain.accounts.models import Account
from preau.domain.attendance.models import Presence, PresenceTap
from preau.domain.bookings.models import Booking
from preau.domain.bookings.operations import load_bookings
from preau.domain.families.models import Contact, Guardianship, HouseholdChild
from preau.domain.families.operations.custody import set_residence
from preau.kernel.residence import WeekParity
from tests.factories.clients import client_of
from tests.factories.creche import Creche
from tests.factories.town import NOW, Town, slots_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_four")]
DAY = NOW.date() + timedelta(days=3)


THEN = NOW.replace(hour=16, minute=32) + timedelta(days=3)


@pytest.fixture
def at_four(monkeypatch):
    """The day of the sheet, when the bell has rung."""
    monkeypatch.setattr("preau.config.clock.now", lambda: THEN)


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def home(town):
    offer = town.offer()
    made = town.household("Dupré", children=2)
    for child in made.children:
        enrolment = town.enrol(made, offer, child=child)
        pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, code="S") if slot.on == DAY]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
    return made


@pytest.fixture
def client(town):
    account = town.account("animatrice", role="site_staff")
    town.limit(account, site_ids=[town.school.pk])
    return client_of(account)


def url(town, name="attendance_sheet", *args, **query):
    path = reverse(f"staff:{name}", args=["ville-test", f"{town.school.pk}-{town.activity.pk}", *args])
    asked = {"moment": "Soir", **query}
    return path + "?" + "&".join(f"{key}={quote(str(value))}" for key, value in asked.items())


def hidden(page):
    """What the form of a page holds, as a browser would send it back."""
    found = re.findall(r'<input type="hidden" name="((?:p\.|page)[^"]*)" value="([^"]*)"', page.text)
    return dict(found)


def rows(home):
    return [f"{child.pk}.990" for child in home.children]


def test_the_sheets_of_the_day_say_what_is_left_to_point(client, home, town):
    page = client.get(reverse("staff:attendance", args=["ville-test"]))
    assert "2 à pointer" in page.text
    assert url(town).split("?")[0] in page.text


def test_without_script_one_button_keeps_the_whole_sheet(client, home, town):
    first, second = rows(home)
    page = client.get(url(town))
    done = client.post(url(town), {**hidden(page), f"e.{first}": "P", f"e.{second}": "A"}, follow=True)
    assert "2 pointages enregistrés." in done.text
    states = dict(Presence.objects.values_list("child_id", "seen"))
    assert states == {home.children[0].pk: "present", home.children[1].pk: "absent"}
    assert Presence.objects.get(seen="present").arrived_minute == 17 * 60 + 32  # the clock is read in Paris
    assert PresenceTap.objects.count() == 2


def test_a_double_click_and_what_did_not_change_write_nothing(client, home, town):
    first, _second = rows(home)
    form = {**hidden(client.get(url(town))), f"e.{first}": "P"}
    client.post(url(town), form)
    client.post(url(town), form)
    assert PresenceTap.objects.count() == 1
    again = client.post(url(town), {**hidden(client.get(url(town))), f"e.{first}": "P"}, follow=True)
    assert "Rien n’a changé." in again.text
    assert PresenceTap.objects.count() == 1


def test_a_script_gets_the_line_and_the_counts(client, home, town):
    first, _second = rows(home)
    page = hidden(client.get(url(town)))
    sent = {"page": page["page"], f"p.{first}": page[f"p.{first}"], f"e.{first}": "P"}
    part = client.post(url(town), sent, headers={"X-Part": "line"})
    assert part.status_code == 200
    assert f'data-row="{first}"' in part.text
    assert "1 enfant à pointer" in part.text
    assert "<html" not in part.text
    undo = {"page": page["page"], **hidden(part), "undo": first}
    back = client.post(url(town), undo, headers={"X-Part": "line"})
    assert "2 enfants à pointer" in back.text
    assert Presence.objects.get().seen == "waited"


def test_all_present_at_once_leaves_who_is_announced_absent(client, home, town):
    done = client.post(url(town), {**hidden(client.get(url(town))), "all": "1"}, follow=True)
    assert "Tout le monde est pointé" in done.text
    assert Presence.objects.filter(seen="present").count() == 2


def test_a_departure_says_with_whom_and_warns_of_who_must_not_come(client, home, town):
    child = home.children[0]
    named = {"organisation_id": town.id, "family": home.family, "child": child}
    Contact.objects.create(**named, kind="forbidden", first_name="Cyril", last_name="Vannier")
    aunt = Contact.objects.create(**named, kind="pick_up", first_name="Nadège", last_name="Thirion", link="Tante")
    page = client.get(url(town, "attendance_line", child.pk))
    assert f"Ne pas remettre {child.first_name} à Cyril Vannier" in page.text
    assert "Nadège Thirion" in page.text
    nobody = client.post(url(town, "attendance_leave", child.pk), {"at": "18:40"})
    assert nobody.status_code == 422
    assert "Dites avec qui l’enfant part." in nobody.text
    unnamed = client.post(url(town, "attendance_leave", child.pk), {"who": "autre", "at": "18:40"})
    assert "Écrivez le nom de la personne" in unnamed.text
    done = client.post(url(town, "attendance_leave", child.pk), {"who": aunt.pk, "at": "18:40"}, follow=True)
    assert "Dupré à 18 h 40" in done.text.replace("\u00a0", " ")
    row = Presence.objects.get()
    assert (row.left_minute, row.collected_by) == (18 * 60 + 40, "Nadège Thirion")
    assert "10 min après l’heure" in client.get(url(town)).text


def test_a_forbidden_person_cannot_be_chosen(client, home, town):
    child = home.children[0]
    banned = Contact.objects.create(
        organisation_id=town.id,
        family=home.family,
        child=child,
        kind="forbidden",
        first_name="Cyril",
        last_name="Vannier",
    )
    page = client.post(url(town, "attendance_leave", child.pk), {"who": banned.pk, "at": "18:00"})
    assert page.status_code == 422
    assert not Presence.objects.exists()


def test_a_child_who_was_not_expected_is_looked_for_and_added(town, home):
    agent = client_of(town.account("accueil", role="agent"))
    other = town.household("Ledoux").children[0]
    page = agent.get(url(town, "attendance_add", q="Ledoux"))
    assert other.first_name in page.text
    done = agent.post(url(town, "attendance_add", q="Ledoux"), {**hidden(page), "child": other.pk}, follow=True)
    assert "Sans réservation" in done.text
    assert not Presence.objects.get(child=other).is_expected
    assert agent.post(url(town, "attendance_add"), {"child": "999999"}).status_code == 404
    assert agent.post(url(town, "attendance_add"), {"child": "x"}).status_code == 404


def test_who_is_limited_to_a_site_looks_for_its_children_alone(client, town, home):
    away = town.household("Dupréaz").children[0]  # of no class and no enrolment: not of this site
    away.schoolings.all().delete()
    page = client.get(url(town, "attendance_add", q="dupré"))
    assert page.status_code == 200
    assert "Déjà sur la feuille" in page.text
    assert "Dupréaz" not in page.text
    assert client.post(url(town, "attendance_add", q="x"), {"child": away.pk}).status_code == 404


def test_the_day_after_only_who_may_corrects_and_says_why(town, home, client, monkeypatch):
    monkeypatch.setattr("preau.config.clock.now", lambda: THEN + timedelta(days=2))
    child = home.children[0]
    past = {"date": DAY.isoformat()}
    assert "Ce jour est passé" in client.get(url(town, **past)).text
    late = client.post(url(town, **past), {f"p.{rows(home)[0]}": "0||", f"e.{rows(home)[0]}": "P"})
    assert late.status_code == 422
    manager = client_of(town.account("responsable", role="manager"))
    list_page = manager.get(reverse("staff:attendance", args=["ville-test"]) + f"?date={DAY.isoformat()}")
    assert "1 feuille n’est pas terminée." in list_page.text
    address = url(town, "attendance_correct", child.pk, **past)
    wrong = manager.post(address, {"state": "present", "arrived": "17:00", "left": "16:00", "reason": "oubli"})
    assert "Le départ vient après l’arrivée." in wrong.text
    unsaid = manager.post(address, {"state": "present", "arrived": "16:30"})
    assert unsaid.status_code == 422
    values = {"state": "present", "arrived": "16:30", "left": "18:05", "reason": "oubli de la tablette"}
    done = manager.post(address, values, follow=True)
    assert "oubli de la tablette" in done.text
    row = Presence.objects.get()
    assert (row.arrived_minute, row.left_minute) == (990, 1085)
    assert client.post(address, values).status_code == 404


def test_an_agent_of_another_site_finds_no_sheet(town, home):
    account = town.account("ailleurs", role="site_staff")
    town.limit(account, site_ids=[Creche(town).site.pk])
    assert client_of(account).get(url(town)).status_code == 404


@pytest.mark.parametrize("bad", ["0-0", "s0", "x", "1-2-3"])
def test_what_names_no_sheet_is_not_found(client, home, bad):
    assert client.get(f"/ville-test/agents/pointage/{bad}/").status_code == 404
    assert client.get(f"/ville-test/agents/pointage/{bad}/?date=hier&moment=%00").status_code == 404


def test_a_sheet_costs_the_same_for_two_children_and_forty(client, home, town):
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url(town))
    offer = home.enrolments[0].offer
    for number in range(20):
        other = town.household(f"Famille{number}")
        enrolment = town.enrol(other, offer)
        pairs = [(enrolment.pk, slot.pk) for slot in slots_of(offer, code="S") if slot.on == DAY]
        load_bookings(actor=town.system, pairs=pairs, now=NOW)
    with CaptureQueriesContext(connection) as many:
        client.get(url(town))
    assert len(many) <= len(few)
    assert len(many) <= 15


def test_what_a_tablet_kept_is_said_at_its_own_hour_once(client, home, town):
    row = rows(home)[0]
    sent = int((THEN + timedelta(hours=2)).timestamp() * 1000)  # its clock is wrong
    body = {f"e.{row}": "P", f"p.{row}": "0||", "k": "a" * 32, "d": "b" * 32, "sent": sent, "at": sent - 40 * 60_000}
    for _turn in range(2):
        assert client.post(url(town, date=DAY.isoformat()), body, headers={"X-Part": "line"}).status_code == 200
    tap = PresenceTap.objects.get()
    assert (tap.said_at, tap.device) == (THEN - timedelta(minutes=40), "b" * 32)
    assert Presence.objects.get().arrived_minute == 16 * 60 + 52


def test_a_tablet_sends_the_next_morning_what_it_kept(client, home, town, monkeypatch):
    row, later = rows(home)[0], THEN + timedelta(hours=15)
    monkeypatch.setattr("preau.config.clock.now", lambda: later)
    sent = int(later.timestamp() * 1000)
    body = {f"e.{row}": "P", f"p.{row}": "0||", "k": "a" * 32, "sent": sent, "at": sent - 15 * 3_600_000}
    assert client.post(url(town, date=DAY.isoformat()), body, headers={"X-Part": "line"}).status_code == 200
    assert Presence.objects.get().seen == "present"


@pytest.mark.parametrize("bad", ["", "x", "9" * 14, "-5", "１２３４５６７８９０１２"])
def test_an_hour_that_is_none_is_now(client, home, town, bad):
    row = rows(home)[0]
    body = {f"e.{row}": "P", f"p.{row}": "x|y", "k": "<script>", "d": "\x00", "sent": bad, "at": bad}
    assert client.post(url(town), body, headers={"X-Part": "line"}).status_code == 200
    assert PresenceTap.objects.get().said_at == THEN


def sent(row, choice, *, key="a", shown="0||", **more):
    return {f"e.{row}": choice, f"p.{row}": shown, "k": key * 32, "d": "b" * 32, **more}


def test_away_then_here_again_before_the_network_came_back(client, home, town):
    """The second tap is what the page showed before it went off line, and means it all the same."""
    row = rows(home)[0]
    client.post(url(town), sent(row, "P", key="1"), headers={"X-Part": "line"})
    for key, choice in (("2", "A"), ("3", "P")):
        client.post(url(town), sent(row, choice, key=key, shown="1|P|" + "1" * 32), headers={"X-Part": "line"})
    assert Presence.objects.get().seen == "present"
    assert PresenceTap.objects.count() == 3


def test_a_child_whose_booking_was_cancelled_meanwhile_is_kept(client, home, town):
    row = rows(home)[0]
    Booking.objects.filter(child=home.children[0]).update(status="cancelled")
    part = client.post(url(town), sent(row, "P"), headers={"X-Part": "line"})
    assert "Sans réservation" in part.text
    assert not Presence.objects.get().is_expected


@pytest.mark.parametrize("name", ["e.999999.990", "e.1.99999", "e.x.1", "e.1", "e.1.9999"])
def test_a_line_that_never_was_writes_nothing(client, home, town, name):
    answer = client.post(url(town), {name: "P", "k": "a" * 32}, headers={"X-Part": "line"})
    assert answer.status_code in (200, 404, 422)
    assert not Presence.objects.filter(child__isnull=False).exclude(child__in=home.children).exists()


def test_what_is_strange_is_no_fault_of_the_server(client, home, town):
    row = rows(home)[0]
    form = {f"e.{row}": "P", f"p.{row}": "0||", "page": "\x00", "motif": "\x00", "k": "\x00"}
    assert client.post(url(town), form).status_code == 302
    undo = {"undo": row, f"p.{row}": "1|P|\x00" + "z" * 90}
    assert client.post(url(town), undo).status_code == 422
    assert client.get(url(town, "attendance_add", q="\x00")).status_code == 200


def test_a_past_day_without_a_reason_loses_no_choice(town, home, monkeypatch):
    monkeypatch.setattr("preau.config.clock.now", lambda: THEN + timedelta(days=2))
    manager = client_of(town.account("responsable", role="manager"))
    address = url(town, date=DAY.isoformat())
    page = manager.post(address, {**hidden(manager.get(address)), f"e.{rows(home)[0]}": "A"})
    assert page.status_code == 422
    assert "Dites pourquoi vous corrigez un jour passé" in page.text
    assert re.search(rf'name="e.{rows(home)[0]}" value="A" checked', page.text)


def test_two_agents_hand_one_child_to_two_people(client, home, town):
    """Neither had read the other: somebody looks, and the family reads nothing meanwhile."""
    child = home.children[0]
    other = client_of(town.account("accueil", role="agent"))
    for who, name, at in ((client, "Ana Roy", "18:00"), (other, "Léo Roy", "18:05")):
        form = {"who": "autre", "name": name, "at": at, "vu": "0"}
        assert who.post(url(town, "attendance_leave", child.pk), form).status_code == 302
    assert Presence.objects.get().has_conflict
    assert "À vérifier" in client.get(url(town)).text


def test_a_sheet_that_is_not_pointed_in_the_evening_was_forgotten(client, home, town, monkeypatch):
    address = reverse("staff:attendance", args=["ville-test"])
    assert "n’est pas terminée" not in client.get(address).text
    monkeypatch.setattr("preau.config.clock.now", lambda: THEN + timedelta(hours=2))
    assert "1 feuille n’est pas terminée." in client.get(address).text


def test_a_departure_kept_without_a_network_says_with_whom_and_when(client, home, town):
    first, _second = rows(home)
    page = hidden(client.get(url(town)))
    sent = {f"p.{first}": page[f"p.{first}"], f"e.{first}": "L", f"h.{first}": "17:05", "k": "a" * 32}
    refused = client.post(url(town), sent, headers={"X-Part": "line"})
    assert refused.status_code == 422  # with nobody: no departure
    assert PresenceTap.objects.count() == 0
    sent[f"w.{first}"] = "Mamie Odette"
    for _turn in range(2):
        assert client.post(url(town), sent, headers={"X-Part": "line"}).status_code == 200
    kept = PresenceTap.objects.get()
    assert (kept.act, kept.who, kept.minute) == ("left", "Mamie Odette", 17 * 60 + 5)
    assert client.post(url(town), {**sent, f"h.{first}": "25h", "k": "b" * 32}).status_code == 422


def test_what_two_tablets_contradict_is_settled_by_one_button(client, home, town):
    first, _second = rows(home)
    for device, choice, key in (("a" * 32, "P", "1" * 32), ("b" * 32, "A", "2" * 32)):
        sent = {f"p.{first}": "0||", f"e.{first}": choice, "k": key, "d": device}
        assert client.post(url(town), sent, headers={"X-Part": "line"}).status_code == 200
    listed = client.get(reverse("staff:attendance_check", args=["ville-test"]))
    assert listed.text.count("Tablette ") == 2
    assert reverse("staff:attendance_check", args=["ville-test"]) in client.get(list_url()).text
    sent = {"suite": "verifier", f"p.{first}": "2||", f"e.{first}": "P"}
    done = client.post(url(town), sent, follow=True)
    assert "Aucune contradiction" in done.text
    assert not Presence.objects.get().has_conflict


def list_url():
    return reverse("staff:attendance", args=["ville-test"])


def test_who_is_looked_for_is_shown_at_once(client, home, town, monkeypatch):
    town.activity.late_after = 15
    town.activity.save(update_fields=["late_after"])
    assert "Feuille à pointer, 2 en attente" in client.get(list_url()).text
    first, _second = rows(home)
    client.post(url(town), {**hidden(client.get(url(town))), f"e.{first}": "P"})
    for page in (list_url(), reverse("staff:home", args=["ville-test"])):
        shown = client.get(page).text
        assert "Pas arrivé" in shown
        assert f"/enfants/{home.children[1].pk}/" in shown


def test_the_script_of_the_tablet_answers_for_attendance_alone(client, town):
    script = client.get(reverse("staff:attendance_worker", args=["ville-test"]))
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in script.headers
    assert "n’est pas sur la tablette" in client.get(reverse("staff:attendance_offline", args=["ville-test"])).text


def page_url(name):
    return reverse(f"staff:{name}", args=["ville-test"])


def chosen(client, code="4071", **more):
    return client.post(page_url("attendance_code"), {"code": code, "again": code, "locks": "on", **more}, follow=True)


def test_a_tablet_locks_itself_and_its_code_opens_it_again(client, home, town):
    assert "data-lock=" not in client.get(list_url()).text
    assert client.post(page_url("attendance_lock")).url == page_url("attendance_code")  # no code yet
    for code in ("1111", "1234", "9876", "12", "abcd"):
        assert chosen(client, code).status_code == 422
    assert "diffèrent" in client.post(page_url("attendance_code"), {"code": "4071", "again": "4072"}).text
    assert "Votre code est enregistré" in chosen(client).text
    assert 'data-lock="120"' in client.get(list_url()).text
    client.post(page_url("attendance_lock"))
    for address in (list_url(), url(town), page_url("home"), "/ville-test/compte/", "/admin/"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (302, page_url("attendance_unlock")), address
    first, _second = rows(home)
    client.post(url(town), {f"e.{first}": "P", "k": "a" * 32}, headers={"X-Part": "line"})
    assert PresenceTap.objects.count() == 0
    wrong = client.post(page_url("attendance_unlock"), {"code": "4072"})
    assert "Essais restants : 4" in wrong.text.replace("\u00a0", " ")
    assert client.post(page_url("attendance_unlock"), {"code": "4071"}).status_code == 302
    assert client.get(url(town)).status_code == 200


def test_five_wrong_codes_log_out(client, town):
    chosen(client)
    client.post(page_url("attendance_lock"))
    sent = {"code": "0000"}
    answers = [
        client.post(page_url("attendance_unlock"), sent, headers={"X-Part": "lock"}).status_code for _ in range(5)
    ]
    assert answers == [422, 422, 422, 422, 401]
    assert "/connexion/" in client.get(list_url()).headers["Location"]


def test_a_device_that_does_not_lock_says_so(client, town):
    client.post(page_url("attendance_code"), {"code": "4071", "again": "4071"})
    assert "data-lock=" not in client.get(list_url()).text


def test_of_a_child_of_two_homes_the_parent_whose_day_it_is_is_said(client, home, town):
    child = home.children[0]
    other = town.household("Ledoux")
    Guardianship.objects.create(organisation_id=town.id, adult=other.adult, child=child)
    HouseholdChild.objects.create(organisation_id=town.id, family=other.family, child=child)
    set_residence(
        actor=town.agent("manager"),
        child_id=child.pk,
        adult_a_id=home.adult.pk,
        adult_b_id=other.adult.pk,
        pattern=WeekParity("a"),
        now=NOW,
    )
    page = client.get(url(town, "attendance_line", child.pk)).text
    assert page.count("Chez ce parent aujourd’hui") == 1
    whose = home.adult if DAY.isocalendar().week % 2 == 0 else other.adult
    tile = page.split("Chez ce parent aujourd’hui")[0].rsplit("<label", 1)[1]
    assert whose.full_name in tile
    alone = client.get(url(town, "attendance_line", home.children[1].pk)).text
    assert "Chez ce parent aujourd’hui" not in alone


def test_all_present_is_taken_back_at_once(client, home, town):
    first, _second = rows(home)
    client.post(url(town), {**hidden(client.get(url(town))), f"e.{first}": "A"})
    done = client.post(url(town), {**hidden(client.get(url(town))), "all": "1"}, follow=True)
    assert "1 enfant noté présent." in done.text
    batch = re.search(r'name="undo_all" value="([0-9a-f]{32})"', done.text)[1]
    back = client.post(url(town), {**hidden(done), "undo_all": batch}, follow=True)
    assert "undo_all" not in back.text
    states = dict(Presence.objects.values_list("child_id", "seen"))
    assert states == {home.children[0].pk: "absent", home.children[1].pk: "waited"}


def leaving(client, town, child, **more):
    sent = {"who": "autre", "name": "Mamie Odette", "at": "18:40", **more}
    return client.post(url(town, "attendance_leave", child.pk), sent)


def test_a_departure_comes_after_the_arrival_and_a_small_child_never_leaves_alone(client, home, town):
    first, _second = rows(home)
    client.post(url(town), {**hidden(client.get(url(town))), f"e.{first}": "P"})  # at 17:32
    early = leaving(client, town, home.children[0], at="07:10")
    assert (early.status_code, "Le départ vient après l’arrivée" in early.text) == (422, True)
    town.school_class.level = "MS"
    town.school_class.save(update_fields=["level"])
    page = client.get(url(town, "attendance_line", home.children[0].pk)).text
    assert "Part seul" not in page
    assert leaving(client, town, home.children[0], who="seul").status_code == 422
    town.school_class.level = "CM1"
    town.school_class.save(update_fields=["level"])
    assert leaving(client, town, home.children[0], who="seul").status_code == 302
    assert Presence.objects.get().collected_by == "sans accompagnant"


def test_who_is_away_or_gone_has_no_departure_to_note(client, home, town):
    first, second = rows(home)
    client.post(url(town), {**hidden(client.get(url(town))), f"e.{first}": "A", f"e.{second}": "P"})
    assert "Pas de départ à noter" in client.get(url(town, "attendance_line", home.children[0].pk)).text
    assert leaving(client, town, home.children[1]).status_code == 302
    gone = client.get(url(town, "attendance_line", home.children[1].pk)).text
    assert "Confirmer le départ" not in gone
    assert "Mamie Odette" in gone


def test_a_past_contradiction_is_settled_by_who_corrects(home, town, monkeypatch):
    agent = client_of(town.account("accueil", role="agent"))
    first, _second = rows(home)
    for device, choice, key in (("a" * 32, "P", "1" * 32), ("b" * 32, "A", "2" * 32)):
        agent.post(url(town), {f"p.{first}": "0||", f"e.{first}": choice, "k": key, "d": device})
    monkeypatch.setattr("preau.config.clock.now", lambda: THEN + timedelta(days=2))
    page = agent.get(page_url("attendance_check")).text
    [action] = re.findall(r'<form method="post" action="([^"]*moment[^"]*)"', page)
    sent = dict(re.findall(r'name="(suite|motif|p\.[^"]*)" value="([^"]*)"', page))
    done = agent.post(action.replace("&amp;", "&"), {**sent, f"e.{first}": "A"}, follow=True)
    assert "Aucune contradiction" in done.text
    assert PresenceTap.objects.get(reason="Deux tablettes se contredisaient").act == "absent"


def test_a_form_written_elsewhere_is_not_lost_when_the_tablet_is_locked(client, home, town):
    chosen(client)
    client.post(page_url("attendance_lock"))
    first, _second = rows(home)
    kept = client.post(url(town), {f"e.{first}": "P", "motif": "un mot qui compte"})
    assert kept.status_code == 403
    assert 'name="password"' in kept.text
    assert "/connexion/" in client.get(list_url()).headers["Location"]


def test_a_step_that_is_forced_waits_for_the_code(client, town):
    chosen(client)
    client.post(page_url("attendance_lock"))
    Account.objects.filter(username="animatrice").update(must_change_password=True)
    assert client.get(page_url("attendance_unlock")).status_code == 200
    assert client.post(page_url("attendance_unlock"), {"code": "4071"}).url == list_url()
    assert "identifiants" in client.get(list_url()).headers["Location"]
