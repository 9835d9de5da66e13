"""Opening what nobody trusts in a process of its own: little memory, little time, no setting, no key.

A library in C cannot be stopped from inside, and a few kilobytes may open into gigabytes or never end. What happens to
the process apart happens to nobody else; few run at once, so that a small machine still answers its families.
"""

import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

AT_ONCE = 2  # by process that answers families
TURN_SECONDS = 20  # after which one who waits is told to come back

_turns = threading.BoundedSemaphore(AT_ONCE)


class NoTurn(Exception):
    """Too many files are being opened: come back in a minute."""


class OpenedBadly(Exception):
    """The process apart gave nothing: it says why by its code, or was stopped (code below zero, or None)."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process apart may use."""

    megabytes: int  # of address space, of which a Python with its libraries takes some 250
    seconds: int  # of processor; twice as many on the clock


def open_apart(*, script: str, content: bytes, limits: Limits, arguments: tuple[str, ...] = ()) -> bytes:
    """Run a script of this folder on a content, and return what it writes.

    The script takes its megabytes and its seconds first (`sys.argv[1:3]`) and puts them on itself.

    :raises NoTurn: the others took too long.
    :raises OpenedBadly: it failed, or asked for too much.
    """
    allowed = (str(limits.megabytes), str(limits.seconds))
    command = [sys.executable, "-I", str(Path(__file__).with_name(script)), *allowed, *arguments]
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise NoTurn
    try:
        done = subprocess.run(  # noqa: S603 -- our own script; the file is its input only
            command, input=content, capture_output=True, timeout=2 * limits.seconds, env={}, check=False
        )
    except subprocess.TimeoutExpired as slow:
        raise OpenedBadly(None) from slow
    finally:
        _turns.release()
    if done.returncode:
        raise OpenedBadly(done.returncode)
    return done.stdout
