"""Mails of the demo: kept as files, one per Message-ID."""

import hashlib
import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


class FileBackend(BaseEmailBackend):
    """Writes `<data>/mail/<second>-<hash of Message-ID>.eml`. The same mail sent twice is one file."""

    def send_messages(self, email_messages: Any) -> int:
        folder = Path(settings.DATA_DIR) / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            self._write(folder, message)
        return len(email_messages)

    def _write(self, folder: Path, message: EmailMessage) -> None:
        content = message.message().as_bytes()
        key = hashlib.sha256(str(message.extra_headers.get("Message-ID", content)).encode()).hexdigest()[:16]
        if any(folder.glob(f"*-{key}.eml")):
            return
        stamp = str(time.time_ns() // 1_000_000)
        draft = folder / f".{stamp}-{key}.tmp"
        draft.write_bytes(content)
        os.replace(draft, folder / f"{stamp}-{key}.eml")
