"""How long a session lasts: what is written in it, and when it is over (ASVS 7.3)."""

import time
from collections.abc import Mapping
from typing import Any

STARTED, SEEN, REMEMBERED, SHORT = "started", "seen", "remembered", "short"
SECOND = "second"  # the second factor was shown
PROVED = "proved"  # when the password was last typed; gone once a remembered session has stayed idle
LOCKED = "locked"  # the collectivité where a tablet was locked; nothing opens before its code
TRIES = "tries"  # wrong codes since
TABLET, LOCKS_AFTER = "tablette", 120  # cookie of a device that locks itself, after so many seconds without a gesture
IDLE, IDLE_SHORT = 60 * 60, 30 * 60
ABSOLUTE = 12 * 3600
REMEMBER = 30 * 24 * 3600
WRITE_EVERY = 5 * 60  # an idle bound of 30 minutes does not need a write on each page
RECENT = 15 * 60  # what counts as « just proved », before an act that could give the account away


def seconds() -> int:
    """Return real time: sessions, codes and proofs do not follow the frozen day of a demonstration."""
    return int(time.time())


def begin(request: Any, *, is_short: bool, remember: bool) -> None:
    """Start counting. A short session (agents) cannot be remembered for thirty days."""
    now = seconds()
    request.session[STARTED] = request.session[SEEN] = request.session[PROVED] = now
    request.session[SHORT] = is_short
    request.session[REMEMBERED] = remember and not is_short
    request.session.set_expiry(REMEMBER if request.session[REMEMBERED] else 0)


def prove(request: Any) -> None:
    """Keep that its owner has just typed the password again."""
    request.session[PROVED] = seconds()


def is_proved(session: Mapping[str, Any], *, at: int, is_recent: bool) -> bool:
    """Tell whether the owner has shown who it is: since the session was last left alone, or in the last minutes.

    :param is_recent: for an act that could give the account away, not for reading.
    """
    if not is_recent:  # what is not remembered ends when it is left alone
        return not session.get(REMEMBERED) or PROVED in session
    return bool(PROVED in session and at - session[PROVED] <= RECENT)


def is_over(session: Mapping[str, Any], *, at: int) -> bool:
    """Tell whether a session stayed idle, or lasted, too long. Seconds of real time."""
    if session.get(REMEMBERED):
        return bool(at - session[STARTED] > REMEMBER)
    idle = IDLE_SHORT if session.get(SHORT) else IDLE
    return bool(at - session[SEEN] > idle or at - session[STARTED] > ABSOLUTE)
