"""The agents' inbox: what waits, deciding, asking, taking back, accepting many."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from preau.base.facts import NotFound
from preau.base.models import OutboxMail, StoredFile
from preau.domain.accounts.models import Account
from preau.domain.catalogue.models import Activity, Offer
from preau.domain.documents.models import Document, DocumentType
from preau.domain.families.models import Adult, Child
from preau.domain.families.queries.people import health_readings
from preau.domain.organisations.models import Organisation
from preau.domain.procedures.enums import ProcedureKind
from preau.domain.procedures.models import Procedure, ReasonTemplate
from preau.domain.procedures.operations import decisions, drafts, messages
from preau.domain.procedures.rules import About
from tests.factories.town import NOW
from tests.uploads.corpus import paper, picture

pytestmark = pytest.mark.django_db

INBOX = "/ville-test/agents/demarches/"


def declare(town, household, first_name="Léa"):
    actor = town.parent(household)
    draft = drafts.start(actor=actor, kind=ProcedureKind.ENTOURAGE, family_id=household.family.pk, now=NOW)
    child = {"role": "child", "first_name": first_name, "last_name": "Dupré", "birth_date": "2022-05-04"}
    drafts.save_step(actor=actor, draft_id=draft.draft_id, step="p1", values=child, now=NOW)
    return drafts.submit(actor=actor, draft_id=draft.draft_id, now=NOW).view.number


@pytest.fixture
def client(login, town, awa):
    Organisation.objects.filter(pk=town.id).update(reviews_entourage=True)
    return login(town.account("agent.un", role="agent"))


def page(response):
    return response.content.decode()


def login_as(household):
    client = Client()
    client.force_login(household.account)
    return client


def test_the_queue_shows_the_first_case_with_what_the_machine_saw(client, town, awa):
    declare(town, awa, "Enfant1")
    Child.objects.filter(first_name="Enfant1").update(birth_date="2022-05-04")
    number = declare(town, awa, "Enfant1")
    seen = page(client.get(f"{INBOX}{number}/"))
    assert "Demande n° 2" in seen.replace("\xa0", " ")
    assert "est déjà connu" in seen
    assert "2 demandes" in seen.replace("\xa0", " ")


def test_a_known_child_is_joined_in_the_decision_and_never_made_twice(client, town, awa, bruno):
    """F034, U69: accepting made the twin, which was merged elsewhere."""
    child = bruno.children[0]
    child.first_name, child.last_name, child.birth_date = "Léa", "Dupré", date(2022, 5, 4)
    child.save()
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=0)
    number = declare(town, awa)
    seen = page(client.get(f"{INBOX}{number}/")).replace("\xa0", " ")
    assert "C’est le même enfant : rattacher sa fiche, du dossier n° 2" in seen
    url, accept = f"{INBOX}{number}/decision/", {"decision": "accept"}
    unsaid = client.post(url, accept)
    assert unsaid.status_code == 422
    assert "Dites si l’enfant déclaré est celui qui est déjà connu." in page(unsaid)
    for forged in (awa.children[0].pk, "x"):
        with pytest.raises(NotFound):  # whoever sends it by another way
            decisions.decide(
                actor=town.agent("agent"), numbers=[number], accept=True, joins={"p1": awa.children[0].pk}, now=NOW
            )
        assert client.post(url, {**accept, "join_p1": forged}).status_code == 422
    told = page(client.post(url, {**accept, "join_p1": child.pk}, follow=True))
    assert "un enfant connu est rattaché" in told
    assert Child.objects.filter(first_name="Léa").count() == 1
    assert set(child.households.values_list("family_id", flat=True)) == {awa.family.pk, bruno.family.pk}
    # No right over the child comes of a declaration: an agent says it, from the démarche.
    assert not child.guardianships.filter(adult=awa.adult).exists()
    assert login_as(awa).get(f"/ville-test/famille/enfants/{child.pk}/").status_code == 404
    assert "Dire l’autorité parentale" in page(client.get(f"{INBOX}{number}/"))


def test_what_a_household_waits_for_is_answered_in_one_go(client, town, awa, bruno):
    """A first registration came as so many cases among those of others."""
    first, other, last = declare(town, awa, "Léa"), declare(town, bruno, "Zoé"), declare(town, awa, "Noé")
    seen = page(client.get(f"{INBOX}{first}/")).replace("\xa0", " ")
    assert "Cette famille attend 1 autre réponse." in seen
    narrow = f"?famille={awa.family.pk}"
    assert f"{INBOX}{first}/{narrow}" in seen
    queue = page(client.get(f"{INBOX}{first}/{narrow}")).replace("\xa0", " ")
    assert "2 demandes" in queue
    assert f"{INBOX}{other}/" not in queue
    assert "Revenir à toute la file" in queue
    gone = client.post(f"{INBOX}{first}/decision/{narrow}", {"decision": "accept"})
    assert gone.url.startswith(f"{INBOX}{last}/{narrow}")
    assert "Cette famille attend" not in page(client.get(f"{INBOX}{other}/"))


def test_a_birth_to_come_is_nobody_known_and_a_merged_record_leaves_no_dead_link(client, town, awa, bruno):
    unborn, known = town.child(bruno, "À naître", "Dupré"), bruno.children[0]
    Child.objects.filter(pk=unborn.pk).update(birth_date=None, expected_on=date(2027, 1, 5))
    known.first_name, known.last_name, known.birth_date = "Léa", "Dupré", date(2022, 5, 4)
    known.save()
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=0)
    actor = town.parent(awa)
    draft = drafts.start(actor=actor, kind=ProcedureKind.ENTOURAGE, family_id=awa.family.pk, now=NOW)
    lea = {"role": "child", "first_name": "Léa", "last_name": "Dupré", "birth_date": "2022-05-04"}
    later = {"role": "child", "first_name": "À naître", "last_name": "Dupré", "expected_on": "2027-02-01"}
    for step, values in (("p1", lea), ("p2", later)):
        drafts.save_step(actor=actor, draft_id=draft.draft_id, step=step, values=values, now=NOW)
    number = drafts.submit(actor=actor, draft_id=draft.draft_id, now=NOW).view.number
    seen = page(client.get(f"{INBOX}{number}/"))
    assert 'name="join_p1"' in seen
    assert 'name="join_p2"' not in seen
    parts = {"parts_shown": "1", "part": ["p1", "p2"]}
    client.post(f"{INBOX}{number}/decision/", {"decision": "accept", "join_p1": known.pk, **parts})
    assert "Dire l’autorité parentale" in page(client.get(f"{INBOX}{number}/"))
    known.households.filter(family=awa.family).delete()
    assert "Dire l’autorité parentale" not in page(client.get(f"{INBOX}{number}/"))


def test_another_child_of_the_same_name_and_day_has_its_own_record(client, town, awa, bruno):
    child = bruno.children[0]
    child.first_name, child.last_name, child.birth_date = "Léa", "Dupré", date(2022, 5, 4)
    child.save()
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=0)
    number = declare(town, awa)
    client.post(f"{INBOX}{number}/decision/", {"decision": "accept", "join_p1": "autre"})
    assert Child.objects.filter(first_name="Léa").count() == 2
    assert child.households.count() == 1


def test_a_person_known_already_leads_to_its_record_then_to_the_pair(client, town, awa, bruno):
    child = bruno.children[0]
    child.first_name, child.last_name, child.birth_date = "Léa", "Dupré", date(2022, 5, 4)
    child.save()
    number = declare(town, awa)
    seen = page(client.get(f"{INBOX}{number}/"))
    where = f"/ville-test/agents/familles/{bruno.family.pk}/"
    assert re.search(f'href="{where}">Léa Dupré, dossier n°', seen.replace("\xa0", " "))
    assert "?q=" not in seen[seen.index("est déjà connu") :][:600]
    Organisation.objects.filter(pk=town.id).update(decision_hold_minutes=0)
    decisions.decide(actor=town.agent("agent"), numbers=[number], accept=True, reason="", now=NOW)
    made = Child.objects.exclude(pk=bruno.children[0].pk).get(name_key="lea dupre")
    pair = f"/ville-test/agents/doublons/enfants/{made.pk}/{bruno.children[0].pk}/"
    seen = page(client.get(f"{INBOX}{number}/"))
    assert f'href="{pair}"' in seen
    assert client.get(pair).status_code == 200


def test_an_adult_known_elsewhere_leads_to_its_record_and_costs_the_same_for_several(client, town, awa, bruno):
    def cost(names):
        actor = town.parent(awa)
        draft = drafts.start(actor=actor, kind=ProcedureKind.ENTOURAGE, family_id=awa.family.pk, now=NOW)
        for place, name in enumerate(names, 1):
            person = {"role": "member", "civility": "M.", "first_name": name, "last_name": "Dupont"}
            drafts.save_step(actor=actor, draft_id=draft.draft_id, step=f"p{place}", values=person, now=NOW)
        number = drafts.submit(actor=actor, draft_id=draft.draft_id, now=NOW).view.number
        with CaptureQueriesContext(connection) as queries:
            seen = page(client.get(f"{INBOX}{number}/"))
        assert all(f"{name} Dupont, dossier n°" in seen for name in names)
        return len(queries)

    for name in ("Ida", "Léo"):
        Adult.objects.create(
            organisation_id=town.id,
            family=bruno.family,
            position="member",
            first_name=name,
            last_name="Dupont",
        )
    cost(["Ida"])
    assert cost(["Ida"]) == cost(["Ida", "Léo"])


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
    messages.cancel(actor=town.parent(awa), number=number, now=NOW)
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


def test_what_was_accepted_together_is_taken_back_together(client, town, awa):
    numbers = [declare(town, awa, name) for name in ("Léa", "Zoé")]
    told = page(client.post(f"{INBOX}sans-anomalie/", {"n": numbers}, follow=True))
    assert "Reprendre les 2 décisions" in told
    decisions.apply_held(actor=town.system, number=numbers[0], now=NOW)
    back = page(client.post(f"{INBOX}reprise/", {"n": numbers}, follow=True))
    assert "1 décision reprise" in back
    assert "déjà appliquées" in back
    assert Procedure.objects.get(number=numbers[1]).held_until is None


def test_a_request_made_by_mistake_is_withdrawn_and_the_family_told(client, town, awa):
    number = declare(town, awa)
    due = Procedure.objects.get(number=number).due_at
    client.post(f"{INBOX}{number}/decision/", {"decision": "ask", "reason": "Quelle date ?"})
    assert "Ne plus rien demander" in page(client.get(f"{INBOX}{number}/"))
    asked_at = datetime.fromisoformat(Procedure.objects.get(number=number).asked["at"])
    decisions.withdraw_request(actor=town.agent("agent"), number=number, now=asked_at + timedelta(hours=30))
    row = Procedure.objects.get(number=number)
    assert (row.status, row.asked, row.due_at) == ("in_review", {}, due + timedelta(hours=30))
    assert OutboxMail.objects.filter(template="procedure_no_more_asked").count() == 1
    told = page(client.post(f"{INBOX}{number}/complement/retrait/", follow=True))
    assert "n’a plus rien à envoyer" in told
    assert OutboxMail.objects.filter(template="procedure_no_more_asked").count() == 1
    assert "Rien n’est plus à envoyer" in page(login_as(awa).get(f"/ville-test/famille/demandes/{number}/"))


def test_who_may_not_decide_meets_a_refusal(login, town, awa):
    assert login(town.account("animateur", role="site_staff")).get(INBOX).status_code in (403, 404)
    assert login(awa.account).get(INBOX).status_code == 404


def test_bad_addresses_are_told_in_french(client):
    assert client.get(f"{INBOX}?page=-1&type=zz&service=x&file=zz&tenu=x").status_code == 200
    assert client.get(f"{INBOX}999999/").status_code == 404
    assert client.post(f"{INBOX}999999/decision/", {"decision": "accept"}).status_code == 404
    assert client.post(f"{INBOX}sans-anomalie/", {"n": "999999"}).status_code == 404


def test_each_filter_narrows_the_queue_and_stays_in_the_links(client, town, awa):
    old, new = declare(town, awa), declare(town, awa, "Zoé")
    Procedure.objects.filter(number=old).update(due_at=NOW - timedelta(days=2))
    me = Account.objects.get(username="agent.un")
    client.post(f"{INBOX}{new}/prise-en-charge/")
    for query, seen in (
        ("retard=1", [old]),
        ("etat=in_review", [new]),
        (f"suivi={me.pk}", [new]),
        ("suivi=personne", [old]),
        ("file=mine", [new]),
        (f"type=entourage&service={town.department.pk}&q=dupre", [old, new]),
        ("type=pai", []),
    ):
        found = page(client.get(f"{INBOX}?{query}"))
        rows = [int(each) for each in re.findall(r'<a href="/ville-test/agents/demarches/(\d+)/[^>]*>\s*<span', found)]
        assert rows == seen, query
        for each in query.split("&"):
            if rows and not each.startswith("file"):
                assert each in found.partition('class="queue"')[2]
    assert "en retard de 2 jours" in page(client.get(INBOX)).replace("\xa0", " ")
    assert "1 en retard" in page(client.get(INBOX)).replace("\xa0", " ")


def test_what_was_typed_wrong_is_kept_and_told_at_its_place(client, town, awa):
    number = declare(town, awa)
    for act, text, words in (("message", " ", "Écrivez quelque chose"), ("note", "x" * 4001, "trop long")):
        wrong = client.post(f"{INBOX}{number}/message/", {"text": text, "act": act})
        assert wrong.status_code == 422
        assert words in page(wrong)
        assert text in page(wrong)
    ReasonTemplate.objects.create(organisation_id=town.id, title="Longue", text="y" * 100)
    data = {"decision": "refuse", "template": "Longue", "reason": "x" * 3990}
    assert "phrase toute prête comprise" in page(client.post(f"{INBOX}{number}/decision/", data))


def test_a_part_is_refused_from_the_page(client, town, awa):
    actor = town.parent(awa)
    draft = drafts.start(actor=actor, kind=ProcedureKind.ENTOURAGE, family_id=awa.family.pk, now=NOW)
    for step, name in (("p1", "Léa"), ("p2", "Zoé")):
        child = {"role": "child", "first_name": name, "last_name": "Dupré", "birth_date": "2022-05-04"}
        drafts.save_step(actor=actor, draft_id=draft.draft_id, step=step, values=child, now=NOW)
    number = drafts.submit(actor=actor, draft_id=draft.draft_id, now=NOW).view.number
    path = f"{INBOX}{number}/decision/"
    nothing = client.post(path, {"decision": "accept", "parts_shown": "1"})
    assert "Gardez au moins une ligne" in page(nothing)
    silent = client.post(path, {"decision": "accept", "parts_shown": "1", "part": "p1"})
    assert "pourquoi une partie est refusée" in page(silent)
    assert 'value="p2" checked' not in page(silent)
    said = {"decision": "accept", "parts_shown": "1", "part": "p1", "reason": "Zoé est chez son père."}
    assert "acceptée en partie" in page(client.post(path, said, follow=True))
    client.post(f"{INBOX}{number}/application/")
    family = page(login_as(awa).get(f"/ville-test/famille/demandes/{number}/"))
    assert "Zoé est chez son père." in family
    assert "Zoé Dupré" in family.partition("pas accepté")[2]
    assert Child.objects.filter(first_name="Léa").exists()
    assert not Child.objects.filter(first_name="Zoé").exists()


def test_pieces_are_asked_for_one_by_one_and_sent_one_by_one(client, town, awa):
    number = declare(town, awa)
    kinds = [
        DocumentType.objects.create(organisation_id=town.id, code=code, title=title, subject="family")
        for code, title in (("domicile", "Justificatif de domicile"), ("livret", "Livret de famille"))
    ]
    asked = client.post(f"{INBOX}{number}/decision/", {"decision": "ask", "piece": [each.pk for each in kinds]})
    assert asked.status_code == 302
    assert [each["title"] for each in Procedure.objects.get(number=number).asked["types"]] == [
        "Justificatif de domicile",
        "Livret de famille",
    ]
    family = login_as(awa)
    shown = page(family.get(f"/ville-test/famille/demandes/{number}/"))
    assert shown.count("Envoyer cette pièce") == 2
    file = SimpleUploadedFile("domicile.pdf", paper())
    family.post(f"/ville-test/famille/demandes/{number}/document/", {"type": kinds[0].pk, "file": file})
    shown = page(family.get(f"/ville-test/famille/demandes/{number}/"))
    assert shown.count("Envoyer cette pièce") == 1


def test_a_piece_is_refused_with_its_reason_inside_the_case(client, town, awa):
    number = declare(town, awa)
    kind = DocumentType.objects.create(organisation_id=town.id, code="livret", title="Livret", subject="family")
    file = SimpleUploadedFile("livret.pdf", paper())
    login_as(awa).post(f"/ville-test/famille/demandes/{number}/document/", {"type": kind.pk, "file": file})
    document = Document.objects.get()
    path = f"{INBOX}{number}/pieces/{document.pk}/"
    for nothing in (" ", " \0"):  # PostgreSQL keeps no such sign: it was an error there
        silent = client.post(path, {"act": "refuse", "reason": nothing})
        assert silent.status_code == 422
        assert "pourquoi la pièce est refusée" in page(silent)
    told = page(client.post(path, {"act": "refuse", "reason": "Page 2 manquante."}, follow=True))
    assert "La pièce est refusée." in told
    assert "Page 2 manquante." in told
    assert f'name="piece" value="{kind.pk}" checked' in told, "what was refused is what one asks for again"
    assert "La pièce est validée." in page(client.post(path, {"act": "accept"}, follow=True))


def join(household, number, kind, file):
    login_as(household).post(f"/ville-test/famille/demandes/{number}/document/", {"type": kind.pk, "file": file})
    return Document.objects.latest("pk")


def test_the_pages_of_a_pdf_are_seen_inside_the_case_and_one_goes_from_document_to_document(client, town, awa):
    number = declare(town, awa)
    kinds = [
        DocumentType.objects.create(organisation_id=town.id, code=code, title=title, subject="family")
        for code, title in (("livret", "Livret"), ("domicile", "Domicile"))
    ]
    book = join(awa, number, kinds[0], SimpleUploadedFile("livret.pdf", paper(5)))
    photo = join(awa, number, kinds[1], SimpleUploadedFile("photo.jpg", picture()))
    seen = page(client.get(f"{INBOX}{number}/")).replace("\xa0", " ")
    assert "PDF de 5 pages" in seen
    assert "3 pages sur 5" in seen
    pages = re.findall(r'src="([^"]+/pages/\d/)"', seen)
    assert pages == [f"/ville-test/agents/documents/{book.pk}/pages/{each}/" for each in (1, 2, 3)]
    assert f'src="/ville-test/agents/documents/{photo.pk}/"' in seen
    drawn = client.get(pages[0])
    assert drawn.headers["Content-Type"] == "image/jpeg"
    assert drawn.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert drawn.headers["Cache-Control"] == "no-store"
    for path in (f"{book.pk}/pages/0/", f"{book.pk}/pages/4/", f"{photo.pk}/pages/1/"):
        assert client.get(f"/ville-test/agents/documents/{path}").status_code == 404
    assert (seen.count("Document suivant"), seen.count("Document précédent")) == (1, 1)
    assert 'id="vue-1"' in seen
    assert 'href="#vue-2"' in seen


def test_what_is_sensitive_or_not_seen_by_the_antivirus_is_not_shown_before_it_is_opened(client, town, awa):
    number = declare(town, awa)
    kind = DocumentType.objects.create(organisation_id=town.id, code="livret", title="Livret", subject="family")
    join(awa, number, kind, SimpleUploadedFile("livret.pdf", paper()))
    StoredFile.objects.update(scan="unavailable")
    assert "/pages/1/" not in page(client.get(f"{INBOX}{number}/"))
    StoredFile.objects.update(scan="clean")
    assert "/pages/1/" in page(client.get(f"{INBOX}{number}/"))
    DocumentType.objects.update(is_sensitive=True)
    assert "/pages/1/" not in page(client.get(f"{INBOX}{number}/"))


def test_pieces_are_read_one_after_the_other_and_a_sensitive_one_only_when_asked_for(client, town, awa):
    number = declare(town, awa)
    kinds = [
        DocumentType.objects.create(
            organisation_id=town.id, code=code, title=code, subject="family", is_sensitive=secret
        )
        for code, secret in (("livret", False), ("carnet", True))
    ]
    plain, secret = [join(awa, number, kind, SimpleUploadedFile("p.pdf", paper())) for kind in kinds]
    fold = '<details class="fold card" name="pieces" id="piece-{}" open>'
    assert 'name="pieces" id="piece-1" open' not in page(client.get(INBOX)), "looking at the queue reads no piece"
    seen = page(client.get(f"{INBOX}{number}/"))
    assert fold.format(plain.pk) in seen
    assert f"/documents/{secret.pk}/pages/1/" not in seen
    assert "Valider et voir la suivante" in seen
    went = client.post(f"{INBOX}{number}/pieces/{plain.pk}/", {"act": "accept"})
    assert went.url == f"{INBOX}{number}/?voir={secret.pk}#piece-{secret.pk}"
    seen = page(client.get(went.url))
    assert fold.format(secret.pk) in seen
    assert f"/documents/{secret.pk}/pages/1/" in seen
    assert page(client.get(f"{INBOX}{number}/?voir=999999")).count("Afficher ici") == 1
    last = client.post(f"{INBOX}{number}/pieces/{secret.pk}/", {"act": "accept"})
    assert last.url == f"{INBOX}{number}/#h-pieces"


def test_the_machine_says_how_many_places_are_left(client, town, awa, bruno):
    activity = Activity.objects.create(
        organisation_id=town.id, department=town.department, name="Club", kind="wednesday", confirmation="reviewed"
    )
    offer = town.offer(activity=activity, enrolment_capacity=2, waiting_list="by_date")
    family = login_as(awa)
    where = f"/ville-test/famille/inscriptions/{awa.children[0].pk}/{offer.pk}/"
    family.post(family.post(where, {"offer_id": offer.pk, "starts": "", "act": "next"}).url)
    path = f"{INBOX}{Procedure.objects.get(kind='enrolment').number}/"

    def said():
        return page(client.get(path)).replace("\xa0", " ")

    assert "Il reste 2 places sur 2." in said()
    town.enrol(bruno, offer, child=bruno.children[0])
    assert "Il reste 1 place sur 2." in said()
    Offer.objects.update(enrolment_capacity=1)
    assert "l’enfant entre sur la liste d’attente" in said()
    Offer.objects.update(waiting_list="none")
    assert "La dernière place vient d’être prise" in said()
    Offer.objects.update(enrolment_capacity=None)
    assert "Le nombre de places n’est pas limité." in said()


def test_health_shows_only_on_demand(client, town, awa):
    actor, child = town.parent(awa), awa.children[0]
    draft = drafts.start(
        actor=actor, kind=ProcedureKind.PAI, family_id=awa.family.pk, about=About(child_id=child.pk), now=NOW
    )
    values = {"needs": "Arachide", "doctor_name": "Dr Serin"}
    drafts.save_step(actor=actor, draft_id=draft.draft_id, step="pai", values=values, now=NOW)
    number = drafts.submit(actor=actor, draft_id=draft.draft_id, now=NOW).view.number
    for path in (INBOX, f"{INBOX}{number}/"):
        assert "Arachide" not in page(client.get(path))
        assert "Afficher la santé (accès journalisé)" in page(client.get(path))
    assert "Arachide" in page(client.post(f"{INBOX}{number}/sante/"))
    readings = health_readings(actor=actor, child_id=child.pk, limit=5)
    assert [row.reason for row in readings] == ["file"], "what the parents are shown"


def test_the_machine_is_asked_to_look_again(client, town, awa):
    number = declare(town, awa)
    assert "Vérifié par la machine au dépôt" in page(client.get(f"{INBOX}{number}/"))
    assert "rien à signaler" in page(client.post(f"{INBOX}{number}/verification/", follow=True))
    assert "Vérifié par la machine le" in page(client.get(f"{INBOX}{number}/"))


def test_the_heading_of_the_next_case_takes_the_focus(client, town, awa):
    declare(town, awa)
    two = declare(town, awa, "Zoé")
    assert "autofocus" not in page(client.get(INBOX))
    assert '<h2 id="h-d" tabindex="-1" autofocus>' in page(client.get(f"{INBOX}{two}/"))


def test_a_page_past_the_end_shows_the_last_one(client, town, awa):
    declare(town, awa)
    assert "Demande n° 1" in page(client.get(f"{INBOX}?page=9")).replace("\xa0", " ")


def test_the_inbox_costs_the_same_with_few_and_many(client, town, awa):
    for number in range(10):
        declare(town, awa, f"Prénom{number}")
    client.get(INBOX)  # the first page of a session writes it
    paths = ("", "5/", "?file=done", "?q=dupre", "?retard=1&suivi=personne&type=entourage&etat=submitted")
    few = [_count(client, path) for path in paths]
    model = Procedure.objects.get(number=10)
    rows = []
    for number in range(11, 2011):
        is_done = number % 4 == 0
        rows.append(
            Procedure(
                **{
                    field.attname: getattr(model, field.attname)
                    for field in Procedure._meta.concrete_fields
                    if field.attname not in ("id", "number", "order_key", "status", "due_at", "decided_at")
                },
                number=number,
                status="accepted" if is_done else "submitted",
                due_at=NOW + timedelta(minutes=number),
                decided_at=NOW + timedelta(minutes=number) if is_done else None,
            )
        )
    Procedure.objects.bulk_create(rows, batch_size=500)
    many = [_count(client, path) for path in paths]
    # Traitées shows a case once there is one: the same as its neighbours.
    assert many[:2] + many[3:] == few[:2] + few[3:]
    assert max(many) <= 16


def _count(client, path):
    with CaptureQueriesContext(connection) as found:
        assert client.get(INBOX + path).status_code == 200
    return len(found)
