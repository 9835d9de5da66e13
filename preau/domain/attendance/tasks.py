"""Tasks of attendance: families are told the same day."""

from django_tasks import task

from preau.base import task_queue
from preau.base.actor import system_actor
from preau.domain.attendance.operations.alerts import tell_families
from preau.domain.organisations.queries import list_organisations


@task(queue_name="mail")
def tell_unexpected() -> None:
    """Tell the families whose child did not come, or came without booking; run again, it tells nobody twice."""
    now = task_queue.present()
    for organisation in list_organisations():
        tell_families(actor=system_actor(organisation.id, time_zone=organisation.time_zone), now=now)
