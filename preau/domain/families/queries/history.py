"""What was done to the file of a family, from the journal: for agents, in words that a screen gives."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from preau.base import journal
from preau.base.actor import Actor
from preau.domain.accounts.enums import Role

# What an agent may be shown of the journal: neither health nor income.
SHOWN = (
    "address.read",
    "adult.added",
    "child.added",
    "family.created",
    "paper.typed",
    "account.invited",
    "adult.corrected",
    "adults.merged",
    "authority.set",
    "booking.placed",
    "child.corrected",
    "child.moved",
    "children.merged",
    "contact.named",
    "document.refused",
    "document.validated",
    "enrolment.ended",
    "enrolment.made",
    "enrolment.promoted",
    "families.merged",
    "family.moved",
    "family.residency",
    "family.situation",
    "household.added",
    "household.removed",
    "key.created",
    "procedure.accepted",
    "procedure.cancelled",
    "procedure.more_asked",
    "procedure.no_more_asked",
    "procedure.partly_accepted",
    "procedure.refused",
    "procedure.taken_back",
    "profile.changed",
    "residence.cleared",
    "residence.set",
    "shares.set",
    "subscription.booked",
    "subscription.revised",
)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One act on a file: its code, when, by whom ("" for the machine), and its ids and codes."""

    act: str
    at: datetime
    by: str
    is_staff: bool
    detail: Mapping[str, Any]
    subject_type: str = ""
    subject_id: int | None = None


def file_journal(
    *, actor: Actor, family_id: int, adult_ids: Collection[int], also: Mapping[str, Collection[int]], limit: int
) -> list[JournalLine]:
    """Return the latest acts on a household, its adults and what hangs on them. One query.

    :param also: by kind of subject (« child », « enrolment », « document », « procedure »: its number), the ids.

    The caller has checked that the actor may open the file.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    subjects = {"family": [family_id], "adult": list(adult_ids), **also}
    rows = journal.acts_on(actor=actor, acts=SHOWN, subjects=subjects, limit=limit)
    return [
        JournalLine(
            row.act,
            row.at,
            row.by,
            row.audience == "staff",
            row.detail,
            row.subject_type,
            row.subject_id,
        )
        for row in rows
    ]
