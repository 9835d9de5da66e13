"""Work put off to a task, written in the transaction of the act that wants it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


def present() -> datetime:
    """Return the instant at which a task acts: that of the screens, which a demo moves to its own day."""
    found: datetime = import_string(settings.PREAU_CLOCK)()
    return found


def enqueue(path: str, /, **arguments: object) -> None:
    """Enqueue a task named by its dotted path.

    The path is a string because tasks stand above the operations that ask for them.
    """
    import_string(path).enqueue(**arguments)


def enqueue_in(path: str, delay: timedelta, /, **arguments: object) -> None:
    """Enqueue a task that no worker takes up before a delay of real time, whatever the product's clock says."""
    import_string(path).using(run_after=timezone.now() + delay).enqueue(**arguments)
