"""clamd's INSTREAM command, over a Unix socket or TCP (clamd(8), « COMMANDS »).

The file travels in chunks, each after its length in four bytes; a length of zero ends it. clamd answers
`stream: OK` or `stream: <name> FOUND`. Anything else, or nothing, is « unavailable »: a file is never
called clean because its antivirus was down.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger("preau.antivirus")

CHUNK = 64 * 1024
TIMEOUT = 20.0  # seconds, for each exchange
MAX_ANSWER = 4096
CLEAN, INFECTED, UNAVAILABLE = "clean", "infected", "unavailable"


def scan(content: bytes) -> str:
    """Return "clean", "infected" or "unavailable"."""
    try:
        answer = _exchange(content)
    except (OSError, ValueError) as problem:
        logger.warning("clamd does not answer: %s", type(problem).__name__)
        return UNAVAILABLE
    if answer.endswith(" FOUND"):
        return INFECTED
    if answer == "stream: OK":
        return CLEAN
    logger.warning("clamd answers neither OK nor FOUND")
    return UNAVAILABLE


def _exchange(content: bytes) -> str:
    with _connect() as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            clamd.sendall(struct.pack("!I", len(chunk)) + chunk)
        clamd.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < MAX_ANSWER:
            received = clamd.recv(MAX_ANSWER)
            if not received:
                break
            answer += received
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connect() -> socket.socket:
    """Open `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`."""
    url = urlsplit(settings.PREAU_CLAMD_URL)
    if url.scheme == "tcp" and url.hostname:
        return socket.create_connection((url.hostname, url.port or 3310), timeout=TIMEOUT)
    if url.scheme == "unix" and url.path:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(TIMEOUT)
        try:
            found.connect(url.path)
        except OSError:
            found.close()
            raise
        return found
    raise ValueError("PREAU_CLAMD_URL")
