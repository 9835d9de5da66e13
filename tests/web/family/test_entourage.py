"""« Entourage » : persons declared, corrected, born, taken out; the photo of who collects a child."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from preau.base.models import JournalEntry, OutboxMail, StoredFile
from preau.domain.families.models import Adult, Child, Contact
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.models import Procedure
from preau.domain.procedures.operations import decisions
from tests.factories.town import NOW
from tests.uploads.corpus import HTML, located_photo, paper, picture

pytestmark = pytest.mark.django_db

HOME = "/ville-test/famille/"
NEW = f"{HOME}demarches/entourage/nouveau/"
KARIM = {"role": "co_holder", "civility": "M.", "last_name": "Dupré", "first_name": "Karim"}
PERSON = {"kind": "pick_up", "last_name": "Roy", "first_name": "Odile", "phone": "02 61 91 00 09"}


@pytest.fixture
def client(login, awa):
    return login(awa.account)


@pytest.fixture
def karim(town, awa):
    return Adult.objects.create(
        organisation_id=town.id,
        family=awa.family,
        position="co_holder",
        civility="M.",
        first_name="Karime",
        last_name="Dupré",
        email="karim@courriel.example",
        phone="06 39 98 00 55",
    )


def page(response):
    return response.content.decode().replace("\xa0", " ")


def send(client):
    return client.post(f"{HOME}demarches/brouillon/{Procedure.objects.get(status='draft').pk}/", follow=True)


def decide(town, number=1, *, accept=True):
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=0)
    decisions.decide(
        actor=town.agent("agent"), numbers=[number], accept=accept, reason="" if accept else "Non", now=NOW
    )
    return Procedure.objects.get(number=number).status


def test_the_address_is_copied_and_cleared_without_javascript_and_the_rest_stays(client, awa):
    copied = page(client.post(NEW, {**KARIM, "street": "rue Fausse", "act": "copy"}))
    assert 'value="1 rue du Test"' in copied
    assert 'value="Karim"' in copied
    assert "<title>Erreur," not in copied
    cleared = page(client.post(NEW, {**KARIM, "street": "rue Fausse", "act": "clear"}))
    assert "rue Fausse" not in cleared
    assert 'value="Karim"' in cleared
    assert 'value="France"' in cleared


def test_where_the_service_validates_it_is_said_mailed_and_decided(client, town, awa):
    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True)
    assert "Elle doit être validée avant de pouvoir continuer" in page(client.get(f"{HOME}demarches/entourage/"))
    client.post(NEW, {"role": "child", "last_name": "Dupré", "first_name": "Léa", "birth_date": "2022-05-04"})
    send(client)
    assert OutboxMail.objects.get().template == "procedure_received"
    assert not Child.objects.filter(first_name="Léa").exists()
    assert decide(town) == "accepted"
    assert OutboxMail.objects.latest("pk").template == "procedure_decided"
    assert Child.objects.get(first_name="Léa").households.get().family == awa.family


def test_who_must_not_come_never_bears_the_sign_of_who_may(client, town, awa):
    """The shield of the authorised persons stood before a forbidden one."""
    contact = {"organisation_id": town.id, "family": awa.family, "last_name": "Roy"}
    Contact.objects.create(**contact, first_name="Jean", kind="forbidden")
    seen = page(client.get(f"{HOME}demarches/entourage/"))
    assert "Ne doit pas venir" in seen
    assert "#i-shield-check" not in seen
    Contact.objects.create(**contact, first_name="Odile", kind="pick_up")
    assert "#i-shield-check" in page(client.get(f"{HOME}demarches/entourage/"))


def test_whoever_has_one_name_gives_one(client, town, awa):
    """F107: « - » was what a person of one name had to type, and passed."""
    home = {"street": "rue du Test", "postcode": "99140", "city": "Ville-Test", "country": "France"}
    suharto = {"role": "co_holder", "civility": "M.", "last_name": "Suharto", **home}
    client.post(NEW, suharto)
    client.post(NEW, {"role": "contact", **PERSON, "last_name": "Sukarno", "first_name": ""})
    send(client)
    decide(town)
    assert Adult.objects.get(last_name="Suharto").full_name == "Suharto"
    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == ("", "Sukarno")
    refused = client.post(NEW, {**suharto, "first_name": "-"})
    assert refused.status_code == 422


def test_a_child_to_be_born_is_declared_then_born_and_keeps_its_file(client, town, awa, monkeypatch):
    client.post(NEW, {"role": "child", "last_name": "Dupré", "expected_on": "2026-12-20"})
    send(client)
    child = Child.objects.get(birth_date=None)
    assert "Dire la naissance" in page(client.get(f"{HOME}entourage/"))
    url = f"{NEW}?role=child&qui={child.pk}"
    form = page(client.get(url))
    assert 'value="2026-12-20"' in form
    assert "À naître" not in form  # F106: the parents had to erase it to write the name
    born = {"role": "child", "target": child.pk, "last_name": "Dupré", "first_name": "Noé", "birth_date": "2026-12-18"}
    assert client.post(url, born).status_code == 422  # not before its day
    monkeypatch.setattr("preau.config.clock.now", lambda: NOW + timedelta(days=34))
    client.force_login(awa.account)
    client.post(url, born)
    send(client)
    child.refresh_from_db()
    assert (child.first_name, str(child.birth_date), child.expected_on) == ("Noé", "2026-12-18", None)
    assert child.name_key == "noe dupre"
    assert Procedure.objects.get(number=2).status == "accepted"


def test_a_correction_is_looked_at_and_what_is_left_empty_stays(client, town, karim):
    url = f"{NEW}?role=co_holder&qui={karim.pk}"
    form = page(client.get(url))
    assert 'value="Karime"' in form
    for private in ("karim@courriel.example", "06 39 98 00 55"):
        assert private not in form
    client.post(url, {**KARIM, "target": karim.pk})
    client.post(url, {**KARIM, "target": karim.pk, "birth_date": "1985-02-03"})
    assert len(Procedure.objects.get().answers) == 1
    recap = f"{HOME}demarches/brouillon/{Procedure.objects.get().pk}/"
    assert "Correction</span>" in page(client.get(recap))
    send(client)
    assert Procedure.objects.get().anomalies == ["correction"]
    assert decide(town) == "accepted"
    karim.refresh_from_db()
    assert (karim.first_name, karim.phone, str(karim.birth_date)) == ("Karim", "06 39 98 00 55", "1985-02-03")


def test_a_member_leaves_once_the_service_has_looked_and_a_co_representant_does_not(client, town, awa, karim):
    member = Adult.objects.create(
        organisation_id=town.id, family=awa.family, position="member", first_name="Ida", last_name="Dupré"
    )
    assert client.post(NEW, {"role": "co_holder", "target": karim.pk, "act": "remove"}).status_code == 404
    assert client.post(NEW, {"role": "member", "target": member.pk, "act": "remove"}).status_code == 302
    assert "Départ pas encore envoyé" in page(client.get(f"{HOME}demarches/entourage/"))
    send(client)
    assert Procedure.objects.get().anomalies == ["removal"]
    assert Adult.objects.filter(pk=member.pk).exists()
    assert decide(town) == "accepted"
    assert not Adult.objects.filter(pk=member.pk).exists()


def test_what_changed_meanwhile_goes_back_to_the_agent(client, town, awa):
    member = Adult.objects.create(
        organisation_id=town.id, family=awa.family, position="member", first_name="Ida", last_name="Dupré"
    )
    client.post(NEW, {"role": "member", "target": member.pk, "act": "remove"})
    send(client)
    member.delete()
    assert decide(town) != "accepted"
    assert "person_changed" in Procedure.objects.get().anomalies


def test_a_person_of_another_family_cannot_be_named(client, town, bruno, awa):
    for role, target in (("child", bruno.children[0].pk), ("co_holder", bruno.adult.pk), ("contact", 1)):
        assert client.get(f"{NEW}?role={role}&qui={target}").status_code == 404
        assert client.post(NEW, {"role": role, "target": target, "act": "remove"}).status_code == 404
    assert client.get(f"{NEW}?role=child&qui=%C2%B2").status_code == 200
    assert not Procedure.objects.exists()


def test_a_forbidden_person_needs_no_number_and_is_looked_at(client, town, awa):
    wrong = client.post(NEW, {"role": "contact", "kind": "call", "last_name": "Roy", "first_name": "Ida"})
    assert wrong.status_code == 422
    assert "Donnez un numéro" in page(wrong)
    person = {"role": "contact", "kind": "forbidden", "last_name": "Roy", "first_name": "Jean"}
    assert client.post(NEW, person).status_code == 302
    send(client)
    assert Procedure.objects.get().anomalies == ["forbidden_contact"]
    assert decide(town) == "accepted"
    assert Contact.objects.get().kind == "forbidden"


def photo(content=None, name="odile.jpg"):
    return SimpleUploadedFile(name, located_photo() if content is None else content)


def test_the_photo_of_who_collects_is_made_harmless_shown_to_the_team_and_to_nobody_else(
    client, login, town, other_town, awa, bruno
):
    child = awa.children[0]
    url = f"{HOME}enfants/{child.pk}/personnes/"
    assert client.post(f"{url}ajout/", {**PERSON, "photo": photo()}).status_code == 302
    contact = Contact.objects.get()
    mine = f"{url}{contact.pk}/photo/"
    assert mine in page(client.get(url))
    shown = client.get(mine)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"Exif" not in shown.content
    team = f"/ville-test/agents/enfants/{child.pk}/personnes/{contact.pk}/photo/"
    assert team in page(login(town.account("agent.un", role="agent")).get(f"/ville-test/agents/enfants/{child.pk}/"))
    staff = town.account("anim", role="family")
    staff.memberships.all().delete()
    town.join(staff, "site_staff", site_ids=[town.school.pk])
    assert login(staff).get(team).content == shown.content
    assert login(bruno.account).get(mine).status_code == 404
    for stranger in (bruno.account, other_town.account("ailleurs", role="agent"), town.account("chef", role="admin")):
        assert login(stranger).get(team).status_code == 404
    Contact.objects.update(kind="forbidden")
    assert login(staff).get(team).status_code == 404


def test_a_photo_is_replaced_and_erased_for_good(client, awa, django_capture_on_commit_callbacks):
    url = f"{HOME}enfants/{awa.children[0].pk}/personnes/"
    client.post(f"{url}ajout/", {**PERSON, "photo": photo()})
    contact = Contact.objects.get()
    first = contact.photo
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{url}{contact.pk}/", {**PERSON, "photo": photo(picture("PNG"), "o.png")})
    assert not StoredFile.objects.filter(pk=first.pk).exists()
    assert not default_storage.exists(f"{first.key[:2]}/{first.key}")
    client.post(f"{url}{contact.pk}/", {**PERSON, "no_photo": "on"})
    assert not StoredFile.objects.exists()
    assert client.get(f"{url}{contact.pk}/photo/").status_code == 404
    assert JournalEntry.objects.filter(act="contact.photo_erased").count() == 1


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (HTML, "odile.jpg", "ni un PDF, ni une photo"),
        (paper(), "odile.pdf", "photo JPEG ou PNG"),
        (b"", "odile.jpg", "vide"),
        (picture()[:60], "odile.jpg", "ne s’ouvre pas"),
    ],
)
def test_a_bad_photo_is_refused_in_words_and_what_was_typed_stays(client, awa, content, name, words):
    url = f"{HOME}enfants/{awa.children[0].pk}/personnes/ajout/"
    answer = client.post(url, {**PERSON, "photo": photo(content, name)})
    assert answer.status_code == 422
    assert words in page(answer)
    assert 'value="Odile"' in page(answer)
    assert "Rien n’est enregistré pour l’instant" in page(answer)
    assert not StoredFile.objects.exists()
    assert not Contact.objects.exists()


def test_a_bad_photo_changes_nothing_of_a_known_person_nor_the_photo_it_has(client, awa):
    url = f"{HOME}enfants/{awa.children[0].pk}/personnes/"
    client.post(f"{url}ajout/", {**PERSON, "photo": photo()})
    before = Contact.objects.get()
    answer = client.post(f"{url}{before.pk}/", {**PERSON, "first_name": "Odette", "photo": photo(HTML)})
    assert answer.status_code == 422
    assert 'value="Odette"' in page(answer)
    assert "Rien n’est enregistré pour l’instant" in page(answer)
    after = Contact.objects.get()
    assert (after.first_name, after.photo_id) == ("Odile", before.photo_id)


def test_a_good_photo_beside_a_mistake_is_to_be_chosen_again_and_it_is_said(client, awa):
    url = f"{HOME}enfants/{awa.children[0].pk}/personnes/ajout/"
    said = "Seul le fichier est à choisir de nouveau"
    assert said in page(client.post(url, {**PERSON, "phone": "", "photo": photo()}))
    assert said not in page(client.post(url, {**PERSON, "phone": ""}))
