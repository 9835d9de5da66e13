"""Sending one mail of the outbox: rendered at the last moment, at least once, with a key against doubles."""

import hashlib
import logging
from datetime import timedelta
from email.utils import formataddr
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from preau.base import task_queue
from preau.base.models import OutboxMail

logger = logging.getLogger("preau.mail")

SEND = "preau.base.tasks.send_mail"
CLAIMED = timedelta(minutes=4)  # above any time-out of a mail server, below the lease of a task
MAX_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=20)  # then doubled: the last try comes after about an hour
RETRIED_AT_ONCE = 200


def send_outbox_mail(mail_id: int) -> None:
    """Send the mail and forget its content: claim it, send it, mark it. No transaction is open while it leaves.

    A crash between the two last sends it again with the same Message-ID, which mail stores and readers recognise.
    A failure is kept with its reason and tried again with a growing delay (`retry_mails`), eight times in all.
    """
    mail = _claim(mail_id)
    if mail is None:
        return
    try:
        message = _message(mail)
        message.send()
    except Exception as problem:
        _keep_failure(mail, problem)
        return
    OutboxMail.objects.filter(pk=mail.pk).update(
        sent_at=timezone.now(),
        claimed_at=None,
        message_id=message.extra_headers["Message-ID"],
        context=cast(Any, {}),
        attempts=mail.attempts + 1,
        last_problem="",
    )


def retry_mails() -> int:
    """Enqueue again the mails whose time to be tried again has come; return how many."""
    now, count = timezone.now(), 0
    due = OutboxMail.objects.filter(sent_at=None, given_up_at=None, retry_at__lte=now)
    for mail_id in list(due.order_by("retry_at").values_list("pk", flat=True)[:RETRIED_AT_ONCE]):
        with transaction.atomic():
            if due.filter(pk=mail_id).update(retry_at=None):
                task_queue.enqueue(SEND, mail_id=mail_id)
                count += 1
    return count


def send_again(*, organisation_id: int | None, mail_id: int) -> bool:
    """Try again a mail that was given up; tell whether there was one."""
    with transaction.atomic():
        rows = OutboxMail.objects.filter(organisation_id=organisation_id, pk=mail_id, sent_at=None)
        found = rows.exclude(given_up_at=None).update(given_up_at=None, attempts=0, claimed_at=None, retry_at=None)
        if found:
            task_queue.enqueue(SEND, mail_id=mail_id)
    return bool(found)


def lost_mails(*, organisation_id: int | None = None) -> QuerySet[OutboxMail]:
    """Return the mails given up, of one collectivité or of all, newest first."""
    rows = OutboxMail.objects.filter(given_up_at__isnull=False).order_by("-given_up_at", "-pk")
    return rows if organisation_id is None else rows.filter(organisation_id=organisation_id)


def _claim(mail_id: int) -> OutboxMail | None:
    now = timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIMED)
    if not OutboxMail.objects.filter(free, pk=mail_id, sent_at=None, given_up_at=None).update(claimed_at=now):
        return None
    return OutboxMail.objects.get(pk=mail_id)


def _keep_failure(mail: OutboxMail, problem: Exception) -> None:
    """Keep why, never to whom: the reason goes to the log."""
    tries = mail.attempts + 1
    now = timezone.now()
    given_up = tries >= MAX_ATTEMPTS
    logger.log(
        logging.ERROR if given_up else logging.WARNING,
        "mail %s %s, try %s: %s",
        mail.pk,
        "given up" if given_up else "failed",
        tries,
        type(problem).__name__,
    )
    OutboxMail.objects.filter(pk=mail.pk).update(
        claimed_at=None,
        attempts=tries,
        last_problem=f"{type(problem).__name__} : {problem}"[:200],
        retry_at=None if given_up else now + FIRST_DELAY * 2 ** (tries - 1),
        given_up_at=now if given_up else None,
    )


def _message(mail: OutboxMail) -> EmailMultiAlternatives:
    context: dict[str, Any] = {**cast(dict[str, Any], mail.context), "subject": mail.subject}
    organisation: dict[str, Any] = context.get("organisation") or {}
    slug = str(organisation.get("slug", "preau"))
    with override("fr"):
        text = render_to_string(f"papers/mails/{mail.template}.txt", context)
        html = render_to_string(f"papers/mails/{mail.template}.html", context)
    domain = settings.PREAU_MAIL_DOMAIN
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=text.strip() + "\n",
        from_email=formataddr((str(organisation.get("name", "Préau")), f"nepasrepondre_{slug}@{domain}")),
        to=mail.to,
        headers={
            "Message-ID": f"<{hashlib.sha256(mail.dedupe_key.encode()).hexdigest()[:32]}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html, "text/html")
    return message
