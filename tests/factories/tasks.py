"""What the worker would do next, in the transaction of a test."""

from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult


def run_waiting(name: str) -> int:
    """Run the tasks of that name that wait, and return how many there were."""
    waiting = list(DBTaskResult.objects.filter(status="READY", task_path__endswith=f".{name}"))
    for row in waiting:
        import_string(row.task_path).call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        row.delete()
    return len(waiting)
