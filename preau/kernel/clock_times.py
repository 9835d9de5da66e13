"""Times of the day in minutes, as people type them and as they are shown. Pure."""

import re

DAY = 24 * 60  # minutes
_TYPED = re.compile(r"([0-9]{1,2})(?:\s*[:hH.]\s*([0-9]{2})?)?")


def read_clock(text: str) -> int:
    """Return the minute of the local day of a time that somebody typed: « 09:30 », « 9h30 », « 9 h », « 9 ».

    :raises ValueError: not a time from 0:00 to 24:00.

    >>> [read_clock(text) for text in ("09:30", "9 h 30", "9h", "24:00")]
    [570, 570, 540, 1440]
    """
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    hours, minutes = int(found[1]), int(found[2] or 0)
    if minutes > 59 or hours * 60 + minutes > DAY:
        raise ValueError(text)
    return hours * 60 + minutes


def clock_words(minute: int) -> str:
    """Return a minute of the day as grids and time fields write it.

    >>> clock_words(570)
    '09:30'
    """
    return f"{minute // 60:02}:{minute % 60:02}"
