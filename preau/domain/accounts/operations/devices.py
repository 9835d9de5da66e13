"""The devices where an account is logged in: kept to be recognised, closed one by one or all at once."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from preau.base import journal
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.models import OpenSession


@transaction.atomic
def note_session(*, account_id: int, session_key: str, device: str, now: datetime) -> None:
    """Keep that a session has been opened on a device. Those that the store has forgotten are forgotten here too."""
    mine = OpenSession.objects.filter(account_id=account_id)
    mine.filter(~Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()
    OpenSession.objects.bulk_create(
        [OpenSession(account_id=account_id, session_key=session_key, device=device[:60], opened_at=now)],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["account_id", "device", "opened_at"],
    )


@transaction.atomic
def close_session(*, actor: Actor, open_session_id: int, now: datetime) -> None:
    """Log one's own account out of a device: its next page asks to log in.

    :raises NotFound: not a session of the actor.
    """
    row = OpenSession.objects.filter(account_id=actor.account_id or 0, pk=open_session_id).first()
    if row is None:
        raise NotFound("session")
    _close(actor, [row], now)


@transaction.atomic
def close_other_sessions(*, actor: Actor, session_key: str, now: datetime) -> int:
    """Log one's own account out of every device but this one; return of how many."""
    rows = list(OpenSession.objects.filter(account_id=actor.account_id or 0).exclude(session_key=session_key))
    _close(actor, rows, now)
    return len(rows)


def _close(actor: Actor, rows: list[OpenSession], now: datetime) -> None:
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    OpenSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
    journal.record(
        actor=actor, act="sessions.closed", at=now, subject_type="account", subject_id=actor.account_id, count=len(rows)
    )
