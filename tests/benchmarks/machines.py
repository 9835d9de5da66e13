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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from cryptography.fernet import Fernet

from tests.benchmarks import processors
from tests.benchmarks.loads import json_of
from tests.benchmarks.processors import Spent

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Machine:
    """One installation: where its code and its data are, and the environment that its processes read."""

    engine: str
    folder: Path
    port: int
    environment: dict[str, str]
    root: Path  # of the code that is measured
    processes: dict[str, int] = field(default_factory=dict)  # name → pid, while it serves

    def run(self, act: str, *arguments: str) -> None:
        """Do one of the acts of `tests.benchmarks.data` in the installation."""
        command = [sys.executable, "-m", "tests.benchmarks.data", act, str(self.folder), *arguments]
        subprocess.run(command, env=self.environment, cwd=self.root, check=True)

    def answer(self, act: str, *arguments: str) -> Any:
        """Do an act, and return what it wrote."""
        self.run(act, *arguments)
        return json_of(self.folder / f"{act}.json")

    @property
    def people(self) -> dict[str, Any]:
        """The visitors of its town, with their cookies."""
        found: dict[str, Any] = json_of(self.folder / "visitors.json")
        return found

    def spent(self) -> Spent:
        """Return the processor seconds that its processes have used."""
        return processors.spent(
            web=self.processes["serve"],
            background=self.processes.get("worker"),
            database=self.processes.get("database"),
        )

    def finish_background_work(self) -> None:
        """Send the mails that wait, so that they do not weigh on the next measure."""
        command = [sys.executable, "-m", "preau", "worker", "--batch"]
        with (self.folder / "log").open("a") as log:
            subprocess.run(command, env=self.environment, cwd=self.root, stdout=log, stderr=log, check=True)

    @contextmanager
    def serving(self, *, worker: bool) -> Iterator[None]:
        """Serve as `preau serve` and `preau worker` do, and stop both."""
        preau = [sys.executable, "-m", "preau"]
        commands = {"serve": [*preau, "serve", "--port", str(self.port), "--sans-statiques"]}
        if worker:
            commands["worker"] = [*preau, "worker"]
        log = (self.folder / "log").open("a")
        children = {
            name: subprocess.Popen(command, env=self.environment, cwd=self.root, stdout=log, stderr=log)
            for name, command in commands.items()
        }
        self.processes = {name: child.pid for name, child in children.items()}
        address = urlsplit(self.environment["PREAU_DATABASE_URL"])
        postmaster = processors.postmaster_on(address.port) if address.port else None
        self.processes |= {"database": postmaster} if postmaster else {}
        try:
            wait_for(self.port)
            yield
        finally:
            for child in children.values():
                child.send_signal(signal.SIGTERM)
            for child in children.values():
                try:
                    child.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    child.kill()
            log.close()


@contextmanager
def machine(engine: str, size: str, *, server: str = "", root: Path = ROOT) -> Iterator[Machine]:
    """Set up an installation with a town of a size, and remove it at the end.

    :param server: address of a PostgreSQL, where it gets a database of its own; "" on SQLite.
    :param root: where the code to measure is; the bench itself is always this one.
    """
    folder = Path(tempfile.mkdtemp(prefix="preau-bench-"))
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "preau.config.settings",
        "PYTHONPATH": str(root),
        "PREAU_SECRET_KEY": secrets.token_urlsafe(60),
        "PREAU_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PREAU_DATA_DIR": str(folder),
        "PREAU_DATABASE_URL": _database(server, folder.name) if server else "",
        "PREAU_BASE_URL": f"http://127.0.0.1:{port}",
        "PREAU_HTTPS": "false",
        "PREAU_DEMO": "false",
        "PREAU_LOG_LEVEL": "WARNING",
    }
    try:
        made = Machine(engine, folder, port, environment, root)
        made.run("fill", size)
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _database(server: str, name: str) -> str:
    """Make an empty database on a server; it goes away with it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    return f"{server.rsplit('/', 1)[0]}/{name}"


@contextmanager
def code_of(commit: str) -> Iterator[Path]:
    """Check out an earlier state of the product in a folder, with this bench instead of its own."""
    place = Path(tempfile.mkdtemp(prefix="preau-before-"))
    subprocess.run(["git", "worktree", "add", "--detach", "--quiet", str(place / "tree"), commit], cwd=ROOT, check=True)
    try:
        (place / "root").mkdir()
        (place / "root" / "preau").symlink_to(place / "tree" / "preau")
        (place / "root" / "tests").symlink_to(ROOT / "tests")
        (place / "root" / ".venv").symlink_to(ROOT / ".venv")
        yield place / "root"
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(place / "tree")], cwd=ROOT, check=True)
        shutil.rmtree(place, ignore_errors=True)


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
