"""Tasks of démarches: ids in, then operations."""

from datetime import datetime

from django_tasks import task

from preau.base import task_queue
from preau.base.actor import system_actor
from preau.domain.documents.operations.reminding import remind_due
from preau.domain.organisations.queries import list_organisations
from preau.domain.procedures.operations.absences import close_unproven, remind_proofs
from preau.domain.procedures.operations.announcing import announce
from preau.domain.procedures.operations.decisions import apply_held
from preau.domain.procedures.operations.keeping import send_kept as send_kept_requests
from preau.domain.procedures.operations.mailings import send_batch
from preau.domain.procedures.queries.to_finish import households_with_dossier


@task(queue_name="mail")
def announce_order(organisation_id: int, key: str) -> None:
    """Post the mail that tells a family what became of an order."""
    announce(actor=system_actor(organisation_id), key=key, now=task_queue.present())


@task()
def apply_decision(organisation_id: int, number: int, until: str) -> None:
    """Apply a decision once it can no longer be taken back: it is dated from the end of its hold."""
    held_until = datetime.fromisoformat(until)
    apply_held(actor=system_actor(organisation_id), number=number, now=held_until, until=held_until)


@task()
def send_kept(organisation_id: int, child_id: int) -> None:
    """Send what a family had prepared for a child, now that its dossier is validated."""
    send_kept_requests(actor=system_actor(organisation_id), child_id=child_id, now=task_queue.present())


@task()
def remind_due_pieces() -> None:
    """Tell the families what they may still send, 14 then 3 days before its date; run again, it tells nobody twice."""
    now = task_queue.present()
    for organisation in list_organisations():
        actor = system_actor(organisation.id, time_zone=organisation.time_zone)
        on = now.astimezone(actor.zone).date()
        for family_id, child_ids in households_with_dossier(actor=actor, on=on).items():
            remind_due(actor=actor, family_id=family_id, child_ids=child_ids, now=now)


@task()
def follow_proofs() -> None:
    """Remind of the proofs of absences that are due soon, and close those that never came; run again, nothing twice."""
    now = task_queue.present()
    for organisation in list_organisations():
        actor = system_actor(organisation.id, time_zone=organisation.time_zone)
        remind_proofs(actor=actor, now=now)
        close_unproven(actor=actor, now=now)


@task(queue_name="mail")
def send_mailing(organisation_id: int, mailing_id: int) -> None:
    """Send the next mails of a mailing."""
    send_batch(actor=system_actor(organisation_id), mailing_id=mailing_id, now=task_queue.present())
