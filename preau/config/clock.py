"""The one clock of the product. The demo may freeze its date; tokens and sessions keep real time."""

from datetime import UTC, date, datetime, timedelta

from django.conf import settings


def now() -> datetime:
    """Return the present instant, moved to the demo's date when one is set."""
    real = datetime.now(UTC)
    frozen: date | None = settings.PREAU_TODAY
    if frozen is None:
        return real
    return real + timedelta(days=(frozen - real.date()).days)
