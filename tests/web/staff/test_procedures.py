"""The agents' inbox: what waits, deciding, asking, taking back, accepting many."""

import re

import pytest

from preau.domain.families.models import Child
from preau.domain.organisations.models import Organisation
from preau.domain.procedures import operations as acts
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ReasonTemplate
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db

INBOX = "/ville-test/agents/demarches/"


def declare(town, household, first_name="Léa"):
    actor = town.parent(household)
    draft = acts.start(actor=actor, kind=ProcedureKind.ENTOURAGE, family_id=household.family.pk, now=NOW)
    child = {"role": "child", "first_name": first_name, "last_name": "Dupré", "birth_date": "2022-05-04"}
    acts.save_step(actor=actor, draft_id=draft.draft_id, step="p1", values=child, now=NOW)
    return acts.submit(actor=actor, draft_id=draft.draft_id, now=NOW).view.number


@pytest.fixture
def client(login, town, awa):
    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True)
    return login(town.account("agent.un", role="agent"))


def page(response):
    return response.content.decode()


def test_the_queue_shows_the_first_case_with_what_the_machine_saw(client, town, awa):
    declare(town, awa, "Enfant1")
    Child.objects.filter(first_name="Enfant1").update(birth_date="2022-05-04")
    number = declare(town, awa, "Enfant1")
    seen = page(client.get(f"{INBOX}{number}/"))
    assert "Demande n° 2" in seen.replace("\xa0", " ")
    assert "est déjà connu" in seen
    assert "2 demandes" in seen.replace("\xa0", " ")


def test_an_empty_queue_says_so(client):
    assert "Rien à traiter ici" in page(client.get(INBOX))
    assert "Aucune demande ne correspond" in page(client.get(f"{INBOX}?q=zzz"))


def test_deciding_goes_to_the_next_and_can_be_taken_back(client, town, awa):
    one, two = declare(town, awa), declare(town, awa, "Zoé")
    response = client.post(f"{INBOX}{one}/decision/", {"decision": "accept"})
    assert response.url == f"{INBOX}{two}/?tenu={one}"
    told = page(client.get(response.url)).replace("\xa0", " ")
    assert f"Reprendre la décision de la demande n° {one}" in told
    assert re.search(r"La famille est prévenue dans \d+ min, à \d+ h", told)
    client.post(f"{INBOX}{one}/reprise/")
    assert Procedure.objects.get(number=one).held_until is None
    assert "déjà appliquée" in page(client.post(f"{INBOX}{one}/reprise/", follow=True))


def test_a_refusal_needs_a_word_and_keeps_what_was_typed(client, town, awa):
    number = declare(town, awa)
    wrong = client.post(f"{INBOX}{number}/decision/", {"decision": "refuse"})
    assert wrong.status_code == 422
    assert "Dites à la famille pourquoi" in page(wrong)
    ReasonTemplate.objects.create(organisation_id=town.id, title="Hors secteur", text="L’enfant n’habite pas ici.")
    data = {"decision": "refuse", "template": "Hors secteur", "reason": "Voyez votre mairie."}
    client.post(f"{INBOX}{number}/decision/", data)
    client.post(f"{INBOX}{number}/application/")
    assert Procedure.objects.get(number=number).reason == "L’enfant n’habite pas ici.\n\nVoyez votre mairie."


def test_asking_more_puts_the_case_aside(client, town, awa):
    number = declare(town, awa)
    client.post(f"{INBOX}{number}/decision/", {"decision": "ask", "reason": "Quelle école ?"})
    assert "Rien à traiter ici" in page(client.get(INBOX))
    assert f"n° {number}" in page(client.get(f"{INBOX}?file=asked"))


def test_a_decision_made_twice_or_too_late_is_told(client, town, awa):
    number = declare(town, awa)
    acts.cancel(actor=town.parent(awa), number=number, now=NOW)
    again = client.post(f"{INBOX}{number}/decision/", {"decision": "accept"}, follow=True)
    assert "traitée ou annulée entre-temps" in page(again)
    for act in ("prise-en-charge", "application"):
        assert client.post(f"{INBOX}{number}/{act}/", follow=True).status_code == 200


def test_a_note_stays_inside_and_a_message_leaves(client, town, awa, login):
    number = declare(town, awa)
    client.post(f"{INBOX}{number}/message/", {"text": "Rappeler la mère", "act": "note"})
    client.post(f"{INBOX}{number}/message/", {"text": "Bonjour", "act": "message"})
    client.post(f"{INBOX}{number}/message/", {"text": " ", "act": "message"})
    family = page(login(awa.account).get(f"/ville-test/famille/demandes/{number}/"))
    assert "Bonjour" in family
    assert "Rappeler la mère" not in family


def test_those_without_anomaly_are_accepted_together(client, town, awa):
    numbers = [declare(town, awa, name) for name in ("Léa", "Zoé", "Ana")]
    assert page(client.get(f"{INBOX}sans-anomalie/")).count("checkbox") == 3
    told = client.post(f"{INBOX}sans-anomalie/", {"n": [*map(str, numbers[:2]), "x"]}, follow=True)
    assert "2 demandes acceptées" in page(told)
    assert Procedure.objects.filter(held_until__isnull=False).count() == 2
    assert "Cochez au moins une demande" in page(client.post(f"{INBOX}sans-anomalie/", {}, follow=True))


def test_who_may_not_decide_meets_a_refusal(login, town, awa):
    assert login(town.account("animateur", role="site_staff")).get(INBOX).status_code in (403, 404)
    assert login(awa.account).get(INBOX).status_code == 404


def test_bad_addresses_are_told_in_french(client):
    assert client.get(f"{INBOX}?page=-1&type=zz&service=x&file=zz&tenu=x").status_code == 200
    assert client.get(f"{INBOX}999999/").status_code == 404
    assert client.post(f"{INBOX}999999/decision/", {"decision": "accept"}).status_code == 404
    assert client.post(f"{INBOX}sans-anomalie/", {"n": "999999"}).status_code == 404


def test_the_inbox_costs_the_same_with_few_and_many(client, town, awa, django_assert_max_num_queries):
    for number in range(25):
        declare(town, awa, f"Prénom{number}")
    client.get(INBOX)  # the first page of a session writes it
    for path in ("", "5/", "?file=done", "?q=dupre"):
        with django_assert_max_num_queries(15):
            assert client.get(INBOX + path).status_code == 200
