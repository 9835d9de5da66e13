"""Work put off to a task, written in the transaction of the act that wants it."""

from datetime import timedelta

from django.utils import timezone
from django.utils.module_loading import import_string


def enqueue(path: str, /, **arguments: object) -> None:
    """Enqueue a task named by its dotted path.

    The path is a string because tasks stand above the operations that ask for them.
    """
    import_string(path).enqueue(**arguments)


def enqueue_in(path: str, delay: timedelta, /, **arguments: object) -> None:
    """Enqueue a task that no worker takes up before a delay of real time, whatever the product's clock says."""
    import_string(path).using(run_after=timezone.now() + delay).enqueue(**arguments)
