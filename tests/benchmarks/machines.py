"""The product running: its own web server and worker, on one engine, in a folder of its own."""

import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from tests.benchmarks.loads import json_of

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Machine:
    """One installation: where its data is, and the environment that its processes read."""

    engine: str
    folder: Path
    port: int
    environment: dict[str, str]

    def run(self, act: str, *arguments: str) -> None:
        """Do one of the acts of `tests.benchmarks.data` in the installation."""
        command = [sys.executable, "-m", "tests.benchmarks.data", act, str(self.folder), *arguments]
        subprocess.run(command, env=self.environment, cwd=ROOT, check=True)

    def answer(self, act: str, *arguments: str) -> Any:
        """Do an act, and return what it wrote."""
        self.run(act, *arguments)
        return json_of(self.folder / f"{act}.json")

    def finish_background_work(self) -> None:
        """Send the mails that wait, so that they do not weigh on the next measure."""
        command = [sys.executable, "-m", "preau", "worker", "--batch"]
        with (self.folder / "log").open("a") as log:
            subprocess.run(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log, check=True)

    @contextmanager
    def serving(self, *, worker: bool) -> Iterator[None]:
        """Serve as `preau serve` and `preau worker` do, and stop both."""
        preau = [sys.executable, "-m", "preau"]
        commands = [[*preau, "serve", "--port", str(self.port), "--sans-statiques"]]
        if worker:
            commands.append([*preau, "worker"])
        log = (self.folder / "log").open("a")
        children = [
            subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log) for command in commands
        ]
        try:
            wait_for(self.port)
            yield
        finally:
            for child in children:
                child.send_signal(signal.SIGTERM)
            for child in children:
                try:
                    child.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    child.kill()
            log.close()


@contextmanager
def machine(engine: str, *, database_url: str = "") -> Iterator[Machine]:
    """Set up an installation with the data of the bench, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="preau-bench-"))
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "preau.config.settings",
        "PYTHONPATH": str(ROOT),
        "PREAU_SECRET_KEY": secrets.token_urlsafe(60),
        "PREAU_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PREAU_DATA_DIR": str(folder),
        "PREAU_DATABASE_URL": database_url,
        "PREAU_BASE_URL": f"http://127.0.0.1:{port}",
        "PREAU_HTTPS": "false",
        "PREAU_DEMO": "false",
        "PREAU_LOG_LEVEL": "WARNING",
    }
    try:
        made = Machine(engine, folder, port, environment)
        made.run("fill")
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int, *, seconds: float = 60) -> None:
    """Wait until the health check answers.

    :raises TimeoutError: it never did.
    """
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/sante/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the server did not start")
