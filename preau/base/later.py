"""Work put off to a task, written in the transaction of the act that wants it."""

from django.utils.module_loading import import_string


def enqueue(path: str, /, **arguments: object) -> None:
    """Enqueue a task named by its dotted path.

    The path is a string because tasks stand above the operations that ask for them.
    """
    import_string(path).enqueue(**arguments)
