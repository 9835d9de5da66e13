"""Mail servers that misbehave."""

import smtplib
import time
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend


class Refusing(BaseEmailBackend):
    """Says no to every mail."""

    def send_messages(self, email_messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")})


class Slow(BaseEmailBackend):
    """Takes four seconds."""

    SECONDS = 4.0

    def send_messages(self, email_messages: Any) -> int:
        time.sleep(self.SECONDS)
        return len(email_messages)
