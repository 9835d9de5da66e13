"""What was done to the file of a family, from the journal: for agents, in words that a screen gives."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from preau.base import journal
from preau.base.actor import Actor
from preau.domain.accounts.enums import Role
from preau.domain.accounts.models import Account

# What an agent may be shown of the journal: neither health nor income.
SHOWN = (
    "address.read",
    "account.invited",
    "adult.corrected",
    "adults.merged",
    "contact.named",
    "families.merged",
    "family.moved",
    "family.situation",
    "key.created",
    "profile.changed",
)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One act on a file: its code, when, by whom ("" for the machine), and its ids and codes."""

    act: str
    at: datetime
    by: str
    is_staff: bool
    detail: Mapping[str, Any]


def file_journal(*, actor: Actor, family_id: int, adult_ids: Collection[int], limit: int) -> list[JournalLine]:
    """Return the latest acts on a household and its adults. Two queries.

    The caller has checked that the actor may open the file.

    :raises NotAllowed: neither agent nor manager.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    rows = journal.acts_on(
        actor=actor, acts=SHOWN, subjects={"family": [family_id], "adult": list(adult_ids)}, limit=limit
    )
    names = {
        row.pk: row.full_name
        for row in Account.objects.filter(pk__in={row.account_id for row in rows if row.account_id})
    }
    return [
        JournalLine(row.act, row.at, names.get(row.account_id or 0, ""), row.audience == "staff", row.detail)
        for row in rows
    ]
