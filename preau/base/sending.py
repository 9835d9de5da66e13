"""Sending one mail of the outbox: rendered at the last moment, at least once, with a key against doubles."""

import hashlib
from email.utils import formataddr
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from preau.base.models import OutboxMail


@transaction.atomic
def send_outbox_mail(mail_id: int) -> None:
    """Send the mail and forget its content.

    The row stays locked while the mail leaves. A crash between the two sends it again with the same
    Message-ID, which mail stores and readers recognise.
    """
    mail = OutboxMail.objects.select_for_update().filter(pk=mail_id, sent_at__isnull=True).first()
    if mail is None:
        return
    message = _message(mail)
    message.send()
    mail.sent_at = timezone.now()
    mail.message_id = message.extra_headers["Message-ID"]
    mail.context = cast(Any, {})
    mail.save(update_fields=["sent_at", "message_id", "context"])


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
