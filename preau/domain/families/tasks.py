"""Tasks of families."""

from django_tasks import task

from preau.base import task_queue
from preau.domain.families.operations.contacts import erase_removed
from preau.domain.organisations.queries import list_organisations


@task()
def erase_removed_persons() -> None:
    """Erase the persons whom families have taken away more than seven days ago."""
    now = task_queue.present()
    for organisation in list_organisations():
        erase_removed(organisation_id=organisation.id, now=now)
