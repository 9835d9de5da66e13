"""The envelope of every mail: which collectivité writes, to whom, with which link."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from django.urls import reverse

from preau.base import outbox
from preau.base.links import absolute
from preau.domain.accounts.models import Account
from preau.domain.organisations.queries import mail_identity


class Reader(Protocol):
    """Who reads a mail: an account, an adult of a dossier, or somebody who has neither yet."""

    @property
    def civility(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def email(self) -> str: ...


class Newcomer(NamedTuple):
    """A reader who is not, or not yet, known at this address."""

    civility: str
    last_name: str
    email: str


def post_letter(
    *,
    organisation_id: int,
    reader: Reader,
    template: str,
    subject: str,
    key: str,
    now: datetime,
    route: str,
    args: Sequence[object] = (),
    **context: object,
) -> None:
    """Post one mail of a collectivité in the caller's transaction; nothing from one that is closed.

    :param template: name under papers/mails.
    :param subject: what happened; the name of the collectivité is put before it.
    :param key: makes the mail unique in the whole installation: posted twice, it is one.
    :param route: page of the collectivité that the mail leads to, with its `args` after the slug.
    """
    identity = mail_identity(organisation_id=organisation_id)
    if identity is None:
        return
    outbox.post(
        organisation_id=organisation_id,
        template=template,
        to=[reader.email],
        subject=f"{identity['name']} - {subject}",
        context={
            "organisation": identity,
            "heading": subject,
            "greeting": " ".join(part for part in (reader.civility, reader.last_name) if part),
            "link": absolute(reverse(route, args=[identity["slug"], *args])),
            **context,
        },
        dedupe_key=key,
        now=now,
    )


def tell_change(*, account: Account, organisation_id: int, now: datetime, what: str) -> None:
    """Tell an account, at the address it has now, that what it logs in with has changed.

    :param what: "password", "username" or "email".
    """
    post_letter(
        organisation_id=organisation_id,
        reader=account,
        template="identifiers_changed",
        subject="Votre courriel" if what == "email" else "Vos identifiants ont été modifiés",
        key=f"changed-{account.pk}-{secrets.token_hex(8)}",
        now=now,
        route="account:forgot_password",
        what=what,
        username=account.username,
    )
