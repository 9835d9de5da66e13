"""Days asked for in an address."""

from datetime import date


def read_day(text: str | None, *, default: date) -> date | None:
    """Return the day, the default when none is asked, or None when it cannot be read."""
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if abs((day - default).days) <= 1100 else None


def read_number(text: str | None) -> int | None:
    """Return an id asked for in an address, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 13 else None
