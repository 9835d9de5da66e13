"""The one clock of the product. The demo may freeze its date; tokens and sessions keep real time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

FRANCE = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """Return the present instant, moved to the demo's date when one is set."""
    real = datetime.now(UTC)
    frozen: date | None = settings.PREAU_TODAY
    return real if frozen is None else moved(real, to=frozen)


def moved(real: datetime, *, to: date) -> datetime:
    """Return the same hour on another day, as people read it: past 23:00, the day of UTC is still the one before.

    >>> moved(datetime(2026, 11, 29, 23, 30, tzinfo=UTC), to=date(2026, 12, 1)).astimezone(FRANCE).date()
    datetime.date(2026, 12, 1)
    """
    return real + timedelta(days=(to - real.astimezone(FRANCE).date()).days)
