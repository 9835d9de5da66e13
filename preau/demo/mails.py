"""The mails of the demo, readable: what families would find in their mailbox."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import urlize
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from preau.web.ui.policy import public_page

NAME = re.compile(r"\d{10,16}-[0-9a-f]{16}")
SHOWN = 100


def _read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=default)  # type: ignore[return-value]


def _folder() -> Path:
    return Path(settings.DATA_DIR, "mail")


@public_page
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The latest mails, newest first."""
    files = sorted(_folder().glob("*.eml"), reverse=True)[:SHOWN]
    rows = [{"name": path.stem, "message": _read(path)} for path in files]
    return render(request, "demo/mails.html", {"rows": rows})


@public_page
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail, in its text form, with links that work."""
    path = _folder() / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise Http404(name)
    message = _read(path)
    part = message.get_body(preferencelist=("plain",))
    body = mark_safe(urlize(part.get_content(), autoescape=True)) if part else ""  # noqa: S308 -- urlize escapes
    return render(request, "demo/mail.html", {"message": message, "body": body})
