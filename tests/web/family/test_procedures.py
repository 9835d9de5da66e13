"""Démarches that a service decides, as a family sees them."""

import pytest

from preau.domain.families.models import Adult, Child
from preau.domain.organisations.models import Department, Organisation
from preau.domain.procedures.models import Procedure, ProcedureForm
from preau.domain.procedures.operations import decisions, messages
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db

HOME = "/ville-test/famille/"
LEA = {"role": "child", "last_name": "Dupré", "first_name": "Léa", "birth_date": "2022-05-04"}
MOVE = {"street": "rue Neuve", "postcode": "99000", "city": "Ailleurs", "country": "France", "moves_on": "2026-12-01"}


@pytest.fixture
def client(login, awa):
    return login(awa.account)


def add_lea(client):
    return client.post(f"{HOME}demarches/entourage/nouveau/", {**LEA, "act": "save"})


def draft():
    return Procedure.objects.get(status="draft")


def page(response):
    return response.content.decode()


def test_the_menu_lists_what_exists_and_what_was_begun(client, town, awa):
    department = Department.objects.create(organisation_id=town.id, name="Petite enfance")
    ProcedureForm.objects.create(
        organisation_id=town.id, code="infos", title="Demandes d’informations", department=department
    )
    add_lea(client)
    seen = page(client.get(f"{HOME}demarches/"))
    for words in ("Déclarer mon entourage", "Signaler un déménagement", "Demandes d’informations", "Reprendre"):
        assert words in seen


def test_an_entourage_is_declared_person_by_person_read_again_and_sent_once(client, awa):
    assert add_lea(client).status_code == 302
    adult = {"role": "co_holder", "civility": "M.", "last_name": "Dupré", "first_name": "Karim"}
    address = {"street": "rue du Test", "postcode": "99000", "city": "Ville", "country": "France"}
    client.post(f"{HOME}demarches/entourage/nouveau/", {**adult, **address, "act": "save"})
    listed = page(client.get(f"{HOME}demarches/entourage/"))
    assert "Léa" in listed
    assert "Karim" in listed
    recap = f"{HOME}demarches/brouillon/{draft().pk}/"
    assert "04/05/2022" in page(client.get(recap))
    sent = client.post(recap)
    assert sent.url == f"{HOME}demandes/1/recue/"
    assert client.post(recap).url == sent.url
    assert "Nous avons bien enregistré votre demande" in page(client.get(sent.url))
    assert Child.objects.filter(first_name="Léa").count() == 1
    assert Adult.objects.get(first_name="Karim").own_address["street"] == "rue du Test"


def test_copying_the_holder_s_address_keeps_what_was_typed(client, awa):
    typed = {"role": "member", "first_name": "Ida", "street": "ailleurs"}
    copied = page(client.post(f"{HOME}demarches/entourage/nouveau/", {**typed, "act": "copy"}))
    assert 'value="1 rue du Test"' in copied
    assert 'value="Ida"' in copied
    cleared = page(client.post(f"{HOME}demarches/entourage/nouveau/", {**typed, "act": "clear"}))
    assert "ailleurs" not in cleared
    assert 'value="Ida"' in cleared


def test_a_wrong_person_is_told_and_nothing_typed_is_lost(client, awa):
    wrong = client.post(f"{HOME}demarches/entourage/nouveau/", {**LEA, "birth_date": "demain", "act": "save"})
    assert wrong.status_code == 422
    assert 'value="Léa"' in page(wrong)
    assert "par exemple 03/09/2026" in page(wrong)
    assert client.get(f"{HOME}demarches/entourage/nouveau/?role=roi").status_code == 404
    assert client.get(f"{HOME}demarches/entourage/p7/").status_code == 404


def test_a_person_is_corrected_and_taken_out(client, awa):
    add_lea(client)
    assert 'value="Léa"' in page(client.get(f"{HOME}demarches/entourage/p1/"))
    client.post(f"{HOME}demarches/entourage/p1/", {**LEA, "first_name": "Léo", "act": "save"})
    assert draft().answers["p1"]["first_name"] == "Léo"
    client.post(f"{HOME}demarches/entourage/p1/retrait/")
    assert draft().answers == {}
    empty = client.post(f"{HOME}demarches/brouillon/{draft().pk}/")
    assert empty.status_code == 422
    assert "Ajoutez au moins une personne" in page(empty)


