"""Tasks of contracts: ids in, then operations."""

from django_tasks import task

from preau.base import task_queue
from preau.base.actor import system_actor
from preau.base.facts import NotFound
from preau.domain.contracts.operations.announcing import remind_months
from preau.domain.contracts.operations.booking import book_version, unbooked_versions
from preau.domain.contracts.operations.ending import close_ended
from preau.domain.contracts.operations.following import expire_unsigned, remind_signers
from preau.domain.organisations.queries import list_organisations, organisation_by_id


@task()
def book_signed(organisation_id: int, version_id: int) -> None:
    """Put the days of a contract that was just signed in the planning; run again, it does nothing more."""
    organisation = organisation_by_id(organisation_id=organisation_id)
    if organisation is None:
        return
    actor = system_actor(organisation_id, time_zone=organisation.time_zone)
    try:
        book_version(actor=actor, version_id=version_id, now=task_queue.present())
    except NotFound:
        return  # ended or replaced since


@task()
def follow_contracts() -> None:
    """Remind signers, end what was not signed in time and what is over, book what a lost task left; nothing twice."""
    now = task_queue.present()
    for organisation in list_organisations():
        actor = system_actor(organisation.id, time_zone=organisation.time_zone)
        remind_signers(actor=actor, now=now)
        remind_months(actor=actor, now=now)
        expire_unsigned(actor=actor, now=now)
        close_ended(actor=actor, now=now)
        for version_id in unbooked_versions(organisation_id=organisation.id):
            try:
                book_version(actor=actor, version_id=version_id, now=now)
            except NotFound:
                continue
