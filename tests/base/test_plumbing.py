"""Journal, outbox, worker, logs: the plumbing on a real database."""

import json
import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail as mailbox
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from preau.base import journal, outbox, worker
from preau.base.actor import system_actor
from preau.base.models import JournalEntry, OutboxMail, PeriodicJob
from preau.base.search import fold
from preau.base.sending import retry_mails, send_again, send_outbox_mail
from preau.config.logs import JSONFormatter
from tests.factories.town import NOW

pytestmark = pytest.mark.django_db
CONTEXT = {
    "organisation": {"slug": "ville", "name": "Mairie de Ville", "signature": "La Mairie", "email": "a@b.example"},
    "greeting": "Mme Dupré",
    "username": "awa",
    "link": "http://127.0.0.1/x/",
}


@pytest.fixture
def one_connection(monkeypatch):
    """The worker closes its connections between tasks: not that of a test's transaction."""
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)


def post(key="k1", template="activated", to=("awa@courriel.example",)):
    outbox.post(
        organisation_id=1, template=template, to=to, subject="Bonjour", context=CONTEXT, dedupe_key=key, now=NOW
    )


def sqlite_triggers() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def guarded():
    """The triggers of the migration: a race that ran before on this database had to drop them to empty it."""
    if connection.vendor != "sqlite":
        return
    names = sqlite_triggers()
    if "journal_no_delete" not in names:
        for act in ("UPDATE", "DELETE"):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"CREATE TRIGGER journal_no_{act.lower()} BEFORE {act} ON base_journalentry "
                    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
                )


