"""Tasks of absences: telling families what has closed, and who may come all the same."""

from django_tasks import task

from preau.base import task_queue
from preau.base.actor import system_actor
from preau.domain.absences.operations.minimum_service import tell_families as ask_families
from preau.domain.absences.operations.telling import tell_families
from preau.domain.organisations.queries import organisation_by_id


@task(queue_name="mail")
def tell_closure(organisation_id: int, closure_id: int, is_undone: bool) -> None:
    """Tell each household once what a closure took, or gave back; run again, it tells nobody twice."""
    tell_families(
        actor=system_actor(organisation_id), closure_id=closure_id, is_undone=is_undone, now=task_queue.present()
    )


@task(queue_name="mail")
def tell_minimum_service(organisation_id: int, service_id: int) -> None:
    """Ask each household once who comes to a minimum service; run again, it asks nobody twice."""
    organisation = organisation_by_id(organisation_id=organisation_id)
    if organisation is not None:
        actor = system_actor(organisation_id, time_zone=organisation.time_zone)
        ask_families(actor=actor, service_id=service_id, now=task_queue.present())
