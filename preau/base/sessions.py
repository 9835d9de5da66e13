"""How long a session lasts: what is written in it, and when it is over (ASVS 7.3)."""

import time
from collections.abc import Mapping
from typing import Any

STARTED, SEEN, REMEMBERED, SHORT = "started", "seen", "remembered", "short"
IDLE, IDLE_SHORT = 60 * 60, 30 * 60
ABSOLUTE = 12 * 3600
REMEMBER = 30 * 24 * 3600
WRITE_EVERY = 5 * 60  # an idle bound of 30 minutes does not need a write on each page


def begin(request: Any, *, is_short: bool, remember: bool) -> None:
    """Start counting. A short session (agents) cannot be remembered for thirty days."""
    now = int(time.time())
    request.session[STARTED] = request.session[SEEN] = now
    request.session[SHORT] = is_short
    request.session[REMEMBERED] = remember and not is_short
    request.session.set_expiry(REMEMBER if request.session[REMEMBERED] else 0)


def is_over(session: Mapping[str, Any], *, at: int) -> bool:
    """Tell whether a session stayed idle, or lasted, too long. Seconds of real time."""
    if session.get(REMEMBERED):
        return bool(at - session[STARTED] > REMEMBER)
    idle = IDLE_SHORT if session.get(SHORT) else IDLE
    return bool(at - session[SEEN] > idle or at - session[STARTED] > ABSOLUTE)
