"""Tasks of families."""

from django_tasks import task

from preau.base import task_queue
from preau.base.encryption import unseal_text
from preau.domain.accounts.operations.identifiers import request_reset
from preau.domain.families.operations.contacts import erase_removed
from preau.domain.families.operations.invitations import open_by_reset
from preau.domain.organisations.queries import list_organisations


@task(queue_name="mail")
def send_link(organisation_id: int, wanted: str) -> None:
    """Send the link that somebody asked for who has forgotten a password, or first connects so."""
    text, now = unseal_text(wanted, lifetime=None), task_queue.present()
    request_reset(organisation_id=organisation_id, email_or_username=text, now=now)
    open_by_reset(organisation_id=organisation_id, email=text, now=now)


@task()
def erase_removed_persons() -> None:
    """Erase the persons whom families have taken away more than seven days ago."""
    now = task_queue.present()
    for organisation in list_organisations():
        erase_removed(organisation_id=organisation.id, now=now)
