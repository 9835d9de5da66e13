"""What the installation keeps and refuses by itself: heavy bodies, sign-ins, refused pages, names, keys in its log."""

import logging

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from preau.base.models import JournalEntry, OutboxMail
from preau.config.logs import JSONFormatter
from preau.domain.accounts.models import Account
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db
LOGIN = "/ville-test/connexion/"


def acts():
    return list(JournalEntry.objects.order_by("pk").values_list("act", "account_id"))


def test_a_body_too_large_is_refused_before_it_is_read(client, town):
    answer = client.post(LOGIN, data=b"x", content_type="text/plain", CONTENT_LENGTH=str(65 * 1024 * 1024))
    assert answer.status_code == 413
    assert "<h1" in answer.content.decode()
    assert answer.headers["Connection"] == "close"
    assert client.post(LOGIN, data=b"x", content_type="text/plain", CONTENT_LENGTH="beaucoup").status_code == 413


def test_sign_ins_failures_and_blocks_are_kept_without_what_was_typed(client, town, awa):
    awa.account.set_password("Un-mot-2-passe")
    awa.account.activated_at = NOW
    awa.account.save()
    said = {"username": awa.account.username, "password": "CANARI-faux"}
    client.post(LOGIN, said)
    client.post(LOGIN, {"username": "CANARI-inconnu", "password": "CANARI-faux"})
    client.post(LOGIN, {**said, "password": "Un-mot-2-passe"})
    assert acts() == [
        ("account.refused", awa.account.pk),
        ("account.refused", None),
        ("account.logged_in", awa.account.pk),
    ]
    other = Client()
    for _ in range(12):
        other.post(LOGIN, said)
    assert ("account.blocked", awa.account.pk) in acts()
    assert "CANARI" not in str(list(JournalEntry.objects.values_list("detail", "subject_type", "act")))


def test_a_page_refused_to_somebody_is_kept_by_its_name(login, town, awa):
    assert login(awa.account).get("/ville-test/agents/").status_code == 404
    kept = JournalEntry.objects.get(act="access.refused")
    assert kept.account_id == awa.account.pk
    assert kept.detail["page"].startswith("staff:")


def test_the_log_holds_no_key_of_a_link():
    path = "/ville-test/activation/WCPULVXKLh9jxRquZ31pD4yMEbW-yETG/"
    record = logging.LogRecord("django.request", logging.ERROR, "x.py", 1, "Internal Server Error: %s", (path,), None)
    line = JSONFormatter().format(record)
    assert "WCPULV" not in line
    assert "/ville-test/activation/…/" in line


def test_a_name_that_is_not_the_site_s_is_said(client, settings):
    settings.DEBUG = False
    answer = client.get("/", HTTP_HOST="autre.exemple.fr")
    assert answer.status_code == 400
    assert "ne porte pas ce nom" in answer.content.decode()


def test_a_form_sent_without_https_is_told_so(settings, town):
    settings.CSRF_COOKIE_SECURE = True
    answer = Client(enforce_csrf_checks=True).post(LOGIN, {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "s’ouvre en HTTPS" in answer.content.decode()


def test_the_admin_changes_no_password_and_shows_nothing_that_proves_one(login, town, awa):
    with pytest.raises(NoReverseMatch):
        reverse("admin:password_change")
    Account.objects.filter(pk=awa.account.pk).update(is_superuser=True, is_staff=True)
    client = login(Account.objects.get(pk=awa.account.pk))
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/password_change/").status_code == 404
    page = client.get(f"/admin/accounts/account/{awa.account.pk}/change/").content.decode()
    assert awa.account.username in page
    assert awa.account.password not in page


def test_a_mail_given_up_is_sent_again_from_the_admin(login, town, awa):
    Account.objects.filter(pk=awa.account.pk).update(is_superuser=True, is_staff=True)
    mail = OutboxMail.objects.create(
        organisation_id=town.id, dedupe_key="x", template="activation", created_at=NOW, given_up_at=NOW, attempts=9
    )
    client = login(Account.objects.get(pk=awa.account.pk))
    chosen = {"action": "try_again", "_selected_action": [mail.pk]}
    seen = client.post("/admin/base/outboxmail/", chosen, follow=True).content.decode()
    assert "1 courriel(s) vont repartir." in seen
    mail.refresh_from_db()
    assert (mail.given_up_at, mail.attempts) == (None, 0)
