"""kill -9 in the middle of orders and of mails: no half order, no lost nor doubled mail."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django_tasks_db.models import DBTaskResult

from preau.base.models import JournalEntry, OutboxMail
from preau.domain.bookings.models import Booking
from preau.domain.procedures.models import Procedure, ProcedureLine
from tests.factories.town import TODAY, Town, assert_counters_are_exact

ROOT = Path(__file__).resolve().parents[2]
ORDERS = 200 if os.environ.get("BENCH_FULL") else 60
KILLS = 20 if os.environ.get("BENCH_FULL") else 5

pytestmark = [pytest.mark.django_db(transaction=True)]


def database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def start(tmp_path: Path, *command: str, module: str = "tests.settings", heard: bool = True) -> "subprocess.Popen[str]":
    """Start a process; one that nobody listens to must not speak in a pipe, which would fill and stop it."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": module,
        "PREAU_DATABASE_URL": database_url(),
        "PREAU_DATA_DIR": str(tmp_path),
        "PREAU_DEMO": "true",  # alone, the demo freezes its day
        "PREAU_SECRET_KEY": settings.SECRET_KEY,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PREAU_TODAY": TODAY.isoformat(),
    }
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE if heard else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def town(emptied) -> Town:
    town = Town("panne")
    offer = town.offer(capacity=500)
    for number in range(10):  # enough for the full size: a day asked for twice is no order
        household = town.household(f"F{number}", login=f"panne{number}")
        town.enrol(household, offer, child=household.children[0])
    connection.close()
    return town


def test_killed_in_the_middle_of_orders_no_order_is_half_done(town, tmp_path):
    chance, kills, finished = random.Random(3), 0, False
    for _ in range(KILLS + 30):
        process = start(tmp_path, "-m", "tests.faults.shopper", str(ORDERS))
        if kills < KILLS:
            before = Procedure.objects.count()
            while Procedure.objects.count() == before and process.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.random() * 0.1)
            process.kill()
            kills += 1
        output, _ = process.communicate(timeout=120)
        if "fini" in output:
            finished = True
            break
    assert finished
    numbered = Procedure.objects.filter(number__isnull=False)
    assert list(numbered.order_by("number").values_list("number", flat=True)) == list(range(1, ORDERS + 1))
    promised = ProcedureLine.objects.filter(change="add", booking__isnull=False).count()
    assert Booking.objects.filter(status="booked").count() == promised
    assert_counters_are_exact(town.id)
    assert JournalEntry.objects.filter(act="booking.placed").count() == ORDERS
    assert DBTaskResult.objects.filter(task_path__endswith="announce_order").count() == ORDERS


def test_killed_in_the_middle_of_mails_none_is_lost_nor_doubled(town, tmp_path):
    process = start(tmp_path, "-m", "tests.faults.shopper", str(ORDERS))
    assert "fini" in process.communicate(timeout=120)[0]
    folder, chance = tmp_path / "mail", random.Random(5)
    for _ in range(KILLS):
        worker = start(tmp_path, "-m", "preau", "worker", "--seul", module="preau.config.settings", heard=False)
        before = len(list(folder.glob("*.eml")))
        while len(list(folder.glob("*.eml"))) == before and worker.poll() is None and before < ORDERS:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.15)
        worker.kill()
        worker.communicate(timeout=30)
    last = start(tmp_path, "-m", "preau", "worker", "--seul", "--batch", module="preau.config.settings", heard=False)
    last.communicate(timeout=120)
    assert OutboxMail.objects.filter(sent_at__isnull=True).count() == 0
    assert OutboxMail.objects.count() == ORDERS
    assert len(list(folder.glob("*.eml"))) == ORDERS
