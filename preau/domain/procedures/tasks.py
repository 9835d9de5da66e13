"""Tasks of démarches: ids in, then operations."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from preau.base.actor import system_actor
from preau.domain.procedures.operations import announce, apply_held


@task(queue_name="mail")
def announce_order(organisation_id: int, key: str) -> None:
    """Post the mail that tells a family what became of an order."""
    announce(actor=system_actor(organisation_id), key=key, now=timezone.now())


@task()
def apply_decision(organisation_id: int, number: int, until: str) -> None:
    """Apply a decision once it can no longer be taken back: it is dated from the end of its hold."""
    held_until = datetime.fromisoformat(until)
    apply_held(actor=system_actor(organisation_id), number=number, now=held_until, until=held_until)
