"""`preau worker`: sends mails and does the background work."""

import os
import secrets
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from preau.base.worker import PatientWorker, take_up_again

BEHIND = 10  # a page that somebody waits for goes before a mail, when the processor is short


class Command(BaseCommand):
    help = "Envoie les courriels et fait le travail de fond."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", action="store_true", help="s’arrête quand il n’y a plus rien à faire")
        parser.add_argument("--interval", type=float, default=0.5, help="secondes entre deux regards")
        parser.add_argument(
            "--seul", action="store_true", help="aucun autre processus de fond ne tourne : reprend aussitôt le sien"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seul"]:
            take_up_again(older_than=timedelta(0))
        worker = PatientWorker(
            queue_names=["*"],
            interval=options["interval"],
            batch=options["batch"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=secrets.token_hex(8),
            excluded_queue_names=[],
        )
        if not options["batch"]:
            os.nice(BEHIND)
            worker.configure_signals()
        worker.upkeep()
        worker.run()
