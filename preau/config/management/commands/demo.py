"""`preau demo`: prepares and serves the demo collectivités, web and background work in one go."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from preau.base.witness import leave_witness
from preau.config import clock
from preau.demo.loader import ACCOUNTS_FILE, AlreadyLoaded, load


class Command(BaseCommand):
    help = "Prépare et sert les collectivités de démonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--data", default="var/demo")
        parser.add_argument("--reset", action="store_true")
        parser.add_argument("--today", default="")
        parser.add_argument("--prepare-only", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        self._prepare()
        self.stdout.write(f"Prêt en {time.monotonic() - started:.1f} s.")
        if not options["prepare_only"]:
            self._serve(options["port"])

    def _prepare(self) -> None:
        call_command("compile_catalogues", verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        leave_witness()
        self._collect_static()
        try:
            load(
                today=clock.now().astimezone(ZoneInfo("Europe/Paris")).date(),
                now=clock.now(),
                data_dir=Path(settings.DATA_DIR),
                report=self.stdout.write,
            )
        except AlreadyLoaded:
            self.stdout.write("La démonstration est déjà chargée (--reset pour repartir de zéro).")

    def _collect_static(self) -> None:
        """Files already collected from the same sources are left alone: the next start is quick."""
        digest = hashlib.sha256()
        for path in sorted(Path(settings.ROOT, "web", "ui").rglob("*")):
            if path.is_file() and path.suffix in {".css", ".js", ".svg", ".py"}:
                digest.update(path.read_bytes())
        mark = Path(settings.STATIC_ROOT, ".sources")
        if mark.exists() and mark.read_text() == digest.hexdigest():
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        mark.write_text(digest.hexdigest())

    def _serve(self, port: int) -> None:
        self._welcome(port)
        preau = [sys.executable, "-m", "preau"]
        children = [
            subprocess.Popen([*preau, "serve", "--port", str(port), "--sans-statiques"]),  # noqa: S603
            subprocess.Popen([*preau, "worker", "--seul"]),  # noqa: S603
        ]
        stopping = False

        def stop(*_: object) -> None:
            nonlocal stopping
            stopping = True
            for child in children:
                if child.poll() is None:
                    child.send_signal(signal.SIGTERM)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        while not stopping and all(child.poll() is None for child in children):
            time.sleep(0.3)
        if not stopping:
            self.stderr.write("Un des processus s’est arrêté : la démonstration s’arrête.")
            stop()
        for child in children:
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()

    def _welcome(self, port: int) -> None:
        base = f"http://127.0.0.1:{port}"
        accounts = json.loads(Path(settings.DATA_DIR, ACCOUNTS_FILE).read_text(encoding="utf-8"))
        self.stdout.write(f"\nPréau, démonstration du {clock.now():%d/%m/%Y} : {base}/")
        self.stdout.write(f"Courriels envoyés : {base}/demo/courriels/")
        for slug in dict.fromkeys(each["organisation"] for each in accounts):
            self.stdout.write(f"\n  {base}/{slug}/")
            for each in accounts:
                if each["organisation"] == slug:
                    self.stdout.write(
                        f"    {each['role']:<10} {each['login']:<28} {each['password']:<34} {each['who']}"
                    )
        self.stdout.write(f"\nComptes : {Path(settings.DATA_DIR, ACCOUNTS_FILE)}. Ctrl+C pour arrêter.")
        self.stdout.flush()
