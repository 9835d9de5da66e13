"""The worker: django-tasks-db's, with what it leaves out — retry, lease, jobs that come round.

A task that fails is tried again with a growing delay; one left running by a killed worker is taken up
again after its lease. Tasks are therefore written to be run at least once.
"""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from preau.base.models import OutboxMail, PeriodicJob
from preau.base.sending import retry_mails

logger = logging.getLogger("preau.worker")

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=20)  # then doubled: the last try comes after about an hour
GIVEN_UP = "given_up"  # the queue of tasks that nobody tries any more
UPKEEP_EVERY = 5.0


class PatientWorker(Worker):
    """Runs tasks one by one, and looks after the others between two."""

    upkeep_at = 0.0

    def run_task(self, db_task_result: DBTaskResult) -> None:
        super().run_task(db_task_result)
        self.upkeep()

    def upkeep(self) -> None:
        """Retry, take up again, start what is due; at most every few seconds."""
        if time.monotonic() < self.upkeep_at:
            return
        self.upkeep_at = time.monotonic() + UPKEEP_EVERY
        take_up_again(older_than=LEASE)
        retry_failed()
        retry_mails()
        start_due_jobs()


def take_up_again(*, older_than: timedelta) -> int:
    """Make ready again the tasks left running for longer than a lease; return how many."""
    limit = timezone.now() - older_than
    # What it was sending is free again: the same Message-ID tells readers that it is one mail.
    OutboxMail.objects.filter(sent_at=None, claimed_at__lte=limit).update(claimed_at=None)
    return DBTaskResult.objects.filter(status="RUNNING", started_at__lte=limit).update(status="READY", started_at=None)


def retry_failed() -> int:
    """Put off again the tasks that failed and have tries left; return how many."""
    count = 0
    # Those given up are put out of reach, so that however many they are, they hide nobody.
    waiting = DBTaskResult.objects.filter(status="FAILED").exclude(queue_name=GIVEN_UP)
    for task in waiting.order_by("finished_at")[:200]:
        tries = len(task.worker_ids)
        if tries >= MAX_ATTEMPTS:
            logger.error("task %s given up after %s tries", task.task_path, tries)
            DBTaskResult.objects.filter(pk=task.pk).update(queue_name=GIVEN_UP)
            continue
        logger.warning("task %s failed, try %s", task.task_path, tries)
        run_after = timezone.now() + FIRST_DELAY * 2 ** (tries - 1)
        count += DBTaskResult.objects.filter(pk=task.pk, status="FAILED").update(
            status="READY", run_after=run_after, started_at=None, finished_at=None
        )
    return count


def start_due_jobs() -> list[str]:
    """Enqueue the periodic jobs that are due; each turn goes to one worker only."""
    started, now = [], timezone.now()
    for path, seconds in settings.PREAU_PERIODIC_JOBS.items():
        next_at = now + timedelta(seconds=seconds)
        with transaction.atomic():  # the turn and its task are written together: a crash loses neither
            if not PeriodicJob.objects.filter(name=path, next_at__lte=now).update(next_at=next_at):
                _job, is_new = PeriodicJob.objects.get_or_create(name=path, defaults={"next_at": next_at})
                if not is_new:
                    continue
            import_string(path).enqueue()
        started.append(path)
    return started
