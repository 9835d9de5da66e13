"""`preau serve`: the web server."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from preau.base.witness import WrongKeys, check_witness
from preau.config.installation import WRONG_KEYS

# Of the C library: the blocks that check a password (19 MiB each) go back to the machine, instead of staying in the
# memory of as many arenas as there are threads. A worker holds 115 MB after a thousand log-ins, and 190 without.
ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(1024 * 1024)}


class Command(BaseCommand):
    help = "Sert le portail (granian)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--sans-statiques", action="store_true", help="les fichiers statiques sont déjà prêts")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check_witness()
        except WrongKeys as wrong:
            raise CommandError(WRONG_KEYS) from wrong
        call_command("compile_catalogues")
        if not options["sans_statiques"]:
            call_command("collectstatic", interactive=False, verbosity=0)
        granian = str(Path(sys.executable).with_name("granian"))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "preau.config.settings")
        for name, value in ALLOCATOR.items():
            os.environ.setdefault(name, value)
        command = [
            granian,
            "--interface",
            "wsgi",
            "--host",
            options["host"],
            "--port",
            str(options["port"]),
            "--workers",
            str(options["workers"]),
            "--blocking-threads",
            "4",
            "--backlog",
            "1024",
            "--no-ws",
            "--log-level",
            "warning",
            settings.WSGI_APPLICATION.replace(".application", ":application"),
        ]
        os.execv(granian, command)  # noqa: S606 -- our own server, no shell
