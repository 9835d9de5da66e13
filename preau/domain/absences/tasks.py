"""Tasks of absences: telling families what has closed."""

from django_tasks import task

from preau.base import task_queue
from preau.base.actor import system_actor
from preau.domain.absences.operations.telling import tell_families


@task(queue_name="mail")
def tell_closure(organisation_id: int, closure_id: int, is_undone: bool) -> None:
    """Tell each household once what a closure took, or gave back; run again, it tells nobody twice."""
    tell_families(
        actor=system_actor(organisation_id), closure_id=closure_id, is_undone=is_undone, now=task_queue.present()
    )
