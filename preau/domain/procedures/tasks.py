"""Tasks of démarches: ids in, then operations."""

from django.utils import timezone
from django_tasks import task

from preau.base.actor import system_actor
from preau.domain.procedures.operations import announce


@task(queue_name="mail")
def announce_order(organisation_id: int, key: str) -> None:
    """Post the mail that tells a family what became of an order."""
    announce(actor=system_actor(organisation_id), key=key, now=timezone.now())
