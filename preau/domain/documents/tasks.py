"""Tasks of documents."""

from django_tasks import task

from preau.base import task_queue
from preau.base.actor import system_actor
from preau.domain.documents.operations.reminding import remind_family
from preau.domain.documents.queries.pieces import families_to_remind
from preau.domain.organisations.queries import list_organisations


@task()
def remind_expiring() -> None:
    """Tell the families whose pieces expire soon; run again, it tells nobody twice."""
    now = task_queue.present()
    for organisation in list_organisations():
        actor = system_actor(organisation.id, time_zone=organisation.time_zone)
        for family_id in families_to_remind(actor=actor, on=now.astimezone(actor.zone).date()):
            remind_family(actor=actor, family_id=family_id, now=now)
