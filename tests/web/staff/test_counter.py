"""At the counter: a family, an adult, a child, a paper; those who are known are shown before anything is written."""

import re
from datetime import timedelta

import pytest

from preau.base.models import JournalEntry
from preau.domain.families.models import (
    Adult,
    Child,
    ChildHealth,
    Consent,
    ConsentType,
    Family,
    Guardianship,
    ValidatedDossier,
)
from preau.domain.families.operations.children import save_health
from tests.factories.town import NOW, TODAY

pytestmark = pytest.mark.django_db
BASE = "/ville-test/agents/familles/"
HOLDER = {"a-civility": "Mme", "a-last_name": "Nanterre", "a-first_name": "Zoé", "a-email": "zoe@courriel.example"}
ADDRESS = {"d-street": "rue Haute", "d-postcode": "99140", "d-city": "Ville", "d-country": "France"}
CHILD = {"e1-last_name": "Nanterre", "e1-first_name": "Ilan", "e1-birth_date": "12/05/2020"}


@pytest.fixture
def desk(town, login):
    return login(town.account("chloe", role="agent"))


def page(response) -> str:
    return response.content.decode()


def test_a_family_is_opened_on_one_page_with_its_adults_children_and_address(desk, town):
    second = {"b-civility": "M.", "b-last_name": "Nanterre", "b-first_name": "Max"}
    told = desk.post(f"{BASE}nouvelle/", {**HOLDER, **second, **ADDRESS, **CHILD}, follow=True)
    family = Family.objects.get(name="Nanterre")
    assert f"dossier n° {family.number}" in page(told).replace("\xa0", " ")
    assert [adult.position for adult in family.adults.order_by("pk")] == ["holder", "co_holder"]
    child = Child.objects.get(first_name="Ilan")
    assert Guardianship.objects.filter(child=child).count() == 2
    assert family.street == "rue Haute"
    assert JournalEntry.objects.filter(act="family.created", subject_id=family.pk).exists()
    assert "Dossier ouvert au guichet" in page(desk.get(f"{BASE}{family.pk}/recu/"))


def test_nothing_typed_is_lost_and_each_form_says_what_it_lacks(desk):
    seen = desk.post(f"{BASE}nouvelle/", {**HOLDER, "e1-first_name": "Ilan"})
    assert seen.status_code == 422
    text = page(seen)
    assert 'value="Nanterre"' in text
    assert 'value="Ilan"' in text
    assert "date de naissance" in text
    assert not Family.objects.exists()


def test_who_is_known_is_shown_first_and_a_second_click_writes_nobody_twice(desk, town, awa):
    twin = {**HOLDER, "a-last_name": "Dupré", "a-first_name": "awa"}
    seen = page(desk.post(f"{BASE}nouvelle/", {**twin, **ADDRESS}))
    assert "déjà connu" in seen
    assert f"/agents/familles/{awa.family.pk}/" in seen
    assert Family.objects.count() == 1
    told = seen.split('name="vus" value="')[1].split('"')[0].replace("&#x27;", "'")
    sent = {**twin, **ADDRESS, "vus": told}
    assert desk.post(f"{BASE}nouvelle/", sent).status_code == 302
    assert desk.post(f"{BASE}nouvelle/", sent).status_code == 200  # the record just made is shown
    assert Family.objects.count() == 2


def test_a_child_known_elsewhere_is_tied_to_the_home_instead_of_written_twice(desk, town, awa, bruno):
    known = bruno.children[0]
    known.first_name = "Léo"
    known.save()
    sent = {"last_name": known.last_name, "first_name": known.first_name, "birth_date": f"{known.birth_date:%d/%m/%Y}"}
    seen = page(desk.post(f"{BASE}{awa.family.pk}/enfants/nouveau/", sent))
    assert f"/agents/enfants/{known.pk}/garde/?q={awa.family.number}" in seen
    tied = page(desk.get(f"/ville-test/agents/enfants/{known.pk}/garde/?q={awa.family.number}"))
    assert f'value="{awa.family.pk}" checked' in tied
    count = Child.objects.count()
    assert desk.post(f"{BASE}{awa.family.pk}/enfants/nouveau/", {**sent, "first_name": "Autre"}).status_code == 302
    assert Child.objects.count() == count + 1


def test_an_adult_is_added_and_corrected_without_any_right_over_a_child(desk, town, awa):
    sent = {"civility": "M.", "last_name": "Dupré", "first_name": "Noa", "position": "member"}
    assert desk.post(f"{BASE}{awa.family.pk}/adultes/nouveau/", sent).status_code == 302
    noa = Adult.objects.get(first_name="Noa")
    assert not Guardianship.objects.filter(adult=noa).exists()
    identity = {"civility": "Mme", "last_name": "Dupré-Lou", "first_name": "Noa", "birth_date": "03/02/1990"}
    desk.post(f"{BASE}{awa.family.pk}/adultes/{noa.pk}/", {**identity, "preferred_medium": "email", "phone": ""})
    noa.refresh_from_db()
    assert (noa.civility, noa.last_name, noa.birth_date.year) == ("Mme", "Dupré-Lou", 1990)