@pytest.mark.parametrize("act", ["UPDATE base_journalentry SET act = 'autre'", "DELETE FROM base_journalentry"])
def test_the_journal_can_be_neither_changed_nor_emptied(guarded, act):
    journal.record(actor=system_actor(1), act="essai.fait", at=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    assert JournalEntry.objects.get().act == "essai.fait"


def test_a_mail_is_posted_once_per_key_and_never_to_nobody():
    post()
    post()
    post(key="k2", to=("",))
    assert OutboxMail.objects.count() == 1
    assert DBTaskResult.objects.count() == 1


def test_a_mail_of_a_transaction_undone_never_leaves():
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert not OutboxMail.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_mail_leaves_once_and_its_content_is_forgotten():
    post()
    row = OutboxMail.objects.get()
    send_outbox_mail(row.pk)
    send_outbox_mail(row.pk)
    assert len(mailbox.outbox) == 1
    message = mailbox.outbox[0]
    assert "Bonjour Mme Dupré" in message.body
    assert message.from_email == "Mairie de Ville <nepasrepondre_ville@preau.invalid>"
    row.refresh_from_db()
    assert row.sent_at is not None
    assert row.context == {}


def test_the_same_mail_always_has_the_same_message_id():
    post()
    row = OutboxMail.objects.get()
    send_outbox_mail(row.pk)
    OutboxMail.objects.filter(pk=row.pk).update(sent_at=None)
    send_outbox_mail(row.pk)
    assert mailbox.outbox[0].extra_headers["Message-ID"] == mailbox.outbox[1].extra_headers["Message-ID"]


def failed(count=1, tries=1):
    """Tasks that failed so many times."""
    post(key=f"task-{tries}-{count}")
    made = DBTaskResult.objects.order_by("-enqueued_at").first()
    for _more in range(count - 1):
        DBTaskResult.objects.create(task_path=made.task_path, args_kwargs=made.args_kwargs, backend_name="default")
    DBTaskResult.objects.filter(status="READY").update(
        status="FAILED", worker_ids=["x"] * tries, finished_at=timezone.now()
    )


def test_a_failed_task_is_tried_again_later_and_not_for_ever():
    failed()
    assert worker.retry_failed() == 1
    task = DBTaskResult.objects.get()
    assert (task.status, task.run_after > timezone.now()) == ("READY", True)
    DBTaskResult.objects.update(status="FAILED", run_after=timezone.now(), worker_ids=["x"] * worker.MAX_ATTEMPTS)
    assert worker.retry_failed() == 0


def test_two_hundred_and_one_dead_tasks_hide_no_new_failure():
    failed(count=201, tries=worker.MAX_ATTEMPTS)
    worker.retry_failed()
    worker.retry_failed()
    failed(tries=1)
    assert worker.retry_failed() == 1


def test_a_mail_that_does_not_leave_is_kept_with_its_reason_tried_again_then_given_up(client, settings):
    settings.EMAIL_BACKEND = "tests.base.servers.Refusing"
    post()
    row = OutboxMail.objects.get()
    for tries in range(1, 9):
        send_outbox_mail(row.pk)
        row.refresh_from_db()
        assert (row.attempts, row.sent_at) == (tries, None)
        assert "550" in row.last_problem
        assert row.context
        if tries < 8:
            assert row.retry_at > timezone.now()
            OutboxMail.objects.update(retry_at=timezone.now())
            DBTaskResult.objects.all().delete()
            assert retry_mails() == 1
            assert DBTaskResult.objects.count() == 1
    assert row.given_up_at is not None
    assert (retry_mails(), client.get("/sante/").json()["courriels_abandonnes"]) == (0, 1)
    send_outbox_mail(row.pk)
    assert OutboxMail.objects.get().attempts == 8
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_again(organisation_id=1, mail_id=row.pk)
    send_outbox_mail(row.pk)
    row.refresh_from_db()
    assert (row.given_up_at, row.sent_at is not None, row.context) == (None, True, {})


def test_a_mail_claimed_by_one_worker_is_not_sent_by_another():
    post()
    row = OutboxMail.objects.get()
    OutboxMail.objects.update(claimed_at=timezone.now())
    send_outbox_mail(row.pk)
    assert mailbox.outbox == []
    OutboxMail.objects.update(claimed_at=timezone.now() - timedelta(minutes=5))
    send_outbox_mail(row.pk)
    assert len(mailbox.outbox) == 1


def test_a_turn_and_its_task_are_written_together(monkeypatch):
    monkeypatch.setattr("preau.base.worker.import_string", lambda path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        worker.start_due_jobs()
    assert not PeriodicJob.objects.exists()


def test_a_task_left_by_a_killed_worker_is_taken_up_after_its_lease(one_connection):
    post()
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now() - timedelta(minutes=4))
    assert worker.take_up_again(older_than=worker.LEASE) == 0
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(minutes=6))
    assert worker.take_up_again(older_than=worker.LEASE) == 1
    call_command("worker", batch=True)
    assert len(mailbox.outbox) == 1


def test_a_periodic_job_starts_once_a_turn():
    jobs = sorted(settings.PREAU_PERIODIC_JOBS)
    assert sorted(worker.start_due_jobs()) == jobs
    assert worker.start_due_jobs() == []
    PeriodicJob.objects.update(next_at=timezone.now())
    assert sorted(worker.start_due_jobs()) == jobs


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Élodie", "elodie"), ("LE-GOFF", "le goff"), ("  d’Été ", "d ete"), ("Cœur", "coeur"), ("Müller", "muller")],
)
def test_a_search_ignores_accents_case_and_hyphens(text, folded):
    assert fold(text) == folded


def test_a_log_line_has_neither_query_nor_values():
    try:
        secret = "awa.dupre@courriel.example"
        raise ValueError(secret)
    except ValueError:
        import sys

        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Erreur : /famille/?nom=Dupré", (), sys.exc_info())
    line = json.loads(JSONFormatter().format(record))
    assert line["message"] == "Erreur : /famille/"
    assert line["exception"] == "ValueError"
    assert "dupre" not in json.dumps(line).lower()


def test_health_says_only_ok(client):
    assert client.get("/sante/").json() == {"etat": "ok", "courriels_abandonnes": 0}
