"""A dossier interrupted at any step: closed tab, expired login, page left open. Nothing typed is lost."""

import re
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from preau.domain.documents.models import DocumentType
from preau.domain.families.models import Adult, ConsentType
from preau.domain.organisations.models import TermsVersion
from preau.domain.procedures.models import Procedure
from preau.web.public.account import kept
from tests.factories.town import NOW, PASSWORD
from tests.uploads.corpus import paper

pytestmark = pytest.mark.django_db

HOME = "/ville-test/famille/"
LOGIN = "/ville-test/connexion/"
STEPS = {
    "household": ({"address_is_right": "on", "phone": "02 61 91 00 77"}, "02 61 91 00 77"),
    "identity": ({"identity_is_right": "on", "school": "École Bleue", "level": "CE2"}, "École Bleue"),
    "health": ({"pai": "no", "doctor_name": "Dr Roy", "diet": "no_pork", "avoid": "arachide"}, "arachide"),
    "consents": ({"photo": "no"}, "checked"),
    "people": ({"kind": "pick_up", "last_name": "Roy", "first_name": "Odile", "phone": "0261910009"}, "Odile"),
}


@pytest.fixture
def asked(town):
    ConsentType.objects.create(organisation_id=town.id, code="photo", title="Photographier")
    return DocumentType.objects.create(organisation_id=town.id, code="carnet", title="Carnet", needs=["dossier"])


@pytest.fixture
def client(login, awa):
    return login(awa.account)


def page(response):
    return response.content.decode().replace("\xa0", " ")


