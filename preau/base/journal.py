"""The append-only journal: who did or read what, never the content."""

from datetime import datetime

from preau.base.actor import Actor
from preau.base.models import JournalEntry


def record(
    *, actor: Actor, act: str, at: datetime, subject_type: str = "", subject_id: int | None = None, **detail: object
) -> None:
    """Add one line to the journal, in the caller's transaction.

    :param act: a dotted name, such as "booking.placed".
    :param detail: ids and codes only: neither names nor contents.
    """
    JournalEntry.objects.bulk_create(
        [
            JournalEntry(
                organisation_id=actor.organisation_id,
                at=at,
                account_id=actor.account_id,
                audience=actor.audience,
                act=act,
                subject_type=subject_type,
                subject_id=subject_id,
                detail={key: value for key, value in detail.items() if value not in ("", None, [], ())},
            )
        ]
    )
