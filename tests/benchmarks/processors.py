"""What a visit costs in processor time and memory: times lie on a busy machine, processor seconds hardly do."""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

POSTGRES = "postgres"


@dataclass(frozen=True)
class Spent:
    """Processor seconds used so far, by who used them. SQLite has no server: its work is counted in `web`."""

    web: float
    database: float
    background: float

    def __sub__(self, before: "Spent") -> "Spent":
        return Spent(self.web - before.web, self.database - before.database, self.background - before.background)

    def per_visit(self, visits: int) -> dict[str, float]:
        """Return milliseconds for one visit, of each and of web and database together."""
        count = max(1, visits)
        each = {name: round(value * 1000 / count, 1) for name, value in vars(self).items()}
        return {**each, "visit": round((self.web + self.database) * 1000 / count, 1)}


def spent(*, web: int, background: int | None, database: int | None) -> Spent:
    """Return what the trees of processes below these have used.

    :param database: the process of PostgreSQL that starts the others.
    """
    return Spent(*(_seconds(_tree(pid)) if pid else 0.0 for pid in (web, database, background)))


def memory_of_workers(web: int) -> list[int]:
    """Return what each worker of the web server adds to the machine, in bytes: shared pages count in part (PSS)."""
    return [each.memory_full_info().pss for each in psutil.Process(web).children(recursive=True)]


def postmaster_on(port: int) -> int | None:
    """Return the process that starts those of the PostgreSQL that listens there, or None."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return _eldest(psutil.Process(connection.pid)).pid
    return None


def _eldest(process: psutil.Process) -> psutil.Process:
    parent = process.parent()
    return _eldest(parent) if parent is not None and parent.name() == POSTGRES else process


def _tree(pid: int) -> Iterable[psutil.Process]:
    eldest = psutil.Process(pid)
    return [eldest, *eldest.children(recursive=True)]


def _seconds(processes: Iterable[psutil.Process]) -> float:
    """Those that ended are counted by their parent."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total