def hidden(response):
    """The fields of the form that a page carries, as a browser would send them again."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page(response))
    fields = {}
    for name, value in found:
        fields.setdefault(unescape(name), []).append(unescape(value))
    return fields


def expire():
    Session.objects.all().delete()


def credentials(household, **more):
    return {"username": household.account.username, "password": PASSWORD, **more}


def log_in(client, household, asked_again):
    """Log in from the page that asks it again, and send what it kept."""
    fields = hidden(asked_again)
    entered = client.post(LOGIN, credentials(household, kept=fields["kept"], next=fields["next"]))
    assert entered.status_code == 200
    action = re.search(r'<form method="post" action="([^"]+)" class="row"', page(entered))[1]
    again = {name: value for name, value in hidden(entered).items() if name != "csrfmiddlewaretoken"}
    return client.post(unescape(action), again)


def test_at_each_step_a_login_that_expired_loses_nothing_of_what_was_typed(client, awa, asked, caplog):
    child = awa.children[0]
    for step, (typed, word) in STEPS.items():
        url, act = f"{HOME}dossier/{child.pk}/{step}/", "add" if step == "people" else "next"
        expire()
        stopped = client.post(url, {**typed, "act": act})
        assert stopped.status_code == 403
        assert "n’est pas perdu" in page(stopped)
        for value in typed.values():
            assert len(value) < 5 or value not in page(stopped)  # sealed: not even in the page
        answer = log_in(client, awa, stopped)
        assert answer.status_code == 302, step
        assert word in page(client.get(url))
    answers = Procedure.objects.get().answers
    assert (answers["health"]["avoid"], answers["household"]["phone"]) == ("arachide", "02 61 91 00 77")
    assert "arachide" not in caplog.text


def test_at_each_step_a_closed_tab_is_resumed_where_it_was_left(client, awa, asked):
    child = awa.children[0]
    for step, (typed, word) in STEPS.items():
        url, act = f"{HOME}dossier/{child.pk}/{step}/", "add" if step == "people" else "later"
        client.post(url, {**typed, "act": act})
        client = Client()  # another day, another browser
        asked_to = client.get(url)
        assert asked_to.url == f"{LOGIN}?next={url.replace('/', '%2F')}"
        back = client.post(LOGIN, credentials(awa, next=url))
        assert back.url == url
        assert word in page(client.get(back.url))
    assert "Dossier" in page(client.get(f"{HOME}demarches/"))


def test_an_entourage_a_move_and_a_sheet_are_kept_too(client, awa):
    child = awa.children[0]
    forms = {
        f"{HOME}demarches/entourage/nouveau/?role=contact": (
            {"role": "contact", "kind": "call", "last_name": "Roy", "first_name": "Ida", "phone": "0261910009"},
            "Ida",
            f"{HOME}demarches/entourage/",
        ),
        f"{HOME}demarches/demenagement/": (
            {"moves_on": "2027-01-05", "street": "rue Neuve", "postcode": "99000", "city": "Ville", "country": "FR"},
            "rue Neuve",
            f"{HOME}demarches/demenagement/",
        ),
        f"{HOME}enfants/{child.pk}/sante/": (STEPS["health"][0], "arachide", f"{HOME}enfants/{child.pk}/sante/"),
    }
    for url, (typed, word, seen_at) in forms.items():
        expire()
        assert log_in(client, awa, client.post(url, {**typed, "act": "next"})).status_code == 302
        assert word in page(client.get(seen_at))


def test_a_wrong_password_in_between_keeps_it_still(client, awa, asked):
    url = f"{HOME}dossier/{awa.children[0].pk}/health/"
    expire()
    fields = hidden(client.post(url, {**STEPS["health"][0], "act": "next"}))
    wrong = client.post(LOGIN, {**credentials(awa), "password": "non", "kept": fields["kept"], "next": url})
    assert wrong.status_code == 422
    assert hidden(wrong)["kept"] == fields["kept"]
    assert log_in(client, awa, wrong).status_code == 302
    assert Procedure.objects.get().answers["health"]["avoid"] == "arachide"


def test_what_another_family_sends_again_is_not_found(client, awa, bruno, asked):
    expire()
    stopped = client.post(f"{HOME}dossier/{awa.children[0].pk}/health/", STEPS["health"][0])
    assert log_in(client, bruno, stopped).status_code == 404
    assert not Procedure.objects.exists()


def test_passwords_and_files_are_never_kept_and_the_page_says_so(client, awa, asked):
    expire()
    secret = {"current": PASSWORD, "username": "awa", "password": "moulin-bleu-42-x", "confirmation": "moulin"}
    assert client.post("/ville-test/compte/identifiants/", secret).status_code == 302
    file = SimpleUploadedFile("carnet.pdf", paper())
    url = f"{HOME}dossier/{awa.children[0].pk}/documents/{asked.pk}/"
    stopped = client.post(url, {"type": asked.pk, "file": file})
    assert "Seul le fichier sera à choisir de nouveau" in page(stopped)
    assert log_in(client, awa, stopped).status_code == 422
    expire()
    url = f"{HOME}documents/envoyer/{awa.children[0].pk}/"
    stopped = client.post(url, {"type": asked.pk, "file": SimpleUploadedFile("carnet.pdf", paper())})
    assert "Seul le fichier sera à choisir de nouveau" in page(stopped)
    again = log_in(client, awa, stopped)
    assert again.status_code == 422
    assert f'value="{asked.pk}" selected' in page(again)
    assert "Choisissez un fichier, ou prenez une photo" in page(again)


def test_a_sealed_form_that_is_not_ours_or_of_another_town_is_ignored(client, awa):
    expire()
    for text in ("", "x", "é", kept.seal(kept.Kept("/autre-ville/famille/profil/", (("phone", "1"),), False))):
        assert client.post(LOGIN, credentials(awa, kept=text)).url == HOME
        expire()


def test_a_page_left_open_while_one_logged_in_elsewhere_is_sent_again_with_one_click(awa):
    client = Client(enforce_csrf_checks=True)
    client.force_login(awa.account)
    client.get(f"{HOME}profil/")
    stale = {"phone": "02 61 91 00 78", "medium": "phone", "csrfmiddlewaretoken": "a" * 64}
    foreign = client.post(f"{HOME}profil/", stale, HTTP_ORIGIN="http://ailleurs.example")
    assert "02 61 91 00 78" not in page(foreign)
    unsaid = client.post(f"{HOME}profil/", stale)
    assert "02 61 91 00 78" not in page(unsaid)
    stopped = client.post(f"{HOME}profil/", stale, HTTP_ORIGIN="http://testserver")
    assert stopped.status_code == 403
    assert "Envoyer ce que j’avais écrit" in page(stopped)
    assert client.post(f"{HOME}profil/", hidden(stopped)).status_code == 302
    assert Adult.objects.get(pk=awa.adult.pk).phone == "02 61 91 00 78"


def test_a_form_sent_by_nobody_and_empty_goes_to_the_login(client, awa):
    expire()
    answer = client.post(f"{HOME}dossier/{awa.children[0].pk}/people/", {})
    assert answer.url.startswith(LOGIN)


def too_busy(trouble):
    def enter(_transaction):
        raise OperationalError(trouble)

    return enter


@pytest.mark.parametrize("trouble", ["database is locked", "canceling statement due to lock timeout"])
def test_a_database_too_busy_to_write_gives_back_what_was_typed(client, awa, asked, monkeypatch, trouble):
    values, typed = STEPS["household"]
    fields = {**values, "act": "next"}
    address = f"{HOME}dossier/{awa.children[0].pk}/household/"
    with monkeypatch.context() as patch:
        patch.setattr("django.db.transaction.Atomic.__enter__", too_busy(trouble))
        response = client.post(address, fields)
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    again = hidden(response)
    assert again["phone"] == [typed]
    assert client.post(address, again).status_code == 302
    assert typed in page(client.get(address))


def new_terms(town, version):
    TermsVersion.objects.create(organisation_id=town.id, version=version, body="## Neuf", published_at=NOW)


def accept(client, asked):
    """Accept the terms from the page that asks it, with all that it carries."""
    return client.post("/ville-test/conditions/", hidden(asked))


def test_new_terms_published_meanwhile_lose_nothing_of_what_was_typed(client, town, awa, asked, caplog):
    url = f"{HOME}dossier/{awa.children[0].pk}/health/"
    client.get(url)
    new_terms(town, 2)
    stopped = client.post(url, {**STEPS["health"][0], "act": "next"})
    assert stopped.status_code == 403
    assert "n’est pas perdu" in page(stopped)
    assert "Neuf" in page(stopped)
    assert "arachide" not in page(stopped)  # sealed: not even in the page
    new_terms(town, 3)  # yet another, while the first was being read
    stopped = accept(client, stopped)
    assert "n’est pas perdu" in page(stopped)
    entered = accept(client, stopped)
    assert "Envoyer ce que j’avais écrit" in page(entered)
    assert not Procedure.objects.exists()
    assert client.post(url, hidden(entered)).status_code == 302
    assert Procedure.objects.get().answers["health"]["avoid"] == "arachide"
    assert "arachide" not in caplog.text


def test_a_login_that_expired_and_new_terms_together_lose_nothing_either(client, town, awa):
    expire()
    new_terms(town, 2)
    asked_again = client.post(f"{HOME}profil/", {"phone": "02 61 91 00 78", "medium": "phone"})
    stopped = log_in(client, awa, asked_again)
    assert stopped.status_code == 403
    assert client.post(f"{HOME}profil/", hidden(accept(client, stopped))).status_code == 302
    assert Adult.objects.get(pk=awa.adult.pk).phone == "02 61 91 00 78"


def test_terms_accepted_with_nothing_written_lead_home(client, town, awa):
    new_terms(town, 2)
    asked_to = client.post(f"{HOME}profil/", {})
    assert asked_to.url == "/ville-test/conditions/"
    for text in ("", "x", kept.seal(kept.Kept("/autre-ville/famille/profil/", (("phone", "1"),), False))):
        assert client.post("/ville-test/conditions/", {"version": 2, "kept": text}).url == HOME
