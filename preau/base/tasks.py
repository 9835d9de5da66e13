"""Tasks of the plumbing: sending what the outbox holds."""

from django_tasks import task

from preau.base.files import scan_again
from preau.base.pruning import forget_finished
from preau.base.sending import send_outbox_mail


@task(queue_name="mail")
def send_mail(mail_id: int) -> None:
    """Send one mail of the outbox; nothing when it has left already."""
    send_outbox_mail(mail_id)


@task()
def prune() -> None:
    """Forget finished tasks and dead sessions; the journal and the outbox stay."""
    forget_finished()


@task()
def scan_files() -> None:
    """Show the antivirus the files that came while it was down."""
    scan_again()