def test_the_identity_of_a_child_is_corrected(desk, town, awa):
    child = awa.children[0]
    path = f"{BASE}{awa.family.pk}/enfants/{child.pk}/identite/"
    assert f'value="{child.last_name}"' in page(desk.get(path))
    desk.post(path, {"last_name": "Dupré", "first_name": "Ana", "birth_date": "02/03/2019", "sex": "F"})
    child.refresh_from_db()
    assert (child.first_name, child.sex) == ("Ana", "F")


def paper(awa, **more):
    return {
        "signed_by": awa.adult.full_name,
        "signed_on": f"{TODAY:%d/%m/%Y}",
        "with_health": "on",
        "with_consents": "on",
        "s-pai": "asked",
        "s-avoid": "Arachide",
        "s-diet": "no_pork",
        "s-doctor_name": "Dr Lune",
        "c-c_photo": "yes",
        **more,
    }


def test_a_paper_is_typed_with_who_signed_it_and_validates_the_dossier(desk, town, awa):
    ConsentType.objects.create(organisation_id=town.id, code="photo", title="Photo")
    child = awa.children[0]
    path = f"{BASE}{awa.family.pk}/enfants/{child.pk}/papier/"
    assert desk.post(path, paper(awa, is_whole="on")).status_code == 302
    health = ChildHealth.objects.get(child=child)
    assert health.sheet["avoid"] == "Arachide"
    assert health.updated_by == "Awa Dupré, sur papier saisi par le service"
    assert Consent.objects.get(child=child).answer == "yes"
    assert ValidatedDossier.objects.filter(child=child).count() == 1
    assert "Arachide" not in page(desk.get(path)), "the sheet is read with a reason, on its own page"


def test_a_paper_says_nothing_that_nobody_typed(desk, town, awa):
    """« PAI : non » and « repas ordinaire » were ticked before anything was read on the paper."""
    child = awa.children[0]
    path = f"{BASE}{awa.family.pk}/enfants/{child.pk}/papier/"
    fresh = page(desk.get(path))
    assert " checked" not in fresh
    assert re.search(r'name="s-diet"[^>]*>\s*<option value=""[^>]*>Choisir', fresh)
    assert "Le papier dit les autorisations" not in fresh  # the town asks for none
    sent = {"signed_by": awa.adult.full_name, "signed_on": f"{TODAY:%d/%m/%Y}"}
    desk.post(path, sent)
    assert not ChildHealth.objects.exists()
    unsaid = desk.post(path, {**sent, "with_health": "on", "s-doctor_name": "Dr Lune"})
    assert unsaid.status_code == 422
    assert not ChildHealth.objects.exists()


def test_an_older_paper_never_takes_an_allergy_away(desk, town, awa):
    child = awa.children[0]
    said = {"pai": "asked", "avoid": "Œuf", "diet": "standard", "doctor_name": "Dr Soleil"}
    save_health(actor=town.parent(awa), child_id=child.pk, values=said, now=NOW)
    before = f"{TODAY - timedelta(days=9):%d/%m/%Y}"
    sent = paper(awa, signed_on=before, **{"s-pai": "no", "s-avoid": "", "s-diet": "standard"})
    assert desk.post(f"{BASE}{awa.family.pk}/enfants/{child.pk}/papier/", sent).status_code == 302
    assert ChildHealth.objects.get(child=child).sheet["avoid"] == "Œuf"
    assert not ValidatedDossier.objects.exists()


def test_a_wrong_paper_keeps_what_was_typed(desk, town, awa):
    child = awa.children[0]
    seen = desk.post(f"{BASE}{awa.family.pk}/enfants/{child.pk}/papier/", paper(awa, **{"s-doctor_name": ""}))
    assert seen.status_code == 422
    assert "Arachide" in page(seen)
    assert not ChildHealth.objects.exists()


def test_who_may_not_write_files_meets_a_refusal(town, login, awa, bruno):
    child = awa.children[0]
    paths = ["nouvelle/", f"{awa.family.pk}/adultes/nouveau/", f"{awa.family.pk}/enfants/nouveau/"]
    paths += [f"{awa.family.pk}/enfants/{child.pk}/{each}/" for each in ("papier", "identite")]
    paths += [f"{awa.family.pk}/recu/"]
    for role in ("site_staff", "regisseur", "admin"):
        client = login(town.account(f"x-{role}", role=role))
        assert {client.get(BASE + path).status_code for path in paths} == {404}
    desk = login(town.account("chloe", role="agent"))
    wrong = f"{BASE}{bruno.family.pk}/enfants/{child.pk}/papier/"
    assert desk.get(wrong).status_code == 404