def test_a_form_left_half_way_is_found_again_as_it_was(client, awa):
    left = client.post(f"{HOME}demarches/demenagement/", {"street": "rue Neuve", "act": "later"})
    assert left.url == f"{HOME}demarches/"
    assert 'value="rue Neuve"' in page(client.get(f"{HOME}demarches/demenagement/"))


def test_a_move_is_sent_followed_and_cancelled(client, awa):
    recap = client.post(f"{HOME}demarches/demenagement/", {**MOVE, "act": "next"}).url
    assert "01/12/2026" in page(client.get(recap))
    client.post(recap)
    assert "Demande n° 1" in page(client.get(f"{HOME}demandes/1/"))
    client.post(f"{HOME}demandes/1/abandon/")
    client.post(f"{HOME}demandes/1/abandon/")
    assert "Annulée" in page(client.get(f"{HOME}demandes/1/"))


def test_messages_go_both_ways_and_a_long_one_is_not_lost(client, town, awa):
    client.post(client.post(f"{HOME}demarches/demenagement/", {**MOVE, "act": "next"}).url)
    client.post(f"{HOME}demandes/1/message/", {"text": "Bonjour, <b>quand</b> ?"})
    messages.write_message(actor=town.agent("agent"), number=1, text="Demain.", now=NOW)
    seen = page(client.get(f"{HOME}demandes/1/"))
    assert "&lt;b&gt;quand" in seen
    assert "Demain." in seen
    long = client.post(f"{HOME}demandes/1/message/", {"text": "x" * 5000})
    assert long.status_code == 422
    assert "xxxx" in page(long)
    assert "Écrivez votre message" in page(client.post(f"{HOME}demandes/1/message/", {"text": " "}, follow=True))


def test_only_what_the_service_asks_is_open(client, town, awa):
    client.post(client.post(f"{HOME}demarches/demenagement/", {**MOVE, "act": "next"}).url)
    decisions.ask_more(actor=town.agent("agent"), number=1, text="Un justificatif ?", types={}, now=NOW)
    assert "Un justificatif ?" in page(client.get(f"{HOME}demandes/1/"))
    client.post(f"{HOME}demandes/1/complement/", {"text": "Je l’apporte demain."})
    assert "En cours d’instruction" in page(client.get(f"{HOME}demandes/1/"))


def test_another_family_meets_404_everywhere(client, login, bruno, awa):
    add_lea(client)
    stranger = login(bruno.account)
    for path in (f"demarches/brouillon/{draft().pk}/", f"demarches/pai/{awa.children[0].pk}/", "demandes/1/recue/"):
        assert stranger.get(HOME + path).status_code == 404
        assert stranger.post(HOME + path, {}).status_code in (404, 405)


def test_the_pages_cost_the_same_whatever_was_begun(client, town, awa, django_assert_max_num_queries):
    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True)
    for number in range(6):
        client.post(
            f"{HOME}demarches/entourage/nouveau/", {**LEA, "first_name": f"Prénom{chr(97 + number)}", "act": "save"}
        )
    for path in ("demarches/", "demarches/entourage/", f"demarches/brouillon/{draft().pk}/"):
        with django_assert_max_num_queries(15):
            assert client.get(HOME + path).status_code == 200


def test_a_child_s_name_and_birth_are_not_said_to_be_optional(client, awa):
    """« (facultatif) », and refused when left empty."""
    page = client.get("/ville-test/famille/demarches/entourage/nouveau/?role=child").content.decode()
    for label in ("Prénom", "Date de naissance", "Ou naissance prévue le"):
        shown = page.split(f">{label}")[1][:60] if f">{label}" in page else page.split(label)[1][:60]
        assert "facultatif" not in shown
    assert "Lieu de naissance <span" in page
