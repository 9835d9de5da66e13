"""The outbox: mails are written with the act that causes them, and sent by a task."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction

from preau.base import task_queue
from preau.base.models import OutboxMail


def post(
    *,
    organisation_id: int | None,
    template: str,
    to: Sequence[str],
    subject: str,
    context: Mapping[str, object],
    dedupe_key: str,
    now: datetime,
) -> None:
    """Post one mail in the caller's transaction; the same dedupe key posts once.

    :param template: name under papers/mails, without extension.
    :param context: JSON values; kept encrypted, and blanked once the mail has left.
    """
    recipients = [address for address in to if address]
    if not recipients:
        return
    try:
        with transaction.atomic():  # a savepoint: the caller's transaction does not feel the constraint
            mail = OutboxMail.objects.create(
                organisation_id=organisation_id,
                dedupe_key=dedupe_key,
                template=template,
                to=recipients,
                subject=subject,
                context=cast(Any, dict(context)),
                created_at=now,
            )
    except IntegrityError:
        return  # posted already, perhaps a moment ago by somebody else
    task_queue.enqueue("preau.base.tasks.send_mail", mail_id=mail.pk)
