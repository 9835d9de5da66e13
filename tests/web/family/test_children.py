"""A child's file as its parents read and fill it: identity, health, authorisations, persons."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from preau.base.models import JournalEntry
from preau.domain.families.enums import HealthReason
from preau.domain.families.models import ChildHealth, Consent, ConsentType, Contact, Guardianship, SheetConfirmation
from preau.domain.families.operations.health import read_health
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db

TABS = ("", "sante/", "autorisations/", "personnes/", "personnes/ajout/")
HEALTH = {
    "pai": "no",
    "diet": "no_pork",
    "avoid": "arachide",
    "doctor_name": "Dr Roy",
    "doctor_phone": "02 61 91 00 05",
    "vaccines": ["dtp", "mmr"],
}
PERSON = {"kind": "pick_up", "last_name": "Roy", "first_name": "Odile", "link": "grand-mère", "phone": "02 61 91 00 09"}


@pytest.fixture
def client(login, awa):
    return login(awa.account)


@pytest.fixture
def asked(town):
    return [
        ConsentType.objects.create(organisation_id=town.id, code=code, title=title, position=place)
        for place, (code, title) in enumerate((("photo", "Photographier"), ("sortie", "Sortir à pied")))
    ]


def url(child, tab=""):
    return f"/ville-test/famille/enfants/{child.pk}/{tab}"


def page(response):
    return response.content.decode().replace("\xa0", " ")


def test_the_first_page_says_who_where_and_what_is_left_to_fill(client, awa, asked):
    seen = page(client.get(url(awa.children[0])))
    assert "CE1 A, École des Tests" in seen
    assert "Informations du foyer (Dossier n° 1)" in seen
    assert "Remplir la fiche santé" in seen
    assert "Répondre aux autorisations" in seen
    assert "J’ai renseigné mes fiches</button>" not in seen


def test_the_arches_the_entourage_and_the_menu_lead_to_each_child(client, awa):
    for place in ("", "entourage/"):
        seen = page(client.get(f"/ville-test/famille/{place}"))
        for child in awa.children:
            assert f'href="{url(child)}"' in seen
    assert 'href="/ville-test/famille/entourage/" aria-current="page"' in page(client.get(url(awa.children[0])))


def test_health_is_written_then_found_again_and_never_in_the_journal(client, awa):
    child = awa.children[0]
    assert client.post(url(child, "sante/"), HEALTH).status_code == 302
    seen = page(client.get(url(child, "sante/")))
    for words in ("arachide", "Dr Roy", "Rougeole, oreillons, rubéole", "par Awa Dupré"):
        assert words in seen
    assert ChildHealth.objects.get().sheet["diet"] == "no_pork"
    assert "arachide" not in str(list(JournalEntry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    ("tab", "data", "kept", "words"),
    [
        ("sante/", {**HEALTH, "doctor_name": ""}, "arachide", "Ce champ"),
        ("sante/", {**HEALTH, "pai": "signed"}, "arachide", "dernier jour du PAI"),
        ("sante/", {**HEALTH, "diet": "packed"}, "Dr Roy", "demande un PAI"),
        ("sante/", {**HEALTH, "diet": "caviar"}, "Dr Roy", "caviar"),
        ("personnes/ajout/", {**PERSON, "phone": "x"}, "grand-mère", "dix chiffres"),
        ("personnes/ajout/", {**PERSON, "phone": ""}, "grand-mère", "Donnez un numéro"),
        ("personnes/ajout/", {**PERSON, "kind": "friend"}, "grand-mère", "friend"),
        ("autorisations/", {"c_photo": "peut-être", "c_sortie": "yes"}, "checked", "peut-être"),
    ],
)
def test_a_wrong_answer_is_told_and_what_was_typed_stays(client, awa, asked, tab, data, kept, words):
    answer = client.post(url(awa.children[0], tab), data)
    assert answer.status_code == 422
    seen = page(answer)
    assert "<title>Erreur," in seen
    assert kept in seen
    assert words in seen
    assert not ChildHealth.objects.exists()
    assert not Contact.objects.exists()
    assert not Consent.objects.exists()


def test_parents_read_who_saw_the_health_sheet_but_never_the_agent(client, town, awa):
    agent = town.agent("agent", account=town.account("chloe", role="agent", last_name="Secrète"))
    agent = replace(agent, department_ids=frozenset({town.department.pk}))
    read_health(actor=agent, child_id=awa.children[0].pk, reason=HealthReason.MEALS, now=NOW)
    seen = page(client.get(url(awa.children[0], "sante/")))
    assert "16 novembre" in seen.split("Qui a consulté")[1]
    assert "Enfance" in seen
    assert "repas" in seen.split("Qui a consulté")[1]
    for name in ("Chloé", "Agent", "Secrète", "chloe"):
        assert name not in seen


def test_authorisations_are_yes_no_or_unanswered_with_their_date_and_author(client, awa, asked, monkeypatch):
    child = awa.children[0]
    client.post(url(child, "autorisations/"), {"c_photo": "no", "c_sortie": ""})
    seen = page(client.get(url(child, "autorisations/")))
    assert "Réponse du 16/11/2026 par Awa Dupré" in seen
    assert seen.count("Réponse attendue") == 1
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(days=2))
    client.post(url(child, "autorisations/"), {"c_photo": "no", "c_sortie": "yes"})
    assert {row.consent_type.code: (row.answer, row.answered_at.day) for row in Consent.objects.all()} == {
        "photo": ("no", 16),
        "sortie": ("yes", 18),
    }
    client.post(url(child, "autorisations/"), {"c_photo": "", "c_sortie": "yes"})
    assert Consent.objects.get(consent_type__code="photo").answer == ""


def test_the_tick_waits_for_the_sheets_then_keeps_its_date_and_author(client, town, awa, asked):
    child = awa.children[0]
    assert "Il reste des réponses" in page(client.post(url(child, "fiches/"), follow=True))
    assert not SheetConfirmation.objects.exists()
    client.post(url(child, "sante/"), HEALTH)
    client.post(url(child, "autorisations/"), {"c_photo": "no", "c_sortie": "yes"})
    assert "J’ai renseigné mes fiches</button>" in page(client.get(url(child)))
    for _twice in range(2):
        client.post(url(child, "fiches/"))
    assert SheetConfirmation.objects.get().school_year_id == town.year.pk
    assert "renseignées le 16/11/2026 par Awa Dupré" in page(client.get(url(child)))


def test_a_person_is_added_changed_taken_away_and_put_back(client, awa, monkeypatch):
    child, brother = awa.children
    client.post(url(child, "personnes/ajout/"), {**PERSON, "is_for_all": "on"})
    contact = Contact.objects.get()
    assert "Odile" in page(client.get(url(brother, "personnes/")))
    one = f"personnes/{contact.pk}/"
    assert "grand-mère" in page(client.get(url(child, one)))
    client.post(url(child, one), {**PERSON, "first_name": "Odette"})
    assert "Odette" not in page(client.get(url(brother, "personnes/")))
    assert "Supprimer Odette Roy" in page(client.get(url(child, f"{one}suppression/")))
    gone = client.post(url(child, f"{one}suppression/"), follow=True)
    assert "Annuler la suppression" in page(gone)
    assert "Odette Roy</b>" not in page(client.get(url(child, "personnes/")))
    client.post(url(child, f"{one}retour/"))
    assert "Odette" in page(client.get(url(child, "personnes/")))
    client.post(url(child, f"{one}suppression/"))
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(days=8))
    assert client.post(url(child, f"{one}retour/")).status_code == 404


def test_the_same_person_sent_twice_is_one_and_a_foyer_names_twenty_at_most(client, awa):
    child = awa.children[0]
    for _twice in range(2):
        client.post(url(child, "personnes/ajout/"), PERSON)
    assert Contact.objects.count() == 1
    for number in range(19):
        client.post(url(child, "personnes/ajout/"), {**PERSON, "first_name": f"P{chr(97 + number)}"})
    full = client.post(url(child, "personnes/ajout/"), {**PERSON, "first_name": "Une de trop"})
    assert full.status_code == 422
    assert "20 personnes" in page(full)
    assert Contact.objects.count() == 20


def test_a_holder_without_exercise_is_sent_to_the_service(client, awa):
    child = awa.children[0]
    Guardianship.objects.filter(child=child).update(authority="held")
    ChildHealth.objects.create(organisation_id=awa.family.organisation_id, child=child, sheet={}, updated_at=NOW)
    for tab in ("", "sante/", "autorisations/", "personnes/"):
        seen = page(client.get(url(child, tab)))
        assert "données sur demande" in seen
        assert "Qui a consulté" not in seen
    assert client.post(url(child, "personnes/ajout/"), PERSON).status_code == 404
    client.post(url(child, "sante/"), HEALTH)
    client.post(url(child, "fiches/"))
    assert not ChildHealth.objects.get().sheet
    assert not SheetConfirmation.objects.exists()
    Guardianship.objects.filter(child=child).update(authority="withdrawn")
    assert client.get(url(child)).status_code == 404


def test_another_family_meets_404_everywhere(login, bruno, awa):
    stranger, child = login(bruno.account), awa.children[0]
    mine = Contact.objects.create(
        organisation_id=awa.family.organisation_id, family=awa.family, kind="call", first_name="M", last_name="D"
    )
    for tab in (*TABS, f"personnes/{mine.pk}/", f"personnes/{mine.pk}/suppression/"):
        assert stranger.get(url(child, tab)).status_code == 404
    for tab in (*TABS[1:], "fiches/", f"personnes/{mine.pk}/suppression/", f"personnes/{mine.pk}/retour/"):
        assert stranger.post(url(child, tab), {**PERSON, **HEALTH}).status_code in (404, 405)
    assert not ChildHealth.objects.exists()
    mine.refresh_from_db()
    assert mine.removed_at is None


def test_each_tab_costs_the_same_with_one_child_and_five(login, town, asked):
    counts = {}
    for size in (1, 5):
        house = town.household(f"F{size}", children=size, login=f"f{size}")
        client, child = login(house.account), house.children[0]
        for number in range(size):
            Contact.objects.create(
                organisation_id=town.id, family=house.family, kind="call", first_name=f"M{number}", last_name="D"
            )
            read_health(actor=town.agent("agent"), child_id=child.pk, reason=HealthReason.CARE, now=NOW)
        client.get(url(child))
        for tab in TABS:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url(child, tab)).status_code == 200
            counts.setdefault(tab, []).append(len(captured))
    for tab, (one, five) in counts.items():
        assert one == five <= 15, (tab, one, five)


def test_an_unborn_child_has_a_file_without_vaccines(client, awa):
    child = awa.children[0]
    type(child).objects.filter(pk=child.pk).update(birth_date=None, expected_on=date(2027, 1, 5))
    assert "05/01/2027" in page(client.get(url(child)))
    assert "une fois l’enfant né" in page(client.get(url(child, "sante/")))
